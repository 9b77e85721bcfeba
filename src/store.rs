//! The only SQL: open, read in pages, change in one immediate transaction. No rule of the domain.
//!
//! The file belongs to a running application, and everything here follows from that. No lock
//! outlives a call: each read is a transaction of its own, each change is one `BEGIN IMMEDIATE`.
//! Nothing but SQLite opens the file while a connection lives, since closing any other descriptor
//! would cancel the process's POSIX locks. Nothing of the file is changed but the rows asked for.

mod bulk;
mod create;
mod failure;
mod location;
mod names;
mod owner;
mod page;
mod read;
mod wait;
mod write;

use std::cell::Cell;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use failure::{Context, During};
use owner::{Acting, Standing};
use wait::Patience;

pub use bulk::Inserter;
pub use location::{Location, parse as parse_location};
pub use names::NameIndex;
pub use page::{Hashes, Order, Page, Row, Selection};
pub use read::{Account, Reference};
pub use write::Transaction;

/// The longest value that is read, in bytes; of longer names only the length is shown.
const MAX_VALUE_BYTES: i32 = 1_000_000;

/// The longest value that SQLite passes over while it sorts, searches or matches, in bytes, where
/// a table holds one beyond [`MAX_VALUE_BYTES`].
const MAX_PASSED_BYTES: i32 = 500_000_000;

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
    /// The write-ahead log that must not appear while the file is read as one that cannot change.
    unexpected_log: Option<PathBuf>,
    patience: Patience,
    /// How long the last transaction held its lock.
    locked_for: Cell<Duration>,
    /// Ends after the connection is closed, which may still delete its files.
    _acting: Acting,
}

impl Database {
    /// Checks that there is a file, before anybody is asked for anything.
    ///
    /// # Errors
    /// [`Error::DatabaseMissing`], [`Error::NotADatabase`] for a directory or the like, or
    /// [`Error::Io`].
    pub fn check_present(&self) -> Result<()> {
        metadata(self, &self.path).map(|_| ())
    }
}

/// What the file system knows of `path`, if it can be a database.
fn metadata(database: &Database, path: &Path) -> Result<Metadata> {
    let file = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            Error::DatabaseMissing { path: database.path.clone(), elsewhere: database.elsewhere() }
        }
        _ => Error::io(&database.path, &error),
    })?;
    let reason = if file.is_file() {
        // SQLite takes a file shorter than its smallest page for an empty one and would write over
        // it, as it may where a journal says that this is the beginning of a database.
        if (1..SMALLEST_PAGE).contains(&file.len()) && !beside(path, "-journal").exists() {
            "it is too short to be one"
        } else {
            return Ok(file);
        }
    } else if file.is_dir() {
        "it is a directory"
    } else {
        "it is not a regular file"
    };
    Err(Error::NotADatabase { path: database.path.clone(), reason: reason.to_owned() })
}

impl Store {
    /// Opens an existing database; never makes one.
    ///
    /// Run as root this takes the effective ids of the file's owner, until the store is dropped.
    ///
    /// # Errors
    /// [`Error::DatabaseMissing`], [`Error::NotADatabase`], [`Error::WrongOwner`],
    /// [`Error::DatabaseReadOnly`], [`Error::DatabaseBusy`] or [`Error::Io`].
    pub fn open(database: &Database, access: Access) -> Result<Self> {
        Self::open_file(database, &database.path, access)
    }

    /// Opens `path`, which is called by the name of the database in errors.
    fn open_file(database: &Database, path: &Path, access: Access) -> Result<Self> {
        let file = metadata(database, path)?;
        let io = |error: io::Error| Error::io(&database.path, &error);
        let path = fs::canonicalize(path).map_err(io)?;
        let directory = fs::metadata(path.parent().unwrap_or(Path::new("/"))).map_err(io)?;
        let (standing, acting) =
            owner::act_as_owner(&database.path, &file, &directory, access == Access::Write)?;
        // In WAL mode even a reader makes files. Whoever must not or cannot do so reads a database
        // that nobody has open as a file that cannot change; `ensure_unchanged` tells if it did.
        let log = beside(&path, "-wal");
        let makes_no_files = || standing == Standing::Stranger || !owner::may_write(&path);
        let unexpected_log =
            (access == Access::Read && !log.exists() && makes_no_files() && is_wal(&path))
                .then_some(log);
        let opening = |error| explain(database, None, &error, During::Read);
        let mut connection = connect(&path, unexpected_log.is_some()).map_err(opening)?;
        let (timeout, interrupt) = (database.timeout, &database.interrupt);
        let store = Store {
            patience: Patience::install(&mut connection, timeout, interrupt).map_err(opening)?,
            connection,
            database: database.clone(),
            unexpected_log,
            locked_for: Cell::default(),
            _acting: acting,
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
        connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;")?;
        match access {
            Access::Read => {
                connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)?;
                connection.execute_batch("PRAGMA query_only = ON;")
            }
            Access::Write => {
                connection.execute_batch("PRAGMA secure_delete = ON; PRAGMA synchronous = EXTRA;")
            }
        }
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
        explain(&self.database, Some(&self.connection), error, during)
    }

    /// Runs a query again with more room if a value was longer than any should be: one such row
    /// must not keep all others from being found.
    fn with_room<T>(&self, query: impl Fn() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        match query() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::TooBig) => {
                self.make_room()?;
                query()
            }
            result => result,
        }
    }

    fn make_room(&self) -> rusqlite::Result<()> {
        let limit = Limit::SQLITE_LIMIT_LENGTH;
        self.connection.set_limit(limit, MAX_PASSED_BYTES).map(|_| ())
    }

    fn has_room(&self) -> bool {
        self.connection.limit(Limit::SQLITE_LIMIT_LENGTH).is_ok_and(|bytes| bytes > MAX_VALUE_BYTES)
    }

    fn read<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        let value = result.map_err(|error| self.failure(&error, During::Read))?;
        self.ensure_unchanged()?;
        Ok(value)
    }

    /// Fails if the file, read as one that cannot change, was opened by a writer meanwhile.
    fn ensure_unchanged(&self) -> Result<()> {
        match &self.unexpected_log {
            Some(log) if log.exists() => Err(Error::DatabaseBusy {
                path: self.database.path.clone(),
                waited: Duration::ZERO,
            }),
            _ => Ok(()),
        }
    }
}

fn explain(
    database: &Database,
    connection: Option<&Connection>,
    error: &rusqlite::Error,
    during: During,
) -> Error {
    let context = Context { path: &database.path, timeout: database.timeout, during };
    match (context.explain(connection, error), database.interrupt.check()) {
        // The wait for a lock was given up because somebody asked to.
        (Error::DatabaseBusy { .. }, Err(interrupted)) => interrupted,
        (error, _) => error,
    }
}

/// Opens a connection that never creates a file. SQLite falls back to reading where this process
/// may not write.
fn connect(path: &Path, cannot_change: bool) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    if cannot_change {
        let escaped: String = path
            .as_os_str()
            .as_encoded_bytes()
            .iter()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => {
                    char::from(*byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect();
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
    } else {
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)
    }
}

/// Whether the header says that the database is in WAL mode (SQLite's file format, section 1.3.3).
/// Only to be asked before a connection lives.
fn is_wal(path: &Path) -> bool {
    let mut header = [0; 20];
    let read =
        fs::File::open(path).and_then(|mut file| io::Read::read_exact(&mut file, &mut header));
    read.is_ok() && header[18] == 2
}

/// A file that SQLite keeps beside a database.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
