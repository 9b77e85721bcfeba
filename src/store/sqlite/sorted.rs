//! All users in the order of their names, for a table without an index that has it.
//!
//! SQLite would sort the table for every page. Here it is read once, in pages in the order of the
//! ids, and sorted outside the file in bounded memory; no lock is held while it is read back.

use std::ops::ControlFlow;

use super::keyed::Keyed;
use super::{Selection, Store, StoredUser};
use crate::error::Result;
use crate::layout::Stored;
use crate::sort::{Cursor, Sorted, Sorter};
use crate::user::Id;

/// What has to be kept of a row beside its texts: the length of the name, what its id is, and the
/// number or the length of that.
const HEAD_BYTES: usize = 24;

/// How many bits the kind of an id takes.
const KIND_BITS: u32 = 2;

/// The length that stands for a name that is NULL.
const NO_NAME: u64 = u64::MAX;

/// Reads and sorts the users who are selected.
pub(super) fn read(store: &Store, selection: &Selection) -> Result<Sorted> {
    let mut sorter = Sorter::of_listing();
    let mut users = Keyed::by_id(store, selection);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut pushed = Ok(());
    while users.next_page(|user, name| {
        set_value(&mut value, &user);
        pushed = if selection.reverse {
            invert(&mut key, name);
            sorter.push(&key, &value)
        } else {
            sorter.push(name, &value)
        };
        if pushed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })? && pushed.is_ok()
    {}
    pushed.and_then(|()| sorter.finish())
}

/// Visits sorted users until `visit` breaks off; returns whether there may be more.
pub(super) fn next_page(
    users: &mut Cursor<'_>,
    mut visit: impl FnMut(StoredUser<'_>) -> ControlFlow<()>,
) -> Result<bool> {
    while let Some((_, value)) = users.next()? {
        let (user, mut rest) = user_of(value);
        let further: Vec<Stored<'_>> = std::iter::from_fn(|| Stored::take(&mut rest)).collect();
        if visit(StoredUser { further: &further, ..user }).is_break() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a key that sorts the other way round. Rows of one name stay in the order in which they come.
///
/// With every byte inverted the order turns round, but for keys that begin with others: an end that
/// is marked sorts after whatever goes on.
fn invert(inverted: &mut Vec<u8>, key: &[u8]) {
    inverted.clear();
    for &byte in key {
        inverted.push(!byte);
        if byte == 0 {
            inverted.push(0);
        }
    }
    inverted.extend_from_slice(&[0xff, 0xff]);
}

fn set_value(value: &mut Vec<u8>, user: &StoredUser<'_>) {
    value.clear();
    let length = user.name.map_or(NO_NAME, |name| name.len() as u64);
    value.extend_from_slice(&length.to_le_bytes());
    // What the further columns hold, and its length beside the kind of the id.
    let mut further = Vec::new();
    for stored in user.further {
        stored.put(&mut further);
    }
    let (kind, number, id) = match user.id {
        Id::Null => (0, 0, &b""[..]),
        Id::Number(number) => (1, number.cast_unsigned(), &b""[..]),
        Id::Text(text) => (2, text.len() as u64, text),
    };
    let kind = kind | (further.len() as u64) << KIND_BITS;
    value.extend_from_slice(&u64::to_le_bytes(kind));
    value.extend_from_slice(&number.to_le_bytes());
    value.extend_from_slice(id);
    value.extend_from_slice(user.name.unwrap_or_default());
    value.extend_from_slice(&further);
    value.extend_from_slice(user.hash.unwrap_or_default());
}

/// Reads a user, and in its own form what the further columns hold.
fn user_of<'v>(value: &'v [u8]) -> (StoredUser<'v>, &'v [u8]) {
    let (head, texts) = value.split_at(HEAD_BYTES);
    let number = |at: usize| {
        let mut number = [0; 8];
        number.copy_from_slice(&head[at..at + 8]);
        u64::from_le_bytes(number)
    };
    let split = |texts: &'v [u8], length: u64| {
        texts.split_at(usize::try_from(length).unwrap_or(0).min(texts.len()))
    };
    let (id, texts) = match (number(8) % (1 << KIND_BITS), number(16)) {
        (0, _) => (Id::Null, texts),
        (1, number) => (Id::Number(number.cast_signed()), texts),
        (_, length) => {
            let (id, texts) = split(texts, length);
            (Id::Text(id), texts)
        }
    };
    let length = number(0);
    let (name, texts) = split(texts, if length == NO_NAME { 0 } else { length });
    let (further, hash) = split(texts, number(8) >> KIND_BITS);
    let name = (length != NO_NAME).then_some(name);
    (StoredUser { id, name, hash: Some(hash), further: &[] }, further)
}
