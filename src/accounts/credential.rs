//! What a user will log in with, and the rules for it.

use std::fmt;

use super::recipe::{Application, Hashing};
use super::{Random, Warning};
use crate::error::Result;
use crate::hash::{Hash, HashString, Recipe};
use crate::password::Password;

/// What a user will log in with.
pub enum Credential {
    /// A password to hash.
    Password(Password),
    /// A hash that was made elsewhere, and that nobody has looked at.
    Hash(Vec<u8>),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credential::Password(_) => "Password(..)",
            Credential::Hash(_) => "Hash(..)",
        })
    }
}

/// Rules that an admin may waive.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waived {
    /// The password may be short, or the username.
    pub weak_password: bool,
    /// The name may look like another one.
    pub lookalike: bool,
}

impl Credential {
    /// How its application hashes; a ready hash needs no pepper.
    pub(super) fn hashing<'a>(&self, application: &'a Application) -> Result<Hashing<'a>> {
        match self {
            Credential::Password(_) => application.hashing(),
            Credential::Hash(_) => Ok(application.reading()),
        }
    }

    /// Checks that a user of this name may have it, and tells what an admin should know about it.
    pub(super) fn check(
        &self,
        name: Option<&[u8]>,
        waived: Waived,
        hashing: Hashing<'_>,
    ) -> Result<Vec<Warning>> {
        match self {
            Credential::Password(password) => {
                password.check_policy(name, waived.weak_password)?;
                Ok(warnings(password))
            }
            Credential::Hash(hash) => hashing.ready(hash).map(|_| Vec::new()),
        }
    }

    /// What is to be stored. A password is wiped here.
    pub(super) fn hash(
        self,
        recipe: Recipe,
        hashing: Hashing<'_>,
        random: Random<'_>,
    ) -> Result<HashString> {
        match self {
            Credential::Password(password) => {
                let hash = HashString::make(&password, recipe, hashing.pepper, random)?;
                hashing.ready(hash.as_str().as_bytes())
            }
            Credential::Hash(hash) => hashing.ready(&hash),
        }
    }
}

/// What an admin should know about a password that is being set.
pub(super) fn warnings(password: &Password) -> Vec<Warning> {
    let is_hash = Hash::parse(password.as_bytes()).is_ok();
    let due = [(!password.is_nfc(), Warning::PasswordNotNfc), (is_hash, Warning::PasswordIsHash)];
    due.into_iter().filter_map(|(is_due, warning)| is_due.then_some(warning)).collect()
}
