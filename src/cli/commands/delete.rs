//! `useradm delete`

use std::ffi::OsString;

use anyhow::Result;
use clap::Args;

use crate::cli::answer::{Answer, UserObject};
use crate::cli::args::id_of;
use crate::cli::format::escape::escaped;
use crate::cli::session::Session;
use crate::cli::ui;
use useradm::accounts::{self, Deletion};
use useradm::user::Selector;

/// Delete users: all that are named, or none
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm delete alice
  useradm delete --yes alice bob
  useradm delete --yes --if-exists --id 7

On a terminal it names what it will delete and asks; elsewhere it needs --yes.")]
pub(crate) struct DeleteArgs {
    /// The usernames
    #[arg(value_name = "USERNAME", required_unless_present = "id")]
    usernames: Vec<OsString>,
    /// An id, instead of a username or beside one; may be repeated
    #[arg(long, value_name = "ID", allow_negative_numbers = true)]
    id: Vec<OsString>,
    /// Delete without asking
    #[arg(long, short)]
    yes: bool,
    /// Succeed if a user does not exist
    #[arg(long)]
    if_exists: bool,
}

impl DeleteArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let names =
            self.usernames.into_iter().map(OsString::into_encoded_bytes).map(Selector::Name);
        let ids = self.id.iter().map(|id| Selector::Id(id_of(id)));
        let selectors: Vec<Selector> = names.chain(ids).collect();
        let plan = accounts::plan_deletion(session.database()?, &selectors, self.if_exists)?;
        if !plan.users.is_empty() && !self.yes {
            confirm(session, &plan)?;
        }
        let warnings = accounts::delete(session.database()?, &plan)?;
        let message =
            if plan.users.is_empty() { "No user to delete" } else { "User deleted successfully" };
        let answer = Answer {
            message,
            detail: names_of(&plan),
            users: Some(plan.users.iter().map(UserObject::from).collect()),
            changed: !plan.users.is_empty(),
            warnings: &warnings,
            ..Answer::default()
        };
        answer.print(session)
    }
}

fn confirm(session: &Session, plan: &Deletion) -> Result<()> {
    let mut question = format!("Delete {}", escaped(&names_of(plan)));
    for reference in &plan.references {
        let (rows, table) = (reference.rows, escaped(&reference.table));
        let noun = if rows == 1 { "row" } else { "rows" };
        question = format!(
            "{question}\n  referenced by {rows} {noun} of table {table} (ON DELETE {})",
            escaped(&reference.on_delete)
        );
    }
    let question = format!("{question}\nReally delete? [y/N] ");
    let hint = "--yes deletes without asking";
    ui::require_consent(session, &question, "nothing was deleted", hint)
}

fn names_of(plan: &Deletion) -> String {
    let names: Vec<String> =
        plan.users.iter().map(|user| format!("{} (id {})", user.name.to_text(), user.id)).collect();
    names.join(", ")
}
