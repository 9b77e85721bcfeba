//! Looking up users, and what is read of them.
//!
//! A listing of many is in `page.rs`, what users look like is in `similar.rs`.

use std::ops::ControlFlow;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql};

use super::limits::is_about_length;
use super::others::{Class, IdInClass};
use super::{Account, MAX_NAMESAKES, State, Store, StoredUser, sql};
use crate::error::{Error, Result};
use crate::layout::Case;
use crate::user::{Id, Key, Selector, StoredName, User, UserId};

impl Store {
    /// The users that a selector means: more than one only in a table without a UNIQUE rule, and
    /// then the first of them.
    ///
    /// A row whose name is too long to be read is found by its id, and keeps nobody else from being
    /// found.
    ///
    /// # Errors
    /// [`Error::InvalidId`] where no user has such an id; [`Error::DatabaseBusy`],
    /// [`Error::DatabaseCorrupt`] or [`Error::Io`].
    pub fn find(&self, selector: &Selector) -> Result<Vec<Account>> {
        match selector {
            Selector::Id(id) => self.of_id(id),
            Selector::Name(name) => {
                let found = self.exactly_named(name)?;
                match self.layout.case {
                    Case::Exact => Ok(found),
                    _ if !found.is_empty() => Ok(found),
                    Case::Fold => {
                        self.read(self.accounts(&self.sql.of_folded_name, &Text(name), |_| true))
                    }
                    Case::Lower => self.exactly_named(&lower(name)),
                }
            }
        }
    }

    /// The users whom the application finds when this name is typed to log in: more than one only if
    /// it may find the one or the other.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn find_for_login(&self, name: &[u8]) -> Result<Vec<Account>> {
        match self.layout.case {
            Case::Exact | Case::Fold => self.find(&Selector::Name(name.to_vec())),
            Case::Lower => self.exactly_named(&lower(name)),
        }
    }

    fn exactly_named(&self, name: &[u8]) -> Result<Vec<Account>> {
        let found = self.named(name, &Text(name))?;
        // A BLOB is never equal to a TEXT, yet shows as the same name.
        if found.is_empty() { self.named(name, &name) } else { Ok(found) }
    }

    /// The user of this row.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn of_key(&self, key: Key) -> Result<Option<Account>> {
        self.read(self.accounts(&self.sql.of_key, &key.0, |_| true)).map(|mut found| found.pop())
    }

    /// The users of this id: more than one only in a table without a rule against that.
    fn of_id(&self, id: &UserId) -> Result<Vec<Account>> {
        if self.sql.key_is_id() {
            return match id {
                UserId::Number(id) => Ok(self.of_key(Key(*id))?.into_iter().collect()),
                id => Err(Error::InvalidId(id.to_string())),
            };
        }
        // The column's affinity and collation may call other ids equal, and make a number of a text.
        let shown = id.to_string();
        let is_id = |account: &Account| account.user.id.to_string() == shown;
        let find = |value: &dyn ToSql| self.read(self.accounts(&self.sql.of_id, value, is_id));
        let found = find(&IdInClass(id.borrowed(), Class::Text))?;
        if !found.is_empty() {
            return Ok(found);
        }
        find(&IdInClass(id.borrowed(), Class::Blob))
    }

    /// The users whose names SQLite finds equal to `value` and which are these bytes: the column's
    /// own collation and affinity may call other names equal.
    fn named(&self, name: &[u8], value: &dyn ToSql) -> Result<Vec<Account>> {
        let is_name = |account: &Account| account.user.name.0.as_deref() == Some(name);
        if !self.index_is_useless.get() {
            match self.accounts(&self.sql.of_name, value, is_name) {
                // On the way to the name the index compares it with one that is too long. That may
                // end a transaction, so it is not tried again.
                Err(error) if is_about_length(&error) => self.index_is_useless.set(true),
                found => return self.read(found),
            }
        }
        self.read(self.accounts(&self.sql.of_name_one_by_one, value, is_name))
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
        self.visit_rows(&self.sql.newest_hashes(count), |row| {
            Ok(match row.get_ref(0)? {
                ValueRef::Text(hash) | ValueRef::Blob(hash) => visit(hash),
                _ => ControlFlow::Continue(()),
            })
        })
    }

    /// Visits all users in the order of their ids, as they are at one moment, until `visit` breaks
    /// off. The file is read-locked meanwhile.
    ///
    /// # Errors
    /// As [`Store::find`], and [`Error::HugeValue`].
    pub fn snapshot(&self, mut visit: impl FnMut(StoredUser<'_>) -> ControlFlow<()>) -> Result<()> {
        let id_at = self.sql.id_after_hash();
        let mut digits = Digits::default();
        self.visit_rows(&self.sql.snapshot, |row| {
            user_of(row, id_at, Some(sql::HASH), &mut digits).map(&mut visit)
        })
    }

    fn visit_rows(
        &self,
        sql: &str,
        mut visit: impl FnMut(&Row<'_>) -> rusqlite::Result<ControlFlow<()>>,
    ) -> Result<()> {
        self.read(self.file.connection.prepare(sql).and_then(|mut statement| {
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                if visit(row)?.is_break() {
                    break;
                }
            }
            Ok(())
        }))
    }

    /// How many users there are.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn count(&self) -> Result<u64> {
        let count = self.file.connection.query_row(&self.sql.count, [], |row| row.get::<_, i64>(0));
        self.read(count).map(i64::unsigned_abs)
    }

    /// The state that the database is in, to be compared with a later one.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn state(&self) -> Result<State> {
        let version = self.file.connection.query_row("PRAGMA data_version", [], |row| row.get(0));
        self.read(version).map(State)
    }

    fn accounts(
        &self,
        sql: &str,
        parameter: &dyn ToSql,
        is_wanted: impl Fn(&Account) -> bool,
    ) -> rusqlite::Result<Vec<Account>> {
        let mut statement = self.file.connection.prepare(sql)?;
        let id_at = self.sql.id_after_hash();
        let found = statement.query_map([parameter], |row| account(row, id_at))?;
        found.filter(|found| found.as_ref().map_or(true, &is_wanted)).take(MAX_NAMESAKES).collect()
    }
}

/// A name in lower case, as an application makes it of what is typed.
fn lower(name: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_lowercase().into_bytes(),
        Err(_) => name.to_vec(),
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

/// The bytes of a value as a name or hash; numbers come from columns of another affinity.
pub(super) fn bytes(value: ValueRef<'_>) -> Option<Vec<u8>> {
    as_bytes(value, &mut String::new()).map(<[u8]>::to_vec)
}

fn account(row: &Row<'_>, id_at: Option<usize>) -> rusqlite::Result<Account> {
    let mut digits = Digits::default();
    let user = user_of(row, id_at, Some(sql::HASH), &mut digits)?;
    let name = StoredName(user.name.map(<[u8]>::to_vec));
    let hash = user.hash.map(<[u8]>::to_vec);
    Ok(Account { user: User { key: key_of(row)?, id: user.id.owned(), name }, hash })
}

/// Where numbers are written that are read as texts, column by column: one for many rows.
#[derive(Default)]
pub(super) struct Digits {
    id: String,
    name: String,
    hash: String,
}

/// The key of a row, which is its first column.
pub(super) fn key_of(row: &Row<'_>) -> rusqlite::Result<Key> {
    row.get(0).map(Key)
}

/// The user whose first columns are key and name, with the id and the hash of these columns; the id is
/// the key where it has none.
#[expect(clippy::inline_always, reason = "a listing of a million is measurably slower with a call")]
#[inline(always)]
pub(super) fn user_of<'r>(
    row: &'r Row<'_>,
    id_at: Option<usize>,
    hash_at: Option<usize>,
    digits: &'r mut Digits,
) -> rusqlite::Result<StoredUser<'r>> {
    let id = match id_at {
        Some(at) => id_of(row.get_ref(at)?, &mut digits.id),
        None => Id::Number(row.get_ref(0)?.as_i64()?),
    };
    let name = as_bytes(row.get_ref(sql::NAME)?, &mut digits.name);
    let hash = match hash_at {
        Some(at) => as_bytes(row.get_ref(at)?, &mut digits.hash),
        None => None,
    };
    Ok(StoredUser { id, name, hash, further: &[] })
}

/// The id that a value is.
pub(super) fn id_of<'v>(value: ValueRef<'v>, digits: &'v mut String) -> Id<'v> {
    match value {
        ValueRef::Integer(number) => Id::Number(number),
        value => as_bytes(value, digits).map_or(Id::Null, Id::Text),
    }
}

/// The bytes of a text or blob, and of the digits of a number; none for NULL.
#[expect(
    clippy::inline_always,
    reason = "a copy of the value, which a call needs, waits for what was just written"
)]
#[inline(always)]
fn as_bytes<'v>(value: ValueRef<'v>, digits: &'v mut String) -> Option<&'v [u8]> {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes),
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(shown(digits, &number)),
        ValueRef::Real(number) => Some(shown(digits, &number)),
    }
}

#[cold]
fn shown<'d>(digits: &'d mut String, number: &impl ToString) -> &'d [u8] {
    *digits = number.to_string();
    digits.as_bytes()
}
