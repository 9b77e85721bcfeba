//! Comparing the staged rows with each other and with the users who are there.

use std::ops::ControlFlow;

use super::stage::{
    Credential, Outcome, Record, Staged, checks_lookalikes, key_of, staging_failed,
};
use super::{Imported, Importing, Observer, OnConflict, Rejection};
use crate::accounts::set::lookalike_in;
use crate::error::{Error, Result};
use crate::staging::{Cursor, Sorted, Sorter};
use crate::store::{Order, Selection, Store};
use crate::user::{Selector, UserId};

/// Where the table has more users than so many for each row, they are looked up row by row; where
/// it has fewer, all are read once.
const USERS_FOR_A_ROW: u64 = 50;

/// What is known of the users who are there, and which rows can be stored.
pub(super) struct Comparison {
    /// The names and ids of the users under the keys of the rows; none if they are looked up.
    existing: Option<Sorted>,
    /// The rows in the order of their ids, if the ids are kept.
    by_id: Option<Sorted>,
    /// The state of the database that was seen; another commit makes all this stale.
    pub(super) version: i64,
    /// Rows whose user exists: their passwords may have to be checked.
    pub(super) existing_with_password: Vec<(usize, UserId)>,
    new: u64,
    old: u64,
    /// How many users have the ready hash of their row, if that was asked: for a dry run.
    unchanged: u64,
}

/// What is to be done with a row.
pub(super) enum Verdict {
    /// It is a new user.
    New,
    /// The user exists.
    Exists(UserId),
    /// It cannot be stored.
    Rejected(String),
    /// Another user has a name that looks like it.
    LooksLike(String),
}

impl Comparison {
    /// Reads the users, or decides to look them up.
    fn read(store: Option<&Store>, staged: &Staged, importing: &Importing) -> Result<Self> {
        let mut comparison = Comparison {
            existing: None,
            by_id: None,
            version: 0,
            existing_with_password: Vec::new(),
            new: 0,
            old: 0,
            unchanged: 0,
        };
        let mut existing = Sorter::new();
        if let Some(store) = store {
            comparison.version = store.data_version()?;
            let users = if store.has_table()? { store.count()? } else { 0 };
            if users > USERS_FOR_A_ROW * staged.count() {
                return Ok(comparison);
            }
            if users > 0 {
                read_users(store, importing, &mut existing)?;
            }
        }
        comparison.existing = Some(existing.finish().map_err(|error| staging_failed(&error))?);
        Ok(comparison)
    }

    /// Begins to go through the rows.
    pub(super) fn rows<'s>(&'s self, staged: &'s Staged) -> Result<Rows<'s>> {
        let cursor = |sorted: &'s Sorted| sorted.cursor().map_err(|error| staging_failed(&error));
        let existing = match &self.existing {
            Some(existing) => {
                let mut existing = cursor(existing)?;
                existing.advance().map_err(|error| staging_failed(&error))?;
                Some(existing)
            }
            None => None,
        };
        Ok(match &self.by_id {
            Some(by_id) => Rows::ById(cursor(by_id)?),
            None => Rows::ByName(ByName {
                rows: cursor(&staged.rows)?,
                existing,
                key: None,
                users: Vec::new(),
                taken: Vec::new(),
            }),
        })
    }

    /// What the import would do.
    pub(super) fn prediction(&self, staged: &Staged, importing: &Importing) -> Imported {
        let skipped = if importing.on_conflict == OnConflict::Update {
            let is_right =
                |index: usize| matches!(staged.passwords[index].outcome, Outcome::Unchanged);
            let right = self.existing_with_password.iter().filter(|(index, _)| is_right(*index));
            self.unchanged + right.count() as u64
        } else {
            self.old
        };
        let updated = self.old - skipped;
        Imported { imported: self.new, updated, skipped, ..Imported::default() }
    }
}

fn read_users(store: &Store, importing: &Importing, existing: &mut Sorter) -> Result<()> {
    let order = Order::Id;
    let selection = Selection { order, reverse: false, glob: None, with_hash: false };
    let mut pages = store.pages(selection);
    let mut failed = None;
    while pages.next_page(|row| {
        let name = row.name.unwrap_or_default();
        let mut value = row.id.to_le_bytes().to_vec();
        value.extend_from_slice(name);
        match existing.push(&key_of(name, importing), &value) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })? && failed.is_none()
    {}
    failed.map_or(Ok(()), |error| Err(staging_failed(&error)))
}

/// The rows in the order in which they are stored.
pub(super) enum Rows<'s> {
    ByName(ByName<'s>),
    ById(Cursor<'s>),
}

/// The rows in the order of their keys, next to the users.
pub(super) struct ByName<'s> {
    rows: Cursor<'s>,
    existing: Option<Cursor<'s>>,
    key: Option<Vec<u8>>,
    /// The users with the present key.
    users: Vec<(UserId, Vec<u8>)>,
    /// The rows with the present key that can be stored: one, or one for each of the users.
    taken: Vec<(u64, Vec<u8>)>,
}

impl Rows<'_> {
    /// The next row, and what is known of it without a look-up.
    pub(super) fn next(&mut self) -> Result<Option<(Record<'_>, Verdict)>> {
        match self {
            Rows::ByName(rows) => rows.next(),
            Rows::ById(rows) => {
                rows.advance().map_err(|error| staging_failed(&error))?;
                Ok(rows.record().map(|(_, value)| {
                    let (existing, record) = value.split_at(8);
                    let existing = <[u8; 8]>::try_from(existing).map_or(0, i64::from_le_bytes);
                    let verdict = match existing {
                        0 => Verdict::New,
                        id => Verdict::Exists(UserId(id)),
                    };
                    (Record::read(record), verdict)
                }))
            }
        }
    }
}

impl ByName<'_> {
    fn next(&mut self) -> Result<Option<(Record<'_>, Verdict)>> {
        self.rows.advance().map_err(|error| staging_failed(&error))?;
        let Some((key, value)) = self.rows.record() else { return Ok(None) };
        if self.key.as_deref() != Some(key) {
            let reused = self.key.get_or_insert_default();
            reused.clear();
            reused.extend_from_slice(key);
            self.taken.clear();
            self.users.clear();
            if let Some(existing) = &mut self.existing {
                while let Some((user, value)) = existing.record().filter(|(user, _)| *user <= key) {
                    if user == key {
                        let (id, name) = value.split_at(8);
                        let id = <[u8; 8]>::try_from(id).map_or(0, i64::from_le_bytes);
                        self.users.push((UserId(id), name.to_vec()));
                    }
                    existing.advance().map_err(|error| staging_failed(&error))?;
                }
            }
        }
        let record = Record::read(value);
        let same = |name: &[u8]| name == record.name;
        let verdict = if let Some((line, _)) = self.taken.iter().find(|(_, name)| same(name)) {
            Verdict::Rejected(format!("its name is that of line {line}"))
        } else if let Some((id, _)) = self.users.iter().find(|(_, name)| same(name)) {
            // Users who look alike already may stay so.
            Verdict::Exists(*id)
        } else if let Some((_, name)) = self.users.first() {
            Verdict::LooksLike(lossy(name))
        } else if let Some((line, name)) = self.taken.first() {
            Verdict::Rejected(format!("it looks like {} on line {line}", lossy(name)))
        } else {
            Verdict::New
        };
        if matches!(verdict, Verdict::New | Verdict::Exists(_)) {
            self.taken.push((record.line, record.name.to_vec()));
        }
        Ok(Some((record, verdict)))
    }
}

/// Looks a new name up in the table, as `add` does.
pub(super) fn look_up(
    store: &Store,
    record: &Record<'_>,
    importing: &Importing,
) -> Result<Verdict> {
    let found = store.find(&Selector::Name(record.name.to_vec()))?;
    if let Some(account) = found.first() {
        return Ok(Verdict::Exists(account.user.id));
    }
    if let Ok(name) = std::str::from_utf8(record.name)
        && checks_lookalikes(importing)
        && let Some(existing) = lookalike_in(store, name, None)?
    {
        return Ok(Verdict::LooksLike(existing));
    }
    Ok(Verdict::New)
}

/// Compares everything with everything, and reports all that cannot be stored.
///
/// # Errors
/// [`Error::InvalidInput`] if any row was rejected, here or before; [`Error::UserExists`] or
/// [`Error::LookalikeExists`] on conflicts.
pub(super) fn compare(
    store: Option<&Store>,
    staged: &Staged,
    importing: &Importing,
    observer: &mut dyn Observer,
) -> Result<Comparison> {
    let mut comparison = Comparison::read(store, staged, importing)?;
    let mut check = Check { store, importing, observer, rejected: staged.rejected, conflict: None };
    let mut by_id = Sorter::new();
    let mut with_password = Vec::new();
    let (mut new, mut old, mut unchanged) = (0, 0, 0);
    let mut rows = comparison.rows(staged)?;
    let mut value = Vec::new();
    let mut whole = Vec::new();
    while let Some((record, verdict)) = rows.next()? {
        let verdict = match (verdict, store) {
            (Verdict::New, Some(store)) if comparison.existing.is_none() => {
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
            by_id.push(&record.id.to_be_bytes(), &whole).map_err(|error| staging_failed(&error))?;
        }
    }
    drop(rows);
    if importing.keep_ids {
        comparison.by_id = Some(by_id.finish().map_err(|error| staging_failed(&error))?);
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

impl Comparison {
    /// Whether users are looked up row by row.
    pub(super) fn looks_up(&self) -> bool {
        self.existing.is_none()
    }

    fn has_users(&self) -> bool {
        self.existing.as_ref().is_none_or(|existing| existing.count() > 0)
    }
}

fn lossy(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
