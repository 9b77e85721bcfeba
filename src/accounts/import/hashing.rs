//! Hashing the passwords of an import: on all cores, many per core at once, before any lock.
//!
//! What comes out are hashes alone. Each password is wiped as soon as it has one, so that none is
//! in memory while the lock is waited for.

use super::check::Found;
use super::plan::Plan;
use super::{Importing, Observer, OnConflict, Stage};
use crate::accounts::Random;
use crate::accounts::recipe::Hashing;
use crate::error::{Error, Result};
use crate::hash::{HashString, Recipe, verify_many};
use crate::password::Password;
use crate::store::{Account, Database, Store};
use crate::user::Key;

/// How many passwords each thread is given at once: enough that the threads seldom wait for each
/// other, some seconds of work at 600000 rounds.
const SHARE: usize = 512;

/// The hashes of the passwords, by their numbers; none where none is needed.
pub(super) type Hashes = Vec<Option<Vec<u8>>>;

/// What hashes passwords.
pub(super) struct Hasher<'a> {
    pub(super) database: &'a Database,
    pub(super) store: Option<&'a Store>,
    pub(super) hashing: Hashing<'a>,
    pub(super) importing: &'a Importing,
}

/// The passwords of the rows, by their numbers.
pub(super) struct Passwords {
    /// Those that are not wiped yet, and what each is to be hashed with.
    left: Vec<Option<(Password, Recipe)>>,
    /// The users of those that are to be compared with what is stored.
    known: Vec<(usize, Key)>,
}

impl Passwords {
    /// Takes the passwords that are needed: not those of users who keep theirs, because they are
    /// skipped or because the row brings none.
    pub(super) fn take(
        found: &mut Found,
        plan: &Plan,
        importing: &Importing,
        recipe: Recipe,
    ) -> Self {
        let passwords = std::mem::take(&mut found.passwords);
        let mut left: Vec<_> = passwords.into_iter().map(|it| Some((it, recipe))).collect();
        let skips = importing.on_conflict == OnConflict::Skip;
        let (kept, known): (Vec<_>, Vec<_>) = (plan.old_passwords().iter().copied())
            .partition(|(number, _)| skips || found.generated.contains_key(number));
        for (number, _) in kept {
            left[number] = None;
        }
        Passwords { left, known }
    }
}

impl Hasher<'_> {
    /// Hashes the passwords, except those that are their users' already. The stored hashes take the
    /// place of new ones then, so that whatever becomes of the users meanwhile, their rows have a hash
    /// of the right password.
    pub(super) fn hash(
        &self,
        mut passwords: Passwords,
        random: Random<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Hashes> {
        let (importing, interrupt) = (self.importing, &self.database.interrupt);
        let mut hashes = vec![None; passwords.left.len()];
        let pending = passwords.left.iter().flatten().count();
        let total = if importing.dry_run { passwords.known.len() } else { pending };
        if total == 0 {
            return Ok(hashes);
        }
        observer.stage(Stage::Hashing, Some(total as u64));
        let share = SHARE.saturating_mul(importing.jobs.max(1));
        for users in std::mem::take(&mut passwords.known).chunks(share) {
            interrupt.check()?;
            let Some(store) = self.store else { break };
            self.compare(store, users, &mut passwords, &mut hashes, observer)?;
        }
        if importing.dry_run {
            return Ok(hashes);
        }
        let left = &mut passwords.left;
        let numbers: Vec<usize> = (0..left.len()).filter(|&it| left[it].is_some()).collect();
        for numbers in numbers.chunks(share) {
            interrupt.check()?;
            let taken: Vec<_> = numbers.iter().filter_map(|&it| left[it].take()).collect();
            let taken: Vec<_> =
                taken.iter().map(|(password, recipe)| (password, *recipe)).collect();
            let (pepper, jobs) = (self.hashing.pepper, importing.jobs);
            let made = HashString::make_many(&taken, pepper, jobs, &mut *random, |done| {
                observer.advance(done);
                interrupt.check()
            })?;
            for (&number, hash) in numbers.iter().zip(made) {
                hashes[number] = Some(hash.as_str().as_bytes().to_vec());
            }
        }
        Ok(hashes)
    }

    /// Finds the passwords that their users have already. The others are hashed as these users' old
    /// ones.
    fn compare(
        &self,
        store: &Store,
        users: &[(usize, Key)],
        Passwords { left, .. }: &mut Passwords,
        hashes: &mut Hashes,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        let mut found: Vec<(usize, Account)> = Vec::with_capacity(users.len());
        for &(number, key) in users {
            found.extend(store.of_key(key)?.map(|account| (number, account)));
        }
        let pairs: Vec<(&Password, &[u8])> = (found.iter())
            .filter_map(|(number, account)| {
                let (password, _) = left[*number].as_ref()?;
                Some((password, account.hash.as_deref().unwrap_or_default()))
            })
            .collect();
        let same = verify_many(&pairs, self.hashing.pepper, self.importing.jobs, |done| {
            observer.advance(done);
            self.database.interrupt.check()
        })?;
        for ((number, account), same) in found.into_iter().zip(same) {
            if same {
                left[number] = None;
                hashes[number] = account.hash;
            } else if self.importing.on_conflict == OnConflict::Fail {
                let name = account.user.name.to_text();
                return Err(Error::UserExists(format!("{name}, with another password")));
            } else if let Some((password, recipe)) = &mut left[number] {
                let (old, wanted) = (account.hash.as_deref(), &self.importing.recipe);
                *recipe = self.hashing.recipe(self.database, Some(store), old, wanted)?;
                recipe.check(password, self.hashing.pepper).map_err(|error| match error {
                    Error::InvalidPassword(reason) => {
                        let name = account.user.name.to_text();
                        Error::InvalidPassword(format!("that of {name}: {reason}"))
                    }
                    error => error,
                })?;
            }
        }
        Ok(())
    }
}
