//! Many keys at once, on several threads.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use super::lanes::{Engine, Job, Key};
use crate::error::{Error, Result};

/// How often progress is told.
const TELL: Duration = Duration::from_millis(100);

/// Derives the keys of all jobs with so many threads, in the order of the jobs.
///
/// `progress` is called on this thread and told how many jobs' worth of rounds were done since its
/// last call.
pub(super) fn derive_all(
    jobs: &[Job<'_>],
    threads: usize,
    mut progress: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Zeroizing<Vec<Key>>> {
    let mut keys = Zeroizing::new(vec![Key::default(); jobs.len()]);
    let share = jobs.len().div_ceil(threads.max(1));
    let engine = Engine::fastest(share);
    let group = engine.lanes().min(share).max(1);
    let groups: Vec<_> =
        jobs.chunks(group).zip(keys.chunks_mut(group)).map(|it| Mutex::new(Some(it))).collect();
    let (next, rounds_done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let stop = AtomicBool::new(false);
    let work = || {
        while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
            let taken = group.lock().ok().and_then(|mut group| group.take());
            let Some((jobs, keys)) = taken else { return };
            let flow = engine.derive(jobs, keys, |rounds| {
                rounds_done.fetch_add(rounds, Ordering::Relaxed);
                if stop.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            if flow.is_break() {
                return;
            }
        }
    };
    let total: u64 = jobs.iter().map(|job| u64::from(job.rounds.get())).sum();
    let (caller, running) = (thread::current(), AtomicUsize::new(0));
    let work = || {
        work();
        running.fetch_sub(1, Ordering::AcqRel);
        caller.unpark();
    };
    let mut told = 0;
    thread::scope(|scope| {
        let wanted = threads.clamp(1, groups.len().max(1));
        running.store(wanted, Ordering::Release);
        for _ in 0..wanted {
            // Where the system has no thread left, this one does the work.
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                work();
            }
        }
        while running.load(Ordering::Acquire) > 0 {
            thread::park_timeout(TELL);
            let done = u128::from(rounds_done.load(Ordering::Relaxed)) * jobs.len() as u128;
            let done = u64::try_from(done / u128::from(total.max(1))).unwrap_or(u64::MAX);
            if progress(done - told).is_break() {
                stop.store(true, Ordering::Relaxed);
            }
            told = done;
        }
    });
    if stop.load(Ordering::Relaxed) { Err(Error::Interrupted(None)) } else { Ok(keys) }
}
