//! Many PBKDF2-HMAC-SHA256 keys at once, each in a lane of its own of the processor's vectors.
//!
//! One key (RFC 8018, section 5.2) is a serial chain of compressions that no processor can
//! shorten, but the chains of different passwords are independent: they advance in lockstep.
//! A key here is one block, 32 bytes, as in every hash of passlib's `pbkdf2_sha256`.
//!
//! This module knows no threads: a caller runs one on each core, and hands each of them
//! [`Engine::lanes`] jobs at a time. A single key is best left to the `pbkdf2` crate, which also
//! starts every chain here.

mod chains;
#[cfg(target_arch = "x86_64")]
mod compress;
#[cfg(target_arch = "x86_64")]
mod sha_ni;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use pbkdf2::pbkdf2_hmac;
use sha2::Sha256;
use zeroize::{Zeroizing, zeroize_stack};

use chains::Chains;

/// A derived key: the first and only block of PBKDF2's output.
pub type Key = [u8; 32];

/// Advances the chains in the engine's lanes by a number of rounds.
type Kernel = fn(&mut Chains, u32);

/// One key to derive.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The password, of any length.
    pub password: &'a [u8],
    /// The salt, of any length.
    pub salt: &'a [u8],
    /// The iteration count.
    pub rounds: NonZeroU32,
}

/// A way to derive keys that this processor has.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    name: &'static str,
    lanes: usize,
    /// Without one, jobs go to the `pbkdf2` crate one by one.
    kernel: Option<Kernel>,
}

impl Engine {
    /// Every processor has this one.
    const PORTABLE: Self = Self { name: "pbkdf2 crate", lanes: 1, kernel: None };

    /// The engines that this processor can run.
    #[must_use]
    pub fn available() -> Vec<Self> {
        #[cfg_attr(
            not(target_arch = "x86_64"),
            expect(unused_mut, reason = "only x86-64 has more")
        )]
        let mut engines = vec![Self::PORTABLE];
        #[cfg(target_arch = "x86_64")]
        engines.extend(x86::engines());
        engines
    }

    /// The engine that is done first with this many jobs of equal rounds.
    ///
    /// The first call measures all engines, which takes a few milliseconds; later ones look the
    /// result up. Which engine wins depends on more than what the processor can do: SHA
    /// extensions beat eight lanes and lose to thirty-two, and a full vector costs no more than
    /// one with a single job in it.
    #[must_use]
    pub fn fastest(jobs: usize) -> Self {
        static MEASURED: OnceLock<Vec<(Engine, Duration)>> = OnceLock::new();
        MEASURED
            .get_or_init(|| Self::available().into_iter().map(|it| (it, it.measure())).collect())
            .iter()
            .min_by_key(|(engine, time)| time.as_nanos() * jobs.div_ceil(engine.lanes) as u128)
            .map_or(Self::PORTABLE, |&(engine, _)| engine)
    }

    /// The name, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// How many jobs advance together: the best number, or a multiple, to hand over at once.
    ///
    /// With 32 lanes and 600000 rounds that many take about 0.3 s.
    #[must_use]
    pub fn lanes(self) -> usize {
        self.lanes
    }

    /// Derives the keys of all jobs, whose salts and rounds may differ, in the order of `jobs`.
    ///
    /// `tick` is told how many rounds, summed over all jobs, were done since its last call. It
    /// is called after at most 32768 rounds of each lane, some 20 ms, or after a whole job
    /// where the `pbkdf2` crate does the work. When it says [`ControlFlow::Break`], the
    /// derivation ends there with that answer, and keys that are not ready stay as they were.
    ///
    /// # Panics
    /// If `keys` and `jobs` differ in length.
    pub fn derive<B>(
        self,
        jobs: &[Job<'_>],
        keys: &mut [Key],
        tick: impl FnMut(u64) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        assert_eq!(jobs.len(), keys.len(), "each job needs room for its key");
        let flow = match self.kernel {
            None => one_by_one(jobs, keys, tick),
            Some(kernel) => in_lanes(kernel, self.lanes, jobs, keys, tick),
        };
        // Copies of states, schedules and, from the crate's HMAC, of short passwords lie in up to
        // 16 KiB of frames, and in registers.
        zeroize_stack::<32_768>();
        flow
    }

    /// The time that a few hundred rounds take with every lane in use, at best.
    fn measure(self) -> Duration {
        const ROUNDS: u32 = 256;
        let mut chains = Chains::default();
        let mut once = || {
            let start = Instant::now();
            match self.kernel {
                None => pbkdf2_hmac::<Sha256>(b"", b"", ROUNDS, &mut Key::default()),
                Some(kernel) => kernel(&mut chains, ROUNDS),
            }
            start.elapsed()
        };
        (0..4).map(|_| once()).min().unwrap_or(Duration::MAX)
    }
}

#[inline(never)] // So that its frame lies where `zeroize_stack` looks for it.
fn one_by_one<B>(
    jobs: &[Job<'_>],
    keys: &mut [Key],
    mut tick: impl FnMut(u64) -> ControlFlow<B>,
) -> ControlFlow<B> {
    for (job, key) in jobs.iter().zip(keys) {
        pbkdf2_hmac::<Sha256>(job.password, job.salt, job.rounds.get(), key);
        tick(job.rounds.get().into())?;
    }
    ControlFlow::Continue(())
}

/// Keeps every lane busy while jobs wait: a chain that ends makes room for the next.
#[inline(never)] // As above.
fn in_lanes<B>(
    kernel: Kernel,
    lanes: usize,
    jobs: &[Job<'_>],
    keys: &mut [Key],
    mut tick: impl FnMut(u64) -> ControlFlow<B>,
) -> ControlFlow<B> {
    const SLICE: u32 = 32_768;
    // The longest start first, so that no long one is left to run alone at the end.
    let mut waiting: Vec<usize> = (0..jobs.len()).collect();
    waiting.sort_by_key(|&job| jobs[job].rounds);
    let mut chains = Zeroizing::new(Chains::default());
    // Which job each lane works on, and the rounds that it has yet to do.
    let mut working = vec![None; lanes];
    loop {
        let mut done = 0;
        for (lane, work) in working.iter_mut().enumerate() {
            if work.is_none()
                && let Some(job) = waiting.pop()
            {
                chains.start(lane, &jobs[job]);
                *work = Some((job, jobs[job].rounds.get() - 1));
                done += 1;
            }
        }
        let Some(step) = working.iter().flatten().map(|&(_, left)| left.min(SLICE)).min() else {
            return ControlFlow::Continue(());
        };
        kernel(&mut chains, step);
        for (lane, work) in working.iter_mut().enumerate() {
            if let Some((job, left)) = work {
                *left -= step;
                done += u64::from(step);
                if *left == 0 {
                    keys[*job] = chains.key(lane);
                    *work = None;
                }
            }
        }
        tick(done)?;
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use pbkdf2::pbkdf2_hmac_array;
    use proptest::prelude::*;

    use super::*;

    /// What a test can wait for: unoptimised lanes do some ten thousand rounds a second.
    const MOST_ROUNDS: u32 = if cfg!(debug_assertions) { 1000 } else { 100_000 };

    fn job<'a>(password: &'a [u8], salt: &'a [u8], rounds: u32) -> Job<'a> {
        Job { password, salt, rounds: NonZeroU32::new(rounds).expect("rounds are never 0") }
    }

    fn derive(engine: Engine, jobs: &[Job<'_>]) -> Vec<Key> {
        let mut keys = vec![[0; 32]; jobs.len()];
        let flow = engine.derive(jobs, &mut keys, |_| ControlFlow::<Infallible>::Continue(()));
        assert!(flow.is_continue());
        keys
    }

    fn assert_all_engines_agree_with_the_crate(jobs: &[Job<'_>]) {
        let expected: Vec<Key> = jobs
            .iter()
            .map(|job| pbkdf2_hmac_array::<Sha256, 32>(job.password, job.salt, job.rounds.get()))
            .collect();
        for engine in Engine::available() {
            assert_eq!(derive(engine, jobs), expected, "{}", engine.name());
        }
    }

    #[test]
    fn every_length_around_a_block_boundary_is_right() {
        let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(4096).collect();
        let mut jobs = Vec::new();
        for password in [0, 1, 63, 64, 65, 119, 120, 128, 4096] {
            for salt in [0, 1, 16, 51, 52, 59, 60, 64, 1024] {
                jobs.push(job(&bytes[..password], &bytes[..salt], 2));
            }
        }
        assert_all_engines_agree_with_the_crate(&jobs);
    }

    #[test]
    fn every_fill_of_a_group_is_right() {
        for jobs in 0..=33 {
            assert_all_engines_agree_with_the_crate(&vec![job(b"password", b"salt", 3); jobs]);
        }
    }

    #[test]
    fn rounds_that_differ_keep_their_jobs() {
        let jobs = (1..=70).map(|i| job(b"password", b"salt", i % 9 + i / 60 * 50 + 1));
        assert_all_engines_agree_with_the_crate(&jobs.collect::<Vec<_>>());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_batch_is_what_the_crate_makes_of_it(
            batch in prop::collection::vec(
                (
                    prop::collection::vec(any::<u8>(), 0..150),
                    prop::collection::vec(any::<u8>(), 0..80),
                    1u32..9,
                ),
                0..50,
            ),
        ) {
            let jobs: Vec<_> = batch.iter().map(|(pw, salt, rounds)| job(pw, salt, *rounds)).collect();
            assert_all_engines_agree_with_the_crate(&jobs);
        }
    }

    /// RFC 7914, section 11: the first half of the 64 bytes there.
    #[test]
    fn the_vectors_of_the_rfc_match() {
        let vectors = [
            (
                job(b"passwd", b"salt", 1),
                "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
            ),
            (
                job(b"Password", b"NaCl", 80_000),
                "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
            ),
        ];
        for (job, expected) in
            vectors.into_iter().filter(|(job, _)| job.rounds.get() <= MOST_ROUNDS)
        {
            for engine in Engine::available() {
                assert_eq!(derive(engine, &[job])[0][..], unhex(expected), "{}", engine.name());
            }
        }
    }

    #[test]
    fn the_hashes_that_passlib_made_match() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/pbkdf2_sha256.json"))
                .expect("JSON");
        let mut hashes = Vec::new();
        for vector in file["vectors"].as_array().expect("an array") {
            let text = |name: &str| vector[name].as_str();
            let password = match text("password_hex") {
                Some(hex) => unhex(hex),
                None => text("password").expect("a password").as_bytes().to_vec(),
            };
            let Some("match") = text("expect") else { continue };
            let fields: Vec<&str> = text("hash").expect("a hash").split('$').collect();
            let rounds: u32 = fields[2].parse().expect("rounds");
            hashes.push((password, unbase64(fields[3]), rounds, unbase64(fields[4])));
        }
        hashes.retain(|(_, _, rounds, _)| *rounds <= MOST_ROUNDS);
        assert!(hashes.len() > 40, "the file has fewer vectors than it had");
        let jobs: Vec<_> =
            hashes.iter().map(|(pw, salt, rounds, _)| job(pw, salt, *rounds)).collect();
        for engine in Engine::available() {
            for (key, (.., expected)) in derive(engine, &jobs).iter().zip(&hashes) {
                assert_eq!(key[..], expected[..], "{}", engine.name());
            }
        }
    }

    fn unhex(text: &str) -> Vec<u8> {
        let digits = (0..text.len()).step_by(2).map(|at| &text[at..at + 2]);
        digits.map(|digits| u8::from_str_radix(digits, 16).expect("two digits")).collect()
    }

    /// Passlib's base64, which has `.` or `+`, and no padding.
    fn unbase64(text: &str) -> Vec<u8> {
        const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./";
        let digit = |c| DIGITS.find(c).or(DIGITS.find('.').filter(|_| c == '+')).expect("base64");
        let (mut bits, mut value, mut bytes) = (0, 0, Vec::new());
        for c in text.chars() {
            (bits, value) = (bits + 6, value << 6 | digit(c));
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from(value >> bits).expect("the rest was masked"));
                value &= (1 << bits) - 1;
            }
        }
        bytes
    }

    #[test]
    fn ticks_add_up_to_all_rounds_and_can_stop() {
        let jobs = [job(b"a", b"salt", 1), job(b"b", b"salt", 7), job(b"c", b"salt", 7)];
        for engine in Engine::available() {
            let (mut keys, mut rounds) = ([[0; 32]; 3], 0);
            let flow = engine.derive(&jobs, &mut keys, |done| {
                rounds += done;
                ControlFlow::<Infallible>::Continue(())
            });
            assert_eq!((flow, rounds), (ControlFlow::Continue(()), 15), "{}", engine.name());

            let mut keys = [[0; 32]; 3];
            assert_eq!(
                engine.derive(&jobs, &mut keys, |_| ControlFlow::Break("stop")),
                ControlFlow::Break("stop")
            );
            assert!(keys.contains(&[0; 32]), "{} went on", engine.name());
        }
    }

    #[test]
    fn the_fastest_engine_is_one_of_those_there_are() {
        let names: Vec<_> = Engine::available().iter().map(|engine| engine.name()).collect();
        for jobs in [0, 1, 2, 4, 8, 16, 32, 10_000] {
            assert!(names.contains(&Engine::fastest(jobs).name()));
        }
    }
}
