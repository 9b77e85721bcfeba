//! The users who may stand in the way of rows: all of those, and few others.
//!
//! Where the table has an index of the names in the order of their bytes and few rows come to many
//! users, each row is looked up; otherwise all names are read once, and those that
//! surely look like no row's are passed over. Never are rows and users multiplied.

use super::Importing;
use super::row::{Row, write_key};
use crate::error::Result;
use crate::sort::{Sorted, Sorter};
use crate::store::{NameIndex, Store};
use crate::user::fold::{Search, fingerprint};
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
    fn push(&mut self, id: UserId, name: Option<&[u8]>) -> Result<()> {
        write_key(&mut self.key, name, id.0, self.importing);
        Row { id: Some(id.0), name, ..Row::default() }.write(&mut self.value);
        self.users.push(&self.key, &self.value)
    }

    /// Reads all names once.
    fn read_all(&mut self, store: &Store, claims: &Sorted) -> Result<()> {
        let mut filter = Filter::new(claims.count());
        let mut rows = claims.cursor()?;
        while let Some(row) = Row::next(&mut rows)? {
            filter.add(row.name, row.id.unwrap_or_default());
        }
        store.scan_names(
            |id, name| {
                if filter.may_hold(name, id.0) { self.push(id, name) } else { Ok(()) }
            },
        )
    }

    /// Asks the index for each row.
    fn look_up(&mut self, store: &Store, mut index: NameIndex<'_>, claims: &Sorted) -> Result<()> {
        let mut rows = claims.cursor()?;
        while let Some(row) = Row::next(&mut rows)? {
            store.interrupt().check()?;
            let Some(name) = row.name else {
                let id = UserId(row.id.unwrap_or_default());
                let found = store.find(&Selector::Id(id))?;
                if found.iter().any(|account| account.user.name.0.is_none()) {
                    self.push(id, None)?;
                }
                continue;
            };
            if let Some(id) = index.exactly(name)? {
                self.push(id, Some(name))?;
            } else if self.importing.checks_lookalikes()
                && let Ok(text) = std::str::from_utf8(name)
                && let Some(similar) =
                    Search::new(text).find(|prefix| index.first_from(prefix), |_| Ok(true))?
            {
                // Whose name it is does not matter: it is not that of the row.
                self.push(UserId(0), Some(similar.as_bytes()))?;
            }
        }
        Ok(())
    }
}

/// Tells of most names that no row has one that looks like it (a Bloom filter of one hash).
struct Filter {
    /// A power of two of words.
    bits: Vec<u64>,
}

impl Filter {
    /// The most words: 4 MiB, with which two million rows let one user in sixteen through.
    const MOST_WORDS: u64 = 1 << 19;

    fn new(names: u64) -> Self {
        let words = (names / 4).clamp(1, Self::MOST_WORDS).next_power_of_two();
        Filter { bits: vec![0; usize::try_from(words).unwrap_or(1)] }
    }

    /// The word and the bit in it of a name, or of an id that has none.
    fn place(&self, name: Option<&[u8]>, id: i64) -> (usize, u64) {
        let number = match name.map(std::str::from_utf8) {
            Some(Ok(name)) => fingerprint(name),
            // Names that are not text look like no others, and are few.
            Some(Err(_)) => 0,
            None => id.cast_unsigned(),
        };
        // The high bits depend on all of the low ones.
        let hash = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let word = usize::try_from(hash >> 40).unwrap_or(0) & (self.bits.len() - 1);
        (word, 1 << (hash >> 34 & 63))
    }

    fn add(&mut self, name: Option<&[u8]>, id: i64) {
        let (word, bit) = self.place(name, id);
        self.bits[word] |= bit;
    }

    fn may_hold(&self, name: Option<&[u8]>, id: i64) -> bool {
        let (word, bit) = self.place(name, id);
        self.bits[word] & bit != 0
    }
}
