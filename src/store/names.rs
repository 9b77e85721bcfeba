//! The usernames alone, in the order of an index or of the table.

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Statement};

use super::Store;
use super::read::{quoted, text};
use crate::error::Result;

/// The names in the order of their bytes, which an index answers without reading the table.
pub struct NameIndex<'s> {
    store: &'s Store,
    probe: Statement<'s>,
}

impl NameIndex<'_> {
    /// The first name that is text and not less than `prefix`.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn first_from(&mut self, prefix: &str) -> Result<Option<Vec<u8>>> {
        let first = self
            .probe
            .query_row([prefix], |row| match row.get_ref(0)? {
                ValueRef::Text(name) => Ok(Some(name.to_vec())),
                _ => Ok(None),
            })
            .optional();
        self.store.read(first).map(Option::flatten)
    }
}

impl Store {
    /// The names in the order of an index, if there is one.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn name_index(&self) -> Result<Option<NameIndex<'_>>> {
        let is_indexed = self.names_are_indexed();
        if !self.read(is_indexed)? {
            return Ok(None);
        }
        let probe = self
            .connection
            // A name that is too long to be read is no other's look-alike.
            .prepare(
                "SELECT username FROM user WHERE username >= ?1
                 AND octet_length(username) <= 1000000 ORDER BY username LIMIT 1",
            );
        Ok(Some(NameIndex { store: self, probe: self.read(probe)? }))
    }

    /// Reads every name that is text, for a table without an index on them, until `visit` finds
    /// what it looks for.
    ///
    /// # Errors
    /// As [`Store::find`], and what `visit` fails with.
    pub fn scan_names<T>(
        &self,
        mut visit: impl FnMut(&[u8]) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        let sql = "SELECT username FROM user
                   WHERE typeof(username) = 'text' AND octet_length(username) <= 1000000";
        let mut statement = self.read(self.connection.prepare(sql))?;
        let mut rows = self.read(statement.query([]))?;
        while let Some(row) = self.read(rows.next())? {
            let name = row.get_ref(0).and_then(|name| Ok(name.as_bytes()?));
            if let Some(found) = visit(self.read(name)?)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Whether names can be searched by an index in the order of their bytes.
    fn names_are_indexed(&self) -> rusqlite::Result<bool> {
        // Pragmas as statements take a fifth of the time that they take as tables of a SELECT, and
        // the lock is held meanwhile.
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
}
