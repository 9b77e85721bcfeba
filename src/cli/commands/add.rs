//! `useradm add`

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use crate::cli::answer::Answer;
use crate::cli::args::{Allowed, Given, Source};
use crate::cli::exit::{self, Failure};
use crate::cli::prompt::Asking;
use crate::cli::session::Session;
use crate::cli::shell;
use useradm::accounts::{self, Adding, Credential};
use useradm::error::shown;
use useradm::hash::HashString;
use useradm::password::Password;
use useradm::user::Username;

/// Add a user
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm add alice
  useradm add bob --generate-password
  printf %s \"$PASSWORD\" | useradm add carol --password-stdin --if-not-exists
  useradm add dave --hashed --password-file dave.hash

A username that begins with a dash needs two dashes before it: useradm add -- -eve")]
pub(crate) struct AddArgs {
    /// The username
    #[arg(value_name = "USERNAME")]
    username: OsString,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    given: Given,
    /// Succeed if the user exists already, and change nothing
    #[arg(long)]
    if_not_exists: bool,
    #[command(flatten)]
    allowed: Allowed,
}

impl AddArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        if !self.allowed.create {
            session.check_present()?;
        }
        let name = Username::new(&self.username.into_encoded_bytes())?;
        let asking = Asking::new_password(name.as_str().as_bytes());
        let generated = self.given.generate()?;
        let credential = match &generated {
            Some(password) => Credential::Password(password.clone()),
            None if self.given.hashed => {
                let hash = self.source.hash(session, &asking)?;
                Credential::Hash(HashString::from_ready(&hash)?)
            }
            None => Credential::Password(self.source.password(session, &asking)?),
        };
        let adding = Adding {
            name,
            credential,
            rounds: session.rounds,
            if_not_exists: self.if_not_exists,
            create: self.allowed.create,
            waived: self.allowed.waived.into(),
        };
        let update = shell::command("update");
        let hint = format!("{update} changes an existing user, --if-not-exists accepts one");
        perform(session, adding, "User added successfully", &hint, generated.as_ref())
    }
}

/// Adds the user and says so, or what helps where the name is taken; `register` does the same with
/// other words.
pub(crate) fn perform(
    session: &Session,
    adding: Adding,
    done: &str,
    if_taken: &str,
    generated: Option<&Password>,
) -> Result<()> {
    let name = adding.name.to_string();
    let added = accounts::add(session.database()?, adding, &mut accounts::random)
        .map_err(|error| Failure::helped(error, exit::is_taken, if_taken))?;
    let detail = if added.created_database {
        format!("{name} (database initialised: {})", shown(session.path()))
    } else {
        name
    };
    Answer::new(session, if added.changed { done } else { "User already exists, unchanged" })
        .detail(detail)
        .user(&added.user)
        .changed(added.changed)
        .warnings(&added.warnings)
        .password(generated.filter(|_| added.changed))
        .print(session)
}
