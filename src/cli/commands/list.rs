//! `useradm list`

use std::ops::ControlFlow;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::cli::args::number;
use crate::cli::format::{Fields, Format, Widths};
use crate::cli::session::Session;
use crate::cli::ui;
use useradm::accounts::{self, Users};
use useradm::store::{Order, Selection};

/// How much is collected before it is written out, in bytes.
const BUFFER_BYTES: usize = 512 * 1024;

/// List the users
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm list
  useradm list --match 'a*' --sort username
  useradm list --fields username --format plain
  useradm list --count")]
pub(crate) struct ListArgs {
    /// What to print of each user, in this order
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', default_value = "id,username")]
    #[arg(long_help = "\
What to print of each user, in this order: id, username, scheme, rounds, parameters, or any column but the hash")]
    fields: Vec<String>,
    /// Only names that match, case-sensitively: * any characters, ? one, [a-z] one of these
    #[arg(long = "match", value_name = "GLOB", value_parser = pattern)]
    pattern: Option<String>,
    /// What to sort by
    #[arg(long, value_enum, default_value = "id", hide_possible_values = true)]
    #[arg(value_name = "id|username")]
    sort: Sort,
    /// Reverse the order
    #[arg(long)]
    reverse: bool,
    /// List at most this many
    #[arg(long, value_name = "N", value_parser = number(0, u64::MAX), allow_negative_numbers = true)]
    limit: Option<u64>,
    /// Skip this many first
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[arg(value_parser = number(0, u64::MAX), allow_negative_numbers = true)]
    offset: u64,
    /// Print only how many users match, whatever the limit
    #[arg(long)]
    count: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sort {
    Id,
    Username,
}

/// SQLite takes no longer pattern (`SQLITE_MAX_LIKE_PATTERN_LENGTH`).
fn pattern(text: &str) -> Result<String, String> {
    const MAX_BYTES: usize = 50_000;
    if text.len() <= MAX_BYTES { Ok(text.to_owned()) } else { Err("it is too long".to_owned()) }
}

impl ListArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let fields = Fields::new(&self.fields)?;
        if self.count {
            let count = accounts::count(session.database()?, self.pattern)?;
            return Ok(ui::print(format!("{count}\n").as_bytes())?);
        }
        let users = Users::open(session.database()?, self.selection(&fields))?;
        let widths = widths(&users, &fields, session.format)?;
        let mut printer = session.format.printer(&fields, &widths);
        let mut out = Vec::new();
        printer.begin(&mut out);
        let mut pages = users.pages()?;
        while pages.next(|user| {
            printer.record(&mut out, &user.into());
            if out.len() < BUFFER_BYTES {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })? {
            ui::print(&out)?;
            out.clear();
        }
        printer.end(&mut out);
        Ok(ui::print(&out)?)
    }

    fn selection(&self, fields: &Fields) -> Selection {
        Selection {
            order: match self.sort {
                Sort::Id => Order::Id,
                Sort::Username => Order::Name,
            },
            reverse: self.reverse,
            glob: self.pattern.clone(),
            with_hashes: fields.need_hash(),
            columns: fields.columns.clone(),
            offset: self.offset,
            limit: self.limit,
        }
    }
}

/// The widths of a table's columns, from a first reading of all that is listed.
fn widths(users: &Users, fields: &Fields, format: Format) -> Result<Widths> {
    let mut widths = Widths::default();
    if format != Format::Table {
        return Ok(widths);
    }
    let mut pages = users.pages()?;
    while pages.next(|user| {
        widths.fit(fields, &user.into());
        ControlFlow::Continue(())
    })? {}
    Ok(widths)
}
