//! Changing rows, in one immediate transaction at a time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{AccessFlags, access};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, ToSql};

use super::failure::{During, is_unique_rule_on, nothing_was_committed};
use super::limits::allowance;
use super::{Account, Database, Store, sql};
use crate::error::{Error, Result};
use crate::hash::HashString;
use crate::user::{Selector, User, UserId, Username};

/// How long COMMIT waits for readers. In rollback mode it keeps new ones out meanwhile, so this must
/// stay far below the application's own timeout of 5 s.
const COMMIT_PATIENCE: Duration = Duration::from_millis(500);

/// How long readers have the database to themselves before a commit is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(50);

/// An open write transaction: it sees what it reads until it is committed.
pub struct Transaction<'s> {
    pub(super) store: &'s Store,
    /// The statements that were asked for, in the form in which a conflict ends them.
    aborting: RefCell<HashMap<&'static str, String>>,
}

impl Store {
    /// Runs `body` in one `BEGIN IMMEDIATE` transaction and commits it, or rolls it back if
    /// `body` fails or the process was asked to stop. Nothing slow may happen in `body`: the
    /// application waits for it. It is run again if readers did not let the commit through.
    ///
    /// # Errors
    /// What `body` fails with; [`Error::DatabaseBusy`] after the timeout; [`Error::OutcomeUnknown`]
    /// if COMMIT itself failed.
    pub fn write<T>(&self, mut body: impl FnMut(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let Database { timeout, .. } = &self.database;
        self.require_writable()?;
        let began = Instant::now();
        loop {
            let patience = timeout.saturating_sub(began.elapsed());
            self.patience.set(patience);
            self.run("BEGIN IMMEDIATE")?;
            self.allowance.set(allowance(*timeout));
            let finished = self.finish(COMMIT_PATIENCE.min(patience), &mut body);
            self.allowance.lift();
            match finished? {
                Ok(value) => return Ok(value),
                Err(busy) if began.elapsed() >= *timeout => return Err(busy),
                Err(_) => self.pause()?,
            }
        }
    }

    /// As [`Store::write`], for a `body` that writes many rows and is run only once.
    ///
    /// It begins when no reader is there, in rollback mode: as soon as such a body outgrows the page
    /// cache it would meet them, and keep everybody out while it waits for them to leave.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_many<T>(&self, body: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let Database { timeout, .. } = &self.database;
        self.require_writable()?;
        self.expect_many_rows()?;
        let began = Instant::now();
        loop {
            let patience = timeout.saturating_sub(began.elapsed());
            self.patience.set(COMMIT_PATIENCE.min(patience));
            match self.run("BEGIN EXCLUSIVE") {
                Err(Error::DatabaseBusy { .. }) if began.elapsed() < *timeout => self.pause()?,
                result => break result?,
            }
        }
        self.finish(COMMIT_PATIENCE.min(*timeout), body)?
    }

    fn require_writable(&self) -> Result<()> {
        if self.read(self.connection.is_readonly("main"))? {
            let path = self.database.path.clone();
            let may_write = access(&path, AccessFlags::W_OK).is_ok();
            let reason = if may_write {
                "its header asks for a newer version of SQLite"
            } else {
                "this user may not write to it"
            };
            let reason = reason.to_owned();
            return Err(Error::DatabaseReadOnly { path, reason });
        }
        Ok(())
    }

    /// Lets others have the database for a moment.
    fn pause(&self) -> Result<()> {
        let _section = self.database.interrupt.defer();
        thread::sleep(RETRY_PAUSE);
        self.database.interrupt.check()
    }

    /// Ends a transaction that was begun; the inner error is that readers did not let the commit
    /// through, and that it is undone.
    fn finish<T>(
        &self,
        commit_patience: Duration,
        body: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<Result<T>> {
        let interrupt = &self.database.interrupt;
        // What comes now takes milliseconds, and is finished or undone.
        let finish = interrupt.defer();
        let locked = Instant::now();
        let transaction = Transaction { store: self, aborting: RefCell::default() };
        let result = body(&transaction).and_then(|value| interrupt.check().map(|()| value));
        // While COMMIT waits for readers, no new ones come in: it must not wait for long.
        self.patience.set(commit_patience);
        let result = match result {
            Ok(value) => self.commit().map(|committed| committed.map(|()| value)),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        };
        self.patience.set(self.database.timeout);
        self.locked_for.set(locked.elapsed());
        if let Ok(Ok(_)) = result {
            finish.keep();
        }
        result
    }

    /// Commits; the inner error is that readers did not let it through, and that it is undone.
    fn commit(&self) -> Result<Result<()>> {
        if self.has_ended() {
            let reason = "an error had ended the change before; nothing was changed";
            return Err(Error::ConstraintFailed(reason.to_owned()));
        }
        let committed = self.commits.allowed(|| self.connection.execute_batch("COMMIT"));
        let Err(error) = committed else { return Ok(Ok(())) };
        let failure = self.failure(&error, During::Write);
        let nothing = nothing_was_committed(&self.connection, &error);
        self.roll_back();
        // A rollback that failed leaves the connection unable to read.
        let readable =
            self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
        match failure {
            busy @ Error::DatabaseBusy { .. } if nothing => Ok(Err(busy)),
            failure if nothing && readable.is_ok() => Err(failure),
            failure => Err(Error::OutcomeUnknown(format!("COMMIT failed: {failure}"))),
        }
    }

    /// Rolls back, where SQLite has not done so already because of the error.
    fn roll_back(&self) {
        if !self.has_ended() {
            // There is nothing left to do about a failure here: the journal stays, and whoever
            // opens the file next rolls it back.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// Whether no transaction is open, so that what was begun has ended.
    fn has_ended(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// How long the last transaction held its lock.
    #[must_use]
    pub fn locked_for(&self) -> Duration {
        self.locked_for.get()
    }

    /// Whether another row than this has a name that the column calls the same.
    pub(super) fn is_taken(&self, name: &str, own: Option<UserId>) -> bool {
        let own = own.map(|own| own.0);
        self.connection.query_row(sql::IS_TAKEN, (name, own), |row| row.get(0)).unwrap_or(false)
    }

    /// Reads a row back and fails unless it holds, as text, exactly what it was given.
    pub(super) fn require(
        &self,
        id: UserId,
        name: Option<Option<&[u8]>>,
        hash: Option<&[u8]>,
    ) -> Result<User> {
        let took = |reason: &str| Error::ConstraintFailed(reason.to_owned());
        // An affinity may have made a number of a text, which has the same digits.
        let are_text = self.connection.query_row(sql::ARE_TEXT, [id.0], |row| {
            Ok((row.get::<_, bool>(0)?, row.get::<_, bool>(1)?))
        });
        let are_text = self.read(are_text.optional())?;
        let found = self.find(&Selector::Id(id))?.pop();
        let (Some((name_is_text, hash_is_text)), Some(Account { user, hash: stored })) =
            (are_text, found)
        else {
            return Err(took("the row is not there after the change"));
        };
        if name.is_some_and(|name| !name_is_text || user.name.0.as_deref() != name) {
            return Err(took("it stores another username than it was given"));
        }
        if hash.is_some_and(|hash| !hash_is_text || stored.as_deref() != Some(hash)) {
            return Err(took("it stores another password hash than it was given"));
        }
        Ok(user)
    }

    /// What SQLite compiles a statement to, without the programs of the triggers that it fires.
    fn program(&self, sql: &str) -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut statement = self.connection.prepare(&format!("EXPLAIN {sql}"))?;
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

    pub(super) fn run(&self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(|error| self.failure(&error, During::Write))
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
    pub fn insert(&self, name: &Username, hash: &HashString) -> Result<User> {
        let sql = self.aborting(sql::INSERT)?;
        self.change(&sql, &[&name.as_str(), &hash.as_str()], Some((name, None)))?;
        let id = UserId(self.store.connection.last_insert_rowid());
        self.store.require(id, Some(Some(name.as_str().as_bytes())), Some(hash.as_str().as_bytes()))
    }

    /// Changes what is given of a row, and reads it back.
    ///
    /// # Errors
    /// As [`Transaction::insert`].
    pub fn update(
        &self,
        id: UserId,
        name: Option<&Username>,
        hash: Option<&HashString>,
    ) -> Result<User> {
        if let Some(name) = name {
            let sql = self.aborting(sql::UPDATE_NAME)?;
            self.change(&sql, &[&name.as_str(), &id.0], Some((name, Some(id))))?;
        }
        if let Some(hash) = hash {
            let sql = self.aborting(sql::UPDATE_HASH)?;
            self.change(&sql, &[&hash.as_str(), &id.0], None)?;
        }
        let name = name.map(|name| Some(name.as_str().as_bytes()));
        self.store.require(id, name, hash.map(|hash| hash.as_str().as_bytes()))
    }

    /// Deletes these rows, which may reference each other, and sees that they are gone, and no others.
    ///
    /// # Errors
    /// [`Error::ConstraintFailed`] if a foreign key or trigger keeps one, or takes others with it.
    pub fn delete_all(&self, ids: &[UserId]) -> Result<()> {
        // Foreign keys are checked at the COMMIT then.
        self.store.run("PRAGMA defer_foreign_keys = ON")?;
        let deleted = &self.store.deleted;
        deleted.forget();
        for id in ids.iter().filter(|id| !deleted.has(**id)) {
            self.change(sql::DELETE, &[&id.0], None)?;
        }
        for id in ids {
            if !self.store.find(&Selector::Id(*id))?.is_empty() {
                let reason = "the user is still there after the delete";
                return Err(Error::ConstraintFailed(reason.to_owned()));
            }
        }
        match deleted.but(ids).as_slice() {
            [] => Ok(()),
            others => {
                let ids = if others.len() == 1 { "id" } else { "ids" };
                Err(Error::ConstraintFailed(format!(
                    "the users with the {ids} {} would be deleted too, by a foreign key (ON DELETE \
                     CASCADE) or a trigger; name them as well to delete them all",
                    others.join(", ")
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
    pub(super) fn aborting(&self, sql: &'static str) -> Result<String> {
        if let Some(known) = self.aborting.borrow().get(sql) {
            return Ok(known.clone());
        }
        let with_clause = sql.replacen("INSERT", "INSERT OR ABORT", 1);
        let with_clause = with_clause.replacen("UPDATE", "UPDATE OR ABORT", 1);
        let program = |sql: &str| {
            let program = self.store.program(sql);
            program.map_err(|error| self.store.failure(&error, During::Preparation))
        };
        let is_same = program(sql)? == program(&with_clause)?;
        let aborting = if is_same { sql.to_owned() } else { with_clause };
        self.aborting.borrow_mut().insert(sql, aborting.clone());
        Ok(aborting)
    }

    /// Changes one row; `names` is the name that it gives and the row that has it then, if that is
    /// there already.
    fn change(
        &self,
        sql: &str,
        parameters: &[&dyn ToSql],
        names: Option<(&Username, Option<UserId>)>,
    ) -> Result<()> {
        let mut statement = (self.store.connection.prepare(sql))
            .map_err(|error| self.store.failure(&error, During::Preparation))?;
        let changed = self.store.with_long_values(|| statement.execute(parameters));
        let changed = changed.map_err(|error| match names {
            Some((name, own))
                if is_unique_rule_on(&error, "username")
                    && self.store.is_taken(name.as_str(), own) =>
            {
                Error::UserExists(name.to_string())
            }
            _ => self.store.failure(&error, During::Write),
        })?;
        require_one(changed)
    }
}

/// Fails unless one row was changed: a trigger with RAISE(IGNORE) makes SQLite report success with
/// none.
pub(super) fn require_one(changed: usize) -> Result<()> {
    if changed == 1 {
        return Ok(());
    }
    Err(Error::ConstraintFailed(format!("{changed} rows were changed instead of 1")))
}
