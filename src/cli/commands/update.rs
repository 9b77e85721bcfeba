//! `useradm update`, and two other names for it: `passwd` and `rename`.

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use crate::cli::answer::{Answer, text_of};
use crate::cli::args::{Given, NewScheme, RowArgs, Source, WaivedArgs, Whom};
use crate::cli::failure::Failure;
use crate::cli::secret;
use crate::cli::session::Session;
use useradm::accounts::{self, Change, Further};
use useradm::user::Username;

/// Change a user's name, password or other columns
#[derive(Debug, Default, Args)]
#[command(after_long_help = "\
Examples:
  useradm update alice --password
  useradm update alice --username alicia
  useradm update alice --disable --set note='left in May'
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
    scheme: NewScheme,
    #[command(flatten)]
    row: RowArgs,
    /// Let the user log in, and clear locks and counters of failed log-ins, as the layout says how
    #[arg(long, conflicts_with = "disable")]
    enable: bool,
    /// Keep the user from logging in, as the layout says how
    #[arg(long)]
    disable: bool,
    #[command(flatten)]
    waived: WaivedArgs,
}

/// Ask for a user's new password: `useradm update USERNAME --password`
#[derive(Debug, Args)]
pub(crate) struct PasswdArgs {
    #[command(flatten)]
    update: UpdateArgs,
}

/// Give a user another name: `useradm update OLD --username NEW`
#[derive(Debug, Args)]
pub(crate) struct RenameArgs {
    /// The present username
    #[arg(value_name = "OLD")]
    old: OsString,
    /// The new one
    #[arg(value_name = "NEW")]
    new: OsString,
    /// Take a name that differs from another one only by case or Unicode normal form
    #[arg(long)]
    allow_lookalike: bool,
}

impl UpdateArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let (sets_password, names_another) = (self.sets_password(), self.new_username.is_some());
        let enable = (self.enable || self.disable).then_some(self.enable);
        let further = Further { enable, ..self.row.into() };
        if !sets_password && !names_another && !further.is_given() {
            let hint =
                "--username <NEW>, --password, a password source or --set says what to change";
            return Err(Failure::usage("nothing to update was named", hint).into());
        }
        session.check_present()?;
        let selector = self.whom.selector();
        let name = self.new_username.as_ref().map(|name| Username::new(name.as_encoded_bytes()));
        let name = name.transpose()?;
        let whose = selector.to_string();
        if sets_password && secret::is_asked_for(session, &self.source, &self.given) {
            accounts::check_change(session.database()?, name.as_ref(), &further)?;
        }
        let made = sets_password
            .then(|| secret::credential(session, &self.source, &self.given, whose.as_bytes()));
        let (credential, generated) = made.transpose()?.unzip();
        let (recipe, waived) = (self.scheme.over(session.recipe), self.waived.into());
        let change = Change { name, credential, recipe, further, waived };
        let updated =
            accounts::update(session.database()?, &selector, change, &mut accounts::random)
                .map_err(|error| Failure::helped_if_taken(error, "choose another username"))?;
        let done = if updated.changed { "User updated successfully" } else { "User unchanged" };
        let answer = Answer {
            message: done,
            changed: updated.changed,
            warnings: &updated.warnings,
            password: generated.as_ref().and_then(Option::as_ref).and_then(text_of),
            renamed_in: &updated.renamed_in,
            ..Answer::about(&updated.user)
        };
        answer.print(session)
    }

    fn sets_password(&self) -> bool {
        self.password || self.source.is_given() || self.given.is_given()
    }
}

impl PasswdArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        // Without a source it is asked for.
        UpdateArgs { password: true, ..self.update }.run(session)
    }
}

impl RenameArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let waived =
            WaivedArgs { allow_lookalike: self.allow_lookalike, allow_weak_password: false };
        let (whom, new_username) = (Whom::named(self.old), Some(self.new));
        UpdateArgs { whom, new_username, waived, ..UpdateArgs::default() }.run(session)
    }
}
