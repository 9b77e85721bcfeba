//! Formats in which each line is a row. None is longer than a row may be.

use zeroize::Zeroizing;

use super::input::{Input, Item, MAX_ROW_BYTES, too_long};
use useradm::accounts::{InputRow, Rejection};

/// Reads the row of a line, which has this number and no line break; none is a comment.
pub(super) type Row = fn(u64, &[u8]) -> Option<Result<InputRow, Rejection>>;

/// The rows of an input. The buffer may hold passwords: it never grows, and is wiped.
pub(super) struct Lines {
    input: Input,
    row: Row,
    number: u64,
    line: Zeroizing<Vec<u8>>,
}

impl Lines {
    pub(super) fn new(input: Input, row: Row) -> Self {
        Lines { input, row, number: 0, line: Zeroizing::new(Vec::with_capacity(MAX_ROW_BYTES)) }
    }

    /// The next line that is not empty, and its number.
    fn next_line(&mut self) -> useradm::Result<Option<(u64, &[u8])>> {
        loop {
            if !self.read()? {
                self.input.check_unchanged()?;
                return Ok(None);
            }
            self.number += 1;
            let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
            let length = line.strip_suffix(b"\r").unwrap_or(line).len();
            if length > 0 {
                return Ok(Some((self.number, &self.line[..length])));
            }
        }
    }

    /// Reads a line with its break; false at the end.
    fn read(&mut self) -> useradm::Result<bool> {
        self.line.clear();
        loop {
            let next = self.input.next()?;
            let end = next.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
            let length = end.unwrap_or(next.len());
            if self.line.len() + length > MAX_ROW_BYTES {
                return Err(too_long(self.number + 1));
            }
            self.line.extend_from_slice(&next[..length]);
            self.input.take(length);
            if end.is_some() || length == 0 {
                return Ok(!self.line.is_empty());
            }
        }
    }
}

impl Iterator for Lines {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let read = self.row;
        loop {
            match self.next_line() {
                Ok(line) => {
                    let (number, line) = line?;
                    if let Some(row) = read(number, line) {
                        return Some(Ok(row));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
