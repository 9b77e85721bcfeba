//! Storing many rows in one transaction, which `transaction.rs` begins and ends.

use rusqlite::{Statement, ToSql};

use super::failure::{During, is_unique_rule_on};
use super::others::{Class, IdInClass, InClass};
use super::read::Text;
use super::write::require_one;
use super::{Account, Store, Transaction};
use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::user::{Id, Key, Selector, StoredName};

/// The page cache while many rows are stored, in KiB: enough for the index of a million names.
const CACHE_KIB: i64 = 32 * 1024;

/// Adds rows with prepared statements.
pub struct Inserter<'t> {
    store: &'t Store,
    insert: Statement<'t>,
    insert_with_id: Statement<'t>,
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
        let prepare = |sql: &str| {
            let statement = self.store.file.connection.prepare(&self.aborting(sql)?);
            statement.map_err(|error| self.store.failure(&error, During::Preparation))
        };
        Ok(Inserter {
            store: self.store,
            insert: prepare(&self.store.sql.insert(false, &[]))?,
            insert_with_id: prepare(&self.store.sql.insert(true, &[]))?,
            id_class: self.store.id_class()?,
            hash_class: self.store.hash_class()?,
            reads_back: !self.store.stores_faithfully()?,
        })
    }
}

impl Inserter<'_> {
    /// Adds a row, whose name and hash are text of any bytes; no name is NULL.
    ///
    /// # Errors
    /// [`Error::UserExists`], or [`Error::ConstraintFailed`] if the database refuses the row or
    /// stores something else.
    pub fn insert(&mut self, id: Option<Id<'_>>, name: Option<&[u8]>, hash: &[u8]) -> Result<()> {
        let (name_text, hash_value) = (name.map(Text), InClass(hash, self.hash_class));
        let id_value = id.map(|id| IdInClass(id, self.id_class));
        let parameters: [&dyn ToSql; 3] = [&name_text, &hash_value, &id_value];
        let inserted = self.store.with_long_values(|| match id {
            Some(_) => self.insert_with_id.execute(parameters),
            None => self.insert.execute(&parameters[..2]),
        });
        let changed = inserted.map_err(|error| self.refusal(&error, id, name))?;
        require_one(changed)?;
        if self.reads_back {
            let key = Key(self.store.file.connection.last_insert_rowid());
            let name = StoredName(name.map(<[u8]>::to_vec));
            self.store.require(key, id.unwrap_or_default(), Some(&name), Some(hash))?;
        }
        Ok(())
    }

    fn refusal(&self, error: &rusqlite::Error, id: Option<Id<'_>>, name: Option<&[u8]>) -> Error {
        let name = String::from_utf8_lossy(name.unwrap_or_default());
        let Layout { table, id: id_column, username, .. } = &self.store.layout;
        if is_unique_rule_on(error, table, username) && self.store.is_taken(&name, None) {
            return Error::UserExists(name.into_owned());
        }
        let owner = |id: Id<'_>| self.store.find(&Selector::Id(id.owned())).ok()?.pop();
        match id.and_then(owner) {
            Some(Account { user, .. }) if is_unique_rule_on(error, table, id_column) => {
                Error::IdTaken { id: user.id.to_string(), user: user.name.described() }
            }
            _ => self.store.failure(error, During::Write),
        }
    }
}
