//! The form in which rows, and the users to compare them with, wait between the parts of an import.
//! Names that must not both be stored have one key, so that sorting puts them side by side.

use super::{Importing, OnConflict};
use crate::error::{Error, Result};
use crate::sort::{Cursor, Sorted, Sorter};
use crate::user::fold::fold;
use crate::user::{Id, Key};

/// What a row has for an id, as it is written.
const NO_ID: u64 = 0;
const NUMBER: u64 = 1;
const TEXT: u64 = 2;

/// What is added to that where the user is known, and where there are further columns.
const HAS_KEY: u64 = 4;
const HAS_FURTHER: u64 = 8;

/// A row that is right by itself, or as much of it as is needed.
#[derive(Clone, Copy, Default)]
pub(super) struct Row<'a> {
    /// Its place among all rows.
    pub(super) place: u64,
    /// The line on which it begins.
    pub(super) line: u64,
    /// The id that it wants, or that its user has; null for none.
    pub(super) id: Id<'a>,
    /// Its user, if that is known.
    pub(super) key: Option<Key>,
    /// The number of its password, if it brings one: those are never in a temporary file.
    pub(super) password: Option<usize>,
    /// The name; none for NULL.
    pub(super) name: Option<&'a [u8]>,
    /// The hash that it brings, or why it cannot be stored.
    pub(super) text: &'a [u8],
    /// What it says of further columns, as `further.rs` writes it.
    pub(super) further: &'a [u8],
}

impl<'a> Row<'a> {
    /// Writes the row in place of what is in `out`.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        let after = |length: Option<usize>| length.map_or(0, |length| length as u64 + 1);
        let (kind, id, id_text) = match self.id {
            Id::Null => (NO_ID, 0, &b""[..]),
            Id::Number(number) => (NUMBER, number.cast_unsigned(), &b""[..]),
            Id::Text(text) => (TEXT, text.len() as u64, text),
        };
        let (password, name) = (after(self.password), after(self.name.map(<[u8]>::len)));
        let kind = if self.key.is_some() { kind | HAS_KEY } else { kind };
        let kind = if self.further.is_empty() { kind } else { kind | HAS_FURTHER };
        for number in [self.place, self.line, kind, id, password, name] {
            put(out, number);
        }
        if let Some(Key(key)) = self.key {
            put(out, key.cast_unsigned());
        }
        if !self.further.is_empty() {
            put(out, self.further.len() as u64);
        }
        out.extend_from_slice(id_text);
        out.extend_from_slice(self.name.unwrap_or_default());
        out.extend_from_slice(self.further);
        out.extend_from_slice(self.text);
    }

    /// Reads what [`Row::write`] wrote.
    pub(super) fn read(mut bytes: &'a [u8]) -> Result<Self> {
        let mut numbers = [0; 6];
        for number in &mut numbers {
            *number = take(&mut bytes)?;
        }
        let [place, line, kind, id, password, name] = numbers;
        let has_key = kind & HAS_KEY != 0;
        let key = has_key.then(|| take(&mut bytes)).transpose()?;
        let further = if kind & HAS_FURTHER == 0 { 0 } else { take(&mut bytes)? };
        let id = match kind & !HAS_KEY & !HAS_FURTHER {
            NO_ID => Id::Null,
            NUMBER => Id::Number(id.cast_signed()),
            _ => Id::Text(take_text(&mut bytes, usize::try_from(id).unwrap_or(usize::MAX))?),
        };
        let before = |number: u64| number.checked_sub(1).and_then(|it| usize::try_from(it).ok());
        let length = before(name);
        let name = take_text(&mut bytes, length.unwrap_or(0))?;
        let further = take_text(&mut bytes, usize::try_from(further).unwrap_or(usize::MAX))?;
        Ok(Row {
            place,
            line,
            id,
            key: key.map(|key| Key(key.cast_signed())),
            password: before(password),
            name: length.map(|_| name),
            text: bytes,
            further,
        })
    }

    /// The next of sorted rows.
    pub(super) fn next(rows: &'a mut Cursor<'_>) -> Result<Option<Self>> {
        rows.next()?.map(|(_, row)| Row::read(row)).transpose()
    }

    /// The key that puts rows into the order of the input.
    pub(super) fn place_key(&self) -> [u8; 8] {
        self.place.to_be_bytes()
    }

    /// The name, to be kept.
    pub(super) fn owned_name(&self) -> Option<Vec<u8>> {
        self.name.map(<[u8]>::to_vec)
    }

    /// The name for messages.
    pub(super) fn shown(&self) -> String {
        String::from_utf8_lossy(self.name.unwrap_or_default()).into_owned()
    }
}

/// Collects the names that rows want.
pub(super) struct Claims {
    sorter: Sorter,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Claims {
    pub(super) fn new() -> Self {
        Claims { sorter: Sorter::new(), key: Vec::new(), value: Vec::new() }
    }

    pub(super) fn push(&mut self, row: &Row<'_>, importing: &Importing) -> Result<()> {
        write_key(&mut self.key, row.name, row.id, importing);
        // Only where another run's batches are to be told from conflicts are hashes compared.
        let is_compared = importing.on_conflict == OnConflict::Fail && importing.batch.is_some();
        let id = if importing.keep_ids { row.id } else { Id::Null };
        let text = if is_compared { row.text } else { b"" };
        Row { id, text, further: b"", ..*row }.write(&mut self.value);
        self.sorter.push(&self.key, &self.value)
    }

    pub(super) fn finish(self) -> Result<Sorted> {
        self.sorter.finish()
    }
}

/// Writes the key of a name: equal for names that must not both be stored. One that is NULL is
/// that of no other row, whatever their ids.
pub(super) fn write_key(key: &mut Vec<u8>, name: Option<&[u8]>, id: Id<'_>, importing: &Importing) {
    key.clear();
    key.push(u8::from(name.is_some()));
    match (name, name.map(std::str::from_utf8)) {
        (None, _) => push_id(key, id),
        (Some(name), _) if !importing.checks_lookalikes() => key.extend_from_slice(name),
        (Some(name), _) if name.is_ascii() => key.extend(name.iter().map(u8::to_ascii_lowercase)),
        (_, Some(Ok(text))) => key.extend_from_slice(fold(text).as_bytes()),
        (Some(name), _) => key.extend_from_slice(name),
    }
}

/// Appends what rows of one id have in common, and no others, also where something follows it.
pub(super) fn push_id(key: &mut Vec<u8>, id: Id<'_>) {
    match id {
        Id::Null => key.push(0),
        Id::Number(number) => {
            key.push(1);
            key.extend_from_slice(&number.to_be_bytes());
        }
        Id::Text(text) => {
            key.push(2);
            key.extend_from_slice(&text.len().to_be_bytes());
            key.extend_from_slice(text);
        }
    }
}

/// Appends a number in as many bytes as it needs, seven bits in each, the low ones first.
fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Takes such a number off the beginning.
fn take(bytes: &mut &[u8]) -> Result<u64> {
    let mut number = 0;
    for (at, &byte) in bytes.iter().take(10).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            *bytes = &bytes[at + 1..];
            return Ok(number);
        }
    }
    Err(broken())
}

/// Takes so many bytes off the beginning.
fn take_text<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    let (text, rest) = bytes.split_at_checked(length).ok_or_else(broken)?;
    *bytes = rest;
    Ok(text)
}

fn broken() -> Error {
    Error::Internal("a temporary file holds what was not written to it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_they_were_written() {
        let mut written = Vec::new();
        for number in [0, 1, 0x7f, 0x80, 1 << 56, u64::MAX - 1] {
            for (name, text) in
                [(None, &b"x"[..]), (Some(&b""[..]), b""), (Some(&[0xff; 200]), b"y")]
            {
                let numbers = [0, i64::MIN, i64::MAX].map(Id::Number);
                for id in [Id::Null, Id::Text(b""), Id::Text(b"007")].into_iter().chain(numbers) {
                    let password = usize::try_from(number).ok().filter(|_| number > 0);
                    let key = password.map(|_| Key(number.cast_signed()));
                    let further = name.unwrap_or_default();
                    let row =
                        Row { place: number, line: number, id, key, password, name, text, further };
                    row.write(&mut written);
                    let read = Row::read(&written).unwrap();
                    assert_eq!((read.place, read.line, read.key), (number, number, key));
                    assert_eq!(
                        (read.id, read.password, read.name, read.text, read.further),
                        (id, password, name, text, further)
                    );
                }
            }
        }
        for length in 0..written.len() - 201 {
            assert!(Row::read(&written[..length]).is_err());
        }
    }
}
