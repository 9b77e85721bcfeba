//! Files in the making: they have no name until they are whole, and no link is ever followed.
//!
//! The directory is opened once, and everything is done relative to it: whoever moves it, or puts
//! something else in the place of a name, gains nothing. Where the system has no files without
//! names, a random one is taken. Nothing here knows what is in a file.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::libc;
use nix::sys::stat::{Mode, fstat, fstatat};
use nix::unistd::{UnlinkatFlags, linkat, unlinkat};

use super::Resolved;
use crate::error::{Error, Result};

/// The mode of new files, whatever the umask.
const PRIVATE: u32 = 0o600;

/// A file that others do not see yet, for its owner alone.
#[derive(Debug)]
pub struct Draft {
    file: File,
    directory: File,
    path: PathBuf,
    /// The name that it has until then, where it needs one.
    temporary: Option<OsString>,
    is_published: bool,
}

/// A new file, and the name that it has where it needs one.
type Made = (File, Option<OsString>);

/// What to do where a name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Fail.
    Refuse,
    /// Put the new file in the place of whatever has the name, even of a link.
    Replace,
}

impl Draft {
    /// Begins a file that is to be called `path`.
    ///
    /// # Errors
    /// [`Error::WrongOwner`] where a link that somebody planted is on the way to its directory;
    /// [`Error::Output`] where no file can be made there.
    pub fn new(path: &Path) -> Result<Self> {
        let cannot = |error: io::Error| Error::output(path, &error);
        let name = path.file_name().ok_or_else(|| cannot(Errno::EISDIR.into()))?;
        let place = Resolved::of(path.parent().unwrap_or(Path::new("/")))
            .map_err(|lost| cannot(lost.error))?;
        place.check_links(nix::unistd::geteuid().as_raw())?;
        let found = place.file.as_ref().ok_or_else(|| cannot(io::ErrorKind::NotFound.into()))?;
        Draft::at(&place.path, found, name).map_err(cannot)
    }

    /// Begins a file in a directory that was looked up.
    pub(crate) fn at(path: &Path, found: &Metadata, name: &OsStr) -> io::Result<Self> {
        let directory = fs::OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_DIRECTORY | libc::O_NOFOLLOW)
            .open(path)?;
        if !is_same(&directory.metadata()?, found) {
            return Err(io::Error::other("its directory was replaced meanwhile"));
        }
        let made = unnamed(&directory).or_else(|_| named(&directory))?;
        Draft::of(directory, path.join(name), made)
    }

    fn of(directory: File, path: PathBuf, made: Made) -> io::Result<Self> {
        let (file, temporary) = made;
        let draft = Draft { file, directory, path, temporary, is_published: false };
        draft.file.set_permissions(Permissions::from_mode(PRIVATE))?;
        Ok(draft)
    }

    /// Gives the file to another user and group. Even root may lack the capability for that.
    pub(crate) fn give(&self, user: u32, group: u32) -> io::Result<()> {
        std::os::unix::fs::fchown(&self.file, Some(user), Some(group))
    }

    /// The file, to be filled.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Where it is to be: its path without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name, when its content is on disk; both survive a power cut then. One
    /// that has its name already may be filled further and published again.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if the name is taken and not to be replaced, or the
    /// system's. If the name leads to another file afterwards, since somebody moved it or its
    /// directory, that is an error too, and the file is gone.
    pub fn publish(&mut self, taken: Taken) -> io::Result<()> {
        self.file.sync_all()?;
        let name = self.name().to_owned();
        match taken {
            _ if self.is_published => {}
            Taken::Refuse => self.link(&name)?,
            Taken::Replace => {
                let temporary = match self.temporary.clone() {
                    Some(temporary) => temporary,
                    None => self.link_somewhere()?,
                };
                renameat(&self.directory, &*temporary, &self.directory, &*name)?;
                self.temporary = None;
            }
        }
        self.is_published = true;
        if let Err(error) = self.directory.sync_all() {
            self.withdraw();
            return Err(error);
        }
        let is_there = fs::symlink_metadata(&self.path)
            .is_ok_and(|there| self.file.metadata().is_ok_and(|own| is_same(&there, &own)));
        if !is_there {
            self.withdraw();
            return Err(io::Error::other("it or its directory was replaced meanwhile"));
        }
        Ok(())
    }

    /// Takes the name away again, if it is still this file's.
    pub fn withdraw(&mut self) {
        let there = fstatat(&self.directory, self.name(), AtFlags::AT_SYMLINK_NOFOLLOW);
        if self.is_published
            && let (Ok(own), Ok(there)) = (fstat(&self.file), there)
            && (own.st_dev, own.st_ino) == (there.st_dev, there.st_ino)
        {
            // A second failure would add nothing: the caller reports the first.
            let _ = unlinkat(&self.directory, self.name(), UnlinkatFlags::NoRemoveDir);
        }
        self.is_published = false;
    }

    fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }

    fn link_somewhere(&mut self) -> io::Result<OsString> {
        let name = random_name()?;
        self.link(&name)?;
        self.temporary = Some(name.clone());
        Ok(name)
    }

    /// Gives the file a name that nobody else has.
    fn link(&mut self, name: &OsStr) -> io::Result<()> {
        match self.temporary.take() {
            Some(temporary) => {
                let linked =
                    linkat(&self.directory, &*temporary, &self.directory, name, AtFlags::empty());
                let _ = unlinkat(&self.directory, &*temporary, UnlinkatFlags::NoRemoveDir);
                Ok(linked?)
            }
            None => link_unnamed(&self.file, &self.directory, name),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            let _ = unlinkat(&self.directory, &**temporary, UnlinkatFlags::NoRemoveDir);
        }
    }
}

/// Whether both are one file.
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// A file without a name that can get one later.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn unnamed(directory: &File) -> io::Result<Made> {
    let flags = OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC;
    let file = File::from(openat(directory, ".", flags, mode())?);
    // Without /proc it could not get its name.
    fs::metadata(by_descriptor(&file))?;
    Ok((file, None))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn link_unnamed(file: &File, directory: &File, name: &OsStr) -> io::Result<()> {
    let here = nix::fcntl::AT_FDCWD;
    Ok(linkat(here, &by_descriptor(file), directory, name, AtFlags::AT_SYMLINK_FOLLOW)?)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn by_descriptor(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;

    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn unnamed(_: &File) -> io::Result<Made> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn link_unnamed(_: &File, _: &File, _: &OsStr) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A file with a random name.
fn named(directory: &File) -> io::Result<Made> {
    let name = random_name()?;
    let flags =
        OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_RDWR | OFlag::O_CLOEXEC;
    let file = openat(directory, &*name, flags, mode())?;
    Ok((File::from(file), Some(name)))
}

fn mode() -> Mode {
    Mode::S_IRUSR | Mode::S_IWUSR
}

fn random_name() -> io::Result<OsString> {
    let number = getrandom::u64().map_err(io::Error::other)?;
    Ok(format!(".useradm-{number:016x}.tmp").into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::symlink;

    use super::*;

    /// A draft of each kind in a directory of its own.
    fn drafts() -> Vec<(tempfile::TempDir, Draft)> {
        let makes: [fn(&File) -> _; 2] = [unnamed, named];
        let draft = |make: fn(&File) -> io::Result<Made>| {
            let folder = tempfile::tempdir().unwrap();
            let directory = File::open(folder.path()).unwrap();
            let made = make(&directory).ok()?;
            let path = folder.path().canonicalize().unwrap().join("file");
            let draft = Draft::of(directory, path, made).unwrap();
            draft.file().write_all(b"whole").unwrap();
            Some((folder, draft))
        };
        makes.into_iter().filter_map(draft).collect()
    }

    fn names(folder: &tempfile::TempDir) -> Vec<OsString> {
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn a_file_gets_its_name_and_no_other_stays() {
        for (folder, mut draft) in drafts() {
            draft.publish(Taken::Refuse).unwrap();
            assert_eq!(fs::read(draft.path()).unwrap(), b"whole");
            assert_eq!(fs::metadata(draft.path()).unwrap().mode() & 0o777, PRIVATE);
            draft.file().write_all(b" and more").unwrap();
            draft.publish(Taken::Refuse).unwrap();
            assert_eq!(fs::read(draft.path()).unwrap(), b"whole and more");
            drop(draft);
            assert_eq!(names(&folder), ["file"]);
        }
    }

    #[test]
    fn a_name_that_is_taken_is_left_alone_or_replaced_itself() {
        for taken in [Taken::Refuse, Taken::Replace] {
            for (folder, mut draft) in drafts() {
                let elsewhere = folder.path().join("elsewhere");
                fs::write(&elsewhere, "precious").unwrap();
                symlink(&elsewhere, draft.path()).unwrap();
                let published = draft.publish(taken).map_err(|error| error.kind());
                let path = draft.path().to_owned();
                drop(draft);
                if taken == Taken::Refuse {
                    assert_eq!(published, Err(io::ErrorKind::AlreadyExists));
                    assert!(path.is_symlink());
                } else {
                    assert_eq!(published, Ok(()));
                    assert!(!path.is_symlink() && fs::read(path).unwrap() == b"whole");
                }
                assert_eq!(fs::read(elsewhere).unwrap(), b"precious");
                assert_eq!(names(&folder).len(), 2);
            }
        }
    }

    #[test]
    fn nothing_is_left_of_a_draft_and_only_the_own_file_is_withdrawn() {
        for (folder, draft) in drafts() {
            drop(draft);
            assert!(names(&folder).is_empty());
        }
        for (folder, mut draft) in drafts() {
            draft.publish(Taken::Refuse).unwrap();
            draft.withdraw();
            assert!(names(&folder).is_empty());
        }
        for (folder, mut draft) in drafts() {
            draft.publish(Taken::Refuse).unwrap();
            fs::remove_file(draft.path()).unwrap();
            fs::write(draft.path(), "another").unwrap();
            assert!(draft.publish(Taken::Refuse).is_err());
            draft.withdraw();
            assert_eq!(names(&folder), ["file"]);
        }
    }

    #[test]
    fn a_directory_that_was_moved_away_is_noticed() {
        for (folder, mut draft) in drafts() {
            let away = folder.path().with_extension("away");
            fs::rename(folder.path(), &away).unwrap();
            fs::create_dir(folder.path()).unwrap();
            assert!(draft.publish(Taken::Refuse).is_err());
            drop(draft);
            assert_eq!(fs::read_dir(&away).unwrap().count(), 0);
            fs::remove_dir(&away).unwrap();
        }
    }
}
