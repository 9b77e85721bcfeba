//! What is to be done with every row, seen next to the other rows and to the users who are there.
//!
//! A plan holds for one state of the database. It is made before the lock is taken, and again where
//! another process committed meanwhile.

use super::candidates::candidates;
use super::row::{Row, push_id};
use super::{Importing, Observer, OnConflict, Rejection};
use crate::error::{Error, Result};
use crate::sort::{Cursor, Sorted, Sorter};
use crate::store::{State, Store};
use crate::user::{Id, Key, Selector, UserId};

/// What is to be done with every row.
pub(super) struct Plan {
    /// The state of the database that this holds for; none if there is no database.
    pub(super) state: Option<State>,
    /// In the order of the input the rows whose users exist, with the keys of these, and those that
    /// cannot be stored, with the reasons.
    notes: Sorted,
    tally: Tally,
}

/// What is counted while it is made.
#[derive(Default)]
struct Tally {
    /// How many rows are wrong next to other rows.
    wrong: u64,
    /// How many are in conflict with users.
    conflicts: u64,
    /// The first of those, and what it is in conflict with.
    first: Option<(u64, Error)>,
    /// The users of the rows that bring a password, and its number.
    old_passwords: Vec<(usize, Key)>,
}

impl Plan {
    /// Compares the names and ids that rows want with each other and with the users.
    pub(super) fn make(
        store: Option<&Store>,
        claims: &Sorted,
        importing: &Importing,
    ) -> Result<Self> {
        let state = store.map(Store::state).transpose()?;
        let store = match store {
            Some(store) if store.has_table()? => Some(store),
            _ => None,
        };
        let (notes, by_id, value) = (Sorter::new(), Sorter::new(), Vec::new());
        let tally = Tally::default();
        let mut planner = Planner { store, importing, notes, by_id, value, tally };
        planner.compare_names(claims, &candidates(store, claims, importing)?)?;
        planner.compare_ids()?;
        Ok(Plan { state, notes: planner.notes.finish()?, tally: planner.tally })
    }

    /// Fails if any row cannot be stored, here or because of what was rejected before.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if any row was rejected; [`Error::UserExists`] or
    /// [`Error::LookalikeExists`] on conflicts alone.
    pub(super) fn verdict(&mut self, rejected: u64) -> Result<()> {
        let Tally { wrong, conflicts, first, .. } = &mut self.tally;
        if rejected + *wrong > 0 {
            let count = rejected + *wrong + *conflicts;
            let rows = if count == 1 { "row was" } else { "rows were" };
            let reason = format!("{count} {rows} rejected; nothing was written");
            return Err(Error::InvalidInput(reason));
        }
        let Some((_, mut error)) = first.take() else { return Ok(()) };
        if let Error::UserExists(first) | Error::IdTaken { user: first, .. } = &mut error
            && *conflicts > 1
        {
            let more = *conflicts - 1;
            let conflicts = if more == 1 { "conflict" } else { "conflicts" };
            *first = format!("{first}, and {more} more {conflicts}");
        }
        Err(error)
    }

    /// Whether no row is wrong next to others, or in conflict with users.
    pub(super) fn has_no_faults(&self) -> bool {
        self.tally.wrong + self.tally.conflicts == 0
    }

    /// Reports the rows that cannot be stored, in the order of the input. The observer may take its
    /// time, so no lock may be held.
    pub(super) fn report(&self, observer: &mut dyn Observer) -> Result<()> {
        let mut notes = self.notes.cursor()?;
        while let Some(row) = Row::next(&mut notes)? {
            if !row.text.is_empty() {
                let reason = String::from_utf8_lossy(row.text).into_owned();
                observer.reject(&Rejection::of(&row, reason))?;
            }
        }
        Ok(())
    }

    /// The users of rows, to be asked for in the order of the input.
    pub(super) fn existing(&self) -> Result<Existing<'_>> {
        Ok(Existing { notes: self.notes.cursor()?, next: None })
    }

    /// The users of the rows that bring a password, and its number.
    pub(super) fn old_passwords(&self) -> &[(usize, Key)] {
        &self.tally.old_passwords
    }
}

/// The users of the rows whose users exist.
pub(super) struct Existing<'p> {
    notes: Cursor<'p>,
    /// The place of the next such row, and its user; none before the first.
    next: Option<(u64, Key)>,
}

impl Existing<'_> {
    /// The user of the row at this place, which comes after that of the last call.
    pub(super) fn of(&mut self, place: u64) -> Result<Option<Key>> {
        while self.next.is_none_or(|(next, _)| next < place) {
            let Some(row) = Row::next(&mut self.notes)? else { break };
            self.next = row.key.map(|key| (row.place, key));
        }
        Ok(self.next.filter(|(next, _)| *next == place).map(|(_, key)| key))
    }
}

struct Planner<'i> {
    store: Option<&'i Store>,
    importing: &'i Importing,
    notes: Sorter,
    /// The rows of new users that want ids.
    by_id: Sorter,
    value: Vec<u8>,
    tally: Tally,
}

/// The rows or users with one key.
type Named<T> = Vec<(T, Option<Vec<u8>>)>;

impl Planner<'_> {
    /// Goes through rows and users together, both in the order of their keys.
    fn compare_names(&mut self, claims: &Sorted, users: &Sorted) -> Result<()> {
        let (mut claims, mut users) = (claims.cursor()?, users.cursor()?);
        let mut user = users.next()?;
        let mut present = Vec::new();
        // The users with the present key, and the lines of the rows with it that can be stored: one,
        // or one for each of the users, since users who look alike already may stay so.
        let (mut same, mut taken): (Named<Key>, Named<u64>) = Default::default();
        while let Some((key, row)) = claims.next()? {
            let row = Row::read(row)?;
            if present != key {
                present.clear();
                present.extend_from_slice(key);
                same.clear();
                taken.clear();
                while let Some((users_key, value)) = user
                    && users_key <= key
                {
                    if users_key == key {
                        let user = Row::read(value)?;
                        same.extend(user.key.map(|key| (key, user.owned_name())));
                    }
                    user = users.next()?;
                }
            }
            if self.can_be_stored(&row, &same, &taken)? {
                taken.push((row.line, row.owned_name()));
            }
        }
        Ok(())
    }

    /// Whether a row can be stored beside the users and rows with its key, and notes why not, or
    /// who its user is.
    fn can_be_stored(
        &mut self,
        row: &Row<'_>,
        same: &Named<Key>,
        taken: &Named<u64>,
    ) -> Result<bool> {
        let lossy = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        if let Some((line, _)) = taken.iter().find(|(_, other)| other.as_deref() == row.name) {
            let is_nameless = row.name.is_none() && row.id != Id::Null;
            let what = if is_nameless { format!("id {}", row.id) } else { "name".to_owned() };
            self.wrong(row, &format!("its {what} is that of line {line}"))?;
            return Ok(false);
        }
        if let Some(&(key, _)) = same.iter().find(|(_, other)| other.as_deref() == row.name) {
            self.exists(row, key)?;
        } else if let Some((_, Some(other))) = same.first() {
            let (asked, existing) = (row.shown(), lossy(other));
            let reason = format!("it looks like the existing user {existing}");
            self.conflict(row, &reason, Error::LookalikeExists { asked, existing })?;
            return Ok(false);
        } else if let Some((line, Some(other))) = taken.first() {
            self.wrong(row, &format!("it looks like {} on line {line}", lossy(other)))?;
            return Ok(false);
        } else if row.id != Id::Null {
            row.write(&mut self.value);
            // Of two rows with one id, the later is to blame.
            let mut key = Vec::new();
            push_id(&mut key, row.id);
            key.extend_from_slice(&row.place_key());
            self.by_id.push(&key, &self.value)?;
        }
        Ok(true)
    }

    fn exists(&mut self, row: &Row<'_>, user: Key) -> Result<()> {
        // Batches that were stored before an interruption are found again, and are no conflict.
        // Whether a password is the user's is looked at when all is read.
        let is_settled = match self.importing.on_conflict {
            OnConflict::Skip | OnConflict::Update => true,
            OnConflict::Fail if self.importing.batch.is_none() => false,
            OnConflict::Fail => row.password.is_some() || has_hash(self.store, user, row.text)?,
        };
        if !is_settled {
            let error = Error::UserExists(row.shown());
            return self.conflict(row, "the user exists already", error);
        }
        self.tally.old_passwords.extend(row.password.map(|number| (number, user)));
        self.note(&Row { place: row.place, key: Some(user), ..Row::default() })
    }

    /// Ids must be free, in the input and in the table.
    fn compare_ids(&mut self) -> Result<()> {
        let by_id = std::mem::replace(&mut self.by_id, Sorter::new()).finish()?;
        let (mut rows, mut last) = (by_id.cursor()?, None::<(UserId, u64)>);
        while let Some(row) = Row::next(&mut rows)? {
            let id = row.id;
            if let Some((last, line)) = &last
                && last.borrowed() == id
            {
                self.wrong(&row, &format!("its id {id} is that of line {line}"))?;
                continue;
            }
            last = Some((id.owned(), row.line));
            if let Some(store) = self.store
                && let Some(account) = store.find(&Selector::Id(id.owned()))?.pop()
            {
                let user = account.user.name.described();
                let reason = format!("its id {id} belongs to {user}");
                self.conflict(&row, &reason, Error::IdTaken { id: id.to_string(), user })?;
            }
        }
        Ok(())
    }

    fn wrong(&mut self, row: &Row<'_>, reason: &str) -> Result<()> {
        self.tally.wrong += 1;
        self.note(&Row { text: reason.as_bytes(), ..*row })
    }

    fn conflict(&mut self, row: &Row<'_>, reason: &str, error: Error) -> Result<()> {
        self.tally.conflicts += 1;
        if self.tally.first.as_ref().is_none_or(|(place, _)| row.place < *place) {
            self.tally.first = Some((row.place, error));
        }
        self.note(&Row { text: reason.as_bytes(), ..*row })
    }

    fn note(&mut self, row: &Row<'_>) -> Result<()> {
        row.write(&mut self.value);
        self.notes.push(&row.place_key(), &self.value)
    }
}

/// Whether a user has this hash.
pub(super) fn has_hash(store: Option<&Store>, user: Key, hash: &[u8]) -> Result<bool> {
    let Some(store) = store else { return Ok(false) };
    let found = store.of_key(user)?;
    Ok(found.iter().any(|account| account.hash.as_deref() == Some(hash)))
}
