//! What tables a file has, and how they are declared. What they hold is in `sample.rs`; whether the
//! users can be kept in one is in `usable.rs`.

use rusqlite::{OptionalExtension, Row, ToSql};

use super::Opened;
use super::sql::quoted;
use crate::error::{Error, Result};
use crate::layout::{Column, Table};

impl Opened {
    /// The table of this name, whatever the case of its letters is.
    ///
    /// # Errors
    /// [`Error::WrongSchema`] if it is a view or a virtual table, or what reading fails with.
    pub fn table(&self, name: &str) -> Result<Option<Table>> {
        // A virtual table has no root page.
        let kind = "SELECT iif(type = 'table' AND rootpage = 0, 'virtual', type)
             FROM main.sqlite_schema
             WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE";
        let kind = self.connection.query_row(kind, [name], |row| row.get::<_, String>(0));
        match self.read(kind.optional())?.as_deref() {
            None => return Ok(None),
            Some("table") => {}
            Some("view") => return Err(self.wrong_schema(name, "it is a view, not a table")),
            Some(kind) => return Err(self.wrong_schema(name, &format!("it is a {kind} table"))),
        }
        let columns = self.read(self.columns(name))?;
        Ok(Some(Table { name: name.to_owned(), columns }))
    }

    /// All tables that rows can be kept in, in the order in which they were made; neither views nor
    /// virtual tables, nor SQLite's own. One that has a name that is not UTF-8 is left out, since
    /// nothing can be asked about it.
    ///
    /// Ask inside of [`Opened::at_one_moment`]: five hundred tables take some milliseconds.
    ///
    /// # Errors
    /// What reading fails with.
    pub fn tables(&self) -> Result<Vec<Table>> {
        let names = self.texts(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0
             AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
            [],
        );
        let tables = self.read(names)?.into_iter().map(|name| {
            let columns = self.read(self.columns(&name))?;
            Ok(Table { name, columns })
        });
        tables.collect()
    }

    /// What `read` asks is answered as things are at one moment, under one lock instead of one for
    /// each question. It must not wait for anything.
    ///
    /// # Errors
    /// What reading or `read` fails with.
    pub fn at_one_moment<T>(&self, read: impl FnOnce() -> Result<T>) -> Result<T> {
        let _reading = self.read(self.connection.unchecked_transaction())?;
        read()
    }

    pub(super) fn wrong_schema(&self, table: &str, reason: &str) -> Error {
        let (path, table) = (self.database.path.clone(), Some(table.to_owned()));
        Error::WrongSchema { path, table, reason: reason.to_owned(), absent: false }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&self, condition: &str, parameters: &[&dyn ToSql]) -> Result<bool> {
        let sql = format!("SELECT {condition}");
        self.read(self.connection.query_row(&sql, parameters, |row| row.get(0)))
    }

    /// The texts that a statement reads, without those that are not UTF-8.
    pub(super) fn texts(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
    ) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.connection.prepare(sql)?;
        let texts = statement.query_map(parameters, |row| Ok(row.get::<_, String>(0).ok()))?;
        texts.filter_map(Result::transpose).collect()
    }

    fn columns(&self, table: &str) -> rusqlite::Result<Vec<Column>> {
        let sql = format!("PRAGMA main.table_xinfo({})", quoted(table));
        let mut statement = self.connection.prepare(&sql)?;
        let columns = statement.query_map([], column)?;
        columns.collect()
    }
}

fn column(row: &Row<'_>) -> rusqlite::Result<Column> {
    // No name that is needed has U+FFFD, which stands for what is not UTF-8.
    let text = |column| {
        let text = row.get_ref(column)?.as_bytes_or_null()?.unwrap_or_default();
        Ok::<_, rusqlite::Error>(String::from_utf8_lossy(text).into_owned())
    };
    Ok(Column {
        name: text("name")?,
        kind: text("type")?,
        not_null: row.get("notnull")?,
        has_default: row.get_ref("dflt_value")?.as_bytes_or_null()?.is_some(),
        key: row.get("pk")?,
        // 2 and 3 are generated columns, virtual and stored (SQLite's PRAGMA table_xinfo).
        is_generated: row.get::<_, u8>("hidden")? > 1,
    })
}
