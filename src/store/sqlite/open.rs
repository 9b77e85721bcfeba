//! Opening a database, if it is safe to; never making one.

use std::cell::Cell;
use std::os::unix::fs::MetadataExt;

use nix::unistd::Uid;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;

use super::failure::{During, explain};
use super::hooks::Commits;
use super::limits::{Allowance, MAX_VALUE_BYTES};
use super::paths::beside;
use super::wait::Patience;
use super::{Access, Database, Opened, Store, vfs};
use crate::error::{Error, Result};
use crate::files::Resolved;

/// The smallest page, and so the smallest database, in bytes (SQLite's file format, section 1.3.2).
const SMALLEST_PAGE: u64 = 512;

impl Database {
    /// Checks that there is a file that can be a database, before anybody is asked for anything.
    ///
    /// # Errors
    /// [`Error::DatabaseMissing`], [`Error::NotADatabase`] for a directory or the like,
    /// [`Error::WrongOwner`] for a link that somebody planted, or [`Error::Io`].
    pub fn check_present(&self) -> Result<()> {
        self.resolve().map(|_| ())
    }

    /// Looks up where the database is, if there is what can be one.
    pub(super) fn resolve(&self) -> Result<Resolved> {
        let missing = || {
            let elsewhere = self.elsewhere();
            Error::DatabaseMissing { path: self.path.clone(), elsewhere }
        };
        let resolved = Resolved::of(&self.path)
            .map_err(|lost| if lost.is_missing() { missing() } else { lost.explain(&self.path) })?;
        let Some(file) = &resolved.file else { return Err(missing()) };
        let user = Uid::effective();
        resolved.check_links(if user.is_root() { file.uid() } else { user.as_raw() })?;
        let reason = if file.is_file() {
            // SQLite takes a file shorter than its smallest page for an empty one and would write
            // over it, as it may where a journal says that this is the beginning of a database.
            let is_short = (1..SMALLEST_PAGE).contains(&file.len());
            if !is_short || beside(&resolved.path, "-journal").exists() {
                return Ok(resolved);
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
    /// Opens an existing database whose users are those of the first application; never makes one.
    ///
    /// # Errors
    /// As [`Opened::open`] and [`Opened::store`].
    #[cfg(test)]
    pub(crate) fn open(database: &Database, access: Access) -> Result<Self> {
        Opened::open(database, access)?.store(crate::layout::Layout::passlib())
    }
}

impl Opened {
    /// Opens an existing database; never makes one.
    ///
    /// # Errors
    /// [`Error::DatabaseMissing`], [`Error::NotADatabase`], [`Error::WrongOwner`],
    /// [`Error::DatabaseReadOnly`], [`Error::DatabaseBusy`] or [`Error::Io`].
    pub fn open(database: &Database, access: Access) -> Result<Self> {
        let resolved = database.resolve()?;
        database.check_entitled(&resolved, access == Access::Write)?;
        resolved.check_beside()?;
        let connection =
            vfs::open(&resolved).map_err(|error| explain(database, None, &error, During::Read))?;
        if !vfs::is_open(&resolved) {
            let reason = "it was replaced while it was opened".to_owned();
            return Err(Error::Io { path: database.path.clone(), reason });
        }
        Opened::new(database, connection, access)
    }

    pub(super) fn new(
        database: &Database,
        mut connection: Connection,
        access: Access,
    ) -> Result<Self> {
        let (timeout, interrupt) = (database.timeout, &database.interrupt);
        let opening = |error| explain(database, None, &error, During::Read);
        let opened = Opened {
            patience: Patience::install(&mut connection, timeout, interrupt).map_err(opening)?,
            allowance: Allowance::install(&mut connection, interrupt).map_err(opening)?,
            commits: Commits::install(&mut connection).map_err(opening)?,
            connection,
            database: database.clone(),
            locked_for: Cell::default(),
        };
        opened.configure(access).map_err(|error| opened.failure(&error, During::Read))?;
        Ok(opened)
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
}
