//! Reading a small file that says what to do: whole, and only from somebody who may say it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::libc;
use nix::unistd::Uid;

use super::{Resolved, name_of};
use crate::error::{Error, Remedy, Result, shown, system_words};

/// The longest file that is read, in bytes. What people write is a thousandth of that.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads a file at an absolute path; nothing where there is none.
///
/// It has to be a regular file of root, of this user or of one of the `trusted` ones, and so has each
/// link on the way to it. A file that others may write to is refused while root reads it.
///
/// # Errors
/// [`Error::WrongOwner`] or [`Error::OpenToOthers`] where it is somebody else's to say;
/// [`Error::UnreadableSource`] if it is no regular file, longer than a mebibyte, or cannot be read.
pub fn read(path: &Path, trusted: &[u32]) -> Result<Option<Vec<u8>>> {
    let unreadable = |reason: String| Error::UnreadableSource {
        from: format!("the file {}", shown(path)),
        reason,
    };
    let cannot = |error: &io::Error| unreadable(system_words(error));
    let user = Uid::effective().as_raw();
    let place = match Resolved::of(path) {
        Err(lost) if lost.is_missing() => return Ok(None),
        place => place.map_err(|lost| cannot(&lost.error))?,
    };
    place.check_links(user)?;
    let Some(found) = &place.file else { return Ok(None) };
    if !found.is_file() {
        return Err(unreadable("it is not a regular file".to_owned()));
    }
    let owner = found.uid();
    if owner != 0 && owner != user && !trusted.contains(&owner) {
        let from =
            "settings are taken from root, from the owner of the database and from this user";
        let reason = if place.path == path {
            from.to_owned()
        } else {
            format!("it leads to {}, and {from}", shown(&place.path))
        };
        let (path, owner, remedy) = (path.to_owned(), name_of(owner), Remedy::SetAside);
        return Err(Error::WrongOwner { path, owner, reason, remedy });
    }
    if user == 0 && found.mode() & 0o002 != 0 {
        let who = "everybody".to_owned();
        return Err(Error::OpenToOthers {
            path: place.path.clone(),
            who,
            remedy: Remedy::SetAside,
        });
    }
    if found.len() > MAX_BYTES {
        return Err(unreadable(format!("it is longer than {MAX_BYTES} bytes")));
    }
    // What was put in its place meanwhile, a link or a FIFO, is neither followed nor waited for.
    let file = fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(&place.path)
        .map_err(|error| cannot(&error))?;
    let opened = file.metadata().map_err(|error| cannot(&error))?;
    if (opened.dev(), opened.ino(), opened.uid()) != (found.dev(), found.ino(), owner) {
        return Err(unreadable("it was replaced while it was opened".to_owned()));
    }
    let text = whole(file).map_err(|error| cannot(&error))?;
    match text.len() as u64 {
        ..=MAX_BYTES => Ok(Some(text)),
        _ => Err(unreadable(format!("it is longer than {MAX_BYTES} bytes"))),
    }
}

/// All of a file, or one byte more than is read.
fn whole(file: File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    const SOMEBODY: u32 = 4242;

    fn code(path: &Path, trusted: &[u32]) -> &'static str {
        read(path, trusted).unwrap_err().code()
    }

    #[test]
    fn only_a_regular_file_of_bounded_length_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().canonicalize().unwrap().join(name);
        assert_eq!(read(&path("none"), &[]).unwrap(), None);
        assert_eq!(read(&path("none/at/all"), &[]).unwrap(), None);
        fs::write(path("a"), "text").unwrap();
        assert_eq!(read(&path("a"), &[]).unwrap().unwrap(), b"text");
        symlink(path("a"), path("link")).unwrap();
        assert_eq!(read(&path("link"), &[]).unwrap().unwrap(), b"text");
        assert_eq!(read(&path("a/b"), &[]).unwrap(), None);
        assert_eq!(code(&path(""), &[]), "unreadable_source");
        nix::unistd::mkfifo(&path("fifo"), nix::sys::stat::Mode::S_IRUSR).unwrap();
        assert_eq!(code(&path("fifo"), &[]), "unreadable_source");
        fs::write(path("long"), vec![b' '; 1024 * 1024]).unwrap();
        assert!(read(&path("long"), &[]).is_ok());
        fs::write(path("long"), vec![b' '; 1024 * 1024 + 1]).unwrap();
        assert_eq!(code(&path("long"), &[]), "unreadable_source");
        File::create(path("huge")).unwrap().set_len(100_000_000_000).unwrap();
        assert_eq!(code(&path("huge"), &[]), "unreadable_source");
    }

    #[test]
    fn root_is_told_what_to_do_only_by_those_who_may() {
        if !Uid::effective().is_root() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("a");
        fs::write(&path, "text").unwrap();
        std::os::unix::fs::chown(&path, Some(SOMEBODY), None).unwrap();
        assert_eq!(code(&path, &[]), "wrong_owner");
        assert!(read(&path, &[SOMEBODY]).is_ok());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o646)).unwrap();
        assert_eq!(code(&path, &[SOMEBODY]), "wrong_owner");
        // Whoever may point the link elsewhere chooses what is read.
        let theirs = folder.path().canonicalize().unwrap().join("link");
        fs::write(&path, "text").unwrap();
        std::os::unix::fs::chown(&path, Some(0), None).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        symlink(&path, &theirs).unwrap();
        std::os::unix::fs::lchown(&theirs, Some(SOMEBODY), None).unwrap();
        assert_eq!(code(&theirs, &[]), "wrong_owner");
        assert_eq!(code(&theirs, &[SOMEBODY]), "wrong_owner");
    }
}
