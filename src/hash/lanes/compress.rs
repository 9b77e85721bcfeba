//! The rounds of PBKDF2-HMAC-SHA256 on vectors of any width.
//!
//! Vectors of one instruction set are told from those of another by the operations in [`Alu`]:
//! closures, because a closure inside a `#[target_feature]` function may use its instructions
//! without `unsafe`, which a trait's method may not. For the same reason everything here is
//! inlined always: code on its own would not be compiled for those instructions.
#![expect(clippy::inline_always, reason = "only the caller has the target features")]
#![expect(clippy::many_single_char_names, reason = "the names of FIPS 180-4")]

use std::array::from_fn;

use super::chains::{Chains, Row};

/// The operations on a vector of `u32`, one of each chain.
///
/// Rotations and shifts take a constant number of bits, and go to the right.
pub(super) struct Alu<Load, Store, Splat, Add, Rotate, Shift, Xor3, Choose, Majority> {
    pub(super) load: Load,
    pub(super) store: Store,
    pub(super) splat: Splat,
    pub(super) add: Add,
    pub(super) rotate: Rotate,
    pub(super) shift: Shift,
    pub(super) xor3: Xor3,
    pub(super) choose: Choose,
    pub(super) majority: Majority,
}

impl<V, const LANES: usize, Load, Store, Splat, Add, Rotate, Shift, Xor3, Choose, Majority>
    Alu<Load, Store, Splat, Add, Rotate, Shift, Xor3, Choose, Majority>
where
    V: Copy,
    Load: Fn([u32; LANES]) -> V,
    Store: Fn(V) -> [u32; LANES],
    Splat: Fn(u32) -> V,
    Add: Fn(V, V) -> V,
    Rotate: Fn(V, i32) -> V,
    Shift: Fn(V, i32) -> V,
    Xor3: Fn(V, V, V) -> V,
    Choose: Fn(V, V, V) -> V,
    Majority: Fn(V, V, V) -> V,
{
    /// Advances the chains in the first `GROUPS * LANES` lanes. Two groups fill the pauses in
    /// each other's chains of dependent instructions where one alone leaves the processor idle.
    #[inline(always)]
    pub(super) fn advance<const GROUPS: usize>(&self, chains: &mut Chains, rounds: u32) {
        let inner = self.load::<GROUPS>(&chains.inner);
        let outer = self.load::<GROUPS>(&chains.outer);
        let mut u = self.load::<GROUPS>(&chains.u);
        let mut t = self.load::<GROUPS>(&chains.t);
        for _ in 0..rounds {
            for midstate in [&inner, &outer] {
                self.compress(midstate, &mut u);
            }
            for (t, u) in t.iter_mut().zip(&u) {
                for (t, u) in t.iter_mut().zip(u) {
                    *t = (self.xor3)(*t, *u, (self.splat)(0));
                }
            }
        }
        self.store(&u, &mut chains.u);
        self.store(&t, &mut chains.t);
    }

    #[inline(always)]
    fn load<const GROUPS: usize>(&self, rows: &[Row; 8]) -> [[V; 8]; GROUPS] {
        from_fn(|group| from_fn(|i| (self.load)(rows[i].as_chunks().0[group])))
    }

    #[inline(always)]
    fn store<const GROUPS: usize>(&self, groups: &[[V; 8]; GROUPS], rows: &mut [Row; 8]) {
        for (i, row) in rows.iter_mut().enumerate() {
            for (words, vectors) in row.as_chunks_mut().0.iter_mut().zip(groups) {
                *words = (self.store)(vectors[i]);
            }
        }
    }

    /// Hashes one message of eight words, after the 64 bytes that the midstate stands for, in
    /// place.
    ///
    /// The rest of the block is padding that never changes (FIPS 180-4, section 5.1.1). All but
    /// the first sixteen rounds are a loop, although as straight code the padding would save
    /// three instructions in a hundred: twice the code strains the processor's cache of decoded
    /// instructions, and where it lands in memory then decides between a tenth faster and half
    /// as fast.
    #[inline(always)]
    fn compress<const GROUPS: usize>(
        &self,
        midstate: &[[V; 8]; GROUPS],
        message: &mut [[V; 8]; GROUPS],
    ) {
        let zero = (self.splat)(0);
        let one_bit = (self.splat)(0x8000_0000);
        let length = (self.splat)((64 + 32) * 8);
        let mut schedule = message.map(|[a, b, c, d, e, f, g, h]| {
            [a, b, c, d, e, f, g, h, one_bit, zero, zero, zero, zero, zero, zero, length]
        });
        let mut state = *midstate;
        let [first, rest @ ..] = &K;
        self.sixteen_rounds::<GROUPS, false>(&mut state, &mut schedule, first);
        for k in rest {
            self.sixteen_rounds::<GROUPS, true>(&mut state, &mut schedule, k);
        }
        for ((message, state), midstate) in message.iter_mut().zip(&state).zip(midstate) {
            for ((message, state), midstate) in message.iter_mut().zip(state).zip(midstate) {
                *message = (self.add)(*state, *midstate);
            }
        }
    }

    /// `EXTEND` replaces each word of the schedule by the one sixteen further before its use.
    #[inline(always)]
    fn sixteen_rounds<const GROUPS: usize, const EXTEND: bool>(
        &self,
        state: &mut [[V; 8]; GROUPS],
        schedule: &mut [[V; 16]; GROUPS],
        k: &[u32; 16],
    ) {
        // Straight code, because a loop would put the schedule into memory.
        macro_rules! rounds {
            ($($i:literal)*) => {$(
                for (state, w) in state.iter_mut().zip(&mut *schedule) {
                    if EXTEND {
                        w[$i] = self.extend(w, $i);
                    }
                    *state = self.round(*state, w[$i], k[$i]);
                }
            )*};
        }
        rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    }

    /// The next word of the message schedule (FIPS 180-4, section 6.2.2, step 1).
    #[inline(always)]
    fn extend(&self, w: &[V; 16], i: usize) -> V {
        let Self { add, rotate, shift, xor3, .. } = self;
        let x = w[(i + 1) % 16];
        let sigma0 = xor3(rotate(x, 7), rotate(x, 18), shift(x, 3));
        let sum = add(add(w[i], w[(i + 9) % 16]), sigma0);
        let y = w[(i + 14) % 16];
        let sigma1 = xor3(rotate(y, 17), rotate(y, 19), shift(y, 10));
        add(sum, sigma1)
    }

    /// One round (FIPS 180-4, section 6.2.2, step 3). The order of the lines and of the sums
    /// keeps what is known early away from what everything waits for.
    #[inline(always)]
    fn round(&self, [a, b, c, d, e, f, g, h]: [V; 8], w: V, k: u32) -> [V; 8] {
        let Self { splat, add, rotate, xor3, choose, majority, .. } = self;
        let early = add(add(h, splat(k)), w);
        let majority = majority(a, b, c);
        let sum0 = xor3(rotate(a, 2), rotate(a, 13), rotate(a, 22));
        let choice = choose(e, f, g);
        let sum1 = xor3(rotate(e, 6), rotate(e, 11), rotate(e, 25));
        let t1 = add(add(early, choice), sum1);
        [add(add(majority, sum0), t1), a, b, c, add(d, t1), e, f, g]
    }
}

/// The constants of the rounds (FIPS 180-4, section 4.2.2).
#[rustfmt::skip]
pub(super) const K: [[u32; 16]; 4] = [
    [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    ],
    [
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    ],
    [
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    ],
    [
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ],
];
