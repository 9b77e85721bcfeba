//! The staged rows next to each other and to the users who are there.

use std::ops::ControlFlow;

use super::stage::{Outcome, Record, Staged, checks_lookalikes, key_of};
use super::{Imported, Importing, OnConflict};
use crate::accounts::set::lookalike_in;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::sort::{Cursor, Sorted, Sorter};
use crate::store::{Hashes, Order, Selection, Store};
use crate::user::{Selector, UserId};

/// Where the table has more users than so many for each row, they are looked up row by row; where
/// it has fewer, all are read once.
const USERS_FOR_A_ROW: u64 = 50;

/// What an import works with, beside its rows.
pub(super) struct Work<'w> {
    pub(super) importing: &'w Importing,
    pub(super) interrupt: &'w Interrupt,
}

/// What is known of the users who are there, and of the rows beside them.
pub(super) struct Comparison {
    /// The names and ids of the users under the keys of the rows; none if they are looked up.
    pub(super) existing: Option<Sorted>,
    /// The rows in the order of their ids, if the ids are kept.
    pub(super) by_id: Option<Sorted>,
    /// The state of the database that was seen; another commit makes all this stale.
    pub(super) version: i64,
    /// Rows whose user exists: their passwords may have to be checked.
    pub(super) existing_with_password: Vec<(usize, UserId)>,
    pub(super) new: u64,
    pub(super) old: u64,
    /// How many users have the ready hash of their row, if that was asked: for a dry run.
    pub(super) unchanged: u64,
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
    pub(super) fn read(store: Option<&Store>, staged: &Staged, work: &Work<'_>) -> Result<Self> {
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
                read_users(store, work, &mut existing)?;
            }
        }
        comparison.existing = Some(existing.finish()?);
        Ok(comparison)
    }

    /// Begins to go through the rows.
    pub(super) fn rows<'s>(&'s self, staged: &'s Staged) -> Result<Rows<'s>> {
        let cursor = |sorted: &'s Sorted| sorted.cursor();
        let existing = match &self.existing {
            Some(existing) => {
                let mut existing = cursor(existing)?;
                existing.advance()?;
                Some(existing)
            }
            None => None,
        };
        Ok(match &self.by_id {
            Some(by_id) => Rows::ById(cursor(by_id)?),
            None => Rows::ByName(Box::new(ByName {
                rows: cursor(&staged.rows)?,
                existing,
                key: None,
                users: Vec::new(),
                taken: Vec::new(),
            })),
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

fn read_users(store: &Store, work: &Work<'_>, existing: &mut Sorter) -> Result<()> {
    let order = Order::Id;
    let selection = Selection { order, reverse: false, glob: None, hashes: Hashes::Unread };
    let mut pages = store.pages(selection);
    let mut failed = None;
    while pages.next_page(|row| {
        let name = row.name.unwrap_or_default();
        let mut value = row.id.to_le_bytes().to_vec();
        value.extend_from_slice(name);
        match existing.push(&key_of(name, work.importing), &value) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })? && failed.is_none()
    {
        work.interrupt.check()?;
    }
    failed.map_or(Ok(()), Err)
}

/// The rows in the order in which they are stored.
pub(super) enum Rows<'s> {
    ByName(Box<ByName<'s>>),
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
                rows.advance()?;
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
        self.rows.advance()?;
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
                    existing.advance()?;
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

impl Comparison {
    /// Whether users are looked up row by row.
    pub(super) fn looks_up(&self) -> bool {
        self.existing.is_none()
    }

    pub(super) fn has_users(&self) -> bool {
        self.existing.as_ref().is_none_or(|existing| existing.count() > 0)
    }
}

pub(super) fn lossy(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
