//! From the engine's errors to those of the domain.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, ffi};

use crate::error::Error;

/// What was being done, since one code of SQLite means different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum During {
    Read,
    Write,
}

/// What is known about a failure beside the engine's own words.
pub(super) struct Context<'a> {
    pub(super) path: &'a Path,
    pub(super) timeout: Duration,
    pub(super) during: During,
}

impl Context<'_> {
    /// Names the failure in the words of the domain.
    pub(super) fn explain(
        &self,
        connection: Option<&Connection>,
        error: &rusqlite::Error,
    ) -> Error {
        let path = self.path.to_owned();
        let reason = words(error);
        let Some(code) = error.sqlite_error_code() else {
            return Error::Internal(reason);
        };
        match code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed => {
                Error::DatabaseBusy { path, waited: self.timeout }
            }
            ErrorCode::NotADatabase => {
                Error::NotADatabase { path, reason: "its content is something else".to_owned() }
            }
            ErrorCode::DatabaseCorrupt | ErrorCode::TooBig => {
                Error::DatabaseCorrupt { path, reason }
            }
            ErrorCode::ReadOnly => Error::DatabaseReadOnly { path, reason },
            ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied => {
                Error::Io { path, reason }
            }
            ErrorCode::DiskFull => Error::DatabaseFull { path, reason },
            ErrorCode::SystemIoFailure => match no_room(connection) {
                Some(limit) => Error::DatabaseFull { path, reason: limit.to_owned() },
                None => Error::Io { path, reason },
            },
            ErrorCode::CannotOpen if self.during == During::Write => Error::DatabaseReadOnly {
                path,
                reason: "its journal cannot be made in that directory".to_owned(),
            },
            ErrorCode::CannotOpen => Error::Io { path, reason },
            ErrorCode::OutOfMemory => Error::Internal(reason),
            _ if self.during == During::Write => Error::ConstraintFailed(reason),
            _ => Error::WrongSchema { path, reason, absent: false },
        }
    }
}

/// Whether a COMMIT that failed like this left nothing behind for certain.
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
            extended_code(error) == ffi::SQLITE_IOERR_WRITE && no_room(Some(connection)).is_some()
        }
        _ => false,
    }
}

/// Whether the error is a violated UNIQUE rule on the usernames.
pub(super) fn is_taken_username(error: &rusqlite::Error) -> bool {
    let unique = [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY];
    unique.contains(&extended_code(error))
        && error.to_string().to_ascii_lowercase().ends_with("user.username")
}

/// Whether the error is an id that another row has.
pub(super) fn is_taken_id(error: &rusqlite::Error) -> bool {
    [ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_ROWID]
        .contains(&extended_code(error))
}

fn extended_code(error: &rusqlite::Error) -> i32 {
    error.sqlite_error().map_or(0, |error| error.extended_code)
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

/// The engine's words, unless a trigger put a hash into them.
fn words(error: &rusqlite::Error) -> String {
    let words = match error {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
        other => other.to_string(),
    };
    if words.contains('$') {
        "its message is not shown, it may hold a hash".to_owned()
    } else {
        words
    }
}
