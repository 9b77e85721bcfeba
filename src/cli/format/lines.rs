//! Lines of an input, without the line break, none of them longer than a row may be.

use zeroize::Zeroizing;

use super::input::{Input, MAX_ROW_BYTES, too_long};
use useradm::Result;

/// The buffer may hold passwords: it never grows, and is wiped.
pub(super) struct Lines {
    input: Input,
    number: u64,
    line: Zeroizing<Vec<u8>>,
}

impl Lines {
    pub(super) fn new(input: Input) -> Self {
        Lines { input, number: 0, line: Zeroizing::new(Vec::with_capacity(MAX_ROW_BYTES)) }
    }

    /// The next line that is not empty, and its number.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &[u8])>> {
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
    fn read(&mut self) -> Result<bool> {
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
