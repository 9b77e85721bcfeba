//! Deciding of every row whether it can be stored, and reporting all that cannot.

use super::compare::{Comparison, Verdict, Work, look_up, lossy};
use super::stage::{Credential, Record, Staged};
use super::{Importing, Observer, OnConflict, Rejection};
use crate::error::{Error, Result};
use crate::sort::Sorter;
use crate::store::Store;
use crate::user::{Selector, UserId};

/// How many rows are looked at between two looks for an interruption.
const CHECKED_ROWS: u64 = 1000;

/// Compares everything with everything, and reports all that cannot be stored.
///
/// # Errors
/// [`Error::InvalidInput`] if any row was rejected, here or before; [`Error::UserExists`] or
/// [`Error::LookalikeExists`] on conflicts.
pub(super) fn compare(
    store: Option<&Store>,
    staged: &Staged,
    work: &Work<'_>,
    observer: &mut dyn Observer,
) -> Result<Comparison> {
    let importing = work.importing;
    let mut comparison = Comparison::read(store, staged, work)?;
    let mut check = Check { store, importing, observer, rejected: staged.rejected, conflict: None };
    let mut by_id = Sorter::new();
    let mut seen: u64 = 0;
    let mut with_password = Vec::new();
    let (mut new, mut old, mut unchanged) = (0, 0, 0);
    let mut rows = comparison.rows(staged)?;
    let mut value = Vec::new();
    let mut whole = Vec::new();
    while let Some((record, verdict)) = rows.next()? {
        seen += 1;
        if seen.is_multiple_of(CHECKED_ROWS) {
            work.interrupt.check()?;
        }
        let verdict = match (verdict, store) {
            (Verdict::New, Some(store)) if comparison.looks_up() => {
                look_up(store, &record, importing)?
            }
            (verdict, _) => verdict,
        };
        let existing = match verdict {
            Verdict::New => {
                new += 1;
                UserId(0)
            }
            Verdict::Exists(id) if check.is_settled(&record, id)? => {
                old += 1;
                match record.credential {
                    Credential::Pending(index) => with_password.push((index, id)),
                    Credential::Hash(hash) if importing.dry_run => {
                        unchanged += u64::from(check.has_hash(id, hash)?);
                    }
                    Credential::Hash(_) => {}
                }
                id
            }
            Verdict::Exists(_) => {
                let exists = Error::UserExists(lossy(record.name));
                check.conflict(&record, "the user exists already".to_owned(), exists)?;
                continue;
            }
            Verdict::LooksLike(existing) => {
                let reason = format!("it looks like the existing user {existing}");
                let asked = lossy(record.name);
                check.conflict(&record, reason, Error::LookalikeExists { asked, existing })?;
                continue;
            }
            Verdict::Rejected(reason) => {
                check.reject(&record, reason)?;
                continue;
            }
        };
        if importing.keep_ids {
            record.write(&mut value);
            whole.clear();
            whole.extend_from_slice(&existing.0.to_le_bytes());
            whole.extend_from_slice(&value);
            by_id.push(&record.id.to_be_bytes(), &whole)?;
        }
    }
    drop(rows);
    if importing.keep_ids {
        comparison.by_id = Some(by_id.finish()?);
        check.ids(&comparison, staged)?;
    }
    check.finish()?;
    Ok(Comparison { existing_with_password: with_password, new, old, unchanged, ..comparison })
}

/// The check of all rows, with what was found so far.
struct Check<'c> {
    store: Option<&'c Store>,
    importing: &'c Importing,
    observer: &'c mut dyn Observer,
    rejected: u64,
    conflict: Option<(u64, Error)>,
}

impl Check<'_> {
    /// Whether it is clear what to do with a row whose user exists.
    ///
    /// Batches that were stored before an interruption are found again, and are no conflict.
    fn is_settled(&self, record: &Record<'_>, id: UserId) -> Result<bool> {
        if self.importing.on_conflict != OnConflict::Fail {
            return Ok(true);
        }
        if self.importing.batch.is_none() {
            return Ok(false);
        }
        match record.credential {
            Credential::Pending(_) => Ok(true),
            Credential::Hash(hash) => self.has_hash(id, hash),
        }
    }

    /// Whether a user has this hash.
    fn has_hash(&self, id: UserId, hash: &[u8]) -> Result<bool> {
        let Some(store) = self.store else { return Ok(false) };
        let found = store.find(&Selector::Id(id))?;
        Ok(found.iter().any(|account| account.hash.as_deref() == Some(hash)))
    }

    /// Ids must be free, in the file and in the table.
    fn ids(&mut self, comparison: &Comparison, staged: &Staged) -> Result<()> {
        let mut rows = comparison.rows(staged)?;
        let mut last = None;
        while let Some((record, verdict)) = rows.next()? {
            if !matches!(verdict, Verdict::New) {
                continue;
            }
            if let Some((_, line)) = last.filter(|(id, _)| *id == record.id) {
                self.reject(&record, format!("its id {} is that of line {line}", record.id))?;
            } else if let Some(store) = self.store.filter(|_| comparison.has_users())
                && let Some(account) = store.find(&Selector::Id(UserId(record.id)))?.pop()
            {
                let name = account.user.name.to_text().into_owned();
                let reason = format!("its id {} is that of the user {name}", record.id);
                self.conflict(&record, reason, Error::UserExists(name))?;
            }
            last = Some((record.id, record.line));
        }
        Ok(())
    }

    fn reject(&mut self, record: &Record<'_>, reason: String) -> Result<()> {
        self.rejected += 1;
        let name = Some(record.name.to_vec());
        self.observer.reject(&Rejection { line: record.line, name, reason })
    }

    fn conflict(&mut self, record: &Record<'_>, reason: String, error: Error) -> Result<()> {
        let name = Some(record.name.to_vec());
        self.observer.reject(&Rejection { line: record.line, name, reason })?;
        match &mut self.conflict {
            Some((count, _)) => *count += 1,
            None => self.conflict = Some((1, error)),
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        if self.rejected > 0 {
            let count = self.rejected + self.conflict.map_or(0, |(count, _)| count);
            let rows = if count == 1 { "row was" } else { "rows were" };
            let reason = format!("{count} {rows} rejected; nothing was written");
            return Err(Error::InvalidInput(reason));
        }
        match self.conflict {
            None => Ok(()),
            Some((1, error)) => Err(error),
            Some((count, Error::UserExists(first))) => {
                Err(Error::UserExists(format!("{first} and {} more conflicts", count - 1)))
            }
            Some((_, error)) => Err(error),
        }
    }
}
