//! The columns that are neither id nor name nor hash: which there are, and what they hold.

use rusqlite::types::ValueRef;
use rusqlite::{ErrorCode, OptionalExtension, Row, ffi};

use super::Store;
use super::limits::MAX_VALUE_BYTES;
use crate::error::{Error, Result};
use crate::layout::{Column, Stored, Table};
use crate::user::Key;

/// The most bytes that the further columns of one row may hold together: what is printed of them is
/// some times as long.
const MAX_ROW_BYTES: usize = 8 * MAX_VALUE_BYTES as usize;

/// How many columns a message names.
const MAX_SHOWN: usize = 50;

impl Store {
    /// The names of columns as the table has them; the hash is not among those that may be asked for.
    pub(super) fn readable_columns(&self, names: &[String]) -> Result<Vec<String>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let table = self.table()?;
        names.iter().map(|name| self.readable(&table, name).map(|it| it.name.clone())).collect()
    }

    /// What columns hold of the user of this row, if there is one.
    ///
    /// # Errors
    /// [`Error::InvalidColumn`] for one that is not there or is the hash, or as [`Store::find`].
    pub fn values(&self, key: Key, columns: &[String]) -> Result<Option<Vec<Stored<'static>>>> {
        let columns = self.readable_columns(columns)?;
        if columns.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let sql = self.sql.values(columns.iter().map(String::as_str));
        let values = self.file.connection.query_row(&sql, [key.0], |row| {
            let values = stored(row, 0, columns.len())?;
            Ok(values.iter().map(Stored::owned).collect())
        });
        self.read_further(&columns, values.optional())
    }

    /// The table of the users.
    ///
    /// # Errors
    /// [`Error::WrongSchema`] if it is not there, or what reading fails with.
    pub fn table(&self) -> Result<Table> {
        self.require_table()?;
        let missing = || self.file.wrong_schema(&self.layout.table, "it is not there");
        self.table.borrow().clone().ok_or_else(missing)
    }

    /// A column that may be shown: by its name, or where that means something else, as in
    /// `user.scheme`, with the table's name before it.
    fn readable<'t>(&self, table: &'t Table, name: &str) -> Result<&'t Column> {
        let called = |name: &str| table.columns.iter().find(|column| column.name == name);
        let of_table = || called(name.strip_prefix(&table.name)?.strip_prefix('.')?);
        let column = called(name).or_else(of_table);
        let is_hash = |name: &str| name.eq_ignore_ascii_case(&self.layout.hash);
        match column {
            Some(column) if !is_hash(&column.name) => Ok(column),
            None if name != "password_hash" => Err(unknown_column(table, name)),
            _ => Err(Error::InvalidColumn {
                column: name.to_owned(),
                reason: "only `export` writes hashes".to_owned(),
            }),
        }
    }
}

/// The error for a column that is not there.
pub(super) fn unknown_column(table: &Table, name: &str) -> Error {
    let names: Vec<&str> = table.columns.iter().map(|column| &column.name[..]).collect();
    let shown = names[..names.len().min(MAX_SHOWN)].join(", ");
    let more = match names.len().saturating_sub(MAX_SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let reason = format!("the table `{}` has the columns {shown}{more}", table.name);
    Error::InvalidColumn { column: name.to_owned(), reason }
}

/// What columns of a row hold, from the first of them on.
pub(super) fn stored<'r>(
    row: &'r Row<'_>,
    first: usize,
    count: usize,
) -> rusqlite::Result<Vec<Stored<'r>>> {
    let mut bytes = 0;
    let mut values = Vec::with_capacity(count);
    for at in first..first + count {
        let value = match row.get_ref(at)? {
            ValueRef::Null => Stored::Null,
            ValueRef::Integer(number) => Stored::Integer(number),
            ValueRef::Real(number) => Stored::Real(number),
            ValueRef::Text(text) => Stored::Text(text.into()),
            ValueRef::Blob(bytes) => Stored::Blob(bytes.into()),
        };
        if let Stored::Text(text) | Stored::Blob(text) = &value {
            bytes += text.len();
        }
        values.push(value);
    }
    if bytes > MAX_ROW_BYTES {
        let words = format!("the columns of one row hold {bytes} bytes together");
        let code = ffi::Error { code: ErrorCode::TooBig, extended_code: ffi::SQLITE_TOOBIG };
        return Err(rusqlite::Error::SqliteFailure(code, Some(words)));
    }
    Ok(values)
}
