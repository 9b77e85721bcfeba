//! The state of derivations under way, laid out for vectors.

use pbkdf2::pbkdf2_hmac;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::{Job, Key};

/// One word of each chain.
pub(super) type Row = [u32; MAX_LANES];

/// The lanes of the widest engine.
const MAX_LANES: usize = 32;

/// The chains of all lanes, word by word, so that a vector is a part of a row. A round is two
/// compressions and an exclusive or. What a lane without a job holds does not matter.
#[derive(Default)]
#[repr(align(64))]
pub(super) struct Chains {
    /// The state of the inner hash after the block with the padded password (RFC 2104).
    pub(super) inner: [Row; 8],
    /// The same of the outer hash.
    pub(super) outer: [Row; 8],
    /// U of the last round.
    pub(super) u: [Row; 8],
    /// The exclusive or of all U.
    pub(super) t: [Row; 8],
}

impl Chains {
    /// Puts a job into a lane and does its first round, in about ten compressions.
    pub(super) fn start(&mut self, lane: usize, job: &Job<'_>) {
        let mut padded = Zeroizing::new([0; 64]);
        if job.password.len() <= padded.len() {
            padded[..job.password.len()].copy_from_slice(job.password);
        } else {
            padded[..32].copy_from_slice(&Sha256::digest(job.password));
        }
        for (rows, pad) in [(&mut self.inner, 0x36), (&mut self.outer, 0x5c)] {
            let mut state = INITIAL;
            compress256(&mut state, &[padded.map(|byte| byte ^ pad)]);
            for (row, word) in rows.iter_mut().zip(state) {
                row[lane] = word;
            }
        }
        let mut first = Zeroizing::new(Key::default());
        pbkdf2_hmac::<Sha256>(job.password, job.salt, 1, &mut *first);
        for ((u, t), &bytes) in self.u.iter_mut().zip(&mut self.t).zip(first.as_chunks().0) {
            u[lane] = u32::from_be_bytes(bytes);
            t[lane] = u[lane];
        }
    }

    /// The key of a lane whose rounds are done.
    pub(super) fn key(&self, lane: usize) -> Key {
        let mut key = Key::default();
        for (bytes, row) in key.as_chunks_mut().0.iter_mut().zip(&self.t) {
            *bytes = row[lane].to_be_bytes();
        }
        key
    }
}

impl Zeroize for Chains {
    fn zeroize(&mut self) {
        for rows in [&mut self.inner, &mut self.outer, &mut self.u, &mut self.t] {
            rows.zeroize();
        }
    }
}

/// The initial state of SHA-256 (FIPS 180-4, section 5.3.3).
#[rustfmt::skip]
const INITIAL: [u32; 8] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
];
