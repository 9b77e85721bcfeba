//! What must not be on the way to a database, or beside it: what others could have put there.
//!
//! SQLite plays back the journals that lie beside a database, whoever made them, and root would
//! follow where others point. Nothing here opens or changes a file; who may work on one is told in
//! `owner.rs`.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Remedy, Result};
use crate::files::{Resolved, name_of};

/// The bits by which new files of a directory get its group (`S_ISGID`), and by which only their
/// owners may remove them (`S_ISVTX`).
const SETGID: u32 = 0o2000;
const STICKY: u32 = 0o1000;

/// The bits that let the group or others write.
const GROUP_MAY_WRITE: u32 = 0o020;
const OTHERS_MAY_WRITE: u32 = 0o002;

/// The endings of the files that SQLite keeps beside a database.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

impl Resolved {
    /// Refuses what somebody else than root may write to, for a process that stays root.
    ///
    /// A sticky directory, in which only owners remove what is theirs, may be on the way. The
    /// directory of the file itself may be open to the group of the file, if it is setgid.
    ///
    /// # Errors
    /// [`Error::WrongOwner`] or [`Error::OpenToOthers`], which name the file or directory.
    pub(super) fn check_only_root_writes(&self) -> Result<()> {
        let remedy = || match self.file {
            Some(_) => Remedy::GiveOrTrust { file: self.path.clone() },
            None => Remedy::MakeElsewhere { file: self.path.clone() },
        };
        let shared = self.is_shared();
        let open_to = |metadata: &Metadata, group_is_fine: bool| {
            if metadata.mode() & OTHERS_MAY_WRITE != 0 {
                return Some("everybody".to_owned());
            }
            let is_open = !group_is_fine && metadata.mode() & GROUP_MAY_WRITE != 0;
            is_open.then(|| format!("its group ({})", metadata.gid()))
        };
        let refuse = |path: &Path, who: String| {
            Err(Error::OpenToOthers { path: path.to_owned(), who, remedy: remedy() })
        };
        let parent = self.directories.len() - 1;
        for (index, (path, metadata)) in self.directories.iter().enumerate() {
            if metadata.uid() != 0 {
                return Err(Error::WrongOwner {
                    path: path.clone(),
                    owner: name_of(metadata.uid()),
                    reason: "they may swap what root would write to".to_owned(),
                    remedy: remedy(),
                });
            }
            let is_sticky = index != parent && metadata.mode() & STICKY != 0;
            if !is_sticky && let Some(who) = open_to(metadata, shared && index == parent) {
                return refuse(path, who);
            }
        }
        match self.file.as_ref().and_then(|file| open_to(file, shared)) {
            Some(who) => refuse(&self.path, who),
            None => Ok(()),
        }
    }

    /// Whether the directory gives the file's group to whatever is made in it, so that the group
    /// can share the database. A new file will have the group of such a directory.
    pub(super) fn is_shared(&self) -> bool {
        let (_, directory) = self.directory();
        directory.mode() & SETGID != 0
            && self.file.as_ref().is_none_or(|file| file.gid() == directory.gid())
    }

    /// Refuses what lies beside a database where SQLite has its journals, unless the owner made it,
    /// or the group under the rule of [`Resolved::is_shared`]. SQLite plays such files back.
    ///
    /// # Errors
    /// [`Error::WrongOwner`], which names the file.
    pub(super) fn check_beside(&self) -> Result<()> {
        let Some(database) = &self.file else { return Ok(()) };
        for ending in BESIDE {
            let path = beside(&self.path, ending);
            let file = match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                file => file.map_err(|error| Error::io(&path, &error))?,
            };
            let is_theirs =
                file.uid() == database.uid() || self.is_shared() && file.gid() == database.gid();
            if is_theirs && file.is_file() {
                continue;
            }
            let (owner, of) = (name_of(file.uid()), name_of(database.uid()));
            let (reason, remedy) = if !file.is_file() {
                let kind = kind_of(&file);
                (format!("it is {kind} where SQLite keeps its own files"), Remedy::MoveAway)
            } else if file.uid() == 0 {
                (format!("the database belongs to {of}, who cannot use it"), Remedy::Give(of))
            } else {
                let reason = format!("the database belongs to {of}, but SQLite would play it back");
                (reason, Remedy::MoveAway)
            };
            return Err(Error::WrongOwner { path, owner, reason, remedy });
        }
        Ok(())
    }

    /// The first file that was left beside a database which is not there.
    pub(super) fn leftover(&self) -> Option<PathBuf> {
        let mut paths = BESIDE.into_iter().map(|ending| beside(&self.path, ending));
        paths.find(|path| fs::symlink_metadata(path).is_ok())
    }
}

/// A file that SQLite keeps beside a database.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn kind_of(file: &Metadata) -> &'static str {
    let kind = file.file_type();
    if kind.is_symlink() {
        "a link"
    } else if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_dir() {
        "a directory"
    } else {
        "no regular file"
    }
}
