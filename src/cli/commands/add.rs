//! `useradm add`

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use crate::cli::answer::{Answer, text_of};
use crate::cli::args::{Allowed, Given, LikeArgs, NewScheme, RowArgs, Source};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::{secret, shell};
use useradm::accounts::{self, Adding, Further};
use useradm::user::Username;

/// Add a user
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm add alice
  useradm add bob --generate-password
  printf %s \"$PASSWORD\" | useradm add carol --password-stdin --if-not-exists
  useradm add erin --email erin@example.org --set locale=en --set created=@now
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
    #[command(flatten)]
    row: RowArgs,
    #[command(flatten)]
    like: LikeArgs,
    /// Succeed if the user exists already, and change nothing
    #[arg(long)]
    if_not_exists: bool,
    #[command(flatten)]
    scheme: NewScheme,
    #[command(flatten)]
    allowed: Allowed,
}

impl AddArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let Allowed { create, waived } = self.allowed;
        if !create {
            session.check_present()?;
        }
        let name = Username::new(&self.username.into_encoded_bytes())?;
        let further = Further { like: self.like.into(), ..self.row.into() };
        if !self.if_not_exists && secret::is_asked_for(session, &self.source, &self.given) {
            accounts::check_new(session.database()?, &name, &further, create)?;
        }
        let (credential, generated) =
            secret::credential(session, &self.source, &self.given, name.as_str().as_bytes())?;
        let (if_not_exists, waived) = (self.if_not_exists, waived.into());
        let recipe = self.scheme.over(session.recipe);
        let update = shell::command(&format!("update {}", shell::named(name.as_str())));
        let if_taken = format!("{update} changes an existing user, --if-not-exists accepts one");
        let adding = Adding { name, credential, recipe, further, if_not_exists, create, waived };
        let added = accounts::add(session.database()?, adding, &mut accounts::random)
            .map_err(|error| Failure::helped_if_taken(error, &if_taken))?;
        let done = if added.changed {
            "User added successfully"
        } else {
            "User already exists, unchanged"
        };
        let answer = Answer {
            message: done,
            password: generated.as_ref().filter(|_| added.changed).and_then(text_of),
            ..Answer::from(&added)
        };
        answer.print(session)
    }
}
