//! Files that the program makes beside the database: for their owner alone, and never in the place
//! of one that it works on.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The mode of new files.
const PRIVATE: u32 = 0o600;

/// Makes a file, which must not exist, with mode 0600 whatever the umask.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(path)?;
    make_private(&file)?;
    Ok(file)
}

/// Makes a file as [`create_new`] does, or empties the one that is there, of whatever kind and mode.
pub(super) fn create(path: &Path) -> io::Result<File> {
    match create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            OpenOptions::new().write(true).truncate(true).open(path)
        }
        result => result,
    }
}

/// Gives a new file mode 0600.
pub(super) fn make_private(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(PRIVATE))
}

/// Whether a file is the database, or one that SQLite keeps beside it.
pub(super) fn is_of_database(path: &Path, database: &Path) -> bool {
    ["", "-wal", "-shm", "-journal"].iter().any(|ending| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        are_same(path, Path::new(&name))
    })
}

/// Whether both are one file, or would be if they existed.
pub(super) fn are_same(a: &Path, b: &Path) -> bool {
    let is_one_file = match (fs::metadata(a), fs::metadata(b)) {
        (Ok(a), Ok(b)) => is_same(&a, &b),
        _ => false,
    };
    is_one_file || place(a).is_some_and(|a| Some(a) == place(b))
}

/// Whether both are one file.
pub(super) fn is_same(a: &Metadata, b: &Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// The path of a file without links; the file itself need not exist.
fn place(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.canonicalize()
        .ok()
        .or_else(|| Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?)))
}
