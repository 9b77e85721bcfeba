//! Opening a database where its users are: by what was said, or as the first application's table, or as
//! the rest of the tables show it. How the pieces of a layout come together is in `layout/resolve.rs`.

use std::ops::ControlFlow;

use super::guard;
use crate::error::{Error, Result, shown};
use crate::hash::MAX_READABLE_BYTES;
use crate::layout::{self, Found, Layout, Place, Said, Source, Table, Unclear, Values, Wanted};
use crate::store::{Access, Database, Opened, Store};

/// Opens a database that has users, or a table for them.
///
/// # Errors
/// [`Error::WrongSchema`] without one; [`Error::LayoutAmbiguous`] where several may be meant;
/// [`Error::LayoutUnconfirmed`] for a change where nobody has said that the one is right that was
/// found; or what opening fails with.
pub(super) fn open(database: &Database, access: Access) -> Result<Store> {
    let opened = Opened::open(database, access)?;
    let (found, table) = located(&opened, database)?;
    store(opened, database, found, table, access)
}

/// The same, where the first application's table may be made if there are no users yet.
///
/// # Errors
/// As [`open`], but for [`Error::UsersElsewhere`] where there are users of whom nothing else is known.
pub(super) fn open_or_empty(database: &Database, access: Access) -> Result<Store> {
    let opened = Opened::open(database, access)?;
    match located(&opened, database) {
        Ok((found, table)) => store(opened, database, found, table, access),
        Err(Error::WrongSchema { absent: true, .. }) => {
            database.found.set(Found::first());
            opened.store(Layout::passlib())
        }
        Err(error) => Err(error_of_creation(error)),
    }
}

/// The same for a change: no store where the database is missing and is to be made.
///
/// # Errors
/// As [`open`], or, where one may be made that is not there, as [`open_or_empty`] and
/// [`refuse_creation`].
pub(super) fn open_unless_missing(
    database: &Database,
    access: Access,
    create: bool,
) -> Result<Option<Store>> {
    if !create {
        return open(database, access).map(Some);
    }
    match open_or_empty(database, access) {
        Err(Error::DatabaseMissing { .. }) => refuse_creation(database).map(|()| None),
        store => store.map(Some),
    }
}

/// Finds where the users of a database are.
///
/// # Errors
/// [`Error::WrongSchema`] or [`Error::LayoutAmbiguous`] where that is not to be said, or what opening
/// fails with.
pub fn layout(database: &Database) -> Result<Found> {
    let opened = Opened::open(database, Access::Read)?;
    located(&opened, database).map(|(found, _)| found)
}

/// Where the users of an open database are, and their table.
pub(super) fn located(opened: &Opened, database: &Database) -> Result<(Found, Table)> {
    opened.at_one_moment(|| match &database.layout {
        Some(said) => by_words(opened, said),
        None => by_itself(opened),
    })
}

/// The same, where no table is taken for the first application's before all tables were looked at.
pub(super) fn located_by_all_tables(
    opened: &Opened,
    database: &Database,
) -> Result<(Found, Table)> {
    opened.at_one_moment(|| match &database.layout {
        Some(said) => by_words(opened, said),
        None => by_all_tables(opened, None),
    })
}

/// The users of a table that was found, to be read.
pub(super) fn store_of(
    opened: Opened,
    database: &Database,
    found: Found,
    table: Table,
) -> Result<Store> {
    store(opened, database, found, table, Access::Read)
}

/// The error where a table was to be made beside users of whom nothing else is known.
fn error_of_creation(error: Error) -> Error {
    match error {
        Error::NoNames { path, table } => Error::UsersElsewhere { path, table },
        error => error,
    }
}

/// Refuses to make a database whose users are to be where the first application's are not.
pub(super) fn refuse_creation(database: &Database) -> Result<()> {
    if database.layout.as_ref().is_none_or(is_of_first) {
        return Ok(());
    }
    let reason = "only the table of the layout `passlib` can be made, and another one is asked for";
    let (path, table) = (database.path.clone(), None);
    Err(Error::WrongSchema { path, table, reason: reason.to_owned(), absent: false })
}

/// Whether the first application's layout was asked for, and nothing else.
fn is_of_first(said: &Said) -> bool {
    said.wanted == Wanted { name: Layout::passlib().name, ..Wanted::default() }
}

fn store(
    opened: Opened,
    database: &Database,
    found: Found,
    table: Table,
    access: Access,
) -> Result<Store> {
    let layout = found.layout.clone();
    let is_empty = !found.is_confirmed
        && layout.accepts.is_empty()
        && layout.recipe.is_none()
        && !has_hashes(&opened, &table, &layout)?;
    let refused = match access {
        Access::Write if !found.is_confirmed => Some(unconfirmed(opened.path(), &layout, is_empty)),
        Access::Read if is_empty && found.source == Source::Detection => {
            Some(without_hashes(opened.path(), &layout))
        }
        _ => None,
    };
    database.found.set(found);
    // Whether the table can be used at all is told first: nobody needs to confirm one that cannot.
    let store = opened.store_in(layout, table)?;
    refused.map_or(Ok(store), Err)
}

/// The error for a table that may be meant, and holds nothing that would show it.
fn without_hashes(path: &std::path::Path, layout: &Layout) -> Error {
    Error::NoHashes {
        path: path.to_owned(),
        table: layout.table.clone(),
        column: layout.hash.clone(),
        layout: layout.to_string(),
    }
}

fn unconfirmed(path: &std::path::Path, layout: &Layout, is_empty: bool) -> Error {
    Error::LayoutUnconfirmed {
        path: path.to_owned(),
        table: layout.table.clone(),
        layout: layout.to_string(),
        is_writable: layout.recipe.is_some(),
        is_empty,
    }
}

/// Whether there are hashes that an application can read, though nothing here can.
fn has_hashes(opened: &Opened, table: &Table, layout: &Layout) -> Result<bool> {
    let seen = look(opened)(table, std::slice::from_ref(&layout.hash), guard::NEWEST)?;
    Ok(seen.iter().any(|seen| seen.hashes() > 0))
}

fn by_words(opened: &Opened, said: &Said) -> Result<(Found, Table)> {
    meant(opened, said).map_err(|error| match (error, &said.source) {
        // Whoever typed nothing of the kind may not know that a file is there.
        (Error::WrongSchema { path, table, reason, absent: false }, Source::File(file)) => {
            let reason = format!("{reason}; {} says where the users are", shown(file));
            Error::WrongSchema { path, table, reason, absent: false }
        }
        (error, _) => error,
    })
}

fn meant(opened: &Opened, said: &Said) -> Result<(Found, Table)> {
    if let Some(name) = &said.wanted.table {
        // It may be a view, of which nothing else knows.
        opened.table(name)?;
    }
    let tables = opened.tables()?;
    let is_there = |name: &str| tables.iter().any(|table| table.name.eq_ignore_ascii_case(name));
    if is_of_first(said) && !is_there(&Layout::passlib().table) {
        // It may be made where nobody's users are, be there an empty table that may be for them.
        let is_free = match layout::find(&tables, None, &mut look(opened))? {
            Err(unclear) => unclear == Unclear::NoUsers,
            Ok(others) => others.layout.accepts.is_empty(),
        };
        if is_free {
            return Err(explained(opened, &tables, Unclear::NoUsers));
        }
    }
    let found = layout::find(&tables, Some(said), &mut look(opened))?;
    with_table(opened, tables, found, None)
}

fn by_itself(opened: &Opened) -> Result<(Found, Table)> {
    let first = Layout::passlib();
    // A view or a virtual table is no table of users, but another one may be.
    let (user, unusable) = match opened.table(&first.table) {
        Err(error @ Error::WrongSchema { .. }) => (None, Some(error)),
        user => (user?, None),
    };
    if let Some(user) = user.filter(|user| has_columns(&first, user))
        && is_first(opened, &user)?
    {
        return Ok((Found::first(), user));
    }
    by_all_tables(opened, unusable)
}

fn by_all_tables(opened: &Opened, unusable: Option<Error>) -> Result<(Found, Table)> {
    let tables = opened.tables()?;
    let found = layout::find(&tables, None, &mut look(opened))?;
    with_table(opened, tables, found, unusable)
}

fn has_columns(layout: &Layout, table: &Table) -> bool {
    [&layout.id, &layout.username, &layout.hash].into_iter().all(|name| table.has(name))
}

/// Whether this is the table of the first application. One that has just its three columns is, whatever
/// is in it: what its hashes are is left to the scheme guard, which knows whether one would be stored.
fn is_first(opened: &Opened, user: &Table) -> Result<bool> {
    if user.columns.len() == 3 {
        return Ok(true);
    }
    let known = layout::recognise(std::slice::from_ref(user), &mut look(opened))?;
    Ok(known.iter().any(|(builtin, _)| Some(builtin.name) == Layout::passlib().name))
}

/// The values of columns in the newest rows of a table.
fn look(opened: &Opened) -> impl FnMut(&Table, &[String], u32) -> Result<Vec<Values>> {
    |table, columns, rows| {
        let mut values = vec![Values::default(); columns.len()];
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        opened.sample(table, &names, rows, &(1..=2 * MAX_READABLE_BYTES), |at, value| {
            values[at].see(value);
            ControlFlow::Continue(())
        })?;
        Ok(values)
    }
}

fn with_table(
    opened: &Opened,
    tables: Vec<Table>,
    found: std::result::Result<Found, Unclear>,
    unusable: Option<Error>,
) -> Result<(Found, Table)> {
    let found = match (found, unusable) {
        // Nothing shows that another table is meant.
        (Ok(found), Some(unusable)) if found.layout.accepts.is_empty() => return Err(unusable),
        (Ok(found), _) => found,
        (Err(Unclear::NoUsers), Some(unusable)) => return Err(unusable),
        (Err(unclear), _) => return Err(explained(opened, &tables, unclear)),
    };
    let is_it = |table: &Table| table.name == found.layout.table;
    match tables.into_iter().find(is_it) {
        Some(table) => Ok((found, table)),
        None => Err(Error::Internal("the table of a layout is not there".to_owned())),
    }
}

/// Why there is no layout, in the words of the domain.
fn explained(opened: &Opened, tables: &[Table], unclear: Unclear) -> Error {
    let path = opened.path().to_owned();
    let first = Layout::passlib();
    match unclear {
        Unclear::NoUsers => {
            let user = tables.iter().find(|it| it.name.eq_ignore_ascii_case(&first.table));
            let missing = |user: &Table| {
                let columns = [&first.id, &first.username, &first.hash];
                let missing = columns.into_iter().find(|name| !user.has(name));
                missing.map(|name| format!("it has no column `{name}`"))
            };
            let reason = user.and_then(missing).unwrap_or_else(|| "there is no such table".into());
            let absent = user.is_none();
            Error::WrongSchema { path, table: Some(first.table), reason, absent }
        }
        Unclear::NoNames { table } => Error::NoNames { path, table },
        Unclear::Several(places) => {
            let tables = places.iter().map(|place| place.table.clone()).collect();
            let layouts = places.iter().map(Place::to_string).collect();
            Error::LayoutAmbiguous { path, tables, layouts }
        }
        Unclear::Unfit { table, reason } => {
            Error::WrongSchema { path, table, reason, absent: false }
        }
    }
}
