//! How a caller's signals and a running operation agree on when to stop.
//!
//! Most of the time a process of this kind can end at once without harm. During the few
//! milliseconds of a write transaction, or while a file is being made, it must first finish or undo
//! what it does; before it is suspended, as by Ctrl-Z, it must finish it. This module holds that one
//! agreement and knows nothing of signals, which the program catches in `cli/process.rs`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::error::{Error, Result};

/// A request to stop, shared between whoever receives it and whoever must act on it.
///
/// ```
/// let interrupt = useradm::Interrupt::default();
/// let section = interrupt.defer();
/// interrupt.request(15);
/// assert!(interrupt.check().is_err());
/// drop(section);
/// ```
#[derive(Clone, Debug)]
pub struct Interrupt {
    at_once: Arc<AtomicBool>,
    /// Whether something was done that must be told: then nothing is cut off any more.
    is_kept: Arc<AtomicBool>,
    requested: Arc<AtomicUsize>,
    may_pause: Arc<AtomicBool>,
    pause_is_due: Arc<AtomicBool>,
    pause: Arc<OnceLock<fn()>>,
}

impl Interrupt {
    /// True while nothing stands in the way of ending the process on the spot.
    #[must_use]
    pub fn at_once(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.at_once)
    }

    /// The number with which somebody asked to stop (the signal's), or 0.
    #[must_use]
    pub fn requested(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.requested)
    }

    /// True while the process may be suspended: always but in the sections of [`Interrupt::defer`]
    /// and [`Interrupt::stay_awake`].
    #[must_use]
    pub fn may_pause(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.may_pause)
    }

    /// Whether the process is to be suspended at the end of the section.
    #[must_use]
    pub fn pause_is_due(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.pause_is_due)
    }

    /// Says how the process is suspended; it is said once.
    pub fn on_pause(&self, pause: fn()) {
        let _ = self.pause.set(pause);
    }

    /// Asks to stop, for the reason with this number.
    pub fn request(&self, number: usize) {
        self.requested.store(number, Ordering::SeqCst);
    }

    /// Whether something was done that must be told, as [`Deferred::keep`] says.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.is_kept.load(Ordering::SeqCst)
    }

    /// Begins a section that must not be cut off; it ends when the guard is dropped.
    #[must_use]
    pub fn defer(&self) -> Deferred<'_> {
        let before = self.at_once.swap(false, Ordering::SeqCst);
        let could_pause = self.may_pause.swap(false, Ordering::SeqCst);
        Deferred { interrupt: self, before, could_pause }
    }

    /// Begins a section in which the process may be ended, but is not suspended: it may hold what
    /// others wait for.
    #[must_use]
    pub fn stay_awake(&self) -> Deferred<'_> {
        let before = self.at_once.load(Ordering::SeqCst);
        let could_pause = self.may_pause.swap(false, Ordering::SeqCst);
        Deferred { interrupt: self, before, could_pause }
    }

    /// Lets the process be suspended now, within a section, if that is due. It belongs where nothing
    /// is held that others wait for.
    pub fn give_way(&self) {
        if self.pause_is_due.swap(false, Ordering::SeqCst)
            && let Some(pause) = self.pause.get()
        {
            pause();
        }
    }

    /// Fails if a stop was requested. It belongs where everything can still be undone.
    ///
    /// # Errors
    /// [`Error::Interrupted`] after [`Interrupt::request`].
    pub fn check(&self) -> Result<()> {
        if self.requested.load(Ordering::SeqCst) == 0 { Ok(()) } else { Err(Error::Interrupted) }
    }
}

impl Default for Interrupt {
    fn default() -> Self {
        Interrupt {
            at_once: Arc::new(AtomicBool::new(true)),
            is_kept: Arc::new(AtomicBool::new(false)),
            requested: Arc::new(AtomicUsize::new(0)),
            may_pause: Arc::new(AtomicBool::new(true)),
            pause_is_due: Arc::default(),
            pause: Arc::default(),
        }
    }
}

/// A section in which a request to stop, or to be suspended, is only noted.
#[derive(Debug)]
pub struct Deferred<'a> {
    interrupt: &'a Interrupt,
    before: bool,
    could_pause: bool,
}

impl Deferred<'_> {
    /// Lets the section go on to the end of the process: what was done must be told.
    pub fn keep(self) {
        self.interrupt.is_kept.store(true, Ordering::SeqCst);
    }
}

impl Drop for Deferred<'_> {
    fn drop(&mut self) {
        let is_kept = self.interrupt.is_kept();
        self.interrupt.at_once.store(self.before && !is_kept, Ordering::SeqCst);
        self.interrupt.may_pause.store(self.could_pause, Ordering::SeqCst);
        if self.could_pause {
            self.interrupt.give_way();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_stays_awake_may_still_be_ended_and_is_suspended_afterwards() {
        static PAUSES: AtomicUsize = AtomicUsize::new(0);
        let pauses = || PAUSES.load(Ordering::SeqCst);
        let interrupt = Interrupt::default();
        interrupt.on_pause(|| {
            PAUSES.fetch_add(1, Ordering::SeqCst);
        });
        let section = interrupt.stay_awake();
        assert!(interrupt.at_once().load(Ordering::SeqCst));
        assert!(!interrupt.may_pause().load(Ordering::SeqCst));
        interrupt.pause_is_due().store(true, Ordering::SeqCst);
        drop(interrupt.defer());
        assert_eq!(pauses(), 0, "the outer section goes on");
        interrupt.give_way();
        assert_eq!(pauses(), 1, "nothing is held");
        interrupt.pause_is_due().store(true, Ordering::SeqCst);
        drop(section);
        assert_eq!(pauses(), 2);
        assert!(interrupt.may_pause().load(Ordering::SeqCst));
    }
}
