//! Adding whole user bases: all of the rows or none.
//!
//! The caller parses the rows. Here each is checked by itself (`check.rs`) and waits in a temporary
//! file (`row.rs`); all of them are compared with each other and with the users who are there
//! (`plan.rs`), and their passwords are hashed (`hashing.rs`). Only then is the application's file
//! locked, for one transaction (`write.rs`). So a mistake in the last row costs no hashing, and
//! hashing costs the application nothing.

mod candidates;
mod check;
mod further;
mod hashing;
mod plan;
mod row;
mod write;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::further::Further;
use super::open::open_unless_missing;
use super::recipe::{Application, WantedRecipe};
use super::{Random, Waived, Warning, guard};
use crate::error::{Error, Result};
use crate::layout::{Affinity, Case};
use crate::password::Password;
use crate::store::{Access, Copied, Database, Limits, NewIds, Store};
use crate::user::UserId;
use check::{Found, Rules};
use further::Columns;
use hashing::{Hasher, Passwords};
use plan::Plan;
use row::Row;
use write::Ready;

/// A row of the input.
pub struct InputRow {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The id that it wants; [`UserId::Null`] if it wants none.
    pub id: UserId,
    /// The name; none for NULL.
    pub name: Option<Vec<u8>>,
    /// What it brings to log in with.
    pub credential: Offered,
    /// What it says of further columns.
    pub further: Vec<Given>,
}

/// What a row says of a further column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The column.
    pub column: Rc<str>,
    /// What it gets, as text; none for NULL.
    pub value: Option<Vec<u8>>,
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
        Rejection::new(row.line, row.owned_name(), reason)
    }

    /// The rejection of a row for what is wrong with itself; any other error ends the import.
    fn because(row: &Row<'_>, error: Error) -> Result<Self> {
        match error {
            Error::WeakPassword(_) => {
                Ok(Rejection { is_weak: true, ..Rejection::of(row, error.to_string()) })
            }
            Error::InvalidUsername(_)
            | Error::InvalidPassword(_)
            | Error::InvalidHash(_)
            | Error::InvalidInput(_) => Ok(Rejection::of(row, error.to_string())),
            error => Err(error),
        }
    }
}

/// What to do with rows whose users exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Import nothing.
    #[default]
    Fail,
    /// Leave these users as they are.
    Skip,
    /// Give them the hashes or passwords of the rows, and what these say of further columns, where
    /// they differ.
    Update,
}

/// How to import: by default all rows or none, by all rules, on one thread.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is said by itself, and has a name")]
pub struct Importing {
    /// What to do with rows whose users exist.
    pub on_conflict: OnConflict,
    /// Whether to store the rows' ids, and their names whatever they hold.
    pub keep_ids: bool,
    /// Whether to make the database if there is none.
    pub create: bool,
    /// Whether to leave out rows whose hashes cannot be stored, of another scheme, malformed or
    /// NULL, instead of importing nothing.
    pub skip_unsupported: bool,
    /// Whether new users whose rows have neither a password nor a hash get a password.
    pub generate_passwords: bool,
    /// Whether to check all and write nothing.
    pub dry_run: bool,
    /// How many threads hash.
    pub jobs: usize,
    /// After how many rows to commit; otherwise all are one transaction.
    pub batch: Option<u64>,
    /// What passwords are hashed with.
    pub recipe: WantedRecipe,
    /// What columns of new users get of which the rows say nothing.
    pub further: Further,
    /// Which rules are waived.
    pub waived: Waived,
    /// How many of the skipped rows to report.
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

/// The parts of an import, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading and checking the input; the total is not known.
    Reading,
    /// Hashing passwords.
    Hashing,
    /// Writing rows.
    Writing,
}

/// Follows an import while it goes on.
pub trait Observer {
    /// A part begins, with this many steps if that is known.
    fn stage(&mut self, stage: Stage, total: Option<u64>);
    /// This many more steps of the part are done.
    fn advance(&mut self, steps: u64);
    /// A row cannot be imported.
    ///
    /// # Errors
    /// If it cannot be noted; the import ends then.
    fn reject(&mut self, rejection: &Rejection) -> Result<()>;
    /// These passwords were generated, and are about to be used: they must be kept safe first.
    /// If somebody adds users meanwhile whom the import skips, this is told again without theirs.
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
    /// Users of whom something was changed.
    pub updated: u64,
    /// The longest time for which the database was locked.
    pub locked: Duration,
    /// Whether the database is new.
    pub created_database: bool,
    /// The first rows that were skipped, in the order of the input.
    pub skips: Vec<Rejection>,
    /// What new users have like another one.
    pub copied: Copied,
    /// What the admin should know.
    pub warnings: Vec<Warning>,
}

impl Importing {
    /// Whether names that look alike are refused. With the ids, rows are restored as they were, and
    /// the names need not be such that `add` would take.
    fn checks_lookalikes(&self) -> bool {
        !self.keep_ids && !self.waived.lookalike
    }
}

/// Imports rows. `rows` fails where the input as a whole cannot be read; a row that cannot be
/// read is a [`Rejection`].
///
/// # Errors
/// [`Error::InvalidInput`] if a row was rejected, or [`Error::SchemeMismatch`] if all that were have
/// hashes that the application does not read; [`Error::UserExists`] or
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
    let store = open(database, importing)?;
    let store = store.as_ref();
    // Where the application ignores case, nobody could tell two such users apart.
    let is_exact = store.is_none_or(|store| store.layout().case == Case::Exact);
    let waived = Waived { lookalike: importing.waived.lookalike && is_exact, ..importing.waived };
    let importing = &Importing { waived, ..importing.clone() };
    let application = Application::of(database, store)?;
    let hashing = application.reading();
    let recipe = hashing.recipe(database, store, None, &importing.recipe)?;
    let columns = Columns::new(store, &importing.further)?;
    let rules = Rules {
        hashing,
        recipe,
        limits: store.map_or(Ok(Limits::FIRST), Store::limits)?,
        ids: store.map_or(Affinity::Integer, Store::id_affinity),
        columns: &columns,
    };
    let mut checked = check::check(rows, importing, rules, random, observer)?;
    let mut plan = Plan::make(store, &checked.claims, importing)?;
    if let Err(error) = plan.verdict(checked.found.rejected) {
        plan.report(observer)?;
        let is_whole = plan.has_no_faults().then(|| checked.found.take_mismatch());
        return Err(is_whole.flatten().unwrap_or(error));
    }
    let hashing = match checked.found.passwords.as_slice() {
        [] => hashing,
        [_, ..] => application.hashing()?,
    };
    let ids = new_ids(store, importing)?;
    let columns = columns.require_complete(&checked.rows, &plan)?;
    let (found, interrupt) = (&mut checked.found, &database.interrupt);
    let passwords = Passwords::take(found, &plan, importing, recipe);
    let hashing_all = Hasher { database, store, hashing, importing };
    let hashes = hashing_all.hash(passwords, random, observer)?;
    // Nobody is to keep generated passwords for users who were never stored.
    let _section = importing.generate_passwords.then(|| interrupt.defer());
    let (plan, hashes, columns) = (&plan, &hashes, &columns);
    let mut for_ids = |bytes: &mut [u8]| random(bytes);
    let random = &RefCell::new(&mut for_ids as Random<'_>);
    let ready = Ready {
        database,
        checked: &checked,
        hashes,
        plan,
        importing,
        hashing,
        ids,
        columns,
        random,
    };
    let imported = ready.write(store, observer)?;
    let copied = columns.copied();
    Ok(imported.with(checked.found, copied, importing.max_skips))
}

impl Imported {
    /// The same with what was found in the input, and what new users have like another one.
    fn with(mut self, found: Found, copied: Copied, max_skips: usize) -> Self {
        if self.imported > 0 {
            self.copied = copied;
        }
        self.skipped += found.left_out;
        self.skips.extend(found.skips);
        self.skips.sort_by_key(|skipped| skipped.line);
        self.skips.truncate(max_skips);
        self.warnings.extend(found.warnings);
        self
    }
}

/// How new users get their ids, who do not keep those of their rows; nothing if they cannot, which is
/// wrong where any row may be that of a new user.
fn new_ids(store: Option<&Store>, importing: &Importing) -> Result<Option<NewIds>> {
    let Some(store) = store.filter(|_| !importing.keep_ids) else {
        return Ok(Some(NewIds::OfTheTable));
    };
    match store.new_ids() {
        Err(Error::ConstraintFailed(_)) if importing.on_conflict != OnConflict::Fail => Ok(None),
        ids => ids.map(Some),
    }
}

/// Opens the database, or tells that it is to be made.
fn open(database: &Database, importing: &Importing) -> Result<Option<Store>> {
    let access = if importing.dry_run { Access::Read } else { Access::Write };
    let Some(store) = open_unless_missing(database, access, importing.create)? else {
        return Ok(None);
    };
    if store.has_table()? {
        guard::refuse_without_sign(database, &store)?;
        guard::refuse_foreign_hashes(&store)?;
    }
    Ok(Some(store))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{database, hash, names};

    /// Takes no notice.
    struct Nobody;

    impl Observer for Nobody {
        fn stage(&mut self, _: Stage, _: Option<u64>) {}
        fn advance(&mut self, _: u64) {}
        fn reject(&mut self, _: &Rejection) -> Result<()> {
            Ok(())
        }
        fn generated(&mut self, _: &[&Generated]) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn all_rows_are_stored_in_their_order_or_none() {
        let (_folder, database) = database(&["ann"]);
        let import_all = |rows: &[&str], importing: &Importing| {
            let row = |(line, &name): (u64, &&str)| {
                let credential = Offered::Hash(hash('B'));
                let (id, name, further) = (UserId::Null, Some(name.into()), Vec::new());
                Ok(Ok(InputRow { line, id, name, credential, further }))
            };
            let rows = (1..).zip(rows).map(row);
            let imported =
                import(&database, rows, importing, &mut crate::accounts::random, &mut Nobody);
            imported.map(|it| (it.imported, it.skipped, it.updated)).map_err(|error| error.code())
        };
        let by_all_rules = Importing::default();
        for (rows, code) in [
            (&["zoe", "ann"][..], "user_exists"),
            (&["zoe", "Ann"], "lookalike_exists"),
            (&["zoe", "bob", "zoe"], "invalid_input"),
            (&["zoe", ""], "invalid_input"),
        ] {
            assert_eq!(import_all(rows, &by_all_rules), Err(code), "{rows:?}");
        }
        assert_eq!(names(&database), ["ann"]);
        let update = Importing { on_conflict: OnConflict::Update, ..by_all_rules };
        assert_eq!(import_all(&["zoe", "ann", "bob"], &update), Ok((2, 0, 1)));
        assert_eq!(import_all(&["zoe", "ann", "bob"], &update), Ok((0, 3, 0)));
        assert_eq!(names(&database), ["ann", "zoe", "bob"]);
    }
}
