//! What a hash costs, and the computing itself: a function with the numbers that set its cost. The text
//! forms in which the numbers stand are in the files of the libraries.
//!
//! A stored hash says itself what it costs, so the numbers are checked before anything is computed:
//! none costs more than about 10 s of one core or [`MAX_MEMORY`].

use std::fmt;

use zeroize::{Zeroizing, zeroize_stack};

use super::text::decimal;
use super::{argon2, bcrypt, crypt};
use crate::error::{Error, Result};

/// The most memory that a hash may take, in bytes.
pub(super) const MAX_MEMORY: u64 = 256 << 20;

/// The most rounds of PBKDF2: 7 s with SHA-256 on a core without SHA extensions, 5 s with SHA-512.
pub(super) const MAX_PBKDF2_ROUNDS: u32 = 10_000_000;

/// The most rounds of crypt(5)'s SHA schemes: 6 s with SHA-512, 9 s with SHA-256 on a core without SHA
/// extensions.
const MAX_CRYPT_ROUNDS: u32 = 20_000_000;

/// The highest cost of bcrypt: 9 s. Each step doubles it.
const MAX_BCRYPT_COST: u32 = 17;

/// The most of scrypt's N * r * p: 6 s at 0.09 s for 2^18. Werkzeug itself gives up just below.
const MAX_SCRYPT: u64 = 1 << 24;

/// The most of Argon2's memory in KiB times passes: 7 s at 0.16 s for 196608.
const MAX_ARGON2: u64 = 1 << 23;

/// How much of the stack a derivation may have used, in bytes: several times what it does.
const STACK_BYTES: usize = 32 * 1024;

/// A hash function of PBKDF2 and crypt(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Digest {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// One of the three functions of RFC 9106.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// Argon2id.
    Id,
    /// Argon2i.
    I,
    /// Argon2d.
    D,
}

/// A function, and the numbers that set its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Work {
    /// PBKDF2 with HMAC (RFC 8018, section 5.2) and one block of output.
    Pbkdf2 {
        /// The function under HMAC.
        digest: Digest,
        /// The iteration count.
        rounds: u32,
    },
    /// bcrypt (Provos and Mazieres, 1999).
    Bcrypt {
        /// The binary logarithm of the iteration count.
        cost: u32,
    },
    /// scrypt (RFC 7914), with 64 bytes of output.
    Scrypt {
        /// N, a power of two: how many blocks of memory are filled.
        n: u32,
        /// r: the size of a block in units of 128 bytes.
        r: u32,
        /// p: how many times all of it is done.
        p: u32,
    },
    /// Argon2 version 19 (RFC 9106).
    Argon2 {
        /// Which of the three functions.
        variant: Variant,
        /// The memory in KiB.
        memory: u32,
        /// How many times it is filled.
        passes: u32,
        /// How many lanes it has.
        lanes: u32,
    },
    /// crypt(5)'s function with SHA-256 or SHA-512 (Ulrich Drepper, 2008).
    ShaCrypt {
        /// The hash function.
        digest: Digest,
        /// The iteration count.
        rounds: u32,
    },
    /// Apache's variant of crypt(5)'s function with MD5: always 1000 rounds.
    Apr1,
}

impl Work {
    /// Takes the numbers, if the function is defined for them and costs no more than it may.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn checked(self) -> Result<Self, &'static str> {
        let is = |it: bool, reason| if it { Ok(self) } else { Err(reason) };
        match self {
            Work::Pbkdf2 { rounds, .. } => is(
                (1..=MAX_PBKDF2_ROUNDS).contains(&rounds),
                "its rounds are not a plain number from 1 to 10000000",
            ),
            Work::Bcrypt { cost } => is(
                (4..=MAX_BCRYPT_COST).contains(&cost),
                "its cost is not a number of two digits from 04 to 17",
            ),
            Work::Scrypt { n, r, p } => {
                is(n > 1 && n.is_power_of_two(), "its N is not a power of two")?;
                let product = u64::from(n).saturating_mul(u64::from(r) * u64::from(p));
                is((1..MAX_SCRYPT).contains(&product), "its N, r and p cost too much, or nothing")?;
                // OpenSSL's EVP_PBE_scrypt: N must be below 2^(128 r / 8).
                is(r >= 2 || n < 1 << 16, "its N is too high for its r")?;
                is(self.memory() <= MAX_MEMORY, "it takes more than 256 MiB of memory")
            }
            Work::Argon2 { memory, passes, lanes, .. } => {
                let total = u64::from(memory) * u64::from(passes);
                is(
                    lanes > 0 && u64::from(lanes) * 8 <= memory.into(),
                    "its lanes are none, or too many",
                )?;
                is(
                    (1..=MAX_ARGON2).contains(&total),
                    "its memory and passes cost too much, or nothing",
                )?;
                is(self.memory() <= MAX_MEMORY, "it takes more than 256 MiB of memory")
            }
            Work::ShaCrypt { rounds, .. } => is(
                (1000..=MAX_CRYPT_ROUNDS).contains(&rounds),
                "its rounds are not a plain number from 1000 to 20000000",
            ),
            Work::Apr1 => Ok(self),
        }
    }

    /// The same function with the numbers of a text: `600000`, `12`, `32768:8:1`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(super) fn with(self, parameters: &str) -> Result<Self, &'static str> {
        let mut numbers = parameters.split(':').map(|number| decimal(number.as_bytes()));
        let mut next = || numbers.next().flatten().ok_or("a number is missing or malformed");
        let work = match self {
            Work::Pbkdf2 { digest, .. } => Work::Pbkdf2 { digest, rounds: next()? },
            Work::Bcrypt { .. } => Work::Bcrypt { cost: next()? },
            Work::Scrypt { .. } => Work::Scrypt { n: next()?, r: next()?, p: next()? },
            Work::Argon2 { variant, .. } => {
                Work::Argon2 { variant, memory: next()?, passes: next()?, lanes: next()? }
            }
            Work::ShaCrypt { digest, .. } => Work::ShaCrypt { digest, rounds: next()? },
            Work::Apr1 => Work::Apr1,
        };
        if numbers.next().is_some() {
            return Err("it has too many numbers");
        }
        work.checked()
    }

    /// The one number that sets the cost, where there is one.
    #[must_use]
    pub fn number(self) -> Option<u32> {
        match self {
            Work::Pbkdf2 { rounds, .. } | Work::ShaCrypt { rounds, .. } => Some(rounds),
            Work::Bcrypt { cost } => Some(cost),
            Work::Scrypt { .. } | Work::Argon2 { .. } | Work::Apr1 => None,
        }
    }

    /// The memory that it takes, in bytes, where that is more than a few pages.
    pub(super) fn memory(self) -> u64 {
        match self {
            // RFC 7914, section 6: the vector V, the blocks B, and one more to mix with.
            Work::Scrypt { n, r, p } => 128 * u64::from(r) * (u64::from(n) + u64::from(p) + 2),
            Work::Argon2 { memory, .. } => 1024 * u64::from(memory),
            Work::Pbkdf2 { .. } | Work::Bcrypt { .. } | Work::ShaCrypt { .. } | Work::Apr1 => 0,
        }
    }

    /// What it costs, in steps that are alike for one function with one need of memory.
    pub(super) fn steps(self) -> u64 {
        match self {
            Work::Pbkdf2 { rounds, .. } | Work::ShaCrypt { rounds, .. } => rounds.into(),
            Work::Bcrypt { cost } => 1 << cost,
            Work::Scrypt { n, r, p } => u64::from(n) * u64::from(r) * u64::from(p),
            Work::Argon2 { memory, passes, .. } => u64::from(memory) * u64::from(passes),
            Work::Apr1 => 1000,
        }
    }

    /// What it costs in thousandths of the most that it may.
    pub(super) fn share(self) -> u64 {
        let most = match self {
            Work::Pbkdf2 { .. } => MAX_PBKDF2_ROUNDS.into(),
            Work::Bcrypt { .. } => 1 << MAX_BCRYPT_COST,
            Work::Scrypt { .. } => MAX_SCRYPT,
            Work::Argon2 { .. } => MAX_ARGON2,
            Work::ShaCrypt { .. } | Work::Apr1 => MAX_CRYPT_ROUNDS.into(),
        };
        1000 * self.steps() / most
    }

    /// Whether the function tells such a secret from all others: bcrypt looks at 72 bytes of it, and
    /// crypt(5) stops at a NUL. Libraries differ in what they do with the rest, or refuse it.
    pub(super) fn takes(self, secret: &[u8]) -> bool {
        match self {
            Work::Bcrypt { .. } => secret.len() <= bcrypt::MAX_BYTES && !secret.contains(&0),
            Work::ShaCrypt { .. } | Work::Apr1 => !secret.contains(&0),
            Work::Pbkdf2 { .. } | Work::Scrypt { .. } | Work::Argon2 { .. } => true,
        }
    }

    /// Computes what is stored: a number of bytes, or with crypt(5)'s functions their text.
    ///
    /// # Errors
    /// [`Error::Internal`] if there is no memory for it.
    pub(super) fn derive(
        self,
        secret: &[u8],
        salt: &[u8],
        bytes: usize,
    ) -> Result<Zeroizing<Vec<u8>>> {
        let mut derived = Zeroizing::new(vec![0; bytes]);
        let computed = compute(self, secret, salt, &mut derived);
        // HMAC leaves a block on the stack that is its key, if the key is short enough, and the
        // others have their own copies there.
        zeroize_stack::<STACK_BYTES>();
        match computed {
            Some(()) => Ok(derived),
            None => {
                Err(Error::Internal("a hash cannot be computed, for want of memory".to_owned()))
            }
        }
    }
}

#[inline(never)] // So that its frame lies where `zeroize_stack` looks for it.
fn compute(work: Work, secret: &[u8], salt: &[u8], derived: &mut [u8]) -> Option<()> {
    match work {
        Work::Pbkdf2 { digest, rounds } => pbkdf2_hmac(digest, secret, salt, rounds, derived),
        Work::Bcrypt { cost } => bcrypt::compute(cost, secret, salt, derived),
        Work::Scrypt { n, r, p } => {
            let params = scrypt::Params::new(u8::try_from(n.ilog2()).ok()?, r, p).ok()?;
            scrypt::scrypt(secret, salt, &params, derived).ok()?;
        }
        Work::Argon2 { variant, memory, passes, lanes } => {
            argon2::compute(variant, [memory, passes, lanes], secret, salt, derived)?;
        }
        Work::ShaCrypt { digest, rounds } => {
            crypt::compute(digest, rounds, secret, salt, derived)?;
        }
        Work::Apr1 => crypt::compute_apr1(secret, salt, derived),
    }
    Some(())
}

fn pbkdf2_hmac(digest: Digest, secret: &[u8], salt: &[u8], rounds: u32, derived: &mut [u8]) {
    // Those with parameters are compiled in their own crate, which is optimised for the tests too. They
    // take no fewer than 1000 rounds, though passlib makes hashes of fewer.
    let algorithm = match digest {
        Digest::Sha256 => Some(pbkdf2::Algorithm::Pbkdf2Sha256),
        Digest::Sha512 => Some(pbkdf2::Algorithm::Pbkdf2Sha512),
        Digest::Sha1 => None,
    };
    if let (Some(algorithm), Ok(params)) = (algorithm, pbkdf2::Params::new(rounds)) {
        pbkdf2::pbkdf2_hmac_with_params(secret, salt, algorithm, params, derived);
        return;
    }
    match digest {
        Digest::Sha1 => pbkdf2::pbkdf2_hmac::<sha1::Sha1>(secret, salt, rounds, derived),
        Digest::Sha256 => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(secret, salt, rounds, derived),
        Digest::Sha512 => pbkdf2::pbkdf2_hmac::<sha2::Sha512>(secret, salt, rounds, derived),
    }
}

/// The numbers, as they stand after the name of a scheme.
impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Work::Pbkdf2 { rounds, .. } | Work::ShaCrypt { rounds, .. } => write!(f, "{rounds}"),
            Work::Bcrypt { cost } => write!(f, "{cost}"),
            Work::Scrypt { n, r, p } => write!(f, "{n}:{r}:{p}"),
            Work::Argon2 { memory, passes, lanes, .. } => write!(f, "{memory}:{passes}:{lanes}"),
            Work::Apr1 => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::hash::{Hash, scheme};

    #[test]
    fn what_would_cost_too_much_is_refused_before_anything_is_computed() {
        let bcrypt = "bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S";
        let hex = "0".repeat(128);
        let phc = "ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME";
        let six = "7ZKGUqPZxhzpYjYG$hkG/pwaqVXIJ1MXN96w.J0oKfE/vxOX4vu.YdpQRtc3al2TuR.NxSc0Dmpw.1IR84yk.DwWs/50ef6cFh8XAo/";
        // The numbers in braces are wrong one by one; those before are right.
        for (form, right, wrong) in [
            (format!("$2b${{}}${bcrypt}"), "17", &["18", "31", "03", "00", "99"][..]),
            (format!("bcrypt$$2b${{}}${bcrypt}"), "04", &["18", "31"]),
            (
                format!("scrypt:{{}}$salt${hex}"),
                "32768:8:1",
                &[
                    "2147483648:8:1",
                    "4294967296:8:1",
                    "32767:8:1",
                    "1:8:1",
                    "0:8:1",
                    "32768:0:1",
                    "32768:8:0",
                    "2:536870912:1",
                    "32768:32768:32768",
                    "262144:8:8",
                    // Their product is 2^64 and little more.
                    "4:2147529989:2147437308",
                    "2097152:1:1",
                    "65536:1:1",
                ],
            ),
            (
                format!("$argon2id$v=19${{}}${phc}"),
                "m=262144,t=4,p=4",
                &[
                    "m=4194304,t=1,p=1",
                    "m=65536,t=4294967295,p=1",
                    "m=65536,t=3,p=0",
                    "m=65536,t=0,p=4",
                    "m=0,t=3,p=4",
                    "m=31,t=3,p=4",
                    "m=65536,t=3,p=16777216",
                    "m=262145,t=1,p=1",
                ],
            ),
            (
                format!("$6$rounds={{}}${six}"),
                "656000",
                &["999999999", "20000001", "999", "0", "4294967296"],
            ),
            (
                format!("pbkdf2:sha512:{{}}$salt${hex}"),
                "10000000",
                &["10000001", "0", "4294967295", "4294967296"],
            ),
        ] {
            assert!(Hash::parse(form.replace("{}", right).as_bytes()).is_ok(), "{form}");
            for numbers in wrong {
                let stored = form.replace("{}", numbers);
                assert!(Hash::parse(stored.as_bytes()).is_err(), "{stored}");
                // It is still named.
                assert_ne!(scheme(stored.as_bytes()).name, "unknown", "{stored}");
            }
        }
    }
}
