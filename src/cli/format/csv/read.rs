//! CSV (RFC 4180) with a header: the columns `username`, `password`, `password_hash` and `id` in
//! any order. An empty field is one that is not given; an empty username is NULL where it is not
//! quoted, and the empty text where it is, as in any further column of the table.

use std::rc::Rc;

use csv_core::{ReadFieldResult, Reader};
use zeroize::Zeroizing;

use super::header::{self, Column, Wrong};
use crate::cli::failure::Failure;
use crate::cli::format::input::{Input, Item, MAX_ROW_BYTES, invalid, too_long};
use crate::cli::format::known::{Becomes, Known};
use useradm::Result;
use useradm::accounts::{Given, InputRow, Offered, Rejection};
use useradm::user::UserId;

/// The most fields that a row is read with, more than SQLite lets a table have columns.
const MAX_FIELDS: usize = 2048;

pub(crate) struct Rows {
    input: Input,
    reader: Reader,
    text: Zeroizing<Vec<u8>>,
    ends: Box<[usize; MAX_FIELDS]>,
    /// Which fields begin with a quote: an empty one is NULL where it does not.
    is_quoted: Box<[bool; MAX_FIELDS]>,
    columns: Vec<Column>,
    /// Where the further columns are.
    further: Vec<(usize, Rc<str>)>,
    /// Whether the last byte was a CR: an LF after it is no line break of its own.
    is_after_return: bool,
    is_done: bool,
}

/// A row that was read into the buffers.
struct Parsed {
    line: u64,
    fields: usize,
    /// Whether the input ended inside a quoted field.
    is_cut_off: bool,
}

impl Rows {
    /// Begins with the header.
    pub(crate) fn new(input: Input, known: &Known) -> anyhow::Result<Self> {
        let mut rows = Rows {
            input,
            reader: Reader::new(),
            text: Zeroizing::new(vec![0; MAX_ROW_BYTES]),
            ends: Box::new([0; MAX_FIELDS]),
            is_quoted: Box::new([false; MAX_FIELDS]),
            columns: Vec::new(),
            further: Vec::new(),
            is_after_return: false,
            is_done: false,
        };
        rows.read_header(known)?;
        Ok(rows)
    }

    /// Reads the next row that is not empty.
    fn read(&mut self) -> Result<Option<Parsed>> {
        let (mut written, mut fields) = (0, 0);
        let (mut is_ended, mut is_cut_off, mut begins) = (false, false, true);
        self.skip_line_breaks()?;
        let line = self.reader.line();
        loop {
            let next = self.input.next()?;
            if std::mem::take(&mut begins) {
                if fields == MAX_FIELDS {
                    return Err(invalid(format!("line {line} has more than {MAX_FIELDS} fields")));
                }
                self.is_quoted[fields] = next.first() == Some(&b'"');
            }
            let is_probe = next.is_empty() && !is_ended;
            // After the end one more line break does no harm, and is part of a field only if that is
            // still in quotes.
            let next = if is_probe { &b"\n"[..] } else { next };
            let (result, read, wrote) = self.reader.read_field(next, &mut self.text[written..]);
            if is_probe {
                is_ended = true;
                is_cut_off = wrote > 0;
            } else {
                self.is_after_return = next[..read].ends_with(b"\r");
                self.input.take(read);
            }
            written += wrote;
            match result {
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => return Err(too_long(line)),
                ReadFieldResult::Field { record_end } => {
                    self.ends[fields] = written;
                    fields += 1;
                    begins = true;
                    if record_end {
                        return Ok(Some(Parsed { line, fields, is_cut_off }));
                    }
                }
                ReadFieldResult::End => {
                    self.input.check_unchanged()?;
                    return Ok(None);
                }
            }
        }
    }

    /// Goes to the line on which the next row begins. The reader counts only LF, but a CR of its own
    /// ends a line too.
    fn skip_line_breaks(&mut self) -> Result<()> {
        let mut line = self.reader.line() + u64::from(self.is_after_return);
        while let [byte @ (b'\n' | b'\r'), ..] = self.input.next()? {
            let is_joined = self.is_after_return && *byte == b'\n';
            line += u64::from(!is_joined);
            self.is_after_return = *byte == b'\r';
            self.input.take(1);
        }
        self.reader.set_line(line);
        Ok(())
    }

    fn field(&self, number: usize) -> &[u8] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.text[start..self.ends[number]]
    }

    fn read_header(&mut self, known: &Known) -> anyhow::Result<()> {
        let Some(header) = self.read()? else {
            let reason = "it is empty; the first line must name the columns".to_owned();
            return Err(invalid(reason).into());
        };
        let fields: Vec<&[u8]> = (0..header.fields).map(|number| self.field(number)).collect();
        self.columns = header::columns(&fields, known)
            .map_err(|Wrong { reason, hint }| Failure::helped(invalid(reason), hint))?;
        let further = self.columns.iter().enumerate().filter_map(|(at, column)| match column {
            Column::Other(Becomes::Stored(name)) => Some((at, Rc::clone(name))),
            _ => None,
        });
        self.further = further.collect();
        Ok(())
    }

    fn row(&self, parsed: &Parsed) -> Result<InputRow, Rejection> {
        let line = parsed.line;
        let position = |column: &Column| self.columns.iter().position(|other| other == column);
        let field = |column: &Column| {
            let number = position(column).filter(|&number| number < parsed.fields)?;
            Some(self.field(number))
        };
        let given = |column: &Column| field(column).filter(|field| !field.is_empty());
        // Quotes around nothing are an empty text, and nothing is NULL.
        let text = |column: &Column| {
            let is_quoted = position(column).is_some_and(|at| self.is_quoted[at]);
            field(column).filter(|field| is_quoted || !field.is_empty())
        };
        let name = text(&Column::Username).map(<[u8]>::to_vec);
        let reject = |reason: String| Rejection::new(line, name.clone(), reason);
        if parsed.is_cut_off {
            // The last field holds all lines to the end, with the passwords in them.
            let is_whole = position(&Column::Username).is_some_and(|at| at + 1 < parsed.fields);
            let name = name.clone().filter(|_| is_whole);
            return Err(Rejection::new(line, name, "its quotes are not closed".to_owned()));
        }
        if parsed.fields != self.columns.len() {
            let (has, columns) = (parsed.fields, self.columns.len());
            let fields = if has == 1 { "field" } else { "fields" };
            return Err(reject(format!("it has {has} {fields}, the header has {columns}")));
        }
        let id = text(&Column::Id).map_or(UserId::Null, UserId::parse);
        let credential = match (given(&Column::Password), given(&Column::PasswordHash)) {
            (None, None) => Offered::Nothing,
            (Some(password), None) => Offered::Password(Zeroizing::new(password.to_vec())),
            (None, Some(hash)) => Offered::Hash(hash.to_vec()),
            (Some(_), Some(_)) => {
                return Err(reject("it has both a password and a password_hash".to_owned()));
            }
        };
        let further = self.further.iter().map(|(at, column)| {
            let value = Some(self.field(*at)).filter(|it| !it.is_empty() || self.is_quoted[*at]);
            Given { column: Rc::clone(column), value: value.map(<[u8]>::to_vec) }
        });
        Ok(InputRow { line, id, name: name.clone(), credential, further: further.collect() })
    }
}

impl Iterator for Rows {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if self.is_done {
            return None;
        }
        let parsed = self.read().transpose();
        self.is_done = !matches!(parsed, Some(Ok(_)));
        parsed.map(|parsed| Ok(self.row(&parsed?)))
    }
}
