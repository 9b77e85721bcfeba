//! `useradm adopt`

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use crate::cli::answer::{Answer, Counts};
use crate::cli::args::Source;
use crate::cli::failure::Failure;
use crate::cli::format::escape::escaped;
use crate::cli::session::Session;
use crate::cli::{config, files, secret, shell, ui};
use useradm::accounts::{self, Survey};
use useradm::error::shown;
use useradm::files::Taken;
use useradm::layout::Wanted;
use useradm::password::Password;
use useradm::{Error, store::Database};

/// The mode of the file: it holds no secret, and others of the application may use it too.
const MODE: u32 = 0o644;

/// Find where an application keeps its users, and write useradm.toml
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm --db instance/app.db adopt --verify alice
  useradm --db app.db --layout table=users,scheme=bcrypt adopt --yes
  useradm --db app.db adopt --config -

It shows what it found, checks that alice can log in with the password that is asked for, and
writes useradm.toml beside the database, or the file that --config names; - prints it. The
database is not changed.")]
pub(crate) struct AdoptArgs {
    /// Check first that this user can log in
    #[arg(long, value_name = "USERNAME")]
    verify: Option<OsString>,
    #[command(flatten)]
    source: Source,
    /// Write without asking
    #[arg(long, short)]
    yes: bool,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

/// Where the settings go.
enum Target {
    Output,
    File(PathBuf),
}

impl AdoptArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let login = self.login(session)?;
        let (database, pepper) = session.database_alone()?;
        let taken = if self.force { Taken::Replace } else { Taken::Refuse };
        let target = Target::of(session, &database, taken)?;
        let mut survey = accounts::survey(&database)?;
        survey.wanted.pepper_file = pepper;
        let verified = match &login {
            Some((name, password)) => {
                let user = accounts::prove(&database, &survey.wanted, name, password)?;
                Some(user.name.to_text().into_owned())
            }
            None => None,
        };
        let (mut told, text) = (described(&survey, verified.as_deref()), text(&survey.wanted));
        if let (Target::File(path), false) = (&target, self.yes) {
            // What is agreed to is seen first.
            agree(session, path, &std::mem::take(&mut told))?;
        }
        target.write(session, taken, &text)?;
        let file = target.shown();
        Answer {
            message: if file.is_some() { "Settings written" } else { "Settings printed" },
            before: told,
            detail: file.clone().unwrap_or_default(),
            changed: file.is_some(),
            counts: Some(Counts::Adoption {
                users: survey.users,
                table: &survey.found.layout.table,
                schemes: survey.schemes.iter().copied().collect(),
                needed: &survey.needed,
                companions: &survey.companions,
                verified: verified.as_deref(),
                settings: &text,
                file: file.as_deref(),
            }),
            ..Answer::default()
        }
        .print(session)
    }

    /// The name and the password of the user who is to be checked, if one is.
    fn login(&self, session: &Session) -> Result<Option<(Vec<u8>, Password)>> {
        let Some(name) = &self.verify else {
            if self.source.is_given() {
                let hint = "--verify <USERNAME> says whose password that is";
                return Err(Failure::usage("a password is given, and nobody to check", hint).into());
            }
            session.check_present()?;
            return Ok(None);
        };
        session.check_present()?;
        let name = name.as_encoded_bytes();
        let password = secret::known_password(session, &self.source, name)?;
        Ok(Some((name.to_vec(), password)))
    }
}

impl Target {
    /// The place that was named, or the one beside the database; a file that is there is refused before
    /// anything is looked at, unless it may be replaced.
    fn of(session: &Session, database: &Database, taken: Taken) -> Result<Self> {
        let path = match session.named_config() {
            Some(path) if path == Path::new("-") => return Ok(Target::Output),
            Some(path) => std::path::absolute(path).map_err(|error| Error::output(path, &error))?,
            None => config::beside(database),
        };
        if taken == Taken::Refuse && path.symlink_metadata().is_ok() {
            return Err(file_error(Error::FileExists(path.clone()), &path));
        }
        Ok(Target::File(path))
    }

    fn shown(&self) -> Option<String> {
        match self {
            Target::File(path) => Some(shown(path)),
            Target::Output => None,
        }
    }

    fn write(&self, session: &Session, taken: Taken, text: &str) -> Result<()> {
        match self {
            Target::File(path) => write(path, taken, text).map_err(|error| file_error(error, path)),
            // The answer has it too.
            Target::Output if session.format.is_json() => Ok(()),
            Target::Output => Ok(ui::print(text.as_bytes())?),
        }
    }
}

/// Shows what was found, and asks whether the file is to be made.
fn agree(session: &Session, path: &Path, told: &[String]) -> Result<()> {
    // A script gets its error, and nothing beside it.
    if ui::can_ask(session) || !session.format.is_json() {
        ui::messages(format!("{}\n", told.join("\n")).as_bytes()).map_err(Failure::Output)?;
    }
    let question = format!("Write {}? [y/N] ", escaped(&shown(path)));
    ui::require_consent(session, &question, "nothing was written", "--yes writes without asking")
}

/// What was found, in lines for people.
fn described(survey: &Survey, proved: Option<&str>) -> Vec<String> {
    let layout = &survey.found.layout;
    let users = if survey.users == 1 { "user" } else { "users" };
    let schemes: Vec<String> =
        survey.schemes.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    let mut lines = vec![format!(
        "found {} {users} in the table `{}`: names in `{}`, hashes in `{}`",
        survey.users, layout.table, layout.username, layout.hash
    )];
    if let Some(name) = layout.name {
        lines.push(format!("layout: {name}, which is built in"));
    }
    if !schemes.is_empty() {
        lines.push(format!("hashes: {}", schemes.join(", ")));
    }
    if let Some(recipe) = layout.recipe {
        lines.push(format!("new hashes: {recipe}, or like the newest one"));
    }
    if !survey.needed.is_empty() {
        let columns = quoted(&survey.needed);
        lines.push(format!("a new user also needs {columns}: add takes --set, --email, --like"));
    }
    if !survey.companions.is_empty() {
        let tables = quoted(&survey.companions);
        lines.push(format!("every user has a row in {tables} too: add takes --like"));
    }
    lines.push(match proved {
        Some(name) => format!("checked: {name} can log in"),
        None => "no log-in was checked: --verify <USERNAME> does".to_owned(),
    });
    lines.into_iter().map(|line| escaped(&line)).collect()
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn text(wanted: &Wanted) -> String {
    format!("# Where the users of this application are, for useradm.\n{}", wanted.to_file())
}

fn write(path: &Path, taken: Taken, text: &str) -> useradm::Result<()> {
    let mut draft = files::begin(path, taken)?;
    let cannot = |error| Error::output(path, &error);
    draft.file().write_all(text.as_bytes()).map_err(cannot)?;
    draft.file().set_permissions(std::fs::Permissions::from_mode(MODE)).map_err(cannot)?;
    draft.publish(taken).map_err(cannot)
}

/// The failure to make the file, with what helps.
fn file_error(error: Error, path: &Path) -> anyhow::Error {
    let hint = match &error {
        Error::FileExists(_) => "--force replaces it".to_owned(),
        Error::Output { .. } => {
            let adopt = shell::command("adopt --config -");
            format!("{adopt} prints the settings, for {}", shell::quoted(path.as_os_str()))
        }
        _ => return error.into(),
    };
    Failure::helped(error, hint).into()
}
