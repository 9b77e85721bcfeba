//! `useradm show`

use anyhow::Result;
use clap::Args;

use crate::cli::args::Whom;
use crate::cli::format::{Fields, Format, Record, Widths};
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
  useradm show alice --fields id,email
  useradm show --id 7 --format json")]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    whom: Whom,
    /// What to print of the user, in this order: as for `list`
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    fields: Option<Vec<String>>,
}

impl ShowArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let fields = self.fields.as_deref().map(Fields::new).transpose()?;
        let columns = fields.as_ref().map_or(&[][..], |fields| &fields.columns);
        let (account, further) =
            accounts::show(session.database()?, &self.whom.selector(), columns)?;
        let User { id, name, .. } = &account.user;
        let (id, name) = (id.borrowed(), name.0.as_deref());
        let (hash, further) = (account.hash.as_deref(), &further);
        let record = Record::from(StoredUser { id, name, hash, further });
        let fields = fields.unwrap_or_else(|| Fields::all(&record));
        // One user is one object, not an array of one.
        let format = if session.format.is_json() { Format::Jsonl } else { session.format };
        let mut widths = Widths::default();
        widths.fit(&fields, &record);
        let mut printer = format.printer(&fields, &widths);
        let mut out = Vec::new();
        printer.begin(&mut out);
        printer.record(&mut out, &record);
        printer.end(&mut out);
        Ok(ui::print(&out)?)
    }
}
