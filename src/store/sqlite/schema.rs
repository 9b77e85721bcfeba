//! What the table of the users is like: whether it can be used, and how.

use rusqlite::OptionalExtension;

use super::Store;
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
        // A key that is the row id has no index of its own (SQLite's CREATE TABLE, 'ROWIDs and the
        // INTEGER PRIMARY KEY', which names the exceptions).
        if self.holds("EXISTS (SELECT 1 FROM pragma_index_list('user') WHERE origin = 'pk')")? {
            let reason = "its column `id` is not the row id (it is PRIMARY KEY DESC, or the table \
                          is WITHOUT ROWID), so that new users get no id";
            return Err(self.wrong_schema(reason));
        }
        Ok(true)
    }

    fn columns(&self) -> rusqlite::Result<Vec<Column>> {
        let mut statement = self.connection.prepare("PRAGMA main.table_xinfo('user')")?;
        let columns = statement.query_map([], |row| {
            // No name that is needed has U+FFFD, which stands for what is not UTF-8.
            let text = |column| {
                let text = row.get_ref(column)?.as_bytes_or_null()?.unwrap_or_default();
                Ok::<_, rusqlite::Error>(String::from_utf8_lossy(text).into_owned())
            };
            Ok(Column {
                name: text("name")?,
                kind: text("type")?,
                in_key: row.get::<_, i64>("pk")? > 0,
            })
        })?;
        columns.collect()
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

    /// Whether an index has the names in the order of their bytes, be it followed by something else.
    /// A column that makes numbers of names compares them as numbers too.
    pub(super) fn has_name_index(&self) -> Result<bool> {
        self.holds(
            "(SELECT type NOT LIKE '%INT%' AND (type = '' OR type LIKE '%CHAR%'
                 OR type LIKE '%CLOB%' OR type LIKE '%TEXT%' OR type LIKE '%BLOB%')
                 FROM pragma_table_xinfo('user') WHERE lower(name) = 'username')
             AND EXISTS (SELECT 1
                 FROM pragma_index_list('user') AS i, pragma_index_xinfo(i.name) AS c
                 WHERE NOT i.partial AND c.seqno = 0 AND lower(c.name) = 'username'
                 AND NOT c.\"desc\" AND c.coll = 'BINARY')",
        )
    }

    /// Whether the table stores exactly what it is given: without triggers, and with columns whose
    /// affinity is TEXT (SQLite's datatypes, section 3.1).
    pub(super) fn stores_faithfully(&self) -> Result<bool> {
        self.holds(
            "NOT EXISTS (SELECT 1 FROM sqlite_schema
                 WHERE type = 'trigger' AND lower(tbl_name) = 'user')
             AND NOT EXISTS (SELECT 1 FROM pragma_table_xinfo('user')
                 WHERE lower(name) IN ('username', 'password_hash') AND (type LIKE '%INT%'
                 OR NOT (type LIKE '%CHAR%' OR type LIKE '%CLOB%' OR type LIKE '%TEXT%')))",
        )
    }

    /// Whether a condition holds.
    fn holds(&self, condition: &str) -> Result<bool> {
        let sql = format!("SELECT {condition}");
        self.read(self.connection.query_row(&sql, [], |row| row.get(0)))
    }
}

struct Column {
    name: String,
    kind: String,
    in_key: bool,
}
