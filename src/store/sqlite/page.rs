//! Reading all users in pages.
//!
//! A page is one short transaction that reads into memory. Between pages no lock is held, so the
//! caller may take as long as it likes to write a page out. The next page goes on after the last
//! row that was visited, which a change of other rows in between does not move.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Statement, ToSql};

use super::read::READABLE_HASH;
use super::{Hashes, Order, Selection, Store, StoredUser};
use crate::error::{Error, Result};

/// How many rows a page reads at most: some milliseconds.
const PAGE_ROWS: usize = 10_000;

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
    name: Option<Kept>,
}

/// A name as it is stored, kept until the next page.
enum Kept {
    Other(Value),
    Text(Vec<u8>),
}

/// A name as it is stored.
///
/// Of text these are the bytes in the file's own encoding, whether they are valid or not: what was
/// converted might sort elsewhere.
#[derive(Clone, Copy)]
pub(super) enum StoredName<'a> {
    Null,
    Number(f64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
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
    pub fn snapshot(&self, mut visit: impl FnMut(StoredUser<'_>) -> ControlFlow<()>) -> Result<()> {
        let sql = "SELECT id, username, password_hash FROM user ORDER BY id";
        let visited = self.connection.prepare(sql).and_then(|mut statement| {
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                if with_row(row, Some(2), &mut visit)?.is_break() {
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
    pub fn next_page(
        &mut self,
        mut visit: impl FnMut(StoredUser<'_>) -> ControlFlow<()>,
    ) -> Result<bool> {
        self.next_page_of_names(|row, _| visit(row))
    }

    /// As [`Page::next_page`], with the names as they are stored where they make the order.
    pub(super) fn next_page_of_names(
        &mut self,
        mut visit: impl FnMut(StoredUser<'_>, StoredName<'_>) -> ControlFlow<()>,
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
        visit: &mut impl FnMut(StoredUser<'_>, StoredName<'_>) -> ControlFlow<()>,
    ) -> rusqlite::Result<Option<Cursor>> {
        let statement = match self.statement.take() {
            Some(statement) => statement,
            None => self.store.connection.prepare(&self.sql(part))?,
        };
        let statement = self.statement.insert(statement);
        if let Some(cursor) = &self.cursor {
            bind(statement, ":id", cursor.id)?;
            match &cursor.name {
                Some(Kept::Text(name)) => bind(statement, ":name", name)?,
                Some(Kept::Other(name)) => bind(statement, ":name", name)?,
                None => {}
            }
            bind(statement, ":is_text", matches!(cursor.name, Some(Kept::Text(_))))?;
        }
        bind(statement, ":glob", self.selection.glob.as_deref())?;
        let columns = self.selection.columns();
        let mut rows = statement.raw_query();
        let mut visited = 0;
        while let Some(row) = rows.next()? {
            let name = columns.stored.map(|at| StoredName::of(row, at)).transpose()?;
            let is_selected = columns.selected.map_or(Ok(true), |at| row.get(at))?;
            let (id, flow) = with_row(row, columns.hash, |row| {
                let name = name.unwrap_or(StoredName::Null);
                let flow = if is_selected { visit(row, name) } else { ControlFlow::Continue(()) };
                (row.id, flow)
            })?;
            visited += 1;
            if flow.is_break() || visited >= PAGE_ROWS {
                let name = name.filter(|_| part == Part::Named);
                let name = name.map(|name| Kept::of(row, name)).transpose()?;
                return Ok(Some(Cursor { id, name }));
            }
        }
        Ok(None)
    }

    fn sql(&self, part: Part) -> String {
        let Selection { order, reverse, hashes, ref glob } = self.selection;
        let (after, direction) = if reverse { ("<", "DESC") } else { (">", "ASC") };
        let hash = match hashes {
            Hashes::Unread => String::new(),
            Hashes::Readable => format!(", {READABLE_HASH}"),
        };
        // A cast to BLOB gives the bytes as they are stored, and a cast back the same text.
        let stored = if order == Order::Name { ", CAST(username AS BLOB)" } else { "" };
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
            "SELECT id, username{hash}{stored}{selected} FROM user WHERE {condition} \
             ORDER BY {key} {direction}, id {direction}"
        )
    }

    /// Whether a row comes after another one in the order that is read.
    fn is_after(&self, row: &Cursor, other: &Cursor) -> bool {
        let names = match (&row.name, &other.name) {
            (Some(name), Some(other)) => name.as_name().compare(other.as_name()),
            _ => Ordering::Equal,
        };
        let order = names.then(row.id.cmp(&other.id));
        order == if self.selection.reverse { Ordering::Less } else { Ordering::Greater }
    }
}

/// Where the columns of a page are that not every page has.
#[derive(Clone, Copy)]
struct Columns {
    hash: Option<usize>,
    stored: Option<usize>,
    selected: Option<usize>,
}

impl Selection {
    fn columns(&self) -> Columns {
        let mut next = 2..;
        let mut at = |is_there: bool| if is_there { next.next() } else { None };
        let hash = at(self.hashes != Hashes::Unread);
        let stored = at(self.order == Order::Name);
        Columns { hash, stored, selected: at(self.glob.is_some()) }
    }
}

impl<'a> StoredName<'a> {
    /// The name of a row whose second column it is, and this one the same as a BLOB.
    fn of(row: &'a rusqlite::Row<'_>, blob: usize) -> rusqlite::Result<Self> {
        let bytes = || Ok::<_, rusqlite::Error>(row.get_ref(blob)?.as_blob()?);
        Ok(match row.get_ref(1)? {
            ValueRef::Null => StoredName::Null,
            ValueRef::Integer(number) => StoredName::Number(nearly(number)),
            ValueRef::Real(number) => StoredName::Number(number),
            ValueRef::Text(_) => StoredName::Text(bytes()?),
            ValueRef::Blob(_) => StoredName::Blob(bytes()?),
        })
    }

    /// Which type comes first (SQLite's datatypes, section 4.1).
    pub(super) fn rank(self) -> u8 {
        match self {
            StoredName::Null => 0,
            StoredName::Number(_) => 1,
            StoredName::Text(_) => 2,
            StoredName::Blob(_) => 3,
        }
    }

    /// SQLite's order of values.
    fn compare(self, other: Self) -> Ordering {
        self.rank().cmp(&other.rank()).then_with(|| match (self, other) {
            (StoredName::Number(a), StoredName::Number(b)) => {
                a.partial_cmp(&b).unwrap_or(Ordering::Equal)
            }
            (
                StoredName::Text(a) | StoredName::Blob(a),
                StoredName::Text(b) | StoredName::Blob(b),
            ) => a.cmp(b),
            _ => Ordering::Equal,
        })
    }
}

impl Kept {
    fn of(row: &rusqlite::Row<'_>, name: StoredName<'_>) -> rusqlite::Result<Self> {
        match name {
            StoredName::Text(bytes) => Ok(Kept::Text(bytes.to_vec())),
            _ => row.get(1).map(Kept::Other),
        }
    }

    fn as_name(&self) -> StoredName<'_> {
        match self {
            Kept::Text(bytes) => StoredName::Text(bytes),
            Kept::Other(Value::Blob(bytes)) => StoredName::Blob(bytes),
            Kept::Other(Value::Integer(number)) => StoredName::Number(nearly(*number)),
            Kept::Other(Value::Real(number)) => StoredName::Number(*number),
            Kept::Other(Value::Null | Value::Text(_)) => StoredName::Null,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the order of names of 16 digits may be nearly right"
)]
fn nearly(number: i64) -> f64 {
    number as f64
}

/// Gives a row whose first columns are id and name, with the hash of this column.
fn with_row<T>(
    row: &rusqlite::Row<'_>,
    hash_at: Option<usize>,
    visit: impl FnOnce(StoredUser<'_>) -> T,
) -> rusqlite::Result<T> {
    let id = row.get_ref(0)?.as_i64()?;
    let (mut name_digits, mut hash_digits) = (String::new(), String::new());
    let name = as_bytes(row.get_ref(1)?, &mut name_digits);
    let hash = match hash_at {
        Some(at) => as_bytes(row.get_ref(at)?, &mut hash_digits),
        None => None,
    };
    Ok(visit(StoredUser { id, name, hash }))
}

/// The bytes of a text or blob, and of the digits of a number; none for NULL.
fn as_bytes<'v>(value: ValueRef<'v>, digits: &'v mut String) -> Option<&'v [u8]> {
    match value {
        ValueRef::Null => return None,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => return Some(bytes),
        ValueRef::Integer(value) => *digits = value.to_string(),
        ValueRef::Real(value) => *digits = value.to_string(),
    }
    Some(digits.as_bytes())
}

/// Binds a parameter where the statement has it.
fn bind(statement: &mut Statement<'_>, name: &str, value: impl ToSql) -> rusqlite::Result<()> {
    match statement.parameter_index(name)? {
        Some(index) => statement.raw_bind_parameter(index, value),
        None => Ok(()),
    }
}
