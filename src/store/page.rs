//! Reading all users in pages.
//!
//! A page is one short transaction that reads into memory. Between pages no lock is held, so the
//! caller may take as long as it likes to write a page out. The next page goes on behind the last
//! row that was visited, which a change of other rows in between does not move.

use std::ops::ControlFlow;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{ErrorCode, Statement, ToSql};

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
    /// All as they are, and then no name is left out for its length either: reading fails at one
    /// beyond reason.
    Whole,
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
    /// Whether names beyond reason are expected, of which only the length is to be read.
    is_guarded: bool,
    /// Whether SQLite may pass over such names.
    has_room: bool,
    /// The statement of the pages from here on, unless something of it changes.
    statement: Option<Statement<'s>>,
}

struct Cursor {
    id: i64,
    name: Name,
}

/// Where the reading of a page came to its end.
enum End {
    /// At this row.
    OfPage(Cursor),
    /// Behind the last row of the part.
    OfPart,
    /// Before a row whose name is beyond reason, and behind this row, if there is one.
    BeforeHugeName(Option<Cursor>),
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
        // An earlier reading may have made room, and then nothing stops at a huge name any more.
        let has_room = self.has_room();
        let is_guarded = has_room || selection.order == Order::Name;
        let (cursor, statement) = (None, None);
        Page { store: self, selection, parts, cursor, is_guarded, has_room, statement }
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
    /// Reads one page and visits its rows; the page ends early where `visit` breaks off.
    ///
    /// Returns whether there may be another page. All locks are released before it returns.
    ///
    /// # Errors
    /// [`crate::Error::DatabaseBusy`], [`crate::Error::DatabaseCorrupt`] or [`crate::Error::Io`].
    pub fn next_page(&mut self, mut visit: impl FnMut(Row<'_>) -> ControlFlow<()>) -> Result<bool> {
        let Some(&part) = self.parts.last() else { return Ok(false) };
        let end = self.read_page(part, &mut visit);
        match self.store.read(end)? {
            End::OfPage(cursor) => {
                // The first page of a part has no row to go on behind, so its SQL differs.
                if self.cursor.replace(cursor).is_none() {
                    self.statement = None;
                }
            }
            End::OfPart => {
                self.parts.pop();
                self.cursor = None;
                self.statement = None;
            }
            End::BeforeHugeName(last) => {
                let room = self.store.make_room();
                self.store.read(room)?;
                self.is_guarded = true;
                self.has_room = true;
                self.cursor = last;
                self.statement = None;
            }
        }
        Ok(!self.parts.is_empty())
    }

    /// Reads one page of one part.
    fn read_page(
        &mut self,
        part: Part,
        visit: &mut impl FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> rusqlite::Result<End> {
        let statement = match self.statement.take() {
            Some(statement) => statement,
            None => self.store.connection.prepare(&self.sql(part))?,
        };
        let statement = self.statement.insert(statement);
        if let Some(cursor) = &self.cursor {
            bind(statement, ":id", cursor.id)?;
            match &cursor.name {
                Name::Text(name) => bind(statement, ":name", Text(name))?,
                Name::Other(name) => bind(statement, ":name", name)?,
            }
        }
        bind(statement, ":glob", self.selection.glob.as_deref())?;
        let hash_at = (self.selection.hashes != Hashes::Unread).then_some(2);
        let selected_at = self.selection.glob.as_ref().map(|_| 2 + usize::from(hash_at.is_some()));
        let mut rows = statement.raw_query();
        let huge_at = selected_at.unwrap_or(1 + usize::from(hash_at.is_some())) + 1;
        let is_whole = self.selection.hashes == Hashes::Whole;
        let mut visited = 0;
        let mut last = None;
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(End::OfPart),
                Err(error) => {
                    let is_huge = error.sqlite_error_code() == Some(ErrorCode::TooBig);
                    return match last {
                        _ if !is_huge || self.has_room || is_whole => Err(error),
                        None => Ok(End::BeforeHugeName(self.cursor.take())),
                        // Only the order of the ids goes on behind a row without its name.
                        Some(id) => {
                            let name = Name::Other(Value::Null);
                            Ok(End::BeforeHugeName(Some(Cursor { id, name })))
                        }
                    };
                }
            };
            let is_selected = selected_at.map_or(Ok(true), |at| row.get(at))?;
            let (id, flow) = with_row(row, hash_at, |row| {
                let flow = if is_selected { visit(row) } else { ControlFlow::Continue(()) };
                (row.id, flow)
            })?;
            visited += 1;
            last = Some(id);
            // In the order of the names a page cannot end at a name that is not read.
            let may_end = part != Part::Named || !row.get::<_, bool>(huge_at)?;
            if may_end && (flow.is_break() || visited >= PAGE_ROWS) {
                let name = match row.get_ref(1)? {
                    ValueRef::Text(name) => Name::Text(name.to_vec()),
                    other => Name::Other(other.try_into()?),
                };
                return Ok(End::OfPage(Cursor { id, name }));
            }
        }
    }

    fn sql(&self, part: Part) -> String {
        let Selection { reverse, hashes, ref glob, .. } = self.selection;
        let (after, direction) = if reverse { ("<", "DESC") } else { (">", "ASC") };
        let hash = match hashes {
            Hashes::Unread => String::new(),
            Hashes::Readable => format!(", {READABLE_HASH}"),
            Hashes::Whole => ", password_hash".to_owned(),
        };
        // The guard against names beyond reason costs time for every name, so in the order of the
        // ids it waits for the first of them.
        let name = if self.is_guarded { SHOWN_NAME } else { "username" };
        // Rows that do not match are read too: that bounds the time of a page whatever matches.
        let selected = match glob {
            Some(_) => format!(", ifnull({name} GLOB :glob, 0)"),
            None => String::new(),
        };
        // There is no LIMIT: a page must go on where the row at its end cannot be a cursor.
        let huge = if part == Part::Named { HUGE_NAME } else { "" };
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
            "SELECT id, {name}{hash}{selected}{huge} FROM user WHERE {condition} \
             ORDER BY {key} {direction}, id {direction}"
        )
    }
}

/// The SQL of whether a name is beyond reason, as a further column.
const HUGE_NAME: &str = ", octet_length(username) > 1000000";

/// Gives a row whose first columns are id and name, with the hash of this column.
fn with_row<T>(
    row: &rusqlite::Row<'_>,
    hash_at: Option<usize>,
    visit: impl FnOnce(Row<'_>) -> T,
) -> rusqlite::Result<T> {
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
    let hash = match hash_at.map(|at| row.get_ref(at)).transpose()? {
        Some(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => Some(bytes),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;
    use crate::store::{Access, Database};

    /// All names that are read, of huge ones what is shown.
    fn names(ids_of_huge: &[i64], rows: i64, reverse: bool, glob: Option<&str>) -> Vec<String> {
        names_in(Order::Id, ids_of_huge, rows, reverse, glob)
    }

    fn names_in(
        order: Order,
        ids_of_huge: &[i64],
        rows: i64,
        reverse: bool,
        glob: Option<&str>,
    ) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT)",
            )
            .unwrap();
        connection
            .execute(
                "WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids LIMIT ?1)
                 INSERT INTO user SELECT id, 'n' || id, '' FROM ids",
                [rows],
            )
            .unwrap();
        for id in ids_of_huge {
            let huge = "UPDATE user SET username = hex(zeroblob(500001)) WHERE id = ?1";
            connection.execute(huge, [id]).unwrap();
        }
        let database = Database {
            path,
            undecoded: None,
            timeout: std::time::Duration::ZERO,
            interrupt: Interrupt::default(),
            trust_directory: false,
        };
        let store = Store::open(&database, Access::Read).unwrap();
        let glob = glob.map(str::to_owned);
        let mut pages = store.pages(Selection { order, reverse, glob, hashes: Hashes::Unread });
        let mut names = Vec::new();
        while pages
            .next_page(|row| {
                names.push(String::from_utf8_lossy(row.name.unwrap_or_default()).into_owned());
                ControlFlow::Continue(())
            })
            .unwrap()
        {}
        names
    }

    #[test]
    fn every_row_is_read_once_whichever_has_a_huge_name() {
        let rows = 2 * i64::try_from(PAGE_ROWS).unwrap() + 5;
        for huge in [&[][..], &[1], &[2, 3], &[10_000], &[10_001, 20_005], &[15_000]] {
            let shown = |id: i64| {
                if huge.contains(&id) { "(1000002 bytes)".to_owned() } else { format!("n{id}") }
            };
            let mut expected: Vec<String> = (1..=rows).map(shown).collect();
            assert_eq!(names(huge, rows, false, None), expected, "{huge:?}");
            expected.reverse();
            assert_eq!(names(huge, rows, true, None), expected, "{huge:?}");
        }
    }

    #[test]
    fn a_pattern_is_matched_beside_a_huge_name() {
        assert_eq!(names(&[3], 20, false, Some("n1?")).len(), 10);
    }

    #[test]
    fn the_order_of_the_names_goes_on_behind_huge_ones() {
        let pages = i64::try_from(PAGE_ROWS).unwrap();
        // Names of hexadecimal zeros stand before all others, so each fills the end of a page.
        for (huge, rows) in [(vec![], 2 * pages + 1), (vec![1], pages), (vec![pages, 3], pages + 7)]
        {
            for reverse in [false, true] {
                let mut names = names_in(Order::Name, &huge, rows, reverse, None);
                assert_eq!(i64::try_from(names.len()).unwrap(), rows);
                names.retain(|name| !name.starts_with('('));
                if reverse {
                    names.reverse();
                }
                assert!(names.is_sorted());
                names.dedup();
                assert_eq!(names.len() + huge.len(), usize::try_from(rows).unwrap());
            }
        }
    }
}
