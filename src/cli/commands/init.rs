//! `useradm init`

use anyhow::Result;
use clap::Args;

use crate::cli::answer::Answer;
use crate::cli::session::Session;
use useradm::accounts;
use useradm::error::shown;

/// Make the database, or add the table to a file that lacks it
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm init
  useradm --db /srv/app/users.db init --if-not-exists

A new file has mode 0600; run as root it belongs to the owner of its directory.
The table is the one that the application's own create_all() expects.")]
pub(crate) struct InitArgs {
    /// Succeed if there is a database already
    #[arg(long)]
    if_not_exists: bool,
}

impl InitArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let made = accounts::init(session.database()?, self.if_not_exists)?;
        let message = if made { "Database initialised" } else { "Database unchanged" };
        let detail = shown(session.path());
        Answer { message, detail, changed: made, ..Answer::default() }.print(session)
    }
}
