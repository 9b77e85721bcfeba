//! What other tables hold: rows that reference a user, and the users of another application.

use std::ops::ControlFlow;

use super::{Reference, Store};
use crate::error::Result;
use crate::hash;
use crate::layout::Table;
use crate::user::Key;

/// How many rows of a table are looked at.
const ROWS: u32 = 50;

/// How many of a column whose name suggests hashes: the first users may have none.
const LIKELY_ROWS: u32 = 1000;

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
        self.file.at_one_moment(|| {
            let mut likely = LIKELY_COLUMNS;
            for table in self.file.tables()? {
                let is_own = table.name.eq_ignore_ascii_case(&self.layout.table);
                if !is_own && self.has_hashes(&table, &mut likely)? {
                    return Ok(Some(table.name));
                }
            }
            Ok(None)
        })
    }

    /// The rows of other tables that reference this user by a foreign key.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn references_to(&self, key: Key) -> Result<Vec<Reference>> {
        let references = self.foreign_keys().and_then(|keys| {
            let mut references = Vec::new();
            for [table, column, target, on_delete] in keys {
                let sql = self.sql.references(&table, &column, &target);
                let rows = self.file.connection.query_row(&sql, [key.0], |row| row.get(0))?;
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
        // A key of several columns cannot reference one user by one column. One that names none means
        // the primary key.
        let mut statement = self.file.connection.prepare(
            "SELECT t.name, k.\"from\",
                 ifnull(k.\"to\", (SELECT name FROM pragma_table_xinfo(?1) WHERE pk = 1)), k.on_delete
             FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS k
             WHERE t.type = 'table' AND k.\"table\" = ?1 COLLATE NOCASE AND NOT EXISTS (
                 SELECT 1 FROM pragma_foreign_key_list(t.name) AS other
                 WHERE other.id = k.id AND other.seq > 0)
             ORDER BY t.name, k.id",
        )?;
        let keys = statement.query_map([&self.layout.table], |row| {
            // What has a name that is not UTF-8 cannot be asked about.
            let texts: Option<Vec<String>> = (0..4).map(|at| row.get(at).ok()).collect();
            Ok(texts.and_then(|texts| texts.try_into().ok()))
        })?;
        keys.filter_map(Result::transpose).collect()
    }

    fn has_hashes(&self, table: &Table, likely: &mut usize) -> Result<bool> {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        if self.gives_a_hash(table, &names, ROWS)? {
            return Ok(true);
        }
        for name in names {
            let lower = name.to_ascii_lowercase();
            if *likely == 0 || !LIKELY.iter().any(|part| lower.contains(part)) {
                continue;
            }
            *likely -= 1;
            if self.gives_a_hash(table, &[name], LIKELY_ROWS)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn gives_a_hash(&self, table: &Table, columns: &[&str], newest: u32) -> Result<bool> {
        let lengths = hash::SHORTEST_KNOWN_BYTES..=2 * hash::MAX_READABLE_BYTES;
        let mut is_found = false;
        self.file.sample(table, columns, newest, &lengths, |_, value| {
            is_found = hash::looks_like_one(value);
            if is_found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(is_found)
    }
}
