//! Waiting for other processes' locks, so that a request to stop is noticed meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::interrupt::Interrupt;

/// The pauses between two attempts, in milliseconds: those of SQLite's own busy timeout.
const PAUSES: [u64; 12] = [1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100];

/// How long a connection waits for a lock.
#[derive(Debug)]
pub(super) struct Patience {
    milliseconds: Arc<AtomicU64>,
    /// Whether the connection holds nothing yet while it waits, so that it may be suspended.
    begins: Arc<AtomicBool>,
}

impl Patience {
    /// Makes a connection wait this long for a lock, or until somebody asks to stop.
    pub(super) fn install(
        connection: &mut Connection,
        limit: Duration,
        interrupt: &Interrupt,
    ) -> rusqlite::Result<Self> {
        let patience = Patience { milliseconds: Arc::default(), begins: Arc::default() };
        patience.set(limit);
        let (milliseconds, interrupt) = (Arc::clone(&patience.milliseconds), interrupt.clone());
        let begins = Arc::clone(&patience.begins);
        let mut began = Instant::now();
        connection.busy_handler(Some(move |attempts: i32| {
            if attempts == 0 {
                began = Instant::now();
            }
            let limit = Duration::from_millis(milliseconds.load(Ordering::Relaxed));
            let left = limit.saturating_sub(began.elapsed());
            if left.is_zero() {
                return false;
            }
            let pause = usize::try_from(attempts).ok().and_then(|i| PAUSES.get(i)).unwrap_or(&100);
            // Whoever asks to stop now gets an answer, instead of a process that is gone.
            let _section = interrupt.defer();
            thread::sleep(left.min(Duration::from_millis(*pause)));
            if begins.load(Ordering::Relaxed) {
                interrupt.give_way();
            }
            interrupt.check().is_ok()
        }))?;
        Ok(patience)
    }

    /// Runs `begin`, which asks for the first lock: SQLite has let go of everything when it waits.
    pub(super) fn for_the_first_lock<T>(&self, begin: impl FnOnce() -> T) -> T {
        self.begins.store(true, Ordering::Relaxed);
        let result = begin();
        self.begins.store(false, Ordering::Relaxed);
        result
    }

    /// Changes how long the connection waits.
    pub(super) fn set(&self, limit: Duration) {
        let milliseconds = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        self.milliseconds.store(milliseconds, Ordering::Relaxed);
    }
}
