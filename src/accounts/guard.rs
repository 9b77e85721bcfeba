//! What must not happen to another application's users: no hash that the application cannot read. That
//! no second table is made beside theirs is seen to in `open.rs`.

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::hash;
use crate::store::{Database, Store};

/// How many of the newest users show what the application writes.
const NEWEST: u32 = 1000;

/// Refuses to store a hash where the application writes others.
///
/// # Errors
/// [`Error::SchemeMismatch`] if none of the newest users has a hash of a scheme that the layout says is
/// read, and some have one of another known scheme, which it names.
pub(super) fn refuse_foreign_hashes(store: &Store) -> Result<()> {
    match newest(store)? {
        Newest { is_read: false, other: Some(scheme) } => {
            let wanted = store.layout().recipe.unwrap_or_default().scheme().name();
            Err(Error::SchemeMismatch { path: store.path().to_owned(), scheme, wanted })
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
            Err(Error::UsersElsewhere { path, table: store.layout().table.clone() })
        }
        result => result,
    }
}

/// Whether a user may be given a new hash, and there is a sign that the application would read it.
///
/// # Errors
/// What reading the database fails with.
pub(super) fn would_be_read(database: &Database, store: &Store) -> Result<bool> {
    let may_be_changed = database.found.get().is_some_and(|found| found.is_confirmed);
    Ok(may_be_changed && newest(store)?.is_read)
}

/// What hashes the newest users have.
struct Newest {
    /// Whether any is of a scheme that the application reads.
    is_read: bool,
    /// The newest other scheme that is known.
    other: Option<&'static str>,
}

fn newest(store: &Store) -> Result<Newest> {
    let accepted = &store.layout().accepts;
    let is_accepted = |name: &str| accepted.iter().any(|scheme| scheme.name() == name);
    let mut newest = Newest { is_read: false, other: None };
    store.newest_hashes(NEWEST, |stored| match hash::known_scheme(stored) {
        Some(known) if is_accepted(known) => {
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
