//! Checking a password.

use std::ops::ControlFlow;

use super::recipe::{Application, WantedRecipe};
use super::{guard, only_one, open};
use crate::error::{Error, Result};
use crate::hash::{self, Effort, Recipe};
use crate::password::Password;
use crate::store::{Access, Database, Store};
use crate::user::{Selector, User};

/// How many of the newest users say what a check may cost.
const NEWEST: u32 = 100;

/// Checks a username and password against the stored hash, as the application's login does.
///
/// Every check that fails costs the same, whoever was asked for: that of a new hash, or of the
/// most expensive one among the newest users where that is more.
///
/// # Errors
/// [`Error::InvalidCredentials`] for an unknown username and for a wrong password;
/// [`Error::UnreadableHash`]; or what reading the database fails with.
pub fn login(
    database: &Database,
    name: &[u8],
    password: &Password,
    wanted: &WantedRecipe,
) -> Result<User> {
    let store = open(database, Access::Read)?;
    let application = Application::of(database, Some(&store))?;
    let hashing = application.hashing()?;
    let found = store.find_for_login(name)?;
    let is_ambiguous = found.iter().any(|account| account.user.name != found[0].user.name);
    if is_ambiguous {
        // The application takes one of them, nobody knows which.
        only_one(found, &Selector::Name(name.to_vec()))?;
        return Err(Error::InvalidCredentials);
    }
    let account = found.into_iter().next();
    let recipe = hashing.recipe(database, Some(&store), None, wanted)?;
    let effort = effort(&store, recipe)?;

    let Some(account) = account else {
        drop(store);
        effort.spend(password, hashing.pepper, None);
        return Err(Error::InvalidCredentials);
    };
    let stored = account.hash.unwrap_or_default();
    let Some(hash) = hashing.read(&stored) else {
        return Err(Error::UnreadableHash {
            id: account.user.id.to_string(),
            user: account.user.name.to_text().into_owned(),
            scheme: hash::scheme(&stored).name,
            replaceable: guard::would_be_read(database, &store)?,
        });
    };
    drop(store);
    if hash.verify(password, hashing.pepper)? {
        return Ok(account.user);
    }
    // What the user's own hash has not cost yet.
    effort.spend(password, hashing.pepper, Some(&hash));
    Err(Error::InvalidCredentials)
}

/// What a failed check costs.
fn effort(store: &Store, recipe: Recipe) -> Result<Effort> {
    let mut effort = Effort::of(recipe);
    store.newest_hashes(NEWEST, |stored| {
        effort.raise(stored);
        ControlFlow::Continue(())
    })?;
    Ok(effort)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::recipe::Hashing;
    use crate::hash::Rounds;
    use crate::store::NewUser;
    use crate::user::Id;

    /// A database whose users have hashes of these rounds, the newest last.
    fn store_with(rounds: &[u32]) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        let database = Database::at(path);
        let made = database.create(|transaction| {
            for (number, rounds) in rounds.iter().enumerate() {
                let name = crate::user::Username::new(format!("user{number}").as_bytes())?;
                let (salt, checksum) = ("A".repeat(22), "A".repeat(43));
                let hash = format!("$pbkdf2-sha256${rounds}${salt}${checksum}");
                let hash = Hashing::passlib().ready(hash.as_bytes())?;
                transaction.insert(NewUser {
                    id: Id::Null,
                    name: &name,
                    hash: &hash,
                    further: &[],
                })?;
            }
            Ok(())
        });
        made.unwrap();
        (folder, Store::open(&database, Access::Read).unwrap())
    }

    #[test]
    fn a_failed_check_costs_as_much_as_the_most_expensive_of_the_newest() {
        let usual = Recipe::default().with_rounds(Rounds::new(5000).unwrap()).unwrap();
        let cost = |rounds: &[u32]| effort(&store_with(rounds).1, usual).unwrap();
        let pbkdf2 = |rounds: u32| {
            Effort::of(Recipe::default().with_rounds(Rounds::new(rounds).unwrap()).unwrap())
        };
        assert_eq!(cost(&[]), pbkdf2(5000));
        assert_eq!(cost(&[1000, 1, 29_000, 4000]), pbkdf2(29_000));
        let mut rounds = vec![1000; 101];
        rounds[0] = 900_000;
        assert_eq!(cost(&rounds), pbkdf2(5000));
        rounds[1] = 800_000;
        assert_eq!(cost(&rounds), pbkdf2(800_000));
    }
}
