//! A secret of the application's that its passwords are mixed with before they are hashed, as
//! Flask-Security does: base64(HMAC-SHA512(key, password in NFKD)). Where the key is kept is the
//! caller's business.

use base64::Engine;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::text::PADDED;
use super::{Scheme, bcrypt};
use crate::error::{Error, Result};
use crate::password::Password;

/// The longest key in bytes. Flask-Security's own are 39 digits.
pub const MAX_KEY_BYTES: usize = 4096;

/// The most bytes of UTF-8 that NFKD makes of one (Unicode Standard Annex #15, section 9.3.1).
const MAX_NFKD_EXPANSION: usize = 11;

/// The key that passwords are mixed with: Flask-Security's `SECURITY_PASSWORD_SALT`.
///
/// The memory is wiped when it is dropped, and `Debug` does not show it.
#[derive(Clone)]
pub struct Pepper(Zeroizing<Vec<u8>>);

impl Pepper {
    /// Takes a key.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is empty or longer than [`MAX_KEY_BYTES`], or has a NUL or a line
    /// break in it, which would be a mistake of whoever wrote its file.
    pub fn new(key: Zeroizing<Vec<u8>>) -> Result<Self> {
        let reason = if key.is_empty() {
            "it is empty"
        } else if key.len() > MAX_KEY_BYTES {
            "it has more than 4096 bytes"
        } else if key.iter().any(|byte| matches!(byte, 0 | b'\n' | b'\r')) {
            "it has a line break or a NUL in it"
        } else {
            return Ok(Pepper(key));
        };
        Err(Error::InvalidInput(format!("the pepper cannot be used: {reason}")))
    }

    /// What is hashed in place of the password.
    ///
    /// bcrypt takes 72 bytes of it, and Flask-Security 5.9 cuts the rest off itself
    /// (`flask_security.utils.hash_password`): 54 of the 64 bytes of the HMAC.
    pub(super) fn apply(&self, password: &Password, scheme: Scheme) -> Zeroizing<Vec<u8>> {
        // A password that is not UTF-8 has no normal form, and the application knows none such.
        let normal: Zeroizing<Vec<u8>> =
            Zeroizing::new(match str::from_utf8(password.as_bytes()) {
                Ok(text) => {
                    // A buffer that grew would leave copies of the password behind.
                    let mut normal = String::with_capacity(MAX_NFKD_EXPANSION * text.len());
                    normal.extend(text.nfkd());
                    normal.into_bytes()
                }
                Err(_) => password.as_bytes().to_vec(),
            });
        let mac = Hmac::<Sha512>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        let digest: [u8; 64] = mac.chain_update(&*normal).finalize().into_bytes().into();
        let mut mixed = Zeroizing::new(PADDED.encode(*Zeroizing::new(digest)).into_bytes());
        if scheme == Scheme::Bcrypt {
            mixed.truncate(bcrypt::MAX_BYTES);
        }
        mixed
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::examples::{parse, password};
    use crate::hash::{HashString, Recipe};

    #[test]
    fn no_normal_form_is_longer_than_there_is_room_for() {
        let lengthens = |c: &char| {
            let normal: usize = std::iter::once(*c).nfkd().map(char::len_utf8).sum();
            normal > MAX_NFKD_EXPANSION * c.len_utf8()
        };
        assert_eq!(('\0'..=char::MAX).find(lengthens), None);
    }

    /// Strings of Flask-Security 5.9, and one of the file of an application that uses it.
    #[test]
    fn a_pepper_is_mixed_in_as_flask_security_does() {
        let key = b"146585145368132386173505678016728509634";
        let pepper = Pepper::new(key.to_vec().into()).unwrap();
        let other = Pepper::new(key[1..].to_vec().into()).unwrap();
        for (stored, plain) in [
            ("$2b$04$4f4qcYEt5fAxO2uhi8bpT.7QsAEd6p6K90Wy5ztPq4NlRe/MmQZbq", "correct horse"),
            (
                "$2b$04$w/plkwMSxFyTocinKeaUK.6vz/aeEhNUDxm97zls51XJlTSyfkzrO",
                "\u{212b}ngstr\u{f6}m \u{fb01}ve",
            ),
            (
                "$argon2id$v=19$m=8,t=1,p=1$L4WwtjamVAphLCXkfC9ljA$bEgAbdjVQuoVasHRglYNQsp0xWrQ3qRdyhP9tMPxbMg",
                "correct horse",
            ),
            (
                "$pbkdf2-sha512$1000$5ZwzhlAqpXRu7V0L4VxrDQ$WSmK/yTLHTgmuNxFTEl9vXzhb.wWYkTY3QiN6Rnl1eHii30YbRxLyfh5NVPUQb.R0GK6s1we7T/O6Xxk87t.5A",
                "\u{212b}ngstr\u{f6}m \u{fb01}ve",
            ),
            (
                "$argon2id$v=19$m=65536,t=3,p=4$pRRi7F0LgXCOMeZ8z7l3zg$/00uf+LQCvpGajFI/iOl984jGkT0uxXqz7hlYng4HxA",
                "correct horse alice",
            ),
        ] {
            let (hash, plain) = (parse(stored), password(plain));
            assert!(hash.verify(&plain, Some(&pepper)).unwrap(), "{stored}");
            assert!(!hash.verify(&plain, Some(&other)).unwrap(), "{stored}");
            assert!(!hash.verify(&plain, None).unwrap(), "{stored}");
            let made = HashString::make(
                &plain,
                Recipe { scheme: hash.scheme, work: hash.work },
                Some(&pepper),
                |_| Ok(()),
            );
            let made = parse(made.unwrap().as_str());
            assert!(made.verify(&plain, Some(&pepper)).unwrap());
            assert!(!made.verify(&plain, None).unwrap());
        }
        for wrong in [&b""[..], b"two\nlines", b"ends\n", b"\0", &[b'x'; 4097]] {
            assert!(Pepper::new(wrong.to_vec().into()).is_err());
        }
        assert_eq!(format!("{pepper:?}"), "Pepper(..)");
    }
}
