//! The users who may stand in the way of rows: all of those, and few others.
//!
//! Where the table has an index of the names in the order of their bytes and few rows come to many
//! users, each row is looked up; otherwise all names are read once, and those whose keys are
//! surely not among the rows' are passed over. Never are rows and users multiplied.

use std::hash::{DefaultHasher, Hasher};

use super::Importing;
use super::check::{checks_lookalikes, write_key};
use super::row::Row;
use crate::error::Result;
use crate::sort::{Sorted, Sorter};
use crate::store::{NameIndex, Store};
use crate::user::lookalike::Search;
use crate::user::{Selector, UserId};

/// Where the table has more users than so many for each row, they are looked up row by row, if an
/// index can answer that. A look-up asks the index some 25 questions.
const USERS_FOR_A_ROW: u64 = 50;

/// The ids and names of the users, in the order of their keys.
pub(super) fn candidates(
    store: Option<&Store>,
    claims: &Sorted,
    importing: &Importing,
) -> Result<Sorted> {
    let (key, value) = Default::default();
    let mut found = Candidates { importing, users: Sorter::new(), key, value };
    let count = store.map_or(Ok(0), Store::count)?;
    if let Some(store) = store.filter(|_| count > 0) {
        let is_worth_it = count / USERS_FOR_A_ROW > claims.count();
        match if is_worth_it { store.name_index()? } else { None } {
            Some(index) => found.look_up(store, index, claims)?,
            None => found.read_all(store, claims)?,
        }
    }
    found.users.finish()
}

struct Candidates<'i> {
    importing: &'i Importing,
    users: Sorter,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Candidates<'_> {
    fn push(&mut self, id: UserId, name: Option<&[u8]>, filter: Option<&Filter>) -> Result<()> {
        write_key(&mut self.key, name, id.0, self.importing);
        if filter.is_some_and(|filter| !filter.may_hold(&self.key)) {
            return Ok(());
        }
        Row { id: Some(id.0), name, ..Row::default() }.write(&mut self.value);
        self.users.push(&self.key, &self.value)
    }

    /// Reads all names once.
    fn read_all(&mut self, store: &Store, claims: &Sorted) -> Result<()> {
        let mut filter = Filter::new(claims.count());
        let mut rows = claims.cursor()?;
        while rows.advance()? {
            filter.add(rows.record().map_or(b"", |(key, _)| key));
        }
        store.scan_names(|id, name| self.push(id, name, Some(&filter)))
    }

    /// Asks the index for each row.
    fn look_up(&mut self, store: &Store, mut index: NameIndex<'_>, claims: &Sorted) -> Result<()> {
        let mut rows = claims.cursor()?;
        while rows.advance()? {
            store.interrupt().check()?;
            let Some((_, row)) = rows.record() else { break };
            let row = Row::read(row)?;
            let Some(name) = row.name else {
                let id = UserId(row.id.unwrap_or_default());
                let found = store.find(&Selector::Id(id))?;
                if found.iter().any(|account| account.user.name.0.is_none()) {
                    self.push(id, None, None)?;
                }
                continue;
            };
            if let Some(id) = index.exactly(name)? {
                self.push(id, Some(name), None)?;
            } else if checks_lookalikes(self.importing)
                && let Ok(text) = std::str::from_utf8(name)
                && let Some(similar) =
                    Search::new(text).find(|prefix| index.first_from(prefix), |_| Ok(true))?
            {
                // Whose name it is does not matter: it is not that of the row.
                self.push(UserId(0), Some(similar.as_bytes()), None)?;
            }
        }
        Ok(())
    }
}

/// Tells of most keys that they are not among some others (a Bloom filter of one hash).
struct Filter {
    /// A power of two of words.
    bits: Vec<u64>,
}

impl Filter {
    /// The most words: 4 MiB, with which two million rows let one user in sixteen through.
    const MOST_WORDS: u64 = 1 << 19;

    fn new(keys: u64) -> Self {
        let words = (keys / 4).clamp(1, Self::MOST_WORDS).next_power_of_two();
        Filter { bits: vec![0; usize::try_from(words).unwrap_or(1)] }
    }

    /// The word and the bit in it of a key.
    fn place(&self, key: &[u8]) -> (usize, u64) {
        let mut hasher = DefaultHasher::new();
        hasher.write(key);
        let hash = hasher.finish();
        let word = usize::try_from(hash >> 6 & (self.bits.len() as u64 - 1)).unwrap_or_default();
        (word, 1 << (hash & 63))
    }

    fn add(&mut self, key: &[u8]) {
        let (word, bit) = self.place(key);
        self.bits[word] |= bit;
    }

    fn may_hold(&self, key: &[u8]) -> bool {
        let (word, bit) = self.place(key);
        self.bits[word] & bit != 0
    }
}
