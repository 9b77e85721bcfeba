//! Making a database file, whole or not at all.

use std::io::{Error as IoError, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::Uid;

use super::failure::{During, explain};
use super::{Access, Database, Opened, Transaction, vfs};
use crate::error::{Error, Remedy, Result, system_words};
use crate::files::{Draft, Resolved, Taken, name_of, not_let_in};
use crate::layout::{Found, Layout};

impl Database {
    /// Makes the database with the application's table and what `body` puts into it.
    ///
    /// It is built in a file without a name and gets its own only when it is complete and on disk,
    /// so a failure leaves no file, and no other process sees half of one. Returns nothing if the
    /// file exists by then: somebody else made it first. The mode is 0600 whatever the umask.
    ///
    /// # Errors
    /// [`Error::DatabaseMissing`] if only the file of the undecoded name exists;
    /// [`Error::DirectoryMissing`]; [`Error::FileExists`] if the name is a link to nowhere;
    /// [`Error::LeftoverJournal`]; [`Error::WrongOwner`]; or what `body` and writing fail with.
    pub fn create<T>(&self, body: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<Option<T>> {
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        let name = self.path.file_name().unwrap_or_default();
        if let Some(undecoded) = self.undecoded() {
            // The application's file, if it reads the name otherwise: this would be a second one.
            let path = self.path.clone();
            return Err(Error::DatabaseMissing { path, elsewhere: Some(undecoded) });
        }
        if self.path.is_symlink() {
            return Err(Error::FileExists(self.path.clone()));
        }
        let resolved = Resolved::of(&self.path).map_err(|lost| {
            if lost.is_missing() {
                Error::DirectoryMissing(parent.to_owned())
            } else {
                lost.explain(&self.path)
            }
        })?;
        if resolved.file.is_some() || is_made_meanwhile(&resolved)? {
            return Ok(None);
        }
        resolved.check_links(Uid::effective().as_raw())?;
        self.check_root(&resolved)?;

        let _finish = self.interrupt.defer();
        let (directory, found) = resolved.directory();
        let cannot_make = |error: IoError| self.cannot_make(&resolved, &error);
        let mut draft = Draft::at(directory, found, name).map_err(cannot_make)?;
        if Uid::effective().is_root() && found.uid() != 0 {
            // Root could not become that user, or it would be them by now. Its own file would be
            // of no use to them.
            draft.give(found.uid(), found.gid()).map_err(|error| Error::WrongOwner {
                path: directory.to_owned(),
                owner: name_of(found.uid()),
                reason: format!("root cannot give them the file here ({})", system_words(&error)),
                remedy: Remedy::StartAsOwner { or_trust: false },
            })?;
        }
        let connection = vfs::open_unnamed(draft.file())
            .map_err(|error| explain(self, None, &error, During::Write))?;
        let store = Opened::new(self, connection, Access::Write)?.store(Layout::passlib())?;
        // Nobody else knows the file, so its journal need not survive this process, and it is
        // written to disk when it gets its name. Nothing can lie beside it, so all else is in memory.
        store.run(
            "PRAGMA journal_mode = MEMORY; PRAGMA temp_store = MEMORY; PRAGMA synchronous = OFF",
        )?;
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
        if is_made_meanwhile(&resolved)? {
            return Ok(None);
        }
        match draft.publish(Taken::Refuse) {
            Ok(()) => {
                self.found.set(Found::first());
                Ok(Some(value))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(cannot_make(error)),
        }
    }

    fn cannot_make(&self, resolved: &Resolved, error: &IoError) -> Error {
        let path = self.path.clone();
        match error.kind() {
            ErrorKind::PermissionDenied
                if resolved.directory().1.uid() != Uid::effective().as_raw() =>
            {
                let (directory, found) = resolved.directory();
                let reason = "this user may not make files in it";
                not_let_in(directory, found.uid(), reason, &self.path)
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                let reason = "this user may not make files in its directory".to_owned();
                Error::DatabaseReadOnly { path, reason }
            }
            _ => Error::io(path, error),
        }
    }
}

/// Refuses what SQLite would play into the new file, unless it belongs to one that somebody
/// else has made meanwhile, since no journal is older than its database.
fn is_made_meanwhile(resolved: &Resolved) -> Result<bool> {
    match resolved.leftover() {
        Some(leftover) if !resolved.path.exists() => Err(Error::LeftoverJournal(leftover)),
        leftover => Ok(leftover.is_some()),
    }
}
