//! Changing rows inside a transaction, which `transaction.rs` begins and ends. Many at once are in
//! `bulk.rs`.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, ToSql};

use super::failure::{During, is_unique_rule_on};
use super::others::{IdInClass, InClass};
use super::{Account, NewUser, Store, Transaction, sql};
use crate::error::{Error, Result};
use crate::hash::HashString;
use crate::layout::Assigned;
use crate::user::{Id, Key, StoredName, User, Username};

/// How many statements are kept in the form in which a conflict ends them.
const MOST_STATEMENTS: usize = 100;

impl Store {
    /// Whether another row than this has a name that the column calls the same.
    pub(super) fn is_taken(&self, name: &str, own: Option<Key>) -> bool {
        let own = own.map(|own| own.0);
        self.file
            .connection
            .query_row(&self.sql.is_taken, (name, own), |row| row.get(0))
            .unwrap_or(false)
    }

    /// Reads a row back and fails unless it holds, as text, exactly what it was given.
    pub(super) fn require(
        &self,
        key: Key,
        id: Id<'_>,
        name: Option<&StoredName>,
        hash: Option<&[u8]>,
    ) -> Result<User> {
        let took = |reason: &str| Error::ConstraintFailed(reason.to_owned());
        // An affinity may have made a number of a text, which has the same digits.
        let classes = self.file.connection.query_row(&self.sql.classes, [key.0], |row| {
            Ok((row.get::<_, bool>(0)?, row.get::<_, String>(1)?))
        });
        let classes = self.read(classes.optional())?;
        let found = self.of_key(key)?;
        let (Some((name_is_text, class)), Some(Account { user, hash: stored })) = (classes, found)
        else {
            return Err(took("the row is not there after the change"));
        };
        if id != Id::Null && user.id.borrowed() != id {
            return Err(took("it stores another id than it was given"));
        }
        if name.is_some_and(|name| !name_is_text || user.name != *name) {
            return Err(took("it stores another username than it was given"));
        }
        let expected = self.hash_class()?.name();
        if hash.is_some_and(|hash| class != expected || stored.as_deref() != Some(hash)) {
            return Err(took("it stores another password hash than it was given"));
        }
        Ok(user)
    }

    /// What SQLite compiles a statement to, without the programs of the triggers that it fires.
    fn program(&self, sql: &str) -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut statement = self.file.connection.prepare(&format!("EXPLAIN {sql}"))?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut program: Vec<Vec<Value>> = Vec::new();
        while let Some(row) = rows.next()? {
            // Programs of triggers come after it, and count their addresses from 0 again.
            if usize::try_from(row.get::<_, i64>(0)?).unwrap_or(0) < program.len() {
                break;
            }
            program
                .push((0..columns).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?);
        }
        Ok(program)
    }
}

impl Transaction<'_> {
    /// Makes the application's table.
    ///
    /// # Errors
    /// [`Error::DatabaseFull`], [`Error::DatabaseReadOnly`] or [`Error::Io`].
    pub fn create_table(&self) -> Result<()> {
        self.store.run(sql::CREATE_TABLE)
    }

    /// What reads inside this transaction.
    #[must_use]
    pub fn reader(&self) -> &Store {
        self.store
    }

    /// Adds a row and reads it back.
    ///
    /// # Errors
    /// [`Error::UserExists`], or [`Error::ConstraintFailed`] if the database refuses the row or
    /// stores something else.
    pub fn insert(&self, new: NewUser<'_>) -> Result<User> {
        let NewUser { id, name, hash, further } = new;
        let hash = InClass(hash.as_str().as_bytes(), self.store.hash_class()?);
        let id_value = IdInClass(id, self.store.id_class()?);
        let name_text = name.as_str();
        let mut parameters: Vec<&dyn ToSql> = vec![&name_text, &hash];
        parameters.extend((id != Id::Null).then_some(&id_value as &dyn ToSql));
        parameters.extend(further.iter().map(|it| &it.stored as &dyn ToSql));
        let sql = self.aborting(&self.store.sql.insert(id != Id::Null, further))?;
        self.change(&sql, &parameters, Some((name, None)))?;
        let key = Key(self.store.file.connection.last_insert_rowid());
        self.store.require_further(key, further)?;
        self.store.require(key, id, Some(&stored(name)), Some(hash.0))
    }

    /// Changes what is given of a row, and reads it back.
    ///
    /// # Errors
    /// As [`Transaction::insert`].
    pub fn update(
        &self,
        key: Key,
        name: Option<&Username>,
        hash: Option<&HashString>,
        further: &[Assigned],
    ) -> Result<User> {
        if let Some(name) = name {
            let sql = self.aborting(&self.store.sql.update_name)?;
            self.change(&sql, &[&name.as_str(), &key.0], Some((name, Some(key))))?;
        }
        if let Some(hash) = hash {
            let sql = self.aborting(&self.store.sql.update_hash)?;
            let hash = InClass(hash.as_str().as_bytes(), self.store.hash_class()?);
            self.change(&sql, &[&hash, &key.0], None)?;
        }
        if !further.is_empty() {
            let sql = self.aborting(&self.store.sql.update(further))?;
            let values = further.iter().map(|it| &it.stored as &dyn ToSql);
            self.change(&sql, &values.chain([&key.0 as &dyn ToSql]).collect::<Vec<_>>(), None)?;
            self.store.require_further(key, further)?;
        }
        let name = name.map(stored);
        self.store.require(key, Id::Null, name.as_ref(), hash.map(|hash| hash.as_str().as_bytes()))
    }

    /// Deletes these rows, which may reference each other, and makes sure that they are gone, and
    /// no others.
    ///
    /// # Errors
    /// [`Error::ConstraintFailed`] if a foreign key or trigger keeps one, or takes others with it.
    pub fn delete_all(&self, keys: &[Key]) -> Result<()> {
        // Foreign keys are checked at the COMMIT then.
        self.store.run("PRAGMA defer_foreign_keys = ON")?;
        let deleted = &self.store.deleted;
        deleted.forget();
        for key in keys.iter().filter(|key| !deleted.has(**key)) {
            self.change(&self.store.sql.delete, &[&key.0], None)?;
        }
        for key in keys {
            if self.store.of_key(*key)?.is_some() {
                let reason = "the user is still there after the delete";
                return Err(Error::ConstraintFailed(reason.to_owned()));
            }
        }
        match deleted.but(keys).as_slice() {
            [] => Ok(()),
            others => {
                let users = match (self.store.sql.key_is_id(), others) {
                    (true, [id]) => format!("the users with the id {id}"),
                    (true, ids) => format!("the users with the ids {}", ids.join(", ")),
                    (false, rows) => format!("{} other users", rows.len()),
                };
                Err(Error::ConstraintFailed(format!(
                    "{users} would be deleted too, by a foreign key (ON DELETE CASCADE) or a \
                     trigger; name them as well to delete them all"
                )))
            }
        }
    }

    /// The statement, so that a conflict with another row ends it, whatever the table itself wants.
    ///
    /// A rule of the table may say that the other row is deleted instead (`UNIQUE ON CONFLICT
    /// REPLACE`), or the change left out. `OR ABORT` overrides that, but it overrides the clauses
    /// inside the application's triggers too (SQLite's CREATE TRIGGER), so it is used only where it
    /// makes a difference to the statement itself: where SQLite compiles something else with it.
    pub(super) fn aborting(&self, sql: &str) -> Result<String> {
        if let Some(known) = self.aborting.borrow().get(sql) {
            return Ok(known.clone());
        }
        let (verb, rest) = sql.split_once(' ').unwrap_or((sql, ""));
        let with_clause = format!("{verb} OR ABORT {rest}");
        let program = |sql: &str| {
            let program = self.store.program(sql);
            program.map_err(|error| self.store.failure(&error, During::Preparation))
        };
        let is_same = program(sql)? == program(&with_clause)?;
        let aborting = if is_same { sql.to_owned() } else { with_clause };
        // Rows of a file may have any columns in any order.
        if self.aborting.borrow().len() > MOST_STATEMENTS {
            self.aborting.borrow_mut().clear();
        }
        self.aborting.borrow_mut().insert(sql.to_owned(), aborting.clone());
        Ok(aborting)
    }

    /// Changes one row; `names` is the name that it gives and the row that has it then, if that is
    /// there already.
    fn change(
        &self,
        sql: &str,
        parameters: &[&dyn ToSql],
        names: Option<(&Username, Option<Key>)>,
    ) -> Result<()> {
        let mut statement = (self.store.file.connection.prepare(sql))
            .map_err(|error| self.store.failure(&error, During::Preparation))?;
        let changed = self.store.with_long_values(|| statement.execute(parameters));
        let layout = &self.store.layout;
        let changed = changed.map_err(|error| match names {
            Some((name, own))
                if is_unique_rule_on(&error, &layout.table, &layout.username)
                    && self.store.is_taken(name.as_str(), own) =>
            {
                Error::UserExists(name.to_string())
            }
            _ => self.store.failure(&error, During::Write),
        })?;
        require_one(changed)
    }
}

/// The name as it is to be stored.
fn stored(name: &Username) -> StoredName {
    StoredName(Some(name.as_str().as_bytes().to_vec()))
}

/// Fails unless one row was changed: a trigger with RAISE(IGNORE) makes SQLite report success with
/// none.
pub(super) fn require_one(changed: usize) -> Result<()> {
    if changed == 1 {
        return Ok(());
    }
    Err(Error::ConstraintFailed(format!("{changed} rows were changed instead of 1")))
}
