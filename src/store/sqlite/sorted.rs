//! All users in the order of their names, for a table without an index that has it.
//!
//! SQLite would sort the table for every page. Here it is read once, in pages in the order of the
//! ids, and sorted outside the file in bounded memory; no lock is held while it is read back.

use std::ops::ControlFlow;

use super::page::StoredName;
use super::{Order, Selection, Store, StoredUser};
use crate::error::Result;
use crate::sort::{Cursor, Sorted, Sorter};

/// What has to be kept of a row beside its name and hash: the id and the length of the name.
const HEAD_BYTES: usize = 16;

/// The length that stands for a name that is NULL.
const NO_NAME: u64 = u64::MAX;

/// Users in the order of their names.
pub struct SortedUsers {
    sorted: Sorted,
}

impl std::fmt::Debug for SortedUsers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SortedUsers(..)")
    }
}

impl Store {
    /// Reads and sorts the users that are selected, where the order is that of the names and no index
    /// has it.
    ///
    /// # Errors
    /// As [`super::Page::next_page`], and [`crate::Error::Io`] or [`crate::Error::DatabaseFull`] for
    /// the temporary file.
    pub fn sorted_users(&self, selection: &Selection) -> Result<Option<SortedUsers>> {
        if selection.order == Order::Id || self.name_index()?.is_some() {
            return Ok(None);
        }
        let mut sorter = Sorter::of_listing();
        let mut pages = self.pages_to_sort(selection.clone());
        let (mut key, mut value) = (Vec::new(), Vec::new());
        let mut pushed = Ok(());
        while pages.next_page_of_names(|row, name| {
            set_key(&mut key, name, selection.reverse);
            set_value(&mut value, &row);
            pushed = sorter.push(&key, &value);
            if pushed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })? && pushed.is_ok()
        {}
        pushed.and_then(|()| sorter.finish()).map(|sorted| Some(SortedUsers { sorted }))
    }
}

/// Makes the key of a name: keys sort, byte by byte, as SQLite sorts the values. Rows of one name
/// stay in the order in which they come, so the key needs no id.
fn set_key(key: &mut Vec<u8>, name: StoredName<'_>, reverse: bool) {
    key.clear();
    key.push(name.rank());
    match name {
        StoredName::Text(bytes) | StoredName::Blob(bytes) => key.extend_from_slice(bytes),
        StoredName::Null => {}
        StoredName::Number(number) => {
            // The bits of a positive number sort as it does, those of a negative one the other way.
            let bits = number.to_bits();
            let bits = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
            key.extend_from_slice(&bits.to_be_bytes());
        }
    }
    if reverse {
        // With every byte inverted the order turns round, but for keys that begin with others: an
        // end that is marked sorts after whatever goes on.
        let forward = std::mem::take(key);
        for byte in forward {
            key.push(!byte);
            if byte == 0 {
                key.push(0);
            }
        }
        key.extend_from_slice(&[0xff, 0xff]);
    }
}

fn set_value(value: &mut Vec<u8>, row: &StoredUser<'_>) {
    value.clear();
    value.extend_from_slice(&row.id.to_le_bytes());
    let length = row.name.map_or(NO_NAME, |name| name.len() as u64);
    value.extend_from_slice(&length.to_le_bytes());
    value.extend_from_slice(row.name.unwrap_or_default());
    value.extend_from_slice(row.hash.unwrap_or_default());
}

fn row_of(value: &[u8]) -> StoredUser<'_> {
    let (head, texts) = value.split_at(HEAD_BYTES);
    let number = |at: usize| {
        let mut number = [0; 8];
        number.copy_from_slice(&head[at..at + 8]);
        u64::from_le_bytes(number)
    };
    let length = number(8);
    let (name, hash) = texts.split_at(usize::try_from(length).unwrap_or(0).min(texts.len()));
    let name = (length != NO_NAME).then_some(name);
    StoredUser { id: number(0).cast_signed(), name, hash: Some(hash) }
}

impl SortedUsers {
    /// Begins to read them.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn read(&self) -> Result<SortedRows<'_>> {
        self.sorted.cursor().map(|cursor| SortedRows { cursor })
    }
}

/// The reading of sorted users.
pub struct SortedRows<'s> {
    cursor: Cursor<'s>,
}

impl SortedRows<'_> {
    /// Visits rows until `visit` breaks off; returns whether there may be more.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn next_page(
        &mut self,
        mut visit: impl FnMut(StoredUser<'_>) -> ControlFlow<()>,
    ) -> Result<bool> {
        while self.cursor.advance()? {
            if let Some((_, value)) = self.cursor.record()
                && visit(row_of(value)).is_break()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
