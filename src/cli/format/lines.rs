//! Lines of an input, without the line break, none of them longer than a row may be.

use std::io::{ErrorKind, Read};
use std::ops::Range;

use zeroize::Zeroizing;

use super::input::{Input, MAX_ROW_BYTES, invalid, too_long};
use useradm::Result;
use useradm::error::system_words;

/// What is read at once, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// Both buffers may hold passwords: they never grow, and are wiped.
pub(super) struct Lines {
    input: Input,
    chunk: Zeroizing<Vec<u8>>,
    /// The part of the chunk that was not taken yet.
    rest: Range<usize>,
    number: u64,
    line: Zeroizing<Vec<u8>>,
}

impl Lines {
    pub(super) fn new(input: Input) -> Self {
        Lines {
            input,
            chunk: Zeroizing::new(vec![0; CHUNK_BYTES]),
            rest: 0..0,
            number: 0,
            line: Zeroizing::new(Vec::with_capacity(MAX_ROW_BYTES)),
        }
    }

    /// The next line that is not empty, and its number; a byte order mark is left out.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &[u8])>> {
        loop {
            if !self.read()? {
                self.input.check_unchanged()?;
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
            if self.rest.is_empty() && !self.fill()? {
                return Ok(!self.line.is_empty());
            }
            let available = &self.chunk[self.rest.clone()];
            let end = available.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
            let length = end.unwrap_or(available.len());
            if self.line.len() + length > MAX_ROW_BYTES {
                return Err(too_long(self.number + 1));
            }
            self.line.extend_from_slice(&available[..length]);
            self.rest.start += length;
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    /// Reads the next chunk; false at the end.
    fn fill(&mut self) -> Result<bool> {
        loop {
            match self.input.read(&mut self.chunk) {
                Ok(length) => {
                    self.rest = 0..length;
                    return Ok(length > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(invalid(format!("it cannot be read ({})", system_words(&error))));
                }
            }
        }
    }
}
