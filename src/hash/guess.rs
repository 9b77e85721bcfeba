//! What a stored hash seems to be, whether it can be verified here or not. Nothing is computed.

use super::{Hash, Work};

/// The shortest text that is taken for a hash of a known scheme: any of them has a checksum.
pub const SHORTEST_KNOWN_BYTES: usize = 20;

/// What a stored hash seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The name of the scheme, passlib's for one that cannot be verified here, or `unknown`.
    pub name: &'static str,
    /// What it costs, if it can be verified.
    pub work: Option<Work>,
}

impl Seen {
    /// What is none of the known ones.
    pub const UNKNOWN: Seen = Seen { name: "unknown", work: None };

    /// The one number that sets the cost, if it can be verified and there is one.
    #[must_use]
    pub fn rounds(&self) -> Option<u32> {
        self.work.and_then(Work::number)
    }

    /// The numbers that set the cost, as they stand in a recipe, if it can be verified.
    #[must_use]
    pub fn parameters(&self) -> Option<String> {
        self.work.map(|work| work.to_string()).filter(|parameters| !parameters.is_empty())
    }
}

/// Tells what a stored hash seems to be: by all of it, if it can be verified, or else by its beginning.
#[must_use]
pub fn scheme(stored: &[u8]) -> Seen {
    match Hash::parse(stored) {
        Ok(hash) => Seen { name: hash.scheme().name(), work: Some(hash.work()) },
        Err(_) => Seen { name: known_scheme(stored).unwrap_or(Seen::UNKNOWN.name), work: None },
    }
}

/// The scheme of a hash that says so at its beginning.
fn prefixed_scheme(stored: &[u8]) -> Option<&'static str> {
    /// Prefixes of the Modular Crypt Format and of Python's frameworks, with the names of the schemes
    /// that can be verified here, and passlib's names of others.
    const PREFIXES: [(&str, &str); 39] = [
        ("$pbkdf2-sha256$", "pbkdf2_sha256"),
        ("$pbkdf2-sha512$", "pbkdf2_sha512"),
        ("$pbkdf2$", "pbkdf2_sha1"),
        ("pbkdf2_sha256$", "django_pbkdf2_sha256"),
        ("pbkdf2_sha1$", "django_pbkdf2_sha1"),
        ("pbkdf2:sha256:", "werkzeug_pbkdf2_sha256"),
        ("pbkdf2:sha512:", "werkzeug_pbkdf2_sha512"),
        ("pbkdf2:sha1:", "werkzeug_pbkdf2_sha1"),
        ("pbkdf2:", "werkzeug_pbkdf2"),
        ("scrypt:", "werkzeug_scrypt"),
        ("scrypt$", "django_scrypt"),
        ("$2a$", "bcrypt"),
        ("$2b$", "bcrypt"),
        ("$2y$", "bcrypt"),
        ("bcrypt_sha256$", "django_bcrypt_sha256"),
        ("bcrypt$", "django_bcrypt"),
        ("$bcrypt-sha256$", "bcrypt_sha256"),
        ("$argon2id$", "argon2id"),
        ("$argon2i$", "argon2i"),
        ("$argon2d$", "argon2d"),
        ("$argon2", "argon2"),
        ("argon2$", "django_argon2"),
        ("$scrypt$", "scrypt"),
        ("$6$", "sha512_crypt"),
        ("$5$", "sha256_crypt"),
        ("$1$", "md5_crypt"),
        ("$apr1$", "apr1"),
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
        let unreadable = |name| Seen { name, work: None };
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
        // Neither a token nor a name is a sign of users.
        assert!(!looks_like_one(b"bcrypt-is-what-i-am-called"));
        assert!(!looks_like_one(b"5f4dcc3b5aa765d61d8327deb882cf99"));
        assert!(looks_like_one(b"$P$B55D6LjfHDkINU5wF.v2BuuzO0/XPk/"));
    }

    #[test]
    fn other_forms_are_refused() {
        for stored in [
            "",
            "!",
            "!T8OUTxPNSnhOPEKpSnyNXvb3WsNSGEmRJgrqRM5c",
            "$",
            "$2b$",
            "$2$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S",
            "$2x$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S",
            "$2b$4$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S",
            "$2b$12$bms2BrkFQbPmTyt3hcoXsvPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S",
            "$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9T",
            "$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S\n",
            "bcrypt$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S",
            "$bcrypt-sha256$v=3,t=2b,r=12$xPbSA8/k0qNWbqFRfSVzju$q3ziauQVgJXZlfoiA8QwtwU6Obt9F/2",
            "$bcrypt-sha256$v=2,t=2a,r=12$xPbSA8/k0qNWbqFRfSVzju$q3ziauQVgJXZlfoiA8QwtwU6Obt9F/2",
            "$bcrypt-sha256$v=2,t=2b,r=012$xPbSA8/k0qNWbqFRfSVzju$q3ziauQVgJXZlfoiA8QwtwU6Obt9F/2",
            "$argon2id$m=65536,t=3,p=4$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
            "$argon2id$v=16$m=65536,t=3,p=4$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
            "$argon2id$v=19$t=3,m=65536,p=4$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
            "$argon2id$v=19$m=65536,t=03,p=4$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
            "$argon2id$v=19$m=65536,t=3,p=4,keyid=Zm9v$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
            "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
            "$argon2id$v=19$m=65536,t=3,p=4$ZoHCjUNxtsl8RRUNSjZkHx$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
            "scrypt:32768:8$salt$00",
            "scrypt$salt$00",
            "pbkdf2:sha256$salt$edf2cc49668aa79417b77d91c7020f1cd9d62ff00f5e50a1f1ea33b6aeb99a2a",
            "pbkdf2:sha256:1000$$edf2cc49668aa79417b77d91c7020f1cd9d62ff00f5e50a1f1ea33b6aeb99a2a",
            "pbkdf2:sha256:1000$salt$EDF2cc49668aa79417b77d91c7020f1cd9d62ff00f5e50a1f1ea33b6aeb99a2a",
            "pbkdf2:md5:1000$salt$edf2cc49668aa79417b77d91c7020f1c",
            "sha256$salt$edf2cc49668aa79417b77d91c7020f1cd9d62ff00f5e50a1f1ea33b6aeb99a2a",
            "pbkdf2_sha256$0$salt$+dAjWatE1E8a6JHmZZx5vT/hBiYd+JZxl/seIWevLPI=",
            "pbkdf2_sha256$1000$$+dAjWatE1E8a6JHmZZx5vT/hBiYd+JZxl/seIWevLPI=",
            "pbkdf2_sha256$1000$salt$+dAjWatE1E8a6JHmZZx5vT/hBiYd+JZxl/seIWevLPI",
            "pbkdf2_sha256$1000$salt$+dAjWatE1E8a6JHmZZx5vT/hBiYd+JZxl/seIWevLPJ=",
            "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
            "$apr1$ninechars$BPLLHxWlUVZ7Q9Kj.Lh4u/",
            "$6$rounds=05000$salt$",
            "$1$salt$BPLLHxWlUVZ7Q9Kj.Lh4u/",
        ] {
            assert!(Hash::parse(stored.as_bytes()).is_err(), "{stored}");
        }
    }
}
