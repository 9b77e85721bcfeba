//! Storing the rows: one transaction, or one for each batch.

use std::cell::RefCell;
use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use super::check::Checked;
use super::further::Columns;
use super::hashing::Hashes;
use super::plan::{Existing, Plan, has_hash};
use super::row::{Claims, Row};
use super::{Imported, Importing, Observer, OnConflict, Rejection, Stage};
use crate::accounts::open::open_or_empty;
use crate::accounts::recipe::Hashing;
use crate::accounts::{Random, Warning};
use crate::error::{Error, Result};
use crate::layout::Assigned;
use crate::sort::{Cursor, Sorted};
use crate::store::{Access, Database, NewIds, Store, Transaction};
use crate::user::{Id, Key, UserId};

/// How many rows are stored between two checks for an interruption.
const CHECKED_ROWS: u64 = 1000;

/// For how long batches follow each other before others get a turn: far below the 5 s for which the
/// application waits.
const TURN: Duration = Duration::from_secs(1);

/// How long that turn is. Whoever waits with SQLite's busy timeout looks every 100 ms.
const PAUSE: Duration = Duration::from_millis(120);

/// Rows with all that is needed to store them.
#[derive(Clone, Copy)]
pub(super) struct Ready<'r> {
    pub(super) database: &'r Database,
    pub(super) checked: &'r Checked,
    pub(super) hashes: &'r Hashes,
    pub(super) plan: &'r Plan,
    pub(super) importing: &'r Importing,
    pub(super) hashing: Hashing<'r>,
    /// How new users get their ids, if they can.
    pub(super) ids: Option<NewIds>,
    pub(super) columns: &'r Columns<'r>,
    pub(super) random: &'r RefCell<Random<'r>>,
}

impl Ready<'_> {
    /// Stores all rows, or only tells what storing them would do; makes the database if there is
    /// none.
    pub(super) fn write(
        self,
        store: Option<&Store>,
        observer: &mut dyn Observer,
    ) -> Result<Imported> {
        let mut writer = Writer::new(self)?;
        if self.importing.dry_run {
            writer.store(store, None, None, u64::MAX)?;
            return Ok(writer.done);
        }
        writer.told = self.tell(self.plan, observer)?;
        if let Some(store) = store {
            return writer.write(store, observer);
        }
        let created = self.database.create(|transaction| {
            writer.store(Some(transaction.reader()), Some(transaction), None, u64::MAX)
        })?;
        if created.is_some() {
            return Ok(Imported { created_database: true, ..writer.done });
        }
        // Somebody else made it meanwhile.
        let store = open_or_empty(self.database, Access::Write)?;
        Writer { told: writer.told, ..Writer::new(self)? }.write(&store, observer)
    }

    /// The numbers of the generated passwords that users are given: those who exist keep their own.
    fn in_use(&self, plan: &Plan) -> HashSet<usize> {
        let is_new = |number: &usize| self.hashes[*number].is_some();
        let mut used: HashSet<usize> =
            self.checked.found.generated.keys().copied().filter(is_new).collect();
        for (number, _) in plan.old_passwords() {
            used.remove(number);
        }
        used
    }

    /// Tells which generated passwords are about to be used, and returns their numbers.
    fn tell(&self, plan: &Plan, observer: &mut dyn Observer) -> Result<HashSet<usize>> {
        let used = self.in_use(plan);
        if self.importing.generate_passwords {
            let generated = self.checked.found.generated.iter();
            let generated = generated.filter(|(number, _)| used.contains(number));
            observer.generated(&generated.map(|(_, generated)| generated).collect::<Vec<_>>())?;
        }
        Ok(used)
    }

    /// Decides what is done with a row.
    fn step(
        &self,
        store: Option<&Store>,
        row: &Row<'_>,
        hash: Option<&[u8]>,
        user: Option<Key>,
    ) -> Result<Step> {
        let Ready { checked, importing, .. } = self;
        let is_same = |user| hash.map_or(Ok(false), |hash| has_hash(store, user, hash));
        let brings_none =
            row.password.is_some_and(|number| checked.found.generated.contains_key(&number));
        Ok(match (user, importing.on_conflict) {
            // Only a dry run does not hash the passwords of rows that are to be stored.
            (None, _) if hash.is_some() || importing.dry_run => Step::Insert,
            (None, _) => Step::Skip("the user existed, and was deleted meanwhile"),
            (Some(_), OnConflict::Skip) => Step::Skip("the user exists already"),
            (Some(user), OnConflict::Update) => {
                let takes_hash = !brings_none && !is_same(user)?;
                let further = match store {
                    Some(store) => store.that_differ(user, &self.columns.of_row(row))?,
                    None => Vec::new(),
                };
                if takes_hash || !further.is_empty() {
                    Step::Change { user, takes_hash, further }
                } else if brings_none {
                    Step::Skip("the user exists already, and the row brings no password")
                } else {
                    Step::Skip("the user has this password already")
                }
            }
            // A batch that another run stored.
            (Some(user), OnConflict::Fail) if is_same(user)? => Step::Skip("it is stored already"),
            (Some(_), OnConflict::Fail) => return Err(Error::UserExists(row.shown())),
        })
    }

    /// The id of a new user; null where the table gives it.
    fn new_id(&self, store: Option<&Store>) -> Result<UserId> {
        let ids = match (self.ids, store) {
            (Some(ids), _) => ids,
            // It fails, and says why.
            (None, Some(store)) => store.new_ids()?,
            (None, None) => NewIds::OfTheTable,
        };
        ids.next(&mut **self.random.borrow_mut())
    }
}

/// The names that the next rows claim, at most `limit` of them.
fn claims(rows: &mut Cursor<'_>, limit: u64, importing: &Importing) -> Result<Sorted> {
    let (mut claims, mut count) = (Claims::new(), 0);
    while count < limit
        && let Some(row) = Row::next(rows)?
    {
        claims.push(&row, importing)?;
        count += 1;
    }
    claims.finish()
}

/// What is done with a row.
enum Step {
    Insert,
    Change {
        user: Key,
        /// Whether the user gets the hash of the row.
        takes_hash: bool,
        /// What further columns get.
        further: Vec<Assigned>,
    },
    Skip(&'static str),
}

struct Writer<'r> {
    ready: Ready<'r>,
    rows: Cursor<'r>,
    /// The same rows, to compare each batch before it is stored; none if there are no batches.
    ahead: Option<Cursor<'r>>,
    /// The users of the rows, by the first plan.
    existing: Existing<'r>,
    /// Which generated passwords were told.
    told: HashSet<usize>,
    /// What was done, be it committed or not.
    done: Imported,
    /// How many rows are committed, and whether they changed anything.
    committed: u64,
    has_changed: bool,
}

impl<'r> Writer<'r> {
    fn new(ready: Ready<'r>) -> Result<Self> {
        let Ready { checked, plan, importing, .. } = ready;
        Ok(Writer {
            ready,
            rows: checked.rows.cursor()?,
            ahead: importing.batch.map(|_| checked.rows.cursor()).transpose()?,
            existing: plan.existing()?,
            told: HashSet::new(),
            done: Imported::default(),
            committed: 0,
            has_changed: false,
        })
    }

    /// Stores all rows in a table that others use.
    fn write(mut self, store: &Store, observer: &mut dyn Observer) -> Result<Imported> {
        let count = self.ready.checked.rows.count();
        let limit = self.ready.importing.batch.unwrap_or(u64::MAX);
        observer.stage(Stage::Writing, Some(count));
        let mut began = Instant::now();
        loop {
            // What it reads before it writes is locked too.
            let section = self.ready.database.interrupt.stay_awake();
            let written = self.write_next(store, limit, observer);
            drop(section);
            written.map_err(|error| self.partly(store, error))?;
            let Imported { imported, updated, skipped, .. } = self.done;
            self.has_changed = imported + updated > 0;
            self.committed = imported + updated + skipped;
            self.done.locked = self.done.locked.max(store.locked_for());
            observer.advance(limit);
            if self.committed == count {
                break;
            }
            if began.elapsed() >= TURN {
                thread::sleep(PAUSE);
                began = Instant::now();
            }
        }
        if self.done.updated > 0 && !store.forget_replaced_hashes() {
            self.done.warnings.push(Warning::OldPagesInLog);
        }
        Ok(self.done)
    }

    /// Stores the next rows, at most `limit` of them, in one transaction.
    fn write_next(&mut self, store: &Store, limit: u64, observer: &mut dyn Observer) -> Result<()> {
        let ready = self.ready;
        let batch = match &mut self.ahead {
            Some(rows) => Some(claims(rows, limit, ready.importing)?),
            None => None,
        };
        let claims = batch.as_ref().unwrap_or(&ready.checked.claims);
        // What others committed meanwhile is looked at before the lock is taken, and under it only
        // if they went on.
        let mut newer = None;
        let renew = |newer: &mut Option<Plan>| {
            let known = &newer.as_ref().unwrap_or(ready.plan).state;
            if *known != Some(store.state()?) {
                *newer = Some(Plan::make(Some(store), claims, ready.importing)?);
            }
            Ok::<_, Error>(())
        };
        loop {
            renew(&mut newer)?;
            if let Some(plan) = newer.as_ref().filter(|plan| ready.in_use(plan) != self.told) {
                self.told = ready.tell(plan, observer)?;
            }
            let written = store.write_many(|transaction| {
                renew(&mut newer)?;
                if !store.has_table()? {
                    transaction.create_table()?;
                }
                if let Some(plan) = &mut newer {
                    plan.verdict(0)?;
                    if ready.in_use(plan) != self.told {
                        return Ok(false);
                    }
                }
                self.store(Some(store), Some(transaction), newer.as_ref(), limit)?;
                Ok(true)
            });
            match written {
                Ok(true) => return Ok(()),
                // Other generated passwords would be used than those that were told.
                Ok(false) => {}
                Err(error) => {
                    newer.map_or(Ok(()), |plan| plan.report(observer))?;
                    return Err(error);
                }
            }
        }
    }

    /// Stores the next rows, at most `limit` of them, by this plan or the first; without a
    /// transaction only counts what that would do.
    fn store(
        &mut self,
        store: Option<&Store>,
        transaction: Option<&Transaction<'_>>,
        newer: Option<&Plan>,
        limit: u64,
    ) -> Result<()> {
        let ready = self.ready;
        let Ready { hashes, importing, .. } = ready;
        let mut newer = newer.map(Plan::existing).transpose()?;
        let mut inserter = transaction.map(Transaction::inserter).transpose()?;
        let mut count = 0;
        while count < limit
            && let Some(row) = Row::next(&mut self.rows)?
        {
            let hash = row.password.map_or(Some(row.text), |number| hashes[number].as_deref());
            let user = match &mut newer {
                Some(newer) => newer.of(row.place)?,
                None => self.existing.of(row.place)?,
            };
            match self.ready.step(store, &row, hash, user)? {
                Step::Insert => {
                    if let Some(inserter) = &mut inserter {
                        let own = ready.new_id(store)?;
                        let id = if importing.keep_ids { row.id } else { own.borrowed() };
                        let id = Some(id).filter(|id| *id != Id::Null);
                        let random = &mut **ready.random.borrow_mut();
                        let (further, like) = ready.columns.of_new(&row, random)?;
                        inserter
                            .insert(id, row.name, hash.unwrap_or_default(), &further)
                            .and_then(|user| match transaction {
                                Some(transaction) => like.store(transaction, user),
                                None => Ok(()),
                            })
                            .map_err(|error| on_line(row.line, error))?;
                    }
                    self.done.imported += 1;
                }
                Step::Change { user, takes_hash, further } => {
                    if let Some(transaction) = transaction {
                        let hash = hash.filter(|_| takes_hash);
                        let hash = hash.map(|hash| ready.hashing.ready(hash)).transpose()?;
                        let updated = transaction.update(user, None, hash.as_ref(), &further);
                        updated.map_err(|error| on_line(row.line, error))?;
                    }
                    self.done.updated += 1;
                }
                Step::Skip(reason) => {
                    self.done.skipped += 1;
                    if self.done.skips.len() < importing.max_skips {
                        self.done.skips.push(Rejection::of(&row, reason.to_owned()));
                    }
                }
            }
            count += 1;
            if count % CHECKED_ROWS == 0 {
                self.ready.database.interrupt.check()?;
            }
        }
        Ok(())
    }

    /// The error of a batch, when others are committed already.
    fn partly(&self, store: &Store, error: Error) -> Error {
        if !self.has_changed {
            return error;
        }
        // The error is what must be said; the log is emptied as far as possible.
        let _ = store.forget_replaced_hashes();
        let (stored, all) = (self.committed, self.ready.checked.rows.count());
        let done = "rows are stored; the same command goes on from there";
        Error::Partly { cause: Box::new(error), done: format!("{stored} of {all} {done}") }
    }
}

/// What the database refuses a row for, with the line of the row.
fn on_line(line: u64, error: Error) -> Error {
    error.explained(|reason| format!("line {line}: {reason}"))
}
