//! `useradm show`

use anyhow::Result;
use clap::Args;

use crate::cli::args::Whom;
use crate::cli::format::{Field, Format, Record, Widths};
use crate::cli::session::Session;
use crate::cli::ui;
use useradm::accounts;
use useradm::store::StoredUser;
use useradm::user::User;

/// Show one user: id, username, hash scheme and rounds
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm show alice
  useradm show --id 7 --format json")]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    whom: Whom,
}

impl ShowArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let account = accounts::show(session.database()?, &self.whom.selector())?;
        let User { key, id, name } = &account.user;
        let (key, id, name) = (*key, id.borrowed(), name.0.as_deref());
        let record = Record::from(StoredUser { key, id, name, hash: account.hash.as_deref() });
        // One user is one object, not an array of one.
        let format = if session.format.is_json() { Format::Jsonl } else { session.format };
        let mut widths = Widths::default();
        widths.fit(&Field::ALL, &record);
        let mut printer = format.printer(&Field::ALL, &widths);
        let mut out = Vec::new();
        printer.begin(&mut out);
        printer.record(&mut out, &record);
        printer.end(&mut out);
        Ok(ui::print(&out)?)
    }
}
