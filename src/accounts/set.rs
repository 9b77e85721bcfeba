//! Making a database, adding users and changing them.

use super::names::Similar;
use super::{Random, Warning, guard, only_one};
use crate::error::{Error, Result};
use crate::hash::{HashString, Rounds};
use crate::password::Password;
use crate::store::{Access, Database, Store, Transaction};
use crate::user::{Selector, User, UserId, Username};

/// What a user will log in with.
#[derive(Debug)]
pub enum Credential {
    /// A password to hash.
    Password(Password),
    /// A hash that was made elsewhere.
    Hash(HashString),
}

/// Rules that an admin may waive.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waived {
    /// The password may be short, or the username.
    pub weak_password: bool,
    /// The name may look like another one.
    pub lookalike: bool,
}

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

/// What [`add`] did.
#[derive(Debug)]
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

/// Changes to a user; what is none stays as it is.
#[derive(Debug)]
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
pub struct Updated {
    /// The user as they are now.
    pub user: User,
    /// Whether anything differs from before.
    pub changed: bool,
    /// What the admin should know.
    pub warnings: Vec<Warning>,
}

/// Makes the database, or the table in one that lacks it. Returns whether anything was made.
///
/// # Errors
/// [`Error::AlreadyInitialised`] unless `if_not_exists`; [`Error::WrongSchema`] if there is a
/// `user` table that does not fit; or what opening and writing fail with.
pub fn init(database: &Database, if_not_exists: bool) -> Result<bool> {
    let made = match open_or_create(database, |_| Ok(()))? {
        Opened::Created(()) => true,
        Opened::Existing(store) if store.has_table()? => {
            guard::refuse_foreign_table(&store)?;
            false
        }
        Opened::Existing(store) => {
            guard::refuse_second_table(&store)?;
            store.write(make_table_if_absent)?
        }
    };
    if made || if_not_exists {
        return Ok(made);
    }
    Err(Error::AlreadyInitialised(database.path.clone()))
}

/// Adds a user.
///
/// # Errors
/// [`Error::UserExists`] unless `if_not_exists`; [`Error::LookalikeExists`];
/// [`Error::InvalidPassword`]; or what hashing and writing fail with.
pub fn add(database: &Database, adding: Adding, random: Random<'_>) -> Result<Added> {
    let warnings = warnings_about(Some(&adding.credential));
    check(&adding.credential, Some(adding.name.as_str().as_bytes()), adding.waived.weak_password)?;
    if adding.if_not_exists
        && let Some(user) = existing(database, &adding.name)?
    {
        // Nothing will be changed, so nothing needs to be hashed.
        return Ok(Added { user, changed: false, created_database: false, warnings: vec![] });
    }
    // The password is wiped here, before anything is waited for.
    let hash = adding.credential.hash(adding.rounds, random)?;
    let insert = |transaction: &Transaction<'_>, similar: Option<&mut Similar<'_>>| {
        let selector = Selector::Name(adding.name.as_str().as_bytes().to_vec());
        if let Some(account) = transaction.reader().find(&selector)?.pop() {
            if adding.if_not_exists {
                return Ok((account.user, false));
            }
            return Err(Error::UserExists(adding.name.to_string()));
        }
        guard::refuse_foreign_hashes(transaction.reader())?;
        if let Some(similar) = similar {
            similar.refuse(None)?;
        }
        Ok((transaction.insert(&adding.name, &hash)?, true))
    };
    let opened = if adding.create {
        open_or_create(database, |transaction| insert(transaction, None))?
    } else {
        Opened::Existing(Box::new(Store::open(database, Access::Write)?))
    };
    let ((user, changed), created_database) = match opened {
        Opened::Created(added) => (added, true),
        Opened::Existing(store) => {
            let has_table = store.has_table()?;
            if !has_table {
                if !adding.create {
                    store.require_table()?;
                }
                guard::refuse_second_table(&store)?;
            }
            let similar = || Similar::prepare(&store, &adding.name, adding.waived);
            let mut prepared = if has_table { similar()? } else { None };
            let added = store.write(|transaction| {
                if !has_table && !make_table_if_absent(transaction)? {
                    prepared = similar()?;
                }
                insert(transaction, prepared.as_mut())
            })?;
            (added, false)
        }
    };
    Ok(Added { user, changed, created_database, warnings })
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
    let store = Store::open(database, Access::Write)?;
    store.require_table()?;
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
    if changed && hash.is_some() && !store.truncate_log() {
        warnings.push(Warning::OldPagesInLog);
    }
    Ok(Updated { user, changed, warnings })
}

enum Opened<T> {
    Existing(Box<Store>),
    Created(T),
}

/// Opens the database for writing, or makes it with what `body` puts into it.
fn open_or_create<T>(
    database: &Database,
    body: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<Opened<T>> {
    match Store::open(database, Access::Write) {
        Err(Error::DatabaseMissing { .. }) => {}
        opened => return opened.map(Box::new).map(Opened::Existing),
    }
    match database.create(body)? {
        Some(value) => Ok(Opened::Created(value)),
        // Somebody else made it meanwhile.
        None => Store::open(database, Access::Write).map(Box::new).map(Opened::Existing),
    }
}

fn make_table_if_absent(transaction: &Transaction<'_>) -> Result<bool> {
    if transaction.reader().has_table()? {
        return Ok(false);
    }
    transaction.create_table().map(|()| true)
}

fn existing(database: &Database, name: &Username) -> Result<Option<User>> {
    let store = match Store::open(database, Access::Read) {
        Err(Error::DatabaseMissing { .. }) => return Ok(None),
        store => store?,
    };
    if !store.has_table()? {
        return Ok(None);
    }
    let selector = Selector::Name(name.as_str().as_bytes().to_vec());
    Ok(store.find(&selector)?.pop().map(|account| account.user))
}

/// Refuses a new name for the user `own` that another user has.
fn refuse_taken(transaction: &Transaction<'_>, name: &Username, own: UserId) -> Result<()> {
    let selector = Selector::Name(name.as_str().as_bytes().to_vec());
    if transaction.reader().find(&selector)?.iter().any(|account| account.user.id != own) {
        return Err(Error::UserExists(name.to_string()));
    }
    Ok(())
}

fn check(credential: &Credential, name: Option<&[u8]>, allow_weak: bool) -> Result<()> {
    match credential {
        Credential::Password(password) => password.check_policy(name, allow_weak),
        Credential::Hash(_) => Ok(()),
    }
}

fn warnings_about(credential: Option<&Credential>) -> Vec<Warning> {
    match credential {
        Some(Credential::Password(password)) if !password.is_nfc() => vec![Warning::PasswordNotNfc],
        _ => Vec::new(),
    }
}

impl Credential {
    fn hash(self, rounds: Rounds, random: Random<'_>) -> Result<HashString> {
        match self {
            Credential::Password(password) => HashString::make(&password, rounds, random),
            Credential::Hash(hash) => Ok(hash),
        }
    }
}
