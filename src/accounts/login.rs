//! Checking a password.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::{Error, Result};
use crate::hash::{self, Rounds};
use crate::password::Password;
use crate::store::{Access, Database, Store};
use crate::user::{Selector, User};

/// Checks a username and password against the stored hash, as the application's login does.
///
/// An unknown username costs the same work as a wrong password: the rounds of some stored user,
/// always the same one for a name, or `default_rounds` in an empty table.
///
/// # Errors
/// [`Error::InvalidCredentials`] for an unknown username and for a wrong password;
/// [`Error::UnreadableHash`]; or what reading the database fails with.
pub fn login(
    database: &Database,
    name: &[u8],
    password: &Password,
    default_rounds: Rounds,
) -> Result<User> {
    let store = Store::open(database, Access::Read)?;
    store.require_table()?;
    let account = store.find(&Selector::Name(name.to_vec()))?.into_iter().next();
    let usual_rounds = rounds_of_somebody(&store, name)?.unwrap_or(default_rounds.get());
    drop(store);

    let Some(account) = account else {
        hash::verify_nothing(password, usual_rounds);
        return Err(Error::InvalidCredentials);
    };
    let stored = account.hash.unwrap_or_default();
    match hash::verify(password, &stored) {
        Ok(true) => Ok(account.user),
        Ok(false) => Err(Error::InvalidCredentials),
        Err(_) => Err(Error::UnreadableHash {
            user: account.user.name.to_text().into_owned(),
            scheme: hash::scheme(&stored).name,
        }),
    }
}

/// The rounds of a stored hash that the name alone picks, so that asking again tells nothing.
fn rounds_of_somebody(store: &Store, name: &[u8]) -> Result<Option<u32>> {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    let ids = store.highest_id()?.max(1).unsigned_abs();
    let pick = i64::try_from(hasher.finish() % ids).unwrap_or(0);
    let somebody = store.some_user_near(pick)?;
    Ok(somebody.and_then(|account| hash::scheme(&account.hash?).rounds))
}
