//! Making a database, or the table in one. Its schema is in the store.

use super::guard;
use super::open::{open_or_empty, refuse_creation};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::store::{Access, Database, Store, Transaction};

/// Makes the database, or the table in one that lacks it. Returns whether anything was made.
///
/// # Errors
/// [`Error::AlreadyInitialised`] unless `if_not_exists`; [`Error::WrongSchema`] if there is a
/// `user` table that does not fit; [`Error::UsersElsewhere`] where users are found that are not the
/// first application's; [`Error::LayoutUnconfirmed`] where a table may be for them; or what opening and
/// writing fail with.
pub fn init(database: &Database, if_not_exists: bool) -> Result<bool> {
    let complete = |store: &Store| {
        if !store.has_table()? {
            return store.write(make_table_if_absent);
        }
        if store.layout().name != Layout::passlib().name {
            let (path, table) = (database.path.clone(), store.layout().table.clone());
            return Err(Error::UsersElsewhere { path, table });
        }
        guard::refuse_foreign_table(store)?;
        Ok(false)
    };
    let is_said = database.layout.is_some();
    let (made, _) = change_or_create(database, complete, |_| Ok(true))
        .map_err(|error| elsewhere(error, is_said))?;
    if made || if_not_exists {
        return Ok(made);
    }
    Err(Error::AlreadyInitialised(database.path.clone()))
}

/// The error where users were found that are not the first application's; `is_said` where somebody said
/// where they are.
fn elsewhere(error: Error, is_said: bool) -> Error {
    let is_first = |table: &str| table.eq_ignore_ascii_case(&Layout::passlib().table);
    match error {
        // A table that cannot be used has users all the same.
        Error::WrongSchema { path, table: Some(table), absent: false, .. }
            if !is_said && !is_first(&table) =>
        {
            Error::UsersElsewhere { path, table }
        }
        Error::LayoutUnconfirmed { path, table, is_empty: true, .. } if is_first(&table) => {
            let reason = "it is not the first application's, and holds no hash".to_owned();
            Error::WrongSchema { path, table: Some(table), reason, absent: false }
        }
        Error::LayoutUnconfirmed { path, table, is_empty: false, .. } => {
            Error::UsersElsewhere { path, table }
        }
        Error::LayoutAmbiguous { path, mut tables, .. } => {
            Error::UsersElsewhere { path, table: tables.swap_remove(0) }
        }
        error => error,
    }
}

/// Changes the database that is there, or makes it with what `fill` puts into it, and tells whether
/// it is new.
pub(super) fn change_or_create<T>(
    database: &Database,
    change: impl FnOnce(&Store) -> Result<T>,
    fill: impl FnOnce(&Transaction<'_>) -> Result<T>,
) -> Result<(T, bool)> {
    let store = match open_or_empty(database, Access::Write) {
        Err(Error::DatabaseMissing { .. }) => {
            refuse_creation(database)?;
            match database.create(fill)? {
                Some(made) => return Ok((made, true)),
                // Somebody else made it meanwhile.
                None => open_or_empty(database, Access::Write)?,
            }
        }
        store => store?,
    };
    Ok((change(&store)?, false))
}

/// Makes the table, unless somebody else did meanwhile.
pub(super) fn make_table_if_absent(transaction: &Transaction<'_>) -> Result<bool> {
    if transaction.reader().has_table()? {
        return Ok(false);
    }
    transaction.create_table().map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{database, names};

    #[test]
    fn a_database_that_is_there_stays_as_it_is() {
        let (_folder, database) = database(&["ann"]);
        assert_eq!(init(&database, false).unwrap_err().code(), "already_initialised");
        assert!(!init(&database, true).unwrap());
        assert_eq!(names(&database), ["ann"]);
    }
}
