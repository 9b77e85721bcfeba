//! Adding a user.

use super::credential::{Credential, Waived};
use super::init::{change_or_create, make_table_if_absent};
use super::names::Similar;
use super::{Random, Warning, guard};
use crate::error::{Error, Result};
use crate::hash::Rounds;
use crate::store::{Access, Database, Store, Transaction};
use crate::user::{User, Username};

/// A user to be added.
#[derive(Debug)]
pub struct Adding {
    /// The name.
    pub name: Username,
    /// The password or hash.
    pub credential: Credential,
    /// The iteration count, where a password is hashed.
    pub rounds: Rounds,
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
        let (rounds, waived) = (Rounds::DEFAULT, Waived::default());
        Adding { name, credential, rounds, if_not_exists: false, create: false, waived }
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
    /// What the admin should know.
    pub warnings: Vec<Warning>,
}

/// Adds a user.
///
/// # Errors
/// [`Error::UserExists`] unless `if_not_exists`; [`Error::LookalikeExists`];
/// [`Error::InvalidPassword`]; or what hashing and writing fail with.
pub fn add(database: &Database, adding: Adding, random: Random<'_>) -> Result<Added> {
    let Adding { name, credential, rounds, if_not_exists, create, waived } = adding;
    let warnings = credential.check(Some(name.as_str().as_bytes()), waived)?;
    if if_not_exists && let Some(user) = existing(database, &name)? {
        // Nothing will be changed, so nothing needs to be hashed.
        return Ok(Added { user, changed: false, created_database: false, warnings: vec![] });
    }
    // The password is wiped here, before anything is waited for.
    let hash = credential.hash(rounds, random)?;
    let insert = |transaction: &Transaction<'_>, similar: Option<&mut Similar<'_>>| {
        if let Some(account) = transaction.reader().find(&(&name).into())?.pop() {
            if if_not_exists {
                return Ok((account.user, false));
            }
            return Err(Error::UserExists(name.to_string()));
        }
        guard::refuse_foreign_hashes(transaction.reader())?;
        if let Some(similar) = similar {
            similar.refuse(None)?;
        }
        Ok((transaction.insert(&name, &hash)?, true))
    };
    let change = |store: &Store| {
        let has_table = guard::has_table(store, create)?;
        let similar = || Similar::prepare(store, &name, waived);
        let mut prepared = if has_table { similar()? } else { None };
        store.write(|transaction| {
            if !has_table && !make_table_if_absent(transaction)? {
                prepared = similar()?;
            }
            insert(transaction, prepared.as_mut())
        })
    };
    let ((user, changed), created_database) = if create {
        change_or_create(database, change, |transaction| insert(transaction, None))?
    } else {
        (change(&Store::open(database, Access::Write)?)?, false)
    };
    Ok(Added { user, changed, created_database, warnings })
}

fn existing(database: &Database, name: &Username) -> Result<Option<User>> {
    let store = match Store::open(database, Access::Read) {
        Err(Error::DatabaseMissing { .. }) => return Ok(None),
        store => store?,
    };
    if !store.has_table()? {
        return Ok(None);
    }
    Ok(store.find(&name.into())?.pop().map(|account| account.user))
}
