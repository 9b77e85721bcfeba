//! The engines of x86-64: which the processor has, and the operations of each.
#![expect(clippy::many_single_char_names, reason = "the words of a state, or of a vector")]
#![cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "each name has its origin in it"))]

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::*;

use super::chains::Chains;
use super::compress::Alu;
use super::{Engine, Kernel, sha_ni};

/// An engine if the processor has the features that its kernel is compiled for.
macro_rules! engine {
    ($name:literal, $lanes:expr, $kernel:expr, $($feature:tt),+) => {
        ($(is_x86_feature_detected!($feature))&&+).then(|| {
            #[expect(unsafe_code, reason = "SAFETY: the features were detected in the line above")]
            let kernel: Kernel = |chains, rounds| unsafe { $kernel(chains, rounds) };
            Engine { name: $name, lanes: $lanes, kernel: Some(kernel) }
        })
    };
}

/// The engines that this processor has, apart from the portable one.
pub(super) fn engines() -> impl Iterator<Item = Engine> {
    let engines = [
        engine!("SSE2", 4, sse2, "sse2"),
        engine!("AVX2", 8, avx2, "avx2"),
        engine!("SHA-NI", sha_ni::LANES, sha_ni::advance, "sha", "sse4.1"),
        engine!("AVX-512", 16, avx512::<1>, "avx512f"),
        engine!("AVX-512 x 2", 32, avx512::<2>, "avx512f"),
    ];
    engines.into_iter().flatten()
}

/// With registers of 512 bits come a rotation and any function of three bits in one instruction;
/// the function's truth table is its number.
#[target_feature(enable = "avx512f")]
fn avx512<const GROUPS: usize>(chains: &mut Chains, rounds: u32) {
    let lane = |v, lane: i32| {
        _mm512_cvtsi512_si32(_mm512_permutexvar_epi32(_mm512_set1_epi32(lane), v)).cast_unsigned()
    };
    Alu {
        load: |words: [u32; 16]| {
            let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = words.map(u32::cast_signed);
            _mm512_setr_epi32(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
        },
        store: |v| [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map(|i| lane(v, i)),
        splat: |word: u32| _mm512_set1_epi32(word.cast_signed()),
        add: |a, b| _mm512_add_epi32(a, b),
        rotate: |v, bits| _mm512_rorv_epi32(v, _mm512_set1_epi32(bits)),
        shift: |v, bits| _mm512_srl_epi32(v, _mm_cvtsi32_si128(bits)),
        xor3: |a, b, c| _mm512_ternarylogic_epi32::<0b1001_0110>(a, b, c),
        choose: |a, b, c| _mm512_ternarylogic_epi32::<0b1100_1010>(a, b, c),
        majority: |a, b, c| _mm512_ternarylogic_epi32::<0b1110_1000>(a, b, c),
    }
    .advance::<GROUPS>(chains, rounds);
}

#[target_feature(enable = "avx2")]
fn avx2(chains: &mut Chains, rounds: u32) {
    let right = |v, bits| _mm256_srl_epi32(v, _mm_cvtsi32_si128(bits));
    let left = |v, bits| _mm256_sll_epi32(v, _mm_cvtsi32_si128(bits));
    let lane = |v, lane: i32| {
        _mm256_cvtsi256_si32(_mm256_permutevar8x32_epi32(v, _mm256_set1_epi32(lane)))
            .cast_unsigned()
    };
    Alu {
        load: |words: [u32; 8]| {
            let [a, b, c, d, e, f, g, h] = words.map(u32::cast_signed);
            _mm256_setr_epi32(a, b, c, d, e, f, g, h)
        },
        store: |v| [0, 1, 2, 3, 4, 5, 6, 7].map(|i| lane(v, i)),
        splat: |word: u32| _mm256_set1_epi32(word.cast_signed()),
        add: |a, b| _mm256_add_epi32(a, b),
        rotate: |v, bits| _mm256_or_si256(right(v, bits), left(v, 32 - bits)),
        shift: right,
        xor3: |a, b, c| _mm256_xor_si256(_mm256_xor_si256(a, b), c),
        choose: |a, b, c| _mm256_xor_si256(_mm256_and_si256(a, _mm256_xor_si256(b, c)), c),
        // The next round's b ^ c is this one's a ^ b, which the compiler computes once.
        majority: |a, b, c| {
            let differ = _mm256_and_si256(_mm256_xor_si256(a, b), _mm256_xor_si256(b, c));
            _mm256_xor_si256(differ, b)
        },
    }
    .advance::<1>(chains, rounds);
}

#[target_feature(enable = "sse2")]
fn sse2(chains: &mut Chains, rounds: u32) {
    let right = |v, bits| _mm_srl_epi32(v, _mm_cvtsi32_si128(bits));
    let left = |v, bits| _mm_sll_epi32(v, _mm_cvtsi32_si128(bits));
    Alu {
        load: |words: [u32; 4]| {
            let [a, b, c, d] = words.map(u32::cast_signed);
            _mm_setr_epi32(a, b, c, d)
        },
        store: |v| {
            let lanes =
                [v, _mm_srli_si128::<4>(v), _mm_srli_si128::<8>(v), _mm_srli_si128::<12>(v)];
            lanes.map(|v| _mm_cvtsi128_si32(v).cast_unsigned())
        },
        splat: |word: u32| _mm_set1_epi32(word.cast_signed()),
        add: |a, b| _mm_add_epi32(a, b),
        rotate: |v, bits| _mm_or_si128(right(v, bits), left(v, 32 - bits)),
        shift: right,
        xor3: |a, b, c| _mm_xor_si128(_mm_xor_si128(a, b), c),
        choose: |a, b, c| _mm_xor_si128(_mm_and_si128(a, _mm_xor_si128(b, c)), c),
        majority: |a, b, c| {
            _mm_xor_si128(_mm_and_si128(_mm_xor_si128(a, b), _mm_xor_si128(b, c)), b)
        },
    }
    .advance::<1>(chains, rounds);
}
