//! Many passwords at once, on several threads; how one core derives many keys is in `lanes.rs`.

use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use super::lanes::{Engine, Job, Key};
use super::passlib::{self, Pbkdf2Sha256};
use super::{HashString, Rounds};
use crate::error::{Error, Result};
use crate::password::Password;

/// How often progress is told.
const TELL: Duration = Duration::from_millis(100);

impl HashString {
    /// Hashes many passwords, each with a salt of its own, on several threads.
    ///
    /// `progress` is told now and then roughly how many more of them are done.
    ///
    /// # Errors
    /// What `random` fails with, or [`Error::Internal`].
    pub fn make_many(
        passwords: &[Password],
        rounds: Rounds,
        threads: usize,
        mut random: impl FnMut(&mut [u8]) -> Result<()>,
        progress: impl FnMut(u64),
    ) -> Result<Vec<Self>> {
        let mut salts = vec![[0; passlib::SALT_BYTES]; passwords.len()];
        random(salts.as_flattened_mut())?;
        let pairs = passwords.iter().zip(&salts);
        let jobs: Vec<_> =
            pairs.map(|(password, salt)| job(password, salt, rounds.get())).collect();
        let keys = derive_all(&jobs, threads, progress)?;
        let write = |(salt, key): (&[u8; 16], &Key)| HashString(passlib::write(rounds, salt, key));
        Ok(salts.iter().zip(keys.iter()).map(write).collect())
    }
}

/// Checks many passwords, each against a stored hash, on several threads; a malformed hash
/// matches no password.
///
/// `progress` is told now and then roughly how many more of them are done.
///
/// # Errors
/// [`Error::Internal`].
pub fn verify_many(
    pairs: &[(&Password, &[u8])],
    threads: usize,
    progress: impl FnMut(u64),
) -> Result<Vec<bool>> {
    let parse = |stored| Pbkdf2Sha256::parse(stored).unwrap_or_else(|_| Pbkdf2Sha256::decoy(1));
    let hashes: Vec<_> = pairs.iter().map(|&(_, stored)| parse(stored)).collect();
    let checks = pairs.iter().zip(&hashes);
    let jobs: Vec<_> =
        checks.map(|(&(password, _), hash)| job(password, &hash.salt, hash.rounds)).collect();
    let keys = derive_all(&jobs, threads, progress)?;
    Ok(hashes.iter().zip(keys.iter()).map(|(hash, key)| hash.has_checksum(key)).collect())
}

fn job<'a>(password: &'a Password, salt: &'a [u8], rounds: u32) -> Job<'a> {
    let rounds = NonZeroU32::new(rounds).unwrap_or(NonZeroU32::MIN);
    Job { password: password.as_bytes(), salt, rounds }
}

/// Derives the keys of all jobs on this many threads, in the order of the jobs.
///
/// `progress` is called on this thread and told how many jobs' worth of rounds were done since its
/// last call.
///
/// # Errors
/// [`Error::Internal`] if a thread panics: the others stop then.
fn derive_all(
    jobs: &[Job<'_>],
    threads: usize,
    mut progress: impl FnMut(u64),
) -> Result<Zeroizing<Vec<Key>>> {
    let mut keys = Zeroizing::new(vec![Key::default(); jobs.len()]);
    let share = jobs.len().div_ceil(threads.max(1));
    let engine = Engine::fastest(share);
    let group = engine.lanes().min(share).max(1);
    let groups = Mutex::new(jobs.chunks(group).zip(keys.chunks_mut(group)));
    let rounds_done = AtomicU64::new(0);
    let work = |stop: &AtomicBool| {
        let next = || groups.lock().ok()?.next();
        while let Some((jobs, keys)) = next() {
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
    let mut told = 0;
    on_threads(threads.clamp(1, jobs.len().div_ceil(group).max(1)), work, || {
        let done = u128::from(rounds_done.load(Ordering::Relaxed)) * jobs.len() as u128;
        let done = u64::try_from(done / u128::from(total.max(1))).unwrap_or(u64::MAX);
        progress(done - told);
        told = done;
    })?;
    Ok(keys)
}

/// Runs `work` on this many threads to its end, and `tell` on this one meanwhile and at the end.
///
/// `work` is to return soon after its argument becomes true, which happens when a thread panics.
fn on_threads(
    wanted: usize,
    work: impl Fn(&AtomicBool) + Sync,
    mut tell: impl FnMut(),
) -> Result<()> {
    let stop = AtomicBool::new(false);
    let guarded = |_running: Sender<()>| {
        if catch_unwind(AssertUnwindSafe(|| work(&stop))).is_err() {
            stop.store(true, Ordering::Relaxed);
        }
    };
    // Nothing is sent: all threads have ended when nobody is left who could.
    let (running, ended) = mpsc::channel();
    thread::scope(|scope| {
        let spawn = |_| {
            let running = running.clone();
            thread::Builder::new().spawn_scoped(scope, move || guarded(running)).ok()
        };
        if (0..wanted).map_while(spawn).count() == 0 {
            // The system has no thread left, so this one does the work.
            guarded(running.clone());
        }
        drop(running);
        while ended.recv_timeout(TELL) == Err(RecvTimeoutError::Timeout) {
            tell();
        }
    });
    tell();
    if stop.into_inner() {
        return Err(Error::Internal("a thread that hashes panicked".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn a_thread_that_panics_ends_the_others_and_is_an_error() {
        for threads in [1, 2, 5] {
            let (begun, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let work = |stop: &AtomicBool| {
                assert!(begun.fetch_add(1, Ordering::SeqCst) > 0, "the first thread panics");
                while !stop.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
                ended.fetch_add(1, Ordering::SeqCst);
            };
            let result = on_threads(threads, work, || ());
            assert!(matches!(result, Err(Error::Internal(_))), "{threads}: {result:?}");
            assert_eq!(ended.into_inner(), threads - 1);
        }
    }
}
