//! Storing the rows: one transaction, or one for each batch.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use super::check::{Checked, Claims};
use super::hashing::Hashes;
use super::plan::{Existing, Plan, has_hash};
use super::row::Row;
use super::{Imported, Importing, Observer, OnConflict, Rejection, Stage, WithoutPassword};
use crate::accounts::Warning;
use crate::error::{Error, Result};
use crate::hash::HashString;
use crate::sort::{Cursor, Sorted};
use crate::store::{Store, Transaction};
use crate::user::UserId;

/// How many rows are stored between two looks for an interruption.
const CHECKED_ROWS: u64 = 1000;

/// For how long batches follow each other before others get a turn: far below the 5 s for which the
/// application waits.
const TURN: Duration = Duration::from_secs(1);

/// How long that turn is. Whoever waits with SQLite's busy timeout looks every 100 ms.
const PAUSE: Duration = Duration::from_millis(120);

/// Rows with all that is needed to store them.
#[derive(Clone, Copy)]
pub(super) struct Ready<'r> {
    pub(super) checked: &'r Checked,
    pub(super) hashes: &'r Hashes,
    pub(super) plan: &'r Plan,
    pub(super) importing: &'r Importing,
}

/// Stores all rows in a table that others use.
pub(super) fn write(
    store: &Store,
    ready: Ready<'_>,
    observer: &mut dyn Observer,
) -> Result<Imported> {
    let Ready { checked, importing, plan, .. } = ready;
    let limit = importing.batch.unwrap_or(u64::MAX);
    let mut writer = Writer::new(ready)?;
    let mut existing = plan.existing()?;
    let mut parts = Parts::new(checked, importing)?;
    let mut told = ready.tell(plan, observer)?;
    observer.stage(Stage::Writing, Some(checked.rows.count()));
    let mut began = Instant::now();
    while parts.next()? {
        let compare = || Plan::make(Some(store), parts.claims(), importing);
        let is_stale = |plan: &Plan| Ok::<_, Error>(plan.state != Some(store.state()?));
        // What others committed meanwhile is looked at before the lock is taken, and under it only
        // if they went on.
        let mut newer = if is_stale(plan)? { Some(compare()?) } else { None };
        let written = loop {
            if let Some(plan) = newer.as_ref().filter(|plan| ready.in_use(plan) != told) {
                told = ready.tell(plan, observer)?;
            }
            let written = store.write_many(|transaction| {
                if is_stale(newer.as_ref().unwrap_or(plan))? {
                    newer = Some(compare()?);
                }
                if !store.has_table()? {
                    transaction.create_table()?;
                }
                let Some(newer) = &mut newer else {
                    return writer
                        .store(Target::Table(transaction), &mut existing, limit)
                        .map(Some);
                };
                newer.verdict(0)?;
                if ready.in_use(newer) != told {
                    return Ok(None);
                }
                writer.store(Target::Table(transaction), &mut newer.existing()?, limit).map(Some)
            });
            // Without a result, other generated passwords than those that were told would be used.
            if let Some(written) = written.transpose() {
                break written;
            }
        };
        match written {
            Ok(part) => writer.add(part, store.locked_for()),
            Err(error) => {
                newer.map_or(Ok(()), |newer| newer.report(observer))?;
                return Err(writer.partly(store, error));
            }
        }
        observer.advance(limit);
        if began.elapsed() >= TURN {
            thread::sleep(PAUSE);
            began = Instant::now();
        }
    }
    let mut done = writer.done;
    if done.updated > 0 && !store.forget_replaced_hashes() {
        done.warnings.push(Warning::OldPagesInLog);
    }
    Ok(done)
}

/// Stores all rows in a database that nobody else can see, or only tells what storing them would do.
pub(super) fn write_at_once(target: Target<'_>, ready: Ready<'_>) -> Result<Imported> {
    let mut writer = Writer::new(ready)?;
    let part = writer.store(target, &mut ready.plan.existing()?, u64::MAX)?;
    writer.add(part, Duration::ZERO);
    Ok(writer.done)
}

impl Ready<'_> {
    /// The numbers of the generated passwords that users are given: who exists keeps their own.
    fn in_use(&self, plan: &Plan) -> HashSet<usize> {
        let generated = self.checked.found.generated.iter().map(|(number, _)| *number);
        let mut used: HashSet<usize> =
            generated.filter(|&number| self.hashes.of(number).is_some()).collect();
        for (number, _) in &plan.old_passwords {
            used.remove(number);
        }
        used
    }

    /// Tells which generated passwords are about to be used, and returns their numbers.
    pub(super) fn tell(&self, plan: &Plan, observer: &mut dyn Observer) -> Result<HashSet<usize>> {
        let used = self.in_use(plan);
        if self.importing.without_password == WithoutPassword::Generate {
            let generated = self.checked.found.generated.iter();
            let generated = generated.filter(|(number, _)| used.contains(number));
            observer.generated(&generated.map(|(_, generated)| generated).collect::<Vec<_>>())?;
        }
        Ok(used)
    }
}

/// The names of the rows of one transaction after the other.
struct Parts<'c> {
    all: &'c Sorted,
    importing: &'c Importing,
    /// Where the next batch begins, if there are batches: ahead of what is stored.
    ahead: Option<Cursor<'c>>,
    claims: Option<Sorted>,
    is_begun: bool,
}

impl<'c> Parts<'c> {
    fn new(checked: &'c Checked, importing: &'c Importing) -> Result<Self> {
        let ahead = importing.batch.map(|_| checked.rows.cursor()).transpose()?;
        Ok(Parts { all: &checked.claims, importing, ahead, claims: None, is_begun: false })
    }

    /// Goes to the next part; there is one even if there are no rows.
    fn next(&mut self) -> Result<bool> {
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        let (Some(ahead), Some(limit)) = (&mut self.ahead, self.importing.batch) else {
            return Ok(is_first);
        };
        let (mut claims, mut count) = (Claims::new(), 0);
        while count < limit && ahead.advance()? {
            let row = Row::read(ahead.record().map_or(b"", |(_, row)| row))?;
            claims.push(&row, self.importing)?;
            count += 1;
        }
        self.claims = Some(claims.finish()?);
        Ok(is_first || count > 0)
    }

    fn claims(&self) -> &Sorted {
        self.claims.as_ref().unwrap_or(self.all)
    }
}

/// Where rows go.
#[derive(Clone, Copy)]
pub(super) enum Target<'t> {
    /// To the table.
    Table(&'t Transaction<'t>),
    /// Nowhere. The users who are there, if there is a database.
    Nowhere(Option<&'t Store>),
}

/// What is done with a row.
enum Step {
    Insert,
    Replace(UserId),
    Skip(&'static str),
}

struct Writer<'r> {
    ready: Ready<'r>,
    rows: Cursor<'r>,
    done: Imported,
}

impl<'r> Writer<'r> {
    fn new(ready: Ready<'r>) -> Result<Self> {
        Ok(Writer { rows: ready.checked.rows.cursor()?, done: Imported::default(), ready })
    }

    /// Stores the next rows, at most so many.
    fn store(
        &mut self,
        target: Target<'_>,
        existing: &mut Existing<'_>,
        limit: u64,
    ) -> Result<Imported> {
        let importing = self.ready.importing;
        let (reader, mut inserter) = match target {
            Target::Table(transaction) => {
                (Some(transaction.reader()), Some((transaction, transaction.inserter()?)))
            }
            Target::Nowhere(store) => (store, None),
        };
        let mut part = Imported::default();
        let mut count = 0;
        while count < limit && self.rows.advance()? {
            let row = Row::read(self.rows.record().map_or(b"", |(_, row)| row))?;
            let hash = match row.password {
                None => Some(row.text),
                Some(number) => self.ready.hashes.of(number),
            };
            let user = existing.of(row.place)?;
            match self.step(reader, &row, hash, user)? {
                Step::Insert => {
                    if let Some((_, inserter)) = &mut inserter {
                        let id = row.id.filter(|_| importing.keep_ids).map(UserId);
                        inserter
                            .insert(id, row.name, hash.unwrap_or_default())
                            .map_err(|error| on_line(row.line, error))?;
                    }
                    part.imported += 1;
                }
                Step::Replace(id) => {
                    if let Some((transaction, _)) = &inserter {
                        let hash = HashString::from_ready(hash.unwrap_or_default())?;
                        let updated = transaction.update(id, None, Some(&hash));
                        updated.map_err(|error| on_line(row.line, error))?;
                    }
                    part.updated += 1;
                }
                Step::Skip(reason) => {
                    part.skipped += 1;
                    if self.done.skips.len() + part.skips.len() < importing.max_skips {
                        part.skips.push(Rejection::of(&row, reason.to_owned()));
                    }
                }
            }
            count += 1;
            if count % CHECKED_ROWS == 0 {
                reader.map_or(Ok(()), |store| store.interrupt().check())?;
            }
        }
        Ok(part)
    }

    fn add(&mut self, part: Imported, locked: Duration) {
        self.done.imported += part.imported;
        self.done.updated += part.updated;
        self.done.skipped += part.skipped;
        self.done.skips.extend(part.skips);
        self.done.locked = self.done.locked.max(locked);
    }

    /// The error of a batch, when others are stored already.
    fn partly(&self, store: &Store, error: Error) -> Error {
        let Imported { imported, updated, skipped, .. } = self.done;
        if imported + updated == 0 {
            return error;
        }
        if updated > 0 {
            // The error is what must be said; the log is emptied as far as possible.
            let _ = store.forget_replaced_hashes();
        }
        let (stored, all) = (imported + updated + skipped, self.ready.checked.rows.count());
        error.after_a_part(format!(
            "{stored} of {all} rows are stored; the same command goes on from there"
        ))
    }

    fn step(
        &self,
        store: Option<&Store>,
        row: &Row<'_>,
        hash: Option<&[u8]>,
        user: Option<UserId>,
    ) -> Result<Step> {
        let Ready { checked, importing, .. } = self.ready;
        let is_same = |id| hash.map_or(Ok(false), |hash| has_hash(store, id, hash));
        let brings_none = row.password.is_some_and(|number| checked.found.is_generated(number));
        Ok(match (user, importing.on_conflict) {
            // Of those who are to be stored, only a dry run hashes no passwords.
            (None, _) if hash.is_some() || importing.dry_run => Step::Insert,
            (None, _) => Step::Skip("the user existed, and was deleted meanwhile"),
            (Some(_), OnConflict::Skip) => Step::Skip("the user exists already"),
            (Some(_), OnConflict::Update) if brings_none => {
                Step::Skip("the user exists already, and the row brings no password")
            }
            (Some(id), OnConflict::Update) if !is_same(id)? => Step::Replace(id),
            (Some(_), OnConflict::Update) => Step::Skip("the user has this password already"),
            // A batch that another run stored.
            (Some(id), OnConflict::Fail) if is_same(id)? => Step::Skip("it is stored already"),
            (Some(_), OnConflict::Fail) => return Err(Error::UserExists(row.shown())),
        })
    }
}

/// What the database refuses a row for, with the line of the row.
fn on_line(line: u64, error: Error) -> Error {
    match error {
        Error::ConstraintFailed(reason) => {
            Error::ConstraintFailed(format!("line {line}: {reason}"))
        }
        error => error,
    }
}
