//! The usernames alone, in the order of an index or of the table.

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Statement};

use super::Store;
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
        if !self.names_are_indexed()? {
            return Ok(None);
        }
        let probe = self
            .connection
            .prepare("SELECT username FROM user WHERE username >= ?1 ORDER BY username LIMIT 1");
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
        let sql = "SELECT username FROM user WHERE typeof(username) = 'text'";
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
    fn names_are_indexed(&self) -> Result<bool> {
        let indexed = self.connection.query_row(
            "SELECT EXISTS (
                 SELECT 1 FROM pragma_index_list('user') AS i, pragma_index_xinfo(i.name) AS c
                 WHERE NOT i.partial AND c.seqno = 0 AND c.coll = 'BINARY' AND NOT c.\"desc\"
                 AND lower(c.name) = 'username')",
            [],
            |row| row.get(0),
        );
        self.read(indexed)
    }
}
