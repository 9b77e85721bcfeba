//! Formats in which each line is a row. None is longer than a row may be.

use zeroize::Zeroizing;

use super::input::{Input, Item, MAX_ROW_BYTES, too_long};
use useradm::accounts::{InputRow, Rejection};

/// The rows of an input. The buffer may hold passwords: it never grows, and is wiped.
pub(super) struct Lines<R> {
    input: Input,
    /// Reads the row of a line, which has this number and no line break; none is a comment.
    row: R,
    number: u64,
    line: Zeroizing<Vec<u8>>,
}

impl<R> Lines<R> {
    pub(super) fn new(input: Input, row: R) -> Self {
        Lines { input, row, number: 0, line: Zeroizing::new(Vec::with_capacity(MAX_ROW_BYTES)) }
    }

    /// Goes to the next line that is not empty; false at the end.
    fn next_line(&mut self) -> useradm::Result<bool> {
        loop {
            if !self.read()? {
                self.input.check_unchanged()?;
                return Ok(false);
            }
            self.number += 1;
            if !without_break(&self.line).is_empty() {
                return Ok(true);
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

impl<R: FnMut(u64, &[u8]) -> Option<Result<InputRow, Rejection>>> Iterator for Lines<R> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            match self.next_line() {
                Ok(false) => return None,
                Ok(true) => {
                    if let Some(row) = (self.row)(self.number, without_break(&self.line)) {
                        return Some(Ok(row));
                    }
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

fn without_break(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
