//! The only SQL: open, read in pages, change in one immediate transaction. No rule of the domain.
//!
//! The file belongs to a running application, and everything here follows from that. No lock
//! outlives a call: each read is a transaction of its own, each change is one `BEGIN IMMEDIATE`.
//! Nothing but SQLite opens the file while a connection lives, since closing any other descriptor
//! would cancel the process's POSIX locks. Nothing of the file is changed but the rows asked for.

mod bulk;
mod create;
mod elsewhere;
mod failure;
mod hooks;
mod limits;
mod location;
mod names;
mod owner;
mod page;
mod read;
mod sorted;
mod vfs;
mod wait;
mod write;

use std::cell::Cell;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::Uid;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode};

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::paths::{Place, beside, not_let_in};
use failure::{Context, During};
use hooks::{Commits, Deleted};
use limits::{Allowance, MAX_VALUE_BYTES};
use owner::Standing;
use wait::Patience;

pub use bulk::Inserter;
pub use limits::limit_memory;
pub use location::{Location, parse as parse_location};
pub use names::NameIndex;
pub use owner::Owner;
pub use page::{Hashes, Order, Page, Selection, StoredUser};
pub use read::{Account, MAX_NAMESAKES, Reference};
pub use sorted::{SortedRows, SortedUsers};
pub use write::Transaction;

/// The smallest page, and so the smallest database, in bytes (SQLite's file format, section 1.3.2).
const SMALLEST_PAGE: u64 = 512;

/// How long an attempt to empty the write-ahead log waits for readers. It holds off writers
/// meanwhile, so it must stay far below the application's own timeout of 5 s.
const CHECKPOINT_PATIENCE: Duration = Duration::from_millis(200);

/// A database that may be opened.
#[derive(Clone, Debug)]
pub struct Database {
    /// The absolute path, as [`parse_location`] gives it.
    pub path: PathBuf,
    /// What the path would be if the name had not been decoded, as [`Location`] has it.
    pub undecoded: Option<PathBuf>,
    /// How long to wait for another process's lock.
    pub timeout: Duration,
    /// Who may ask this process to stop.
    pub interrupt: Interrupt,
    /// Whether root works here though others could have prepared what it finds.
    pub trust_directory: bool,
}

/// What a database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading: the connection refuses every change, though it may roll back the journal of a
    /// killed process.
    Read,
    /// Reading and writing.
    Write,
}

/// An open database.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    database: Database,
    patience: Patience,
    allowance: Allowance,
    /// How long the last transaction held its lock.
    locked_for: Cell<Duration>,
    commits: Commits,
    deleted: Deleted,
    /// Whether a name in the index is too long to be compared with others.
    index_is_useless: Cell<bool>,
}

impl Database {
    /// Checks that there is a file that can be a database, before anybody is asked for anything.
    ///
    /// # Errors
    /// [`Error::DatabaseMissing`], [`Error::NotADatabase`] for a directory or the like,
    /// [`Error::WrongOwner`] for a link that somebody planted, or [`Error::Io`].
    pub fn check_present(&self) -> Result<()> {
        self.place().map(|_| ())
    }

    /// Looks up where the database is, if there is what can be one.
    fn place(&self) -> Result<Place> {
        let missing = || {
            let elsewhere = self.elsewhere();
            Error::DatabaseMissing { path: self.path.clone(), elsewhere }
        };
        let place = Place::of(&self.path)
            .map_err(|lost| if lost.is_missing() { missing() } else { lost.explain(&self.path) })?;
        let Some(file) = &place.file else { return Err(missing()) };
        let user = Uid::effective();
        place.check_links(if user.is_root() { file.uid() } else { user.as_raw() })?;
        let reason = if file.is_file() {
            // SQLite takes a file shorter than its smallest page for an empty one and would write
            // over it, as it may where a journal says that this is the beginning of a database.
            let is_short = (1..SMALLEST_PAGE).contains(&file.len());
            if !is_short || beside(&place.path, "-journal").exists() {
                return Ok(place);
            }
            "it is too short to be one"
        } else if file.is_dir() {
            "it is a directory"
        } else {
            "it is not a regular file"
        };
        Err(Error::NotADatabase { path: self.path.clone(), reason: reason.to_owned() })
    }
}

impl Store {
    /// Opens an existing database; never makes one.
    ///
    /// # Errors
    /// [`Error::DatabaseMissing`], [`Error::NotADatabase`], [`Error::WrongOwner`],
    /// [`Error::DatabaseReadOnly`], [`Error::DatabaseBusy`] or [`Error::Io`].
    pub fn open(database: &Database, access: Access) -> Result<Self> {
        let place = database.place()?;
        database.standing(&place, access == Access::Write)?;
        place.check_beside()?;
        let connection =
            vfs::open(&place).map_err(|error| explain(database, None, &error, During::Read))?;
        if !vfs::is_open(&place) {
            let reason = "it was replaced while it was opened".to_owned();
            return Err(Error::Io { path: database.path.clone(), reason });
        }
        Store::new(database, connection, access)
    }

    fn new(database: &Database, mut connection: Connection, access: Access) -> Result<Self> {
        let (timeout, interrupt) = (database.timeout, &database.interrupt);
        let opening = |error| explain(database, None, &error, During::Read);
        let store = Store {
            patience: Patience::install(&mut connection, timeout, interrupt).map_err(opening)?,
            allowance: Allowance::install(&mut connection, interrupt).map_err(opening)?,
            commits: Commits::install(&mut connection).map_err(opening)?,
            deleted: Deleted::install(&mut connection).map_err(opening)?,
            connection,
            database: database.clone(),
            locked_for: Cell::default(),
            index_is_useless: Cell::default(),
        };
        store.configure(access).map_err(|error| store.failure(&error, During::Read))?;
        Ok(store)
    }

    fn configure(&self, access: Access) -> rusqlite::Result<()> {
        let connection = &self.connection;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)?;
        connection.execute_batch(match access {
            Access::Read => "PRAGMA cell_size_check = ON; PRAGMA query_only = ON;",
            Access::Write => {
                "PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON; PRAGMA synchronous = EXTRA;"
            }
        })
    }

    /// The absolute path of the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.database.path
    }

    /// Empties the write-ahead log, so that no replaced hash stays in it.
    ///
    /// Returns false if another process holds it, so that old pages are still there; true also
    /// where the database has no such log.
    #[must_use]
    pub fn truncate_log(&self) -> bool {
        let is_wal = |mode: String| mode.eq_ignore_ascii_case("wal");
        let connection = &self.connection;
        match connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map(is_wal) {
            Ok(false) => return true,
            Ok(true) => {}
            Err(_) => return false,
        }
        self.patience.set(CHECKPOINT_PATIENCE.min(self.database.timeout));
        let blocked =
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        self.patience.set(self.database.timeout);
        blocked == Ok(0)
    }

    fn failure(&self, error: &rusqlite::Error, during: During) -> Error {
        let failure = explain(&self.database, Some(&self.connection), error, during);
        match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => self.blame(failure, during),
            _ => failure,
        }
    }

    /// Says why SQLite could not open, make or undo a journal, where that can be found out.
    fn blame(&self, failure: Error, during: During) -> Error {
        let Ok(place) = self.database.place() else { return failure };
        if let Err(foreign) = place.check_beside() {
            return foreign;
        }
        if during != During::Read {
            return failure;
        }
        let path = self.database.path.clone();
        match (self.database.standing(&place, false), &place.file) {
            (Ok(Standing::Stranger), Some(file)) => {
                let reason = "reading it now takes a change of the files beside it";
                not_let_in(&path, file.uid(), reason, &path)
            }
            _ => Error::DatabaseReadOnly {
                path,
                reason:
                    "reading it now takes a change of the files beside it, a log of WAL mode or \
                         the journal of a killed process, and that is not possible here"
                        .to_owned(),
            },
        }
    }

    fn read<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|error| {
            self.huge_value(&error).unwrap_or_else(|| self.failure(&error, During::Read))
        })
    }
}

fn explain(
    database: &Database,
    connection: Option<&Connection>,
    error: &rusqlite::Error,
    during: During,
) -> Error {
    let context = Context { path: &database.path, timeout: database.timeout, during };
    let was_stopped = matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::OperationInterrupted)
    );
    match database.interrupt.check() {
        // The wait for a lock, or the work, was given up because somebody asked to.
        Err(interrupted) if was_stopped => interrupted,
        _ => context.explain(connection, error),
    }
}
