//! Formats: pure functions from users to text. Nothing here reads the database or writes a file.

pub(crate) mod csv;
pub(crate) mod escape;
pub(crate) mod json;
mod plain;
mod table;

use clap::ValueEnum;
use useradm::hash::{Scheme, scheme};
use useradm::store::StoredUser;

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
    /// The name of the format.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Plain => "plain",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
        }
    }

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
            Format::Json => Box::new(json::Array::new(fields)),
            Format::Jsonl => Box::new(json::Lines::new(fields)),
        }
    }
}

pub(crate) use table::Widths;

/// What can be printed of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Field {
    /// The primary key
    Id,
    /// The name
    Username,
    /// The scheme of the stored hash
    Scheme,
    /// The iteration count of the stored hash
    Rounds,
}

impl Field {
    /// All fields, as `show` prints them.
    pub(crate) const ALL: [Field; 4] = [Field::Id, Field::Username, Field::Scheme, Field::Rounds];

    /// The name in headers and JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::Username => "username",
            Field::Scheme => "scheme",
            Field::Rounds => "rounds",
        }
    }

    /// Whether the stored hash is needed for it.
    pub(crate) fn needs_hash(self) -> bool {
        matches!(self, Field::Scheme | Field::Rounds)
    }
}

/// A user to be printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) id: i64,
    pub(crate) name: Option<&'a [u8]>,
    pub(crate) scheme: Scheme,
}

impl<'a> Record<'a> {
    /// The record of a row, whose hash was read if `with_hash`.
    pub(crate) fn new(row: StoredUser<'a>, with_hash: bool) -> Self {
        let unknown = Scheme::UNKNOWN;
        let scheme = if with_hash { scheme(row.hash.unwrap_or_default()) } else { unknown };
        Record { id: row.id, name: row.name, scheme }
    }

    /// A field's value.
    fn value(&self, field: Field) -> Value<'a> {
        let number = |number: i64| Value::Number(number);
        match field {
            Field::Id => number(self.id),
            Field::Username => self.name.map_or(Value::Null, Value::Text),
            Field::Scheme => Value::Text(self.scheme.name.as_bytes()),
            Field::Rounds => self.scheme.rounds.map_or(Value::Null, |n| number(i64::from(n))),
        }
    }
}

/// The value of a field.
enum Value<'a> {
    Null,
    Number(i64),
    Text(&'a [u8]),
}

/// Prints users into memory, one after the other.
pub(crate) trait Printer {
    /// What comes before the first user.
    fn begin(&mut self, _out: &mut Vec<u8>) {}
    /// One user.
    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>);
    /// What comes after the last user.
    fn end(&mut self, _out: &mut Vec<u8>) {}
}

/// Appends a number.
fn push_number(out: &mut Vec<u8>, number: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}
