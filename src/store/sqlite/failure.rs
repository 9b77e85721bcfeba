//! From the engine's errors to those of the domain.

use std::os::unix::fs::MetadataExt;

use rusqlite::{Connection, ErrorCode, ffi};

use super::limits::{HEAP_MIB, allowance, reached_heap_limit};
use super::{Database, Opened, Store};
use crate::error::{Error, Result};
use crate::files::not_let_in;

/// What was being done, since one code of SQLite means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum During {
    Read,
    /// Compiling a change with the triggers that it fires: no row is looked at.
    Preparation,
    Write,
}

impl Opened {
    pub(super) fn failure(&self, error: &rusqlite::Error, during: During) -> Error {
        let failure = explain(&self.database, Some(&self.connection), error, during);
        match error.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => self.blame(failure, during),
            _ => failure,
        }
    }

    /// Says why SQLite could not open, make or undo a journal, where that can be found out.
    fn blame(&self, failure: Error, during: During) -> Error {
        let Ok(resolved) = self.database.resolve() else { return failure };
        if let Err(foreign) = resolved.check_beside() {
            return foreign;
        }
        if during != During::Read {
            return failure;
        }
        let path = self.database.path.clone();
        if let (Ok(false), Some(file)) =
            (self.database.check_entitled(&resolved, false), &resolved.file)
        {
            let reason = "reading it now would change the files beside it";
            return not_let_in(&path, file.uid(), reason, &path);
        }
        let reason = "reading it now would change the files beside it, the log of WAL mode or the \
                      journal of a killed process, and that is not possible here";
        Error::DatabaseReadOnly { path, reason: reason.to_owned() }
    }

    pub(super) fn read<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|error| self.failure(&error, During::Read))
    }
}

impl Store {
    pub(super) fn failure(&self, error: &rusqlite::Error, during: During) -> Error {
        match self.file.failure(error, during) {
            Error::WrongSchema { path, reason, absent, .. } => {
                let table = Some(self.layout.table.clone());
                Error::WrongSchema { path, table, reason, absent }
            }
            failure => failure,
        }
    }

    pub(super) fn read<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        self.read_further(&[], result)
    }

    /// As [`Store::read`], where these columns are read too.
    pub(super) fn read_further<T>(
        &self,
        further: &[String],
        result: rusqlite::Result<T>,
    ) -> Result<T> {
        result.map_err(|error| {
            self.huge_value(&error, further).unwrap_or_else(|| self.failure(&error, During::Read))
        })
    }
}

/// Names a failure in the words of the domain.
pub(super) fn explain(
    database: &Database,
    connection: Option<&Connection>,
    error: &rusqlite::Error,
    during: During,
) -> Error {
    let path = database.path.clone();
    let writes = during != During::Read;
    if let rusqlite::Error::SqlInputError { msg, .. } = error {
        // The statements here are right, so a trigger, a key or a table is not.
        return if writes {
            Error::ConstraintFailed(msg.clone())
        } else {
            Error::WrongSchema { path, table: None, reason: msg.clone(), absent: false }
        };
    }
    let reason = words(connection, during, error);
    let Some(code) = error.sqlite_error_code() else {
        // The statements ask for the right types, so what SQLite keeps of the schema is wrong.
        return Error::DatabaseCorrupt { path, reason };
    };
    if matches!(code, ErrorCode::DatabaseBusy | ErrorCode::OperationInterrupted)
        && let Err(interrupted) = database.interrupt.check()
    {
        // The wait for a lock, or the work, was given up because somebody asked to.
        return interrupted;
    }
    match code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => {
            Error::DatabaseBusy { path, waited: database.timeout }
        }
        ErrorCode::NotADatabase => {
            Error::NotADatabase { path, reason: "its content is something else".to_owned() }
        }
        ErrorCode::DatabaseCorrupt => Error::DatabaseCorrupt { path, reason },
        ErrorCode::TooBig => Error::TooLarge { path, reason },
        ErrorCode::ReadOnly => Error::DatabaseReadOnly { path, reason },
        ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied => {
            Error::Io { path, reason }
        }
        ErrorCode::DiskFull => Error::DatabaseFull { path, reason },
        ErrorCode::SystemIoFailure => match no_room(connection) {
            Some(limit) => Error::DatabaseFull { path, reason: limit.to_owned() },
            None => Error::Io { path, reason },
        },
        ErrorCode::CannotOpen if writes => Error::DatabaseReadOnly {
            path,
            reason: "its journal cannot be made in that directory".to_owned(),
        },
        ErrorCode::CannotOpen => Error::Io { path, reason },
        ErrorCode::OutOfMemory if reached_heap_limit() => {
            let reason = format!("it takes more than {HEAP_MIB} MiB of memory");
            Error::TooLarge { path, reason }
        }
        ErrorCode::OutOfMemory => Error::Internal(reason),
        ErrorCode::OperationInterrupted => Error::ConstraintFailed(format!(
            "it worked for more than {} s while it held the lock, as an endless trigger \
             does; nothing was changed",
            allowance(database.timeout).as_secs_f64()
        )),
        _ if writes && is_foreign_key(error) => Error::ForeignKey(reason),
        _ if writes => Error::ConstraintFailed(reason),
        _ => Error::WrongSchema { path, table: None, reason, absent: false },
    }
}

/// Whether a COMMIT that failed like this certainly left nothing behind.
///
/// SQLite has rolled back by itself when a page or frame could not be written for lack of room,
/// since the one that makes a transaction valid is written last. After any other failure, of a
/// sync for instance, what was written may still turn out to be valid.
pub(super) fn nothing_was_committed(connection: &Connection, error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::ConstraintViolation | ErrorCode::DiskFull) => {
            true
        }
        Some(ErrorCode::SystemIoFailure) => {
            error.sqlite_extended_error_code() == Some(ffi::SQLITE_IOERR_WRITE)
                && no_room(Some(connection)).is_some()
        }
        _ => false,
    }
}

/// Whether the error is a violated UNIQUE rule on a column of a table, alone or with others.
///
/// SQLite names the table and column of each. A trigger may have broken the rule with a row of its
/// own, which only a look at the table tells.
pub(super) fn is_unique_rule_on(error: &rusqlite::Error, table: &str, column: &str) -> bool {
    let unique = [
        ffi::SQLITE_CONSTRAINT_UNIQUE,
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        ffi::SQLITE_CONSTRAINT_ROWID,
    ];
    let column = format!("{table}.{column}").to_ascii_lowercase();
    let words = error.to_string().to_ascii_lowercase();
    error.sqlite_extended_error_code().is_some_and(|code| unique.contains(&code))
        && words.strip_prefix("unique constraint failed: ").is_some_and(|columns| {
            // A name may hold what stands between names.
            columns.match_indices(&column).any(|(at, _)| {
                let (before, after) = (&columns[..at], &columns[at + column.len()..]);
                (before.is_empty() || before.ends_with(", "))
                    && (after.is_empty() || after.starts_with(", "))
            })
        })
}

/// Whether a foreign key was violated. Of one with RESTRICT SQLite says that a trigger was.
fn is_foreign_key(error: &rusqlite::Error) -> bool {
    error.sqlite_extended_error_code() == Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
        || matches!(error, rusqlite::Error::SqliteFailure(code, Some(words))
            if code.extended_code == ffi::SQLITE_CONSTRAINT_TRIGGER
                && words == "FOREIGN KEY constraint failed")
}

/// Which limit of the system an input/output error comes from, if from one.
fn no_room(connection: Option<&Connection>) -> Option<&'static str> {
    match system_errno(connection?) {
        errno if errno == nix::libc::ENOSPC => Some("the disk is full"),
        errno if errno == nix::libc::EDQUOT => Some("the disk quota is used up"),
        errno if errno == nix::libc::EFBIG => Some("the file size limit is reached"),
        _ => None,
    }
}

#[expect(unsafe_code, reason = "rusqlite does not wrap sqlite3_system_errno")]
fn system_errno(connection: &Connection) -> i32 {
    // SAFETY: the handle is that of an open connection, and the function only reads from it.
    unsafe { ffi::sqlite3_system_errno(connection.handle()) }
}

/// The engine's words, unless they may hold a value, such as a hash that a trigger shows.
fn words(connection: Option<&Connection>, during: During, error: &rusqlite::Error) -> String {
    /// The rules whose violations SQLite reports with names of tables and columns alone.
    const NAMES_ONLY: [i32; 6] = [
        ffi::SQLITE_CONSTRAINT_UNIQUE,
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        ffi::SQLITE_CONSTRAINT_ROWID,
        ffi::SQLITE_CONSTRAINT_NOTNULL,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY,
        ffi::SQLITE_CONSTRAINT_CHECK,
    ];
    let words = match error {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
        other => other.to_string(),
    };
    let may_hold_values = during == During::Write
        && !is_foreign_key(error)
        && error.sqlite_extended_error_code().is_none_or(|code| !NAMES_ONLY.contains(&code))
        && matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::ConstraintViolation | ErrorCode::Unknown)
        );
    if may_hold_values && !connection.is_some_and(|it| is_in_a_trigger(it, &words)) {
        return "its message is not shown, since it may hold a hash".to_owned();
    }
    words
}

/// Whether a message stands in a trigger as it is, so that it was not computed from a row.
fn is_in_a_trigger(connection: &Connection, words: &str) -> bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'trigger'
               AND instr(sql, '''' || replace(?1, '''', '''''') || ''''))";
    connection.query_row(sql, [words], |row| row.get(0)).unwrap_or(false)
}
