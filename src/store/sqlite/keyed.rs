//! Reading users in the order of a key of the table: the id, or the name where an index has it.
//!
//! The next page goes on after the last row that was visited, which a change of other rows in
//! between does not move.

use std::ops::ControlFlow;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Row, Statement, ToSql};

use super::columns::stored;
use super::read::{Digits, key_of, user_of};
use super::sql::{self, Columns, Part};
use super::{Order, Selection, Store, StoredUser};
use crate::error::{Error, Result};
use crate::user::Key;

/// How many rows a page reads at most: some milliseconds.
const PAGE_ROWS: usize = 10_000;

/// The reading of the table, a page at a time.
pub(super) struct Keyed<'s> {
    store: &'s Store,
    selection: &'s Selection,
    /// The parts of the table that are still to be read, the next one last.
    parts: Vec<Part>,
    /// The last row that was visited in this part.
    last: Option<Last>,
}

/// A row, as far as the order of the rows goes.
struct Last {
    key: Key,
    /// What the name sorts by, where the rows are in the order of the names.
    sort_key: Vec<u8>,
    /// The name as it is stored, and whether these are the bytes of a text.
    name: (Value, bool),
}

impl<'s> Keyed<'s> {
    /// Begins to read in the order that is selected.
    pub(super) fn new(store: &'s Store, selection: &'s Selection) -> Self {
        // SQL compares NULL with nothing, so the nameless are read by themselves: first, since
        // they sort first, or in the reverse order last.
        let parts = match (selection.order, selection.reverse) {
            (Order::Id, _) => vec![Part::All],
            (Order::Name, false) => vec![Part::Named, Part::Nameless],
            (Order::Name, true) => vec![Part::Nameless, Part::Named],
        };
        Keyed { store, selection, parts, last: None }
    }

    /// Begins to read in the order of the ids, whatever is selected.
    pub(super) fn by_id(store: &'s Store, selection: &'s Selection) -> Self {
        Keyed { parts: vec![Part::All], ..Keyed::new(store, selection) }
    }

    /// Reads one page and visits its rows; the page ends where `visit` breaks off. What it also gets
    /// is the [key](set_sort_key) of the name, where the rows are to be sorted by it.
    ///
    /// Returns whether there may be another page. All locks are released before it returns.
    pub(super) fn next_page(
        &mut self,
        mut visit: impl FnMut(StoredUser<'_>, &[u8]) -> ControlFlow<()>,
    ) -> Result<bool> {
        let Some(&part) = self.parts.last() else { return Ok(false) };
        let last =
            self.store.read_further(&self.selection.columns, self.read_page(part, &mut visit))?;
        if let (Some(last), Some(before)) = (&last, &self.last)
            && !self.is_after(last, before)
        {
            // A damaged file could be read in circles.
            let path = self.store.file.database.path.clone();
            let reason = "its rows are not in order".to_owned();
            return Err(Error::DatabaseCorrupt { path, reason });
        }
        if last.is_none() {
            self.parts.pop();
        }
        self.last = last;
        Ok(!self.parts.is_empty())
    }

    /// Reads one page of one part; returns its last row, unless it came to the end of the part.
    fn read_page(
        &self,
        part: Part,
        visit: &mut impl FnMut(StoredUser<'_>, &[u8]) -> ControlFlow<()>,
    ) -> rusqlite::Result<Option<Last>> {
        let has_further = !self.selection.columns.is_empty();
        let is_to_be_sorted = part == Part::All && self.selection.order == Order::Name;
        let columns = self.store.sql.columns(self.selection);
        let sql = self.store.sql.page(self.selection, part, self.last.is_some());
        let mut statement = self.store.file.connection.prepare(&sql)?;
        if let Some(Last { key, name: (name, is_text), .. }) = &self.last {
            bind(&mut statement, ":key", key.0)?;
            bind(&mut statement, ":name", name)?;
            bind(&mut statement, ":is_text", is_text)?;
        }
        bind(&mut statement, ":glob", self.selection.glob.as_deref())?;
        let mut rows = statement.raw_query();
        let (mut visited, mut sort_key, mut digits) = (0, Vec::new(), Digits::default());
        while let Some(row) = rows.next()? {
            let is_selected = columns.is_selected.map_or(Ok(true), |at| row.get(at))?;
            if is_to_be_sorted {
                set_sort_key(&mut sort_key, row, columns)?;
            }
            let user = user_of(row, columns.id, columns.hash, &mut digits)?;
            let flow = if !is_selected {
                ControlFlow::Continue(())
            } else if has_further {
                let further = stored(row, columns.further, self.selection.columns.len())?;
                visit(StoredUser { further: &further, ..user }, &sort_key)
            } else {
                visit(user, &sort_key)
            };
            visited += 1;
            if flow.is_break() || visited >= PAGE_ROWS {
                return Last::of(row, part, columns).map(Some);
            }
        }
        Ok(None)
    }

    /// Whether a row comes after another one in the order that is read.
    fn is_after(&self, row: &Last, other: &Last) -> bool {
        let (row, other) = ((&row.sort_key, row.key), (&other.sort_key, other.key));
        if self.selection.reverse { row < other } else { row > other }
    }
}

impl Last {
    fn of(row: &Row<'_>, part: Part, columns: Columns) -> rusqlite::Result<Self> {
        let key = key_of(row)?;
        let mut sort_key = Vec::new();
        if part != Part::Named {
            return Ok(Last { key, sort_key, name: (Value::Null, false) });
        }
        set_sort_key(&mut sort_key, row, columns)?;
        let name = match (row.get_ref(sql::NAME)?, columns.stored_name) {
            (ValueRef::Text(_), Some(at)) => (row.get(at)?, true),
            _ => (row.get(sql::NAME)?, false),
        };
        Ok(Last { key, sort_key, name })
    }
}

/// Makes the key of a row's name: keys sort, byte by byte, as SQLite sorts the values, the types
/// first (SQLite's datatypes, section 4.1).
///
/// Of text these are the bytes in the file's own encoding, whether they are valid or not: what was
/// converted might sort elsewhere.
fn set_sort_key(key: &mut Vec<u8>, row: &Row<'_>, columns: Columns) -> rusqlite::Result<()> {
    key.clear();
    let (rank, number) = match row.get_ref(sql::NAME)? {
        ValueRef::Null => (0, None),
        ValueRef::Integer(number) => (1, Some(nearly(number))),
        ValueRef::Real(number) => (1, Some(number)),
        ValueRef::Text(_) => (2, None),
        ValueRef::Blob(_) => (3, None),
    };
    key.push(rank);
    if let Some(number) = number {
        // The bits of a positive number sort as it does, those of a negative one the other way.
        let bits = number.to_bits();
        let bits = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
        key.extend_from_slice(&bits.to_be_bytes());
    } else if let Some(at) = columns.stored_name.filter(|_| rank > 0) {
        key.extend_from_slice(row.get_ref(at)?.as_blob()?);
    }
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the order of names of 16 digits may be nearly right"
)]
fn nearly(number: i64) -> f64 {
    number as f64
}

/// Binds a parameter where the statement has it.
fn bind(statement: &mut Statement<'_>, name: &str, value: impl ToSql) -> rusqlite::Result<()> {
    match statement.parameter_index(name)? {
        Some(index) => statement.raw_bind_parameter(index, value),
        None => Ok(()),
    }
}
