//! Whose file it is, and who may leave files beside it.
//!
//! SQLite keeps journals beside a database. One that somebody else made, and left behind when
//! killed, can lock the application out of its own file. So only the owner writes, unless the
//! directory gives everything the file's group; and root works on no file that others could have
//! prepared. Nothing here changes who this process is: that is the caller's to decide.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{AccessFlags, Uid, faccessat};

use super::Database;
use crate::error::{Error, Remedy, Result};
use crate::files::{Draft, Resolved, name_of, not_let_in};

/// A user and group, as whom a database is to be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user's id.
    pub user: u32,
    /// The group's id.
    pub group: u32,
}

impl Owner {
    /// The login name, or in the form that `sudo -u` takes the number.
    #[must_use]
    pub fn name(self) -> String {
        name_of(self.user)
    }
}

impl Database {
    /// The owner of the file or, where there is none, of the directory in which it would be made;
    /// nothing where that is missing too.
    ///
    /// # Errors
    /// [`Error::WrongOwner`] for a link that somebody planted, or [`Error::Io`].
    pub fn owner(&self) -> Result<Option<Owner>> {
        let resolved = match Resolved::of(&self.path) {
            Err(lost) if lost.is_missing() => return Ok(None),
            resolved => resolved.map_err(|lost| lost.explain(&self.path))?,
        };
        let metadata = resolved.file.as_ref().unwrap_or(resolved.directory().1);
        resolved.check_links(metadata.uid())?;
        Ok(Some(Owner { user: metadata.uid(), group: metadata.gid() }))
    }

    /// Fails if the file is there and this process may not even open it, though it runs as the
    /// owner by now.
    ///
    /// # Errors
    /// [`Error::WrongOwner`], which names the owner.
    pub fn check_reachable(&self, owner: Owner) -> Result<()> {
        match faccessat(AT_FDCWD, &self.path, AccessFlags::R_OK, AtFlags::AT_EACCESS) {
            Err(Errno::EACCES) => Err(Error::WrongOwner {
                path: self.path.clone(),
                owner: owner.name(),
                reason: "they cannot open it themselves, and root acts as them".to_owned(),
                remedy: Remedy::LetIn,
            }),
            _ => Ok(()),
        }
    }

    /// Fails unless this process may work on the file, and tells whether it is entitled to leave
    /// others beside it: as the owner, or where the file is shared through a setgid directory.
    ///
    /// # Errors
    /// [`Error::WrongOwner`] where root must not trust the file, where it does not let this user
    /// in, or where `writing` would leave journals that the owner cannot open;
    /// [`Error::OpenToOthers`]; [`Error::DatabaseReadOnly`] on a read-only file system.
    pub(super) fn check_entitled(&self, resolved: &Resolved, writing: bool) -> Result<bool> {
        let Some(file) = &resolved.file else { return Ok(true) };
        if Uid::effective().as_raw() == file.uid() {
            self.check_root(resolved)?;
            return Ok(true);
        }
        self.check_access(resolved, file.uid(), writing)?;
        let is_entitled = resolved.is_shared()
            || writing && self.trust_directory && gives_what_it_makes(resolved);
        if writing && !is_entitled {
            let reason = "journals made by somebody else could lock the owner out of the file";
            return Err(not_let_in(&self.path, file.uid(), reason, &self.path));
        }
        Ok(is_entitled)
    }

    /// Fails where the file, or for a change its directory, does not let in a user who is not the
    /// owner.
    fn check_access(&self, resolved: &Resolved, owner: u32, writing: bool) -> Result<()> {
        let (path, user) = (resolved.path.as_path(), Uid::effective().as_raw());
        let (directory, its) = resolved.directory();
        let needed = [
            (path, owner, AccessFlags::R_OK, "this user may not read it"),
            (path, owner, AccessFlags::W_OK, "this user may not write to it"),
            (directory, its.uid(), AccessFlags::W_OK, "this user may not make files in it"),
        ];
        // Who only reads needs the first alone.
        for (path, owner, access, reason) in needed.into_iter().take(if writing { 3 } else { 1 }) {
            match faccessat(AT_FDCWD, path, access, AtFlags::AT_EACCESS) {
                Err(Errno::EACCES | Errno::EROFS)
                    if access == AccessFlags::W_OK && is_mounted_read_only(path) =>
                {
                    let reason = "its file system is".to_owned();
                    return Err(Error::DatabaseReadOnly { path: self.path.clone(), reason });
                }
                Err(Errno::EACCES) if owner != user => {
                    return Err(not_let_in(path, owner, reason, &self.path));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Refuses, to root, a place to which others may write.
    pub(super) fn check_root(&self, resolved: &Resolved) -> Result<()> {
        if Uid::effective().is_root() && !self.trust_directory {
            resolved.check_only_root_writes()?;
        }
        Ok(())
    }
}

fn is_mounted_read_only(path: &Path) -> bool {
    statvfs(path).is_ok_and(|mounted| mounted.flags().contains(FsFlags::ST_RDONLY))
}

/// Whether this process is root, and may give the owner of the database what it makes beside it.
///
/// As root, SQLite gives its journals to that owner, but does not tell if it could not; a journal
/// that stayed root's would lock the owner out after a kill. So that is tried beforehand, on a file
/// without a name in the same directory.
pub(super) fn gives_what_it_makes(resolved: &Resolved) -> bool {
    let Some(file) = &resolved.file else { return false };
    let (directory, found) = resolved.directory();
    let name = resolved.path.file_name().unwrap_or_default();
    Uid::effective().is_root()
        && Draft::at(directory, found, name)
            .and_then(|draft| draft.give(file.uid(), file.gid()))
            .is_ok()
}
