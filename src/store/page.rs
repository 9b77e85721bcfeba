//! Reading all users in pages.
//!
//! A page is one short transaction that reads into memory. Between pages no lock is held, so the
//! caller may take as long as it likes to write a page out. The next page goes on behind the last
//! row that was visited, which a change of other rows in between does not move.

use std::ops::ControlFlow;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Statement, ToSql};

use super::Store;
use super::read::{READABLE_HASH, SHOWN_NAME, Text};
use crate::error::Result;

/// How many rows a page reads at most: some milliseconds.
const PAGE_ROWS: usize = 10_000;

/// In which order users are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By primary key.
    Id,
    /// By the bytes of the name, then by primary key.
    Name,
}

/// Which users are read, and what of them.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Which comes first.
    pub order: Order,
    /// Whether the last comes first.
    pub reverse: bool,
    /// Only names that match this pattern of SQLite's GLOB operator.
    pub glob: Option<String>,
    /// Whether the hashes are read too.
    pub with_hash: bool,
}

/// A row as it lies in the database; it lives only until the next one is read.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The primary key.
    pub id: i64,
    /// The name, if it is not NULL.
    pub name: Option<&'a [u8]>,
    /// The stored hash, if it was asked for and is not beyond every readable length.
    pub hash: Option<&'a [u8]>,
}

/// The reading of all users, a page at a time.
pub struct Page<'s> {
    store: &'s Store,
    selection: Selection,
    /// The parts of the table that are still to be read, the next one last.
    parts: Vec<Part>,
    /// The last row that was visited in this part.
    cursor: Option<Cursor>,
}

struct Cursor {
    id: i64,
    name: Name,
}

/// A name of any type, to be compared with others by SQLite.
enum Name {
    Other(Value),
    Text(Vec<u8>),
}

/// A part of the table in which one comparison with the last row finds the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    All,
    Nameless,
    Named,
}

impl Store {
    /// Begins to read all users that are selected.
    #[must_use]
    pub fn pages(&self, selection: Selection) -> Page<'_> {
        // SQL compares NULL with nothing, so the nameless are read by themselves: first, since
        // they sort first, or in the reverse order last.
        let parts = match (selection.order, selection.reverse) {
            (Order::Id, _) => vec![Part::All],
            (Order::Name, false) => vec![Part::Named, Part::Nameless],
            (Order::Name, true) => vec![Part::Nameless, Part::Named],
        };
        Page { store: self, selection, parts, cursor: None }
    }
}

impl Store {
    /// Visits all users in the order of their ids, as they are at one moment, until `visit` breaks
    /// off. The file is read-locked meanwhile.
    ///
    /// # Errors
    /// As [`Page::next_page`].
    pub fn snapshot(&self, mut visit: impl FnMut(Row<'_>) -> ControlFlow<()>) -> Result<()> {
        let sql = "SELECT id, username, password_hash FROM user ORDER BY id";
        let visited = self.connection.prepare(sql).and_then(|mut statement| {
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                if visit_row(row, &mut visit)?.is_break() {
                    break;
                }
            }
            Ok(())
        });
        self.read(visited)
    }
}

impl Page<'_> {
    /// Reads one page and visits its rows; the page ends early where `visit` breaks off.
    ///
    /// Returns whether there may be another page. All locks are released before it returns.
    ///
    /// # Errors
    /// [`crate::Error::DatabaseBusy`], [`crate::Error::DatabaseCorrupt`] or [`crate::Error::Io`].
    pub fn next_page(&mut self, mut visit: impl FnMut(Row<'_>) -> ControlFlow<()>) -> Result<bool> {
        let Some(&part) = self.parts.last() else { return Ok(false) };
        let cursor = self.read_page(part, &mut visit);
        self.cursor = self.store.read(cursor)?;
        if self.cursor.is_none() {
            self.parts.pop();
        }
        Ok(!self.parts.is_empty())
    }

    /// Reads one page of one part; tells where to go on, or nothing at the end of the part.
    fn read_page(
        &self,
        part: Part,
        visit: &mut impl FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> rusqlite::Result<Option<Cursor>> {
        let mut statement = self.store.connection.prepare(&self.sql(part))?;
        if let Some(cursor) = &self.cursor {
            bind(&mut statement, ":id", cursor.id)?;
            match &cursor.name {
                Name::Text(name) => bind(&mut statement, ":name", Text(name))?,
                Name::Other(name) => bind(&mut statement, ":name", name)?,
            }
        }
        bind(&mut statement, ":glob", self.selection.glob.as_deref())?;
        let mut rows = statement.raw_query();
        let mut visited = 0;
        while let Some(row) = rows.next()? {
            visited += 1;
            let is_selected = row.get(3)?;
            let flow = if is_selected { visit_row(row, visit)? } else { ControlFlow::Continue(()) };
            if flow.is_break() || visited == PAGE_ROWS {
                let name = match row.get_ref(1)? {
                    ValueRef::Text(name) => Name::Text(name.to_vec()),
                    other => Name::Other(other.try_into()?),
                };
                return Ok(Some(Cursor { id: row.get(0)?, name }));
            }
        }
        Ok(None)
    }

    fn sql(&self, part: Part) -> String {
        let Selection { reverse, with_hash, ref glob, .. } = self.selection;
        let (after, direction) = if reverse { ("<", "DESC") } else { (">", "ASC") };
        let hash = if with_hash { READABLE_HASH } else { "NULL" };
        // Rows that do not match are read too: that bounds the time of a page whatever matches.
        let selected = if glob.is_some() { "ifnull(username GLOB :glob, 0)" } else { "1" };
        // A name beyond reason cannot be the cursor of its own order, so that order reads it
        // whole and fails.
        let name = if part == Part::Named { "username" } else { SHOWN_NAME };
        let (condition, key) = match (part, self.cursor.is_some()) {
            (Part::All, false) => ("TRUE".to_owned(), "id"),
            (Part::All, true) => (format!("id {after} :id"), "id"),
            (Part::Nameless, false) => ("username IS NULL".to_owned(), "id"),
            (Part::Nameless, true) => (format!("username IS NULL AND id {after} :id"), "id"),
            (Part::Named, false) => ("username IS NOT NULL".to_owned(), "username COLLATE BINARY"),
            (Part::Named, true) => (
                format!(
                    "username COLLATE BINARY {after}= :name AND \
                     (username COLLATE BINARY {after} :name OR id {after} :id)"
                ),
                "username COLLATE BINARY",
            ),
        };
        format!(
            "SELECT id, {name}, {hash}, {selected} FROM user WHERE {condition} \
             ORDER BY {key} {direction}, id {direction} LIMIT {PAGE_ROWS}"
        )
    }
}

/// Visits a row whose first columns are id, name and hash.
fn visit_row(
    row: &rusqlite::Row<'_>,
    visit: &mut impl FnMut(Row<'_>) -> ControlFlow<()>,
) -> rusqlite::Result<ControlFlow<()>> {
    let number;
    let name = match row.get_ref(1)? {
        ValueRef::Null => None,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes),
        ValueRef::Integer(value) => {
            number = value.to_string();
            Some(number.as_bytes())
        }
        ValueRef::Real(value) => {
            number = value.to_string();
            Some(number.as_bytes())
        }
    };
    let hash = match row.get_ref(2)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
    };
    Ok(visit(Row { id: row.get(0)?, name, hash }))
}

/// Binds a parameter where the statement has it.
fn bind(statement: &mut Statement<'_>, name: &str, value: impl ToSql) -> rusqlite::Result<()> {
    match statement.parameter_index(name)? {
        Some(index) => statement.raw_bind_parameter(index, value),
        None => Ok(()),
    }
}
