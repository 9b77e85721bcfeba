//! What can be told of a change before anybody is asked for a password, or before a file is read.

use super::further::{Filling, Further, is_own};
use super::like::Likeness;
use super::names::check_name;
use super::open::open_unless_missing;
use super::{guard, open};
use crate::error::Result;
use crate::store::{Access, Database, Store};
use crate::user::Username;

/// Fails if nobody can have a name, if what an admin says of a new row cannot be, or if it would lack
/// something, before anybody is asked for a password; `create` where the table is to be made if there is none.
///
/// # Errors
/// As [`super::add()`].
pub fn check_new(
    database: &Database,
    name: &Username,
    further: &Further,
    create: bool,
) -> Result<()> {
    let store = present(database, Access::Write, create)?;
    check_name(store.as_ref(), name)?;
    let Some(store) = store else { return further.of_first().map(|_| ()) };
    check_hashes(database, &store)?;
    let likeness = Likeness::find(&store, &further.like)?;
    Filling::of_new(&store, further, &likeness.columns()).map(|_| ())
}

/// Fails if nobody can have a new name, or if what an admin says of a row that is there cannot be.
///
/// # Errors
/// As [`super::update()`].
pub fn check_change(database: &Database, name: Option<&Username>, further: &Further) -> Result<()> {
    let store = open(database, Access::Write)?;
    check_hashes(database, &store)?;
    name.map_or(Ok(()), |name| check_name(Some(&store), name))?;
    Filling::of_old(&store, further).map(|_| ())
}

/// The columns of the users' table in which a file may store something beside id, name and hash; none
/// where the table is to be made.
///
/// # Errors
/// What opening and reading the database fail with.
pub fn further_columns(database: &Database, access: Access, create: bool) -> Result<Vec<String>> {
    let Some(store) = present(database, access, create)? else { return Ok(Vec::new()) };
    let columns = store.table()?.columns.into_iter().filter(|it| !it.is_generated);
    let names = columns.map(|column| column.name);
    Ok(names.filter(|name| is_own(store.layout(), name).is_none()).collect())
}

/// Fails if no new hash could be stored, because nobody has said how the application hashes passwords, or
/// that was said wrong.
fn check_hashes(database: &Database, store: &Store) -> Result<()> {
    guard::refuse_without_sign(database, store)?;
    guard::refuse_foreign_hashes(store)
}

/// Opens a database that has users, or a table for them; none where that is to be made.
fn present(database: &Database, access: Access, create: bool) -> Result<Option<Store>> {
    match open_unless_missing(database, access, create)? {
        Some(store) if store.has_table()? => Ok(Some(store)),
        _ => Ok(None),
    }
}
