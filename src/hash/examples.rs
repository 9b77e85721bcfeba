//! What the tests of hashes have in common.

#![cfg(test)]

use super::Hash;
use crate::password::Password;

/// A password that may be anything.
pub(super) fn password(text: &str) -> Password {
    Password::new(text.as_bytes().to_vec().into()).unwrap()
}

/// The hash that this is.
pub(super) fn parse(stored: &str) -> Hash {
    Hash::parse(stored.as_bytes()).unwrap_or_else(|reason| panic!("{stored}: {reason}"))
}
