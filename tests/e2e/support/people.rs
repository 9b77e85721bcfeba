//! Users and groups whom nobody else has anything to do with, and what only root can prepare.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::thread;

use nix::unistd::Uid;

use super::{Run, Sandbox};

/// A user and group who have no name and no rights, and two others.
pub(crate) const NOBODY: u32 = 54_321;
pub(crate) const STRANGER: u32 = 54_322;
pub(crate) const GROUP: u32 = 54_323;

/// Whether this process may give files away and become anybody.
pub(crate) fn is_root() -> bool {
    Uid::effective().is_root()
}

/// The same; if not, says that the test shows nothing.
pub(crate) fn needs_root() -> bool {
    if !is_root() {
        skip("only root can give files away");
    }
    is_root()
}

/// Says why a test shows nothing here, which is a failure where everything must be shown. It is
/// written past the test runner, which would keep it to itself.
pub(crate) fn skip(reason: &str) {
    let test = thread::current().name().unwrap_or_default().to_owned();
    assert!(std::env::var_os("CI").is_none(), "{test} shows nothing here: {reason}");
    let _ = writeln!(io::stderr(), "{test} shows nothing here: {reason}");
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The user and the group of a file, which may be a link.
pub(crate) fn owner(path: &Path) -> (u32, u32) {
    let file = fs::symlink_metadata(path).unwrap();
    (file.uid(), file.gid())
}

/// Gives the directory, which everybody may look into, and its files to somebody who is not root.
pub(crate) fn of_nobody(sandbox: &Sandbox) {
    chown(sandbox.directory(), Some(NOBODY), Some(NOBODY)).unwrap();
    for name in sandbox.files() {
        chown(sandbox.path(&name), Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

#[cfg(target_os = "linux")]
impl Run {
    /// Takes a capability away from the program, root or not.
    pub(crate) fn without_capability(self, capability: i32) -> Self {
        self.with_option(nix::libc::PR_CAPBSET_DROP, capability)
    }

    /// Sets an option of the process (`prctl(2)`).
    #[expect(unsafe_code, reason = "there is no safe call that sets just any option")]
    pub(crate) fn with_option(self, option: i32, value: i32) -> Self {
        // SAFETY: the call takes numbers and touches no memory.
        self.prepared(move || match unsafe { nix::libc::prctl(option, value, 0, 0, 0) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        })
    }
}

/// The numbers of some capabilities (linux/capability.h).
pub(crate) const CAP_CHOWN: i32 = 0;
pub(crate) const CAP_SETGID: i32 = 6;
pub(crate) const CAP_SETUID: i32 = 7;
