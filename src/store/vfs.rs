//! How SQLite gets at files: its own way, with a look at what lies beside a database first, and
//! a way to fill a file that has no name yet.
//!
//! This is the only place that knows SQLite's interface to the operating system
//! (<https://sqlite.org/c3ref/vfs.html>). Its functions are called by SQLite, with pointers that
//! SQLite vouches for.

#![expect(unsafe_code, reason = "SQLite calls these functions, with pointers")]

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::ptr;
use std::sync::OnceLock;

use nix::unistd::Uid;
use rusqlite::{Connection, OpenFlags, ffi};

use crate::paths::{Place, beside};

/// The names under which SQLite knows them.
const GUARDED: &CStr = c"useradm";
const UNNAMED: &CStr = c"useradm-unnamed";

/// How many descriptors are looked through for the database, at most.
const MAX_DESCRIPTORS: RawFd = 65_536;

/// Opens what is at a place. It is never made, and no file is made beside it that its owner could
/// not open; SQLite falls back to reading where this process may not write.
pub(super) fn open(place: &Place) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_NOFOLLOW | OpenFlags::SQLITE_OPEN_READ_WRITE;
    connect(&place.path, flags, GUARDED)
}

/// Opens a file by its descriptor, which must stay open. Nothing is made beside it: its journal
/// must be in memory.
pub(super) fn open_unnamed(file: &File) -> rusqlite::Result<Connection> {
    let name = file.as_raw_fd().to_string();
    connect(Path::new(&name), OpenFlags::SQLITE_OPEN_READ_WRITE, UNNAMED)
}

fn connect(path: &Path, flags: OpenFlags, vfs: &'static CStr) -> rusqlite::Result<Connection> {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    REGISTERED.get_or_init(register);
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    Connection::open_with_flags_and_vfs(path, flags, vfs)
}

/// Whether this process has the file open that was found at this place, and not another one that
/// was put there before it was opened.
pub(super) fn is_open(place: &Place) -> bool {
    let Some(found) = &place.file else { return false };
    (0..MAX_DESCRIPTORS).any(|descriptor| {
        // SAFETY: the file is not dropped, so the descriptor, if there is such a one, is not closed.
        let file = ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) });
        file.metadata().is_ok_and(|open| {
            (open.dev(), open.ino(), open.uid()) == (found.dev(), found.ino(), found.uid())
        })
    })
}

/// Makes both known to SQLite, as variants of what it uses by default. If that fails, so does
/// opening by these names.
fn register() {
    let Some(unix) = unix() else { return };
    let guarded = ffi::sqlite3_vfs {
        zName: GUARDED.as_ptr(),
        xOpen: Some(open_guarded),
        xAccess: Some(access_guarded),
        xFullPathname: Some(full_path),
        ..*unix
    };
    let unnamed = ffi::sqlite3_vfs {
        zName: UNNAMED.as_ptr(),
        szOsFile: c_int::try_from(size_of::<Unnamed>()).unwrap_or(c_int::MAX),
        xOpen: Some(open_descriptor),
        xAccess: Some(access_nothing),
        xFullPathname: Some(full_path),
        ..*unix
    };
    for vfs in [guarded, unnamed] {
        // SAFETY: SQLite keeps the pointer, and what it leads to is never dropped.
        unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 0) };
    }
}

/// SQLite's own way to files.
fn unix() -> Option<&'static ffi::sqlite3_vfs> {
    // SAFETY: the result is null or leads to a structure that SQLite never changes or drops.
    unsafe { ffi::sqlite3_vfs_find(c"unix".as_ptr()).as_ref() }
}

/// Names are looked up before SQLite sees them, and need no more of it.
unsafe extern "C" fn full_path(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: the name ends with NUL, and `out` has this much room.
    unsafe {
        let bytes = CStr::from_ptr(name).to_bytes_with_nul();
        if bytes.len() > usize::try_from(room).unwrap_or(0) {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(bytes.as_ptr(), out.cast(), bytes.len());
    }
    ffi::SQLITE_OK
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
        let Some(open) = unix().and_then(|unix| unix.xOpen) else { return ffi::SQLITE_CANTOPEN };
        let flags = match allowed(name, flags) {
            Ok(flags) => flags,
            Err(code) => return code,
        };
        open(vfs, name, file, flags, flags_out)
    }
}

/// The flags with which a file may be opened.
///
/// # Safety
/// The name must be null or end with NUL.
unsafe fn allowed(name: *const c_char, flags: c_int) -> Result<c_int, c_int> {
    if name.is_null() || flags & (ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_WAL) == 0 {
        return Ok(flags);
    }
    // SAFETY: it is not null.
    let place = unsafe { database_of(name) }.ok_or(ffi::SQLITE_CANTOPEN)?;
    place.check_beside().map_err(|_| ffi::SQLITE_CANTOPEN)?;
    if is_entitled(&place) {
        return Ok(flags);
    }
    // The shared memory is made by the same connection, without another question.
    if flags & ffi::SQLITE_OPEN_WAL != 0 && !beside(&place.path, "-shm").exists() {
        return Err(ffi::SQLITE_CANTOPEN);
    }
    Ok(flags & !ffi::SQLITE_OPEN_CREATE)
}

/// Whether this process may leave files beside the database.
fn is_entitled(place: &Place) -> bool {
    let owner = place.file.as_ref().map(MetadataExt::uid);
    place.is_shared() || owner == Some(Uid::effective().as_raw())
}

/// The database beside which there is a journal or log of this name.
///
/// # Safety
/// The name must end with NUL.
unsafe fn database_of(name: *const c_char) -> Option<Place> {
    // SAFETY: see above.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    let path = [&b"-journal"[..], b"-wal"].into_iter().find_map(|ending| name.strip_suffix(ending));
    Place::of(Path::new(OsStr::from_bytes(path?))).ok()
}

/// Tells whether there is a file; one beside the database that is not its owner's is an error.
unsafe extern "C" fn access_guarded(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's own function gets what SQLite gave.
    unsafe {
        let Some(access) = unix().and_then(|unix| unix.xAccess) else { return ffi::SQLITE_IOERR };
        let code = access(vfs, name, flags, out);
        let is_fine = code != ffi::SQLITE_OK
            || *out == 0
            || database_of(name).is_none_or(|place| place.check_beside().is_ok());
        if is_fine { code } else { ffi::SQLITE_CANTOPEN }
    }
}

/// A file that SQLite knows by its descriptor alone.
#[repr(C)]
struct Unnamed {
    base: ffi::sqlite3_file,
    descriptor: RawFd,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn open_descriptor(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives a name that is null or ends with NUL, and room for a file of the size
    // that was registered.
    unsafe {
        (*file).pMethods = ptr::null();
        if name.is_null() || flags & ffi::SQLITE_OPEN_MAIN_DB == 0 {
            return ffi::SQLITE_CANTOPEN;
        }
        let number = CStr::from_ptr(name).to_str().ok().and_then(|name| name.parse().ok());
        let Some(descriptor) = number else { return ffi::SQLITE_CANTOPEN };
        (*file.cast::<Unnamed>()).descriptor = descriptor;
        (*file).pMethods = &raw const METHODS;
        if !flags_out.is_null() {
            *flags_out = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn access_nothing(
    _: *mut ffi::sqlite3_vfs,
    _: *const c_char,
    _: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *out = 0 };
    ffi::SQLITE_OK
}

/// Does something with the file, and names the result as SQLite does.
///
/// # Safety
/// The file must be one that [`open_descriptor`] opened.
unsafe fn with(
    file: *mut ffi::sqlite3_file,
    failure: c_int,
    act: impl FnOnce(&File) -> io::Result<()>,
) -> c_int {
    // SAFETY: its owner keeps the descriptor open longer than SQLite has the file.
    let file =
        unsafe { ManuallyDrop::new(File::from_raw_fd((*file.cast::<Unnamed>()).descriptor)) };
    match act(&file) {
        Ok(()) => ffi::SQLITE_OK,
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => ffi::SQLITE_IOERR_SHORT_READ,
        Err(error) if error.kind() == ErrorKind::StorageFull => ffi::SQLITE_FULL,
        Err(_) => failure,
    }
}

unsafe extern "C" fn close(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    out: *mut c_void,
    amount: c_int,
    at: i64,
) -> c_int {
    // SAFETY: SQLite gives a buffer of this size.
    unsafe {
        let buffer =
            std::slice::from_raw_parts_mut(out.cast::<u8>(), usize::try_from(amount).unwrap_or(0));
        with(file, ffi::SQLITE_IOERR_READ, |file| {
            let result = file.read_exact_at(buffer, at.cast_unsigned());
            // What is beyond the end counts as zeros, however much of it was read.
            if result.as_ref().is_err_and(|error| error.kind() == ErrorKind::UnexpectedEof) {
                let there = file.metadata()?.len().saturating_sub(at.cast_unsigned());
                let there = usize::try_from(there).unwrap_or(usize::MAX).min(buffer.len());
                buffer[there..].fill(0);
            }
            result
        })
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    data: *const c_void,
    amount: c_int,
    at: i64,
) -> c_int {
    // SAFETY: SQLite gives a buffer of this size.
    unsafe {
        let buffer =
            std::slice::from_raw_parts(data.cast::<u8>(), usize::try_from(amount).unwrap_or(0));
        with(file, ffi::SQLITE_IOERR_WRITE, |file| file.write_all_at(buffer, at.cast_unsigned()))
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: the file is ours.
    unsafe { with(file, ffi::SQLITE_IOERR_TRUNCATE, |file| file.set_len(size.cast_unsigned())) }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: the file is ours.
    unsafe { with(file, ffi::SQLITE_IOERR_FSYNC, File::sync_all) }
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    // SAFETY: the file is ours, and SQLite gives room for the answer.
    unsafe {
        with(file, ffi::SQLITE_IOERR_FSTAT, |file| {
            *out = file.metadata()?.len().cast_signed();
            Ok(())
        })
    }
}

/// Nobody else knows the file, so locks are not needed.
unsafe extern "C" fn lock(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(_: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *out = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

/// As SQLite's own (`SQLITE_DEFAULT_SECTOR_SIZE`).
unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    0
}
