//! What can be done with users, with all the rules: one use a file.
//!
//! Each function opens the database, does its one thing and closes it; only [`Users`] stays open, for
//! a listing that is read twice. Passwords are hashed before a lock is taken, and whether a name is
//! free is decided inside the transaction that takes it. A new use gets a file here; how it is stored
//! is the business of `store.rs`, and how it is asked for that of `cli/commands/`.

mod add;
mod adopt;
mod beforehand;
mod credential;
mod delete;
mod export;
mod further;
mod guard;
mod import;
mod init;
mod like;
mod list;
mod login;
mod names;
mod open;
mod recipe;
mod update;

pub use add::{Added, Adding, add};
pub use adopt::{Survey, prove, survey};
pub use beforehand::{check_change, check_new, further_columns};
pub use credential::{Credential, Waived};
pub use delete::{Deletion, delete, plan_deletion};
pub use export::export;
pub use further::Further;
pub use import::{
    Generated, Given, Imported, Importing, InputRow, Observer, Offered, OnConflict, Rejection,
    Stage, import,
};
pub use init::init;
pub use like::Like;
pub use list::{Users, count, show};
pub use login::login;
pub use open::layout;
pub use recipe::WantedRecipe;
pub use update::{Change, Updated, update};

use crate::error::{Error, Result};
use crate::store::{Account, MAX_NAMESAKES};
use crate::user::Selector;
use open::open;

/// Something that an admin should know about a change that was made. A new one may be added: the
/// program is to find words for it, so a match is to stop compiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The new password is not in Unicode normal form C: it may be hard to type elsewhere.
    PasswordNotNfc,
    /// The new password is a hash itself, so that nobody may know the password to it.
    PasswordIsHash,
    /// The input has ids, which were not kept.
    IdsNotKept,
    /// Another process holds the write-ahead log, so replaced hashes are still in it.
    OldPagesInLog,
}

/// A source of random bytes, such as [`random`].
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<()>;

/// Random bytes straight from the operating system.
///
/// # Errors
/// [`Error::Internal`] if it has none.
pub fn random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| Error::Internal(format!("no random bytes: {error}")))
}

/// The one user that a selector means.
fn only_one(mut found: Vec<Account>, selector: &Selector) -> Result<Account> {
    if found.len() > 1 {
        let ids: Vec<String> = found.iter().map(|account| account.user.id.to_string()).collect();
        let more = if found.len() == MAX_NAMESAKES { " or more" } else { "" };
        return Err(Error::ConstraintFailed(format!(
            "{}{more} users are called {selector}, with the ids {}; select one by its id",
            found.len(),
            ids.join(", ")
        )));
    }
    found.pop().ok_or_else(|| Error::UserNotFound(selector.to_string()))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::password::Password;
    use crate::store::Database;
    use crate::user::Username;

    pub(super) fn named(name: &str) -> Username {
        Username::new(name.as_bytes()).unwrap()
    }

    pub(super) fn password(text: &str) -> Credential {
        Credential::Password(Password::new(text.as_bytes().to_vec().into()).unwrap())
    }

    /// A hash that costs nothing to store.
    pub(super) fn hash(first: char) -> Vec<u8> {
        format!("$pbkdf2-sha256$1000${}${first}{}", "A".repeat(22), "A".repeat(42)).into()
    }

    /// A database with users of these names, whose ids are 1, 2, ...
    pub(super) fn database(names: &[&str]) -> (TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::at(folder.path().join("users.db"));
        init(&database, false).unwrap();
        for name in names {
            let waived = Waived { lookalike: true, ..Waived::default() };
            let adding = Adding::new(named(name), Credential::Hash(hash('A')));
            add(&database, Adding { waived, ..adding }, &mut random).unwrap();
        }
        (folder, database)
    }

    pub(super) fn names(database: &Database) -> Vec<String> {
        let mut names = Vec::new();
        let user = |user: crate::store::StoredUser<'_>| {
            names.push(String::from_utf8_lossy(user.name.unwrap_or_default()).into_owned());
            Ok::<_, Error>(())
        };
        export(database, user).unwrap();
        names
    }
}
