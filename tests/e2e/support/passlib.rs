//! Hashes as the application makes them, computed without any code of the program.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::Sha256;

use super::PASSWORD;

/// A hash as the application stores it, of 1000 rounds.
pub(crate) fn hash(password: impl AsRef<[u8]>) -> String {
    hash_with_salt(password.as_ref(), 1000, b"0123456789abcdef")
}

/// passlib's `pbkdf2_sha256` with this salt.
pub(crate) fn hash_with_salt(password: &[u8], rounds: u32, salt: &[u8]) -> String {
    let mut checksum = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut checksum);
    let adapted = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes).replace('+', ".");
    format!("$pbkdf2-sha256${rounds}${}${}", adapted(salt), adapted(&checksum))
}

/// Whether a stored hash is exactly what passlib would have made of this password with 16 bytes
/// of salt.
pub(crate) fn is_application_hash(stored: &str, password: &[u8], rounds: u32) -> bool {
    let Some((_, salt)) = stored.split_once(&format!("$pbkdf2-sha256${rounds}$")) else {
        return false;
    };
    let salt = salt.split('$').next().unwrap_or_default().replace('.', "+");
    match STANDARD_NO_PAD.decode(salt) {
        Ok(salt) => salt.len() == 16 && stored == hash_with_salt(password, rounds, &salt),
        Err(_) => false,
    }
}

/// CSV with so many users, `user0000` and so on, in no order, whose hashes are ready.
pub(crate) fn ready_rows(count: usize) -> String {
    let hash = hash(PASSWORD);
    let mut text = "username,password_hash\n".to_owned();
    for number in 0..count {
        // A prime that divides no count in use takes every number once.
        writeln!(text, "user{:04},{hash}", number * 7919 % count).unwrap();
    }
    text
}
