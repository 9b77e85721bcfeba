//! Django's text forms, each after the name of its hasher: `pbkdf2_sha256$ROUNDS$SALT$CHECKSUM`,
//! `scrypt$N$SALT$r$p$CHECKSUM`, and `argon2`, `bcrypt` and `bcrypt_sha256` before what the libraries of
//! these write.
//!
//! A salt of Django's is used as the text that it is. What begins with `!` is no hash: nobody can log in
//! with it.

use base64::Engine;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::text::{PADDED, alphanumeric, decimal, fields, hex, text_salt};
use super::work::{Digest, Work};
use super::{Before, Hash, Scheme, argon2, bcrypt};

/// The bytes of scrypt's checksum.
pub(super) const SCRYPT_BYTES: usize = 64;

/// The most memory that OpenSSL gives scrypt where nobody asks for more, in bytes: Django does not
/// (`ScryptPasswordHasher.maxmem` is 0).
const MAX_SCRYPT_MEMORY: u64 = 32 << 20;

/// Reads a hash of one of these forms.
///
/// # Errors
/// What is wrong with the text, without quoting it.
pub(super) fn parse(stored: &[u8]) -> Result<Hash, &'static str> {
    let end = stored.iter().position(|&byte| byte == b'$').ok_or("it has no fields")?;
    let (hasher, rest) = stored.split_at(end);
    match hasher {
        b"pbkdf2_sha256" => parse_pbkdf2(Scheme::DjangoPbkdf2Sha256, Digest::Sha256, 32, rest),
        b"pbkdf2_sha1" => parse_pbkdf2(Scheme::DjangoPbkdf2Sha1, Digest::Sha1, 20, rest),
        b"scrypt" => parse_scrypt(rest),
        b"argon2" => Ok(Hash { scheme: Scheme::DjangoArgon2, ..argon2::parse(rest)? }),
        b"bcrypt" => Ok(Hash { scheme: Scheme::DjangoBcrypt, ..bcrypt::parse(&rest[1..])? }),
        b"bcrypt_sha256" => {
            let (scheme, before) = (Scheme::DjangoBcryptSha256, Before::HexSha256);
            Ok(Hash { scheme, before, ..bcrypt::parse(&rest[1..])? })
        }
        _ => Err("it is of no known hasher"),
    }
}

fn parse_pbkdf2(
    scheme: Scheme,
    digest: Digest,
    bytes: usize,
    rest: &[u8],
) -> Result<Hash, &'static str> {
    let [b"", rounds, salt, checksum] =
        fields(rest, b'$').ok_or("it does not have the fields rounds, salt and checksum")?
    else {
        return Err("it does not have the fields rounds, salt and checksum");
    };
    let work = Work::Pbkdf2 { digest, rounds: decimal(rounds).unwrap_or_default() }.checked()?;
    Ok(Hash::new(scheme, work, text_salt(salt)?, parse_checksum(checksum, bytes)?))
}

fn parse_scrypt(rest: &[u8]) -> Result<Hash, &'static str> {
    let [b"", n, salt, r, p, checksum] =
        fields(rest, b'$').ok_or("it does not have the fields N, salt, r, p and checksum")?
    else {
        return Err("it does not have the fields N, salt, r, p and checksum");
    };
    let [n, r, p] = [n, r, p].map(|number| decimal(number).unwrap_or_default());
    let (work, checksum) = (check_scrypt(n, r, p)?, parse_checksum(checksum, SCRYPT_BYTES)?);
    Ok(Hash::new(Scheme::DjangoScrypt, work, text_salt(salt)?, checksum))
}

fn parse_checksum(text: &[u8], bytes: usize) -> Result<Vec<u8>, &'static str> {
    let checksum = PADDED.decode(text).ok().filter(|checksum| checksum.len() == bytes);
    checksum.ok_or("its checksum is not in base64, or too short")
}

/// Checks the numbers of scrypt as Django does, by the memory that OpenSSL gives it.
pub(super) fn check_scrypt(n: u32, r: u32, p: u32) -> Result<Work, &'static str> {
    let work = Work::Scrypt { n, r, p }.checked()?;
    if work.memory() > MAX_SCRYPT_MEMORY {
        return Err("its N, r and p are such that Django gives up on them");
    }
    Ok(work)
}

/// Writes a hash with PBKDF2 and SHA-256.
pub(super) fn write_pbkdf2(work: Work, salt: &[u8], checksum: &[u8]) -> String {
    let salt = String::from_utf8_lossy(salt);
    format!("pbkdf2_sha256${work}${salt}${}", PADDED.encode(checksum))
}

/// Writes a hash with scrypt.
pub(super) fn write_scrypt(work: Work, salt: &[u8], checksum: &[u8]) -> String {
    let Work::Scrypt { n, r, p } = work else { return String::new() };
    let salt = String::from_utf8_lossy(salt);
    format!("scrypt${n}${salt}${r}${p}${}", PADDED.encode(checksum))
}

/// What `bcrypt_sha256` gives bcrypt: the password's SHA-256 in hexadecimal digits.
pub(super) fn hex_sha256(password: &[u8]) -> Zeroizing<Vec<u8>> {
    let digest: Zeroizing<[u8; 32]> = Zeroizing::new(Sha256::digest(password).into());
    Zeroizing::new(hex(&*digest).into_bytes())
}

/// The salt of a new hash: 22 letters and digits, Django's 128 bits (`BasePasswordHasher.salt`).
pub(super) fn salt(random: [u8; 16]) -> Vec<u8> {
    alphanumeric(random, 22)
}
