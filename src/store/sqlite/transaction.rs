//! Transactions that write: begun when others allow it, as short as possible, and always ended.
//!
//! What is done inside one is in `write.rs`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{AccessFlags, access};

use super::failure::{During, nothing_was_committed};
use super::limits::allowance;
use super::{Database, Store};
use crate::error::{Error, Result};

/// How long COMMIT waits for readers. In rollback mode it keeps new ones out meanwhile, so this must
/// stay far below the application's own timeout of 5 s.
const COMMIT_PATIENCE: Duration = Duration::from_millis(500);

/// How long readers have the database to themselves before a commit is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(50);

/// An open write transaction: it sees what it reads until it is committed.
pub struct Transaction<'s> {
    pub(super) store: &'s Store,
    /// The statements that were used, each in the form in which a conflict ends it.
    pub(super) aborting: RefCell<HashMap<String, String>>,
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
        let Database { timeout, interrupt, .. } = &self.file.database;
        self.require_writable()?;
        let began = Instant::now();
        // It begins before the lock is there: a signal that comes as soon as it is must find it.
        let section = interrupt.defer();
        loop {
            let patience = timeout.saturating_sub(began.elapsed());
            self.file.patience.set(patience);
            self.begin("BEGIN IMMEDIATE")?;
            self.file.allowance.set(allowance(*timeout));
            let finished = self.finish(COMMIT_PATIENCE.min(patience), &mut body);
            self.file.allowance.lift();
            match finished? {
                Ok(value) => {
                    section.keep();
                    return Ok(value);
                }
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
        let Database { timeout, interrupt, .. } = &self.file.database;
        self.require_writable()?;
        self.expect_many_rows()?;
        let began = Instant::now();
        let section = interrupt.defer();
        loop {
            let patience = timeout.saturating_sub(began.elapsed());
            self.file.patience.set(COMMIT_PATIENCE.min(patience));
            match self.begin("BEGIN EXCLUSIVE") {
                Err(Error::DatabaseBusy { .. }) if began.elapsed() < *timeout => self.pause()?,
                result => break result?,
            }
        }
        let value = self.finish(COMMIT_PATIENCE.min(*timeout), body)??;
        section.keep();
        Ok(value)
    }

    fn require_writable(&self) -> Result<()> {
        if self.read(self.file.connection.is_readonly("main"))? {
            let path = self.file.database.path.clone();
            let reason = match access(&path, AccessFlags::W_OK) {
                Ok(()) => "its header asks for a newer version of SQLite".to_owned(),
                Err(_) => "this user may not write to it".to_owned(),
            };
            return Err(Error::DatabaseReadOnly { path, reason });
        }
        Ok(())
    }

    /// Begins a transaction; until it has its lock the process may be suspended.
    fn begin(&self, sql: &str) -> Result<()> {
        self.file.patience.for_the_first_lock(|| self.run(sql))
    }

    /// Lets others have the database for a moment.
    fn pause(&self) -> Result<()> {
        let interrupt = &self.file.database.interrupt;
        thread::sleep(RETRY_PAUSE);
        interrupt.give_way();
        interrupt.check()
    }

    /// Ends a transaction that was begun; the inner error is that readers did not let the commit
    /// through, and that it is undone.
    fn finish<T>(
        &self,
        commit_patience: Duration,
        body: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<Result<T>> {
        let interrupt = &self.file.database.interrupt;
        let locked = Instant::now();
        let transaction = Transaction { store: self, aborting: RefCell::default() };
        let result = body(&transaction).and_then(|value| interrupt.check().map(|()| value));
        // While COMMIT waits for readers, no new ones come in: it must not wait for long.
        self.file.patience.set(commit_patience);
        let result = match result {
            Ok(value) => self.commit().map(|committed| committed.map(|()| value)),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        };
        self.file.patience.set(self.file.database.timeout);
        self.file.locked_for.set(locked.elapsed());
        result
    }

    /// Commits; the inner error is that readers did not let it through, and that it is undone.
    fn commit(&self) -> Result<Result<()>> {
        if self.has_ended() {
            let reason = "an error had ended the change before; nothing was changed";
            return Err(Error::ConstraintFailed(reason.to_owned()));
        }
        let committed = self.file.commits.allowed(|| self.file.connection.execute_batch("COMMIT"));
        let Err(error) = committed else { return Ok(Ok(())) };
        let failure = self.failure(&error, During::Write);
        let nothing = nothing_was_committed(&self.file.connection, &error);
        self.roll_back();
        // A rollback that failed leaves the connection unable to read.
        let readable =
            self.file.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
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
            let _ = self.file.connection.execute_batch("ROLLBACK");
        }
    }

    /// Whether no transaction is open, so that what was begun has ended.
    fn has_ended(&self) -> bool {
        self.file.connection.is_autocommit()
    }

    /// How long the last transaction held its lock.
    #[must_use]
    pub fn locked_for(&self) -> Duration {
        self.file.locked_for.get()
    }

    pub(super) fn run(&self, sql: &str) -> Result<()> {
        self.file.connection.execute_batch(sql).map_err(|error| self.failure(&error, During::Write))
    }
}
