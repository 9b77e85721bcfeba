//! What a statement may cost, whatever the table makes of it: time, memory, the length of values.
//!
//! A table can hold triggers that never end, columns that are computed at any expense and values of
//! any length. SQLite runs them, so SQLite is told where to stop.

use std::ffi::c_int;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, OptionalExtension, ffi};

use super::Store;
use super::read::id_of;
use crate::error::Error;
use crate::interrupt::Interrupt;

/// The longest value that is read, in bytes.
pub(super) const MAX_VALUE_BYTES: i32 = 1_000_000;

/// The memory that SQLite may use, in MiB; the rest of the process needs less than that.
pub(super) const HEAP_MIB: i64 = 128;

/// After how many steps of SQLite's machine it is asked whether to go on. A step takes some
/// nanoseconds, but one that makes a value of [`MAX_VALUE_BYTES`] milliseconds.
const STEPS: c_int = 200;

/// The least time that a change may take, however short the wait for its lock may be: that for which
/// the application itself waits.
const LEAST_ALLOWANCE: Duration = Duration::from_secs(5);

/// Limits the memory that SQLite uses in this whole process, on all connections to all files.
///
/// What needs more fails with [`Error::TooLarge`].
#[expect(unsafe_code, reason = "rusqlite does not wrap sqlite3_hard_heap_limit64")]
pub fn limit_memory() {
    // SAFETY: the function may be called at any time and takes any number.
    unsafe { ffi::sqlite3_hard_heap_limit64(HEAP_MIB << 20) };
}

/// Whether an allocation failed because of [`limit_memory`], and not for lack of memory: the most
/// that was ever in use, and the most that was ever asked for, do not fit under it together.
#[expect(unsafe_code, reason = "rusqlite does not wrap sqlite3_status64")]
pub(super) fn reached_heap_limit() -> bool {
    let highest = |kind| {
        let (mut current, mut highest) = (0, 0);
        // SAFETY: both pointers are to variables that outlive the call.
        unsafe { ffi::sqlite3_status64(kind, &raw mut current, &raw mut highest, 0) };
        highest
    };
    // SAFETY: a negative number changes nothing, and the limit is returned.
    let limit = unsafe { ffi::sqlite3_hard_heap_limit64(-1) };
    let wanted = highest(ffi::SQLITE_STATUS_MEMORY_USED) + highest(ffi::SQLITE_STATUS_MALLOC_SIZE);
    limit > 0 && wanted >= limit
}

/// How long a connection's statements may still work.
#[derive(Debug)]
pub(super) struct Allowance {
    began: Instant,
    /// When they are to be stopped, in milliseconds after `began`; never if it is the highest.
    ends: Arc<AtomicU64>,
}

impl Allowance {
    /// Makes a connection's statements stop when the time that they are allowed is over, or when
    /// somebody asks to.
    pub(super) fn install(
        connection: &mut Connection,
        interrupt: &Interrupt,
    ) -> rusqlite::Result<Self> {
        let began = Instant::now();
        let ends = Arc::new(AtomicU64::new(u64::MAX));
        let (limit, interrupt) = (Arc::clone(&ends), interrupt.clone());
        connection.progress_handler(
            STEPS,
            Some(move || {
                let limit = limit.load(Ordering::Relaxed);
                interrupt.check().is_err() || limit < u64::MAX && milliseconds(began) >= limit
            }),
        )?;
        Ok(Allowance { began, ends })
    }

    /// Allows so much from now on.
    pub(super) fn set(&self, time: Duration) {
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.ends.store(milliseconds(self.began).saturating_add(time), Ordering::Relaxed);
    }

    /// Takes the limit away.
    pub(super) fn lift(&self) {
        self.ends.store(u64::MAX, Ordering::Relaxed);
    }
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// How long a change of one user may hold its lock and work.
pub(super) fn allowance(timeout: Duration) -> Duration {
    timeout.max(LEAST_ALLOWANCE)
}

impl Store {
    /// Runs a change, which has to carry the long values of other columns and tables along.
    pub(super) fn with_long_values<T>(&self, change: impl FnOnce() -> T) -> T {
        let set = |bytes| self.file.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, bytes);
        // It fails only for a limit that SQLite does not have.
        let _ = set(i32::MAX);
        let result = change();
        let _ = set(MAX_VALUE_BYTES);
        result
    }

    /// The error for a user whose name or hash, or what is in one of these columns, is too long to be
    /// read, if it was one.
    pub(super) fn huge_value(&self, error: &rusqlite::Error, further: &[String]) -> Option<Error> {
        if !is_about_length(error) {
            return None;
        }
        let sql = self.sql.huge(further);
        let found = self.file.connection.query_row(&sql, [MAX_VALUE_BYTES], |row| {
            let (key, mut digits) = (row.get(0)?, String::new());
            let id = id_of(row.get_ref(1)?, &mut digits).to_string();
            let length = |at| row.get::<_, Option<i64>>(at).map(Option::unwrap_or_default);
            let is_long = |at| length(at).map(|bytes| bytes > MAX_VALUE_BYTES.into());
            let (mut column, mut at) = ("username".to_owned(), 2);
            if !is_long(at)? {
                (column, at) = ("password hash".to_owned(), 3);
                for (further_at, name) in (4..).zip(further) {
                    if is_long(further_at)? {
                        (column, at) = (format!("column `{name}`"), further_at);
                    }
                }
            }
            Ok((self.sql.row(key), id, column, length(at)?))
        });
        let (row, id, column, bytes) = found.optional().ok().flatten()?;
        let (path, bytes) = (self.file.database.path.clone(), bytes.unsigned_abs());
        Some(Error::HugeValue { path, row, id, column, bytes })
    }
}

/// Whether a value may have been too long, or too long for the memory that there is.
pub(super) fn is_about_length(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::TooBig | ErrorCode::OutOfMemory))
}
