//! From an error to what the admin reads and what the script sees: message, hint, exit status.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use serde::Serialize;

use super::import::RejectedRow;
use super::output::escape::{escaped, escaped_bytes, short};
use super::output::{Format, json};
use super::process::INTERRUPTED;
use useradm::Error;
use useradm::accounts::Rejection;
use useradm::error::Remedy;

/// What can go wrong in the program itself, beside the library's errors.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The arguments do not say enough or contradict each other.
    #[error("{message}")]
    Usage { message: String, hint: String },
    /// What was asked for could not be printed; nothing was changed.
    #[error("Cannot write the output: {0}")]
    Output(io::Error),
    /// A change was made, but saying so failed.
    #[error("The change was made, but the answer could not be written: {0}")]
    AnswerLost(io::Error),
    /// A file that was to be made exists.
    #[error("{message}")]
    Exists { message: String, hint: String },
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
    rejects: Vec<RejectedRow<'a>>,
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

/// Reports what clap found wrong with the arguments, or prints the help that was asked for.
pub(crate) fn report_usage(error: &clap::Error, format: Format) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let mut stdout = io::stdout().lock();
        let written = write!(stdout, "{}", error.render()).and_then(|()| stdout.flush());
        return written.map_or_else(
            |cause| report(&Failure::Output(cause).into(), format),
            |()| ExitCode::SUCCESS,
        );
    }
    let text = usage_text(error);
    if format.is_json() {
        let (message, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let tip = rest.lines().find_map(|line| line.strip_prefix("hint: "));
        let message = message.strip_prefix("error: ").unwrap_or("a command is missing").to_owned();
        let hint = Some(tip.unwrap_or("try 'useradm --help'").to_owned());
        Report { code: "usage", message, hint, status: 2, ..Report::default() }.print(format);
    } else {
        let escaped: Vec<String> = text.lines().map(escaped).collect();
        // Nothing can be done if standard error fails too; the status still tells.
        let _ = writeln!(io::stderr(), "{}", escaped.join("\n").trim_end());
    }
    ExitCode::from(2)
}

/// clap's words, without what may be a password that somebody typed as an argument.
fn usage_text(error: &clap::Error) -> String {
    let text = error.render().to_string().replace("\n  tip: ", "\nhint: ");
    let argument = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
    let value = error.get(ContextKind::InvalidValue).map(ToString::to_string).unwrap_or_default();
    let may_be_secret = match error.kind() {
        // Behind two dashes even what begins with a dash is no misspelt option.
        ErrorKind::UnknownArgument => {
            !argument.starts_with('-')
                || std::env::args_os().skip_while(|it| it != "--").any(|it| *it == *argument)
        }
        ErrorKind::TooManyValues => !value.is_empty(),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            argument.starts_with("--generate-password")
        }
        _ => false,
    };
    if !may_be_secret {
        return text;
    }
    let usage = text.find("\nUsage:").map_or("", |at| &text[at..]);
    format!(
        "error: unexpected argument found; it is not shown, since it may be a password\n\n\
         hint: a password is never an argument: use --password-stdin, --password-file or \
         --password-env\n{usage}"
    )
}

/// What is reported when Ctrl-C ends the process on the spot.
pub(crate) fn interruption(format: Format) -> Vec<u8> {
    of_error(&Error::Interrupted(None)).to_bytes(format)
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
                rejects: self.rows.iter().map(RejectedRow::from).collect(),
            };
            json::line(&mut text, &ErrorDocument { error });
        } else {
            for Rejection { line, name, reason } in &self.rows {
                let name = name.as_ref().map(|name| format!(" {}:", short(&escaped_bytes(name))));
                let (name, reason) = (name.unwrap_or_default(), escaped(reason));
                text.extend_from_slice(format!("line {line}:{name} {reason}\n").as_bytes());
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

fn of_failure(failure: &Failure) -> Report {
    let (code, hint, status) = match failure {
        Failure::Rejected(rejected) => {
            let Rejected { error, shown, count } = &**rejected;
            return Report { rows: shown.clone(), rejected: Some(*count), ..of_error(error) };
        }
        Failure::Usage { hint, .. } => ("usage", Some(hint.clone()), 2),
        Failure::Exists { hint, .. } => ("output_failed", Some(hint.clone()), 1),
        Failure::Output(_) => ("output_failed", None, 1),
        Failure::AnswerLost(_) => ("outcome_unknown", Some(SHOW_TELLS.to_owned()), 10),
        Failure::NotConfirmed(_) => {
            ("not_confirmed", Some("--yes deletes without asking".to_owned()), 9)
        }
    };
    Report { code, message: failure.to_string(), hint, status, ..Report::default() }
}

const SHOW_TELLS: &str = "`useradm show` tells whether it is stored";

fn status(error: &Error) -> u8 {
    match error {
        Error::Internal(_) | Error::Output { .. } => 1,
        Error::UserNotFound(_) => 3,
        Error::UserExists(_)
        | Error::LookalikeExists { .. }
        | Error::AlreadyInitialised(_)
        | Error::FileExists(_) => 4,
        Error::InvalidCredentials => 5,
        Error::InvalidUsername(_)
        | Error::InvalidPassword(_)
        | Error::InvalidHash(_)
        | Error::InvalidInput(_) => 6,
        Error::DatabaseBusy { .. } => 7,
        Error::DatabaseMissing { .. }
        | Error::DirectoryMissing(_)
        | Error::NotADatabase { .. }
        | Error::WrongSchema { .. }
        | Error::DatabaseReadOnly { .. }
        | Error::DatabaseFull { .. }
        | Error::DatabaseCorrupt { .. }
        | Error::Io { .. }
        | Error::UnreadableHash { .. }
        | Error::ConstraintFailed(_)
        | Error::WrongOwner { .. }
        | Error::LeftoverJournal(_) => 8,
        Error::OutcomeUnknown(_) => 10,
        Error::Partly { cause, .. } => status(cause),
        Error::Interrupted(_) => INTERRUPTED,
    }
}

/// What to type next, where that can be said.
fn hint(error: &Error) -> Option<String> {
    let hint = match error {
        Error::UserExists(_) => "`useradm update` changes an existing user".to_owned(),
        Error::LookalikeExists { .. } => "--allow-lookalike takes the name all the same".to_owned(),
        Error::AlreadyInitialised(_) => "--if-not-exists accepts that".to_owned(),
        Error::DatabaseBusy { .. } => {
            "--timeout waits longer; a transaction left open in the application keeps the lock"
                .to_owned()
        }
        Error::DatabaseMissing { elsewhere: Some(path), .. } => {
            format!("--db {} uses that file", shell_quoted(&path.to_string_lossy()))
        }
        Error::DatabaseMissing { .. } => {
            "--db names another file; `useradm init` makes a new one".to_owned()
        }
        Error::WrongSchema { absent: true, .. } => "`useradm init` adds the table".to_owned(),
        Error::WrongOwner { owner, path, remedy, .. } => wrong_owner_hint(owner, path, remedy),
        Error::LeftoverJournal(path) => {
            format!("look whose it is, and `{}`", move_away(path))
        }
        Error::UnreadableHash { .. } => {
            "`useradm update --password` gives the user a new one".to_owned()
        }
        Error::OutcomeUnknown(_) => SHOW_TELLS.to_owned(),
        Error::Partly { cause, .. } => return hint(cause),
        _ => return None,
    };
    Some(hint)
}

fn wrong_owner_hint(owner: &str, path: &Path, remedy: &Remedy) -> String {
    let quoted = |path: &Path| shell_quoted(&path.to_string_lossy());
    match remedy {
        Remedy::ActAsOwner => as_owner(owner, &path.to_string_lossy(), std::env::args_os()),
        Remedy::NameTheFile => {
            format!("`ls -l {}` tells where it leads; --db names the file itself", quoted(path))
        }
        Remedy::Give(to) => format!("`chown {} {}`", shell_quoted(to), quoted(path)),
        Remedy::GiveOrTrust { file } => format!(
            "`chown USER {}` gives it to the user of the application, as whom root then acts; \
             --trust-directory lets root go on as root, if you trust all who may write there",
            quoted(file)
        ),
        Remedy::MoveAway => format!("stop the application, look at it, and `{}`", move_away(path)),
        Remedy::LetIn => format!("`namei -l {}` shows what keeps them out", quoted(path)),
    }
}

/// The command that takes a file out of SQLite's sight, and keeps it.
fn move_away(path: &Path) -> String {
    let path = path.to_string_lossy();
    format!("mv -n {} {}", shell_quoted(&path), shell_quoted(&format!("{path}.away")))
}

/// The same command line, run as the owner of the database.
fn as_owner(owner: &str, path: &str, arguments: impl Iterator<Item = OsString>) -> String {
    let arguments: Vec<String> =
        arguments.skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let mut line = format!("sudo -u {} useradm", shell_quoted(owner));
    // sudo passes no environment on, so the database must be named.
    if !arguments.iter().any(|argument| argument == "--db" || argument.starts_with("--db=")) {
        let _ = write!(line, " --db {}", shell_quoted(path));
    }
    for argument in &arguments {
        let _ = write!(line, " {}", shell_quoted(argument));
    }
    line
}

/// A word as a POSIX shell reads it.
fn shell_quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
