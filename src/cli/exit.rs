//! From an error to what the admin reads and what the script sees: message, hint, exit status.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;
use serde::Serialize;

use super::answer::{RowObject, print, row_line};
use super::commands::Cli;
use super::format::escape::escaped;
use super::format::{Format, json};
use super::process::INTERRUPTED;
use super::shell;
use super::usage::{self, Problem};
use useradm::Error;
use useradm::accounts::Rejection;
use useradm::error::{Remedy, system_words};

/// The status of a bug, or a lack of memory.
pub(crate) const INTERNAL: u8 = 1;

/// The status of a change that may be stored.
pub(crate) const OUTCOME_UNKNOWN: u8 = 10;

/// What can go wrong in the program itself, beside the library's errors.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The arguments do not say enough or contradict each other.
    #[error("{message}")]
    Usage { message: String, hint: String },
    /// What was asked for could not be printed; nothing was changed.
    #[error("Cannot write the output: {}", system_words(.0))]
    Output(io::Error),
    /// A change was made, but saying so failed.
    #[error("The change was made, but the answer could not be written: {}", system_words(.0))]
    AnswerLost(io::Error),
    /// An error, and the command knows what helps.
    #[error("{error}")]
    Helped { error: Box<Error>, hint: String },
    /// Rows of an import cannot be stored.
    #[error("{}", .0.error)]
    Rejected(Box<Rejected>),
    /// Somebody did not agree, or nobody could be asked.
    #[error("Not confirmed: {0}")]
    NotConfirmed(String),
}

/// The rows that an import was refused for.
#[derive(Debug)]
pub(crate) struct Rejected {
    /// What the import ended with.
    pub(crate) error: Error,
    /// The first of the rows.
    pub(crate) shown: Vec<Rejection>,
    /// How many there are.
    pub(crate) count: u64,
    /// Whether one of them has only too weak a password.
    pub(crate) any_weak: bool,
    /// What helps where users exist.
    pub(crate) if_taken: &'static str,
}

/// An error as it is reported.
#[derive(Default)]
struct Report {
    code: &'static str,
    message: String,
    hint: Option<String>,
    status: u8,
    rows: Vec<Rejection>,
    rejected: Option<u64>,
}

#[derive(Serialize)]
struct ErrorDocument<'a> {
    error: ErrorObject<'a>,
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    code: &'a str,
    message: &'a str,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rejects: Vec<RowObject<'a>>,
}

/// Reports an error on standard error and gives the status to exit with.
pub(crate) fn report(error: &anyhow::Error, format: Format) -> ExitCode {
    if let Some(Failure::Output(cause)) = error.downcast_ref()
        && cause.kind() == io::ErrorKind::BrokenPipe
    {
        // Whoever reads has seen enough, as in `useradm list | head -1`.
        return ExitCode::SUCCESS;
    }
    let report = if let Some(error) = error.downcast_ref::<Error>() {
        of_error(error)
    } else if let Some(failure) = error.downcast_ref::<Failure>() {
        of_failure(failure)
    } else {
        let message = format!("{error:#}");
        Report { code: "internal", message, status: 1, ..Report::default() }
    };
    report.print(format);
    ExitCode::from(report.status)
}

/// Reports what is wrong with the arguments, or prints the help that was asked for.
pub(crate) fn report_usage(
    error: &clap::Error,
    arguments: &[OsString],
    format: Format,
) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let written = print(error.render().to_string().as_bytes());
        return written.map_or_else(
            |cause| report(&Failure::Output(cause).into(), format),
            |()| ExitCode::SUCCESS,
        );
    }
    if arguments.len() < 2 && !format.is_json() {
        // Nothing can be done if standard error fails; the status still tells.
        let _ = write!(io::stderr(), "{}", Cli::command().render_help());
    } else {
        let Problem { message, hint } = usage::problem(error, arguments);
        Report { code: "usage", message, hint, status: 2, ..Report::default() }.print(format);
    }
    ExitCode::from(2)
}

/// What is reported when Ctrl-C ends the process on the spot.
pub(crate) fn interruption(format: Format) -> Vec<u8> {
    of_error(&Error::Interrupted(None)).to_bytes(format)
}

/// What is reported when memory runs out.
pub(crate) struct LastWords {
    /// Where nothing was changed.
    pub(crate) failed: Vec<u8>,
    /// Where a change was made, and cannot be told any more.
    pub(crate) lost: Vec<u8>,
}

impl Failure {
    /// A failure whose error is of some kind, with a hint that only the command can give.
    pub(crate) fn helped(error: Error, is_kind: fn(&Error) -> bool, hint: &str) -> anyhow::Error {
        if is_kind(&error) {
            Failure::Helped { error: Box::new(error), hint: hint.to_owned() }.into()
        } else {
            error.into()
        }
    }
}

impl LastWords {
    pub(crate) fn new(format: Format) -> Self {
        let failed = Error::Internal("out of memory".to_owned());
        let lost = Failure::AnswerLost(io::ErrorKind::OutOfMemory.into());
        LastWords {
            failed: of_error(&failed).to_bytes(format),
            lost: of_failure(&lost).to_bytes(format),
        }
    }
}

impl Report {
    fn print(&self, format: Format) {
        // Nothing can be done if standard error fails too; the status still tells.
        let _ = io::stderr().write_all(&self.to_bytes(format));
    }

    fn to_bytes(&self, format: Format) -> Vec<u8> {
        let mut text = Vec::new();
        if format.is_json() {
            let error = ErrorObject {
                code: self.code,
                message: &self.message,
                exit_code: self.status,
                hint: self.hint.as_deref(),
                rejected: self.rejected,
                rejects: self.rows.iter().map(RowObject::from).collect(),
            };
            json::line(&mut text, &ErrorDocument { error });
        } else {
            for row in &self.rows {
                text.extend_from_slice((row_line(row) + "\n").as_bytes());
            }
            if let Some(more) = self.rejected.map(|all| all - self.rows.len() as u64)
                && more > 0
            {
                text.extend_from_slice(format!("and {more} more\n").as_bytes());
            }
            text.extend_from_slice(format!("error: {}\n", escaped(&self.message)).as_bytes());
            if let Some(hint) = &self.hint {
                text.extend_from_slice(format!("hint: {}\n", escaped(hint)).as_bytes());
            }
        }
        text
    }
}

fn of_error(error: &Error) -> Report {
    Report {
        code: error.code(),
        message: error.to_string(),
        hint: hint(error),
        status: status(error),
        ..Report::default()
    }
}

/// Whether the error is a name that another user has.
pub(crate) fn is_taken(error: &Error) -> bool {
    matches!(error, Error::UserExists(_))
}

fn of_failure(failure: &Failure) -> Report {
    let (code, hint, status) = match failure {
        Failure::Rejected(rejected) => {
            let Rejected { error, shown, count, any_weak, if_taken } = &**rejected;
            let hint = match error {
                Error::UserExists(_) => Some((*if_taken).to_owned()),
                Error::InvalidInput(_) if *any_weak => Some(WEAK_ALLOWED.to_owned()),
                error => hint(error),
            };
            let (rows, rejected) = (shown.clone(), Some(*count));
            return Report { hint, rows, rejected, ..of_error(error) };
        }
        Failure::Helped { error, hint } => {
            return Report { hint: Some(hint.clone()), ..of_error(error) };
        }
        Failure::Usage { hint, .. } => ("usage", Some(hint.clone()), 2),
        Failure::Output(_) => ("output_failed", None, 1),
        Failure::AnswerLost(_) => ("outcome_unknown", Some(show_tells()), OUTCOME_UNKNOWN),
        Failure::NotConfirmed(_) => {
            ("not_confirmed", Some("--yes deletes without asking".to_owned()), 9)
        }
    };
    // Usage is told by many files, and every message begins in the same way.
    let message = usage::capitalised(&failure.to_string());
    Report { code, message, hint, status, ..Report::default() }
}

fn show_tells() -> String {
    format!("{} tells whether it is stored", shell::command("show"))
}

fn status(error: &Error) -> u8 {
    match error {
        Error::Internal(_) | Error::Output { .. } => 1,
        Error::UserNotFound(_) => 3,
        Error::UserExists(_)
        | Error::IdTaken { .. }
        | Error::LookalikeExists { .. }
        | Error::AlreadyInitialised(_)
        | Error::FileExists(_)
        | Error::UsersElsewhere { .. } => 4,
        Error::InvalidCredentials => 5,
        Error::InvalidUsername(_)
        | Error::InvalidPassword(_)
        | Error::WeakPassword(_)
        | Error::InvalidHash(_)
        | Error::InvalidInput(_)
        | Error::UnreadableSource { .. } => 6,
        Error::DatabaseBusy { .. } => 7,
        Error::DatabaseMissing { .. }
        | Error::DirectoryMissing(_)
        | Error::NotADatabase { .. }
        | Error::WrongSchema { .. }
        | Error::DatabaseReadOnly { .. }
        | Error::DatabaseFull { .. }
        | Error::DatabaseCorrupt { .. }
        | Error::HugeValue { .. }
        | Error::TooLarge { .. }
        | Error::Io { .. }
        | Error::UnreadableHash { .. }
        | Error::SchemeMismatch { .. }
        | Error::ConstraintFailed(_)
        | Error::WrongOwner { .. }
        | Error::OpenToOthers { .. }
        | Error::LeftoverJournal(_) => 8,
        Error::OutcomeUnknown(_) => OUTCOME_UNKNOWN,
        Error::Partly { cause, .. } => status(cause),
        Error::Interrupted(_) => INTERRUPTED,
    }
}

/// The longest value that can be taken out of an index within the memory that SQLite may use here:
/// it needs room for some copies.
const CHANGEABLE_BYTES: u64 = 32_000_000;

/// What to type next, where that can be said.
fn hint(error: &Error) -> Option<String> {
    let hint = match error {
        Error::WeakPassword(_) => WEAK_ALLOWED.to_owned(),
        Error::LookalikeExists { .. } => "--allow-lookalike takes the name all the same".to_owned(),
        Error::IdTaken { .. } => "without --keep-ids the row gets a new id".to_owned(),
        Error::AlreadyInitialised(_) => "--if-not-exists accepts that".to_owned(),
        Error::DatabaseBusy { .. } => {
            "--timeout waits longer; a transaction left open in the application keeps the lock"
                .to_owned()
        }
        Error::DatabaseMissing { elsewhere: Some(path), .. } => {
            format!("--db {} uses that file", shell::quoted(path.as_os_str()))
        }
        Error::DatabaseMissing { .. } => {
            format!("--db names another file; {} makes a new one", shell::command("init"))
        }
        Error::WrongSchema { absent: true, .. } => {
            format!("{} adds the table", shell::command("init"))
        }
        Error::WrongOwner { owner, path, remedy, .. } => wrong_owner_hint(owner, path, remedy),
        Error::OpenToOthers { path, remedy, .. } => wrong_owner_hint("USER", path, remedy),
        Error::FileExists(_) => "name another file, or move that one away first".to_owned(),
        Error::LeftoverJournal(path) => {
            format!("look whose it is, and `{}`", shell::move_away(path))
        }
        Error::UsersElsewhere { .. } => "--db names another file".to_owned(),
        Error::SchemeMismatch { .. } => "set the password in the application itself".to_owned(),
        Error::UnreadableHash { id, user, replaceable: true, .. } => {
            let command = format!("update {} --password", shell::user(*id, user));
            format!("{} gives the user a new one", shell::command(&command))
        }
        Error::HugeValue { path, id, column: "username", bytes } if *bytes > CHANGEABLE_BYTES => {
            let path = shell::quoted(path.as_os_str());
            format!("sqlite3 {path} 'DELETE FROM user WHERE id = {id}' removes that user")
        }
        Error::HugeValue { id, column: "username", .. } => {
            format!("{} removes that user", shell::command(&format!("delete --id={id}")))
        }
        Error::HugeValue { id, .. } => {
            let command = format!("update --id={id} --password");
            format!("{} gives that user a new one", shell::command(&command))
        }
        Error::OutcomeUnknown(_) => show_tells(),
        Error::Partly { cause, .. } => return hint(cause),
        _ => return None,
    };
    Some(hint)
}

const WEAK_ALLOWED: &str = "--allow-weak-password takes a weak password all the same";

const TRUST: &str =
    "; --trust-directory lets root go on as root, if you trust all who may write there";

fn wrong_owner_hint(owner: &str, path: &Path, remedy: &Remedy) -> String {
    let quoted = |path: &Path| shell::quoted(path.as_os_str());
    match remedy {
        Remedy::ActAsOwner { database } => shell::as_owner(owner, database, std::env::args_os()),
        Remedy::StartAsOwner { or_trust } => {
            let id = owner.trim_start_matches('#');
            let trust = if *or_trust { TRUST } else { "" };
            format!("run the container's command as that user (docker exec --user {id} ...){trust}")
        }
        Remedy::MakeElsewhere { file } => format!(
            "name a file in another directory with --db, or make it as the user of the application: \
             `{}`{TRUST}",
            shell::as_owner("USER", file, std::env::args_os())
        ),
        Remedy::NameTheFile => {
            format!("`ls -l {}` tells where it leads; --db names the file itself", quoted(path))
        }
        Remedy::Give(to) => format!("`chown {} {}`", shell::quoted(to.as_ref()), quoted(path)),
        Remedy::GiveOrTrust { file } => format!(
            "`chown USER {}` gives it to the user of the application, as whom root then acts{TRUST}",
            quoted(file)
        ),
        Remedy::MoveAway => {
            format!("stop the application, look at it, and `{}`", shell::move_away(path))
        }
        Remedy::LetIn => format!("`namei -l {}` shows what keeps them out", quoted(path)),
    }
}
