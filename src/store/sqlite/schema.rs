//! What the table of the users is like: whether it can be used, and how.

use rusqlite::OptionalExtension;
use rusqlite::types::ValueRef;

use super::Store;
use super::sql::quoted;
use crate::error::{Error, Result};

impl Store {
    /// Whether there is a `user` table; an unusable one is an error.
    ///
    /// # Errors
    /// [`Error::WrongSchema`] if `user` is a view or virtual, if it lacks a column, or if `id` is
    /// not its INTEGER PRIMARY KEY.
    pub fn has_table(&self) -> Result<bool> {
        // A virtual table has no root page.
        let kind = "SELECT iif(type = 'table' AND rootpage = 0, 'virtual', type)
             FROM main.sqlite_schema
             WHERE type IN ('table', 'view') AND name = 'user' COLLATE NOCASE";
        let kind = self.connection.query_row(kind, [], |row| row.get::<_, String>(0)).optional();
        match self.read(kind)?.as_deref() {
            None => return Ok(false),
            Some("table") => {}
            Some("view") => return Err(self.wrong_schema("it is a view, not a table")),
            Some(kind) => return Err(self.wrong_schema(&format!("it is a {kind} table"))),
        }
        let columns = self.columns();
        let columns = self.read(columns)?;
        for name in ["id", "username", "password_hash"] {
            if !columns.iter().any(|column| column.name.eq_ignore_ascii_case(name)) {
                return Err(self.wrong_schema(&format!("it has no column `{name}`")));
            }
        }
        let is_row_id = |column: &Column| {
            column.name.eq_ignore_ascii_case("id") && column.kind.eq_ignore_ascii_case("INTEGER")
        };
        let mut keys = columns.iter().filter(|column| column.in_key);
        if !keys.next().is_some_and(is_row_id) || keys.next().is_some() {
            return Err(self.wrong_schema("its column `id` is not an INTEGER PRIMARY KEY"));
        }
        let has_key_index = self.has_key_index();
        if self.read(has_key_index)? {
            let reason = "its column `id` is not the row id (it is PRIMARY KEY DESC, or the table \
                          is WITHOUT ROWID), so that new users get no id";
            return Err(self.wrong_schema(reason));
        }
        Ok(true)
    }

    fn columns(&self) -> rusqlite::Result<Vec<Column>> {
        let mut statement = self.connection.prepare("PRAGMA main.table_xinfo('user')")?;
        let columns = statement.query_map([], |row| {
            let text = |column| Ok::<_, rusqlite::Error>(text(row.get_ref(column)?));
            Ok(Column {
                name: text("name")?,
                kind: text("type")?,
                in_key: row.get::<_, i64>("pk")? > 0,
            })
        })?;
        columns.collect()
    }

    /// Whether the primary key has an index of its own. One that is the row id has none (SQLite's
    /// CREATE TABLE, 'ROWIDs and the INTEGER PRIMARY KEY', which names the exceptions).
    fn has_key_index(&self) -> rusqlite::Result<bool> {
        let mut indexes = self.connection.prepare("PRAGMA main.index_list('user')")?;
        let mut indexes = indexes.query([])?;
        while let Some(index) = indexes.next()? {
            if index.get_ref("origin")?.as_bytes()? == b"pk" {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fails unless there is a usable `user` table.
    ///
    /// # Errors
    /// [`Error::WrongSchema`].
    pub fn require_table(&self) -> Result<()> {
        if self.has_table()? {
            return Ok(());
        }
        let elsewhere = self.users_elsewhere()?;
        let reason = match &elsewhere {
            None => "there is no such table".to_owned(),
            Some(table) => format!("there is no such table; its users seem to be in `{table}`"),
        };
        let path = self.database.path.clone();
        Err(Error::WrongSchema { path, reason, absent: elsewhere.is_none() })
    }

    fn wrong_schema(&self, reason: &str) -> Error {
        let path = self.database.path.clone();
        Error::WrongSchema { path, reason: reason.to_owned(), absent: false }
    }

    /// Whether names can be searched by an index in the order of their bytes.
    pub(super) fn names_are_indexed(&self) -> rusqlite::Result<bool> {
        // A column that makes numbers of names compares them as numbers too.
        let keeps_text = "SELECT type NOT LIKE '%INT%' AND (type = '' OR type LIKE '%CHAR%'
            OR type LIKE '%CLOB%' OR type LIKE '%TEXT%' OR type LIKE '%BLOB%')
            FROM pragma_table_xinfo('user') WHERE lower(name) = 'username'";
        if !self.connection.query_row(keeps_text, [], |row| row.get(0))? {
            return Ok(false);
        }
        let mut indexes = self.connection.prepare("PRAGMA main.index_list('user')")?;
        let mut indexes = indexes.query([])?;
        while let Some(index) = indexes.next()? {
            let is_partial: bool = index.get("partial")?;
            // One whose name is not UTF-8 cannot be asked about.
            let Ok(name) = index.get::<_, String>("name") else { continue };
            if !is_partial && self.begins_with_names(&name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an index is one of the names, or of the names and then something else.
    fn begins_with_names(&self, index: &str) -> rusqlite::Result<bool> {
        let columns = format!("PRAGMA main.index_xinfo({})", quoted(index));
        self.connection.query_row(&columns, [], |first| {
            let is_name = text(first.get_ref("name")?).eq_ignore_ascii_case("username");
            let is_descending: bool = first.get("desc")?;
            Ok(is_name && !is_descending && first.get::<_, String>("coll")? == "BINARY")
        })
    }

    /// Whether the table stores exactly what it is given: without triggers, and with columns whose
    /// affinity is TEXT (SQLite's datatypes, section 3.1).
    pub(super) fn stores_faithfully(&self) -> Result<bool> {
        let faithful = self.connection.query_row(
            "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema
                 WHERE type = 'trigger' AND lower(tbl_name) = 'user')
             AND NOT EXISTS (SELECT 1 FROM pragma_table_xinfo('user')
                 WHERE lower(name) IN ('username', 'password_hash') AND (type LIKE '%INT%'
                 OR NOT (type LIKE '%CHAR%' OR type LIKE '%CLOB%' OR type LIKE '%TEXT%')))",
            [],
            |row| row.get(0),
        );
        self.read(faithful)
    }
}

struct Column {
    name: String,
    kind: String,
    in_key: bool,
}

/// A name of the schema, with U+FFFD for what is not UTF-8: no name that is needed has that.
pub(super) fn text(value: ValueRef<'_>) -> String {
    String::from_utf8_lossy(value.as_bytes_or_null().ok().flatten().unwrap_or_default())
        .into_owned()
}
