//! Whose file it is, and acting as its owner.
//!
//! SQLite keeps journals beside a database. One that somebody else made, and left behind when
//! killed, can lock the application out of its own file. So root becomes the owner before the file
//! is opened, and others may not write unless the directory gives everything the file's group.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::unistd::{AccessFlags, Gid, Uid, User, access, faccessat, setegid, seteuid};

use crate::error::{Error, Result};

/// The bit of a directory by which new files get its group (`S_ISGID`).
const SETGID: u32 = 0o2000;

/// Acting as the owner, until this is dropped.
#[derive(Debug, Default)]
pub(super) struct Acting {
    before: Option<Ids>,
}

/// What this process is to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the owner, or shares the file through a setgid directory.
    Entitled,
    /// It may read, but must not leave files beside the database.
    Stranger,
}

/// Takes the owner's effective ids where this process is root, and tells its standing.
///
/// # Errors
/// [`Error::WrongOwner`] where root cannot become the owner, or where `writing` would leave
/// journals that the owner cannot open; [`Error::DatabaseReadOnly`] where the file does not
/// let this user write anyway.
pub(super) fn act_as_owner(
    path: &Path,
    file: &Metadata,
    directory: &Metadata,
    writing: bool,
) -> Result<(Standing, Acting)> {
    let owner = Uid::from_raw(file.uid());
    let user = Uid::effective();
    if user == owner {
        return Ok((Standing::Entitled, Acting::default()));
    }
    if user.is_root() {
        let acting = become_user(path, owner, Gid::from_raw(file.gid()))?;
        return Ok((Standing::Entitled, acting));
    }
    if directory.mode() & SETGID != 0 && directory.gid() == file.gid() {
        return Ok((Standing::Entitled, Acting::default()));
    }
    if !writing {
        return Ok((Standing::Stranger, Acting::default()));
    }
    if access(path, AccessFlags::W_OK).is_err() {
        return Err(Error::DatabaseReadOnly {
            path: path.to_owned(),
            reason: format!("it belongs to {} and does not let others write", name_of(owner)),
        });
    }
    Err(wrong_owner(
        path,
        owner,
        "journals made by somebody else could lock the owner out of the file",
    ))
}

/// Whether the effective user may write the file and make others beside it.
pub(super) fn may_write(path: &Path) -> bool {
    let may_write =
        |path| faccessat(AT_FDCWD, path, AccessFlags::W_OK, AtFlags::AT_EACCESS).is_ok();
    may_write(path) && path.parent().is_some_and(may_write)
}

/// Takes the ids of the owner of the directory in which root is about to make a file.
///
/// # Errors
/// [`Error::WrongOwner`] where that is not possible.
pub(super) fn act_as_owner_of_directory(path: &Path, directory: &Metadata) -> Result<Acting> {
    let owner = Uid::from_raw(directory.uid());
    if Uid::effective().is_root() && !owner.is_root() {
        return become_user(path, owner, Gid::from_raw(directory.gid()));
    }
    Ok(Acting::default())
}

/// The effective ids of root before it became somebody else.
#[derive(Debug)]
pub(super) struct Ids {
    group: Gid,
    groups: Vec<Gid>,
}

impl Drop for Acting {
    fn drop(&mut self) {
        if let Some(Ids { group, groups }) = self.before.take() {
            // What fails here leaves the process with fewer rights, not with more.
            let _ = seteuid(Uid::from_raw(0))
                .and_then(|()| setegid(group))
                .and_then(|()| restore_groups(&groups));
        }
    }
}

fn become_user(path: &Path, owner: Uid, group: Gid) -> Result<Acting> {
    let refuse = |errno| wrong_owner(path, owner, &format!("cannot act as them ({errno})"));
    let before = Ids { group: Gid::effective(), groups: present_groups().map_err(refuse)? };
    // Dropping this undoes what was done so far, should the rest fail.
    let acting = Acting { before: Some(before) };
    set_groups(owner, group)
        .and_then(|()| setegid(group))
        .and_then(|()| seteuid(owner))
        .map_err(refuse)?;
    // The kernel sets this flag anew with every change of ids, by the system's configuration.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = nix::sys::prctl::set_dumpable(false);
    Ok(acting)
}

/// Root's own supplementary groups must not open what the owner could not.
#[cfg(not(target_vendor = "apple"))]
fn set_groups(owner: Uid, group: Gid) -> Result<(), Errno> {
    let name = User::from_uid(owner).ok().flatten().map(|user| user.name);
    match name.and_then(|name| std::ffi::CString::new(name).ok()) {
        Some(name) => nix::unistd::initgroups(&name, group),
        None => nix::unistd::setgroups(&[group]),
    }
}

#[cfg(not(target_vendor = "apple"))]
fn present_groups() -> Result<Vec<Gid>, Errno> {
    nix::unistd::getgroups()
}

#[cfg(not(target_vendor = "apple"))]
fn restore_groups(groups: &[Gid]) -> Result<(), Errno> {
    nix::unistd::setgroups(groups)
}

/// macOS keeps groups in a directory service that is asked by effective uid.
#[cfg(target_vendor = "apple")]
fn set_groups(_: Uid, _: Gid) -> Result<(), Errno> {
    Ok(())
}

#[cfg(target_vendor = "apple")]
fn present_groups() -> Result<Vec<Gid>, Errno> {
    Ok(Vec::new())
}

#[cfg(target_vendor = "apple")]
fn restore_groups(_: &[Gid]) -> Result<(), Errno> {
    Ok(())
}

fn wrong_owner(path: &Path, owner: Uid, reason: &str) -> Error {
    Error::WrongOwner { path: path.to_owned(), owner: name_of(owner), reason: reason.to_owned() }
}

/// The login name, or in the form that `sudo -u` takes the number.
fn name_of(uid: Uid) -> String {
    User::from_uid(uid).ok().flatten().map_or_else(|| format!("#{uid}"), |user| user.name)
}
