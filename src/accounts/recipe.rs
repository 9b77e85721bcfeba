//! What new hashes are made with: as the caller says, or as the hashes that are there.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::hash::{self, Hash, HashString, Pepper, Recipe, Rounds, Scheme};
use crate::layout::{Layout, PepperFrom};
use crate::store::{Database, Limits, Store};

/// How many of the newest users are looked at for one whose hash can be read.
const NEWEST: u32 = 1000;

/// What a caller says of new hashes; what is none is found in the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WantedRecipe {
    /// The scheme and its numbers.
    pub recipe: Option<Recipe>,
    /// The iteration count, which wins over that of the recipe.
    pub rounds: Option<Rounds>,
    /// Whether the iteration count is passed over where the scheme has none, rather than an error.
    pub rounds_may_not_fit: bool,
}

impl From<Rounds> for WantedRecipe {
    fn from(rounds: Rounds) -> Self {
        WantedRecipe { rounds: Some(rounds), ..WantedRecipe::default() }
    }
}

impl From<Recipe> for WantedRecipe {
    fn from(recipe: Recipe) -> Self {
        WantedRecipe { recipe: Some(recipe), ..WantedRecipe::default() }
    }
}

/// How an application hashes.
#[derive(Clone, Copy)]
pub(super) struct Hashing<'a> {
    /// Its own recipe, where no hash shows another.
    pub(super) usual: Recipe,
    /// The schemes that it can read.
    pub(super) accepted: &'a [Scheme],
    /// The longest hash that its column takes, in bytes.
    pub(super) longest: usize,
    /// What it mixes its passwords with.
    pub(super) pepper: Option<&'a Pepper>,
    /// Another application's database: the first one refuses any hash that it cannot read as such.
    pub(super) other: Option<&'a Path>,
}

/// What an application hashes with, which outlives its open database.
pub(super) struct Application {
    usual: Recipe,
    accepted: Vec<Scheme>,
    longest: usize,
    pepper: Option<Pepper>,
    /// Whether it mixes its passwords with a key that was not given.
    lacks_pepper: bool,
    path: PathBuf,
    is_first: bool,
}

impl Application {
    /// The application whose users are in a store, or else the first one.
    ///
    /// # Errors
    /// What asking the database for the key of its pepper fails with.
    pub(super) fn of(database: &Database, store: Option<&Store>) -> Result<Self> {
        let first = Layout::passlib();
        let layout = store.map_or(&first, Store::layout);
        let given = database.pepper.clone();
        let pepper = match (&layout.pepper, store) {
            (Some(PepperFrom::Query(sql)), Some(store)) if given.is_none() => {
                store.file().first_value(sql)?.map(|key| Pepper::new(key.into())).transpose()?
            }
            _ => given,
        };
        Ok(Application {
            usual: layout.recipe.unwrap_or_default(),
            accepted: layout.accepts.clone(),
            longest: store.map_or(Ok(Limits::FIRST), Store::limits)?.hash_bytes,
            lacks_pepper: layout.pepper.is_some() && pepper.is_none(),
            pepper,
            path: database.path.clone(),
            is_first: *layout == first,
        })
    }

    /// How it hashes passwords.
    ///
    /// # Errors
    /// [`Error::PepperMissing`].
    pub(super) fn hashing(&self) -> Result<Hashing<'_>> {
        if self.lacks_pepper {
            return Err(Error::PepperMissing { path: self.path.clone() });
        }
        Ok(self.reading())
    }

    /// How it reads hashes, without passwords.
    pub(super) fn reading(&self) -> Hashing<'_> {
        let Application { usual, accepted, longest, pepper, path, is_first, .. } = self;
        let other = (!is_first).then_some(path.as_path());
        Hashing { usual: *usual, accepted, longest: *longest, pepper: pepper.as_ref(), other }
    }
}

impl Hashing<'_> {
    /// That of the first application.
    #[cfg(test)]
    pub(super) fn passlib() -> Self {
        let (accepted, longest) = (&[Scheme::Pbkdf2Sha256], Limits::FIRST.hash_bytes);
        Hashing { usual: Recipe::default(), accepted, longest, pepper: None, other: None }
    }

    /// What a new hash is made with: as wanted, or else as the user's old hash, the newest one that is
    /// there, or the application's own. The last three cost no less than today's default.
    ///
    /// # Errors
    /// [`Error::SchemeMismatch`] for a scheme that the application cannot read; [`Error::NoRounds`] for
    /// an iteration count where the scheme has none; or what reading the database fails with.
    pub(super) fn recipe(
        self,
        database: &Database,
        store: Option<&Store>,
        old: Option<&[u8]>,
        wanted: &WantedRecipe,
    ) -> Result<Recipe> {
        let found = match wanted.recipe {
            Some(recipe) if !self.accepted.contains(&recipe.scheme()) => {
                return Err(Error::SchemeMismatch {
                    path: database.path.clone(),
                    scheme: self.usual.scheme().name(),
                    wanted: recipe.scheme().name(),
                });
            }
            Some(recipe) => recipe,
            None => self.as_before(store, old)?,
        };
        let Some(rounds) = wanted.rounds else { return Ok(found) };
        match found.with_rounds(rounds) {
            Some(recipe) => Ok(recipe),
            None if wanted.rounds_may_not_fit => Ok(found),
            None => Err(Error::NoRounds { scheme: found.scheme().name() }),
        }
    }

    /// Takes a ready hash, if the application can read it.
    ///
    /// # Errors
    /// [`Error::SchemeMismatch`] for one of a scheme that another application than the first does not
    /// read, else [`Error::InvalidHash`]; both name the scheme but never the hash.
    pub(super) fn ready(self, hash: &[u8]) -> Result<HashString> {
        HashString::from_ready(hash, self.accepted, self.longest).map_err(|error| {
            let is_read = |name: &str| self.accepted.iter().any(|scheme| scheme.name() == name);
            match (self.other, hash::known_scheme(hash)) {
                (Some(path), Some(wanted)) if !is_read(wanted) => {
                    let scheme = self.usual.scheme().name();
                    Error::SchemeMismatch { path: path.to_owned(), scheme, wanted }
                }
                _ => error,
            }
        })
    }

    /// Reads a stored hash as the application would.
    pub(super) fn read(self, stored: &[u8]) -> Option<Hash> {
        Hash::parse(stored).ok().filter(|hash| self.accepted.contains(&hash.scheme()))
    }

    /// The recipe of the old hash, or of the newest one that can be made here.
    fn as_before(self, store: Option<&Store>, old: Option<&[u8]>) -> Result<Recipe> {
        let like = |stored: &[u8]| self.read(stored).and_then(|hash| Recipe::like(&hash));
        let mut found = old.and_then(like);
        if let (None, Some(store)) = (found, store)
            && store.has_table()?
        {
            store.newest_hashes(NEWEST, |stored| {
                found = like(stored);
                if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
        }
        Ok(found.unwrap_or(self.usual))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::database;
    use crate::store::Access;

    const OLD: &str = "$pbkdf2-sha256$700000$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const BCRYPT: &str = "$2b$13$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S";

    fn text(recipe: Result<Recipe>) -> String {
        recipe.map_or_else(|error| error.code().to_owned(), |recipe| recipe.to_string())
    }

    #[test]
    fn a_new_hash_is_as_the_old_one_or_the_newest_or_the_usual() {
        let (_folder, database) = database(&["ann"]);
        let store = Store::open(&database, Access::Write).unwrap();
        let accepted = [Scheme::Pbkdf2Sha256, Scheme::Bcrypt];
        let hashing = Hashing { accepted: &accepted, ..Hashing::passlib() };
        let nothing = WantedRecipe::default();
        let found = |store, old: Option<&str>| {
            text(hashing.recipe(&database, store, old.map(str::as_bytes), &nothing))
        };
        // The newest hash has 1000 rounds, which is less than a new one may have.
        assert_eq!(found(Some(&store), None), "pbkdf2_sha256:600000");
        assert_eq!(found(Some(&store), Some(OLD)), "pbkdf2_sha256:700000");
        assert_eq!(found(None, Some(BCRYPT)), "bcrypt:13");
        assert_eq!(found(None, Some("!unusable")), "pbkdf2_sha256:600000");
        // One that the application cannot read is no model.
        let passlib = Hashing::passlib();
        let recipe = passlib.recipe(&database, None, Some(BCRYPT.as_bytes()), &nothing);
        assert_eq!(text(recipe), "pbkdf2_sha256:600000");
    }

    #[test]
    fn what_is_wanted_wins_where_the_application_can_read_it() {
        let (_folder, database) = database(&[]);
        let wanted = |recipe: Option<&str>, rounds: Option<u32>, rounds_may_not_fit| {
            let recipe = recipe.map(|recipe| recipe.parse().unwrap());
            let rounds = rounds.and_then(Rounds::new);
            let wanted = WantedRecipe { recipe, rounds, rounds_may_not_fit };
            let accepted = [Scheme::Pbkdf2Sha256, Scheme::Bcrypt];
            let hashing = Hashing { accepted: &accepted, ..Hashing::passlib() };
            text(hashing.recipe(&database, None, Some(OLD.as_bytes()), &wanted))
        };
        assert_eq!(wanted(Some("bcrypt:4"), None, false), "bcrypt:4");
        assert_eq!(wanted(None, Some(1000), false), "pbkdf2_sha256:1000");
        assert_eq!(wanted(Some("pbkdf2_sha256"), Some(1000), false), "pbkdf2_sha256:1000");
        assert_eq!(wanted(Some("bcrypt"), Some(1000), false), "usage");
        assert_eq!(wanted(Some("bcrypt"), Some(1000), true), "bcrypt:12");
        assert_eq!(wanted(Some("argon2id"), None, false), "scheme_mismatch");
    }
}
