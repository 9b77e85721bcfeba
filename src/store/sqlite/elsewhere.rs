//! Looking for users in tables that are not the one that is used here.

use rusqlite::ErrorCode;
use rusqlite::types::ValueRef;

use super::Store;
use super::schema::quoted;
use crate::error::Result;
use crate::hash;

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
        let tables = self.other_tables();
        let mut likely = LIKELY_COLUMNS;
        for table in self.read(tables)? {
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
        let values = names.iter().map(|name| {
            let column = quoted(name);
            format!("CASE WHEN {} THEN {column} END", fits(&column))
        });
        let values: Vec<String> = values.collect();
        let first = format!("SELECT {} FROM main.{table} LIMIT {ROWS}", values.join(", "));
        if self.gives_a_hash(&first)? {
            return Ok(true);
        }
        for name in names {
            let lower = name.to_ascii_lowercase();
            if *likely > 0 && LIKELY.iter().any(|part| lower.contains(part)) {
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
