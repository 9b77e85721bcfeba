//! Looking for users in tables that are not the one that is used here.

use rusqlite::types::ValueRef;

use super::Store;
use super::read::quoted;
use crate::error::Result;
use crate::hash;

/// How many rows of a table are looked at.
const ROWS: usize = 50;

/// How many where a column's name suggests hashes: the first users may have none.
const LIKELY_ROWS: usize = 1000;

/// How many more than [`ROWS`] a table are looked at in all tables together.
const MORE_ROWS: usize = 50_000;

/// What such a name holds.
const LIKELY: [&str; 5] = ["pass", "pw", "hash", "secret", "crypt"];

impl Store {
    /// The first other table that has a column with hashes of a known scheme, which is to say users.
    ///
    /// A bounded number of rows of each table is looked at, so that it takes milliseconds.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn users_elsewhere(&self) -> Result<Option<String>> {
        let tables = self.other_tables();
        let mut more = MORE_ROWS;
        // A table that cannot be read shows no users.
        let has_hashes = |table: &String| self.has_hashes(table, &mut more).unwrap_or(false);
        Ok(self.read(tables)?.into_iter().find(has_hashes))
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

    fn has_hashes(&self, table: &str, more: &mut usize) -> rusqlite::Result<bool> {
        let columns = format!("PRAGMA main.table_info({})", quoted(table));
        let mut columns = self.connection.prepare(&columns)?;
        let names = columns.query_map([], |row| Ok(row.get::<_, String>("name").ok()))?;
        let names: Vec<String> = names.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        if names.is_empty() {
            return Ok(false);
        }
        let lower = |name: &String| name.to_ascii_lowercase();
        let is_likely =
            names.iter().map(lower).any(|name| LIKELY.iter().any(|part| name.contains(part)));
        let (shortest, longest) = (hash::SHORTEST_KNOWN_BYTES, hash::MAX_READABLE_BYTES);
        let values = names.iter().map(|name| {
            let name = quoted(name);
            format!("CASE WHEN octet_length({name}) BETWEEN {shortest} AND 2 * {longest} THEN {name} END")
        });
        let values: Vec<String> = values.collect();
        let limit = if is_likely { ROWS + (*more).min(LIKELY_ROWS - ROWS) } else { ROWS };
        let sql = format!("SELECT {} FROM main.{} LIMIT {limit}", values.join(", "), quoted(table));
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            seen += 1;
            if seen > ROWS {
                *more = more.saturating_sub(1);
            }
            for column in 0..names.len() {
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
