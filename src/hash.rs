//! What a stored hash is and means: parse, verify, make. Here are the matches over schemes, and nothing
//! else.
//!
//! A stored hash is parsed strictly before anything is computed, so that a hostile file can cost
//! neither an hour nor a false match. How a scheme's text is read and written is in the file of its
//! library, `hash/NAME.rs`; what its function costs in `hash/work.rs`; whole batches are hashed in
//! `hash/many.rs`. A new scheme gets its name in `hash/scheme.rs`, a file or a place in that of its
//! library, a default cost in `hash/recipe.rs`, and arms here.

mod argon2;
mod bcrypt;
mod crypt;
mod django;
mod effort;
mod examples;
mod guess;
pub mod lanes;
mod many;
mod passlib;
mod pepper;
mod ready;
mod recipe;
mod scheme;
mod text;
mod werkzeug;
mod work;

use subtle::ConstantTimeEq;

use crate::error::Result;
use crate::password::Password;
use many::{Secret, Task};

pub use effort::Effort;
pub use guess::{SHORTEST_KNOWN_BYTES, Seen, known_scheme, looks_like_one, scheme};
pub use many::verify_many;
pub use pepper::{MAX_KEY_BYTES, Pepper};
pub use ready::HashString;
pub use recipe::{Recipe, Rounds};
pub use scheme::Scheme;
pub use work::{Digest, Variant, Work};

/// The longest hash in bytes: the first application's `VARCHAR(120)`.
pub const MAX_HASH_BYTES: usize = 120;

/// The longest stored text that can be a readable hash: 1024 bytes of salt are 1366 characters.
pub const MAX_READABLE_BYTES: usize = 2048;

/// The longest salt in bytes: passlib's `max_salt_size` for PBKDF2.
const MAX_SALT_BYTES: usize = 1024;

/// A stored hash that a password can be checked against.
pub struct Hash {
    scheme: Scheme,
    work: Work,
    before: Before,
    salt: Vec<u8>,
    checksum: Vec<u8>,
}

/// What is done with a password before the function of its scheme.
#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Sha256,
    HmacSha256,
    HexSha256,
}

impl Hash {
    /// Parses a stored hash strictly.
    ///
    /// What the scheme's library refuses is refused, and so is what would cost more than 10 s or
    /// 256 MiB; nothing is computed.
    ///
    /// # Errors
    /// What is wrong with the text, without quoting it.
    pub fn parse(stored: &[u8]) -> Result<Self, &'static str> {
        if stored.len() > MAX_READABLE_BYTES {
            return Err("it is longer than any hash");
        }
        let parse = [
            ("$pbkdf2-", passlib::parse_pbkdf2 as fn(&[u8]) -> _),
            ("$bcrypt-sha256$", passlib::parse_bcrypt),
            ("$2", bcrypt::parse),
            ("$argon2", argon2::parse),
            ("$", crypt::parse),
            ("scrypt:", werkzeug::parse),
            ("pbkdf2:", werkzeug::parse),
            ("", django::parse),
        ];
        let parse = parse.iter().find(|(prefix, _)| stored.starts_with(prefix.as_bytes()));
        parse.map_or(Err("it is of no known scheme"), |(_, parse)| parse(stored))
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// What a check costs.
    #[must_use]
    pub fn work(&self) -> Work {
        self.work
    }

    /// Checks a password, in constant time for hashes of equal cost.
    ///
    /// A password of which the function looks only at a part never matches, whatever the library
    /// does: [`Recipe::check`] keeps such ones from being set.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] for want of memory.
    pub fn verify(&self, password: &Password, pepper: Option<&Pepper>) -> Result<bool> {
        let task = Task::check(self, password, pepper);
        let checksum = task.derive()?;
        Ok(task.is_told_apart() && self.has_checksum(&checksum))
    }

    fn new(scheme: Scheme, work: Work, salt: Vec<u8>, checksum: Vec<u8>) -> Self {
        Hash { scheme, work, before: Before::Nothing, salt, checksum }
    }

    /// A hash that lacks only its checksum.
    fn begin(Recipe { scheme, work }: Recipe, random: [u8; 16]) -> Self {
        let salt = match scheme {
            Scheme::Pbkdf2Sha256
            | Scheme::Pbkdf2Sha512
            | Scheme::BcryptSha256
            | Scheme::DjangoBcryptSha256
            | Scheme::DjangoBcrypt
            | Scheme::Bcrypt
            | Scheme::Argon2id
            | Scheme::Argon2i
            | Scheme::Argon2d => random.to_vec(),
            Scheme::WerkzeugScrypt
            | Scheme::WerkzeugPbkdf2Sha256
            | Scheme::WerkzeugPbkdf2Sha512
            | Scheme::WerkzeugPbkdf2Sha1 => werkzeug::salt(random),
            Scheme::DjangoPbkdf2Sha256
            | Scheme::DjangoPbkdf2Sha1
            | Scheme::DjangoArgon2
            | Scheme::DjangoScrypt => django::salt(random),
            Scheme::Sha512Crypt | Scheme::Sha256Crypt | Scheme::Apr1 => crypt::salt(random),
        };
        let before = match scheme {
            Scheme::BcryptSha256 => Before::HmacSha256,
            Scheme::DjangoBcryptSha256 => Before::HexSha256,
            _ => Before::Nothing,
        };
        let checksum = vec![0; checksum_bytes(work)];
        Hash { before, ..Hash::new(scheme, work, salt, checksum) }
    }

    /// The text to store.
    fn write(&self) -> String {
        let Hash { scheme, work, salt, checksum, .. } = self;
        match scheme {
            Scheme::Pbkdf2Sha256 | Scheme::Pbkdf2Sha512 => {
                passlib::write_pbkdf2(*work, salt, checksum)
            }
            Scheme::BcryptSha256 => passlib::write_bcrypt(*work, salt, checksum),
            Scheme::Sha512Crypt | Scheme::Sha256Crypt | Scheme::Apr1 => {
                crypt::write(*work, salt, checksum)
            }
            Scheme::WerkzeugScrypt
            | Scheme::WerkzeugPbkdf2Sha256
            | Scheme::WerkzeugPbkdf2Sha512
            | Scheme::WerkzeugPbkdf2Sha1 => werkzeug::write(*work, salt, checksum),
            Scheme::DjangoPbkdf2Sha256 | Scheme::DjangoPbkdf2Sha1 => {
                django::write_pbkdf2(*work, salt, checksum)
            }
            Scheme::DjangoArgon2 => format!("argon2{}", argon2::write(*work, salt, checksum)),
            Scheme::DjangoBcryptSha256 => {
                format!("bcrypt_sha256${}", bcrypt::write(*work, salt, checksum))
            }
            Scheme::DjangoBcrypt => format!("bcrypt${}", bcrypt::write(*work, salt, checksum)),
            Scheme::DjangoScrypt => django::write_scrypt(*work, salt, checksum),
            Scheme::Bcrypt => bcrypt::write(*work, salt, checksum),
            Scheme::Argon2id | Scheme::Argon2i | Scheme::Argon2d => {
                argon2::write(*work, salt, checksum)
            }
        }
    }

    /// What goes into the function in place of the password.
    fn secret<'a>(&self, password: &'a Password, pepper: Option<&Pepper>) -> Secret<'a> {
        let secret = match pepper {
            Some(pepper) => Secret::Made(pepper.apply(password, self.scheme)),
            None => Secret::Own(password.as_bytes()),
        };
        match self.before {
            Before::Nothing => secret,
            Before::Sha256 => Secret::Made(passlib::sha256(&secret)),
            Before::HmacSha256 => Secret::Made(passlib::hmac_sha256(&secret, &self.salt)),
            Before::HexSha256 => Secret::Made(django::hex_sha256(&secret)),
        }
    }

    /// Whether this is the checksum; compared in constant time.
    fn has_checksum(&self, checksum: &[u8]) -> bool {
        bool::from(checksum.ct_eq(&self.checksum))
    }
}

/// The length of a new hash's checksum, in bytes, or with crypt(5)'s functions in characters.
fn checksum_bytes(work: Work) -> usize {
    match work {
        Work::Pbkdf2 { digest: Digest::Sha1, .. } => 20,
        Work::Pbkdf2 { digest: Digest::Sha256, .. } => 32,
        Work::Pbkdf2 { digest: Digest::Sha512, .. } => 64,
        Work::Bcrypt { .. } => bcrypt::CHECKSUM_BYTES,
        Work::Scrypt { .. } => werkzeug::SCRYPT_BYTES,
        Work::Argon2 { .. } => argon2::CHECKSUM_BYTES,
        Work::ShaCrypt { digest: Digest::Sha512, .. } => crypt::SHA512_CHARACTERS,
        Work::ShaCrypt { .. } => crypt::SHA256_CHARACTERS,
        Work::Apr1 => crypt::MD5_CHARACTERS,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::examples::{parse, password};
    use super::*;

    /// Strings that the libraries made: passlib 1.7.4, Werkzeug 3.1, Django 5.2, bcrypt 5.0,
    /// argon2-cffi 25.1.
    fn vectors() -> Vec<[String; 3]> {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../tests/vectors/schemes.json")).unwrap();
        let field = |vector: &serde_json::Value, name| vector[name].as_str().unwrap().to_owned();
        let vectors = vectors.as_array().unwrap().iter();
        vectors.map(|it| ["scheme", "hash", "password"].map(|name| field(it, name))).collect()
    }

    #[test]
    fn what_the_libraries_made_is_verified() {
        let mut seen = BTreeSet::new();
        for [scheme, stored, plain] in vectors() {
            let hash = parse(&stored);
            assert_eq!(hash.scheme().name(), scheme, "{stored}");
            assert_eq!(known_scheme(stored.as_bytes()), Some(&scheme[..]), "{stored}");
            assert!(hash.verify(&password(&plain), None).unwrap(), "{stored}");
            for other in ["correct horsf", "correct horse ", "Correct horse", ""] {
                assert!(!hash.verify(&password(other), None).unwrap(), "{stored}: {other}");
            }
            seen.insert(scheme);
        }
        assert_eq!(seen.len(), Scheme::ALL.len(), "{seen:?}");
    }

    #[test]
    fn what_the_libraries_made_is_written_as_they_write_it() {
        let mut written = BTreeSet::new();
        for [scheme, stored, _] in vectors() {
            let has_old_form = ["$2a$", "$2y$", "$5$w", "$5$/", "$6$$", "a256$2"];
            if Recipe::new(Scheme::named(&scheme).unwrap()).is_some()
                && !has_old_form.iter().any(|form| stored.contains(form))
            {
                assert_eq!(parse(&stored).write(), stored);
                written.insert(scheme);
            }
        }
        let writable = Scheme::ALL.iter().copied().filter_map(Recipe::new).count();
        assert_eq!(written.len(), writable, "{written:?}");
    }

    #[test]
    fn a_changed_character_never_matches() {
        let seen: BTreeSet<String> = vectors()
            .into_iter()
            .filter(|[scheme, _, plain]| plain.is_ascii() && scheme != "werkzeug_scrypt")
            .map(|[_, stored, _]| stored)
            .collect();
        for stored in seen {
            // The last six characters are of the checksum, but for what has unused bits.
            for at in stored.len() - 6..stored.len() - 1 {
                let mut changed = stored.clone().into_bytes();
                changed[at] = if changed[at] == b'a' { b'b' } else { b'a' };
                let verdict = Hash::parse(&changed)
                    .ok()
                    .map(|hash| hash.verify(&password("correct horse"), None).unwrap());
                assert_ne!(verdict, Some(true), "{stored} at {at}");
            }
        }
    }

    /// Every character of a library's string is put in the place of others, and left out.
    #[test]
    fn damage_never_matches_another_password_and_never_panics() {
        for [scheme, stored, _] in vectors() {
            for at in 0..stored.len() {
                for with in [&b"$"[..], b":", b"0", b"9", b"\xff", b"\n", b"", b"=="] {
                    let bytes = stored.as_bytes();
                    let damaged = [&bytes[..at], with, &bytes[at + 1..]].concat();
                    if let Ok(hash) = Hash::parse(&damaged) {
                        assert!(hash.work.checked().is_ok(), "{scheme}");
                    }
                }
            }
        }
    }
}
