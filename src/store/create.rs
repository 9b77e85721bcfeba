//! Making a database file, whole or not at all.

use std::fs;
use std::io::{Error as IoError, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::owner::act_as_owner_of_directory;
use super::{Access, Database, Store, Transaction};
use crate::error::{Error, Result};

impl Database {
    /// Makes the database with the application's table and what `body` puts into it.
    ///
    /// It is built under a temporary name and gets its own only when it is complete and on disk,
    /// so a failure leaves no file, and no other process sees half of one. Returns nothing if the
    /// file exists by then: somebody else made it first. The mode is 0600 whatever the umask.
    ///
    /// # Errors
    /// [`Error::DirectoryMissing`], [`Error::WrongOwner`], or what `body` and writing fail with.
    pub fn create<T>(&self, body: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<Option<T>> {
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        let metadata = fs::metadata(parent)
            .ok()
            .filter(fs::Metadata::is_dir)
            .ok_or_else(|| Error::DirectoryMissing(parent.to_owned()))?;
        let _acting = act_as_owner_of_directory(&self.path, &metadata)?;

        let _finish = self.interrupt.defer();
        // The path alone is kept: SQLite must be the only one that has the file open.
        let temporary = tempfile::Builder::new()
            .prefix(".useradm-")
            .suffix(".tmp")
            .tempfile_in(parent)
            .map_err(|error| self.cannot_make(&error))?
            .into_temp_path();
        make_private(&temporary).map_err(|error| self.cannot_make(&error))?;
        let store = Store::open_file(self, &temporary, Access::Write)?;
        // Nobody else knows the file, so its journal need not survive this process.
        store.run("PRAGMA journal_mode = MEMORY")?;
        let written = store.write_many(|transaction| {
            transaction.create_table()?;
            body(transaction)
        });
        drop(store);
        let value = written.map_err(|error| match error {
            // The file goes, whatever is in it.
            Error::OutcomeUnknown(reason) => Error::Io { path: self.path.clone(), reason },
            error => error,
        })?;
        self.interrupt.check()?;
        match temporary.persist_noclobber(&self.path) {
            Ok(()) => {}
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(self.cannot_make(&error.error)),
        }
        sync_directory(parent).map_err(|error| {
            Error::OutcomeUnknown(format!(
                "{} may not survive a power cut: {error}",
                self.path.display()
            ))
        })?;
        Ok(Some(value))
    }

    fn cannot_make(&self, error: &IoError) -> Error {
        let path = self.path.clone();
        let reason = error.to_string();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Error::DatabaseFull { path, reason }
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                let reason = "this user may not make files in its directory".to_owned();
                Error::DatabaseReadOnly { path, reason }
            }
            _ => Error::Io { path, reason },
        }
    }
}

fn make_private(path: &Path) -> Result<(), IoError> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// Without this a power cut could take back the name of a file that is itself on disk.
fn sync_directory(path: &Path) -> Result<(), IoError> {
    fs::File::open(path)?.sync_all()
}
