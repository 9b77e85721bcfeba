//! Reading all users in pages.
//!
//! A page is one short transaction that reads into memory. Between pages no lock is held, so the
//! caller may take as long as it likes to write a page out. The next page goes on after the last
//! row that was visited, which a change of other rows in between does not move.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Statement, ToSql};

use super::Store;
use super::read::READABLE_HASH;
use crate::error::{Error, Result};

/// How many rows a page reads at most: some milliseconds.
const PAGE_ROWS: usize = 10_000;

/// In which order users are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By primary key.
    Id,
    /// By the bytes of the name as they are stored, then by primary key.
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
    /// What is read of the hashes.
    pub hashes: Hashes,
}

/// What is read of the hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashes {
    /// Nothing.
    Unread,
    /// Those that are not longer than any readable one.
    Readable,
    /// All as they are.
    Whole,
}

/// A row as it lies in the database; it lives only until the next one is read.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The primary key.
    pub id: i64,
    /// The name, if it is not NULL.
    pub name: Option<&'a [u8]>,
    /// The stored hash, if it was asked for and is not longer than any readable one.
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
    /// The statement of the pages from here on, unless its SQL changes.
    statement: Option<Statement<'s>>,
}

/// A row, as far as the order of the rows goes.
struct Cursor {
    id: i64,
    /// The name, in the order of the names.
    name: Option<StoredValue>,
}

/// A name as it is stored.
///
/// Text is kept as the bytes of the file's own encoding, whether they are valid or not: what was
/// converted might sort elsewhere.
#[derive(Debug)]
pub(super) enum StoredValue {
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
    ///
    /// In the order of the names each page sorts the whole table unless [`Store::name_index`] has an
    /// index.
    #[must_use]
    pub fn pages(&self, selection: Selection) -> Page<'_> {
        // SQL compares NULL with nothing, so the nameless are read by themselves: first, since
        // they sort first, or in the reverse order last.
        let parts = match (selection.order, selection.reverse) {
            (Order::Id, _) => vec![Part::All],
            (Order::Name, false) => vec![Part::Named, Part::Nameless],
            (Order::Name, true) => vec![Part::Nameless, Part::Named],
        };
        Page { store: self, selection, parts, cursor: None, statement: None }
    }

    /// Begins to read all users that are selected in the order of their ids, with what they are to
    /// be sorted by.
    pub(super) fn pages_to_sort(&self, selection: Selection) -> Page<'_> {
        Page { parts: vec![Part::All], ..self.pages(selection) }
    }

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
                if with_row(row, &mut visit)?.is_break() {
                    break;
                }
            }
            Ok(())
        });
        self.read(visited)
    }
}

impl Page<'_> {
    /// Reads one page and visits its rows; the page ends where `visit` breaks off.
    ///
    /// Returns whether there may be another page. All locks are released before it returns.
    ///
    /// # Errors
    /// [`Error::DatabaseBusy`], [`Error::DatabaseCorrupt`], [`Error::HugeValue`] or [`Error::Io`].
    pub fn next_page(&mut self, mut visit: impl FnMut(Row<'_>) -> ControlFlow<()>) -> Result<bool> {
        self.next_page_of_values(|row, _| visit(row))
    }

    /// As [`Page::next_page`], with the stored name where names make the order.
    pub(super) fn next_page_of_values(
        &mut self,
        mut visit: impl FnMut(Row<'_>, &dyn Fn() -> rusqlite::Result<StoredValue>) -> ControlFlow<()>,
    ) -> Result<bool> {
        let Some(&part) = self.parts.last() else { return Ok(false) };
        let end = self.read_page(part, &mut visit);
        match self.store.read(end)? {
            Some(end) if self.cursor.as_ref().is_some_and(|last| !self.is_after(&end, last)) => {
                // A damaged file could be read in circles.
                let path = self.store.database.path.clone();
                let reason = "its rows are not in order".to_owned();
                return Err(Error::DatabaseCorrupt { path, reason });
            }
            Some(end) => {
                // The first page of a part has no row to go on after, so its SQL differs.
                if self.cursor.replace(end).is_none() {
                    self.statement = None;
                }
            }
            None => {
                self.parts.pop();
                self.cursor = None;
                self.statement = None;
            }
        }
        Ok(!self.parts.is_empty())
    }

    /// Reads one page of one part; returns its last row, unless it came to the end of the part.
    fn read_page(
        &mut self,
        part: Part,
        visit: &mut impl FnMut(Row<'_>, &dyn Fn() -> rusqlite::Result<StoredValue>) -> ControlFlow<()>,
    ) -> rusqlite::Result<Option<Cursor>> {
        let statement = match self.statement.take() {
            Some(statement) => statement,
            None => self.store.connection.prepare(&self.sql(part))?,
        };
        let statement = self.statement.insert(statement);
        if let Some(cursor) = &self.cursor {
            bind(statement, ":id", cursor.id)?;
            match &cursor.name {
                Some(StoredValue::Text(name)) => bind(statement, ":name", name)?,
                Some(StoredValue::Other(name)) => bind(statement, ":name", name)?,
                None => {}
            }
            bind(statement, ":is_text", matches!(cursor.name, Some(StoredValue::Text(_))))?;
        }
        bind(statement, ":glob", self.selection.glob.as_deref())?;
        let mut rows = statement.raw_query();
        let mut visited = 0;
        while let Some(row) = rows.next()? {
            let name = || match row.get_ref(1)? {
                ValueRef::Text(_) => row.get(3).map(StoredValue::Text),
                other => Ok(StoredValue::Other(other.try_into()?)),
            };
            let is_selected = self.selection.glob.is_none() || row.get(4)?;
            let (id, flow) = with_row(row, |row| {
                let flow = if is_selected { visit(row, &name) } else { ControlFlow::Continue(()) };
                (row.id, flow)
            })?;
            visited += 1;
            if flow.is_break() || visited >= PAGE_ROWS {
                let name = if part == Part::Named { Some(name()?) } else { None };
                return Ok(Some(Cursor { id, name }));
            }
        }
        Ok(None)
    }

    fn sql(&self, part: Part) -> String {
        let Selection { order, reverse, hashes, ref glob } = self.selection;
        let (after, direction) = if reverse { ("<", "DESC") } else { (">", "ASC") };
        let hash = match hashes {
            Hashes::Unread => "NULL",
            Hashes::Readable => READABLE_HASH,
            Hashes::Whole => "password_hash",
        };
        // A cast to BLOB gives the bytes as they are stored, and a cast back the same text.
        let stored = if order == Order::Name { "CAST(username AS BLOB)" } else { "NULL" };
        // Rows that do not match are read too: that bounds the time of a page whatever matches.
        let selected = if glob.is_some() { ", ifnull(username GLOB :glob, 0)" } else { "" };
        let name = "CASE WHEN :is_text THEN CAST(:name AS TEXT) ELSE :name END";
        let (condition, key) = match (part, self.cursor.is_some()) {
            (Part::All, false) => ("TRUE".to_owned(), "id"),
            (Part::All, true) => (format!("id {after} :id"), "id"),
            (Part::Nameless, false) => ("username IS NULL".to_owned(), "id"),
            (Part::Nameless, true) => (format!("username IS NULL AND id {after} :id"), "id"),
            (Part::Named, false) => ("username IS NOT NULL".to_owned(), "username COLLATE BINARY"),
            (Part::Named, true) => (
                format!(
                    "username COLLATE BINARY {after}= {name} AND \
                     (username COLLATE BINARY {after} {name} OR id {after} :id)"
                ),
                "username COLLATE BINARY",
            ),
        };
        format!(
            "SELECT id, username, {hash}, {stored}{selected} FROM user WHERE {condition} \
             ORDER BY {key} {direction}, id {direction}"
        )
    }

    /// Whether a row comes after another one in the order that is read.
    fn is_after(&self, row: &Cursor, other: &Cursor) -> bool {
        let names = match (&row.name, &other.name) {
            (Some(name), Some(other)) => name.compare(other),
            _ => Ordering::Equal,
        };
        let order = names.then(row.id.cmp(&other.id));
        order == if self.selection.reverse { Ordering::Less } else { Ordering::Greater }
    }
}

impl StoredValue {
    /// SQLite's order of values (SQLite's datatypes, section 4.1).
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (StoredValue::Text(a), StoredValue::Text(b))
            | (StoredValue::Other(Value::Blob(a)), StoredValue::Other(Value::Blob(b))) => a.cmp(b),
            (StoredValue::Other(a), StoredValue::Other(b)) => match (a, b) {
                (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
                _ => self.rank().cmp(&other.rank()).then_with(|| number(a).total_cmp(&number(b))),
            },
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// Which type comes first.
    pub(super) fn rank(&self) -> u8 {
        match self {
            StoredValue::Other(Value::Null) => 0,
            StoredValue::Other(Value::Integer(_) | Value::Real(_)) => 1,
            StoredValue::Text(_) | StoredValue::Other(Value::Text(_)) => 2,
            StoredValue::Other(Value::Blob(_)) => 3,
        }
    }
}

/// A number of any type, nearly.
#[expect(clippy::cast_precision_loss, reason = "the order of such ids needs no more")]
pub(super) fn number(value: &Value) -> f64 {
    match value {
        Value::Integer(number) => *number as f64,
        Value::Real(number) => *number,
        _ => 0.0,
    }
}

/// Gives a row whose first columns are id, name and hash.
fn with_row<T>(row: &rusqlite::Row<'_>, visit: impl FnOnce(Row<'_>) -> T) -> rusqlite::Result<T> {
    let id = row.get_ref(0)?.as_i64()?;
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
        _ => None,
    };
    Ok(visit(Row { id, name, hash }))
}

/// Binds a parameter where the statement has it.
fn bind(statement: &mut Statement<'_>, name: &str, value: impl ToSql) -> rusqlite::Result<()> {
    match statement.parameter_index(name)? {
        Some(index) => statement.raw_bind_parameter(index, value),
        None => Ok(()),
    }
}
