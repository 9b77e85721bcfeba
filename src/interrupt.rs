//! How a caller's signals and a running operation agree on when to stop.
//!
//! Most of the time a process of this kind can end at once without harm. During the few
//! milliseconds of a write transaction, or while a file is being made, it must finish or undo what
//! it does first. This module holds that one agreement; it knows nothing of signals.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
}

impl Interrupt {
    /// True while nothing stands in the way of ending the process on the spot.
    #[must_use]
    pub fn at_once(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.at_once)
    }

    /// The number that was asked to stop with (on Unix the signal's), or 0.
    #[must_use]
    pub fn requested(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.requested)
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
        Deferred { interrupt: self, before }
    }

    /// Fails if a stop was requested: the place for it is where everything can still be undone.
    ///
    /// # Errors
    /// [`Error::Interrupted`] after [`Interrupt::request`].
    pub fn check(&self) -> Result<()> {
        if self.requested.load(Ordering::SeqCst) == 0 {
            Ok(())
        } else {
            Err(Error::Interrupted(None))
        }
    }
}

impl Default for Interrupt {
    fn default() -> Self {
        Interrupt {
            at_once: Arc::new(AtomicBool::new(true)),
            is_kept: Arc::new(AtomicBool::new(false)),
            requested: Arc::new(AtomicUsize::new(0)),
        }
    }
}

/// A section in which a request to stop is only noted.
#[derive(Debug)]
pub struct Deferred<'a> {
    interrupt: &'a Interrupt,
    before: bool,
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
    }
}
