//! Reading all users with their hashes, as they are at one moment. Pages are read in `list.rs`.

use std::ops::ControlFlow;

use super::open;
use crate::error::{Error, Result};
use crate::store::{Access, Database, StoredUser};

/// Visits all users in the order of their ids, as they are at one moment.
///
/// The file is read-locked until the last one is visited, some tenths of a second for a million
/// users: `visit` may store what it sees, but must not wait for anybody.
///
/// # Errors
/// What reading the database or `visit` fails with.
pub fn export<E: From<Error>>(
    database: &Database,
    mut visit: impl FnMut(StoredUser<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let store = open(database, Access::Read)?;
    let mut failed = None;
    store.snapshot(|row| match visit(row) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    failed.map_or(Ok(()), Err)
}
