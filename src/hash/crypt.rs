//! The text forms of crypt(5): `$5$` and `$6$` with SHA-256 and SHA-512, and Apache's `$apr1$` with MD5,
//! as passlib reads and writes them.
//!
//! Their checksums are compared as text, since each byte of a digest stands in one place of it.

use md5::{Digest as _, Md5};

use super::text::{CRYPT, decimal};
use super::work::{Digest, Work};
use super::{Hash, Scheme};

/// The rounds of a hash that does not say any.
const IMPLICIT_ROUNDS: u32 = 5000;

/// The longest salt in characters, and that of new hashes.
pub(super) const SALT_CHARACTERS: usize = 16;

/// The longest salt of `$apr1$` in characters.
const APR1_SALT_CHARACTERS: usize = 8;

/// The characters of a checksum of SHA-256.
pub(super) const SHA256_CHARACTERS: usize = 43;

/// The characters of a checksum of SHA-512.
pub(super) const SHA512_CHARACTERS: usize = 86;

/// The characters of a checksum of MD5.
pub(super) const MD5_CHARACTERS: usize = 22;

/// Reads a hash of one of these forms.
///
/// # Errors
/// What is wrong with the text, without quoting it. Rounds out of passlib's range are refused, as by
/// passlib, where crypt(5) takes the nearest number in it.
pub(super) fn parse(stored: &[u8]) -> Result<Hash, &'static str> {
    if let Some(rest) = stored.strip_prefix(b"$apr1$") {
        let (salt, checksum) = parse_rest(rest, APR1_SALT_CHARACTERS, MD5_CHARACTERS)?;
        return Ok(Hash::new(Scheme::Apr1, Work::Apr1, salt, checksum));
    }
    let (scheme, digest, characters, rest) = match stored.split_at_checked(3) {
        Some((b"$5$", rest)) => (Scheme::Sha256Crypt, Digest::Sha256, SHA256_CHARACTERS, rest),
        Some((b"$6$", rest)) => (Scheme::Sha512Crypt, Digest::Sha512, SHA512_CHARACTERS, rest),
        _ => return Err("it does not begin with $5$, $6$ or $apr1$"),
    };
    let (rounds, rest) = match rest.strip_prefix(b"rounds=") {
        Some(rest) => {
            let end = rest.iter().position(|&byte| byte == b'$').ok_or("it has no salt")?;
            (decimal(&rest[..end]).unwrap_or_default(), &rest[end + 1..])
        }
        None => (IMPLICIT_ROUNDS, rest),
    };
    let work = Work::ShaCrypt { digest, rounds }.checked()?;
    let (salt, checksum) = parse_rest(rest, SALT_CHARACTERS, characters)?;
    Ok(Hash::new(scheme, work, salt, checksum))
}

/// Reads salt and checksum, which stay as they are.
fn parse_rest(
    rest: &[u8],
    most_salt: usize,
    characters: usize,
) -> Result<(Vec<u8>, Vec<u8>), &'static str> {
    let end = rest.iter().position(|&byte| byte == b'$').ok_or("it has no checksum")?;
    let (salt, checksum) = (&rest[..end], &rest[end + 1..]);
    if salt.len() > most_salt {
        return Err("its salt is too long");
    }
    if checksum.len() != characters {
        return Err("its checksum is not of the length that it must have");
    }
    if ![salt, checksum].iter().all(|text| text.iter().all(|byte| CRYPT.contains(byte))) {
        return Err("its salt or checksum has a character that is none of crypt(5)'s");
    }
    Ok((salt.to_vec(), checksum.to_vec()))
}

/// Writes a hash of the form of its digest.
pub(super) fn write(work: Work, salt: &[u8], checksum: &[u8]) -> String {
    let id = if let Work::ShaCrypt { digest: Digest::Sha256, .. } = work { 5 } else { 6 };
    let text = String::from_utf8_lossy;
    format!("${id}$rounds={work}${}${}", text(salt), text(checksum))
}

/// The salt of a new hash: 16 characters of 6 random bits.
pub(super) fn salt(random: [u8; 16]) -> Vec<u8> {
    random.iter().map(|&byte| CRYPT[usize::from(byte % 64)]).collect()
}

/// Computes the text of the checksum with SHA-256 or SHA-512.
pub(super) fn compute(
    digest: Digest,
    rounds: u32,
    secret: &[u8],
    salt: &[u8],
    text: &mut [u8],
) -> Option<()> {
    let params = sha_crypt::Params::new(rounds).ok()?;
    match digest {
        Digest::Sha512 => {
            write_text(&sha_crypt::sha512_crypt(secret, salt, params), text, |k| {
                let order = [[k + 42, k + 21, k], [k, k + 42, k + 21], [k + 21, k, k + 42]];
                order[k % 3]
            });
        }
        Digest::Sha256 | Digest::Sha1 => {
            write_text(&sha_crypt::sha256_crypt(secret, salt, params), text, |k| {
                let order = [[k + 20, k + 10, k], [k + 10, k, k + 20], [k, k + 20, k + 10]];
                order[k % 3]
            });
        }
    }
    Some(())
}

/// Computes the text of the checksum of `$apr1$`, by the steps of Poul-Henning Kamp's function for
/// FreeBSD's crypt with Apache's magic in it.
pub(super) fn compute_apr1(secret: &[u8], salt: &[u8], text: &mut [u8]) {
    let other = Md5::new().chain_update(secret).chain_update(salt).chain_update(secret).finalize();
    let mut first = Md5::new().chain_update(secret).chain_update(b"$apr1$").chain_update(salt);
    for part in secret.chunks(other.len()) {
        first.update(&other[..part.len()]);
    }
    let mut length = secret.len();
    while length > 0 {
        // The bits of the length choose between a NUL and the first character.
        first.update(if length % 2 == 1 { &[0][..] } else { &secret[..1] });
        length /= 2;
    }
    let mut state = first.finalize();
    for round in 0..1000 {
        let mut next = Md5::new();
        let (begin, end) = if round % 2 == 1 { (secret, &state[..]) } else { (&state[..], secret) };
        next.update(begin);
        if round % 3 != 0 {
            next.update(salt);
        }
        if round % 7 != 0 {
            next.update(secret);
        }
        next.update(end);
        state = next.finalize();
    }
    // The last triple takes byte 5, where it would be 16.
    write_text(&state, text, |k| [if k == 4 { 5 } else { k + 12 }, k + 6, k]);
}

/// Writes a digest as crypt(5) does: triples of bytes as four characters, the low bits first, and what
/// is left over in as few as it needs. `triple` tells which bytes go together.
fn write_text(digest: &[u8], text: &mut [u8], triple: impl Fn(usize) -> [usize; 3]) {
    let triples = digest.len() / 3;
    let left_over: &[usize] = match digest.len() {
        16 => &[11],
        32 => &[30, 31],
        _ => &[63],
    };
    for (k, characters) in text.chunks_mut(4).enumerate() {
        let value = if k < triples {
            triple(k).iter().rev().fold(0, |value, &at| value << 8 | usize::from(digest[at]))
        } else {
            left_over.iter().rev().fold(0, |value, &at| value << 8 | usize::from(digest[at]))
        };
        for (place, character) in characters.iter_mut().enumerate() {
            *character = CRYPT[value >> (6 * place) & 63];
        }
    }
}
