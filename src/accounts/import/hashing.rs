//! Hashing the passwords of an import: on all cores, many per core at once, before any lock.
//!
//! What comes out are hashes alone. Each password is wiped as soon as it has one, so that none is
//! in memory while the lock is waited for.

use super::check::Found;
use super::plan::Plan;
use super::{Importing, Observer, OnConflict, Stage};
use crate::accounts::Random;
use crate::error::{Error, Result};
use crate::hash::{HashString, verify_many};
use crate::interrupt::Interrupt;
use crate::password::Password;
use crate::store::{Account, Store};
use crate::user::Key;

/// How many passwords each thread is given at once: enough that the threads seldom wait for each
/// other, some seconds of work at 600000 rounds.
const SHARE: usize = 512;

/// The hashes of the passwords, by their numbers; none where none is needed.
pub(super) type Hashes = Vec<Option<Vec<u8>>>;

/// Hashes the passwords, except those of users who keep theirs: because they are skipped, because
/// the row brings none, or because it is the same. The hashes of the last take the place of new
/// ones, so that whatever becomes of the users meanwhile, their rows have a hash of the right
/// password.
pub(super) fn hash(
    interrupt: &Interrupt,
    store: Option<&Store>,
    found: &mut Found,
    plan: &Plan,
    importing: &Importing,
    random: Random<'_>,
    observer: &mut dyn Observer,
) -> Result<Hashes> {
    let passwords = std::mem::take(&mut found.passwords);
    let mut passwords: Vec<Option<Password>> = passwords.into_iter().map(Some).collect();
    let mut hashes = vec![None; passwords.len()];
    let skips = importing.on_conflict == OnConflict::Skip;
    let (kept, known): (Vec<_>, Vec<_>) = (plan.old_passwords().iter().copied())
        .partition(|(number, _)| skips || found.generated.contains_key(number));
    for (number, _) in kept {
        passwords[number] = None;
    }
    let pending = passwords.iter().flatten().count();
    let total = if importing.dry_run { known.len() } else { pending };
    if total == 0 {
        return Ok(hashes);
    }
    observer.stage(Stage::Hashing, Some(total as u64));
    let share = SHARE.saturating_mul(importing.jobs.max(1));
    for users in known.chunks(share) {
        interrupt.check()?;
        let Some(store) = store else { break };
        compare(store, users, &mut passwords, &mut hashes, importing, observer)?;
    }
    if importing.dry_run {
        return Ok(hashes);
    }
    let unknown: Vec<usize> = (0..passwords.len()).filter(|&it| passwords[it].is_some()).collect();
    for numbers in unknown.chunks(share) {
        interrupt.check()?;
        let taken: Vec<Password> = numbers.iter().filter_map(|&it| passwords[it].take()).collect();
        let advance = |done| observer.advance(done);
        let made =
            HashString::make_many(&taken, importing.rounds, importing.jobs, &mut *random, advance)?;
        for (&number, hash) in numbers.iter().zip(made) {
            hashes[number] = Some(hash.as_str().as_bytes().to_vec());
        }
    }
    Ok(hashes)
}

/// Finds the passwords that their users have already.
fn compare(
    store: &Store,
    users: &[(usize, Key)],
    passwords: &mut [Option<Password>],
    hashes: &mut Hashes,
    importing: &Importing,
    observer: &mut dyn Observer,
) -> Result<()> {
    let mut found: Vec<(usize, Account)> = Vec::with_capacity(users.len());
    for &(number, key) in users {
        found.extend(store.of_key(key)?.map(|account| (number, account)));
    }
    let pairs: Vec<(&Password, &[u8])> = (found.iter())
        .filter_map(|(number, account)| {
            Some((passwords[*number].as_ref()?, account.hash.as_deref().unwrap_or_default()))
        })
        .collect();
    let same = verify_many(&pairs, importing.jobs, |done| observer.advance(done))?;
    for ((number, account), same) in found.into_iter().zip(same) {
        if same {
            passwords[number] = None;
            hashes[number] = account.hash;
        } else if importing.on_conflict == OnConflict::Fail {
            let name = account.user.name.to_text();
            return Err(Error::UserExists(format!("{name}, with another password")));
        }
    }
    Ok(())
}
