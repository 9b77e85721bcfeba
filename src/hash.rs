//! What a stored hash is and means: parse, verify, make. One scheme a file.
//!
//! A stored hash is parsed strictly before anything is computed, so that a hostile file can cost
//! neither an hour nor a false match.

pub mod pbkdf2_sha256;

use std::fmt;

use crate::error::{Error, Result};
use crate::password::Password;
use pbkdf2_sha256::Pbkdf2Sha256;

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
        let mut salt = [0; pbkdf2_sha256::SALT_BYTES];
        random(&mut salt)?;
        pbkdf2_sha256::make(password.as_bytes(), &salt, rounds).map(HashString)
    }

    /// Takes a ready hash, if the application could verify a password against it.
    ///
    /// # Errors
    /// [`Error::InvalidHash`], which names the scheme but never the hash.
    pub fn from_ready(text: &[u8]) -> Result<Self> {
        let refuse = |reason: String| Err(Error::InvalidHash(reason));
        if let Err(reason) = Pbkdf2Sha256::parse(text) {
            let scheme = scheme(text).name;
            return refuse(if scheme == pbkdf2_sha256::NAME {
                reason.to_owned()
            } else {
                format!("only {} can be stored, this is {scheme}", pbkdf2_sha256::NAME)
            });
        }
        if text.len() > MAX_HASH_BYTES {
            return refuse(format!("it has {} bytes, {MAX_HASH_BYTES} are allowed", text.len()));
        }
        match std::str::from_utf8(text) {
            Ok(text) => Ok(HashString(text.to_owned())),
            Err(_) => refuse("it is not ASCII".to_owned()),
        }
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
    std::hint::black_box(Pbkdf2Sha256::decoy(rounds).verify(password.as_bytes()));
}

/// What a stored hash seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// passlib's name of the scheme, or `unknown`.
    pub name: &'static str,
    /// The iteration count, if the hash is one that can be verified.
    pub rounds: Option<u32>,
}

/// Names the scheme of a stored hash by its prefix, whether it can be verified or not.
#[must_use]
pub fn scheme(stored: &[u8]) -> Scheme {
    /// Prefixes of the Modular Crypt Format and of Python's frameworks, with passlib's names.
    const PREFIXES: [(&str, &str); 22] = [
        (pbkdf2_sha256::PREFIX, pbkdf2_sha256::NAME),
        ("$pbkdf2-sha512$", "pbkdf2_sha512"),
        ("$pbkdf2$", "pbkdf2_sha1"),
        ("pbkdf2_sha256$", "django_pbkdf2_sha256"),
        ("pbkdf2:", "werkzeug_pbkdf2"),
        ("scrypt:", "werkzeug_scrypt"),
        ("$2a$", "bcrypt"),
        ("$2b$", "bcrypt"),
        ("$2y$", "bcrypt"),
        ("bcrypt", "django_bcrypt"),
        ("$bcrypt-sha256$", "bcrypt_sha256"),
        ("$argon2", "argon2"),
        ("argon2$", "django_argon2"),
        ("$scrypt$", "scrypt"),
        ("$6$", "sha512_crypt"),
        ("$5$", "sha256_crypt"),
        ("$1$", "md5_crypt"),
        ("$apr1$", "apr_md5_crypt"),
        ("{SSHA}", "ldap_salted_sha1"),
        ("{SHA}", "ldap_sha1"),
        ("{PBKDF2", "ldap_pbkdf2"),
        ("$y$", "yescrypt"),
    ];
    let rounds = Pbkdf2Sha256::parse(stored).ok().map(|hash| hash.rounds());
    let known = PREFIXES.iter().find(|(prefix, _)| stored.starts_with(prefix.as_bytes()));
    Scheme { name: known.map_or("unknown", |(_, name)| name), rounds }
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

    #[test]
    fn schemes_are_named_without_being_readable() {
        let unreadable = |name| Scheme { name, rounds: None };
        assert_eq!(scheme(b"$2y$10$abc"), unreadable("bcrypt"));
        assert_eq!(scheme(b"$pbkdf2-sha256$i=1000,l=32$x$y"), unreadable("pbkdf2_sha256"));
        assert_eq!(scheme(b"\xff"), unreadable("unknown"));
    }
}
