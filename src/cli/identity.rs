//! Who the program works as: root becomes the owner of the database, once and for good.
//!
//! What root wrote could go through somebody's link into a file of root's own, and what it left beside
//! the database could lock the application out. So the [`Database`] is kept here, and given out
//! only after root has become its owner; what is only read, a password file or the input of an
//! import, is to be opened before. No way leads back, and no capability stays. Who owns a database, and
//! what that means for its files, is for the store to say.

use std::cell::OnceCell;

use nix::errno::Errno;
use nix::unistd::{Gid, Uid};

use super::process;
use useradm::error::Remedy;
use useradm::store::{Database, Owner};
use useradm::{Error, Result};

/// The database, and whether this process is who may work on it.
#[derive(Debug)]
pub(crate) struct Identity {
    database: Database,
    is_taken: OnceCell<()>,
}

impl Identity {
    pub(crate) fn new(database: Database) -> Self {
        Identity { database, is_taken: OnceCell::new() }
    }

    /// What may be known of the database before anything is opened: its name, and who may ask
    /// this process to stop.
    pub(super) fn named(&self) -> &Database {
        &self.database
    }

    /// The database, after root has become its owner.
    ///
    /// # Errors
    /// [`Error::WrongOwner`] where that is not possible, or not safe.
    pub(crate) fn database(&self) -> Result<&Database> {
        if self.is_taken.get().is_none() {
            if Uid::effective().is_root()
                && let Some(owner) = self.database.owner()?
                && owner.user != 0
            {
                match become_user(owner) {
                    Ok(()) => self.database.check_reachable(owner)?,
                    Err(errno) if self.may_stay_root(errno) => {}
                    Err(errno) => {
                        return Err(Error::WrongOwner {
                            path: self.database.path.clone(),
                            owner: owner.name(),
                            reason: format!("root cannot become that user here ({})", errno.desc()),
                            remedy: Remedy::StartAsOwner {
                                or_trust: !self.database.trust_directory,
                            },
                        });
                    }
                }
            }
            let _ = self.is_taken.set(());
        }
        Ok(&self.database)
    }

    /// Whether root goes on as root, which it only does where it was told to and cannot do better,
    /// as in a container without `CAP_SETUID` or in which the user has no id: as the owner it could
    /// neither be led astray nor leave anything that is not theirs. The store then writes only where
    /// what root makes beside the database can be given to the owner. Root's groups may be the
    /// owner's by then, which harms nobody.
    fn may_stay_root(&self, errno: Errno) -> bool {
        self.database.trust_directory
            && matches!(errno, Errno::EPERM | Errno::EINVAL)
            && Uid::current().is_root()
            && Uid::effective().is_root()
    }
}

/// Takes all ids of a user, their groups, and gives up every capability.
fn become_user(owner: Owner) -> Result<(), Errno> {
    let (user, group) = (Uid::from_raw(owner.user), Gid::from_raw(owner.group));
    set_groups(user, group)?;
    set_ids(user, group)?;
    give_up_capabilities()?;
    // The kernel sets this flag again with every change of ids, by the system's configuration.
    process::forbid_dumps();
    Ok(())
}

/// Root's own supplementary groups must not open what the owner could not.
#[cfg(not(target_vendor = "apple"))]
fn set_groups(user: Uid, group: Gid) -> Result<(), Errno> {
    let name = nix::unistd::User::from_uid(user).ok().flatten().map(|user| user.name);
    match name.and_then(|name| std::ffi::CString::new(name).ok()) {
        Some(name) => nix::unistd::initgroups(&name, group),
        None => nix::unistd::setgroups(&[group]),
    }
}

/// macOS keeps groups in a directory service that is asked by effective uid.
#[cfg(target_vendor = "apple")]
fn set_groups(_: Uid, _: Gid) -> Result<(), Errno> {
    Ok(())
}

/// Sets the real, effective and saved ids.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "openbsd"
))]
fn set_ids(user: Uid, group: Gid) -> Result<(), Errno> {
    nix::unistd::setresgid(group, group, group)?;
    nix::unistd::setresuid(user, user, user)
}

/// Sets the real, effective and saved ids, as these calls do for root (POSIX, `setuid`).
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "openbsd"
)))]
fn set_ids(user: Uid, group: Gid) -> Result<(), Errno> {
    nix::unistd::setgid(group)?;
    nix::unistd::setuid(user)
}

/// Empties every set: a change of ids does so only where no securebit forbids it
/// (`capabilities(7)`). The ambient set goes with the permitted one.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn give_up_capabilities() -> Result<(), Errno> {
    use caps::CapSet;

    for set in [CapSet::Effective, CapSet::Inheritable, CapSet::Permitted] {
        caps::clear(None, set).map_err(|_| Errno::EPERM)?;
    }
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn give_up_capabilities() -> Result<(), Errno> {
    Ok(())
}
