//! What the values of a column are: hashes, and of which schemes, or something else. The store hands in
//! the values of some of the newest rows, the newest first.

use crate::hash::{self, Hash, Recipe, Scheme};

/// What was seen of a column.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// The schemes of hashes that can be verified, in the order in which they came, and how many.
    pub schemes: Vec<(Scheme, u32)>,
    /// The same for known schemes that cannot.
    pub foreign: Vec<(&'static str, u32)>,
    /// How many values were neither a hash nor a mark that nobody can log in.
    pub others: u32,
    /// What makes a hash like the newest one of a scheme that can be written.
    pub recipe: Option<Recipe>,
}

impl Values {
    /// Looks at the next value.
    pub fn see(&mut self, value: &[u8]) {
        if is_no_hash_on_purpose(value) {
            return;
        }
        if let Ok(hash) = Hash::parse(value) {
            count(&mut self.schemes, hash.scheme());
            self.recipe = self.recipe.or_else(|| Recipe::like(&hash));
        } else if hash::looks_like_one(value) {
            count(&mut self.foreign, hash::scheme(value).name);
        } else {
            self.others += 1;
        }
    }

    /// How many hashes there are.
    #[must_use]
    pub fn hashes(&self) -> u32 {
        self.schemes.iter().map(|(_, count)| count).sum::<u32>()
            + self.foreign.iter().map(|(_, count)| count).sum::<u32>()
    }

    /// Whether the column is one of hashes: most of what it holds is one.
    #[must_use]
    pub fn is_of_hashes(&self) -> bool {
        self.hashes() > self.others
    }
}

/// Whether a value says that there is no password: empty, `!` and what follows it (Django's
/// `UNUSABLE_PASSWORD_PREFIX`, shadow(5)), or `*`.
#[must_use]
pub fn is_no_hash_on_purpose(value: &[u8]) -> bool {
    value.is_empty() || value.starts_with(b"!") || value == b"*"
}

fn count<T: PartialEq>(counts: &mut Vec<(T, u32)>, scheme: T) {
    match counts.iter_mut().find(|(known, _)| *known == scheme) {
        Some((_, count)) => *count += 1,
        None => counts.push((scheme, 1)),
    }
}
