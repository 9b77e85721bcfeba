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

impl Credential {
    /// Checks that a user of this name may have it, and tells what an admin should know about it.
    pub(super) fn check(&self, name: Option<&[u8]>, waived: Waived) -> Result<Vec<Warning>> {
        let Credential::Password(password) = self else { return Ok(Vec::new()) };
        password.check_policy(name, waived.weak_password)?;
        Ok(if password.is_nfc() { Vec::new() } else { vec![Warning::PasswordNotNfc] })
    }

    /// What is to be stored. A password is wiped here.
    pub(super) fn hash(self, rounds: Rounds, random: Random<'_>) -> Result<HashString> {
        match self {
            Credential::Password(password) => HashString::make(&password, rounds, random),
            Credential::Hash(hash) => Ok(hash),
        }
    }
}
