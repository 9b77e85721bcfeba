//! How SQLite gets at files: as it always does, but with a look at what lies beside a database first,
//! and by its descriptor where a file has no name yet.
//!
//! This is the only place that knows SQLite's interface to the operating system
//! (<https://sqlite.org/c3ref/vfs.html>). Its functions are called by SQLite, with pointers that
//! SQLite vouches for.

#![expect(unsafe_code, reason = "SQLite calls these functions, with pointers")]

use std::cell::Cell;
use std::ffi::{CStr, OsStr, c_char, c_int};
use std::fs::File;
use std::mem::{self, ManuallyDrop};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::ptr;
use std::sync::OnceLock;

use nix::libc;
use nix::unistd::Uid;
use rusqlite::{Connection, OpenFlags, ffi};

use super::owner::gives_what_it_makes;
use super::paths::beside;
use crate::files::Resolved;

/// The name of the VFS (SQLite's word for a way to files) that looks first.
const GUARDED: &CStr = c"useradm";

/// How many descriptors are looked through for the database, at most.
const MAX_DESCRIPTORS: RawFd = 65_536;

/// What SQLite takes for the path of the file that is [`UNNAMED`].
const NO_NAME: &str = "/useradm-file-without-a-name";

thread_local! {
    /// The file without a name that this thread is opening; only then is [`NO_NAME`] a special one.
    static UNNAMED: Cell<Option<RawFd>> = const { Cell::new(None) };
}

/// How SQLite opened files before [`replace_open`].
static OPEN: OnceLock<Open> = OnceLock::new();

type Open = unsafe extern "C" fn(*const c_char, c_int, c_int) -> c_int;

/// Opens what is at a place. It is never made, and no file is made beside it that its owner could
/// not open; SQLite falls back to reading where this process may not write.
pub(super) fn open(resolved: &Resolved) -> rusqlite::Result<Connection> {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    REGISTERED.get_or_init(register);
    connect(&resolved.path, GUARDED)
}

/// Opens a file by its descriptor, without any locks, since nobody else knows it. Nothing must be
/// made beside it: its journal has to be in memory.
pub(super) fn open_unnamed(file: &File) -> rusqlite::Result<Connection> {
    static REPLACED: OnceLock<Option<()>> = OnceLock::new();
    REPLACED.get_or_init(replace_open);
    UNNAMED.set(Some(file.as_raw_fd()));
    let connection = connect(Path::new(NO_NAME), c"unix-none");
    UNNAMED.set(None);
    connection
}

fn connect(path: &Path, vfs: &'static CStr) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    Connection::open_with_flags_and_vfs(path, flags, vfs)
}

/// Whether this process has the file open that was found at this place, and not another one that
/// was put there before it was opened.
pub(super) fn is_open(resolved: &Resolved) -> bool {
    let Some(found) = &resolved.file else { return false };
    (0..MAX_DESCRIPTORS).any(|descriptor| {
        // SAFETY: the file is not dropped, so the descriptor, if it exists, is not closed.
        let file = ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) });
        file.metadata().is_ok_and(|open| {
            (open.dev(), open.ino(), open.uid()) == (found.dev(), found.ino(), found.uid())
        })
    })
}

/// Registers the VFS that looks first, a variant of SQLite's own. If that fails, so does opening by
/// its name.
fn register() {
    let Some(unix) = unix() else { return };
    let guarded =
        ffi::sqlite3_vfs { zName: GUARDED.as_ptr(), xOpen: Some(open_guarded), ..unsafe { *unix } };
    // SAFETY: SQLite keeps the pointer, and what it leads to is never dropped.
    unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(guarded)), 0) };
}

/// Lets SQLite open a file without a name. If that fails, so does opening one.
///
/// SQLite has one `open` for all connections of the process. What others open with it is opened as
/// before, whatever its name: that of a file without one means nothing outside of [`open_unnamed`].
fn replace_open() -> Option<()> {
    let unix = unix()?;
    // SAFETY: both are functions of the types with which SQLite calls what it knows as `open`.
    unsafe {
        let open = (*unix).xGetSystemCall?(unix, c"open".as_ptr())?;
        OPEN.get_or_init(|| mem::transmute::<unsafe extern "C" fn(), Open>(open));
        let open = mem::transmute::<Open, unsafe extern "C" fn()>(open_or_duplicate);
        (*unix).xSetSystemCall?(unix, c"open".as_ptr(), Some(open));
    }
    Some(())
}

/// Opens a file as SQLite did before, unless it is the one without a name.
unsafe extern "C" fn open_or_duplicate(name: *const c_char, flags: c_int, mode: c_int) -> c_int {
    // SAFETY: the name ends with NUL, and the descriptor is open while this thread opens by it.
    unsafe {
        match UNNAMED.get() {
            Some(descriptor) if CStr::from_ptr(name).to_bytes() == NO_NAME.as_bytes() => {
                libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 3)
            }
            _ => OPEN.get().map_or(-1, |open| open(name, flags, mode)),
        }
    }
}

/// SQLite's own VFS.
fn unix() -> Option<*mut ffi::sqlite3_vfs> {
    // SAFETY: the result is null or leads to a structure that SQLite never changes or drops.
    let unix = unsafe { ffi::sqlite3_vfs_find(c"unix".as_ptr()) };
    (!unix.is_null()).then_some(unix)
}

/// Opens a file after a look at those beside the database, if it is one of them.
unsafe extern "C" fn open_guarded(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's own function gets what SQLite gave, but for flags that ask for less.
    unsafe {
        (*file).pMethods = ptr::null();
        match (unix().and_then(|unix| (*unix).xOpen), allowed(name, flags)) {
            (Some(open), Some(flags)) => open(vfs, name, file, flags, flags_out),
            _ => ffi::SQLITE_CANTOPEN,
        }
    }
}

/// The flags with which a file may be opened, if it may be.
///
/// # Safety
/// The name must be null or end with NUL.
unsafe fn allowed(name: *const c_char, flags: c_int) -> Option<c_int> {
    if name.is_null() || flags & (ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL) == 0 {
        return Some(flags);
    }
    // SAFETY: it is not null.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    let path = name.strip_suffix(b"-journal").or_else(|| name.strip_suffix(b"-wal"))?;
    let resolved = Resolved::of(Path::new(OsStr::from_bytes(path))).ok()?;
    resolved.check_beside().ok()?;
    if may_leave_files(&resolved) {
        return Some(flags);
    }
    // The shared memory is made by the same connection, without another question.
    let makes_more = flags & ffi::SQLITE_OPEN_WAL != 0 && !beside(&resolved.path, "-shm").exists();
    (!makes_more).then_some(flags & !ffi::SQLITE_OPEN_CREATE)
}

/// Whether this process may leave files beside the database.
fn may_leave_files(resolved: &Resolved) -> bool {
    let owner = resolved.file.as_ref().map(MetadataExt::uid);
    resolved.is_shared()
        || owner == Some(Uid::effective().as_raw())
        || gives_what_it_makes(resolved)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use nix::sys::stat::Mode;

    use super::*;

    fn database() -> (tempfile::TempDir, Resolved) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().canonicalize().unwrap().join("users.db");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("CREATE TABLE user (id INTEGER PRIMARY KEY)").unwrap();
        (directory, Resolved::of(&path).unwrap())
    }

    #[test]
    fn what_appears_beside_an_open_database_is_looked_at_before_it_is_used() {
        for suffix in ["-journal", "-wal"] {
            let (_directory, resolved) = database();
            let connection = open(&resolved).unwrap();
            assert!(is_open(&resolved));
            let planted = beside(&resolved.path, suffix);
            nix::unistd::mkfifo(&planted, Mode::S_IRWXU).unwrap();
            let read = connection.query_row("SELECT count(*) FROM user", [], |_| Ok(()));
            let code = read.unwrap_err().sqlite_error_code();
            assert_eq!(code, Some(rusqlite::ErrorCode::CannotOpen), "{suffix}");
            std::fs::remove_file(&planted).unwrap();
            connection.query_row("SELECT count(*) FROM user", [], |_| Ok(())).unwrap();
        }
    }

    #[test]
    fn a_journal_that_is_made_is_looked_at_too() {
        let (directory, resolved) = database();
        let connection = open(&resolved).unwrap();
        let elsewhere = directory.path().join("elsewhere");
        std::fs::write(&elsewhere, "").unwrap();
        symlink(&elsewhere, beside(&resolved.path, "-journal")).unwrap();
        assert!(connection.execute_batch("INSERT INTO user VALUES (1)").is_err());
        assert_eq!(std::fs::read(&elsewhere).unwrap(), b"");
    }

    #[test]
    fn another_file_in_the_place_of_the_one_that_was_looked_at_is_noticed() {
        let (_directory, resolved) = database();
        std::fs::rename(&resolved.path, beside(&resolved.path, ".old")).unwrap();
        Connection::open(&resolved.path).unwrap().execute_batch("CREATE TABLE user (x)").unwrap();
        let _connection = open(&resolved).unwrap();
        assert!(!is_open(&resolved));
    }

    #[test]
    fn a_file_without_a_name_holds_what_is_stored_in_it() {
        let file = tempfile::tempfile().unwrap();
        let connection = open_unnamed(&file).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = MEMORY; PRAGMA temp_store = MEMORY; PRAGMA cache_size = 10;
                 CREATE TABLE t (x); BEGIN;
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
                 INSERT INTO t SELECT printf('%0200d', i) FROM n; COMMIT;
                 DELETE FROM t WHERE rowid > 5; PRAGMA incremental_vacuum;",
            )
            .unwrap();
        drop(connection);
        assert!(connect(Path::new(NO_NAME), c"unix-none").is_err(), "the name is nobody else's");
        let connection = open_unnamed(&file).unwrap();
        let count = connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0));
        assert_eq!(count, Ok(5));
        let check = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0));
        assert_eq!(check, Ok("ok".to_owned()));
    }
}
