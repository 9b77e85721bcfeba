//! Argon2 in the PHC string format, as argon2-cffi and so pwdlib, passlib and Django write it:
//! `$argon2id$v=19$m=MEMORY,t=PASSES,p=LANES$SALT$CHECKSUM`, both in base64 without padding.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use rayon::ThreadPoolBuilder;

use super::text::{UNPADDED, decimal, fields};
use super::work::{Variant, Work};
use super::{Hash, MAX_SALT_BYTES, Scheme};

/// The bytes of a new checksum: argon2-cffi's default.
pub(super) const CHECKSUM_BYTES: usize = 32;

/// Reads a hash of this form.
///
/// # Errors
/// What is wrong with the text, without quoting it. libargon2 takes no leading zeros, no unused bits
/// that are set, and the three numbers in this order only. Version 16 it takes too, which is older than
/// all of the libraries that write hashes of passwords.
pub(super) fn parse(stored: &[u8]) -> Result<Hash, &'static str> {
    let [b"", variant, version, numbers, salt, checksum] =
        fields(stored, b'$').ok_or("it does not have the five fields of the PHC string format")?
    else {
        return Err("it does not begin with a dollar sign");
    };
    let (scheme, variant) = match variant {
        b"argon2id" => (Scheme::Argon2id, Variant::Id),
        b"argon2i" => (Scheme::Argon2i, Variant::I),
        b"argon2d" => (Scheme::Argon2d, Variant::D),
        _ => return Err("it is of no known variant"),
    };
    if version != b"v=19" {
        return Err("its version is not 19");
    }
    let [memory, passes, lanes] = fields(numbers, b',').ok_or("it does not have three numbers")?;
    let number = |text: &[u8], name: &[u8]| {
        text.strip_prefix(name).and_then(decimal).ok_or("a number is missing or malformed")
    };
    let (memory, passes) = (number(memory, b"m=")?, number(passes, b"t=")?);
    let work = Work::Argon2 { variant, memory, passes, lanes: number(lanes, b"p=")? }.checked()?;
    let salt = UNPADDED.decode(salt).map_err(|_| "its salt is not in base64")?;
    let checksum = UNPADDED.decode(checksum).map_err(|_| "its checksum is not in base64")?;
    // RFC 9106, section 3.1, and libargon2's ARGON2_MIN_SALT_LENGTH. The longest are ours.
    if !(8..=MAX_SALT_BYTES).contains(&salt.len()) {
        return Err("its salt does not have 8 to 1024 bytes");
    }
    if !(4..=512).contains(&checksum.len()) {
        return Err("its checksum does not have 4 to 512 bytes");
    }
    Ok(Hash::new(scheme, work, salt, checksum))
}

/// Has the lanes of a whole batch computed on one core each, since all cores are busy with others.
pub(super) fn alone<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(work),
        // Without a thread for it, it is done by the threads that there are.
        Err(_) => work(),
    }
}

/// Writes a hash of this form.
pub(super) fn write(work: Work, salt: &[u8], checksum: &[u8]) -> String {
    let Work::Argon2 { variant, memory, passes, lanes } = work else { return String::new() };
    let name = match variant {
        Variant::Id => "argon2id",
        Variant::I => "argon2i",
        Variant::D => "argon2d",
    };
    let (salt, checksum) = (UNPADDED.encode(salt), UNPADDED.encode(checksum));
    format!("${name}$v=19$m={memory},t={passes},p={lanes}${salt}${checksum}")
}

/// Computes the checksum, unless there is no memory for it. The lanes are computed on all cores, as
/// argon2-cffi does it, or on those of [`alone`].
pub(super) fn compute(
    variant: Variant,
    [memory, passes, lanes]: [u32; 3],
    secret: &[u8],
    salt: &[u8],
    derived: &mut [u8],
) -> Option<()> {
    let algorithm = match variant {
        Variant::Id => Algorithm::Argon2id,
        Variant::I => Algorithm::Argon2i,
        Variant::D => Algorithm::Argon2d,
    };
    let params = Params::new(memory, passes, lanes, Some(derived.len())).ok()?;
    Argon2::new(algorithm, Version::V0x13, params).hash_password_into(secret, salt, derived).ok()
}
