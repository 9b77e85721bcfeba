//! The form in which rows, and users to compare them with, wait between the parts of an import.

use crate::error::{Error, Result};

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
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(self.name.unwrap_or_default());
        out.extend_from_slice(self.text);
    }

    /// Reads what [`Row::write`] wrote.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self> {
        let broken = || Error::Internal("a temporary file holds what was not written to it".into());
        let (numbers, texts) = bytes.split_first_chunk::<48>().ok_or_else(broken)?;
        let number = |at: usize| u64::from_le_bytes(numbers.as_chunks().0[at]);
        let before = |at: usize| number(at).checked_sub(1).and_then(|it| usize::try_from(it).ok());
        let length = before(5);
        let (name, text) = texts.split_at_checked(length.unwrap_or(0)).ok_or_else(broken)?;
        Ok(Row {
            place: number(0),
            line: number(1),
            id: (number(3) == 1).then_some(number(2).cast_signed()),
            password: before(4),
            name: length.map(|_| name),
            text,
        })
    }

    /// The key that puts rows into the order of the input.
    pub(super) fn place_key(&self) -> [u8; 8] {
        self.place.to_be_bytes()
    }

    /// The name for messages.
    pub(super) fn shown(&self) -> String {
        String::from_utf8_lossy(self.name.unwrap_or_default()).into_owned()
    }
}
