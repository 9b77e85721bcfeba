//! Werkzeug's text forms: `scrypt:N:r:p$SALT$CHECKSUM` and `pbkdf2:DIGEST:ROUNDS$SALT$CHECKSUM`, the salt
//! used as the text that it is, the checksum in lower-case hexadecimal digits.
//!
//! Forms that leave numbers out mean whatever the default of the library's version is, so they are
//! refused; and so is the salted digest without rounds, which Werkzeug 3 refuses too.

use super::text::{alphanumeric, decimal, fields, hex, text_salt, unhex};
use super::work::{Digest, Work};
use super::{Hash, Scheme};

/// The bytes of scrypt's checksum: the default of Python's `hashlib.scrypt`.
pub(super) const SCRYPT_BYTES: usize = 64;

/// Reads a hash of one of these forms.
///
/// # Errors
/// What is wrong with the text, without quoting it.
pub(super) fn parse(stored: &[u8]) -> Result<Hash, &'static str> {
    let [method, salt, checksum] = fields(stored, b'$')
        .ok_or("it does not have the three fields method, salt and checksum")?;
    let (scheme, work, bytes) = if let Some([b"scrypt", n, r, p]) = fields(method, b':') {
        let [n, r, p] = [n, r, p].map(|number| decimal(number).unwrap_or_default());
        (Scheme::WerkzeugScrypt, check_scrypt(n, r, p)?, SCRYPT_BYTES)
    } else if let Some([b"pbkdf2", digest, rounds]) = fields(method, b':') {
        let (scheme, digest, bytes) = match digest {
            b"sha256" => (Scheme::WerkzeugPbkdf2Sha256, Digest::Sha256, 32),
            b"sha512" => (Scheme::WerkzeugPbkdf2Sha512, Digest::Sha512, 64),
            b"sha1" => (Scheme::WerkzeugPbkdf2Sha1, Digest::Sha1, 20),
            _ => return Err("its digest is none of sha256, sha512 and sha1"),
        };
        let rounds = decimal(rounds).unwrap_or_default();
        (scheme, Work::Pbkdf2 { digest, rounds }.checked()?, bytes)
    } else {
        return Err("its method is not scrypt or pbkdf2 with all of its numbers");
    };
    let salt = text_salt(salt)?;
    let checksum = unhex(checksum).filter(|checksum| checksum.len() == bytes);
    let checksum =
        checksum.ok_or("its checksum is not in lower-case hexadecimal digits, or too short")?;
    Ok(Hash::new(scheme, work, salt, checksum))
}

/// Checks the numbers of scrypt as Werkzeug does: by the memory that it allows `hashlib.scrypt`, which
/// is 132 * N * r * p bytes and below 2^31.
pub(super) fn check_scrypt(n: u32, r: u32, p: u32) -> Result<Work, &'static str> {
    let work = Work::Scrypt { n, r, p }.checked()?;
    let allowed = 132 * work.steps();
    if work.memory() > allowed || allowed >= 1 << 31 {
        return Err("its N, r and p are such that Werkzeug gives up on them");
    }
    Ok(work)
}

/// Writes a hash of the form of its scheme.
pub(super) fn write(work: Work, salt: &[u8], checksum: &[u8]) -> String {
    let method = match work {
        Work::Pbkdf2 { digest: Digest::Sha512, .. } => "pbkdf2:sha512",
        Work::Pbkdf2 { .. } => "pbkdf2:sha256",
        _ => "scrypt",
    };
    format!("{method}:{work}${}${}", String::from_utf8_lossy(salt), hex(checksum))
}

/// The salt of a new hash: 16 letters and digits, the default of Werkzeug.
pub(super) fn salt(random: [u8; 16]) -> Vec<u8> {
    alphanumeric(random, 16)
}
