//! The schemes that can be verified here, by the names of Python's libraries. Nothing is computed;
//! how each is read and written is in the file of its library, and what it costs in `work.rs`.

use std::fmt;

/// A scheme of stored hashes: a text form, and a function that computes what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// passlib's `pbkdf2_sha256`.
    Pbkdf2Sha256,
    /// passlib's `pbkdf2_sha512`.
    Pbkdf2Sha512,
    /// passlib's `bcrypt_sha256`: version 2 is read and written, version 1 read.
    BcryptSha256,
    /// The `$6$` of crypt(5).
    Sha512Crypt,
    /// The `$5$` of crypt(5).
    Sha256Crypt,
    /// Werkzeug's `scrypt`.
    WerkzeugScrypt,
    /// Werkzeug's `pbkdf2:sha256`.
    WerkzeugPbkdf2Sha256,
    /// Werkzeug's `pbkdf2:sha512`.
    WerkzeugPbkdf2Sha512,
    /// Werkzeug's `pbkdf2:sha1`.
    WerkzeugPbkdf2Sha1,
    /// Django's `pbkdf2_sha256`.
    DjangoPbkdf2Sha256,
    /// Django's `pbkdf2_sha1`.
    DjangoPbkdf2Sha1,
    /// Django's `argon2`.
    DjangoArgon2,
    /// Django's `bcrypt_sha256`.
    DjangoBcryptSha256,
    /// Django's `bcrypt`.
    DjangoBcrypt,
    /// Django's `scrypt`.
    DjangoScrypt,
    /// The `$2a$`, `$2b$` and `$2y$` of crypt(5).
    Bcrypt,
    /// Argon2id in the PHC string format.
    Argon2id,
    /// Argon2i in the PHC string format.
    Argon2i,
    /// Argon2d in the PHC string format.
    Argon2d,
    /// The `$apr1$` of Apache's htpasswd.
    Apr1,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Scheme; 20] = [
        Scheme::Pbkdf2Sha256,
        Scheme::Pbkdf2Sha512,
        Scheme::BcryptSha256,
        Scheme::Sha512Crypt,
        Scheme::Sha256Crypt,
        Scheme::WerkzeugScrypt,
        Scheme::WerkzeugPbkdf2Sha256,
        Scheme::WerkzeugPbkdf2Sha512,
        Scheme::WerkzeugPbkdf2Sha1,
        Scheme::DjangoPbkdf2Sha256,
        Scheme::DjangoPbkdf2Sha1,
        Scheme::DjangoArgon2,
        Scheme::DjangoBcryptSha256,
        Scheme::DjangoBcrypt,
        Scheme::DjangoScrypt,
        Scheme::Bcrypt,
        Scheme::Argon2id,
        Scheme::Argon2i,
        Scheme::Argon2d,
        Scheme::Apr1,
    ];

    /// The name, as options and listings have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Scheme::Pbkdf2Sha256 => "pbkdf2_sha256",
            Scheme::Pbkdf2Sha512 => "pbkdf2_sha512",
            Scheme::BcryptSha256 => "bcrypt_sha256",
            Scheme::Sha512Crypt => "sha512_crypt",
            Scheme::Sha256Crypt => "sha256_crypt",
            Scheme::WerkzeugScrypt => "werkzeug_scrypt",
            Scheme::WerkzeugPbkdf2Sha256 => "werkzeug_pbkdf2_sha256",
            Scheme::WerkzeugPbkdf2Sha512 => "werkzeug_pbkdf2_sha512",
            Scheme::WerkzeugPbkdf2Sha1 => "werkzeug_pbkdf2_sha1",
            Scheme::DjangoPbkdf2Sha256 => "django_pbkdf2_sha256",
            Scheme::DjangoPbkdf2Sha1 => "django_pbkdf2_sha1",
            Scheme::DjangoArgon2 => "django_argon2",
            Scheme::DjangoBcryptSha256 => "django_bcrypt_sha256",
            Scheme::DjangoBcrypt => "django_bcrypt",
            Scheme::DjangoScrypt => "django_scrypt",
            Scheme::Bcrypt => "bcrypt",
            Scheme::Argon2id => "argon2id",
            Scheme::Argon2i => "argon2i",
            Scheme::Argon2d => "argon2d",
            Scheme::Apr1 => "apr1",
        }
    }

    /// The scheme of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
