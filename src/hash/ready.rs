//! A hash that may be stored: made here from a password, or made elsewhere and found readable.

use std::fmt;

use super::guess::scheme;
use super::many::Task;
use super::{Hash, Pepper, Recipe, Scheme};
use crate::error::{Error, Result};
use crate::password::Password;

/// A hash that may be stored, since the application can read it.
#[derive(Clone, PartialEq, Eq)]
pub struct HashString(String);

impl HashString {
    /// Hashes a password with a salt straight from `random`.
    ///
    /// This is the slow step: from 0.1 to 0.5 s by default. No lock may be held meanwhile.
    ///
    /// # Errors
    /// [`Error::InvalidPassword`] for a password of which the scheme looks only at a part; what
    /// `random` fails with; or [`Error::Internal`] for want of memory.
    pub fn make(
        password: &Password,
        recipe: Recipe,
        pepper: Option<&Pepper>,
        random: impl FnOnce(&mut [u8]) -> Result<()>,
    ) -> Result<Self> {
        let mut salt = [0; 16];
        random(&mut salt)?;
        let hash = Hash::begin(recipe, salt);
        let task = Task::make(&hash, password, pepper)?;
        let checksum = task.derive()?;
        Ok(Self::finish(hash, &checksum))
    }

    /// The hash that is begun, with its checksum.
    pub(super) fn finish(begun: Hash, checksum: &[u8]) -> Self {
        HashString(Hash { checksum: checksum.to_vec(), ..begun }.write())
    }

    /// Takes a ready hash, if the application could verify a password against it: one of the
    /// `accepted` schemes, and of at most `longest` bytes.
    ///
    /// # Errors
    /// [`Error::InvalidHash`], which names the scheme but never the hash.
    pub fn from_ready(text: &[u8], accepted: &[Scheme], longest: usize) -> Result<Self> {
        let refuse = |reason: String| Err(Error::InvalidHash(reason));
        let name = scheme(text).name;
        if !accepted.iter().any(|scheme| scheme.name() == name) {
            let names: Vec<&str> = accepted.iter().map(|scheme| scheme.name()).collect();
            let names = names.join(", ");
            return refuse(format!("only {names} can be stored, and its scheme is {name}"));
        }
        if let Err(reason) = Hash::parse(text) {
            return refuse(reason.to_owned());
        }
        if text.len() > longest {
            return refuse(format!("it has {} bytes, {longest} are allowed", text.len()));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::examples::{parse, password};
    use crate::hash::{Work, verify_many};

    #[test]
    fn a_ready_hash_must_be_readable_and_fit_the_column() {
        let ready = |hash: &str| {
            HashString::from_ready(
                hash.as_bytes(),
                &[Scheme::Pbkdf2Sha256],
                super::super::MAX_HASH_BYTES,
            )
        };
        let salted =
            |bytes: usize| format!("$pbkdf2-sha256$1000${}${}", "A".repeat(bytes), "A".repeat(43));
        assert!(ready(&salted(56)).is_ok());
        assert_eq!(salted(56).len(), 120);
        for (hash, says) in [
            (salted(58), "bytes"),
            (salted(20).replace("1000", "0"), "rounds"),
            ("$2b$12$abc".to_owned(), "bcrypt"),
            ("$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S".to_owned(), "bcrypt"),
            ("hunter2".to_owned(), "unknown"),
            (String::new(), "unknown"),
        ] {
            let error = ready(&hash).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
            assert!(hash.is_empty() || !error.contains(&hash), "{error}");
        }
    }

    /// Recipes that cost next to nothing, one for each scheme that is written.
    fn cheap() -> Vec<Recipe> {
        let recipes = Scheme::ALL.iter().copied().filter_map(Recipe::new);
        let cheap = recipes.map(|recipe| {
            let parameters = match recipe.work {
                Work::Pbkdf2 { .. } | Work::ShaCrypt { .. } => "1000",
                Work::Bcrypt { .. } => "4",
                Work::Scrypt { .. } => "128:8:1",
                Work::Argon2 { .. } => "16:1:2",
                Work::Apr1 => "",
            };
            format!("{}:{parameters}", recipe.scheme).parse().unwrap()
        });
        cheap.collect()
    }

    #[test]
    fn a_new_hash_is_read_again_by_every_way() {
        let plain = ["correct horse", "p\u{e2}ssw\u{f6}rd \u{20ac}\u{1f600}"].map(password);
        let recipes = cheap();
        let pairs: Vec<_> =
            recipes.iter().flat_map(|&recipe| plain.iter().map(move |it| (it, recipe))).collect();
        let random = |bytes: &mut [u8]| {
            let mut next = 1_u8;
            bytes.fill_with(|| {
                next = next.wrapping_mul(5).wrapping_add(1);
                next
            });
            Ok(())
        };
        let mut told = 0;
        let made = HashString::make_many(&pairs, None, 2, random, |done| {
            told += done;
            Ok(())
        });
        let made = made.unwrap();
        assert_eq!(told, pairs.len() as u64);
        for ((plain, recipe), made) in pairs.iter().zip(&made) {
            let hash = parse(made.as_str());
            assert_eq!((hash.scheme, hash.work), (recipe.scheme, recipe.work));
            assert!(hash.verify(plain, None).unwrap(), "{recipe}");
        }
        let one = HashString::make(&plain[0], recipes[0], None, random).unwrap();
        assert!(parse(one.as_str()).verify(&plain[0], None).unwrap());

        // All schemes in one batch, and among them one that is none.
        let wrong = password("battery staple");
        let mut checks: Vec<(&Password, &[u8])> = pairs
            .iter()
            .zip(&made)
            .map(|((plain, _), made)| (*plain, made.as_str().as_bytes()))
            .collect();
        checks.insert(3, (&plain[0], b"!unusable"));
        checks.push((&wrong, made[0].as_str().as_bytes()));
        let same = verify_many(&checks, None, 2, |_| Ok(())).unwrap();
        let wanted = (0..checks.len()).map(|at| at != 3 && at != checks.len() - 1);
        assert_eq!(same, wanted.collect::<Vec<_>>());
    }
}
