//! What other tables hold: rows that reference a user.

use super::{Reference, Store};
use crate::error::Result;
use crate::user::Key;

impl Store {
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
}
