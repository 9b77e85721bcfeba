//! `useradm register`

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use super::add;
use crate::cli::args::{Allowed, Source};
use crate::cli::prompt;
use crate::cli::prompt::Asking;
use crate::cli::session::Session;
use useradm::accounts::{Adding, Credential};
use useradm::user::Username;

/// Make one's own account, asking for what is not given
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
    allowed: Allowed,
}

impl RegisterArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        if !self.allowed.create {
            session.check_present()?;
        }
        let name = match self.username {
            Some(name) => name.into_encoded_bytes(),
            None => prompt::username(session)?,
        };
        let name = Username::new(&name)?;
        let asking = Asking::new_password(name.as_str().as_bytes());
        let adding = Adding {
            credential: Credential::Password(self.source.password(session, &asking)?),
            name,
            rounds: session.rounds,
            if_not_exists: false,
            create: self.allowed.create,
            waived: self.allowed.waived.into(),
        };
        add::perform(session, adding, "User created successfully", "choose another username", None)
    }
}
