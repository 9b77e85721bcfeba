//! From an error to what the admin reads and what the script sees: message, hint, code, status. The one
//! match from errors to statuses; hints are in `report/hint.rs`.

mod hint;

use std::io;
use std::process::ExitCode;

use serde::Serialize;

use super::failure::Failure;
use super::format::escape::escaped;
use super::format::rejection::{RowObject, row_line};
use super::format::{Format, json};
use super::process::INTERRUPTED;
use super::ui;
pub(crate) use hint::WEAK_ALLOWED;
use hint::{hint, show_tells};
use useradm::Error;
use useradm::accounts::Rejection;

/// The status of a bug, or a lack of memory.
pub(crate) const INTERNAL: u8 = 1;

/// The status of wrong arguments.
pub(crate) const USAGE: u8 = 2;

/// The status of a change that may be stored.
pub(crate) const OUTCOME_UNKNOWN: u8 = 10;

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
        Report::new("internal", format!("{error:#}"), None, INTERNAL)
    };
    // Nothing can be done if standard error fails too; the status still tells.
    let _ = ui::messages(&report.to_bytes(format));
    ExitCode::from(report.status)
}

/// What is reported when Ctrl-C ends the process on the spot.
pub(crate) fn interruption(format: Format) -> Vec<u8> {
    of_error(&Error::Interrupted).to_bytes(format)
}

/// What is reported when memory runs out.
pub(crate) struct LastWords {
    /// Where nothing was changed.
    pub(crate) failed: Vec<u8>,
    /// Where a change was made, and cannot be told any more.
    pub(crate) lost: Vec<u8>,
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

/// An error as it is reported, and as JSON has it.
#[derive(Serialize)]
struct Report<'a> {
    code: &'static str,
    message: String,
    #[serde(rename = "exit_code")]
    status: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rejects: Vec<RowObject<'a>>,
    #[serde(skip)]
    rows: &'a [Rejection],
}

#[derive(Serialize)]
struct Document<'a> {
    error: &'a Report<'a>,
}

impl Report<'_> {
    fn new(code: &'static str, message: String, hint: Option<String>, status: u8) -> Self {
        Report { code, message, status, hint, rejected: None, rejects: Vec::new(), rows: &[] }
    }

    fn to_bytes(&self, format: Format) -> Vec<u8> {
        let mut text = Vec::new();
        if format.is_json() {
            json::line(&mut text, &Document { error: self });
            return text;
        }
        let mut lines: Vec<String> = self.rows.iter().map(row_line).collect();
        let more = self.rejected.map_or(0, |all| all - self.rows.len() as u64);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.push(format!("error: {}", escaped(&self.message)));
        lines.extend(self.hint.iter().map(|hint| format!("hint: {}", escaped(hint))));
        lines.push(String::new());
        lines.join("\n").into_bytes()
    }
}

fn of_error(error: &Error) -> Report<'static> {
    Report::new(error.code(), error.to_string(), hint(error), status(error))
}

fn of_failure(failure: &Failure) -> Report<'_> {
    let (code, hint, status) = match failure {
        Failure::Rejected { error, shown, count, hint } => {
            let mut report = of_error(error);
            report.hint = hint.map(str::to_owned).or(report.hint);
            report.rejected = Some(*count);
            report.rejects = shown.iter().map(RowObject::from).collect();
            report.rows = shown;
            return report;
        }
        Failure::Helped { error, hint } => {
            return Report { hint: Some(hint.clone()), ..of_error(error) };
        }
        Failure::Usage { hint, .. } => ("usage", hint.clone(), USAGE),
        Failure::Output(_) => ("output_failed", None, 1),
        Failure::AnswerLost(_) => ("outcome_unknown", Some(show_tells()), OUTCOME_UNKNOWN),
        Failure::NotConfirmed { hint, .. } => ("not_confirmed", Some((*hint).to_owned()), 9),
    };
    // Many files say what is wrong with the arguments; every message begins with a capital.
    Report::new(code, capitalised(&failure.to_string()), hint, status)
}

fn status(error: &Error) -> u8 {
    match error {
        Error::Internal(_) | Error::Output { .. } => INTERNAL,
        Error::InvalidId(_)
        | Error::InvalidColumn { .. }
        | Error::LayoutLacks(_)
        | Error::NoRounds { .. }
        | Error::PepperMissing { .. }
        | Error::InvalidSettings { .. } => USAGE,
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
        | Error::NoHashes { .. }
        | Error::NoNames { .. }
        | Error::LayoutAmbiguous { .. }
        | Error::LayoutUnconfirmed { .. }
        | Error::DatabaseReadOnly { .. }
        | Error::DatabaseFull { .. }
        | Error::DatabaseCorrupt { .. }
        | Error::HugeValue { .. }
        | Error::TooLarge { .. }
        | Error::Io { .. }
        | Error::UnreadableHash { .. }
        | Error::SchemeMismatch { .. }
        | Error::ForeignKey(_)
        | Error::ConstraintFailed(_)
        | Error::CompanionsNeeded { .. }
        | Error::ColumnsNeeded { .. }
        | Error::WrongOwner { .. }
        | Error::OpenToOthers { .. }
        | Error::LeftoverJournal(_) => 8,
        Error::OutcomeUnknown(_) => OUTCOME_UNKNOWN,
        Error::Partly { cause, .. } => status(cause),
        Error::Interrupted => INTERRUPTED,
    }
}

/// The text with a capital at its beginning.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| format!("{}{}", c.to_uppercase(), chars.as_str()))
}
