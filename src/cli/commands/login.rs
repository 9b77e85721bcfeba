//! `useradm login`

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use crate::cli::answer::Answer;
use crate::cli::args::Source;
use crate::cli::session::Session;
use crate::cli::{secret, ui};
use useradm::accounts;

/// Check a username and password against the stored hash
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm login alice
  printf %s \"$PASSWORD\" | useradm --quiet login alice --password-stdin && echo welcome

Exit status 5 means that the username or the password is wrong, and not which.")]
pub(crate) struct LoginArgs {
    /// The username; asked for if it is not given
    #[arg(value_name = "USERNAME")]
    username: Option<OsString>,
    #[command(flatten)]
    source: Source,
}

impl LoginArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        session.check_present()?;
        let name = ui::username(session, self.username)?;
        let password = secret::known_password(session, &self.source, &name)?;
        let user = accounts::login(session.database()?, &name, &password, &session.recipe)?;
        Answer { message: "Login successful", ..Answer::about(&user) }.print(session)
    }
}
