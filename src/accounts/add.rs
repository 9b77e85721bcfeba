//! Adding a user. Many at once are added in `import.rs`.

use super::credential::{Credential, Waived};
use super::further::{Filling, Further};
use super::init::{change_or_create, make_table_if_absent};
use super::like::{Likeness, Made};
use super::names::{Similar, check_name};
use super::open::{open, open_unless_missing};
use super::recipe::{Application, WantedRecipe};
use super::{Random, Warning, guard};
use crate::error::{Error, Result};
use crate::hash::HashString;
use crate::layout::Assigned;
use crate::store::{Access, Copied, Database, NewUser, Store, Transaction};
use crate::user::{Id, User, UserId, Username};

/// A user to be added.
#[derive(Debug)]
pub struct Adding {
    /// The name.
    pub name: Username,
    /// The password or hash.
    pub credential: Credential,
    /// What a password is hashed with.
    pub recipe: WantedRecipe,
    /// What further columns get.
    pub further: Further,
    /// Whether a user of that name is no error.
    pub if_not_exists: bool,
    /// Whether to make the database if there is none.
    pub create: bool,
    /// Which rules are waived.
    pub waived: Waived,
}

impl Adding {
    /// A user to be added to a database that is there, by all rules.
    #[must_use]
    pub fn new(name: Username, credential: Credential) -> Self {
        let (recipe, further, waived) = Default::default();
        Adding { name, credential, recipe, further, if_not_exists: false, create: false, waived }
    }
}

/// What [`add`] did.
#[derive(Debug)]
#[non_exhaustive]
pub struct Added {
    /// The user, new or found.
    pub user: User,
    /// Whether the user is new.
    pub changed: bool,
    /// Whether the database is new too.
    pub created_database: bool,
    /// What is that of another user.
    pub copied: Copied,
    /// What the admin should know.
    pub warnings: Vec<Warning>,
}

/// Adds a user.
///
/// # Errors
/// [`Error::UserExists`] unless `if_not_exists`; [`Error::LookalikeExists`];
/// [`Error::InvalidPassword`]; [`Error::InvalidColumn`], [`Error::LayoutLacks`] or
/// [`Error::ColumnsNeeded`]; [`Error::LayoutUnconfirmed`] where nothing shows what the application reads;
/// or what hashing and writing fail with.
pub fn add(database: &Database, adding: Adding, random: Random<'_>) -> Result<Added> {
    let Adding { name, credential, recipe, further, if_not_exists, create, waived } = adding;
    if if_not_exists && let Some(user) = existing(database, &name)? {
        // Nothing will be changed, so nothing needs to be hashed.
        let copied = Copied::default();
        let warnings = Vec::new();
        return Ok(Added { user, changed: false, created_database: false, copied, warnings });
    }
    let store = open_unless_missing(database, Access::Write, create)?;
    store.as_ref().map_or(Ok(()), |store| guard::refuse_without_sign(database, store))?;
    let application = Application::of(database, store.as_ref())?;
    let hashing = credential.hashing(&application)?;
    let warnings = credential.check(Some(name.as_str().as_bytes()), waived, hashing)?;
    check_name(store.as_ref(), &name)?;
    let row = Row::prepare(store.as_ref(), &name, &further, random)?;
    let recipe = hashing.recipe(database, store.as_ref(), None, &recipe)?;
    // The password is wiped here, before anything is waited for.
    let hash = credential.hash(recipe, hashing, random)?;
    let new = New { name: &name, hash, row, if_not_exists };
    let mut change = |store: &Store| new.add(store, waived, random);
    let ((user, changed), created_database) = match &store {
        Some(store) => (change(store)?, false),
        None => change_or_create(database, change, |transaction| {
            new.insert(transaction, Id::Null, None)
        })?,
    };
    let copied = if changed { new.row.copied } else { Copied::default() };
    Ok(Added { user, changed, created_database, copied, warnings })
}

/// What a new row gets beside name and hash, and what comes with it.
#[derive(Default)]
struct Row {
    further: Vec<Assigned>,
    like: Made,
    copied: Copied,
}

impl Row {
    /// Makes it before the lock is taken.
    fn prepare(
        store: Option<&Store>,
        name: &Username,
        further: &Further,
        random: Random<'_>,
    ) -> Result<Self> {
        match store {
            Some(store) if store.has_table()? => {
                let likeness = Likeness::find(store, &further.like)?;
                let filling = Filling::of_new(store, further, &likeness.columns())?;
                let given = filling.make(store, name.as_str().as_bytes(), random)?;
                let is_given =
                    |column: &str| given.iter().any(|it| it.column.eq_ignore_ascii_case(column));
                let (mut like, copied) = (likeness.make(name, random)?, likeness.copied(is_given));
                Ok(Row { further: like.complete(given), like, copied })
            }
            _ => Ok(Row { further: further.of_first()?, ..Row::default() }),
        }
    }
}

/// A user who is ready to be stored.
struct New<'a> {
    name: &'a Username,
    hash: HashString,
    row: Row,
    if_not_exists: bool,
}

impl New<'_> {
    /// Adds the user to a database that is there, and tells whether that was needed.
    fn add(&self, store: &Store, waived: Waived, random: Random<'_>) -> Result<(User, bool)> {
        let has_table = store.has_table()?;
        let similar = || Similar::prepare(store, self.name, waived);
        let mut prepared = if has_table { similar()? } else { None };
        let id = if has_table { store.new_ids()?.next(random)? } else { UserId::Null };
        store.write(|transaction| {
            if !has_table && !make_table_if_absent(transaction)? {
                prepared = similar()?;
            }
            self.insert(transaction, id.borrowed(), prepared.as_mut())
        })
    }

    fn insert(
        &self,
        transaction: &Transaction<'_>,
        id: Id<'_>,
        similar: Option<&mut Similar<'_>>,
    ) -> Result<(User, bool)> {
        let New { name, hash, row, if_not_exists } = self;
        if let Some(account) = transaction.reader().find(&(*name).into())?.pop() {
            if *if_not_exists {
                return Ok((account.user, false));
            }
            return Err(Error::UserExists(name.to_string()));
        }
        guard::refuse_foreign_hashes(transaction.reader())?;
        if let Some(similar) = similar {
            similar.refuse(None)?;
        }
        let user = transaction.insert(NewUser { id, name, hash, further: &row.further })?;
        row.like.store(transaction, user.key)?;
        Ok((user, true))
    }
}

fn existing(database: &Database, name: &Username) -> Result<Option<User>> {
    let store = match open(database, Access::Read) {
        // Whether that is an error is for the change itself to say.
        Err(Error::DatabaseMissing { .. } | Error::WrongSchema { .. } | Error::NoHashes { .. }) => {
            return Ok(None);
        }
        store => store?,
    };
    check_name(Some(&store), name)?;
    Ok(store.find(&name.into())?.pop().map(|account| account.user))
}

#[cfg(test)]
mod tests {
    use crate::accounts::tests::{database, hash, named, names, password};
    use crate::accounts::*;
    use crate::hash::Rounds;
    use crate::store::Database;
    use crate::user::UserId;

    #[test]
    fn a_name_is_given_once_and_none_that_looks_like_it() {
        let (_folder, database) = database(&["dora"]);
        let adding = |name| Adding::new(named(name), Credential::Hash(hash('B')));
        let refused = |adding| add(&database, adding, &mut random).unwrap_err().code();
        assert_eq!(refused(adding("dora")), "user_exists");
        assert_eq!(refused(adding("Dora")), "lookalike_exists");
        let waived = Waived { lookalike: true, ..Waived::default() };
        assert!(add(&database, Adding { waived, ..adding("Dora") }, &mut random).is_ok());
        let again = Adding { if_not_exists: true, ..adding("dora") };
        let added = add(&database, again, &mut random).unwrap();
        assert!(!added.changed && added.user.id == UserId::Number(1));
        assert_eq!(names(&database), ["dora", "Dora"]);
    }

    #[test]
    fn a_weak_password_is_refused_and_one_in_another_form_is_warned_of() {
        let (_folder, database) = database(&[]);
        let recipe: WantedRecipe = Rounds::new(Rounds::MIN).unwrap().into();
        let adding = |text| {
            let adding = Adding { recipe, ..Adding::new(named("username"), password(text)) };
            add(&database, adding, &mut random)
        };
        for weak in ["short", "username"] {
            assert_eq!(adding(weak).unwrap_err().code(), "invalid_password");
        }
        assert_eq!(adding("cafe\u{301} au lait").unwrap().warnings, [Warning::PasswordNotNfc]);
    }

    #[test]
    fn a_database_is_made_only_where_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::at(folder.path().join("users.db"));
        let adding = || Adding::new(named("alice"), Credential::Hash(hash('A')));
        let missing = add(&database, adding(), &mut random).unwrap_err();
        assert_eq!(missing.code(), "database_missing");
        let added = add(&database, Adding { create: true, ..adding() }, &mut random).unwrap();
        assert!(added.created_database);
        assert_eq!(names(&database), ["alice"]);
    }
}
