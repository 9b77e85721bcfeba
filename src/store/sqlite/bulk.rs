//! Storing many rows in one transaction, which `transaction.rs` begins and ends.

use rusqlite::{Statement, ToSql};

use super::failure::{During, is_unique_rule_on};
use super::others::{Class, IdInClass, InClass};
use super::read::Text;
use super::write::require_one;
use super::{Account, Store, Transaction};
use crate::error::{Error, Result};
use crate::layout::{Assigned, Layout};
use crate::user::{Id, Key, Selector, StoredName};

/// The page cache while many rows are stored, in KiB: enough for the index of a million names.
const CACHE_KIB: i64 = 32 * 1024;

/// The statement for rows that have an id or none, and these further columns.
struct Prepared<'t> {
    has_id: bool,
    further: Vec<String>,
    statement: Statement<'t>,
}

/// Adds rows with prepared statements.
pub struct Inserter<'t> {
    transaction: &'t Transaction<'t>,
    /// The statement for rows like the last one.
    prepared: Option<Prepared<'t>>,
    id_class: Class,
    hash_class: Class,
    /// Whether the table can store something else than it is given, so that each row has to be
    /// read back.
    reads_back: bool,
}

impl Store {
    /// Prepares the connection for many rows.
    pub(super) fn expect_many_rows(&self) -> Result<()> {
        self.run(&format!("PRAGMA cache_size = -{CACHE_KIB}"))
    }
}

impl Transaction<'_> {
    /// Begins to add many rows.
    ///
    /// # Errors
    /// [`Error::WrongSchema`] if there is no usable table.
    pub fn inserter(&self) -> Result<Inserter<'_>> {
        Ok(Inserter {
            transaction: self,
            prepared: None,
            id_class: self.store.id_class()?,
            hash_class: self.store.hash_class()?,
            reads_back: !self.store.stores_faithfully()?,
        })
    }
}

impl<'t> Inserter<'t> {
    /// Adds a row, whose name and hash are text of any bytes; no name is NULL.
    ///
    /// # Errors
    /// [`Error::UserExists`], or [`Error::ConstraintFailed`] if the database refuses the row or
    /// stores something else.
    pub fn insert(
        &mut self,
        id: Option<Id<'_>>,
        name: Option<&[u8]>,
        hash: &[u8],
        further: &[Assigned],
    ) -> Result<Key> {
        let store = self.transaction.store;
        let (name_text, hash_value) = (name.map(Text), InClass(hash, self.hash_class));
        let id_value = id.map(|id| IdInClass(id, self.id_class));
        let own: [&dyn ToSql; 3] = [&name_text, &hash_value, &id_value];
        let own = &own[..2 + usize::from(id.is_some())];
        let statement = self.prepare(id.is_some(), further)?;
        let inserted = store.with_long_values(|| {
            if further.is_empty() {
                return statement.execute(own);
            }
            let further = further.iter().map(|it| &it.stored as &dyn ToSql);
            statement.execute(&own.iter().copied().chain(further).collect::<Vec<_>>()[..])
        });
        let changed = inserted.map_err(|error| refusal(store, &error, id, name))?;
        require_one(changed)?;
        let key = Key(store.file.connection.last_insert_rowid());
        if self.reads_back {
            let name = StoredName(name.map(<[u8]>::to_vec));
            store.require_further(key, further)?;
            store.require(key, id.unwrap_or_default(), Some(&name), Some(hash))?;
        }
        Ok(key)
    }

    /// The statement for such a row: most rows of an import are like the one before.
    fn prepare(&mut self, has_id: bool, further: &[Assigned]) -> Result<&mut Statement<'t>> {
        let transaction = self.transaction;
        let is_like = |last: &Prepared<'_>| {
            let columns = || last.further.iter().eq(further.iter().map(|it| &it.column));
            last.has_id == has_id && columns()
        };
        let prepared = match self.prepared.take() {
            Some(last) if is_like(&last) => last,
            _ => {
                let store = transaction.store;
                let sql = transaction.aborting(&store.sql.insert(has_id, further))?;
                let statement = store.file.connection.prepare(&sql);
                let statement =
                    statement.map_err(|error| store.failure(&error, During::Preparation))?;
                let further = further.iter().map(|it| it.column.clone()).collect();
                Prepared { has_id, further, statement }
            }
        };
        Ok(&mut self.prepared.insert(prepared).statement)
    }
}

/// Why a row was not stored.
fn refusal(
    store: &Store,
    error: &rusqlite::Error,
    id: Option<Id<'_>>,
    name: Option<&[u8]>,
) -> Error {
    let name = String::from_utf8_lossy(name.unwrap_or_default());
    let Layout { table, id: id_column, username, .. } = &store.layout;
    if is_unique_rule_on(error, table, username) && store.is_taken(&name, None) {
        return Error::UserExists(name.into_owned());
    }
    let owner = |id: Id<'_>| store.find(&Selector::Id(id.owned())).ok()?.pop();
    match id.and_then(owner) {
        Some(Account { user, .. }) if is_unique_rule_on(error, table, id_column) => {
            Error::IdTaken { id: user.id.to_string(), user: user.name.described() }
        }
        _ => store.failure(error, During::Write),
    }
}
