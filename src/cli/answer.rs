//! What a command says when it is done: a message for people, an object for scripts.

use std::io;
use std::path::Path;

use anyhow::Result;
use serde::{Serialize, Serializer};

use super::failure::Failure;
use super::format::escape::escaped;
use super::format::json;
use super::format::rejection::RowObject;
use super::session::Session;
use super::ui;
use useradm::accounts::{Imported, Warning};
use useradm::error::shown;
use useradm::password::Password;
use useradm::user::User;

/// The answer of a command. In JSON all of it is one object on standard output.
#[derive(Default, Serialize)]
pub(crate) struct Answer<'a> {
    /// The words of the application.
    message: &'a str,
    /// What people are told in lines before the message.
    #[serde(skip)]
    before: Vec<String>,
    /// What people are told behind the message.
    #[serde(skip)]
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    users: Option<Vec<UserObject>>,
    #[serde(flatten)]
    counts: Option<Counts<'a>>,
    changed: bool,
    database: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "texts")]
    warnings: Vec<Warning>,
}

/// The numbers of an import or export.
#[derive(Serialize)]
#[serde(untagged)]
enum Counts<'a> {
    Import {
        imported: u64,
        skipped: u64,
        updated: u64,
        locked_seconds: f64,
        dry_run: bool,
        /// The first rows that were skipped.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        skips: Vec<RowObject<'a>>,
    },
    Export {
        exported: u64,
        file: String,
    },
}

#[derive(Serialize)]
struct UserObject {
    id: i64,
    username: Option<String>,
}

impl From<&User> for UserObject {
    fn from(user: &User) -> Self {
        let username = user.name.0.as_ref().map(|_| user.name.to_text().into_owned());
        UserObject { id: user.id.0, username }
    }
}

impl<'a> Answer<'a> {
    /// An answer with this message, that nothing was changed.
    pub(crate) fn new(session: &Session, message: &'a str) -> Self {
        let database = shown(session.path());
        Answer { message, database, ..Answer::default() }
    }

    /// Says more to people.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Says something to people first.
    pub(crate) fn before(mut self, before: Vec<String>) -> Self {
        self.before = before;
        self
    }

    /// Adds the numbers of an import.
    pub(crate) fn counts(mut self, imported: &'a Imported, dry_run: bool) -> Self {
        let Imported { imported, skipped, updated, locked, ref skips, .. } = *imported;
        let locked_seconds = locked.as_secs_f64();
        let skips = skips.iter().map(RowObject::from).collect();
        self.counts =
            Some(Counts::Import { imported, skipped, updated, locked_seconds, dry_run, skips });
        self
    }

    /// Adds what was exported, and where.
    pub(crate) fn exported(mut self, exported: u64, file: &Path) -> Self {
        self.counts = Some(Counts::Export { exported, file: shown(file) });
        self
    }

    /// Names the user.
    pub(crate) fn user(mut self, user: &User) -> Self {
        self.detail = user.name.to_text().into_owned();
        self.user = Some(user.into());
        self
    }

    /// Tells people whether the database is new.
    pub(crate) fn created_database(mut self, is_new: bool) -> Self {
        if is_new {
            self.detail = format!("{} (database initialised: {})", self.detail, self.database);
        }
        self
    }

    /// Names several users.
    pub(crate) fn users(mut self, users: &[User]) -> Self {
        self.users = Some(users.iter().map(UserObject::from).collect());
        self
    }

    /// Says whether anything was changed.
    pub(crate) fn changed(mut self, changed: bool) -> Self {
        self.changed = changed;
        self
    }

    /// Adds what the admin should know.
    pub(crate) fn warnings(mut self, warnings: &[Warning]) -> Self {
        self.warnings = warnings.to_vec();
        self
    }

    /// Hands out a generated password.
    pub(crate) fn password(mut self, password: Option<&'a Password>) -> Self {
        self.password = password.and_then(|made| std::str::from_utf8(made.as_bytes()).ok());
        self
    }

    /// Prints the answer. Where it cannot be printed, a change must not look like a failure.
    pub(crate) fn print(self, session: &Session) -> Result<()> {
        let changed = self.changed;
        self.write(session).map_err(|error| {
            let failure = if changed { Failure::AnswerLost(error) } else { Failure::Output(error) };
            failure.into()
        })
    }

    fn write(self, session: &Session) -> io::Result<()> {
        // A buffer that grew would leave copies of a password behind.
        let mut out = zeroize::Zeroizing::new(Vec::with_capacity(64 * 1024));
        if session.format.is_json() {
            json::line(&mut out, &self);
            return ui::data(&out);
        }
        if let Some(password) = self.password {
            out.extend_from_slice(password.as_bytes());
            out.push(b'\n');
            ui::data(&out)?;
        }
        let warnings = self.warnings.iter().filter(|&&it| !session.quiet || is_never_hidden(it));
        let mut lines: Vec<String> =
            warnings.map(|&warning| format!("warning: {}", text(warning))).collect();
        if !session.quiet {
            let mut message = self.message.to_owned();
            if !self.detail.is_empty() {
                message = format!("{message}: {}", escaped(&self.detail));
            }
            if self.before.is_empty() {
                lines.insert(0, message);
            } else {
                // Counts stand at the end, where a script looks for them.
                lines.splice(0..0, self.before.iter().map(|line| escaped(line)));
                lines.push(message);
            }
        }
        lines.push(String::new());
        ui::messages(lines.join("\n").as_bytes())
    }
}

/// Whether `--quiet` leaves the warning: somebody may rely on the old hash being gone.
fn is_never_hidden(warning: Warning) -> bool {
    matches!(warning, Warning::OldPagesInLog)
}

#[expect(clippy::ptr_arg, reason = "serde calls it with the field's own type")]
fn texts<S: Serializer>(warnings: &Vec<Warning>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(warnings.iter().map(|&warning| text(warning)))
}

fn text(warning: Warning) -> &'static str {
    match warning {
        Warning::PasswordNotNfc => {
            "the password is not in Unicode normal form C (NFC): another keyboard may not produce it"
        }
        Warning::IdsNotKept => {
            "the ids of the file were not kept: new ones follow its order (--keep-ids keeps them)"
        }
        Warning::OldPagesInLog => {
            "another process holds the write-ahead log, which still has old pages: \
             the old hash is in it until the next checkpoint"
        }
    }
}
