//! What must not happen to another application's users: no second table beside theirs, and no hash
//! that the application cannot read.

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::hash::{self, Scheme};
use crate::store::Store;

/// How many of the newest users show what the application writes.
const NEWEST: u32 = 1000;

/// Whether the table is there. Where it is not, it must be wanted, and the file must have no other
/// table with users.
///
/// # Errors
/// [`Error::WrongSchema`] without a table where it is not to be made; [`Error::UsersElsewhere`],
/// which names the other one.
pub(super) fn has_table(store: &Store, create: bool) -> Result<bool> {
    if store.has_table()? {
        return Ok(true);
    }
    if !create {
        store.require_table()?;
    }
    match store.users_elsewhere()? {
        Some(table) => Err(Error::UsersElsewhere { path: store.path().to_owned(), table }),
        None => Ok(false),
    }
}

/// Refuses to store a hash where the application writes others.
///
/// # Errors
/// [`Error::SchemeMismatch`] if none of the newest users has a hash of the scheme that is written
/// here, and some have one of another known scheme, which it names.
pub(super) fn refuse_foreign_hashes(store: &Store) -> Result<()> {
    match newest(store)? {
        Newest { is_read: false, other: Some(scheme) } => {
            let (path, wanted) = (store.path().to_owned(), Scheme::Pbkdf2Sha256.name());
            Err(Error::SchemeMismatch { path, scheme, wanted })
        }
        _ => Ok(()),
    }
}

/// Refuses to call a table ours in which another application keeps its users.
///
/// # Errors
/// [`Error::UsersElsewhere`] where [`refuse_foreign_hashes`] would refuse.
pub(super) fn refuse_foreign_table(store: &Store) -> Result<()> {
    match refuse_foreign_hashes(store) {
        Err(Error::SchemeMismatch { path, .. }) => {
            Err(Error::UsersElsewhere { path, table: "user".to_owned() })
        }
        result => result,
    }
}

/// Whether there is a sign that the application reads the hashes that are written here.
///
/// # Errors
/// What reading the database fails with.
pub(super) fn would_be_read(store: &Store) -> Result<bool> {
    newest(store).map(|newest| newest.is_read)
}

/// What hashes the newest users have.
struct Newest {
    /// Whether any is of the scheme that is written here.
    is_read: bool,
    /// The newest other scheme that is known.
    other: Option<&'static str>,
}

fn newest(store: &Store) -> Result<Newest> {
    let mut newest = Newest { is_read: false, other: None };
    store.newest_hashes(NEWEST, |stored| match hash::known_scheme(stored) {
        Some(known) if known == Scheme::Pbkdf2Sha256.name() => {
            newest.is_read = true;
            ControlFlow::Break(())
        }
        other => {
            newest.other = newest.other.or(other);
            ControlFlow::Continue(())
        }
    })?;
    Ok(newest)
}
