//! The schemes that can be verified here, by the names of Python's libraries. Nothing is computed;
//! how each is read and written is in the file of its library, and what it costs in `work.rs`.

use std::fmt;

/// Makes the type of the schemes from one list, so that none is left out of [`Scheme::ALL`].
macro_rules! schemes {
    ($($(#[$doc:meta])* $scheme:ident = $name:literal,)*) => {
        /// A scheme of stored hashes: a text form, and a function that computes what stands in it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Scheme {
            $($(#[$doc])* $scheme,)*
        }

        impl Scheme {
            /// All of them.
            pub const ALL: &[Scheme] = &[$(Scheme::$scheme,)*];

            /// The name, as options and listings have it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Scheme::$scheme => $name,)*
                }
            }
        }
    };
}

schemes! {
    /// passlib's `pbkdf2_sha256`.
    Pbkdf2Sha256 = "pbkdf2_sha256",
    /// passlib's `pbkdf2_sha512`.
    Pbkdf2Sha512 = "pbkdf2_sha512",
    /// passlib's `bcrypt_sha256`: version 2 is read and written, version 1 read.
    BcryptSha256 = "bcrypt_sha256",
    /// The `$6$` of crypt(5).
    Sha512Crypt = "sha512_crypt",
    /// The `$5$` of crypt(5).
    Sha256Crypt = "sha256_crypt",
    /// Werkzeug's `scrypt`.
    WerkzeugScrypt = "werkzeug_scrypt",
    /// Werkzeug's `pbkdf2:sha256`.
    WerkzeugPbkdf2Sha256 = "werkzeug_pbkdf2_sha256",
    /// Werkzeug's `pbkdf2:sha512`.
    WerkzeugPbkdf2Sha512 = "werkzeug_pbkdf2_sha512",
    /// Werkzeug's `pbkdf2:sha1`.
    WerkzeugPbkdf2Sha1 = "werkzeug_pbkdf2_sha1",
    /// Django's `pbkdf2_sha256`.
    DjangoPbkdf2Sha256 = "django_pbkdf2_sha256",
    /// Django's `pbkdf2_sha1`.
    DjangoPbkdf2Sha1 = "django_pbkdf2_sha1",
    /// Django's `argon2`.
    DjangoArgon2 = "django_argon2",
    /// Django's `bcrypt_sha256`.
    DjangoBcryptSha256 = "django_bcrypt_sha256",
    /// Django's `bcrypt`.
    DjangoBcrypt = "django_bcrypt",
    /// Django's `scrypt`.
    DjangoScrypt = "django_scrypt",
    /// The `$2a$`, `$2b$` and `$2y$` of crypt(5).
    Bcrypt = "bcrypt",
    /// Argon2id in the PHC string format.
    Argon2id = "argon2id",
    /// Argon2i in the PHC string format.
    Argon2i = "argon2i",
    /// Argon2d in the PHC string format.
    Argon2d = "argon2d",
    /// The `$apr1$` of Apache's htpasswd.
    Apr1 = "apr1",
}

impl Scheme {
    /// The scheme of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scheme| scheme.name() == name)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
