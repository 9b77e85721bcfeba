//! The usernames alone: by an index in the order of their bytes, or all of them.
//!
//! An index compares the bytes as the file's encoding has them, UTF-8 or UTF-16, so names do not
//! stand in the order of their letters; but in each encoding the names that begin with the same
//! characters stand together, the shortest first, and that is all that is built on here.

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Statement, ToSql};

use super::limits::is_about_length;
use super::read::{Text, bytes};
use super::{Store, sql};
use crate::error::Result;
use crate::user::UserId;

/// How many names are read before the lock for reading is given up for a moment.
const PAGE_ROWS: usize = 20_000;

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
        let first = self.first(&prefix, |name| match name {
            ValueRef::Text(name) => Some(name.to_vec()),
            _ => None,
        });
        Ok(first?.map(|(name, _)| name))
    }

    /// The user with exactly this name, which may be text or a BLOB of the same bytes.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn exactly(&mut self, name: &[u8]) -> Result<Option<UserId>> {
        let same = |stored: ValueRef<'_>| (bytes(stored).as_deref() == Some(name)).then_some(());
        let found = match self.first(&Text(name), same)? {
            None => self.first(&name, same)?,
            found => found,
        };
        Ok(found.map(|((), id)| id))
    }

    fn first<T>(
        &mut self,
        from: &dyn ToSql,
        take: impl FnOnce(ValueRef<'_>) -> Option<T>,
    ) -> Result<Option<(T, UserId)>> {
        let first = self.probe.query_row([from], |row| {
            let id = UserId(row.get(1)?);
            Ok(take(row.get_ref(0)?).map(|taken| (taken, id)))
        });
        self.store.read(first.optional()).map(Option::flatten)
    }
}

impl Store {
    /// Whether an index has the names in the order of their bytes.
    pub(super) fn has_name_index(&self) -> Result<bool> {
        let is_indexed = self.names_are_indexed();
        self.read(is_indexed)
    }

    /// The names in the order of an index, if there is one.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn name_index(&self) -> Result<Option<NameIndex<'_>>> {
        if !self.has_name_index()? {
            return Ok(None);
        }
        let probe = self.read(self.connection.prepare(sql::PROBE))?;
        Ok(Some(NameIndex { store: self, probe }))
    }

    /// Visits the ids and names of all users, in any order, some perhaps twice. Names longer than any are left out:
    /// nobody gets one like these.
    ///
    /// Outside of a transaction no lock is held all the time, so whoever must know that nobody
    /// wrote meanwhile asks for [`Store::state`].
    ///
    /// # Errors
    /// As [`Store::find`], and what `visit` fails with.
    pub fn scan_names(
        &self,
        mut visit: impl FnMut(UserId, Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        let mut from = Some(i64::MIN);
        let mut is_guarded = false;
        while let Some(first) = from {
            let mut failed = None;
            let page = self.page_of_names(first, is_guarded, |id, name| {
                failed = visit(UserId(id), name).err();
                failed.is_none()
            });
            failed.map_or(Ok(()), Err)?;
            match page {
                // A question about each length takes time, so it waits for the first that is too long.
                Err(error) if !is_guarded && is_about_length(&error) => is_guarded = true,
                page => from = self.read(page)?,
            }
            self.database.interrupt.check()?;
        }
        Ok(())
    }

    /// Visits a page of names, those with this id and higher, and tells where the next begins. In a
    /// transaction all are one page, in the order that takes the least time.
    fn page_of_names(
        &self,
        first: i64,
        is_guarded: bool,
        mut visit: impl FnMut(i64, Option<&[u8]>) -> bool,
    ) -> rusqlite::Result<Option<i64>> {
        let guard = "ifnull(octet_length(username) <= 1000000, TRUE)";
        let guard = if is_guarded { guard } else { "TRUE" };
        // An index of the names is shorter than the table, but gives no ids to go on from.
        let (order, rows) = if self.connection.is_autocommit() {
            (format!("AND id >= {first} ORDER BY id"), PAGE_ROWS)
        } else {
            (String::new(), usize::MAX)
        };
        let sql = format!("SELECT id, username FROM user WHERE {guard} {order}");
        let mut statement = self.connection.prepare(&sql)?;
        let mut names = statement.query([])?;
        let mut visited = 0;
        while let Some(row) = names.next()? {
            let id = row.get(0)?;
            if visited == rows {
                return Ok(Some(id));
            }
            visited += 1;
            let more = match row.get_ref(1)? {
                ValueRef::Text(name) | ValueRef::Blob(name) => visit(id, Some(name)),
                other => visit(id, bytes(other).as_deref()),
            };
            if !more {
                break;
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_is_answered_by_the_index_alone() {
        for column in ["TEXT UNIQUE", "TEXT COLLATE NOCASE UNIQUE"] {
            let connection = rusqlite::Connection::open_in_memory().unwrap();
            let schema = format!(
                "CREATE TABLE user (id INTEGER PRIMARY KEY, username {column}, password_hash);
                 CREATE INDEX names ON user (username COLLATE BINARY)"
            );
            connection.execute_batch(&schema).unwrap();
            let mut plan =
                connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql::PROBE)).unwrap();
            let steps = plan.query_map(["a"], |row| row.get::<_, String>("detail")).unwrap();
            let steps: Vec<String> = steps.map(Result::unwrap).collect();
            assert_eq!(steps.len(), 1, "{steps:?}");
            assert!(steps[0].starts_with("SEARCH user USING COVERING INDEX"), "{steps:?}");
        }
    }
}
