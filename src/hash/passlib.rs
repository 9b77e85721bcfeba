//! passlib's own text forms: `$pbkdf2-sha256$ROUNDS$SALT$CHECKSUM`, the same with SHA-512, and
//! `$bcrypt-sha256$`.
//!
//! Salt and checksum of PBKDF2 are in passlib's adapted base64: `.` in place of `+`, no padding. This is
//! not the PHC string format, which writes `i=ROUNDS` and which passlib refuses.

use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::text::{ADAPTED, BCRYPT, PADDED, decimal, fields};
use super::work::{Digest, Work};
use super::{Before, Hash, MAX_SALT_BYTES, Scheme, bcrypt};

const SHA256_PREFIX: &str = "$pbkdf2-sha256$";
const SHA512_PREFIX: &str = "$pbkdf2-sha512$";
const BCRYPT_PREFIX: &str = "$bcrypt-sha256$";

/// Reads a hash with PBKDF2.
///
/// Taken are decimal rounds from 1 to 10 million without leading zeros, salts of 0 to 1024 bytes,
/// checksums of the length of the digest, `+` for `.`, and any unused low bits in a last character.
///
/// # Errors
/// What is wrong with the text, without quoting it.
pub(super) fn parse_pbkdf2(stored: &[u8]) -> Result<Hash, &'static str> {
    let (scheme, digest, bytes, rest) = if let Some(rest) = prefixed(stored, SHA256_PREFIX) {
        (Scheme::Pbkdf2Sha256, Digest::Sha256, 32, rest)
    } else if let Some(rest) = prefixed(stored, SHA512_PREFIX) {
        (Scheme::Pbkdf2Sha512, Digest::Sha512, 64, rest)
    } else {
        return Err("it is of another scheme");
    };
    let [rounds, salt, checksum] =
        fields(rest, b'$').ok_or("it does not have the three fields rounds, salt and checksum")?;
    let checksum = decode(checksum).ok_or("its checksum is not in passlib's base64")?;
    let salt = decode(salt).ok_or("its salt is not in passlib's base64")?;
    if salt.len() > MAX_SALT_BYTES {
        return Err("its salt is longer than 1024 bytes");
    }
    let work = Work::Pbkdf2 { digest, rounds: decimal(rounds).unwrap_or_default() }.checked()?;
    if checksum.len() != bytes {
        return Err(if bytes == 32 {
            "its checksum does not have 32 bytes"
        } else {
            "its checksum does not have 64 bytes"
        });
    }
    Ok(Hash::new(scheme, work, salt, checksum))
}

/// Writes a hash with PBKDF2.
pub(super) fn write_pbkdf2(work: Work, salt: &[u8], checksum: &[u8]) -> String {
    let prefix = if checksum.len() == 32 { SHA256_PREFIX } else { SHA512_PREFIX };
    format!("{prefix}{work}${}${}", ADAPTED.encode(salt), ADAPTED.encode(checksum))
}

/// Reads a hash with bcrypt: `v=2,t=2b,r=COST` and then salt and checksum, or version 1, `2b,COST`.
pub(super) fn parse_bcrypt(stored: &[u8]) -> Result<Hash, &'static str> {
    let rest = prefixed(stored, BCRYPT_PREFIX).ok_or("it is of another scheme")?;
    let [settings, salt, checksum] = fields(rest, b'$')
        .ok_or("it does not have the three fields settings, salt and checksum")?;
    let old = || ["2a,", "2b,"].iter().find_map(|id| prefixed(settings, id));
    let (before, cost) = match prefixed(settings, "v=2,t=2b,r=") {
        Some(cost) => (Before::HmacSha256, cost),
        None => (Before::Sha256, old().ok_or("it is of no known version")?),
    };
    let work = Work::Bcrypt { cost: decimal(cost).unwrap_or_default() };
    let work = work.checked().map_err(|_| "its cost is not a number from 4 to 17")?;
    if salt.len() != bcrypt::SALT_CHARACTERS {
        return Err("its salt does not have 22 characters");
    }
    let (salt, checksum) = bcrypt::parse_text(&[salt, checksum].concat())?;
    Ok(Hash { before, ..Hash::new(Scheme::BcryptSha256, work, salt, checksum) })
}

/// Writes a hash with bcrypt, of version 2.
pub(super) fn write_bcrypt(work: Work, salt: &[u8], checksum: &[u8]) -> String {
    let (salt, checksum) = (BCRYPT.encode(salt), BCRYPT.encode(checksum));
    format!("{BCRYPT_PREFIX}v=2,t=2b,r={work}${salt}${checksum}")
}

/// What bcrypt is given in version 1: the password's SHA-256 in base64.
pub(super) fn sha256(password: &[u8]) -> Zeroizing<Vec<u8>> {
    let digest: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(password).into());
    Zeroizing::new(PADDED.encode(*digest).into_bytes())
}

/// What bcrypt is given in version 2: the password's HMAC-SHA256 with the text of the salt as key.
pub(super) fn hmac_sha256(password: &[u8], salt: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut block = Zeroizing::new([0; 64]);
    let text = BCRYPT.encode(salt);
    block[..text.len()].copy_from_slice(text.as_bytes());
    let mac = Hmac::<Sha256>::new(&(*block).into()).chain_update(password);
    let digest: Zeroizing<[u8; 32]> = Zeroizing::new(mac.finalize().into_bytes().into());
    Zeroizing::new(PADDED.encode(*digest).into_bytes())
}

fn prefixed<'a>(text: &'a [u8], prefix: &str) -> Option<&'a [u8]> {
    text.strip_prefix(prefix.as_bytes())
}

/// Reads passlib's adapted base64.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let adapted: Vec<u8> =
        text.iter().map(|&byte| if byte == b'+' { b'.' } else { byte }).collect();
    ADAPTED.decode(adapted).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::{HashString, Recipe, Rounds};
    use crate::password::Password;

    fn password(bytes: &[u8]) -> Password {
        Password::new(Zeroizing::new(bytes.to_vec())).unwrap()
    }

    fn verify(password: &Password, stored: &str) -> Result<bool, &'static str> {
        Ok(parse_pbkdf2(stored.as_bytes())?.verify(password, None).unwrap())
    }

    /// Strings of the real passlib, with the verdict that each must get.
    #[test]
    fn every_vector_gets_its_verdict() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/vectors/pbkdf2_sha256.json")).unwrap();
        let vectors = vectors["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 122);
        for vector in vectors {
            let plain = match vector["password"].as_str() {
                Some(text) => text.as_bytes().to_vec(),
                None => unhex(vector["password_hex"].as_str().unwrap()),
            };
            let verdict = match verify(&password(&plain), vector["hash"].as_str().unwrap()) {
                Ok(true) => "match",
                Ok(false) => "mismatch",
                Err(_) => "malformed",
            };
            assert_eq!(verdict, vector["expect"].as_str().unwrap(), "{}", vector["note"]);
        }
    }

    fn unhex(text: &str) -> Vec<u8> {
        text.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn a_new_hash_has_exactly_the_form_that_passlib_writes() {
        let salt = b"\x09\xa8\xdf\xda\x5a\x71\xd9\x95\x60\xb7\x14\xff\x9b\xeb\x82\x97";
        let recipe = Recipe::default().with_rounds(Rounds::new(1000).unwrap()).unwrap();
        let made = HashString::make(&password(b"correct horse"), recipe, None, |random| {
            random.copy_from_slice(salt);
            Ok(())
        });
        let passlib = "$pbkdf2-sha256$1000$Cajf2lpx2ZVgtxT/m.uClw$3UQKQFrPbEjaCamriVdP82KGEsS/oUOsCqxZ9aAJevU";
        assert_eq!(made.unwrap().as_str(), passlib);
    }

    proptest! {
        #[test]
        fn whatever_is_parsed_is_within_the_limits(stored in "(\\$pbkdf2-sha256\\$)?[0-9+_ ]{0,9}\\$[A-Za-z0-9./+=]{0,30}\\$[A-Za-z0-9./+=]{40,46}(\\$|\n)?") {
            if let Ok(hash) = Hash::parse(stored.as_bytes()) {
                let rounds = hash.work().number().unwrap();
                prop_assert!((1..=Rounds::MAX).contains(&rounds));
                let again = format!("{SHA256_PREFIX}{rounds}$");
                prop_assert!(stored.starts_with(&again));
                prop_assert!(!stored.contains('=') && !stored.ends_with('\n'));
            }
        }

        #[test]
        fn any_bytes_are_parsed_without_a_panic(stored in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Hash::parse(&stored).is_err());
        }

        #[test]
        fn a_made_hash_verifies_its_password_and_no_other(plain in "\\PC{1,70}", other in "\\PC{1,70}") {
            let recipe = Recipe::default().with_rounds(Rounds::new(1000).unwrap()).unwrap();
            let made = HashString::make(&password(plain.as_bytes()), recipe, None, |salt| {
                salt.fill(7);
                Ok(())
            }).unwrap();
            prop_assert_eq!(verify(&password(plain.as_bytes()), made.as_str()), Ok(true));
            prop_assert_eq!(verify(&password(other.as_bytes()), made.as_str()), Ok(plain == other));
        }
    }
}
