//! `useradm register`

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use crate::cli::answer::Answer;
use crate::cli::args::{Allowed, Given, NewScheme, Source};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::{secret, shell, ui};
use useradm::Error;
use useradm::accounts::{self, Adding, Credential, Further};
use useradm::user::Username;

/// Make your own account, asking for what is not given
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm register
  useradm register alice
  printf %s \"$PASSWORD\" | useradm register alice --password-stdin")]
pub(crate) struct RegisterArgs {
    /// The username; asked for if it is not given
    #[arg(value_name = "USERNAME")]
    username: Option<OsString>,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    scheme: NewScheme,
    #[command(flatten)]
    allowed: Allowed,
}

impl RegisterArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let Allowed { create, waived } = self.allowed;
        if !create {
            session.check_present()?;
        }
        let name = ui::username(session, self.username)?;
        let (bytes, further) = (&name, Further::default());
        let name = Username::new(bytes)?;
        if secret::is_asked_for(session, &self.source, &Given::default()) {
            accounts::check_new(session.database()?, &name, &further, create)
                .map_err(|error| helped(error, &name))?;
        }
        let shown = name.clone();
        let adding = Adding {
            credential: Credential::Password(secret::new_password(session, &self.source, bytes)?),
            name,
            recipe: self.scheme.over(session.recipe),
            further,
            if_not_exists: false,
            create,
            waived: waived.into(),
        };
        let added = accounts::add(session.database()?, adding, &mut accounts::random)
            .map_err(|error| helped(error, &shown))?;
        Answer { message: "User created successfully", ..Answer::from(&added) }.print(session)
    }
}

/// The error with what helps here, where nothing can be said of other columns.
fn helped(error: Error, name: &Username) -> anyhow::Error {
    let (option, does) = match &error {
        Error::ColumnsNeeded { columns, .. } => {
            (shell::assignments(columns), "says what a user gets there")
        }
        Error::CompanionsNeeded { .. } => {
            ("--like USERNAME".to_owned(), "gives a new user such rows too")
        }
        _ => return Failure::helped_if_taken(error, "choose another username"),
    };
    let add = shell::command(&format!("add {option} {}", shell::named(name.as_str())));
    Failure::helped(error, format!("{add} {does}")).into()
}
