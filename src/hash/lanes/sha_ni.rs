//! The rounds of PBKDF2-HMAC-SHA256 with the processor's own SHA-256 instructions.
//!
//! They work on one chain at a time, but an instruction takes twice as long as it keeps the
//! processor busy: chains that take turns fill the pauses.
#![expect(clippy::many_single_char_names, reason = "the words of a state, or of a vector")]
#![cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "each name has its origin in it"))]

use std::arch::x86_64::*;

use super::chains::{Chains, Row};
use super::compress::K;

/// Two chains nearly fill the pauses; four are a seventh faster still.
pub(super) const LANES: usize = 4;

/// Eight words, as the order of the instructions' documentation has them: the words a, b, e, f
/// of a state in one vector and c, d, g, h in the other, the first word highest.
type State = [__m128i; 2];

/// Advances the chains in the first [`LANES`] lanes.
#[target_feature(enable = "sha,sse4.1")]
pub(super) fn advance(chains: &mut Chains, rounds: u32) {
    let lanes = [0, 1, 2, 3];
    let inner = lanes.map(|lane| state(column(&chains.inner, lane)));
    let outer = lanes.map(|lane| state(column(&chains.outer, lane)));
    let mut u = lanes.map(|lane| message(column(&chains.u, lane)));
    let mut t = lanes.map(|lane| message(column(&chains.t, lane)));
    for _ in 0..rounds {
        compress(&inner, &mut u);
        compress(&outer, &mut u);
        for (t, u) in t.iter_mut().zip(&u) {
            *t = [_mm_xor_si128(t[0], u[0]), _mm_xor_si128(t[1], u[1])];
        }
    }
    for (rows, messages) in [(&mut chains.u, u), (&mut chains.t, t)] {
        for (lane, message) in messages.into_iter().enumerate() {
            for (row, word) in rows.iter_mut().zip(words(message)) {
                row[lane] = word;
            }
        }
    }
}

/// The words of one chain.
fn column(rows: &[Row; 8], lane: usize) -> [u32; 8] {
    rows.each_ref().map(|row| row[lane])
}

#[target_feature(enable = "sha,sse4.1")]
fn state(words: [u32; 8]) -> State {
    let [a, b, c, d, e, f, g, h] = words.map(u32::cast_signed);
    [_mm_set_epi32(a, b, e, f), _mm_set_epi32(c, d, g, h)]
}

/// Eight words of a message: four to a vector, the first lowest.
#[target_feature(enable = "sha,sse4.1")]
fn message(words: [u32; 8]) -> [__m128i; 2] {
    let [a, b, c, d, e, f, g, h] = words.map(u32::cast_signed);
    [_mm_setr_epi32(a, b, c, d), _mm_setr_epi32(e, f, g, h)]
}

/// The reverse of [`message`].
#[target_feature(enable = "sha,sse4.1")]
fn words(message: [__m128i; 2]) -> [u32; 8] {
    let [[a, b, c, d], [e, f, g, h]] = message.map(|v| {
        let [a, b] = [_mm_extract_epi32::<0>(v), _mm_extract_epi32::<1>(v)];
        let [c, d] = [_mm_extract_epi32::<2>(v), _mm_extract_epi32::<3>(v)];
        [a, b, c, d].map(i32::cast_unsigned)
    });
    [a, b, c, d, e, f, g, h]
}

/// Hashes one message of eight words, after the 64 bytes that the midstate stands for, in place.
#[target_feature(enable = "sha,sse4.1")]
#[inline]
fn compress(midstates: &[State; LANES], messages: &mut [[__m128i; 2]; LANES]) {
    // The padding of the block (FIPS 180-4, section 5.1.1).
    let [one_bit, length] = message([0x8000_0000, 0, 0, 0, 0, 0, 0, (64 + 32) * 8]);
    let mut schedules = messages.map(|[low, high]| [low, high, one_bit, length]);
    let mut states = *midstates;
    // Straight code, because a loop would put the schedules into memory.
    macro_rules! four_rounds {
        ($($i:literal)*) => {$(
            let [a, b, c, d] = [0, 1, 2, 3].map(|i| K[$i / 4][$i % 4 * 4 + i].cast_signed());
            let k = _mm_setr_epi32(a, b, c, d);
            for (state, w) in states.iter_mut().zip(&mut schedules) {
                if $i >= 4 {
                    w[$i % 4] = extend(w, $i);
                }
                let sum = _mm_add_epi32(w[$i % 4], k);
                let [abef, cdgh] = *state;
                let next = _mm_sha256rnds2_epu32(cdgh, abef, sum);
                let last = _mm_sha256rnds2_epu32(abef, next, _mm_shuffle_epi32::<0b1110>(sum));
                *state = [last, next];
            }
        )*};
    }
    four_rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    for ((message, state), midstate) in messages.iter_mut().zip(states).zip(midstates) {
        // From a, b, e, f and c, d, g, h to a, b, c, d and e, f, g, h, with a lowest.
        let abef = _mm_shuffle_epi32::<0b00_01_10_11>(_mm_add_epi32(state[0], midstate[0]));
        let cdgh = _mm_shuffle_epi32::<0b00_01_10_11>(_mm_add_epi32(state[1], midstate[1]));
        *message = [_mm_unpacklo_epi64(abef, cdgh), _mm_unpackhi_epi64(abef, cdgh)];
    }
}

/// The next four words of the message schedule (FIPS 180-4, section 6.2.2, step 1).
#[target_feature(enable = "sha,sse4.1")]
#[inline]
fn extend(w: &[__m128i; 4], i: usize) -> __m128i {
    let [w0, w1, w2, w3] = [0, 1, 2, 3].map(|j| w[(i + j) % 4]);
    // Words 9 to 12 of the sixteen.
    let middle = _mm_alignr_epi8::<4>(w3, w2);
    _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), middle), w3)
}
