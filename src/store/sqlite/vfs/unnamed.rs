//! A file that SQLite knows by its descriptor alone, so that it can be filled before it has a name.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::ptr;

use rusqlite::{Connection, OpenFlags, ffi};

/// The name under which SQLite knows this way to files.
const NAME: &CStr = c"useradm-unnamed";

/// Opens a file by its descriptor, which must stay open. Nothing is made beside it: its journal
/// must be in memory.
pub(in crate::store) fn open(file: &File) -> rusqlite::Result<Connection> {
    let name = file.as_raw_fd().to_string();
    super::connect(Path::new(&name), OpenFlags::SQLITE_OPEN_READ_WRITE, NAME)
}

/// This way to files, as a variant of SQLite's own.
pub(super) fn variant(unix: &ffi::sqlite3_vfs) -> ffi::sqlite3_vfs {
    ffi::sqlite3_vfs {
        zName: NAME.as_ptr(),
        szOsFile: c_int::try_from(size_of::<Unnamed>()).unwrap_or(c_int::MAX),
        xOpen: Some(open_descriptor),
        xAccess: Some(access_nothing),
        xFullPathname: Some(super::full_path),
        ..*unix
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_name_holds_what_is_stored_in_it() {
        let file = tempfile::tempfile().unwrap();
        let connection = open(&file).unwrap();
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
        let connection = open(&file).unwrap();
        let count = connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0));
        assert_eq!(count, Ok(5));
        let check = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0));
        assert_eq!(check, Ok("ok".to_owned()));
    }
}
