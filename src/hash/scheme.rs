//! The names of schemes, whether they can be verified here or not. Nothing is computed; a scheme that
//! can be verified has a file of its own beside this one.

use super::passlib::{self, Pbkdf2Sha256};

/// The shortest text that is taken for a hash of a known scheme: any of them has a checksum.
pub const SHORTEST_KNOWN_BYTES: usize = 20;

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
    let rounds = Pbkdf2Sha256::parse(stored).ok().map(|hash| hash.rounds);
    Scheme { name: known_scheme(stored).unwrap_or(Scheme::UNKNOWN.name), rounds }
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

/// The scheme of a stored hash, if it is a known one, whether it can be verified or not.
#[must_use]
pub fn known_scheme(stored: &[u8]) -> Option<&'static str> {
    prefixed_scheme(stored).or_else(|| bare_scheme(stored))
}

/// Whether a value of any column looks like a hash of a known scheme. Digits alone do not: tokens
/// are made of them too.
#[must_use]
pub fn looks_like_one(value: &[u8]) -> bool {
    value.len() >= SHORTEST_KNOWN_BYTES
        && value.iter().all(u8::is_ascii_graphic)
        && prefixed_scheme(value).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

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
