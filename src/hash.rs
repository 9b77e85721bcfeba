//! What a stored hash is and means: parse, verify, make. One scheme a file.
//!
//! A stored hash is parsed strictly before anything is computed, so that a hostile file can cost
//! neither an hour nor a false match.

pub mod lanes;
mod many;
pub mod passlib;

use std::fmt;
use std::num::NonZeroU32;

use crate::error::{Error, Result};
use crate::password::Password;
use lanes::{Job, Key};
use passlib::Pbkdf2Sha256;

/// The longest hash in bytes: the application's `VARCHAR(120)`.
pub const MAX_HASH_BYTES: usize = 120;

/// The longest stored text that can be a readable hash: 1024 bytes of salt are 1366 characters.
pub const MAX_READABLE_BYTES: usize = 2048;

/// The shortest text that is taken for a hash of a known scheme: any of them has a checksum.
pub const SHORTEST_KNOWN_BYTES: usize = 20;

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
        passlib::make(password.as_bytes(), &salt, rounds).map(HashString)
    }

    /// Hashes many passwords, each with a salt of its own, on several threads.
    ///
    /// `progress` is told now and then how many of them are done, about.
    ///
    /// # Errors
    /// What `random` fails with, or [`Error::Internal`].
    pub fn make_many(
        passwords: &[Password],
        rounds: Rounds,
        threads: usize,
        mut random: impl FnMut(&mut [u8]) -> Result<()>,
        progress: impl FnMut(u64),
    ) -> Result<Vec<Self>> {
        let mut salts = vec![[0; passlib::SALT_BYTES]; passwords.len()];
        random(salts.as_flattened_mut())?;
        let rounds_of_job = NonZeroU32::new(rounds.get()).unwrap_or(NonZeroU32::MIN);
        let jobs: Vec<Job<'_>> = passwords
            .iter()
            .zip(&salts)
            .map(|(password, salt)| Job {
                password: password.as_bytes(),
                salt,
                rounds: rounds_of_job,
            })
            .collect();
        let keys = many::derive_all(&jobs, threads, progress)?;
        let write = |(salt, key): (&[u8; 16], &Key)| HashString(passlib::write(rounds, salt, key));
        Ok(salts.iter().zip(keys.iter()).map(write).collect())
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

/// Checks many passwords, each against a stored hash, on several threads; a malformed hash is that
/// of no password.
///
/// `progress` is told now and then how many of them are done, about.
///
/// # Errors
/// [`Error::Internal`].
pub fn verify_many(
    pairs: &[(&Password, &[u8])],
    threads: usize,
    progress: impl FnMut(u64),
) -> Result<Vec<bool>> {
    let parsed: Vec<Option<Pbkdf2Sha256>> =
        pairs.iter().map(|(_, stored)| Pbkdf2Sha256::parse(stored).ok()).collect();
    let jobs: Vec<Job<'_>> = pairs
        .iter()
        .zip(&parsed)
        .map(|((password, _), stored)| Job {
            password: password.as_bytes(),
            salt: stored.as_ref().map_or(&[], Pbkdf2Sha256::salt),
            rounds: stored
                .as_ref()
                .and_then(|stored| NonZeroU32::new(stored.rounds()))
                .unwrap_or(NonZeroU32::MIN),
        })
        .collect();
    let keys = many::derive_all(&jobs, threads, progress)?;
    let matches = |(stored, key): (&Option<Pbkdf2Sha256>, &Key)| {
        stored.as_ref().is_some_and(|stored| stored.has_checksum(key))
    };
    Ok(parsed.iter().zip(keys.iter()).map(matches).collect())
}

/// Whether a hash is of a scheme that can be verified, malformed or not.
#[must_use]
pub fn is_supported(stored: &[u8]) -> bool {
    scheme(stored).name == passlib::NAME
}

/// The scheme of a stored hash, if it is a known one, whether it can be verified or not.
#[must_use]
pub fn known_scheme(stored: &[u8]) -> Option<&'static str> {
    Some(scheme(stored).name).filter(|name| *name != Scheme::UNKNOWN.name)
}

/// Whether a value of any column looks like a hash of a known scheme. Digits alone do not: tokens
/// are made of them too.
#[must_use]
pub fn looks_like_one(value: &[u8]) -> bool {
    value.len() >= SHORTEST_KNOWN_BYTES
        && value.iter().all(u8::is_ascii_graphic)
        && prefixed_scheme(value).is_some()
}

/// Spends the work of checking a password against a hash of this many rounds.
pub fn verify_nothing(password: &Password, rounds: u32) {
    if rounds > 0 {
        std::hint::black_box(Pbkdf2Sha256::decoy(rounds).verify(password.as_bytes()));
    }
}

/// What a stored hash seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scheme {
    /// passlib's name of the scheme, or `unknown`.
    pub name: &'static str,
    /// The iteration count, if the hash is one that can be verified.
    pub rounds: Option<u32>,
}

impl Scheme {
    /// What is none of the known ones.
    pub const UNKNOWN: Scheme = Scheme { name: "unknown", rounds: None };
}

/// Names the scheme of a stored hash by its prefix, whether it can be verified or not.
#[must_use]
pub fn scheme(stored: &[u8]) -> Scheme {
    let rounds = Pbkdf2Sha256::parse(stored).ok().map(|hash| hash.rounds());
    let name =
        prefixed_scheme(stored).or_else(|| bare_scheme(stored)).unwrap_or(Scheme::UNKNOWN.name);
    Scheme { name, rounds }
}

/// The scheme of a hash that says so at its beginning.
fn prefixed_scheme(stored: &[u8]) -> Option<&'static str> {
    /// Prefixes of the Modular Crypt Format and of Python's frameworks, with passlib's names.
    const PREFIXES: [(&str, &str); 30] = [
        (passlib::PREFIX, passlib::NAME),
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
        ("$7$", "scrypt"),
        ("$P$", "phpass"),
        ("$H$", "phpass"),
        ("$sha1$", "sha1_crypt"),
        ("$md5", "sun_md5_crypt"),
        ("sha1$", "django_salted_sha1"),
        ("md5$", "django_salted_md5"),
        ("sha256$", "werkzeug_sha256"),
    ];
    let known = PREFIXES.iter().find(|(prefix, _)| stored.starts_with(prefix.as_bytes()));
    known.map(|(_, name)| *name)
}

/// The scheme of a digest without salt, by its length.
fn bare_scheme(stored: &[u8]) -> Option<&'static str> {
    let is_hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    if let Some(digits) = stored.strip_prefix(b"*") {
        return (digits.len() == 40 && is_hex(digits)).then_some("mysql41");
    }
    match stored.len() {
        32 if is_hex(stored) => Some("hex_md5"),
        40 if is_hex(stored) => Some("hex_sha1"),
        64 if is_hex(stored) => Some("hex_sha256"),
        128 if is_hex(stored) => Some("hex_sha512"),
        _ => None,
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

    #[test]
    fn schemes_are_named_without_being_readable() {
        let unreadable = |name| Scheme { name, rounds: None };
        assert_eq!(scheme(b"$2y$10$abc"), unreadable("bcrypt"));
        assert_eq!(scheme(b"$pbkdf2-sha256$i=1000,l=32$x$y"), unreadable("pbkdf2_sha256"));
        assert_eq!(scheme(b"\xff"), unreadable("unknown"));
        for (hash, name) in [
            ("sha256$abc$5f4dcc", "werkzeug_sha256"),
            ("$P$B55D6LjfHDkINU5wF.v2BuuzO0/XPk/", "phpass"),
            ("*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", "mysql41"),
            ("*2470C0", "unknown"),
            ("5f4dcc3b5aa765d61d8327deb882cf99", "hex_md5"),
            ("5f4dcc3b5aa765d61d8327deb882cf9", "unknown"),
        ] {
            assert_eq!(scheme(hash.as_bytes()), unreadable(name), "{hash}");
        }
        // A token is no sign of users.
        assert!(!looks_like_one(b"5f4dcc3b5aa765d61d8327deb882cf99"));
        assert!(looks_like_one(b"$P$B55D6LjfHDkINU5wF.v2BuuzO0/XPk/"));
    }
}
