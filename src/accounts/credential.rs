//! What a user will log in with, and the rules for it.

use super::{Random, Warning};
use crate::error::Result;
use crate::hash::{HashString, Rounds};
use crate::password::Password;

/// What a user will log in with.
#[derive(Debug)]
pub enum Credential {
    /// A password to hash.
    Password(Password),
    /// A hash that was made elsewhere.
    Hash(HashString),
}

/// Rules that an admin may waive.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waived {
    /// The password may be short, or the username.
    pub weak_password: bool,
    /// The name may look like another one.
    pub lookalike: bool,
}

pub(super) fn check(credential: &Credential, name: Option<&[u8]>, allow_weak: bool) -> Result<()> {
    match credential {
        Credential::Password(password) => password.check_policy(name, allow_weak),
        Credential::Hash(_) => Ok(()),
    }
}

pub(super) fn warnings_about(credential: Option<&Credential>) -> Vec<Warning> {
    match credential {
        Some(Credential::Password(password)) if !password.is_nfc() => vec![Warning::PasswordNotNfc],
        _ => Vec::new(),
    }
}

impl Credential {
    pub(super) fn hash(self, rounds: Rounds, random: Random<'_>) -> Result<HashString> {
        match self {
            Credential::Password(password) => HashString::make(&password, rounds, random),
            Credential::Hash(hash) => Ok(hash),
        }
    }
}
