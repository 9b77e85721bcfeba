//! bcrypt, as Python's `bcrypt` and crypt(5) write it: `$2b$COST$` with 22 characters of salt and 31 of
//! checksum in bcrypt's own base64. What other libraries make of it is in their files.

use base64::Engine;
use zeroize::Zeroizing;

use super::text::{BCRYPT, decimal};
use super::work::Work;
use super::{Hash, Scheme};

/// How many bytes of a secret bcrypt looks at. Python's bcrypt 5 refuses more, older ones cut them off.
pub(super) const MAX_BYTES: usize = 72;

/// The characters of a salt of 16 bytes.
pub(super) const SALT_CHARACTERS: usize = 22;

/// The bytes of a checksum: all that the function gives but the last.
pub(super) const CHECKSUM_BYTES: usize = 23;

/// Reads a hash of this form.
///
/// Taken are the identifiers 2a, 2b and 2y, which mean one and the same in Python's bcrypt; not 2x, by
/// which crypt(5) marks hashes of a faulty implementation, and not 2.
pub(super) fn parse(stored: &[u8]) -> Result<Hash, &'static str> {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|id| stored.strip_prefix(id.as_bytes()));
    let rest = rest.ok_or("it is not of the forms 2a, 2b or 2y")?;
    if rest.len() != 56 || rest[2] != b'$' {
        return Err("it does not have 60 characters");
    }
    let work = parse_cost(&rest[..2])?;
    let (salt, checksum) = parse_text(&rest[3..])?;
    Ok(Hash::new(Scheme::Bcrypt, work, salt, checksum))
}

/// Writes a hash of this form.
pub(super) fn write(work: Work, salt: &[u8], checksum: &[u8]) -> String {
    let cost = work.number().unwrap_or_default();
    format!("$2b${cost:02}${}{}", BCRYPT.encode(salt), BCRYPT.encode(checksum))
}

/// Reads a cost of two digits.
fn parse_cost(text: &[u8]) -> Result<Work, &'static str> {
    let text = text.strip_prefix(b"0").unwrap_or(text);
    Work::Bcrypt { cost: decimal(text).unwrap_or_default() }.checked()
}

/// Reads salt and checksum. Unused bits must be zero: Python's bcrypt refuses a salt that has others,
/// and finds that no password has such a checksum.
pub(super) fn parse_text(text: &[u8]) -> Result<(Vec<u8>, Vec<u8>), &'static str> {
    let (salt, checksum) = text.split_at_checked(SALT_CHARACTERS).unwrap_or((text, b""));
    let decode = |text: &[u8], bytes| BCRYPT.decode(text).ok().filter(|it| it.len() == bytes);
    match (decode(salt, 16), decode(checksum, CHECKSUM_BYTES)) {
        (Some(salt), Some(checksum)) => Ok((salt, checksum)),
        _ => Err("its salt or checksum is not in bcrypt's base64, or not of its length"),
    }
}

/// Computes the checksum. Of a secret of more than 72 bytes it takes the first, and the caller must not
/// believe the result.
pub(super) fn compute(cost: u32, secret: &[u8], salt: &[u8], derived: &mut [u8]) {
    // The function repeats the secret with a NUL after it until 72 bytes are full.
    let length = secret.len().min(MAX_BYTES);
    let mut key = Zeroizing::new([0; MAX_BYTES]);
    key[..length].copy_from_slice(&secret[..length]);
    let mut own_salt = [0; 16];
    own_salt.copy_from_slice(salt);
    let computed = bcrypt::bcrypt(cost, own_salt, &key[..(length + 1).min(MAX_BYTES)]);
    derived.copy_from_slice(&computed[..CHECKSUM_BYTES]);
}

#[cfg(test)]
mod tests {
    use crate::hash::examples::{parse, password};
    use crate::hash::{HashString, Recipe};

    #[test]
    fn what_bcrypt_would_cut_is_neither_set_nor_matched() {
        let recipe: Recipe = "bcrypt:4".parse().unwrap();
        let make = |text: &str| {
            HashString::make(&password(text), recipe, None, |_| Ok(()))
                .map(|made| parse(made.as_str()))
        };
        let longest = "x".repeat(72);
        let hash = make(&longest).unwrap();
        assert!(hash.verify(&password(&longest), None).unwrap());
        for more in ["xy", "\u{e9}"] {
            let longer = format!("{}{more}", &longest[1..]);
            assert!(!hash.verify(&password(&longer), None).unwrap());
            let error = make(&longer).err().unwrap();
            assert_eq!(error.code(), "invalid_password");
            assert!(error.to_string().contains("73 bytes"), "{error}");
        }
        assert_eq!(make("with a \0 NUL").err().unwrap().code(), "invalid_password");
        // What is hashed before has one length.
        for name in ["bcrypt_sha256:4", "django_bcrypt_sha256:4"] {
            let long = password(&"x".repeat(100));
            let of_long = HashString::make(&long, name.parse().unwrap(), None, |_| Ok(())).unwrap();
            assert!(parse(of_long.as_str()).verify(&long, None).unwrap());
            let other = password(&"x".repeat(99));
            assert!(!parse(of_long.as_str()).verify(&other, None).unwrap());
        }
    }
}
