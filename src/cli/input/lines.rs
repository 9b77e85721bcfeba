//! Lines of an input, without the line break, none of them longer than a row may be.

use std::io::{BufRead, BufReader};

use zeroize::Zeroizing;

use super::{Input, MAX_ROW_BYTES, invalid, too_long};
use useradm::Result;

pub(super) struct Lines {
    input: BufReader<Input>,
    number: u64,
    line: Zeroizing<Vec<u8>>,
}

impl Lines {
    pub(super) fn new(input: Input) -> Self {
        let input = BufReader::with_capacity(MAX_ROW_BYTES, input);
        Lines { input, number: 0, line: Zeroizing::new(Vec::new()) }
    }

    /// The next line that is not empty, and its number; a byte order mark is left out.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &[u8])>> {
        loop {
            if !self.read()? {
                self.input.get_ref().check_unchanged()?;
                return Ok(None);
            }
            self.number += 1;
            let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let start = if self.number == 1 && line.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            let range = start..line.len();
            if !range.is_empty() {
                return Ok(Some((self.number, &self.line[range])));
            }
        }
    }

    /// Reads a line with its break; false at the end.
    fn read(&mut self) -> Result<bool> {
        self.line.clear();
        loop {
            let available = match self.input.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(invalid(error.to_string())),
            };
            let end = available.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
            let length = end.unwrap_or(available.len());
            if length == 0 {
                return Ok(!self.line.is_empty());
            }
            if self.line.len() + length > MAX_ROW_BYTES {
                return Err(too_long(self.number + 1));
            }
            self.line.extend_from_slice(&available[..length]);
            self.input.consume(length);
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}
