//! Which schemes an application's library reads beside the one that it writes.

use crate::hash::Scheme;

/// The schemes that Werkzeug 3 reads (`werkzeug.security.check_password_hash`).
pub(super) const WERKZEUG: &[Scheme] = &[
    Scheme::WerkzeugScrypt,
    Scheme::WerkzeugPbkdf2Sha256,
    Scheme::WerkzeugPbkdf2Sha512,
    Scheme::WerkzeugPbkdf2Sha1,
];

/// The schemes of Django 5.2's default `PASSWORD_HASHERS`.
pub(super) const DJANGO: &[Scheme] = &[
    Scheme::DjangoPbkdf2Sha256,
    Scheme::DjangoPbkdf2Sha1,
    Scheme::DjangoArgon2,
    Scheme::DjangoBcryptSha256,
    Scheme::DjangoScrypt,
];

/// The schemes of Flask-Security 5.9's default `SECURITY_PASSWORD_SCHEMES` that can be read here.
pub(super) const FLASK_SECURITY: &[Scheme] = &[
    Scheme::Bcrypt,
    Scheme::Argon2id,
    Scheme::Argon2i,
    Scheme::Argon2d,
    Scheme::Pbkdf2Sha256,
    Scheme::Pbkdf2Sha512,
    Scheme::Sha256Crypt,
    Scheme::Sha512Crypt,
];

/// The schemes that come with one in the same library, all of which it reads.
pub(super) fn family(scheme: Scheme) -> Vec<Scheme> {
    let families = [WERKZEUG, DJANGO];
    let family = families.into_iter().find(|family| family.contains(&scheme));
    family.map_or_else(|| vec![scheme], <[Scheme]>::to_vec)
}
