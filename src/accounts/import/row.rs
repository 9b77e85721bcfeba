//! The form in which rows, and the users to compare them with, wait between the parts of an import.
//! Names that must not both be stored have one key, so that sorting puts them side by side.

use super::{Importing, OnConflict};
use crate::error::{Error, Result};
use crate::sort::{Cursor, Sorted, Sorter};
use crate::user::fold::fold;

/// A row that is right by itself, or as much of it as is needed.
#[derive(Clone, Copy, Default)]
pub(super) struct Row<'a> {
    /// Its place among all rows.
    pub(super) place: u64,
    /// The line on which it begins.
    pub(super) line: u64,
    /// The id that it wants, or that its user has.
    pub(super) id: Option<i64>,
    /// The number of its password, if it brings one: those are never in a temporary file.
    pub(super) password: Option<usize>,
    /// The name; none for NULL.
    pub(super) name: Option<&'a [u8]>,
    /// The hash that it brings, or why it cannot be stored.
    pub(super) text: &'a [u8],
}

impl<'a> Row<'a> {
    /// Writes the row in place of what is in `out`.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        let after = |length: Option<usize>| length.map_or(0, |length| length as u64 + 1);
        let (id, has_id) = (self.id.unwrap_or_default().cast_unsigned(), self.id.is_some());
        let (password, name) = (after(self.password), after(self.name.map(<[u8]>::len)));
        for number in [self.place, self.line, id, u64::from(has_id), password, name] {
            put(out, number);
        }
        out.extend_from_slice(self.name.unwrap_or_default());
        out.extend_from_slice(self.text);
    }

    /// Reads what [`Row::write`] wrote.
    pub(super) fn read(mut bytes: &'a [u8]) -> Result<Self> {
        let mut numbers = [0; 6];
        for number in &mut numbers {
            *number = take(&mut bytes)?;
        }
        let [place, line, id, has_id, password, name] = numbers;
        let before = |number: u64| number.checked_sub(1).and_then(|it| usize::try_from(it).ok());
        let length = before(name);
        let (name, text) = bytes.split_at_checked(length.unwrap_or(0)).ok_or_else(broken)?;
        Ok(Row {
            place,
            line,
            id: (has_id == 1).then_some(id.cast_signed()),
            password: before(password),
            name: length.map(|_| name),
            text,
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
        write_key(&mut self.key, row.name, row.id.unwrap_or_default(), importing);
        // Only where another run's batches are to be told from conflicts are hashes compared.
        let is_compared = importing.on_conflict == OnConflict::Fail && importing.batch.is_some();
        let id = row.id.filter(|_| importing.keep_ids);
        Row { id, text: if is_compared { row.text } else { b"" }, ..*row }.write(&mut self.value);
        self.sorter.push(&self.key, &self.value)
    }

    pub(super) fn finish(self) -> Result<Sorted> {
        self.sorter.finish()
    }
}

/// Writes the key of a name: equal for names that must not both be stored. One that is NULL is
/// that of no other row, whatever their ids.
pub(super) fn write_key(key: &mut Vec<u8>, name: Option<&[u8]>, id: i64, importing: &Importing) {
    key.clear();
    key.push(u8::from(name.is_some()));
    match (name, name.map(std::str::from_utf8)) {
        (None, _) => key.extend_from_slice(&id.to_be_bytes()),
        (Some(name), _) if !importing.checks_lookalikes() => key.extend_from_slice(name),
        (Some(name), _) if name.is_ascii() => key.extend(name.iter().map(u8::to_ascii_lowercase)),
        (_, Some(Ok(text))) => key.extend_from_slice(fold(text).as_bytes()),
        (Some(name), _) => key.extend_from_slice(name),
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
                for id in [None, Some(0), Some(i64::MIN), Some(i64::MAX)] {
                    let password = usize::try_from(number).ok().filter(|_| number > 0);
                    let row = Row { place: number, line: number, id, password, name, text };
                    row.write(&mut written);
                    let read = Row::read(&written).unwrap();
                    assert_eq!((read.place, read.line), (number, number));
                    assert_eq!(
                        (read.id, read.password, read.name, read.text),
                        (id, password, name, text)
                    );
                }
            }
        }
        for length in 0..written.len() - 201 {
            assert!(Row::read(&written[..length]).is_err());
        }
    }
}
