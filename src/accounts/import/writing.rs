//! Storing the rows: one transaction, or one for each batch.

use std::thread;
use std::time::{Duration, Instant};

use super::check::compare;
use super::compare::{Comparison, Rows, Verdict, Work, look_up};
use super::stage::{Credential, Outcome, Record, Staged};
use super::{Generated, Imported, Importing, Observer, OnConflict, Rejection, Stage};
use crate::accounts::Warning;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::store::{Inserter, Store, Transaction};
use crate::user::{Selector, UserId};

/// How many rows are stored between two looks for an interruption.
const CHECKED_ROWS: u64 = 1000;

/// For how long batches follow each other before others get a turn: far below the 5 s for which the
/// application waits.
const TURN: Duration = Duration::from_secs(1);

/// How long that turn is. Whoever waits with SQLite's busy timeout looks every 100 ms.
const PAUSE: Duration = Duration::from_millis(120);

/// Stores all rows, unless the database has changed since it was compared: then nothing.
pub(super) fn write(
    store: &Store,
    staged: &Staged,
    comparison: &Comparison,
    importing: &Importing,
    observer: &mut dyn Observer,
) -> Result<Option<Imported>> {
    let mut imported = Imported::default();
    let mut writer = Writer::new(staged, comparison, importing, store.interrupt())?;
    let limit = importing.batch.unwrap_or(u64::MAX);
    let mut began = Instant::now();
    loop {
        let batch = store.write_many(|transaction| {
            let is_stale = transaction.reader().data_version()? != comparison.version;
            if is_stale && importing.batch.is_none() {
                return Ok(None);
            }
            if !transaction.reader().has_table()? {
                transaction.create_table()?;
            }
            writer.store(transaction, limit, is_stale).map(Some)
        });
        let batch = match batch {
            Ok(None) => return Ok(None),
            Ok(Some(batch)) => batch,
            Err(error) if imported.imported + imported.updated == 0 => return Err(error),
            Err(error) => {
                if imported.updated > 0 {
                    // The error is what must be said; the log is emptied as far as possible.
                    let _ = store.truncate_log();
                }
                return Err(writer.partly(&imported, error));
            }
        };
        imported.locked = imported.locked.max(store.locked_for());
        imported.imported += batch.imported;
        imported.updated += batch.updated;
        imported.skipped += batch.skipped;
        if batch.is_last {
            break;
        }
        observer.advance(limit);
        if began.elapsed() >= TURN {
            thread::sleep(PAUSE);
            began = Instant::now();
        }
    }
    if imported.updated > 0 && !store.truncate_log() {
        imported.warnings.push(Warning::OldPagesInLog);
    }
    Ok(Some(imported))
}

/// Compares and stores all rows in one transaction, which nobody can get ahead of.
pub(super) fn compare_and_write(
    store: &Store,
    staged: &Staged,
    work: &Work<'_>,
    observer: &mut dyn Observer,
) -> Result<Imported> {
    // Nobody is told anything before the lock is released: whoever is told may make us wait.
    let mut rejections = Rejections(Vec::new());
    let imported = store.write_many(|transaction| {
        let comparison = compare(Some(store), staged, work, &mut rejections)?;
        write_new(transaction, staged, &comparison, work.importing)
    });
    for rejection in &rejections.0 {
        observer.reject(rejection)?;
    }
    let imported = imported?;
    let mut warnings = Vec::new();
    if imported.updated > 0 && !store.truncate_log() {
        warnings.push(Warning::OldPagesInLog);
    }
    Ok(Imported { locked: store.locked_for(), warnings, ..imported })
}

/// Collects what is wrong with rows.
struct Rejections(Vec<Rejection>);

impl Observer for Rejections {
    fn stage(&mut self, _: Stage, _: Option<u64>) {}

    fn advance(&mut self, _: u64) {}

    fn reject(&mut self, rejection: &Rejection) -> Result<()> {
        self.0.push(rejection.clone());
        Ok(())
    }

    fn generated(&mut self, _: &[&Generated]) -> Result<()> {
        Ok(())
    }
}

/// Stores all rows in a transaction that nobody else can see.
pub(super) fn write_new(
    transaction: &Transaction<'_>,
    staged: &Staged,
    comparison: &Comparison,
    importing: &Importing,
) -> Result<Imported> {
    let interrupt = transaction.reader().interrupt();
    let mut writer = Writer::new(staged, comparison, importing, interrupt)?;
    let batch = writer.store(transaction, u64::MAX, false)?;
    let (imported, updated, skipped) = (batch.imported, batch.updated, batch.skipped);
    Ok(Imported { imported, skipped, updated, ..Imported::default() })
}

/// What was done with some rows.
#[derive(Default)]
struct Batch {
    imported: u64,
    updated: u64,
    skipped: u64,
    is_last: bool,
}

struct Writer<'w> {
    staged: &'w Staged,
    importing: &'w Importing,
    interrupt: &'w Interrupt,
    rows: Rows<'w>,
    looks_up: bool,
    total: u64,
}

impl<'w> Writer<'w> {
    fn new(
        staged: &'w Staged,
        comparison: &'w Comparison,
        importing: &'w Importing,
        interrupt: &'w Interrupt,
    ) -> Result<Self> {
        let rows = comparison.rows(staged)?;
        let looks_up = comparison.looks_up();
        Ok(Writer { staged, importing, interrupt, rows, looks_up, total: staged.count() })
    }

    fn store(
        &mut self,
        transaction: &Transaction<'_>,
        limit: u64,
        is_stale: bool,
    ) -> Result<Batch> {
        let store = transaction.reader();
        let mut inserter = transaction.inserter()?;
        let mut batch = Batch::default();
        let mut done = 0;
        while done < limit {
            let Some((record, verdict)) = self.rows.next()? else {
                batch.is_last = true;
                break;
            };
            let is_new = matches!(verdict, Verdict::New);
            let verdict = if is_stale || is_new && self.looks_up {
                look_up(store, &record, self.importing)?
            } else {
                verdict
            };
            match verdict {
                Verdict::New => {
                    insert(&mut inserter, &record, self.staged, self.importing)?;
                    batch.imported += 1;
                }
                Verdict::Exists(id)
                    if is_new
                        && self.importing.on_conflict == OnConflict::Fail
                        && !has_credential(store, &record, id, self.staged)? =>
                {
                    let name = String::from_utf8_lossy(record.name).into_owned();
                    return Err(Error::UserExists(name));
                }
                Verdict::Exists(id) => {
                    if update(transaction, &record, id, self.staged, self.importing)? {
                        batch.updated += 1;
                    } else {
                        batch.skipped += 1;
                    }
                }
                Verdict::LooksLike(existing) => {
                    let asked = String::from_utf8_lossy(record.name).into_owned();
                    return Err(Error::LookalikeExists { asked, existing });
                }
                Verdict::Rejected(reason) => return Err(Error::InvalidInput(reason)),
            }
            done += 1;
            if done % CHECKED_ROWS == 0 {
                self.interrupt.check()?;
            }
        }
        Ok(batch)
    }

    /// The error of a batch, when others are stored already.
    fn partly(&self, imported: &Imported, error: Error) -> Error {
        let Imported { imported, updated, skipped, .. } = imported;
        let stored = format!(
            "{} of {} rows are stored; the same command goes on from there",
            imported + updated + skipped,
            self.total
        );
        error.after_a_part(stored)
    }
}

fn insert(
    inserter: &mut Inserter<'_>,
    record: &Record<'_>,
    staged: &Staged,
    importing: &Importing,
) -> Result<()> {
    // Nothing was hashed for a user whose password was the row's, and who is gone since.
    let hash = hash_of(record, staged)?.ok_or_else(|| {
        let name = String::from_utf8_lossy(record.name);
        Error::ConstraintFailed(format!("the user {name} was deleted meanwhile"))
    })?;
    inserter.insert(importing.keep_ids.then_some(UserId(record.id)), record.name, hash)
}

/// Gives an existing user what the row brings, if that differs.
fn update(
    transaction: &Transaction<'_>,
    record: &Record<'_>,
    id: UserId,
    staged: &Staged,
    importing: &Importing,
) -> Result<bool> {
    if importing.on_conflict != OnConflict::Update {
        return Ok(false);
    }
    match hash_of(record, staged)? {
        Some(hash) => transaction.replace_hash(id, hash),
        None => Ok(false),
    }
}

/// Whether the user has what the row brings already: a batch stored it before.
fn has_credential(store: &Store, record: &Record<'_>, id: UserId, staged: &Staged) -> Result<bool> {
    let Some(hash) = hash_of(record, staged)? else { return Ok(true) };
    let stored = store.find(&Selector::Id(id))?.pop().and_then(|account| account.hash);
    Ok(stored.as_deref() == Some(hash))
}

/// The hash that a row brings; none if its password is the one that the user has.
fn hash_of<'a>(record: &Record<'a>, staged: &'a Staged) -> Result<Option<&'a [u8]>> {
    let index = match record.credential {
        Credential::Hash(hash) => return Ok(Some(hash)),
        Credential::Pending(index) => index,
    };
    match staged.passwords.get(index).map(|pending| &pending.outcome) {
        Some(Outcome::Hash(hash)) => Ok(Some(hash.as_str().as_bytes())),
        Some(Outcome::Unchanged) => Ok(None),
        Some(Outcome::Unknown) | None => {
            Err(Error::Internal("a password was not hashed".to_owned()))
        }
    }
}
