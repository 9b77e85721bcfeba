//! Changing a user.

use super::credential::{Credential, Waived, check, warnings_about};
use super::names::Similar;
use super::{Random, Warning, guard, only_one, open};
use crate::error::{Error, Result};
use crate::hash::Rounds;
use crate::store::{Access, Database, Transaction};
use crate::user::{Selector, User, UserId, Username};

/// Changes to a user; what is none stays as it is.
#[derive(Debug, Default)]
pub struct Change {
    /// The new name.
    pub name: Option<Username>,
    /// The new password or hash.
    pub credential: Option<Credential>,
    /// The iteration count, where a password is hashed.
    pub rounds: Rounds,
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
    /// What the admin should know.
    pub warnings: Vec<Warning>,
}

/// Changes a user's name, password or both.
///
/// # Errors
/// [`Error::UserNotFound`]; [`Error::UserExists`]; [`Error::LookalikeExists`];
/// [`Error::InvalidPassword`]; or what hashing and writing fail with.
pub fn update(
    database: &Database,
    selector: &Selector,
    change: Change,
    random: Random<'_>,
) -> Result<Updated> {
    let store = open(database, Access::Write)?;
    let before = only_one(store.find(selector)?, selector)?.user;
    let mut warnings = warnings_about(change.credential.as_ref());
    let hash = match change.credential {
        Some(credential) => {
            let name = change
                .name
                .as_ref()
                .map_or(before.name.0.as_deref(), |name| Some(name.as_str().as_bytes()));
            check(&credential, name, change.waived.weak_password)?;
            Some(credential.hash(change.rounds, random)?)
        }
        None => None,
    };
    let mut similar = match &change.name {
        Some(name) => Similar::prepare(&store, name, change.waived)?,
        None => None,
    };
    let (user, changed) = store.write(|transaction| {
        let account = only_one(transaction.reader().find(selector)?, selector)?;
        let id = account.user.id;
        let differs = |name: &&Username| account.user.name.as_bytes() != name.as_str().as_bytes();
        let name = change.name.as_ref().filter(differs);
        let hash =
            hash.as_ref().filter(|hash| account.hash.as_deref() != Some(hash.as_str().as_bytes()));
        if let Some(name) = name {
            refuse_taken(transaction, name, id)?;
            if let Some(similar) = &mut similar {
                similar.refuse(Some(id))?;
            }
        }
        if hash.is_some() {
            guard::refuse_foreign_hashes(transaction.reader())?;
        }
        if name.is_none() && hash.is_none() {
            return Ok((account.user, false));
        }
        Ok((transaction.update(id, name, hash)?, true))
    })?;
    if changed && hash.is_some() && !store.forget_replaced_hashes() {
        warnings.push(Warning::OldPagesInLog);
    }
    Ok(Updated { user, changed, warnings })
}

/// Refuses a new name for the user `own` that another user has.
fn refuse_taken(transaction: &Transaction<'_>, name: &Username, own: UserId) -> Result<()> {
    let selector = Selector::Name(name.as_str().as_bytes().to_vec());
    if transaction.reader().find(&selector)?.iter().any(|account| account.user.id != own) {
        return Err(Error::UserExists(name.to_string()));
    }
    Ok(())
}
