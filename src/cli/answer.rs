//! What a command says when it is done: a message for people, an object for scripts. What is said when
//! it fails is in `report.rs`.

use std::collections::BTreeMap;
use std::io;

use anyhow::Result;
use serde::{Serialize, Serializer};

use super::failure::Failure;
use super::format::escape::escaped;
use super::format::json;
use super::format::rejection::RowObject;
use super::session::Session;
use super::ui;
use useradm::accounts::{Added, Warning};
use useradm::error::shown;
use useradm::password::Password;
use useradm::store::Copied;
use useradm::user::{User, UserId};

/// The answer of a command. In JSON all of it is one object on standard output.
#[derive(Default, Serialize)]
pub(crate) struct Answer<'a> {
    /// The words of the application.
    pub(crate) message: &'a str,
    /// What people are told in lines before the message.
    #[serde(skip)]
    pub(crate) before: Vec<String>,
    /// What people are told after the message.
    #[serde(skip)]
    pub(crate) detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<UserObject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) users: Option<Vec<UserObject>>,
    #[serde(flatten)]
    pub(crate) counts: Option<Counts<'a>>,
    /// Whether anything was changed.
    pub(crate) changed: bool,
    /// The path of the database, which [`Answer::print`] knows.
    pub(crate) database: String,
    /// Where its users are, and where that comes from, once it was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layout_source: Option<&'static str>,
    /// Whether the database is new, which people are told.
    #[serde(skip)]
    pub(crate) created_database: bool,
    /// What is that of another user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) copied: Option<CopiedObject<'a>>,
    /// The columns of other tables in which a user's name is another one too now.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) renamed_in: &'a [String],
    /// A password that was made here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<&'a str>,
    /// What the admin should know.
    #[serde(skip_serializing_if = "<[_]>::is_empty", serialize_with = "texts")]
    pub(crate) warnings: &'a [Warning],
}

/// The numbers of an import or export, or what was adopted.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Counts<'a> {
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
    Adoption {
        table: &'a str,
        users: u64,
        schemes: BTreeMap<&'a str, u64>,
        needed: &'a [String],
        companions: &'a [String],
        #[serde(skip_serializing_if = "Option::is_none")]
        verified: Option<&'a str>,
        settings: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<&'a str>,
    },
}

/// A user, as JSON shows them.
#[derive(Serialize)]
pub(crate) struct UserObject {
    id: IdObject,
    username: Option<String>,
}

/// An id, as JSON shows it: a number as a number, a text as a text.
#[derive(Serialize)]
#[serde(untagged)]
enum IdObject {
    Null,
    Number(i64),
    Text(String),
}

impl From<&User> for UserObject {
    fn from(user: &User) -> Self {
        let username = user.name.0.as_ref().map(|_| user.name.to_text().into_owned());
        let id = match &user.id {
            UserId::Null => IdObject::Null,
            UserId::Number(number) => IdObject::Number(*number),
            id @ UserId::Text(_) => IdObject::Text(id.to_string()),
        };
        UserObject { id, username }
    }
}

/// What a new user has of another one.
#[derive(Serialize)]
pub(crate) struct CopiedObject<'a> {
    columns: &'a [String],
    memberships: Vec<MembershipObject<'a>>,
    companions: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    zeros: &'a [String],
}

#[derive(Serialize)]
struct MembershipObject<'a> {
    table: &'a str,
    name: &'a str,
}

impl<'a> CopiedObject<'a> {
    /// Nothing where nothing was copied.
    pub(crate) fn of(copied: &'a Copied) -> Option<Self> {
        let Copied { columns, memberships, companions, zeros, .. } = copied;
        let membership = |(table, name): &'a (String, String)| MembershipObject { table, name };
        (*copied != Copied::default()).then(|| CopiedObject {
            columns,
            memberships: memberships.iter().map(membership).collect(),
            companions,
            zeros,
        })
    }

    fn lines(&self) -> Vec<String> {
        let membership = |it: &MembershipObject<'_>| format!("{} ({})", it.name, it.table);
        let memberships: Vec<String> = self.memberships.iter().map(membership).collect();
        let lines = [
            ("copied columns", self.columns),
            ("copied memberships", &memberships),
            ("a row of its own in", self.companions),
            ("set to 0", self.zeros),
        ];
        let lines = lines.into_iter().filter(|(_, what)| !what.is_empty());
        lines.map(|(how, what)| escaped(&format!("{how}: {}", what.join(", ")))).collect()
    }
}

impl<'a> From<&'a Added> for Answer<'a> {
    fn from(added: &'a Added) -> Self {
        Answer {
            changed: added.changed,
            created_database: added.created_database,
            copied: CopiedObject::of(&added.copied),
            warnings: &added.warnings,
            ..Answer::about(&added.user)
        }
    }
}

impl Answer<'_> {
    /// An answer about one user, still without words.
    pub(crate) fn about(user: &User) -> Self {
        Answer {
            detail: user.name.to_text().into_owned(),
            user: Some(user.into()),
            ..Answer::default()
        }
    }

    /// Prints the answer. Where it cannot be printed, a change must not look like a failure.
    pub(crate) fn print(mut self, session: &Session) -> Result<()> {
        self.database = shown(session.path());
        if let Some(found) = session.found() {
            self.layout = Some(found.layout.to_string());
            self.layout_source = Some(found.source.word());
        }
        let failure = if self.changed { Failure::AnswerLost } else { Failure::Output };
        Ok(self.write(session).map_err(failure)?)
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
        let mut message = self.message.to_owned();
        if !self.detail.is_empty() {
            message = format!("{message}: {}", escaped(&self.detail));
        }
        if self.created_database {
            message = format!("{message} (database initialised: {})", escaped(&self.database));
        }
        // Somebody may rely on the old hash being gone.
        let is_told = |it: &&Warning| !session.quiet || **it == Warning::OldPagesInLog;
        let warnings = self.warnings.iter().filter(is_told);
        let mut lines: Vec<String> =
            warnings.map(|&warning| format!("warning: {}", text(warning))).collect();
        let renamed = Some(format!("renamed in {} too", self.renamed_in.join(", ")));
        let renamed = renamed.filter(|_| !self.renamed_in.is_empty()).map(|line| escaped(&line));
        let copied = self.copied.iter().flat_map(CopiedObject::lines).chain(renamed);
        if !session.quiet && self.before.is_empty() {
            lines.splice(0..0, std::iter::once(message).chain(copied));
        } else if !session.quiet {
            // Counts stand at the end, where a script looks for them.
            lines.splice(0..0, self.before.iter().map(|line| escaped(line)).chain(copied));
            lines.push(message);
        }
        lines.push(String::new());
        ui::messages(lines.join("\n").as_bytes())
    }
}

/// A generated password, whose characters are all of ASCII.
pub(crate) fn text_of(made: &Password) -> Option<&str> {
    std::str::from_utf8(made.as_bytes()).ok()
}

fn texts<S: Serializer>(warnings: &&[Warning], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(warnings.iter().map(|&warning| text(warning)))
}

fn text(warning: Warning) -> &'static str {
    match warning {
        Warning::PasswordNotNfc => {
            "the password is not in Unicode normal form C (NFC): another keyboard may not produce it"
        }
        Warning::PasswordIsHash => {
            "a password is a hash itself, and was hashed again: a ready hash is taken with --hashed, or \
             in the column password_hash of a file"
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
