//! Reading all users with their hashes, as they were at one moment.

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::store::{Access, Database, Hashes, Order, Row, Selection, Store};

/// Visits all users in the order of their ids, page by page, and tells whether they are those of one
/// moment: false if another process committed meanwhile.
///
/// `visit` gets each user while the database is being read, so it may only collect; it breaks off
/// to end a page early. `between` is called after each page, when no lock is held: output belongs
/// there.
///
/// # Errors
/// What reading the database, `visit` or `between` fails with.
pub fn export<E: From<Error>>(
    database: &Database,
    mut visit: impl FnMut(Row<'_>) -> Result<ControlFlow<()>, E>,
    mut between: impl FnMut() -> Result<(), E>,
) -> Result<bool, E> {
    let store = open(database)?;
    let version = store.data_version()?;
    let selection =
        Selection { order: Order::Id, reverse: false, glob: None, hashes: Hashes::Whole };
    let mut pages = store.pages(selection);
    let mut more = true;
    while more {
        let mut failed = None;
        more = pages.next_page(|row| {
            visit(row).unwrap_or_else(|error| {
                failed = Some(error);
                ControlFlow::Break(())
            })
        })?;
        failed.map_or(Ok(()), Err)?;
        between()?;
    }
    Ok(store.data_version()? == version)
}

/// Visits all users in the order of their ids, as they are at one moment, where the application
/// commits too often for [`export`].
///
/// The file is read-locked until the last one is visited, some tenths of a second for a million
/// users: `visit` may store what it sees, but must not wait for anybody.
///
/// # Errors
/// What reading the database or `visit` fails with.
pub fn export_at_once<E: From<Error>>(
    database: &Database,
    mut visit: impl FnMut(Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let store = open(database)?;
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

fn open(database: &Database) -> Result<Store> {
    let store = Store::open(database, Access::Read)?;
    store.require_table()?;
    Ok(store)
}
