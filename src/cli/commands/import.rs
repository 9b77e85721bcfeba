//! `useradm import`

mod watch;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::cli::answer::{Answer, CopiedObject, Counts};
use crate::cli::args::{LikeArgs, NewScheme, RowArgs, WaivedArgs, number};
use crate::cli::failure::Failure;
use crate::cli::format::known::Known;
use crate::cli::format::rejection::{RowObject, row_line};
use crate::cli::format::{FileFormat, Input};
use crate::cli::session::Session;
use crate::cli::{files, shell};
use useradm::accounts::{self, Further, Imported, Importing, OnConflict};
use useradm::error::shown;
use useradm::store::Access;
use watch::Watch;

/// Add whole user bases: all rows of a file, or none
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm import people.csv
  useradm import --from jsonl - --format json
  useradm import --on-conflict update --dry-run people.csv
  useradm import --create --keep-ids backup.csv

CSV has a header with the columns username and one of password and password_hash, and perhaps id;
JSON lines have fields of these names. Any other one is stored in the column of that name: in CSV an
empty field is NULL, and in quotes the empty text. --set, --email, --admin and --like are for new users, and
for those of whose columns the file says nothing. Passwords are hashed on all cores before the database is
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
    /// Columns of the file that are not looked at, by commas
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    ignore_columns: Vec<String>,
    #[command(flatten)]
    row: RowArgs,
    #[command(flatten)]
    like: LikeArgs,
    /// Keep the rows' ids, and take names that would otherwise be refused
    #[arg(long)]
    keep_ids: bool,
    /// Skip rows without a hash that can be stored: of another scheme, malformed, empty or NULL
    #[arg(long)]
    skip_unsupported: bool,
    /// Give new users without a password one, and write names and passwords to this new file
    // Another run in batches would give those who are stored already other passwords.
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    generate_passwords: Option<PathBuf>,
    /// Check everything and write nothing
    #[arg(long)]
    dry_run: bool,
    /// How many threads hash passwords [default: one for each core]
    #[arg(long, value_name = "N", value_parser = number(1, 1024))]
    jobs: Option<u64>,
    /// Commit after every N rows, where one transaction would lock the database for too long
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
    scheme: NewScheme,
    #[command(flatten)]
    waived: WaivedArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Conflict {
    /// Import nothing
    Fail,
    /// Leave these users as they are
    Skip,
    /// Change what the rows say of them where it differs
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
        let importing = self.importing(session);
        let (rejects, passwords) = (self.rejects.as_deref(), self.generate_passwords.as_deref());
        let mut watch = Watch::new(session, &input, rejects, passwords, importing.max_skips)?;
        input.begin()?;
        let columns = match format {
            FileFormat::Csv | FileFormat::Jsonl => {
                let access = if self.dry_run { Access::Read } else { Access::Write };
                accounts::further_columns(database, access, self.create)?
            }
            FileFormat::Htpasswd => Vec::new(),
        };
        let rows = format.rows(input, Known::new(self.ignore_columns.clone(), columns))?;
        let imported =
            accounts::import(database, rows, &importing, &mut accounts::random, &mut watch);
        match imported {
            Ok(imported) => {
                drop(watch);
                self.answer(session, &imported)
            }
            Err(error) => Err(watch.into_failure(error)),
        }
    }

    /// Refuses names that no file to be written can have.
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
            recipe: self.scheme.over(session.recipe),
            further: Further { like: self.like.clone().into(), ..self.row.clone().into() },
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
        let counts = Counts::Import {
            imported: *new,
            skipped: *skipped,
            updated: *updated,
            locked_seconds: locked.as_secs_f64(),
            dry_run: self.dry_run,
            skips: imported.skips.iter().map(RowObject::from).collect(),
        };
        let answer = Answer {
            message: &message,
            before,
            counts: Some(counts),
            changed: !self.dry_run && new + updated > 0,
            copied: CopiedObject::of(&imported.copied),
            warnings: &imported.warnings,
            ..Answer::default()
        };
        answer.print(session)
    }
}
