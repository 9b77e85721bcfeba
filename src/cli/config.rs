//! `useradm.toml`: where it is looked for, from whom it is taken, and the pepper that it may name. What
//! may stand in it is for the library to know (`useradm::layout::file`).

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use super::files::{read_at_most, unreadable};
use useradm::error::{shown, system_words};
use useradm::hash::{MAX_KEY_BYTES, Pepper};
use useradm::layout::file::File;
use useradm::store::Database;
use useradm::{Error, Result, files};

/// What the file is called where none is named.
pub(crate) const NAME: &str = "useradm.toml";

/// A file of settings that was found.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it says.
    pub(crate) file: File,
}

impl Config {
    /// Reads the file of this name.
    ///
    /// # Errors
    /// [`Error::UnreadableSource`] if it is missing or cannot be read; [`Error::WrongOwner`] if it is
    /// somebody else's; [`Error::InvalidSettings`].
    pub(crate) fn named(path: &Path, database: &Database) -> Result<Self> {
        let path = absolute(path)?;
        let missing = || unreadable(&the_file(&path), "no such file".to_owned());
        Config::at(&path, database)?.ok_or_else(missing)
    }

    /// Reads the file in the working directory if it is root's own: the owner of the database, who root
    /// becomes, may not reach it.
    pub(crate) fn of_root(database: &Database) -> Result<Option<Self>> {
        let is_of_root = |path: &PathBuf| path.metadata().is_ok_and(|file| file.uid() == 0);
        match here().filter(is_of_root) {
            Some(path) if Uid::effective().is_root() => Config::at(&path, database),
            _ => Ok(None),
        }
    }

    /// Reads the file beside the database.
    pub(crate) fn beside(database: &Database) -> Result<Option<Self>> {
        there(beside(database)).map_or(Ok(None), |path| Config::at(&path, database))
    }

    /// Reads the file in the working directory.
    pub(crate) fn here(database: &Database) -> Result<Option<Self>> {
        here().map_or(Ok(None), |path| Config::at(&path, database))
    }

    /// The file that its key `pepper_file` names, which is relative to the file itself.
    pub(crate) fn pepper_file(&self) -> Option<PathBuf> {
        let named = self.file.layout.as_ref()?.pepper_file.as_ref()?;
        Some(self.path.parent()?.join(named))
    }

    fn at(path: &Path, database: &Database) -> Result<Option<Self>> {
        let owner = database.owner().ok().flatten().map(|owner| owner.user);
        let Some(bytes) = files::read(path, owner.as_slice())? else {
            if path.is_symlink() {
                return Err(unreadable(&the_file(path), "it is a link to nothing".to_owned()));
            }
            return Ok(None);
        };
        let wrong = |reason: String| Error::InvalidSettings { path: path.to_owned(), reason };
        let text = String::from_utf8(bytes)
            .map_err(|_| unreadable(&the_file(path), "it is not valid UTF-8".to_owned()))?;
        let file = File::parse(&text)
            .map_err(|fault| wrong(format!("line {}: {}", fault.line, fault.reason)))?;
        Ok(Some(Config { path: path.to_owned(), file }))
    }
}

/// Where the file belongs that is beside a database.
pub(crate) fn beside(database: &Database) -> PathBuf {
    let path = database.path.canonicalize().unwrap_or_else(|_| database.path.clone());
    path.with_file_name(NAME)
}

/// The file in the working directory, if there is one.
fn here() -> Option<PathBuf> {
    there(std::env::current_dir().ok()?.join(NAME))
}

/// The path of a file that nobody has named, if it is there for this user.
fn there(path: PathBuf) -> Option<PathBuf> {
    path.symlink_metadata().is_ok().then_some(path)
}

/// Reads the key that passwords are mixed with, less one line break at its end.
///
/// # Errors
/// [`Error::UnreadableSource`], or [`Error::InvalidInput`] if it cannot be a key.
pub(crate) fn pepper(path: &Path) -> Result<Pepper> {
    let from = the_file(path);
    let cannot = |error| unreadable(&from, system_words(&error));
    let file = std::fs::File::open(path).map_err(cannot)?;
    let too_long = || unreadable(&from, format!("it is longer than {MAX_KEY_BYTES} bytes"));
    Pepper::new(read_at_most(MAX_KEY_BYTES, file, cannot)?.ok_or_else(too_long)?)
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| unreadable(&the_file(path), system_words(&error)))
}

fn the_file(path: &Path) -> String {
    format!("the file {}", shown(path))
}
