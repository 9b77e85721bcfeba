//! What new hashes are made with: a scheme and its numbers, as `werkzeug_scrypt:32768:8:1` says them.

use std::fmt;
use std::str::FromStr;

use super::many::Task;
use super::work::{Digest, MAX_PBKDF2_ROUNDS, Variant, Work};
use super::{Hash, Pepper, Scheme, django, werkzeug};
use crate::error::Result;
use crate::password::Password;

/// An iteration count for new hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds(u32);

impl Rounds {
    /// What OWASP's Password Storage Cheat Sheet asks of PBKDF2-HMAC-SHA256.
    pub const DEFAULT: Rounds = Rounds(600_000);
    /// The least that is accepted for new hashes (RFC 8018, section 4.2).
    pub const MIN: u32 = 1000;
    /// The most that is accepted, new or stored: 7 seconds on the machine of the benchmarks.
    pub const MAX: u32 = MAX_PBKDF2_ROUNDS;

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

/// What a new hash is made with: a scheme that may be written, and what it is to cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    pub(super) scheme: Scheme,
    pub(super) work: Work,
}

impl Recipe {
    /// The scheme with what it costs by default today; none for one that is only read.
    #[must_use]
    pub fn new(scheme: Scheme) -> Option<Self> {
        default_work(scheme).map(|work| Recipe { scheme, work })
    }

    /// The recipe of a hash, and of no less cost than by default today; none if its scheme is only
    /// read.
    #[must_use]
    pub fn like(hash: &Hash) -> Option<Self> {
        let least = Self::new(hash.scheme())?;
        // A function with other memory is not compared, but it is not one that costs less.
        Some(if hash.work.steps() > least.work.steps() && least.with_work(hash.work).is_some() {
            Recipe { work: hash.work, ..least }
        } else {
            least
        })
    }

    /// The same scheme with this iteration count; none if it has no such number, or not that one.
    #[must_use]
    pub fn with_rounds(self, Rounds(rounds): Rounds) -> Option<Self> {
        let work = match self.work {
            Work::Pbkdf2 { digest, .. } => Work::Pbkdf2 { digest, rounds },
            Work::ShaCrypt { digest, .. } => Work::ShaCrypt { digest, rounds },
            Work::Bcrypt { .. } | Work::Scrypt { .. } | Work::Argon2 { .. } | Work::Apr1 => {
                return None;
            }
        };
        self.with_work(work)
    }

    /// Checks that the scheme tells this password from all others.
    ///
    /// # Errors
    /// [`crate::Error::InvalidPassword`] for one of which it looks only at a part: more than 72 bytes with
    /// bcrypt, or one with a NUL.
    pub fn check(self, password: &Password, pepper: Option<&Pepper>) -> Result<()> {
        Task::make(&Hash::begin(self, [0; 16]), password, pepper).map(|_| ())
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(self) -> Scheme {
        self.scheme
    }

    /// What it is to cost.
    #[must_use]
    pub fn work(self) -> Work {
        self.work
    }

    fn with_work(self, work: Work) -> Option<Self> {
        let is_new = |work: Work| match work {
            Work::Pbkdf2 { rounds, .. } => rounds >= Rounds::MIN,
            Work::Argon2 { variant, .. } => variant == Variant::Id,
            _ => true,
        };
        (is_new(work) && checked(self.scheme, work).is_ok()).then_some(Recipe { work, ..self })
    }
}

/// Checks numbers by the rules of a scheme, which may be narrower than those of its function.
fn checked(scheme: Scheme, work: Work) -> Result<Work, &'static str> {
    match (scheme, work) {
        (Scheme::WerkzeugScrypt, Work::Scrypt { n, r, p }) => werkzeug::check_scrypt(n, r, p),
        (Scheme::DjangoScrypt, Work::Scrypt { n, r, p }) => django::check_scrypt(n, r, p),
        _ => work.checked(),
    }
}

/// What a scheme costs by default: the default of its library, and where that is old, what OWASP's
/// Password Storage Cheat Sheet asks. The others are only read: their libraries have given them up, or
/// never used them for passwords.
fn default_work(scheme: Scheme) -> Option<Work> {
    let pbkdf2 = |digest, rounds| Some(Work::Pbkdf2 { digest, rounds });
    let argon2 =
        |memory, passes, lanes| Some(Work::Argon2 { variant: Variant::Id, memory, passes, lanes });
    match scheme {
        // OWASP.
        Scheme::Pbkdf2Sha256 => pbkdf2(Digest::Sha256, Rounds::DEFAULT.0),
        Scheme::Pbkdf2Sha512 => pbkdf2(Digest::Sha512, 210_000),
        // passlib 1.7.4.
        Scheme::Sha512Crypt => Some(Work::ShaCrypt { digest: Digest::Sha512, rounds: 656_000 }),
        Scheme::Sha256Crypt => Some(Work::ShaCrypt { digest: Digest::Sha256, rounds: 535_000 }),
        // passlib 1.7.4, Python's bcrypt 5.0 and Django 5.2.
        Scheme::BcryptSha256
        | Scheme::Bcrypt
        | Scheme::DjangoBcryptSha256
        | Scheme::DjangoBcrypt => Some(Work::Bcrypt { cost: 12 }),
        // Werkzeug 3.1 and Django 5.2.
        Scheme::WerkzeugPbkdf2Sha256 | Scheme::DjangoPbkdf2Sha256 => {
            pbkdf2(Digest::Sha256, 1_000_000)
        }
        // Werkzeug 3.1.
        Scheme::WerkzeugScrypt => Some(Work::Scrypt { n: 32_768, r: 8, p: 1 }),
        Scheme::WerkzeugPbkdf2Sha512 => pbkdf2(Digest::Sha512, 1_000_000),
        // Django 5.2.
        Scheme::DjangoArgon2 => argon2(102_400, 2, 8),
        Scheme::DjangoScrypt => Some(Work::Scrypt { n: 16_384, r: 8, p: 5 }),
        // argon2-cffi 25.1 and pwdlib 0.3, after RFC 9106's second choice.
        Scheme::Argon2id => argon2(65_536, 3, 4),
        Scheme::WerkzeugPbkdf2Sha1
        | Scheme::DjangoPbkdf2Sha1
        | Scheme::Argon2i
        | Scheme::Argon2d
        | Scheme::Apr1 => None,
    }
}

impl Default for Recipe {
    /// The first application's.
    fn default() -> Self {
        let work = Work::Pbkdf2 { digest: Digest::Sha256, rounds: Rounds::DEFAULT.0 };
        Recipe { scheme: Scheme::Pbkdf2Sha256, work }
    }
}

impl FromStr for Recipe {
    type Err = String;

    /// Reads `SCHEME[:PARAMETERS]`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, parameters) = match text.split_once(':') {
            Some((name, parameters)) => (name, Some(parameters)),
            None => (text, None),
        };
        let Some(scheme) = Scheme::named(name) else {
            let names = Scheme::ALL.iter().copied().filter(|&scheme| Recipe::new(scheme).is_some());
            let names: Vec<&str> = names.map(Scheme::name).collect();
            return Err(format!("it can be {}", names.join(", ")));
        };
        let recipe = Self::new(scheme).ok_or_else(|| format!("{name} hashes are only read"))?;
        let Some(parameters) = parameters else { return Ok(recipe) };
        let example = || format!("it is written as {recipe}");
        let work =
            recipe.work.with(parameters).map_err(|reason| format!("{reason}; {}", example()))?;
        recipe.with_work(work).ok_or_else(|| {
            let reason = checked(scheme, work).err().unwrap_or("1000 rounds are the least");
            format!("{reason}; {}", example())
        })
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(text: &str) -> Recipe {
        text.parse().unwrap()
    }

    #[test]
    fn recipes_are_read_as_they_are_written() {
        for &scheme in Scheme::ALL {
            match Recipe::new(scheme) {
                Some(made) => {
                    assert_eq!(recipe(&made.to_string()), made);
                    assert_eq!(recipe(scheme.name()), made);
                    assert_eq!(checked(scheme, made.work), Ok(made.work), "{scheme}");
                }
                None => assert!(scheme.name().parse::<Recipe>().is_err(), "{scheme}"),
            }
        }
        for text in ["bcrypt:4", "bcrypt_sha256:13", "werkzeug_scrypt:16384:8:2", "argon2id:8:1:1"]
        {
            assert_eq!(recipe(text).to_string(), text);
        }
    }

    #[test]
    fn numbers_that_a_library_would_not_take_are_refused() {
        for text in [
            "",
            "md5",
            "argon2i:65536:3:4",
            "bcrypt:",
            "bcrypt:3",
            "bcrypt:31",
            "bcrypt:012",
            "bcrypt:12:1",
            "pbkdf2_sha256:999",
            "pbkdf2_sha256:10000001",
            "pbkdf2_sha256:+1000",
            "sha512_crypt:999",
            "sha512_crypt:999999999",
            "werkzeug_scrypt:32768:8",
            "werkzeug_scrypt:32767:8:1",
            "werkzeug_scrypt:2147483648:8:1",
            // Werkzeug allows hashlib too little memory for so few blocks.
            "werkzeug_scrypt:64:8:1",
            // OpenSSL allows Django no more than 32 MiB.
            "django_scrypt:32768:8:1",
            "argon2id:65536:3:0",
            "argon2id:4194304:1:1",
            "argon2id:8:4294967295:1",
            "argon2id:31:3:4",
        ] {
            assert!(text.parse::<Recipe>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_new_hash_costs_what_the_old_one_did_and_no_less_than_by_default() {
        for (old, new) in [
            (
                "$pbkdf2-sha256$29000$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "pbkdf2_sha256:600000",
            ),
            (
                "$pbkdf2-sha256$700000$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "pbkdf2_sha256:700000",
            ),
            ("$2y$10$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S", "bcrypt:12"),
            ("$2a$13$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S", "bcrypt:13"),
            (
                "$argon2id$v=19$m=19456,t=2,p=1$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
                "argon2id:65536:3:4",
            ),
            (
                "$argon2id$v=19$m=131072,t=3,p=1$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
                "argon2id:131072:3:1",
            ),
            (
                "argon2$argon2i$v=19$m=204800,t=9,p=2$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME",
                "django_argon2:102400:2:8",
            ),
        ] {
            let old = Hash::parse(old.as_bytes()).unwrap();
            assert_eq!(Recipe::like(&old), Some(recipe(new)));
        }
        let apr1 = Hash::parse(b"$apr1$abc$BPLLHxWlUVZ7Q9Kj.Lh4u/").unwrap();
        assert_eq!(Recipe::like(&apr1), None);
    }

    #[test]
    fn rounds_are_those_of_schemes_that_have_them() {
        let rounds = Rounds::new(1000).unwrap();
        let with = |text| recipe(text).with_rounds(rounds).map(|recipe| recipe.to_string());
        assert_eq!(with("django_pbkdf2_sha256").as_deref(), Some("django_pbkdf2_sha256:1000"));
        assert_eq!(with("sha512_crypt").as_deref(), Some("sha512_crypt:1000"));
        assert_eq!(with("bcrypt"), None);
        assert_eq!(with("werkzeug_scrypt"), None);
    }
}
