//! Adding whole user bases: all of the rows or none.
//!
//! The rows are parsed by the caller, checked and staged here, compared with the users who are
//! there, and hashed; only then is the application's file locked, for one transaction. So a
//! mistake in the last row costs no hashing, and hashing costs the application nothing.

mod candidates;
mod check;
mod hashing;
mod plan;
mod row;
mod write;

use std::time::Duration;

use zeroize::Zeroizing;

use super::{Random, Waived, Warning, guard};
use crate::error::{Error, Result};
use crate::hash::Rounds;
use crate::password::Password;
use crate::store::{Access, Database, Store};
use plan::Plan;
use row::Row;
use write::{Ready, Target};

/// A row of the input.
#[derive(Debug)]
pub struct InputRow {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The primary key that it wants.
    pub id: Option<i64>,
    /// The name; none for NULL.
    pub name: Option<Vec<u8>>,
    /// What it brings to log in with.
    pub credential: Offered,
}

/// What a row brings to log in with.
pub enum Offered {
    /// Nothing.
    Nothing,
    /// A password to hash.
    Password(Zeroizing<Vec<u8>>),
    /// A ready hash.
    Hash(Vec<u8>),
}

impl std::fmt::Debug for Offered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Offered::Nothing => "Nothing",
            Offered::Password(_) => "Password(..)",
            Offered::Hash(_) => "Hash(..)",
        })
    }
}

/// A row that is not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The name, if it could be read.
    pub name: Option<Vec<u8>>,
    /// Why, without any password or hash.
    pub reason: String,
    /// Whether only the rule for weak passwords keeps it out, which can be waived.
    pub is_weak: bool,
}

impl Rejection {
    /// A row that nothing makes right but another input.
    #[must_use]
    pub fn new(line: u64, name: Option<Vec<u8>>, reason: String) -> Self {
        Rejection { line, name, reason, is_weak: false }
    }

    fn of(row: &Row<'_>, reason: String) -> Self {
        Rejection::new(row.line, row.name.map(<[u8]>::to_vec), reason)
    }
}

/// What to do with rows whose users exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Import nothing.
    Fail,
    /// Leave these users as they are.
    Skip,
    /// Give them the hashes or passwords of the rows, where they differ.
    Update,
}

/// What to do with rows whose hashes cannot be stored: of another scheme, malformed or NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsupported {
    /// Import nothing.
    Reject,
    /// Leave them out.
    Skip,
}

/// What to do with rows that have neither a password nor a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutPassword {
    /// Import nothing.
    Reject,
    /// Give them a generated password if their users are new.
    Generate,
}

/// How to import.
#[derive(Clone, Debug)]
pub struct Importing {
    /// What to do with rows whose users exist.
    pub on_conflict: OnConflict,
    /// Whether to store the rows' ids, and their names whatever they hold.
    pub keep_ids: bool,
    /// Whether to make the database if there is none.
    pub create: bool,
    /// What to do with rows whose hashes cannot be stored.
    pub unsupported: Unsupported,
    /// What to do with rows that have neither a password nor a hash.
    pub without_password: WithoutPassword,
    /// Whether to check all and write nothing.
    pub dry_run: bool,
    /// How many threads hash.
    pub jobs: usize,
    /// After how many rows to commit; otherwise all are one transaction.
    pub batch: Option<u64>,
    /// The iteration count for passwords.
    pub rounds: Rounds,
    /// Which rules are waived.
    pub waived: Waived,
    /// How many rows that were skipped to tell of.
    pub max_skips: usize,
}

/// A password that was generated for a row.
#[derive(Debug)]
pub struct Generated {
    /// The name of the row.
    pub name: Vec<u8>,
    /// The password.
    pub password: Password,
}

/// The parts of an import, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading and checking the input; the total is not known.
    Reading,
    /// Hashing passwords.
    Hashing,
    /// Writing rows.
    Writing,
}

/// Whoever watches an import.
pub trait Observer {
    /// A part begins, of this many steps if that is known.
    fn stage(&mut self, stage: Stage, total: Option<u64>);
    /// So many steps of the part are done.
    fn advance(&mut self, steps: u64);
    /// A row cannot be imported.
    ///
    /// # Errors
    /// If it cannot be noted; the import ends then.
    fn reject(&mut self, rejection: &Rejection) -> Result<()>;
    /// These passwords were generated, and are about to be used: they must be kept safe first.
    /// If users whom the import skips are added meanwhile, this comes again without theirs.
    ///
    /// # Errors
    /// If they cannot be kept; nothing is written then.
    fn generated(&mut self, generated: &[&Generated]) -> Result<()>;
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// New users.
    pub imported: u64,
    /// Rows whose users were left as they were, and rows that were left out.
    pub skipped: u64,
    /// Users with a new hash.
    pub updated: u64,
    /// The longest time for which the database was locked.
    pub locked: Duration,
    /// Whether the database is new.
    pub created_database: bool,
    /// The first rows that were skipped, in the order of the input.
    pub skips: Vec<Rejection>,
    /// What the admin should know.
    pub warnings: Vec<Warning>,
}

/// Imports rows. `rows` fails where the input as a whole cannot be read; a row that cannot be
/// read is a [`Rejection`].
///
/// # Errors
/// [`Error::InvalidInput`] if a row was rejected; [`Error::UserExists`] or
/// [`Error::LookalikeExists`] on conflicts; or what reading, hashing and writing fail with.
/// Nothing was written then, unless in batches.
pub fn import(
    database: &Database,
    rows: impl Iterator<Item = Result<Result<InputRow, Rejection>>>,
    importing: &Importing,
    random: Random<'_>,
    observer: &mut dyn Observer,
) -> Result<Imported> {
    observer.stage(Stage::Reading, None);
    let mut checked = check::check(rows, importing, random, observer)?;
    let store = open(database, importing)?;
    let store = store.as_ref();
    let mut plan = Plan::make(store, &checked.claims, importing)?;
    if let Err(error) = plan.verdict(checked.found.rejected) {
        plan.report(observer)?;
        return Err(error);
    }
    let old = &plan.old_passwords;
    let hashes = hashing::hash(store, &mut checked.found, old, importing, random, observer)?;
    let ready = Ready { checked: &checked, hashes: &hashes, plan: &plan, importing };
    // Generated passwords that somebody keeps must not stay behind without their users.
    let _section = (importing.without_password == WithoutPassword::Generate)
        .then(|| database.interrupt.defer());
    let mut imported = match store {
        _ if importing.dry_run => write::write_at_once(Target::Nowhere(store), ready)?,
        Some(store) => write::write(store, ready, observer)?,
        None => create(database, ready, observer)?,
    };
    imported.skipped += checked.found.unsupported;
    imported.skips.extend(checked.found.skips);
    imported.skips.sort_by_key(|skipped| skipped.line);
    imported.skips.truncate(importing.max_skips);
    imported.warnings.extend(checked.found.warnings);
    Ok(imported)
}

/// Makes the database; where somebody else made it meanwhile, goes on with theirs.
fn create(database: &Database, ready: Ready<'_>, observer: &mut dyn Observer) -> Result<Imported> {
    ready.tell(ready.plan, observer)?;
    let created = database.create(|transaction| {
        transaction.reader().expect_many_rows()?;
        write::write_at_once(Target::Table(transaction), ready)
    })?;
    if let Some(imported) = created {
        return Ok(Imported { created_database: true, ..imported });
    }
    let store = Store::open(database, Access::Write)?;
    store.expect_many_rows()?;
    write::write(&store, ready, observer)
}

/// Opens the database, or tells that it is to be made.
fn open(database: &Database, importing: &Importing) -> Result<Option<Store>> {
    let access = if importing.dry_run { Access::Read } else { Access::Write };
    match Store::open(database, access) {
        Err(Error::DatabaseMissing { .. }) if importing.create => Ok(None),
        Err(error) => Err(error),
        Ok(store) => {
            if store.has_table()? {
                guard::refuse_foreign_hashes(&store)?;
            } else if importing.create {
                guard::refuse_second_table(&store)?;
            } else {
                store.require_table()?;
            }
            store.expect_many_rows()?;
            Ok(Some(store))
        }
    }
}
