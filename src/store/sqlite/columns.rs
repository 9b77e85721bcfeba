//! The columns that are neither id nor name nor hash: which there are, and what they hold.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, OptionalExtension, Row, ToSql, ffi};

use super::Store;
use super::limits::MAX_VALUE_BYTES;
use crate::error::{Error, Result};
use crate::layout::{Assigned, Column, Layout, Stored, Table};
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

    /// The column of this name, whatever the case of its letters is, in which something can be stored.
    ///
    /// # Errors
    /// [`Error::InvalidColumn`] if it is not there, or generated.
    pub fn assignable(&self, name: &str) -> Result<Column> {
        let table = self.table()?;
        let column = table.column(name).ok_or_else(|| unknown_column(&table, name))?;
        if column.is_generated {
            let reason = "it is generated, so nothing can be stored in it".to_owned();
            return Err(Error::InvalidColumn { column: column.name.clone(), reason });
        }
        Ok(column.clone())
    }

    /// The columns that a new row needs beside id, name and hash: they refuse NULL, and nothing but
    /// the row itself fills them.
    ///
    /// # Errors
    /// As [`Store::table`].
    pub fn needed_columns(&self) -> Result<Vec<String>> {
        let Layout { id, username, hash, .. } = &self.layout;
        let is_own = |column: &Column| {
            [id, username, hash].into_iter().any(|own| column.name.eq_ignore_ascii_case(own))
        };
        let table = self.table()?;
        let row_id = self.file.row_id_column(&table)?;
        let columns = (table.columns.iter())
            .filter(|column| column.is_needed() && Some(*column) != row_id && !is_own(column));
        Ok(columns.map(|column| column.name.clone()).collect())
    }

    /// What a query finds, which is one value.
    ///
    /// # Errors
    /// [`Error::ConstraintFailed`] if it finds nothing, or as [`Store::find`].
    pub fn query(&self, sql: &'static str) -> Result<Stored<'static>> {
        let found = self
            .file
            .connection
            .query_row(sql, [], |row| Ok(stored(row, 0, 1)?.first().map(Stored::owned)));
        let found = self.read(found.optional())?.flatten();
        found.ok_or_else(|| Error::ConstraintFailed(format!("`{sql}` finds nothing")))
    }

    /// Those of these that are not yet what the columns hold in a row.
    ///
    /// # Errors
    /// As [`Store::values`].
    pub fn that_differ(&self, key: Key, further: &[Assigned]) -> Result<Vec<Assigned>> {
        let columns: Vec<String> = further.iter().map(|it| it.column.clone()).collect();
        let holds = self.values(key, &columns)?.unwrap_or_default();
        let differing = further.iter().zip(holds).filter(|(given, holds)| given.stored != *holds);
        Ok(differing.map(|(given, _)| given.clone()).collect())
    }

    /// Reads a row back and fails unless further columns hold what they were given.
    pub(super) fn require_further(&self, key: Key, further: &[Assigned]) -> Result<()> {
        match self.that_differ(key, further)?.first() {
            None => Ok(()),
            Some(given) => Err(Error::ConstraintFailed(format!(
                "the column `{}` stores something else than it was given",
                given.column
            ))),
        }
    }

    /// The table of the users.
    ///
    /// # Errors
    /// [`Error::WrongSchema`] if it is not there, or what reading fails with.
    pub fn table(&self) -> Result<Table> {
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

impl ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Stored::Null => ValueRef::Null,
            Stored::Integer(number) => ValueRef::Integer(*number),
            Stored::Real(number) => ValueRef::Real(*number),
            Stored::Text(text) => ValueRef::Text(text),
            Stored::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
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

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::{Access, Database, Opened};

    #[test]
    fn a_new_row_needs_whatever_neither_a_default_nor_the_row_id_fills() {
        for (columns, needed) in [
            ("id INTEGER PRIMARY KEY NOT NULL, mail NOT NULL, pw NOT NULL, a NOT NULL", &["a"][..]),
            ("id TEXT, mail, pw, n INTEGER PRIMARY KEY NOT NULL", &[]),
            ("id TEXT, mail, pw, n INTEGER NOT NULL, PRIMARY KEY (n DESC)", &[]),
            ("id TEXT, mail, pw, n INTEGER PRIMARY KEY DESC NOT NULL", &["n"]),
            ("id INTEGER, mail, pw, n INTEGER NOT NULL, PRIMARY KEY (id, n)", &["n"]),
            ("id INTEGER PRIMARY KEY, mail, pw, a NOT NULL DEFAULT 1, b NOT NULL AS (id)", &[]),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("users.db");
            let schema = format!("CREATE TABLE users ({columns})");
            Connection::open(&path).unwrap().execute_batch(&schema).unwrap();
            let [table, id, username, hash] = ["users", "id", "mail", "pw"].map(str::to_owned);
            let layout = Layout { table, id, username, hash, ..Layout::passlib() };
            let opened = Opened::open(&Database::at(path), Access::Read).unwrap();
            assert_eq!(
                opened.store(layout).unwrap().needed_columns().unwrap(),
                needed,
                "{columns}"
            );
        }
    }
}
