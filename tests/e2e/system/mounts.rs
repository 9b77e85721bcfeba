//! File systems of a test's own.

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};

use crate::support::{Sandbox, skip, until};

/// A file system in the directory of a sandbox, which is unmounted when the test ends.
pub(super) struct Mounted<'s> {
    sandbox: &'s Sandbox,
    options: &'static str,
}

impl<'s> Mounted<'s> {
    /// Says that the test shows nothing where nothing can be mounted.
    pub(super) fn new(sandbox: &'s Sandbox, options: &'static str) -> Option<Self> {
        match Mounted::mount(sandbox, options, MsFlags::empty()) {
            Ok(()) => Some(Mounted { sandbox, options }),
            Err(errno) => {
                skip(&format!("a file system cannot be mounted ({errno})"));
                None
            }
        }
    }

    /// Makes it be read-only, or not any more.
    pub(super) fn set_read_only(&self, is_read_only: bool) {
        let read_only = if is_read_only { MsFlags::MS_RDONLY } else { MsFlags::empty() };
        let flags = MsFlags::MS_REMOUNT | read_only;
        // A process that another test is just starting has this one's files open for a moment.
        until("nobody has a file open for writing", || {
            let mounted = Mounted::mount(self.sandbox, self.options, flags);
            assert!(matches!(mounted, Ok(()) | Err(Errno::EBUSY)), "{mounted:?}");
            mounted.is_ok()
        });
    }

    fn mount(sandbox: &Sandbox, options: &str, flags: MsFlags) -> Result<(), Errno> {
        mount(Some("none"), sandbox.directory(), Some("tmpfs"), flags, Some(options))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = umount2(self.sandbox.directory(), MntFlags::MNT_DETACH);
    }
}
