//! passlib's `pbkdf2_sha256`: `$pbkdf2-sha256$ROUNDS$SALT$CHECKSUM`.
//!
//! The derivation is PBKDF2-HMAC-SHA256 (RFC 8018, section 5.2) with 32 bytes of output. Salt and
//! checksum are in passlib's adapted base64: `.` in place of `+`, no padding. This is not the PHC
//! string format, which writes `i=ROUNDS` and which passlib refuses.

use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use pbkdf2::{Algorithm, Params, pbkdf2_hmac, pbkdf2_hmac_with_params};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroizing, zeroize_stack};

use super::Rounds;

/// passlib's name of the scheme of new hashes.
pub const NAME: &str = "pbkdf2_sha256";

/// What every hash of this scheme begins with.
pub(super) const PREFIX: &str = "$pbkdf2-sha256$";

/// The salt of new hashes in bytes: passlib's default, and what NIST SP 800-132 asks for.
pub(super) const SALT_BYTES: usize = 16;

/// The output of SHA-256, and so of one block of PBKDF2.
const CHECKSUM_BYTES: usize = 32;

/// How much of the stack a derivation may have used, in bytes: several times what it does.
const STACK_BYTES: usize = 16 * 1024;

/// passlib's `max_salt_size`.
const MAX_SALT_BYTES: usize = 1024;

/// A parsed hash of this scheme.
pub(super) struct Pbkdf2Sha256 {
    pub(super) rounds: u32,
    pub(super) salt: Vec<u8>,
    checksum: [u8; CHECKSUM_BYTES],
}

impl Pbkdf2Sha256 {
    /// Parses a stored hash strictly.
    ///
    /// Taken are decimal rounds from 1 to 10 million without leading zeros, salts of 0 to 1024
    /// bytes, checksums of 32 bytes, `+` for `.`, and any unused low bits in a last character.
    ///
    /// # Errors
    /// What is wrong with the text, without quoting it.
    pub(super) fn parse(stored: &[u8]) -> Result<Self, &'static str> {
        let fields = stored.strip_prefix(PREFIX.as_bytes()).ok_or("it is of another scheme")?;
        let mut fields = fields.split(|&byte| byte == b'$');
        let (Some(rounds), Some(salt), Some(checksum), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err("it does not have the three fields rounds, salt and checksum");
        };
        let checksum = decode(checksum).ok_or("its checksum is not in passlib's base64")?;
        let salt = decode(salt).ok_or("its salt is not in passlib's base64")?;
        if salt.len() > MAX_SALT_BYTES {
            return Err("its salt is longer than 1024 bytes");
        }
        Ok(Pbkdf2Sha256 {
            rounds: parse_rounds(rounds)
                .ok_or("its rounds are not a plain number from 1 to 10000000")?,
            salt,
            checksum: checksum.try_into().map_err(|_| "its checksum does not have 32 bytes")?,
        })
    }

    /// A hash that nobody's password has, to spend the work of a check on.
    pub(super) fn decoy(rounds: u32) -> Self {
        Pbkdf2Sha256 { rounds, salt: vec![0; SALT_BYTES], checksum: [0; CHECKSUM_BYTES] }
    }

    /// Whether this is the checksum; compared in constant time.
    pub(super) fn has_checksum(&self, checksum: &[u8; CHECKSUM_BYTES]) -> bool {
        bool::from(checksum.as_slice().ct_eq(&self.checksum))
    }

    /// Whether this is the hash of the password; compared in constant time.
    pub(super) fn verify(&self, password: &[u8]) -> bool {
        self.has_checksum(&derive(password, &self.salt, self.rounds))
    }
}

/// Makes the text to store for a password.
pub(super) fn make(password: &[u8], salt: &[u8], rounds: Rounds) -> String {
    write(rounds, salt, &derive(password, salt, rounds.get()))
}

/// Writes the text to store for a checksum.
pub(super) fn write(rounds: Rounds, salt: &[u8], checksum: &[u8; CHECKSUM_BYTES]) -> String {
    format!("{PREFIX}{}${}${}", rounds.get(), ADAPTED.encode(salt), ADAPTED.encode(checksum))
}

/// Derives the checksum of a password.
fn derive(password: &[u8], salt: &[u8], rounds: u32) -> Zeroizing<[u8; CHECKSUM_BYTES]> {
    let mut checksum = Zeroizing::new([0; CHECKSUM_BYTES]);
    // This one is compiled in its own crate, which is optimised for the tests too. It takes no fewer
    // than 1000 rounds, though passlib makes hashes of fewer.
    if let Ok(params) = Params::new(rounds) {
        pbkdf2_hmac_with_params(password, salt, Algorithm::Pbkdf2Sha256, params, &mut *checksum);
    } else {
        pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut *checksum);
    }
    // HMAC leaves a block on the stack that is its key, if the key is short enough.
    zeroize_stack::<STACK_BYTES>();
    checksum
}

/// Reads the rounds as passlib writes them: no sign, no leading zero, ASCII digits only.
fn parse_rounds(text: &[u8]) -> Option<u32> {
    let plain = text.first()? != &b'0' && text.iter().all(u8::is_ascii_digit);
    let rounds = std::str::from_utf8(text).ok().filter(|_| plain)?.parse().ok()?;
    (1..=Rounds::MAX).contains(&rounds).then_some(rounds)
}

/// passlib's adapted base64.
static ADAPTED: GeneralPurpose = GeneralPurpose::new(
    &match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./") {
        Ok(alphabet) => alphabet,
        Err(_) => panic!("64 different characters are an alphabet"),
    },
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

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
    use crate::hash::{HashString, verify};
    use crate::password::Password;

    fn password(bytes: &[u8]) -> Password {
        Password::new(Zeroizing::new(bytes.to_vec())).unwrap()
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
            let verdict =
                match verify(&password(&plain), vector["hash"].as_str().unwrap().as_bytes()) {
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
        let made = make(b"correct horse", salt, Rounds::new(1000).unwrap());
        let passlib = "$pbkdf2-sha256$1000$Cajf2lpx2ZVgtxT/m.uClw$3UQKQFrPbEjaCamriVdP82KGEsS/oUOsCqxZ9aAJevU";
        assert_eq!(made, passlib);
    }

    proptest! {
        #[test]
        fn whatever_is_parsed_is_within_the_limits(stored in "(\\$pbkdf2-sha256\\$)?[0-9+_ ]{0,9}\\$[A-Za-z0-9./+=]{0,30}\\$[A-Za-z0-9./+=]{40,46}(\\$|\n)?") {
            if let Ok(hash) = Pbkdf2Sha256::parse(stored.as_bytes()) {
                prop_assert!((1..=Rounds::MAX).contains(&hash.rounds));
                let again = format!("{PREFIX}{}$", hash.rounds);
                prop_assert!(stored.starts_with(&again));
                prop_assert!(!stored.contains('=') && !stored.ends_with('\n'));
            }
        }

        #[test]
        fn any_bytes_are_parsed_without_a_panic(stored in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Pbkdf2Sha256::parse(&stored).is_err());
        }

        #[test]
        fn a_made_hash_verifies_its_password_and_no_other(plain in "\\PC{1,70}", other in "\\PC{1,70}") {
            let made = HashString::make(&password(plain.as_bytes()), Rounds::new(1000).unwrap(), |salt| {
                salt.fill(7);
                Ok(())
            }).unwrap();
            prop_assert_eq!(verify(&password(plain.as_bytes()), made.as_str().as_bytes()), Ok(true));
            prop_assert_eq!(verify(&password(other.as_bytes()), made.as_str().as_bytes()), Ok(plain == other));
        }
    }
}
