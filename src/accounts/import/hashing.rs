//! Hashing the passwords of an import: on all cores, many per core at once, before any lock.

use std::ops::ControlFlow;

use super::compare::Comparison;
use super::stage::{Outcome, Pending, Staged};
use super::{Importing, Observer, OnConflict, Stage};
use crate::accounts::Random;
use crate::error::{Error, Result};
use crate::hash::{HashString, verify_many};
use crate::interrupt::Interrupt;
use crate::password::Password;
use crate::store::Store;
use crate::user::Selector;

/// Whoever watches the hashing, and who may ask it to stop.
pub(super) struct Watch<'w> {
    pub(super) observer: &'w mut dyn Observer,
    pub(super) interrupt: &'w Interrupt,
}

/// Settles what is to be stored of every password that was not settled before.
pub(super) fn hash(
    store: Option<&Store>,
    staged: &mut Staged,
    comparison: &Comparison,
    importing: &Importing,
    random: Random<'_>,
    watch: &mut Watch<'_>,
) -> Result<()> {
    // Since the last comparison others may have changed or deleted users whose passwords were right.
    for pending in &mut staged.passwords {
        if matches!(pending.outcome, Outcome::Unchanged) {
            pending.outcome = Outcome::Unknown;
        }
    }
    let old = &comparison.existing_with_password;
    if importing.on_conflict == OnConflict::Skip {
        for &(index, _) in old {
            staged.passwords[index].outcome = Outcome::Unchanged;
        }
    }
    let is_unknown = |pending: &Pending| matches!(pending.outcome, Outcome::Unknown);
    let with_users = store.filter(|_| importing.on_conflict != OnConflict::Skip && !old.is_empty());
    let is_idle = importing.dry_run && with_users.is_none();
    if is_idle || !staged.passwords.iter().any(is_unknown) {
        return Ok(());
    }
    let total = if importing.dry_run { old.len() } else { staged.passwords.len() };
    watch.observer.stage(Stage::Hashing, Some(total as u64));
    let mut progress = |done| {
        watch.observer.advance(done);
        match watch.interrupt.check() {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    };
    if let Some(store) = with_users {
        compare_with_users(store, staged, comparison, importing, &mut progress)?;
    }
    if importing.dry_run {
        return Ok(());
    }
    let unknown: Vec<&Password> = staged
        .passwords
        .iter()
        .filter(|pending| is_unknown(pending))
        .map(|pending| &pending.password)
        .collect();
    let made =
        HashString::make_many(&unknown, importing.rounds, importing.jobs, random, &mut progress)?;
    let unknown = staged.passwords.iter_mut().filter(|pending| is_unknown(pending));
    for (pending, hash) in unknown.zip(made) {
        pending.outcome = Outcome::Hash(hash);
    }
    Ok(())
}

/// Finds the passwords that their users have already.
fn compare_with_users(
    store: &Store,
    staged: &mut Staged,
    comparison: &Comparison,
    importing: &Importing,
    progress: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<()> {
    let old = &comparison.existing_with_password;
    let mut stored = Vec::with_capacity(old.len());
    for &(_, id) in old {
        stored.push(store.find(&Selector::Id(id))?.pop());
    }
    let pairs: Vec<(&Password, &[u8])> = old
        .iter()
        .zip(&stored)
        .map(|(&(index, _), account)| {
            let hash = account.as_ref().and_then(|account| account.hash.as_deref());
            (&staged.passwords[index].password, hash.unwrap_or_default())
        })
        .collect();
    let same = verify_many(&pairs, importing.jobs, progress)?;
    for ((&(index, _), same), account) in old.iter().zip(same).zip(&stored) {
        if same {
            staged.passwords[index].outcome = Outcome::Unchanged;
        } else if importing.on_conflict == OnConflict::Fail {
            let name = account.as_ref().map(|account| account.user.name.to_text());
            let name = name.unwrap_or_default();
            return Err(Error::UserExists(format!("{name}, with another password")));
        }
    }
    Ok(())
}
