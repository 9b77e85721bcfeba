//! Storing many rows in one transaction.

use rusqlite::{Statement, ToSql};

use super::failure::{During, is_unique_rule_on};
use super::read::Text;
use super::{Account, Store, Transaction};
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::user::{Selector, UserId};

/// The page cache while many rows are stored, in KiB: enough for the index of a million names.
const CACHE_KIB: i64 = 32 * 1024;

/// Adds rows with prepared statements.
pub struct Inserter<'t> {
    store: &'t Store,
    insert: Statement<'t>,
    insert_with_id: Statement<'t>,
    /// Whether the table can store something else than it is given, so that each row has to be
    /// read back.
    reads_back: bool,
}

impl Store {
    /// Prepares the connection for many rows.
    ///
    /// # Errors
    /// [`Error::DatabaseBusy`] or [`Error::Io`].
    pub fn expect_many_rows(&self) -> Result<()> {
        self.run(&format!("PRAGMA cache_size = -{CACHE_KIB}"))
    }

    /// A number that changes whenever another connection commits.
    ///
    /// # Errors
    /// [`Error::DatabaseBusy`] or [`Error::Io`].
    pub fn data_version(&self) -> Result<i64> {
        let version = self.connection.query_row("PRAGMA data_version", [], |row| row.get(0));
        self.read(version)
    }

    /// Who may ask this process to stop.
    #[must_use]
    pub fn interrupt(&self) -> &Interrupt {
        &self.database.interrupt
    }
}

impl Transaction<'_> {
    /// Begins to add many rows.
    ///
    /// # Errors
    /// [`Error::WrongSchema`] if there is no usable table.
    pub fn inserter(&self) -> Result<Inserter<'_>> {
        let prepare = |sql| {
            let statement = self.store.connection.prepare(&self.aborting(sql)?);
            statement.map_err(|error| self.store.failure(&error, During::Preparation))
        };
        Ok(Inserter {
            store: self.store,
            insert: prepare("INSERT INTO user (username, password_hash) VALUES (?1, ?2)")?,
            insert_with_id: prepare(
                "INSERT INTO user (username, password_hash, id) VALUES (?1, ?2, ?3)",
            )?,
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
    pub fn insert(&mut self, id: Option<UserId>, name: Option<&[u8]>, hash: &[u8]) -> Result<()> {
        let (name_text, hash_text) = (name.map(Text), Text(hash));
        let parameters: [&dyn ToSql; 3] = [&name_text, &hash_text, &id.map(|id| id.0)];
        let inserted = self.store.with_long_values(|| match id {
            Some(_) => self.insert_with_id.execute(parameters),
            None => self.insert.execute(&parameters[..2]),
        });
        let changed = inserted.map_err(|error| self.refusal(&error, id, name))?;
        if changed == 1 && (!self.reads_back || self.is_stored(name, hash)?) {
            return Ok(());
        }
        let name = String::from_utf8_lossy(name.unwrap_or_default());
        Err(Error::ConstraintFailed(format!("the row of {name} is not stored as it was given")))
    }

    fn refusal(&self, error: &rusqlite::Error, id: Option<UserId>, name: Option<&[u8]>) -> Error {
        let name = String::from_utf8_lossy(name.unwrap_or_default());
        if is_unique_rule_on(error, "username") && self.store.is_taken(&name, None) {
            return Error::UserExists(name.into_owned());
        }
        let owner = |id: UserId| self.store.find(&Selector::Id(id)).ok()?.pop();
        match id.and_then(owner) {
            Some(Account { user, .. }) if is_unique_rule_on(error, "id") => {
                Error::IdTaken { id: user.id.0, user: user.name.described() }
            }
            _ => self.store.failure(error, During::Write),
        }
    }

    fn is_stored(&self, name: Option<&[u8]>, hash: &[u8]) -> Result<bool> {
        let id = UserId(self.store.connection.last_insert_rowid());
        // An affinity may have made a number of a name, which has the same digits.
        let are_text: bool = self.store.read(self.store.connection.query_row(
            "SELECT count(*) FROM user WHERE id = ?1
             AND typeof(username) IN ('text', 'null') AND typeof(password_hash) = 'text'",
            [id.0],
            |row| row.get(0),
        ))?;
        let account = self.store.find(&Selector::Id(id))?.pop().filter(|_| are_text);
        Ok(account.is_some_and(|account| {
            account.user.name.0.as_deref() == name && account.hash.as_deref() == Some(hash)
        }))
    }
}
