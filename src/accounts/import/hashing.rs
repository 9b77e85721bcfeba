//! Hashing the passwords of an import: on all cores, many per core at once, before any lock.
//!
//! What comes out are hashes alone. Each password is wiped as soon as it has one, so that none is
//! in memory while the lock is waited for.

use super::check::Found;
use super::{Importing, Observer, OnConflict, Stage};
use crate::accounts::Random;
use crate::error::{Error, Result};
use crate::hash::{HashString, verify_many};
use crate::password::Password;
use crate::store::{Account, Store};
use crate::user::{Selector, UserId};

/// How many passwords each thread is given at once: enough that the threads seldom wait for each
/// other, some seconds of work at 600000 rounds.
const SHARE: usize = 512;

/// The hashes of the passwords, by their numbers; none where none is needed.
pub(super) struct Hashes(Vec<Option<Vec<u8>>>);

impl Hashes {
    /// The hash of the password with this number.
    pub(super) fn of(&self, number: usize) -> Option<&[u8]> {
        self.0.get(number)?.as_deref()
    }
}

/// Hashes the passwords, except those of users who keep theirs: because they are skipped, because
/// the row brings none, or because it is the same. The hashes of the last take the place of new
/// ones, so that whatever becomes of the users meanwhile, their rows have a hash of the right
/// password.
pub(super) fn hash(
    store: Option<&Store>,
    found: &mut Found,
    old: &[(usize, UserId)],
    importing: &Importing,
    random: Random<'_>,
    observer: &mut dyn Observer,
) -> Result<Hashes> {
    let passwords = std::mem::take(&mut found.passwords);
    let mut passwords: Vec<Option<Password>> = passwords.into_iter().map(Some).collect();
    let mut hashes = Hashes(vec![None; passwords.len()]);
    let skips = importing.on_conflict == OnConflict::Skip;
    for &(number, _) in old {
        if skips || found.is_generated(number) {
            passwords[number] = None;
        }
    }
    let known: Vec<_> =
        old.iter().copied().filter(|&(number, _)| passwords[number].is_some()).collect();
    let pending = passwords.iter().flatten().count();
    let total = if importing.dry_run { known.len() } else { pending };
    if total == 0 {
        return Ok(hashes);
    }
    observer.stage(Stage::Hashing, Some(total as u64));
    let share = SHARE.saturating_mul(importing.jobs);
    if let Some(store) = store {
        for users in known.chunks(share) {
            store.interrupt().check()?;
            compare(store, users, &mut passwords, &mut hashes, importing, observer)?;
        }
    }
    if importing.dry_run {
        return Ok(hashes);
    }
    let unknown: Vec<usize> = (0..passwords.len()).filter(|&it| passwords[it].is_some()).collect();
    for numbers in unknown.chunks(share) {
        store.map_or(Ok(()), |store| store.interrupt().check())?;
        let taken: Vec<Password> = numbers.iter().filter_map(|&it| passwords[it].take()).collect();
        let advance = |done| observer.advance(done);
        let made =
            HashString::make_many(&taken, importing.rounds, importing.jobs, &mut *random, advance)?;
        for (&number, hash) in numbers.iter().zip(made) {
            hashes.0[number] = Some(hash.as_str().as_bytes().to_vec());
        }
    }
    Ok(hashes)
}

/// Finds the passwords that their users have already.
fn compare(
    store: &Store,
    users: &[(usize, UserId)],
    passwords: &mut [Option<Password>],
    hashes: &mut Hashes,
    importing: &Importing,
    observer: &mut dyn Observer,
) -> Result<()> {
    let mut accounts: Vec<Option<Account>> = Vec::with_capacity(users.len());
    for &(_, id) in users {
        accounts.push(store.find(&Selector::Id(id))?.pop());
    }
    let pairs: Vec<(&Password, &[u8])> = users
        .iter()
        .zip(&accounts)
        .filter_map(|(&(number, _), account)| {
            let hash = account.as_ref().and_then(|account| account.hash.as_deref());
            Some((passwords[number].as_ref()?, hash.unwrap_or_default()))
        })
        .collect();
    let same = verify_many(&pairs, importing.jobs, |done| observer.advance(done))?;
    for ((&(number, _), same), account) in users.iter().zip(same).zip(accounts) {
        let Some(account) = account else { continue };
        if same {
            passwords[number] = None;
            hashes.0[number] = account.hash;
        } else if importing.on_conflict == OnConflict::Fail {
            let name = account.user.name.to_text();
            return Err(Error::UserExists(format!("{name}, with another password")));
        }
    }
    Ok(())
}
