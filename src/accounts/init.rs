//! Making a database.

use super::guard;
use crate::error::{Error, Result};
use crate::store::{Access, Database, Store, Transaction};

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

pub(super) enum Opened<T> {
    Existing(Box<Store>),
    Created(T),
}

/// Opens the database for writing, or makes it with what `body` puts into it.
pub(super) fn open_or_create<T>(
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

pub(super) fn make_table_if_absent(transaction: &Transaction<'_>) -> Result<bool> {
    if transaction.reader().has_table()? {
        return Ok(false);
    }
    transaction.create_table().map(|()| true)
}
