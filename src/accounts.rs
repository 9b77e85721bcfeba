//! The uses of the program, one function each, with all the rules.
//!
//! Each function opens the database, does its one thing and closes it; only [`Users`] stays open, for
//! a listing that is read twice. Passwords are hashed before
//! a lock is taken, and whether a name is free is decided inside the transaction that takes it.

mod add;
mod credential;
mod delete;
mod export;
mod guard;
mod import;
mod init;
mod list;
mod login;
mod names;
mod update;

pub use add::{Added, Adding, add};
pub use credential::{Credential, Waived};
pub use delete::{Deletion, delete, plan_deletion};
pub use export::export;
pub use import::{
    Generated, Imported, Importing, InputRow, Observer, Offered, OnConflict, Rejection, Stage,
    import,
};
pub use init::init;
pub use list::{Users, count, show};
pub use login::login;
pub use update::{Change, Updated, update};

use crate::error::{Error, Result};
use crate::store::{Access, Account, Database, MAX_NAMESAKES, Store};
use crate::user::Selector;

/// Something that an admin should know about a change that was made. A new one may be added: the
/// program is to find words for it, so a match is to stop compiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The new password is not in Unicode normal form C: it may be hard to type elsewhere.
    PasswordNotNfc,
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

/// Opens a database that has a usable table.
fn open(database: &Database, access: Access) -> Result<Store> {
    let store = Store::open(database, access)?;
    store.require_table()?;
    Ok(store)
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
