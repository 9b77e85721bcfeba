//! `useradm import`

use std::io::{self, IsTerminal, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::cli::answer::Answer;
use crate::cli::args::{WaivedArgs, number};
use crate::cli::failure::{Failure, Rejected};
use crate::cli::format::rejection::{RowObject, row_line};
use crate::cli::format::{FileFormat, Input, csv, json};
use crate::cli::progress::Progress;
use crate::cli::report::WEAK_ALLOWED;
use crate::cli::session::Session;
use crate::cli::{files, shell};
use useradm::Error;
use useradm::accounts::{
    self, Generated, Imported, Importing, Observer, OnConflict, Rejection, Stage,
};
use useradm::error::shown;
use useradm::files::{Draft, Taken};

/// Add whole user bases: all rows of a file, or none
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm import people.csv
  useradm import --from jsonl - --format json
  useradm import --on-conflict update --dry-run people.csv
  useradm import --create --keep-ids backup.csv

CSV has a header with the columns username and one of password and password_hash, and perhaps id;
JSON lines have fields of these names. Passwords are hashed on all cores before the database is
locked. Rows that cannot be stored are all reported, and nothing is written then.")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option without a value")]
pub(crate) struct ImportArgs {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The format of the file [default: by its ending]
    #[arg(long, value_enum, value_name = "FORMAT")]
    from: Option<FileFormat>,
    /// What to do with rows whose users exist
    #[arg(long, value_enum, default_value = "fail", value_name = "ACTION")]
    on_conflict: Conflict,
    /// Store the rows' ids, and their names whatever they hold
    #[arg(long)]
    keep_ids: bool,
    /// Leave out rows without a hash that can be stored: of another scheme, malformed, empty or NULL
    #[arg(long)]
    skip_unsupported: bool,
    /// Give new users without a password one, and write names and passwords to this new file
    // Another run in batches would give those who are stored already other passwords.
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    generate_passwords: Option<PathBuf>,
    /// Check everything and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Threads that hash [default: one for each core]
    #[arg(long, value_name = "N", value_parser = number(1, 1024))]
    jobs: Option<u64>,
    /// Commit after every N rows, for bases that would lock the database for too long
    #[arg(long, value_name = "N", value_parser = number(1, u64::MAX))]
    batch: Option<u64>,
    /// How many rejected rows to show, and how many that were skipped
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = number(0, u64::MAX))]
    max_errors: u64,
    /// Write all rejected rows to this file as JSON lines
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Make the database if there is none
    #[arg(long)]
    create: bool,
    #[command(flatten)]
    waived: WaivedArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Conflict {
    /// Import nothing
    Fail,
    /// Leave these users as they are
    Skip,
    /// Change their hashes where they differ
    Update,
}

impl ImportArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        self.check_files()?;
        if !self.create {
            session.check_present()?;
        }
        let (path, format) = self.source()?;
        let mut input = Input::open(path, session.path())?;
        let database = session.database()?;
        let mut watch = Watch::new(&self, session, &input)?;
        input.refuse_utf_16()?;
        let rows = format.rows(input)?;
        let importing = self.importing(session);
        let imported =
            accounts::import(database, rows, &importing, &mut accounts::random, &mut watch);
        watch.progress.finish();
        match imported {
            Ok(imported) => self.answer(session, &imported),
            Err(error) => Err(watch.into_failure(error)),
        }
    }

    /// Refuses names of files to be written that cannot be meant.
    fn check_files(&self) -> Result<(), Failure> {
        let (rejects, passwords) = (self.rejects.as_ref(), self.generate_passwords.as_ref());
        let is_output = |path: Option<&PathBuf>| path.is_some_and(|path| path.as_os_str() == "-");
        let message = if is_output(rejects) {
            "--rejects writes a file, never standard output"
        } else if is_output(passwords) {
            "--generate-passwords writes a file, never standard output"
        } else if rejects.zip(passwords).is_some_and(|(a, b)| files::are_same(a, b)) {
            "--rejects and --generate-passwords name the same file"
        } else {
            return Ok(());
        };
        Err(Failure::usage(message, "give each a new file of its own"))
    }

    fn source(&self) -> Result<(&Path, FileFormat)> {
        let path = match &self.file {
            Some(path) => path.as_path(),
            None if io::stdin().is_terminal() => {
                let import = shell::command("import people.csv");
                let hint = format!("{import} takes one; - is standard input");
                return Err(Failure::usage("no FILE was given", hint).into());
            }
            None => Path::new("-"),
        };
        let format = self.from.or_else(|| FileFormat::of(path)).ok_or_else(|| {
            let hint = "--from csv, --from jsonl or --from htpasswd tells it";
            Failure::usage("the name of the input does not tell its format", hint)
        })?;
        Ok((path, format))
    }

    fn importing(&self, session: &Session) -> Importing {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Importing {
            on_conflict: match self.on_conflict {
                Conflict::Fail => OnConflict::Fail,
                Conflict::Skip => OnConflict::Skip,
                Conflict::Update => OnConflict::Update,
            },
            keep_ids: self.keep_ids,
            create: self.create,
            skip_unsupported: self.skip_unsupported,
            generate_passwords: self.generate_passwords.is_some(),
            dry_run: self.dry_run,
            jobs: self.jobs.and_then(|jobs| usize::try_from(jobs).ok()).unwrap_or(cores),
            batch: self.batch,
            rounds: session.rounds,
            waived: self.waived.into(),
            max_skips: usize::try_from(self.max_errors).unwrap_or(usize::MAX),
        }
    }

    fn answer(&self, session: &Session, imported: &Imported) -> Result<()> {
        let Imported { imported: new, skipped, updated, locked, .. } = imported;
        let message = format!("imported {new}, skipped {skipped}, updated {updated}");
        let mut before: Vec<String> =
            imported.skips.iter().map(|row| row_line(row) + ", skipped").collect();
        let more = skipped - before.len() as u64;
        if more > 0 && !before.is_empty() {
            before.push(format!("and {more} more skipped"));
        }
        before.push(if self.dry_run {
            "Nothing was written, since this is a dry run; it would be:".to_owned()
        } else if imported.created_database {
            format!("Database initialised: {}", shown(session.path()))
        } else {
            format!("Database locked for {:.3} s", locked.as_secs_f64())
        });
        Answer::new(session, &message)
            .before(before)
            .counts(imported, self.dry_run)
            .changed(!self.dry_run && new + updated > 0)
            .warnings(&imported.warnings)
            .print(session)
    }
}

/// What helps where users exist.
const IF_TAKEN: &str = "--on-conflict skip leaves them as they are";

/// Watches an import: shows progress, keeps generated passwords, notes rejected rows.
struct Watch {
    progress: Progress,
    shown: Vec<Rejection>,
    max_shown: usize,
    rejected: u64,
    any_weak: bool,
    /// Where all of them go; it gets its name at the end, if there are any.
    rejects: Option<Draft>,
    /// Where generated passwords go; it gets its name before they are used.
    passwords: Option<Draft>,
}

impl Watch {
    fn new(args: &ImportArgs, session: &Session, input: &Input) -> Result<Self> {
        for path in args.rejects.iter().chain(&args.generate_passwords) {
            if files::is_of_database(path, session.path()) || input.is(path) {
                let which = "the database or the input";
                let reason = format!("the file {} is {which} itself", shown(path));
                return Err(Error::InvalidInput(reason).into());
            }
        }
        let begin = |path: &PathBuf| files::begin(&absolute(path)?, Taken::Refuse);
        let rejects = args.rejects.as_ref().map(begin).transpose()?;
        let passwords = args.generate_passwords.as_ref().map(begin).transpose()?;
        Ok(Watch {
            progress: Progress::new(session, input),
            shown: Vec::new(),
            max_shown: usize::try_from(args.max_errors).unwrap_or(usize::MAX),
            rejected: 0,
            any_weak: false,
            rejects,
            passwords,
        })
    }

    /// The failure of the whole import, with the rows that it is about.
    fn into_failure(mut self, error: Error) -> anyhow::Error {
        if let Some(passwords) = &mut self.passwords
            && !matches!(error, Error::OutcomeUnknown(_))
        {
            // Nobody has these passwords. What cannot be removed is only of no use.
            passwords.withdraw();
        }
        if self.rejected == 0 {
            return Failure::helped_if_taken(error, IF_TAKEN);
        }
        let published = self.rejects.as_mut().map_or(Ok(()), publish);
        let error = published.err().unwrap_or(error);
        // Rows that are wrong only next to others are found later than the rest.
        self.shown.sort_by_key(|rejection| rejection.line);
        let hint = match error {
            Error::UserExists(_) => Some(IF_TAKEN),
            Error::InvalidInput(_) if self.any_weak => Some(WEAK_ALLOWED),
            _ => None,
        };
        let rejected = Rejected { error, shown: self.shown, count: self.rejected, hint };
        Failure::Rejected(Box::new(rejected)).into()
    }
}

impl Observer for Watch {
    fn stage(&mut self, stage: Stage, total: Option<u64>) {
        self.progress.stage(stage, total);
    }

    fn advance(&mut self, steps: u64) {
        self.progress.advance(steps);
    }

    fn reject(&mut self, rejection: &Rejection) -> useradm::Result<()> {
        self.rejected += 1;
        self.any_weak |= rejection.is_weak;
        if self.shown.len() < self.max_shown {
            self.shown.push(rejection.clone());
        }
        let Some(rejects) = &self.rejects else { return Ok(()) };
        let mut line = Vec::new();
        json::line(&mut line, &RowObject::from(rejection));
        rejects.file().write_all(&line).map_err(|error| Error::output(rejects.path(), &error))
    }

    fn generated(&mut self, generated: &[&Generated]) -> useradm::Result<()> {
        let Some(passwords) = &mut self.passwords else { return Ok(()) };
        let path = passwords.path().to_owned();
        let cannot = |error| Error::output(&path, &error);
        let mut file = passwords.file();
        file.set_len(0).and_then(|()| file.rewind()).map_err(cannot)?;
        let mut text = zeroize::Zeroizing::new(Vec::with_capacity(64 * 1024));
        csv::push_line(&mut text, [&b"username"[..], b"password"].into_iter());
        let mut write = |text: &mut Vec<u8>| {
            let written = file.write_all(text);
            text.clear();
            written.map_err(cannot)
        };
        for Generated { name, password } in generated {
            csv::push_line(&mut text, [name.as_slice(), password.as_bytes()].into_iter());
            if text.len() > 32 * 1024 {
                write(&mut text)?;
            }
        }
        write(&mut text)?;
        publish(passwords)
    }
}

fn publish(draft: &mut Draft) -> useradm::Result<()> {
    draft.publish(Taken::Refuse).map_err(|error| Error::output(draft.path(), &error))
}

fn absolute(path: &Path) -> useradm::Result<PathBuf> {
    std::path::absolute(path).map_err(|error| Error::output(path, &error))
}
