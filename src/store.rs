//! The vocabulary of storage, and the only door to it.
//!
//! A [`Place`] is what an admin names, a [`Database`] one that may be opened, a [`Store`] one that
//! is open. The file belongs to a running application, and everything here follows from that: no
//! lock outlives a call, each read is a transaction of its own, each change is one that all others
//! wait for, and nothing is changed but the rows that were asked for. No rule of the domain is here.
//!
//! How SQLite answers is in `store/sqlite.rs`.

mod place;
mod sqlite;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::hash::{HashString, MAX_READABLE_BYTES, Pepper};
use crate::interrupt::Interrupt;
use crate::layout::{Affinity, Assigned, Case, Found, Said, Stored, Uuid, UuidForm};
use crate::user::{Id, User, UserId, Username};

pub use place::Place;
pub use sqlite::{
    AlsoNamed, Inserter, LinkedRow, Lookup, MadeLike, Opened, Owner, Pages, Selected, Store,
    Template, Transaction, limit_memory,
};

/// A database that may be opened.
#[derive(Clone, Debug)]
pub struct Database {
    /// The absolute path, as [`Place::parse`] gives it.
    pub path: PathBuf,
    /// What the path would be if the name had not been decoded, as [`Place`] has it.
    pub undecoded: Option<PathBuf>,
    /// How long to wait for another process's lock.
    pub timeout: Duration,
    /// Who may ask this process to stop.
    pub interrupt: Interrupt,
    /// Whether root works here though others could have prepared what it finds.
    pub trust_directory: bool,
    /// Where the users are, if somebody has said it; else that is found.
    pub layout: Option<Said>,
    /// What passwords are mixed with, if it was given.
    pub pepper: Option<Pepper>,
    /// The layout that it had when it was opened first.
    pub found: FoundLayout,
}

/// The layout that a database had when it was opened first, for whoever tells about it afterwards: one
/// for all copies of a [`Database`].
#[derive(Clone, Debug, Default)]
pub struct FoundLayout(Arc<OnceLock<Found>>);

impl FoundLayout {
    /// Keeps what was found first.
    pub fn set(&self, found: Found) {
        // Whoever opens it again looks again, and works by what is found then.
        let _ = self.0.set(found);
    }

    /// What was found, if it was opened.
    #[must_use]
    pub fn get(&self) -> Option<&Found> {
        self.0.get()
    }
}

/// What a database is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading: the connection refuses every change, though it may roll back the journal of a
    /// killed process.
    Read,
    /// Reading and writing.
    Write,
}

/// How many users of one name are told apart: nobody would read more of them, and a table without a
/// UNIQUE rule may have millions.
pub const MAX_NAMESAKES: usize = 100;

/// A user with the stored hash.
pub struct Account {
    /// Who it is.
    pub user: User,
    /// The stored hash; none if it is NULL or longer than any readable one.
    pub hash: Option<Vec<u8>>,
}

/// Rows of another table that reference a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The other table.
    pub table: String,
    /// How many rows of it.
    pub rows: i64,
    /// What the foreign key does on a delete: `CASCADE`, `SET NULL`, `NO ACTION` and so on.
    pub on_delete: String,
}

/// How long names and hashes may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest name, in Unicode scalar values.
    pub name_chars: usize,
    /// The longest hash, in bytes.
    pub hash_bytes: usize,
    /// How the application compares names.
    pub case: Case,
}

impl Limits {
    /// The longest name where the table says nothing of it: enough for any e-mail address, and short
    /// enough for a line.
    pub const MOST_NAME_CHARS: usize = 1000;

    /// The longest hash where the table says nothing of it: no readable one is longer.
    pub const MOST_HASH_BYTES: usize = MAX_READABLE_BYTES;

    /// Fails if a name is too long, or if nobody could log in by it.
    ///
    /// # Errors
    /// [`Error::InvalidUsername`].
    pub fn check_name(&self, name: &Username) -> Result<()> {
        let (length, most) = (name.as_str().chars().count(), self.name_chars);
        if length > most {
            let reason = format!("it has {length} characters, {most} are allowed");
            return Err(Error::InvalidUsername(reason));
        }
        if self.case == Case::Lower && name.as_str().to_lowercase() != name.as_str() {
            let reason =
                "the application looks for names in lower case, so nobody could log in by it";
            return Err(Error::InvalidUsername(reason.to_owned()));
        }
        Ok(())
    }
}

/// How new users get their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewIds {
    /// The table gives them, or the layout says what they are.
    OfTheTable,
    /// Each is a UUID in the form of the others.
    Uuids(UuidForm),
}

impl NewIds {
    /// The next id, of these random bytes; [`UserId::Null`] where the table gives it.
    ///
    /// # Errors
    /// What `random` fails with.
    pub fn next(self, random: &mut dyn FnMut(&mut [u8]) -> Result<()>) -> Result<UserId> {
        let NewIds::Uuids(form) = self else { return Ok(UserId::Null) };
        let mut bytes = [0; 16];
        random(&mut bytes)?;
        Ok(UserId::Text(Uuid::of(bytes).written(form)))
    }
}

/// The id that a row of a file may have in a column of this affinity.
///
/// # Errors
/// [`Error::InvalidInput`] for one that it cannot have.
pub fn fit_id(affinity: Affinity, id: UserId) -> Result<UserId> {
    match (affinity, id) {
        // Quotes around nothing are no id either, where ids are numbers.
        (Affinity::Integer, UserId::Text(text)) if text.is_empty() => Ok(UserId::Null),
        (Affinity::Integer, UserId::Text(_)) => {
            let reason = "its id is not a whole number of 64 bits in plain digits";
            Err(Error::InvalidInput(reason.to_owned()))
        }
        (Affinity::Text, UserId::Number(number)) => {
            Ok(UserId::Text(number.to_string().into_bytes()))
        }
        (_, id) => Ok(id),
    }
}

/// A user to be added.
#[derive(Clone, Copy, Debug)]
pub struct NewUser<'a> {
    /// The id; [`Id::Null`] where the table gives one.
    pub id: Id<'a>,
    /// The name.
    pub name: &'a Username,
    /// The hash.
    pub hash: &'a HashString,
    /// What further columns are to hold.
    pub further: &'a [Assigned],
}

/// A table in which every user has exactly one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    /// The table.
    pub table: String,
    /// Its column that refers to a user.
    pub column: String,
}

/// What is copied of another user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// The columns of the users' table whose values are those of the other user.
    pub columns: Vec<String>,
    /// The tables of memberships, each with what people call the group or role.
    pub memberships: Vec<(String, String)>,
    /// The tables in which every user has a row.
    pub companions: Vec<String>,
    /// The columns that begin with 0, since they count what the user has done or say who is an admin;
    /// those of other tables with their names.
    pub zeros: Vec<String>,
}

/// In which order users are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By the row, which is the order in which the application gets them: by number, where ids are
    /// the rows' own.
    #[default]
    Id,
    /// By the bytes of the name as they are stored, then by the row.
    Name,
}

/// Which users are read, and what of them.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Which comes first.
    pub order: Order,
    /// Whether the last comes first.
    pub reverse: bool,
    /// Only names that match this pattern of SQLite's GLOB operator.
    pub glob: Option<String>,
    /// Whether hashes are read, those that are not longer than any readable one.
    pub with_hashes: bool,
    /// Further columns that are read, by their names.
    pub columns: Vec<String>,
    /// How many to leave out at the beginning.
    pub offset: u64,
    /// How many to give at most.
    pub limit: Option<u64>,
}

/// The state of a database, which differs after every change that somebody else made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(i64);

/// A row as it is in the database; it lives only until the next one is read.
#[derive(Clone, Copy, Debug)]
pub struct StoredUser<'a> {
    /// The id.
    pub id: Id<'a>,
    /// The name, if it is not NULL.
    pub name: Option<&'a [u8]>,
    /// The stored hash, if it was asked for and is not longer than any readable one.
    pub hash: Option<&'a [u8]>,
    /// What the further columns hold that were asked for.
    pub further: &'a [Stored<'a>],
}

impl Database {
    /// The database at this absolute path: locks are waited for 30 seconds, and nothing interrupts.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Database {
            path: path.into(),
            undecoded: None,
            timeout: Duration::from_secs(30),
            interrupt: Interrupt::default(),
            trust_directory: false,
            layout: None,
            pepper: None,
            found: FoundLayout::default(),
        }
    }
}
