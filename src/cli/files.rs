//! Secrets that are read from files, wiped and no longer than they may be; and files that the program
//! makes beside its work on the database: exports, rejected rows, generated
//! passwords. For their owner alone, whole or not at all, and never in place of a file that it works
//! on. How such a file is made is for the library to know (`useradm::files`).

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use useradm::Error;
use useradm::files::{Draft, Taken};

/// Begins a file, which must not exist unless it is to be replaced; a link is replaced itself, not
/// what it leads to.
pub(super) fn begin(path: &Path, taken: Taken) -> useradm::Result<Draft> {
    let path = &std::path::absolute(path).map_err(|error| Error::output(path, &error))?;
    let cannot = |reason: &str| Err(Error::output(path, &io::Error::other(reason)));
    if let Ok(there) = path.symlink_metadata() {
        if taken == Taken::Refuse {
            return Err(Error::FileExists(path.to_owned()));
        }
        // A device would become a file, and so would the link by which everybody knows it.
        let is_link = there.is_symlink();
        let target = path.metadata();
        if !target.map_or(is_link, |it| it.is_file() || is_link && it.is_dir()) {
            return cannot("it is not a regular file");
        }
    }
    let draft = Draft::new(path)?;
    let folder = draft.path().parent().unwrap_or(Path::new("/"));
    if folder == Path::new("/dev") || folder.starts_with("/proc") {
        return cannot("it is the name of a device; `-` is standard output");
    }
    Ok(draft)
}

/// A file for standard input, without the buffer of the standard library.
pub(super) fn standard_input() -> io::Result<File> {
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

/// Whether a file is the database, or one that SQLite keeps beside it: beside what a link leads to,
/// not beside the link.
pub(super) fn is_of_database(path: &Path, database: &Path) -> bool {
    let names = [Some(database.to_owned()), place(database)];
    names.into_iter().flatten().any(|database| {
        ["", "-wal", "-shm", "-journal"].iter().any(|ending| {
            let mut name = database.as_os_str().to_owned();
            name.push(ending);
            are_same(path, Path::new(&name))
        })
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

/// Reads no more than a secret of so many bytes and its line break, which is left out; nothing comes of
/// anything longer.
pub(crate) fn read_at_most(
    most: usize,
    mut input: impl Read,
    cannot: impl Fn(io::Error) -> Error,
) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    // The buffer never grows, so it leaves no copies behind.
    let mut bytes = Zeroizing::new(vec![0; most + 3]);
    let mut length = 0;
    while length < bytes.len() {
        match input.read(&mut bytes[length..]) {
            Ok(0) => {
                bytes.truncate(length);
                return Ok(Some(without_line_break(bytes)));
            }
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(cannot(error)),
        }
    }
    Ok(None)
}

/// Removes exactly one line break from the end.
fn without_line_break(mut bytes: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    if bytes.pop_if(|byte| *byte == b'\n').is_some() {
        bytes.pop_if(|byte| *byte == b'\r');
    }
    bytes
}

/// The failure to read a secret.
pub(crate) fn unreadable(from: &str, reason: String) -> Error {
    Error::UnreadableSource { from: from.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_line_break_is_removed() {
        for (given, kept) in [
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            ("a\r", "a\r"),
            ("\n", ""),
            (" a ", " a "),
        ] {
            let bytes = without_line_break(Zeroizing::new(given.as_bytes().to_vec()));
            assert_eq!(bytes.as_slice(), kept.as_bytes(), "{given:?}");
        }
    }
}
