//! `useradm update`

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use crate::cli::answer::Answer;
use crate::cli::args::{Given, Source, WaivedArgs, Whom};
use crate::cli::exit::{self, Failure};
use crate::cli::prompt::Asking;
use crate::cli::session::Session;
use useradm::accounts::{self, Change, Credential};
use useradm::hash::HashString;
use useradm::password::Password;
use useradm::user::Username;

/// Change a user's name, password or both
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm update alice --password
  useradm update alice --username alicia
  printf %s \"$PASSWORD\" | useradm update --id 7 --password-stdin

What is not named stays as it is.")]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    whom: Whom,
    /// The new username
    #[arg(long = "username", id = "new_username", value_name = "NEW")]
    new_username: Option<OsString>,
    /// Ask for a new password
    #[arg(long, group = "password_source")]
    password: bool,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    waived: WaivedArgs,
}

impl UpdateArgs {
    /// Only another name.
    pub(crate) fn renaming(old: OsString, new: OsString, allow_lookalike: bool) -> Self {
        let waived = WaivedArgs { allow_lookalike, allow_weak_password: false };
        UpdateArgs {
            whom: Whom::named(old),
            new_username: Some(new),
            password: false,
            source: Source::default(),
            given: Given::default(),
            waived,
        }
    }

    /// With a password, which is asked for if no source is named.
    pub(crate) fn with_password(self) -> Self {
        let is_given = self.source.is_given() || self.given.is_given();
        UpdateArgs { password: self.password || !is_given, ..self }
    }

    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let sets_password = self.password || self.source.is_given() || self.given.is_given();
        if !sets_password && self.new_username.is_none() {
            return Err(Failure::Usage {
                message: "nothing to update was named".to_owned(),
                hint: "--username <NEW>, --password or a password source says what to change"
                    .to_owned(),
            }
            .into());
        }
        session.check_present()?;
        let selector = self.whom.selector();
        let name = self.new_username.clone().map(OsString::into_encoded_bytes);
        let name = name.map(|name| Username::new(&name)).transpose()?;
        let generated = self.given.generate()?;
        let credential =
            if sets_password { Some(self.credential(session, generated.as_ref())?) } else { None };
        let change =
            Change { name, credential, rounds: session.rounds, waived: self.waived.into() };
        let updated =
            accounts::update(session.database()?, &selector, change, &mut accounts::random)
                .map_err(|error| {
                    Failure::helped(error, exit::is_taken, "choose another username")
                })?;
        let message = if updated.changed { "User updated successfully" } else { "User unchanged" };
        Answer::new(session, message)
            .detail(updated.user.name.to_text())
            .user(&updated.user)
            .changed(updated.changed)
            .warnings(&updated.warnings)
            .password(generated.as_ref())
            .print(session)
    }

    fn credential(&self, session: &Session, generated: Option<&Password>) -> Result<Credential> {
        let label = self.whom.selector().to_string();
        let asking = Asking::new_password(label.as_bytes());
        Ok(match generated {
            Some(password) => Credential::Password(password.clone()),
            None if self.given.hashed => {
                let hash = self.source.hash(session, &asking)?;
                Credential::Hash(HashString::from_ready(&hash)?)
            }
            None => Credential::Password(self.source.password(session, &asking)?),
        })
    }
}
