//! `useradm export`

use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::cli::answer::{Answer, Counts};
use crate::cli::failure::Failure;
use crate::cli::format::FileFormat;
use crate::cli::process::start::standard_output;
use crate::cli::session::Session;
use crate::cli::{files, shell};
use useradm::Error;
use useradm::accounts;
use useradm::error::shown;
use useradm::files::Taken;

/// How much is collected before it is written, in bytes.
const BUFFER_BYTES: usize = 256 * 1024;

/// How much is copied between two looks for a request to stop, in bytes.
const COPIED_BYTES: u64 = 16 * 1024 * 1024;

/// Write all users with their hashes to a file that import takes back
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm export users.csv
  useradm export --to jsonl - | gzip > users.jsonl.gz

The users are those of one moment, though the application goes on writing. A file has mode 0600 and
gets its name only when it is complete. It holds every password hash: keep it as safe as the
database itself.")]
pub(crate) struct ExportArgs {
    /// The file; - is standard output, and may be left out where that is no terminal
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The format [default: by the file's ending; csv for standard output]
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: Option<FileFormat>,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

impl ExportArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        match &self.file {
            Some(file) if file != Path::new("-") => self.to_file(session, file),
            None if io::stdout().is_terminal() => {
                let export = shell::command("export users.csv");
                let hint =
                    format!("{export} writes a file; - in its place shows them all the same");
                let message = "an export shows every password hash, and this is a terminal";
                Err(Failure::usage(message, hint).into())
            }
            _ => self.to_standard_output(session),
        }
    }

    fn to_standard_output(&self, session: &Session) -> Result<()> {
        refuse_database(is_standard_output(session.path()))?;
        let mut stdout = standard_output().map_err(Failure::Output)?;
        let (mut spool, _) = spool_users(session, self.to.unwrap_or(FileFormat::Csv))?;
        // Unlike that of a listing, a reader who goes away has not got what was asked for.
        let cannot = |error| Error::output(Path::new("standard output"), &error);
        io::copy(&mut spool, &mut stdout).and_then(|_| stdout.flush()).map_err(cannot)?;
        Ok(())
    }

    fn to_file(&self, session: &Session, file: &Path) -> Result<()> {
        let format = self.to.or_else(|| FileFormat::of(file)).ok_or_else(|| {
            let hint = "--to csv, --to jsonl or --to htpasswd tells it";
            Failure::usage("the name of the file does not tell its format", hint)
        })?;
        session.check_present()?;
        let path = std::path::absolute(file).map_err(|error| Error::output(file, &error))?;
        refuse_database(files::is_of_database(&path, session.path()))?;
        let interrupt = &session.database()?.interrupt;
        // A file of hashes must not be left behind; what follows looks for a request to stop.
        let _section = interrupt.defer();
        let taken = if self.force { Taken::Replace } else { Taken::Refuse };
        let mut draft = files::begin(&path, taken).map_err(|error| helped(error, file, format))?;
        let (spool, count) = spool_users(session, format)?;
        let cannot = |error| Error::output(&path, &error);
        while io::copy(&mut (&spool).take(COPIED_BYTES), &mut draft.file()).map_err(cannot)? > 0 {
            interrupt.check()?;
        }
        draft.publish(taken).map_err(|error| helped(cannot(error), file, format))?;
        let message = format!("exported {count}");
        let detail = shown(&path);
        let counts = Some(Counts::Export { exported: count, file: detail.clone() });
        Answer { message: &message, detail, counts, ..Answer::default() }.print(session)
    }
}

/// The failure to make a file, with what helps.
fn helped(error: Error, file: &Path, format: FileFormat) -> anyhow::Error {
    let hint = match &error {
        Error::FileExists(_) => "--force replaces it".to_owned(),
        // Who gives the command may be allowed what the owner of the database is not.
        Error::Output { is_forbidden: true, .. } => {
            let format = format.to_possible_value();
            let format = format.as_ref().map_or("csv", |it| it.get_name());
            shell::to_standard_output(file.as_os_str(), format)
        }
        _ => return error.into(),
    };
    Failure::helped(error, hint).into()
}

fn refuse_database(is_database: bool) -> Result<(), Error> {
    if is_database {
        return Err(Error::InvalidInput("the file is the database itself".to_owned()));
    }
    Ok(())
}

/// Whether standard output was opened on this file, as by `>>`.
fn is_standard_output(path: &Path) -> bool {
    let file = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let output = file.and_then(|file| file.metadata());
    matches!((output, path.metadata()), (Ok(a), Ok(b)) if files::is_same(&a, &b))
}

/// Writes all users of one moment to a temporary file, and tells how many they are: it never makes
/// us wait, as what was asked for may. The file is at its beginning then.
fn spool_users(session: &Session, format: FileFormat) -> Result<(File, u64)> {
    let database = session.database()?;
    let cannot = |error: io::Error| Error::output(&std::env::temp_dir(), &error);
    let mut spool = tempfile::tempfile().map_err(cannot)?;
    let mut out = Vec::with_capacity(BUFFER_BYTES + 1024);
    let mut count = 0;
    format.begin(&mut out);
    accounts::export(database, |user| -> useradm::Result<()> {
        count += 1;
        format.push(&mut out, &user)?;
        if out.len() >= BUFFER_BYTES {
            session.interrupt().check()?;
            spool.write_all(&out).map_err(cannot)?;
            out.clear();
        }
        Ok(())
    })?;
    spool.write_all(&out).and_then(|()| spool.rewind()).map_err(cannot)?;
    Ok((spool, count))
}
