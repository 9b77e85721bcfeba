//! What a name leads to: looked up once, without following a link that somebody planted.
//!
//! A name is resolved component by component, everything on the way is looked at once, and whoever
//! opens the result compares what was opened with what was looked at. Nothing here opens or changes
//! a file. What a database needs beyond that is in `store/sqlite/paths.rs`.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use nix::unistd::{Uid, User};

use crate::error::{Error, Remedy, Result};

/// How many links may be on the way, as in Linux (`path_resolution(7)`).
const MAX_LINKS: usize = 40;

/// What a name leads to.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// The path without links.
    pub(crate) path: PathBuf,
    /// What is there, unless the last component alone is missing.
    pub(crate) file: Option<Metadata>,
    /// The directories above, from the root on.
    pub(crate) directories: Vec<(PathBuf, Metadata)>,
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

impl Resolved {
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
        Resolved::complete(path, &mut found).map_err(|error| {
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
                                return Ok(Resolved { path, file: None, directories, links });
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
        Ok(Resolved { path, file: Some(file), directories, links })
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
