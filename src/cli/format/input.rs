//! A file of users that is being read, and the words for what is wrong with it. Which rows it holds is
//! for the formats to say, and whether they can be stored for the library.

use std::fs::{File, Metadata};
use std::io::{self, IsTerminal, Read};
use std::ops::Range;
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::failure::Failure;
use crate::cli::files;
use useradm::accounts::{InputRow, Rejection};
use useradm::error::{self, system_words};
use useradm::{Error, Result};

/// The longest row in bytes: far more than any name, password and hash, and little enough that no
/// input fills the memory.
pub(super) const MAX_ROW_BYTES: usize = 1024 * 1024;

/// A row, or why it is none; the outer error is one of the whole input.
pub(crate) type Item = Result<Result<InputRow, Rejection>>;

/// What is read at once, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// An input that is being read.
pub(crate) struct Input {
    file: File,
    before: Metadata,
    /// It may hold passwords: it never grows, and is wiped.
    chunk: Zeroizing<Vec<u8>>,
    /// The part of the chunk that was not taken yet.
    rest: Range<usize>,
    is_at_end: bool,
}

impl Input {
    /// Opens a file, or standard input for `-`.
    pub(crate) fn open(path: &Path, database: &Path) -> Result<Self> {
        let shown = if path == "-" { "standard input".to_owned() } else { error::shown(path) };
        let cannot = |error: io::Error| {
            invalid(format!("{shown} cannot be read ({})", system_words(&error)))
        };
        let file = if path == "-" { files::standard_input() } else { File::open(path) };
        let file = file.map_err(cannot)?;
        let before = file.metadata().map_err(cannot)?;
        if before.is_dir() {
            return Err(invalid(format!("{shown} is a directory")));
        }
        // It is closed again before SQLite opens it, whose locks would go with it.
        if std::fs::metadata(database).is_ok_and(|database| files::is_same(&before, &database)) {
            return Err(invalid(format!("{shown} is the database itself")));
        }
        let chunk = Zeroizing::new(vec![0; CHUNK_BYTES]);
        Ok(Input { file, before, chunk, rest: 0..0, is_at_end: false })
    }

    /// Whether somebody types it.
    pub(crate) fn is_terminal(&self) -> bool {
        self.file.is_terminal()
    }

    /// Looks at the byte order mark (Unicode Standard, section 23.8): leaves it out, and refuses UTF-16,
    /// of which nothing could be read.
    pub(crate) fn begin(&mut self) -> anyhow::Result<()> {
        // It may come in pieces from a pipe.
        while self.rest.end < 3 && !self.is_at_end {
            self.read_more()?;
        }
        match self.chunk[self.rest.clone()] {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => {
                let error = invalid("it is in UTF-16, not in UTF-8".to_owned());
                Err(Failure::helped(error, "`iconv -f UTF-16 -t UTF-8` converts it").into())
            }
            [0xEF, 0xBB, 0xBF, ..] => {
                self.rest.start = 3;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What is next; nothing at the end.
    pub(super) fn next(&mut self) -> Result<&[u8]> {
        if self.rest.is_empty() && !self.is_at_end {
            self.rest = 0..0;
            self.read_more()?;
        }
        Ok(&self.chunk[self.rest.clone()])
    }

    /// Takes so many bytes of what is next.
    pub(super) fn take(&mut self, length: usize) {
        self.rest.start += length;
    }

    /// Whether this is the file that is being read.
    pub(crate) fn is(&self, path: &Path) -> bool {
        std::fs::metadata(path)
            .is_ok_and(|file| file.is_file() && files::is_same(&file, &self.before))
    }

    /// Fails if a regular file has another length than when it was opened.
    pub(super) fn check_unchanged(&self) -> Result<()> {
        let now = self.file.metadata().map_err(|error| invalid(system_words(&error)))?;
        if self.before.is_file() && now.len() != self.before.len() {
            return Err(invalid("the input changed while it was read".to_owned()));
        }
        Ok(())
    }

    fn read_more(&mut self) -> Result<()> {
        loop {
            match self.file.read(&mut self.chunk[self.rest.end..]) {
                Ok(length) => {
                    self.rest.end += length;
                    // A terminal has more after its end, which would have to be typed again.
                    self.is_at_end = length == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(invalid(format!("it cannot be read ({})", system_words(&error))));
                }
            }
        }
    }
}

pub(super) fn invalid(reason: String) -> Error {
    Error::InvalidInput(reason)
}

/// The error for a row that is longer than any can be.
pub(super) fn too_long(line: u64) -> Error {
    invalid(format!("line {line} is longer than {MAX_ROW_BYTES} bytes"))
}
