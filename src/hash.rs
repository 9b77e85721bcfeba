//! What a stored hash is and means: parse, verify, make. One scheme a file.
//!
//! A stored hash is parsed strictly before anything is computed, so that a hostile file can cost
//! neither an hour nor a false match. How a scheme's text is read and made is in the file of its
//! library, `hash/passlib.rs`; whole batches are hashed in `hash/many.rs`.

pub mod lanes;
mod many;
mod passlib;
mod scheme;

use std::fmt;

use crate::error::{Error, Result};
use crate::password::Password;
use passlib::Pbkdf2Sha256;

pub use many::verify_many;
pub use passlib::NAME;
pub use scheme::{SHORTEST_KNOWN_BYTES, Scheme, known_scheme, looks_like_one, scheme};

/// The longest hash in bytes: the application's `VARCHAR(120)`.
pub const MAX_HASH_BYTES: usize = 120;

/// The longest stored text that can be a readable hash: 1024 bytes of salt are 1366 characters.
pub const MAX_READABLE_BYTES: usize = 2048;

/// The iteration count for new hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds(u32);

impl Rounds {
    /// What OWASP's Password Storage Cheat Sheet asks of PBKDF2-HMAC-SHA256.
    pub const DEFAULT: Rounds = Rounds(600_000);
    /// The least that is accepted for new hashes (RFC 8018, section 4.2).
    pub const MIN: u32 = 1000;
    /// The most that is accepted, new or stored: 7 seconds on the machine of the benchmarks.
    pub const MAX: u32 = 10_000_000;

    /// Takes an iteration count from [`Rounds::MIN`] to [`Rounds::MAX`].
    #[must_use]
    pub fn new(rounds: u32) -> Option<Self> {
        (Self::MIN..=Self::MAX).contains(&rounds).then_some(Rounds(rounds))
    }

    /// The iteration count.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for Rounds {
    fn default() -> Self {
        Rounds::DEFAULT
    }
}

/// A hash that may be stored: of a readable scheme and at most [`MAX_HASH_BYTES`] long.
#[derive(Clone, PartialEq, Eq)]
pub struct HashString(String);

impl HashString {
    /// Hashes a password with a salt straight from `random`.
    ///
    /// This is the slow step: about 0.4 s at [`Rounds::DEFAULT`]. No lock may be held meanwhile.
    ///
    /// # Errors
    /// What `random` fails with.
    pub fn make(
        password: &Password,
        rounds: Rounds,
        random: impl FnOnce(&mut [u8]) -> Result<()>,
    ) -> Result<Self> {
        let mut salt = [0; passlib::SALT_BYTES];
        random(&mut salt)?;
        Ok(HashString(passlib::make(password.as_bytes(), &salt, rounds)))
    }

    /// Takes a ready hash, if the application could verify a password against it.
    ///
    /// # Errors
    /// [`Error::InvalidHash`], which names the scheme but never the hash.
    pub fn from_ready(text: &[u8]) -> Result<Self> {
        let refuse = |reason: String| Err(Error::InvalidHash(reason));
        if let Err(reason) = Pbkdf2Sha256::parse(text) {
            let scheme = scheme(text).name;
            return refuse(if scheme == passlib::NAME {
                reason.to_owned()
            } else {
                format!("only {} can be stored, and its scheme is {scheme}", passlib::NAME)
            });
        }
        if text.len() > MAX_HASH_BYTES {
            return refuse(format!("it has {} bytes, {MAX_HASH_BYTES} are allowed", text.len()));
        }
        // What was parsed is ASCII.
        Ok(HashString(String::from_utf8_lossy(text).into_owned()))
    }

    /// The text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HashString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashString(..)")
    }
}

/// Checks a password against a stored hash, in constant time for hashes of equal cost.
///
/// # Errors
/// The reason why the hash is malformed; nothing was computed then.
pub fn verify(password: &Password, stored: &[u8]) -> Result<bool, &'static str> {
    Pbkdf2Sha256::parse(stored).map(|hash| hash.verify(password.as_bytes()))
}

/// Spends the work of checking a password against a hash of this many rounds.
pub fn verify_nothing(password: &Password, rounds: u32) {
    if rounds > 0 {
        std::hint::black_box(Pbkdf2Sha256::decoy(rounds).verify(password.as_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ready_hash_must_be_readable_and_fit_the_column() {
        let salted =
            |bytes: usize| format!("$pbkdf2-sha256$1000${}${}", "A".repeat(bytes), "A".repeat(43));
        assert!(HashString::from_ready(salted(56).as_bytes()).is_ok());
        assert_eq!(salted(56).len(), 120);
        for (hash, says) in [
            (salted(58), "bytes"),
            (salted(20).replace("1000", "0"), "rounds"),
            ("$2b$12$abc".to_owned(), "bcrypt"),
            ("hunter2".to_owned(), "unknown"),
            (String::new(), "unknown"),
        ] {
            let error = HashString::from_ready(hash.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
            assert!(hash.is_empty() || !error.contains(&hash), "{error}");
        }
    }
}
