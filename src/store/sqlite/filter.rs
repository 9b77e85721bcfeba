//! A sieve that lets all names through that `similar.rs` looks for, and few others, without keeping
//! any of them (a Bloom filter with one hash function).

use crate::user::Id;
use crate::user::fold::fingerprint;

/// The most words: 4 MiB, with which two million names let one user in sixteen through.
const MOST_WORDS: u64 = 1 << 19;

/// Names that are looked for, and ids of users who have none.
pub(super) struct Filter {
    /// A power of two of words.
    bits: Vec<u64>,
}

impl Filter {
    /// A filter for this many names.
    pub(super) fn new(names: u64) -> Self {
        let words = (names / 4).clamp(1, MOST_WORDS).next_power_of_two();
        Filter { bits: vec![0; usize::try_from(words).unwrap_or(1)] }
    }

    pub(super) fn add(&mut self, name: Option<&[u8]>, id: Id<'_>) {
        let (word, bit) = self.place(name, id);
        self.bits[word] |= bit;
    }

    /// Whether this name, or one that looks like it, may have been added.
    pub(super) fn may_hold(&self, name: Option<&[u8]>, id: Id<'_>) -> bool {
        let (word, bit) = self.place(name, id);
        self.bits[word] & bit != 0
    }

    /// The word and the bit in it of a name, or of an id that has none.
    fn place(&self, name: Option<&[u8]>, id: Id<'_>) -> (usize, u64) {
        let number = match name.map(std::str::from_utf8) {
            Some(Ok(name)) => fingerprint(name),
            None if let Id::Number(number) = id => number.cast_unsigned(),
            // What is not text looks like no other, and ids of the nameless that are text are few.
            None | Some(Err(_)) => 0,
        };
        // The high bits depend on all of the low ones.
        let hash = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let word = usize::try_from(hash >> 40).unwrap_or(0) & (self.bits.len() - 1);
        (word, 1 << (hash >> 34 & 63))
    }
}
