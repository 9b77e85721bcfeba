//! What a name leads to: looked up once, without following a link that somebody planted.
//!
//! Whoever may write to a directory may swap what is in it at any time. So a name is resolved here
//! component by component, everything on the way is looked at once, and whoever opens the result
//! compares what was opened with what was looked at. Nothing here opens or changes a file.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use nix::unistd::{Uid, User};

use crate::error::{Error, Remedy, Result};

/// How many links may be on the way, as in Linux (`path_resolution(7)`).
const MAX_LINKS: usize = 40;

/// The bits by which new files of a directory get its group (`S_ISGID`), and by which only their
/// owners may remove them (`S_ISVTX`).
const SETGID: u32 = 0o2000;
const STICKY: u32 = 0o1000;

/// The bits that let the group or others write.
const GROUP_MAY_WRITE: u32 = 0o020;
const OTHERS_MAY_WRITE: u32 = 0o002;

/// The endings of the files that SQLite keeps beside a database.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// What a name leads to.
#[derive(Debug)]
pub(crate) struct Place {
    /// The path without links.
    pub(crate) path: PathBuf,
    /// What is there, unless the last component alone is missing.
    pub(crate) file: Option<Metadata>,
    /// The directories above, from the root on.
    directories: Vec<(PathBuf, Metadata)>,
    links: Vec<Link>,
}

/// A symbolic link on the way.
#[derive(Debug)]
struct Link {
    path: PathBuf,
    owner: u32,
    /// The owner of what it leads to, if anything is there.
    target: Option<u32>,
}

/// Why a name could not be looked up.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) error: io::Error,
    /// The directory in which that was, and its owner.
    directory: PathBuf,
    owner: u32,
}

/// What is still to be looked up.
enum Step {
    Name(OsString),
    Up,
    /// The target of this link was looked up.
    EndOf(usize),
}

impl Lost {
    /// Whether it is only that there is nothing of that name.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self.error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
    }

    /// The failure to look up this database.
    pub(crate) fn explain(self, database: &Path) -> Error {
        let is_foreign = Uid::effective().as_raw() != self.owner;
        if is_foreign && self.error.kind() == ErrorKind::PermissionDenied {
            return not_let_in(&self.directory, self.owner, "this user may not enter it", database);
        }
        Error::io(database, &self.error)
    }
}

/// The refusal of a file or directory that its owner keeps to themselves.
pub(crate) fn not_let_in(path: &Path, owner: u32, reason: &str, database: &Path) -> Error {
    let remedy = if Uid::effective().is_root() {
        // Only a root without root's capabilities is kept out, and `sudo` needs the same.
        Remedy::StartAsOwner { or_trust: false }
    } else {
        Remedy::ActAsOwner { database: database.to_owned() }
    };
    let (path, owner, reason) = (path.to_owned(), name_of(owner), reason.to_owned());
    Error::WrongOwner { path, owner, reason, remedy }
}

impl Place {
    /// Looks an absolute path up. The last component may be missing.
    ///
    /// # Errors
    /// The system's, and where on the way that was.
    pub(crate) fn of(path: &Path) -> Result<Self, Lost> {
        let root = PathBuf::from("/");
        let metadata = fs::symlink_metadata(&root).map_err(|error| Lost {
            error,
            directory: root.clone(),
            owner: 0,
        })?;
        let mut found = vec![(root, metadata)];
        Place::complete(path, &mut found).map_err(|error| {
            let (directory, metadata) = &found[found.len() - 1];
            Lost { error, directory: directory.clone(), owner: metadata.uid() }
        })
    }

    /// Looks a path up, from the root that is found already; the last of what is found is where it
    /// failed, if it fails.
    fn complete(path: &Path, found: &mut Vec<(PathBuf, Metadata)>) -> io::Result<Self> {
        let mut links: Vec<Link> = Vec::new();
        let mut steps: VecDeque<Step> = steps(path).collect();
        while let Some(step) = steps.pop_front() {
            let (directory, metadata) = &found[found.len() - 1];
            if !metadata.is_dir() && !matches!(step, Step::EndOf(_)) {
                return Err(ErrorKind::NotADirectory.into());
            }
            match step {
                Step::EndOf(link) => links[link].target = Some(metadata.uid()),
                Step::Up => found.truncate(found.len().saturating_sub(1).max(1)),
                Step::Name(name) => {
                    let path = directory.join(name);
                    match fs::symlink_metadata(&path) {
                        Err(error) if error.kind() == ErrorKind::NotFound => {
                            if steps.iter().all(|step| matches!(step, Step::EndOf(_))) {
                                let directories = std::mem::take(found);
                                return Ok(Place { path, file: None, directories, links });
                            }
                            return Err(error);
                        }
                        Ok(metadata) if metadata.is_symlink() => {
                            if links.len() == MAX_LINKS {
                                return Err(io::Error::other(
                                    "there are too many links on the way",
                                ));
                            }
                            let (owner, target) = read_link(&path)?;
                            steps.push_front(Step::EndOf(links.len()));
                            for step in self::steps(&target).rev() {
                                steps.push_front(step);
                            }
                            if target.is_absolute() {
                                found.truncate(1);
                            }
                            links.push(Link { path, owner, target: None });
                        }
                        metadata => found.push((path, metadata?)),
                    }
                }
            }
        }
        let (path, file) = if found.len() > 1 { found.pop() } else { found.first().cloned() }
            .ok_or(ErrorKind::NotFound)?;
        let directories = std::mem::take(found);
        Ok(Place { path, file: Some(file), directories, links })
    }

    /// The directory in which the last component is.
    pub(crate) fn directory(&self) -> (&Path, &Metadata) {
        let (path, metadata) = &self.directories[self.directories.len() - 1];
        (path, metadata)
    }

    /// Refuses every link that somebody else may point elsewhere: one that belongs neither to
    /// root, nor to the user `acting`, nor to the owner of what it leads to.
    ///
    /// # Errors
    /// [`Error::WrongOwner`], which names the link.
    pub(crate) fn check_links(&self, acting: u32) -> Result<()> {
        let is_foreign = |link: &&Link| {
            link.owner != 0 && link.owner != acting && Some(link.owner) != link.target
        };
        match self.links.iter().find(is_foreign) {
            None => Ok(()),
            Some(link) => Err(Error::WrongOwner {
                path: link.path.clone(),
                owner: name_of(link.owner),
                reason: "it is a link, by which they choose what is opened".to_owned(),
                remedy: Remedy::NameTheFile,
            }),
        }
    }

    /// Refuses what somebody else than root may write to, for a process that stays root.
    ///
    /// A sticky directory, in which only owners remove what is theirs, may be on the way. The
    /// directory of the file itself may be open to the group of the file, if it is setgid.
    ///
    /// # Errors
    /// [`Error::WrongOwner`] or [`Error::OpenToOthers`], which name the file or directory.
    pub(crate) fn check_only_root_writes(&self) -> Result<()> {
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
    pub(crate) fn is_shared(&self) -> bool {
        let (_, directory) = self.directory();
        directory.mode() & SETGID != 0
            && self.file.as_ref().is_none_or(|file| file.gid() == directory.gid())
    }

    /// Refuses what lies beside a database where SQLite has its journals, unless the owner made it,
    /// or the group under the rule of [`Place::is_shared`]. SQLite plays such files back.
    ///
    /// # Errors
    /// [`Error::WrongOwner`], which names the file.
    pub(crate) fn check_beside(&self) -> Result<()> {
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
    pub(crate) fn leftover(&self) -> Option<PathBuf> {
        let paths = BESIDE.into_iter().map(|ending| beside(&self.path, ending));
        paths.into_iter().find(|path| fs::symlink_metadata(path).is_ok())
    }
}

/// A file that SQLite keeps beside a database.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// The login name, or in the form that `sudo -u` takes the number.
pub(crate) fn name_of(uid: u32) -> String {
    let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
    user.map_or_else(|| format!("#{uid}"), |user| user.name)
}

fn steps(path: &Path) -> impl DoubleEndedIterator<Item = Step> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(Step::Name(name.to_owned())),
        Component::ParentDir => Some(Step::Up),
        _ => None,
    })
}

/// The owner and the target of one and the same link, whoever swaps it meanwhile.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn read_link(path: &Path) -> io::Result<(u32, PathBuf)> {
    use nix::fcntl::{OFlag, open, readlinkat};
    use nix::sys::stat::Mode;

    let link = open(path, OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC, Mode::empty())?;
    let owner = nix::sys::stat::fstat(&link)?.st_uid;
    Ok((owner, PathBuf::from(readlinkat(&link, "")?)))
}

/// The owner and the target of a link.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn read_link(path: &Path) -> io::Result<(u32, PathBuf)> {
    let target = fs::read_link(path)?;
    Ok((fs::symlink_metadata(path)?.uid(), target))
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
