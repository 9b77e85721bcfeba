//! Looking up one user, and what is known about the table.

use std::ops::ControlFlow;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row as SqlRow, ToSql};

use super::limits::is_about_length;
use super::schema::quoted;
use super::{Account, MAX_NAMESAKES, Reference, Store};
use crate::error::Result;
use crate::user::{Selector, StoredName, User, UserId};

/// The SQL of a name to show: of one that is too long (`MAX_VALUE_BYTES`) the length.
const SHOWN_NAME: &str = "CASE WHEN octet_length(username) > 1000000 \
    THEN '(' || octet_length(username) || ' bytes)' ELSE username END";

/// The SQL of a hash that is not longer than any readable one (`MAX_READABLE_BYTES`, which take
/// twice as many bytes in UTF-16).
pub(super) const READABLE_HASH: &str =
    "CASE WHEN octet_length(password_hash) <= 4096 THEN password_hash END";

impl Store {
    /// The users that a selector means: more than one only in a table without a UNIQUE rule, and
    /// then the first of them.
    ///
    /// A row whose name is too long to be read is found by its id, and keeps nobody else from being
    /// found.
    ///
    /// # Errors
    /// [`Error::DatabaseBusy`], [`Error::DatabaseCorrupt`] or [`Error::Io`].
    pub fn find(&self, selector: &Selector) -> Result<Vec<Account>> {
        match selector {
            Selector::Id(id) => self.read(self.accounts("user WHERE id = ?1", &id.0, |_| true)),
            Selector::Name(name) => {
                let found = self.named(name, &Text(name))?;
                // A BLOB is never equal to a TEXT, yet shows as the same name.
                if found.is_empty() { self.named(name, name) } else { Ok(found) }
            }
        }
    }

    /// The users whose names SQLite finds equal to `value` and which are these bytes: the column's
    /// own collation and affinity may call other names equal.
    fn named(&self, name: &[u8], value: &dyn ToSql) -> Result<Vec<Account>> {
        let is_name = |account: &Account| account.user.name.0.as_deref() == Some(name);
        let by_index = "user WHERE octet_length(username) <= 1000000 AND username = ?1 ORDER BY id";
        if !self.index_is_useless.get() {
            match self.accounts(by_index, value, is_name) {
                // On the way to the name the index compares it with one that is too long. That may
                // end a transaction, so it is not tried again.
                Err(error) if is_about_length(&error) => self.index_is_useless.set(true),
                found => return self.read(found),
            }
        }
        let one_by_one = "user NOT INDEXED WHERE CASE WHEN octet_length(username) <= 1000000 \
                          THEN username = ?1 END ORDER BY id";
        self.read(self.accounts(one_by_one, value, is_name))
    }

    /// The hashes of the users who came last, the last one first, until `visit` breaks off.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn newest_hashes(
        &self,
        count: u32,
        mut visit: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        let sql = format!("SELECT {READABLE_HASH} FROM user ORDER BY id DESC LIMIT {count}");
        let visited = self.connection.prepare(&sql).and_then(|mut statement| {
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let flow = match row.get_ref(0)? {
                    ValueRef::Text(hash) | ValueRef::Blob(hash) => visit(hash),
                    _ => ControlFlow::Continue(()),
                };
                if flow.is_break() {
                    break;
                }
            }
            Ok(())
        });
        self.read(visited)
    }

    /// How many users there are.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn count(&self) -> Result<u64> {
        let count =
            self.connection.query_row("SELECT count(*) FROM user", [], |row| row.get::<_, i64>(0));
        self.read(count).map(i64::unsigned_abs)
    }

    fn accounts(
        &self,
        rows: &str,
        parameter: &dyn ToSql,
        is_wanted: impl Fn(&Account) -> bool,
    ) -> rusqlite::Result<Vec<Account>> {
        let sql = format!("SELECT id, {SHOWN_NAME}, {READABLE_HASH} FROM {rows}");
        let mut statement = self.connection.prepare(&sql)?;
        let found = statement.query_map([parameter], account)?;
        found.filter(|found| found.as_ref().map_or(true, &is_wanted)).take(MAX_NAMESAKES).collect()
    }

    /// The rows of other tables that reference this user by a foreign key.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn references_to(&self, user: &User) -> Result<Vec<Reference>> {
        let references = self.foreign_keys().and_then(|keys| {
            let mut references = Vec::new();
            for key in keys {
                let rows = self.rows_that_reference(&key, user)?;
                if rows > 0 {
                    references.push(Reference { table: key.table, rows, on_delete: key.on_delete });
                }
            }
            Ok(references)
        });
        self.read(references)
    }

    fn rows_that_reference(&self, key: &ForeignKey, user: &User) -> rusqlite::Result<i64> {
        let sql = format!(
            "SELECT count(*) FROM {} WHERE {} = (SELECT {} FROM user WHERE id = ?1)",
            quoted(&key.table),
            quoted(&key.column),
            quoted(&key.target)
        );
        self.connection.query_row(&sql, [user.id.0], |row| row.get(0))
    }

    fn foreign_keys(&self) -> rusqlite::Result<Vec<ForeignKey>> {
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
            Ok(texts.and_then(|texts| <[String; 4]>::try_from(texts).ok()))
        })?;
        let keys = keys.filter_map(Result::transpose);
        let key = |[table, column, target, on_delete]: [String; 4]| ForeignKey {
            table,
            column,
            target,
            on_delete,
        };
        keys.map(|texts| texts.map(key)).collect()
    }
}

/// Bytes to be bound as TEXT, which need not be UTF-8 if the database's are not.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub(super) &'a [u8]);

impl ToSql for Text<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0)))
    }
}

struct ForeignKey {
    table: String,
    column: String,
    target: String,
    on_delete: String,
}

/// The bytes of a value as a name or hash; numbers come from columns of another affinity.
pub(super) fn bytes(value: ValueRef<'_>) -> Option<Vec<u8>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into_bytes()),
        ValueRef::Real(number) => Some(number.to_string().into_bytes()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes.to_vec()),
    }
}

fn account(row: &SqlRow<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        user: User { id: UserId(row.get(0)?), name: StoredName(bytes(row.get_ref(1)?)) },
        hash: bytes(row.get_ref(2)?),
    })
}
