//! Passwords: a type that does not leak, the policy for new ones, and generation. Where they come
//! from is the caller's business; what is made of them is in `hash.rs`.

use std::fmt;

use unicode_normalization::{IsNormalized, is_nfc_quick};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The longest password in characters: passlib's `MAX_PASSWORD_SIZE`. A longer one makes the
/// application's login fail with an error.
pub const MAX_PASSWORD_CHARS: usize = 4096;

/// The most bytes that a password of [`MAX_PASSWORD_CHARS`] can have in UTF-8.
pub const MAX_PASSWORD_BYTES: usize = 4 * MAX_PASSWORD_CHARS;

/// The shortest new password in characters (NIST SP 800-63B, section 5.1.1.1: at least 8).
pub const MIN_PASSWORD_CHARS: usize = 8;

/// The length of a generated password in characters: 20 of 57 characters are 116 bits.
pub const GENERATED_CHARS: usize = 20;

/// Letters and digits without those that are taken for each other: `0` and `O`, `1`, `l` and `I`.
const GENERATED_ALPHABET: &[u8; 57] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/// A password as it was given: any bytes, at most [`MAX_PASSWORD_CHARS`] characters.
///
/// The memory is wiped when it is dropped, and `Debug` does not show it.
#[derive(Clone)]
pub struct Password(Zeroizing<Vec<u8>>);

impl Password {
    /// Takes the bytes as a password that may be checked against a stored hash.
    ///
    /// # Errors
    /// [`Error::InvalidPassword`] if it has more than [`MAX_PASSWORD_CHARS`] characters; each
    /// malformed UTF-8 sequence counts as one.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Result<Self> {
        let length: usize = bytes
            .utf8_chunks()
            .map(|chunk| chunk.valid().chars().count() + usize::from(!chunk.invalid().is_empty()))
            .sum();
        if length > MAX_PASSWORD_CHARS {
            return Err(Self::too_long());
        }
        Ok(Password(bytes))
    }

    /// The error for input beyond [`MAX_PASSWORD_CHARS`], however much more there is.
    #[must_use]
    pub fn too_long() -> Error {
        Error::InvalidPassword(format!("it has more than {MAX_PASSWORD_CHARS} characters"))
    }

    /// The bytes to hash. They go nowhere else.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Makes a password of `length` characters from random bytes, without bias.
    ///
    /// # Errors
    /// What `random` fails with.
    pub fn generate(
        length: usize,
        mut random: impl FnMut(&mut [u8]) -> Result<()>,
    ) -> Result<Self> {
        let mut password = Zeroizing::new(Vec::with_capacity(length));
        let mut bytes = Zeroizing::new([0; 64]);
        // Bytes above the last whole multiple of the alphabet are thrown away, or its first
        // characters would come more often.
        let usable = u8::MAX - u8::MAX % 57;
        while password.len() < length {
            random(&mut *bytes)?;
            let wanted = length - password.len();
            password.extend(
                bytes
                    .iter()
                    .filter(|&&byte| byte < usable)
                    .map(|byte| GENERATED_ALPHABET[usize::from(byte % 57)])
                    .take(wanted),
            );
        }
        Ok(Password(password))
    }

    /// Checks that this password may be set for the user `username`, where that is known.
    ///
    /// # Errors
    /// [`Error::InvalidPassword`] unless it is UTF-8 without NUL and line breaks, and not empty.
    /// [`Error::WeakPassword`] unless it has at least [`MIN_PASSWORD_CHARS`] characters and is not the
    /// username, or `allow_weak`.
    pub fn check_policy(&self, username: Option<&[u8]>, allow_weak: bool) -> Result<()> {
        let refuse = |reason: &str| Err(Error::InvalidPassword(reason.to_owned()));
        let Ok(text) = std::str::from_utf8(&self.0) else {
            return refuse("it is not valid UTF-8");
        };
        if text.contains('\0') {
            // HMAC pads its key with NULs, so `pw` and `pw\0` would be one password.
            return refuse("it holds a NUL character");
        }
        if text.contains(['\n', '\r']) {
            return refuse("it holds a line break");
        }
        if text.is_empty() {
            return refuse("it is empty");
        }
        if !allow_weak && text.chars().count() < MIN_PASSWORD_CHARS {
            let reason = format!("it has fewer than {MIN_PASSWORD_CHARS} characters");
            return Err(Error::WeakPassword(reason));
        }
        if !allow_weak && username == Some(text.as_bytes()) {
            return Err(Error::WeakPassword("it is the username".to_owned()));
        }
        Ok(())
    }

    /// Whether the password is in Unicode normal form C, which most keyboards produce. Another
    /// form is another password, and may be hard to type again elsewhere.
    #[must_use]
    pub fn is_nfc(&self) -> bool {
        let Ok(text) = std::str::from_utf8(&self.0) else { return true };
        // The slow path would copy the password into a buffer that nobody wipes, so it compares
        // character by character.
        match is_nfc_quick(text.chars()) {
            IsNormalized::Yes => true,
            IsNormalized::No => false,
            IsNormalized::Maybe => unicode_normalization::is_nfc(text),
        }
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        bool::from(subtle::ConstantTimeEq::ct_eq(self.as_bytes(), other.as_bytes()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(bytes: impl AsRef<[u8]>) -> Password {
        Password::new(Zeroizing::new(bytes.as_ref().to_vec())).unwrap()
    }

    #[test]
    fn the_limit_is_in_characters_not_bytes() {
        assert_eq!(password("é".repeat(4096)).as_bytes().len(), 8192);
        for long in [vec![b'x'; 4097], "é".repeat(4097).into_bytes(), vec![0xff; 4097]] {
            assert!(Password::new(Zeroizing::new(long)).is_err());
        }
    }

    #[test]
    fn new_passwords_follow_the_policy() {
        let check = |bytes: &[u8], weak| password(bytes).check_policy(Some(b"longusername"), weak);
        assert!(check(b"12345678", false).is_ok());
        assert!(check(" \t tab é ".as_bytes(), false).is_ok());
        for refused in [
            &b"1234567"[..],
            b"",
            b"abcdefgh\0",
            b"abcd\nefgh",
            b"abcd\refgh",
            b"\xffabcdefgh",
            b"longusername",
        ] {
            assert!(check(refused, false).is_err(), "{refused:?}");
        }
        assert!(check(b"x", true).is_ok());
        assert!(check(b"longusername", true).is_ok());
        for refused in [&b""[..], b"\0", b"\n", b"\xff"] {
            assert!(check(refused, true).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn only_other_forms_than_nfc_are_told() {
        assert!(password("café").is_nfc());
        assert!(!password("cafe\u{301}").is_nfc());
        assert!(password("x\u{301}").is_nfc());
        assert!(password([0xff]).is_nfc());
    }

    #[test]
    fn generated_passwords_use_every_character_and_no_other() {
        let mut seed = 0u8;
        let random = |bytes: &mut [u8]| {
            for byte in bytes {
                seed = seed.wrapping_add(1);
                *byte = seed;
            }
            Ok(())
        };
        let made = Password::generate(57 * 4, random).unwrap();
        for c in GENERATED_ALPHABET {
            let times = made.as_bytes().split(|byte| byte == c).count() - 1;
            assert_eq!(times, 4);
        }
        assert!(!GENERATED_ALPHABET.iter().any(|c| b"0O1lI".contains(c)));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", password("secret")), "Password(..)");
    }
}
