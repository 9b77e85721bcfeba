//! What becomes of an error of the operating system, and its words without the number.

use std::io;
use std::path::{Path, PathBuf};

use super::Error;

impl Error {
    /// A file that cannot be made or written, by this error of the system.
    #[must_use]
    pub fn output(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AlreadyExists => Error::FileExists(path.to_owned()),
            kind => Error::Output {
                path: path.to_owned(),
                // The system says the same of the file itself, which is to be made.
                reason: if kind == io::ErrorKind::NotFound {
                    "no such directory".to_owned()
                } else {
                    system_words(error)
                },
                is_forbidden: kind == io::ErrorKind::PermissionDenied,
            },
        }
    }

    /// An operating system error on a file or directory.
    pub(crate) fn io(path: impl Into<PathBuf>, error: &io::Error) -> Self {
        let (path, reason) = (path.into(), system_words(error));
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Error::DatabaseFull { path, reason },
            _ => Error::Io { path, reason },
        }
    }
}

/// What the system says of an error, without the number that follows: `No such file or directory`.
#[must_use]
pub fn system_words(error: &io::Error) -> String {
    let words = error.to_string();
    match words.rfind(" (os error ") {
        Some(at) if error.raw_os_error().is_some() => words[..at].to_owned(),
        _ => words,
    }
}
