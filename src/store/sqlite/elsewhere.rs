//! What other tables hold: rows that reference a user, and the users of another application.

use rusqlite::ErrorCode;
use rusqlite::types::ValueRef;

use super::sql::quoted;
use super::{Reference, Store};
use crate::error::Result;
use crate::hash;
use crate::user::Key;

/// How many rows of a table are looked at.
const ROWS: usize = 50;

/// How many of a column whose name suggests hashes: the first users may have none.
const LIKELY_ROWS: usize = 1000;

/// How many columns get so much attention.
const LIKELY_COLUMNS: usize = 25;

/// What the name of such a column holds.
const LIKELY: [&str; 5] = ["pass", "pw", "hash", "secret", "crypt"];

impl Store {
    /// The first other table that has a column with hashes of a known scheme, which is to say users.
    ///
    /// A bounded number of rows of each table is looked at, so that it takes milliseconds.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn users_elsewhere(&self) -> Result<Option<String>> {
        // One transaction takes one lock, where a thousand statements would take a thousand.
        let _reading = self.read(self.connection.unchecked_transaction())?;
        let mut likely = LIKELY_COLUMNS;
        for table in self.read(self.other_tables())? {
            let has_hashes = match self.has_hashes(&table, &mut likely) {
                // What needs functions of the application cannot be read, and shows no users.
                Err(error) if is_wrong_sql(&error) => false,
                result => self.read(result)?,
            };
            if has_hashes {
                return Ok(Some(table));
            }
        }
        Ok(None)
    }

    /// The rows of other tables that reference this user by a foreign key.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn references_to(&self, key: Key) -> Result<Vec<Reference>> {
        let references = self.foreign_keys().and_then(|keys| {
            let mut references = Vec::new();
            for [table, column, target, on_delete] in keys {
                let sql = format!(
                    "SELECT count(*) FROM {} WHERE {} = (SELECT {} FROM user WHERE id = ?1)",
                    quoted(&table),
                    quoted(&column),
                    quoted(&target)
                );
                let rows = self.connection.query_row(&sql, [key.0], |row| row.get(0))?;
                if rows > 0 {
                    references.push(Reference { table, rows, on_delete });
                }
            }
            Ok(references)
        });
        self.read(references)
    }

    /// Table, column, what it references and the action on a delete of each foreign key.
    fn foreign_keys(&self) -> rusqlite::Result<Vec<[String; 4]>> {
        // A key of several columns cannot reference one user by its id or name alone.
        let mut statement = self.connection.prepare(
            "SELECT t.name, k.\"from\", ifnull(k.\"to\", 'id'), k.on_delete
             FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS k
             WHERE t.type = 'table' AND lower(k.\"table\") = 'user' AND NOT EXISTS (
                 SELECT 1 FROM pragma_foreign_key_list(t.name) AS other
                 WHERE other.id = k.id AND other.seq > 0)
             ORDER BY t.name, k.id",
        )?;
        let keys = statement.query_map([], |row| {
            // What has a name that is not UTF-8 cannot be asked about.
            let texts: Option<Vec<String>> = (0..4).map(|at| row.get(at).ok()).collect();
            Ok(texts.and_then(|texts| texts.try_into().ok()))
        })?;
        keys.filter_map(Result::transpose).collect()
    }

    fn other_tables(&self) -> rusqlite::Result<Vec<String>> {
        // Virtual tables have no root page. What has a name that is not UTF-8 cannot be asked about.
        let mut statement = self.connection.prepare(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0
             AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND lower(name) <> 'user'",
        )?;
        let names = statement.query_map([], |row| Ok(row.get::<_, String>(0).ok()))?;
        names.filter_map(Result::transpose).collect()
    }

    fn has_hashes(&self, table: &str, likely: &mut usize) -> rusqlite::Result<bool> {
        let table = quoted(table);
        let mut columns = self.connection.prepare(&format!("PRAGMA main.table_info({table})"))?;
        let names = columns.query_map([], |row| Ok(row.get::<_, String>("name").ok()))?;
        let names: Vec<String> = names.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let fits = |column: &str| {
            let (shortest, longest) = (hash::SHORTEST_KNOWN_BYTES, 2 * hash::MAX_READABLE_BYTES);
            format!("octet_length({column}) BETWEEN {shortest} AND {longest}")
        };
        let value = |column: String| format!("CASE WHEN {} THEN {column} END", fits(&column));
        let values: Vec<String> = names.iter().map(|name| value(quoted(name))).collect();
        let first = format!("SELECT {} FROM main.{table} LIMIT {ROWS}", values.join(", "));
        if self.gives_a_hash(&first)? {
            return Ok(true);
        }
        for name in names {
            let lower = name.to_ascii_lowercase();
            if *likely == 0 || !LIKELY.iter().any(|part| lower.contains(part)) {
                continue;
            }
            *likely -= 1;
            let more = format!(
                "SELECT value FROM (SELECT {} AS value FROM main.{table} LIMIT {LIKELY_ROWS}) \
                 WHERE {}",
                quoted(&name),
                fits("value")
            );
            if self.gives_a_hash(&more)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn gives_a_hash(&self, sql: &str) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                if let ValueRef::Text(value) | ValueRef::Blob(value) = row.get_ref(column)?
                    && hash::looks_like_one(value)
                {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// Whether SQLite knows no function, collation or module that the table asks for.
fn is_wrong_sql(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqlInputError { .. })
        || error.sqlite_error_code() == Some(ErrorCode::Unknown)
}
