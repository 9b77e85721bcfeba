//! Looking up one user, and what is known about the table.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Params, Row as SqlRow, ToSql};

use super::Store;
use crate::error::{Error, Result};
use crate::user::{Selector, StoredName, User, UserId};

/// The SQL of a name to show: of one beyond reason (`MAX_VALUE_BYTES`) only the length is read.
pub(super) const SHOWN_NAME: &str = "CASE WHEN octet_length(username) > 1000000 \
    THEN '(' || octet_length(username) || ' bytes)' ELSE username END";

/// The SQL of a hash that is not longer than any readable one (`MAX_READABLE_BYTES`).
pub(super) const READABLE_HASH: &str =
    "CASE WHEN octet_length(password_hash) <= 2048 THEN password_hash END";

/// A user with the stored hash.
pub struct Account {
    /// Who it is.
    pub user: User,
    /// The stored hash; none if it is NULL or longer than any readable one.
    pub hash: Option<Vec<u8>>,
}

/// Rows of another table that reference a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The other table.
    pub table: String,
    /// How many rows of it.
    pub rows: i64,
    /// What the foreign key does on a delete: `CASCADE`, `SET NULL`, `NO ACTION` and so on.
    pub on_delete: String,
}

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
        Ok(true)
    }

    fn columns(&self) -> rusqlite::Result<Vec<Column>> {
        let mut statement = self.connection.prepare("PRAGMA main.table_xinfo('user')")?;
        let columns = statement.query_map([], |row| {
            Ok(Column {
                name: row.get("name")?,
                kind: row.get("type")?,
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
        Err(Error::WrongSchema {
            path: self.database.path.clone(),
            reason: "there is no such table".to_owned(),
            absent: true,
        })
    }

    fn wrong_schema(&self, reason: &str) -> Error {
        let path = self.database.path.clone();
        Error::WrongSchema { path, reason: reason.to_owned(), absent: false }
    }

    /// The users that a selector means: more than one only in a table without a UNIQUE rule.
    ///
    /// # Errors
    /// [`Error::DatabaseBusy`], [`Error::DatabaseCorrupt`] or [`Error::Io`].
    pub fn find(&self, selector: &Selector) -> Result<Vec<Account>> {
        match selector {
            Selector::Id(id) => self.accounts("id = ?1", [id.0]),
            Selector::Name(name) => {
                // The column's own collation and affinity may call other names equal, so the
                // index finds candidates and the bytes decide.
                let mut found = self.accounts("username = ?1 ORDER BY id", [Text(name)])?;
                found.retain(|account| account.user.name.0.as_deref() == Some(name));
                if found.is_empty() {
                    // A BLOB is never equal to a TEXT, yet shows as the same name.
                    found = self.accounts("username = ?1 ORDER BY id", [name])?;
                }
                Ok(found)
            }
        }
    }

    /// The user with the first id that is not less than `id`, or else the first of all.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn some_user_near(&self, id: i64) -> Result<Option<Account>> {
        let mut found = self.accounts("id >= ?1 ORDER BY id LIMIT 1", [id])?;
        if found.is_empty() {
            found = self.accounts("id < ?1 ORDER BY id LIMIT 1", [id])?;
        }
        Ok(found.pop())
    }

    /// The highest id, 0 in an empty table.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn highest_id(&self) -> Result<i64> {
        let highest =
            self.connection.query_row("SELECT ifnull(max(id), 0) FROM user", [], |row| row.get(0));
        self.read(highest)
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

    fn accounts(&self, condition: &str, parameters: impl Params + Copy) -> Result<Vec<Account>> {
        let sql = format!("SELECT id, {SHOWN_NAME}, {READABLE_HASH} FROM user WHERE {condition}");
        let accounts = self.with_room(|| {
            let mut statement = self.connection.prepare(&sql)?;
            statement.query_map(parameters, account)?.collect::<rusqlite::Result<Vec<_>>>()
        });
        self.read(accounts)
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
            Ok(ForeignKey {
                table: row.get(0)?,
                column: row.get(1)?,
                target: row.get(2)?,
                on_delete: row.get(3)?,
            })
        })?;
        keys.collect()
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

struct Column {
    name: String,
    kind: String,
    in_key: bool,
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

pub(super) fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
