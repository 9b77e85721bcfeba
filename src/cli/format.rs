//! The formats, and the choice among them: how users are printed, and as what they come from files and
//! go into them. Nothing here reads the database.
//!
//! A format is a file of this folder with one arm in each match here.

pub(crate) mod csv;
pub(crate) mod escape;
mod htpasswd;
mod input;
pub(crate) mod json;
mod jsonl;
pub(crate) mod known;
mod lines;
mod plain;
mod record;
pub(crate) mod rejection;
mod table;

use std::path::Path;

use clap::ValueEnum;

use useradm::store::StoredUser;

pub(crate) use input::Input;
use input::Item;
use known::Known;
use lines::Lines;
pub(crate) use record::{Field, Fields, Printer, Record};
pub(crate) use table::Widths;

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people
    Table,
    /// Tab-separated, without a header
    Plain,
    /// RFC 4180, with a header
    Csv,
    /// One JSON document
    Json,
    /// One JSON object a line
    Jsonl,
}

impl Format {
    /// Whether messages and errors are JSON too.
    pub(crate) fn is_json(self) -> bool {
        matches!(self, Format::Json | Format::Jsonl)
    }

    /// Begins to print users with these fields; a table must be told its widths.
    pub(crate) fn printer<'f>(self, fields: &'f [Field], widths: &Widths) -> Box<dyn Printer + 'f> {
        match self {
            Format::Table => Box::new(table::Table::new(fields, widths)),
            Format::Plain => Box::new(plain::Plain::new(fields)),
            Format::Csv => Box::new(csv::Csv::new(fields)),
            Format::Json => Box::new(json::Objects::new(fields, json::ARRAY)),
            Format::Jsonl => Box::new(json::Objects::new(fields, json::LINES)),
        }
    }
}

/// The format of a file of users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// RFC 4180, with a header
    Csv,
    /// One JSON object a line
    Jsonl,
    /// NAME:HASH lines
    Htpasswd,
}

impl FileFormat {
    /// The format that the ending of a file's name says.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        match name.rsplit('.').next()? {
            "csv" => Some(FileFormat::Csv),
            "jsonl" | "ndjson" => Some(FileFormat::Jsonl),
            "htpasswd" => Some(FileFormat::Htpasswd),
            _ => None,
        }
    }

    /// Reads the rows of an input that may have these columns; fails where it has no header and
    /// should.
    pub(crate) fn rows(
        self,
        input: Input,
        known: Known,
    ) -> anyhow::Result<Box<dyn Iterator<Item = Item>>> {
        Ok(match self {
            FileFormat::Csv => Box::new(csv::Rows::new(input, &known)?),
            FileFormat::Jsonl => {
                let row = move |line, text: &[u8]| Some(jsonl::row(line, text, &known));
                Box::new(Lines::new(input, row))
            }
            FileFormat::Htpasswd => Box::new(Lines::new(input, htpasswd::row)),
        })
    }

    /// Appends what comes before the first user.
    pub(crate) fn begin(self, out: &mut Vec<u8>) {
        if self == FileFormat::Csv {
            csv::push_line(out, [&b"id"[..], b"username", b"password_hash"].into_iter());
        }
    }

    /// Appends a user with their hash.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] where the format cannot hold that user.
    pub(crate) fn push(self, out: &mut Vec<u8>, user: &StoredUser<'_>) -> useradm::Result<()> {
        match self {
            FileFormat::Csv => csv::push_user(out, user),
            FileFormat::Jsonl => jsonl::push_user(out, user),
            FileFormat::Htpasswd => return htpasswd::push_user(out, user),
        }
        Ok(())
    }
}
