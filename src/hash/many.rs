//! Many passwords at once, on several threads: PBKDF2 with SHA-256 many to a core, which is `lanes.rs`,
//! all else one to a thread.

use std::num::NonZeroU32;
use std::ops::{ControlFlow, Deref};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use super::lanes::{Engine, Job, Key};
use super::work::{Digest, Work};
use super::{Hash, HashString, Pepper, Recipe, argon2};
use crate::error::{Error, Result};
use crate::password::Password;

/// How often progress is told.
const TELL: Duration = Duration::from_millis(100);

/// The memory that all threads together may take for hashes, in bytes.
const MEMORY: u64 = 1 << 30;

impl HashString {
    /// Hashes many passwords, each with a salt of its own, on several threads.
    ///
    /// `progress` is told now and then roughly how many more of them are done, and may end it all.
    ///
    /// # Errors
    /// As [`HashString::make`], or what `progress` fails with.
    pub fn make_many(
        passwords: &[(&Password, Recipe)],
        pepper: Option<&Pepper>,
        threads: usize,
        mut random: impl FnMut(&mut [u8]) -> Result<()>,
        progress: impl FnMut(u64) -> Result<()>,
    ) -> Result<Vec<Self>> {
        let mut salts = vec![[0; 16]; passwords.len()];
        random(salts.as_flattened_mut())?;
        let pairs = passwords.iter().zip(salts);
        let begun: Vec<Hash> =
            pairs.map(|(&(_, recipe), salt)| Hash::begin(recipe, salt)).collect();
        let pairs = passwords.iter().zip(&begun);
        let tasks: Vec<_> = pairs
            .map(|(&(password, _), hash)| Task::make(hash, password, pepper))
            .collect::<Result<_>>()?;
        let checksums = derive_all(&tasks, threads, progress)?;
        drop(tasks);
        let finish = |(hash, checksum): (_, &Checksum)| HashString::finish(hash, checksum);
        Ok(begun.into_iter().zip(&checksums).map(finish).collect())
    }
}

/// Checks many passwords, each against a stored hash, on several threads; a malformed hash
/// matches no password.
///
/// `progress` is told now and then roughly how many more of them are done, and may end it all.
///
/// # Errors
/// [`Error::Internal`] for want of memory, or what `progress` fails with.
pub fn verify_many(
    pairs: &[(&Password, &[u8])],
    pepper: Option<&Pepper>,
    threads: usize,
    progress: impl FnMut(u64) -> Result<()>,
) -> Result<Vec<bool>> {
    let hashes: Vec<_> = pairs.iter().map(|&(_, stored)| Hash::parse(stored).ok()).collect();
    let checks = || pairs.iter().zip(&hashes).enumerate();
    let readable: Vec<_> = checks()
        .filter_map(|(at, (&(password, _), hash))| Some((at, hash.as_ref()?, password)))
        .collect();
    let tasks: Vec<_> =
        readable.iter().map(|&(_, hash, password)| Task::check(hash, password, pepper)).collect();
    let checksums = derive_all(&tasks, threads, progress)?;
    let mut same = vec![false; pairs.len()];
    for ((&(at, hash, _), task), checksum) in readable.iter().zip(&tasks).zip(&checksums) {
        same[at] = task.is_told_apart() && hash.has_checksum(checksum);
    }
    Ok(same)
}

/// What is computed of a secret.
type Checksum = Zeroizing<Vec<u8>>;

/// What goes into a scheme's function in place of the password, or the password itself.
pub(super) enum Secret<'a> {
    Own(&'a [u8]),
    Made(Zeroizing<Vec<u8>>),
}

impl Deref for Secret<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Secret::Own(bytes) => bytes,
            Secret::Made(bytes) => bytes,
        }
    }
}

/// One checksum to compute.
pub(super) struct Task<'a> {
    secret: Secret<'a>,
    salt: &'a [u8],
    work: Work,
    /// The length of the checksum.
    bytes: usize,
}

impl<'a> Task<'a> {
    /// For a hash that is begun.
    ///
    /// # Errors
    /// [`Error::InvalidPassword`] for a password of which the scheme looks only at a part.
    pub(super) fn make(
        hash: &'a Hash,
        password: &'a Password,
        pepper: Option<&Pepper>,
    ) -> Result<Self> {
        let task = Self::check(hash, password, pepper);
        if task.is_told_apart() {
            return Ok(task);
        }
        Err(Error::InvalidPassword(if task.secret.contains(&0) {
            format!("it has a NUL, and {} may look at nothing after that", hash.scheme)
        } else {
            format!(
                "it has {} bytes in UTF-8, and {} looks at no more than {}: use a shorter one",
                task.secret.len(),
                hash.scheme,
                super::bcrypt::MAX_BYTES
            )
        }))
    }

    /// For a hash that the result is compared with.
    pub(super) fn check(hash: &'a Hash, password: &'a Password, pepper: Option<&Pepper>) -> Self {
        let (secret, work) = (hash.secret(password, pepper), hash.work);
        Task { secret, salt: &hash.salt, work, bytes: hash.checksum.len() }
    }

    /// Whether the function tells the secret from all others, so that a match is one.
    pub(super) fn is_told_apart(&self) -> bool {
        self.work.takes(&self.secret)
    }

    /// Computes the checksum.
    ///
    /// # Errors
    /// [`Error::Internal`] for want of memory.
    pub(super) fn derive(&self) -> Result<Checksum> {
        self.work.derive(&self.secret, self.salt, self.bytes)
    }

    /// The same as a job for the lanes, if it is one.
    fn job(&self) -> Option<Job<'_>> {
        let Work::Pbkdf2 { digest: Digest::Sha256, rounds } = self.work else { return None };
        let rounds = NonZeroU32::new(rounds)?;
        Some(Job { password: &self.secret, salt: self.salt, rounds })
    }
}

/// Computes the checksums of all tasks on this many threads, in their order.
///
/// `progress` is called on this thread and told roughly how many more tasks were done since its last
/// call.
///
/// # Errors
/// What `progress` fails with, or [`Error::Internal`] if a thread panics or there is no memory: the
/// others stop then.
fn derive_all(
    tasks: &[Task<'_>],
    threads: usize,
    mut progress: impl FnMut(u64) -> Result<()>,
) -> Result<Vec<Checksum>> {
    let mut checksums = vec![Checksum::default(); tasks.len()];
    let (mut jobs, mut places, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (task, checksum)) in tasks.iter().zip(&mut checksums).enumerate() {
        match task.job() {
            Some(job) => {
                jobs.push(job);
                places.push(at);
            }
            None => others.push((task, checksum)),
        }
    }
    one_by_one(others, threads, &mut progress)?;
    let keys = in_lanes(&jobs, threads, &mut progress)?;
    for (&at, key) in places.iter().zip(keys.iter()) {
        checksums[at] = Zeroizing::new(key.to_vec());
    }
    Ok(checksums)
}

/// Computes each on a thread of its own, as many at a time as there is memory for.
fn one_by_one(
    tasks: Vec<(&Task<'_>, &mut Checksum)>,
    threads: usize,
    progress: &mut impl FnMut(u64) -> Result<()>,
) -> Result<()> {
    let largest = tasks.iter().map(|(task, _)| task.work.memory()).max().unwrap_or(0);
    let fitting = usize::try_from(MEMORY / largest.max(1)).unwrap_or(usize::MAX);
    let threads = threads.min(fitting).min(tasks.len());
    let tasks = Mutex::new(tasks.into_iter());
    let (done, failed) = (AtomicU64::new(0), Mutex::new(None));
    let derive = |task: &Task<'_>| match task.work {
        Work::Argon2 { .. } => argon2::alone(|| task.derive()),
        _ => task.derive(),
    };
    let work = |stop: &AtomicBool| {
        let next = || tasks.lock().ok()?.next();
        while !stop.load(Ordering::Relaxed)
            && let Some((task, checksum)) = next()
        {
            match derive(task) {
                Ok(derived) => *checksum = derived,
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    failed.lock().map(|mut failed| *failed = Some(error)).unwrap_or_default();
                    return;
                }
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    if threads == 0 {
        return Ok(());
    }
    let result = on_threads(threads, work, || progress(done.swap(0, Ordering::Relaxed)));
    match failed.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => result,
    }
}

/// Derives the keys of all jobs, many to a thread.
fn in_lanes(
    jobs: &[Job<'_>],
    threads: usize,
    progress: &mut impl FnMut(u64) -> Result<()>,
) -> Result<Zeroizing<Vec<Key>>> {
    let mut keys = Zeroizing::new(vec![Key::default(); jobs.len()]);
    if jobs.is_empty() {
        return Ok(keys);
    }
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
        let more = done - told;
        told = done;
        progress(more)
    })?;
    Ok(keys)
}

/// Runs `work` on this many threads to its end, and `tell` on this one meanwhile and at the end.
///
/// `work` is to return soon after its argument becomes true, which happens when a thread panics and
/// when `tell` fails.
fn on_threads(
    wanted: usize,
    work: impl Fn(&AtomicBool) + Sync,
    mut tell: impl FnMut() -> Result<()>,
) -> Result<()> {
    let (stop, has_panicked) = (AtomicBool::new(false), AtomicBool::new(false));
    let guarded = |_running: Sender<()>| {
        if catch_unwind(AssertUnwindSafe(|| work(&stop))).is_err() {
            has_panicked.store(true, Ordering::Relaxed);
            stop.store(true, Ordering::Relaxed);
        }
    };
    // Nothing is sent: all threads have ended when nobody is left who could.
    let (running, ended) = mpsc::channel();
    let mut told = Ok(());
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
            if told.is_ok() {
                told = tell();
            }
            if told.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
        }
    });
    if has_panicked.into_inner() {
        return Err(Error::Internal("a thread that hashes panicked".to_owned()));
    }
    told?;
    tell()
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
            let result = on_threads(threads, work, || Ok(()));
            assert!(matches!(result, Err(Error::Internal(_))), "{threads}: {result:?}");
            assert_eq!(ended.into_inner(), threads - 1);
        }
    }

    #[test]
    fn whoever_is_told_of_progress_may_end_it() {
        for threads in [1, 3] {
            let work = |stop: &AtomicBool| {
                while !stop.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
            };
            let result = on_threads(threads, work, || Err(Error::Interrupted));
            assert!(matches!(result, Err(Error::Interrupted)), "{threads}: {result:?}");
        }
    }
}
