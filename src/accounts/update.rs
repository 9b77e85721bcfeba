//! Changing a user.

use super::credential::{Credential, Waived};
use super::further::{Filling, Further};
use super::names::{Similar, check_name};
use super::recipe::{Application, WantedRecipe};
use super::{Random, Warning, guard, only_one, open};
use crate::error::{Error, Result};
use crate::store::{Access, Account, AlsoNamed, Database};
use crate::user::{Selector, User, Username};

/// Changes to a user; what is none stays as it is.
#[derive(Debug, Default)]
pub struct Change {
    /// The new name.
    pub name: Option<Username>,
    /// The new password or hash.
    pub credential: Option<Credential>,
    /// What a password is hashed with.
    pub recipe: WantedRecipe,
    /// What further columns get.
    pub further: Further,
    /// Which rules are waived.
    pub waived: Waived,
}

/// What [`update`] did.
#[derive(Debug)]
#[non_exhaustive]
pub struct Updated {
    /// The user as they are now.
    pub user: User,
    /// Whether anything differs from before.
    pub changed: bool,
    /// The columns of other tables in which the name stood, and is the new one now.
    pub renamed_in: Vec<String>,
    /// What the admin should know.
    pub warnings: Vec<Warning>,
}

/// Changes a user's name, password or what further columns hold.
///
/// # Errors
/// [`Error::UserNotFound`]; [`Error::UserExists`]; [`Error::LookalikeExists`];
/// [`Error::InvalidPassword`]; [`Error::InvalidColumn`] or [`Error::LayoutLacks`]; or what hashing
/// and writing fail with.
pub fn update(
    database: &Database,
    selector: &Selector,
    change: Change,
    random: Random<'_>,
) -> Result<Updated> {
    let store = open(database, Access::Write)?;
    if let Some(name) = &change.name {
        check_name(Some(&store), name)?;
    }
    let Account { user: before, hash: old, .. } = only_one(store.find(selector)?, selector)?;
    let mut filling = Filling::of_old(&store, &change.further)?;
    if change.name.is_some() {
        filling.follow_name(&store, &before)?;
    }
    // The first application is known to have no other table.
    let has_others = change.name.is_some() && !guard::is_surely_first(&store)?;
    let also = match &before.name.0 {
        Some(old) if has_others && !old.is_empty() => store.also_named(before.key, old)?,
        _ => Vec::new(),
    };
    let mut renamed_in = Vec::new();
    let (mut warnings, mut hash) = (Vec::new(), None);
    if let Some(credential) = change.credential {
        guard::refuse_without_sign(database, &store)?;
        let name = change.name.as_ref().map(|name| name.as_str().as_bytes());
        let application = Application::of(database, Some(&store))?;
        let hashing = credential.hashing(&application)?;
        warnings = credential.check(name.or(before.name.0.as_deref()), change.waived, hashing)?;
        let recipe = hashing.recipe(database, Some(&store), old.as_deref(), &change.recipe)?;
        hash = Some(credential.hash(recipe, hashing, random)?);
    }
    let name = change.name.as_ref().map(|name| name.as_str().as_bytes());
    let further = filling.make(&store, name.unwrap_or(before.name.as_bytes()), random)?;
    let mut similar = match &change.name {
        Some(name) => Similar::prepare(&store, name, change.waived)?,
        None => None,
    };
    let (user, changed) = store.write(|transaction| {
        let account = only_one(transaction.reader().find(selector)?, selector)?;
        let key = account.user.key;
        let differs = |name: &&Username| account.user.name.as_bytes() != name.as_str().as_bytes();
        let name = change.name.as_ref().filter(differs);
        let hash =
            hash.as_ref().filter(|hash| account.hash.as_deref() != Some(hash.as_str().as_bytes()));
        if let Some(name) = name {
            let found = transaction.reader().find(&name.into())?;
            if found.iter().any(|account| account.user.key != key) {
                return Err(Error::UserExists(name.to_string()));
            }
            if let Some(similar) = &mut similar {
                similar.refuse(Some(key))?;
            }
        }
        if hash.is_some() {
            guard::refuse_foreign_hashes(transaction.reader())?;
        }
        let further = transaction.reader().that_differ(key, &further)?;
        if name.is_none() && hash.is_none() && further.is_empty() {
            return Ok((account.user, false));
        }
        let user = transaction.update(key, name, hash, &further)?;
        if let Some(name) = name {
            let names = [account.user.name.as_bytes(), name.as_str().as_bytes()];
            transaction.rename_there(key, &also, names)?;
            renamed_in = also.iter().map(AlsoNamed::shown).collect();
        }
        Ok((user, true))
    })?;
    if changed && hash.is_some() && !store.forget_replaced_hashes() {
        warnings.push(Warning::OldPagesInLog);
    }
    Ok(Updated { user, changed, renamed_in, warnings })
}

#[cfg(test)]
mod tests {
    use crate::accounts::tests::{database, hash, named, names};
    use crate::accounts::*;
    use crate::store::Database;

    fn rename(database: &Database, old: &str, new: &str) -> Result<bool> {
        let change = Change { name: Some(named(new)), ..Change::default() };
        update(database, &(&named(old)).into(), change, &mut random).map(|updated| updated.changed)
    }

    #[test]
    fn a_new_name_must_be_free_but_may_be_another_spelling_of_the_old() {
        let (_folder, database) = database(&["dora", "bob"]);
        assert_eq!(rename(&database, "bob", "dora").unwrap_err().code(), "user_exists");
        assert_eq!(rename(&database, "bob", "Dora").unwrap_err().code(), "lookalike_exists");
        assert_eq!(rename(&database, "carol", "eve").unwrap_err().code(), "user_not_found");
        assert!(rename(&database, "dora", "Dora").unwrap());
        assert!(!rename(&database, "Dora", "Dora").unwrap());
        assert_eq!(names(&database), ["Dora", "bob"]);
    }

    #[test]
    fn a_hash_that_is_stored_already_changes_nothing() {
        let (_folder, database) = database(&["dora"]);
        let change = |first| {
            let credential = Some(Credential::Hash(hash(first)));
            let change = Change { credential, ..Change::default() };
            update(&database, &(&named("dora")).into(), change, &mut random).unwrap().changed
        };
        assert_eq!(['A', 'B', 'B'].map(change), [false, true, false]);
    }
}
