//! `useradm config`

use std::path::Path;

use anyhow::Result;
use clap::Args;

use crate::cli::format::{Fields, Record, Widths};
use crate::cli::session::{Origin, Session};
use crate::cli::ui;
use useradm::accounts;
use useradm::error::shown;
use useradm::layout::{Assignment, Found, Layout, PepperFrom, Source, Stored};
use useradm::user::Id;

/// Show every setting, its value and where that comes from
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  useradm config
  useradm --db /srv/app/app.db config --format json

The layout is that of the database as it is now: a change needs one that comes from an option,
a variable, a file, or a built-in layout, not from detection.")]
pub(crate) struct ConfigArgs {}

/// A setting with its value and its origin.
type Line = [Option<String>; 3];

impl ConfigArgs {
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let ConfigArgs {} = self;
        let found = session.database().and_then(accounts::layout);
        let mut lines: Vec<Line> = session
            .settings()
            .iter()
            .map(|setting| {
                let origin = match setting.origin {
                    _ if setting.value.is_none() => None,
                    Origin::Option => Some("option"),
                    Origin::Variable => Some("variable"),
                    Origin::Default => Some("default"),
                };
                [Some(setting.name.to_owned()), setting.value.clone(), origin.map(str::to_owned)]
            })
            .collect();
        let mut known = |name: &str, path: &Path, origin: String| {
            let is_it = |line: &&mut Line| line[0].as_deref() == Some(name) && line[1].is_none();
            if let Some([_, value, from]) = lines.iter_mut().find(is_it) {
                (*value, *from) = (Some(shown(path)), Some(origin));
            }
        };
        if let Ok(Some(config)) = session.config() {
            known("config", &config.path, "default".to_owned());
        }
        if let Ok(Some((path, source))) = session.pepper_of_layout() {
            known("pepper-file", &path, origin_of(source));
        }
        if let Ok(found) = &found {
            lines.extend(of_layout(found));
        }
        print(session, &lines)?;
        // What is known was shown; it is an error all the same that the rest is not.
        found?;
        Ok(())
    }
}

fn print(session: &Session, lines: &[Line]) -> Result<()> {
    let fields = Fields::new(&["setting", "value", "origin"].map(str::to_owned))?;
    let rows: Vec<Vec<Stored<'_>>> =
        lines.iter().map(|line| line.iter().map(|cell| stored(cell.as_ref())).collect()).collect();
    let records =
        || rows.iter().map(|further| Record { id: Id::Null, name: None, seen: None, further });
    let mut widths = Widths::default();
    records().for_each(|record| widths.fit(&fields, &record));
    let mut printer = session.format.printer(&fields, &widths);
    let mut out = Vec::new();
    printer.begin(&mut out);
    records().for_each(|record| printer.record(&mut out, &record));
    printer.end(&mut out);
    Ok(ui::print(&out)?)
}

fn stored(cell: Option<&String>) -> Stored<'_> {
    cell.map_or(Stored::Null, |text| Stored::Text(text.as_bytes().into()))
}

/// The layout, as a whole and key by key.
fn of_layout(found: &Found) -> Vec<Line> {
    let Found { layout, source, is_confirmed } = found;
    let origin = origin_of(source);
    let line = |name: &str, value: Option<String>| -> Line {
        let from = value.as_ref().map(|_| origin.clone());
        [Some(name.to_owned()), value, from]
    };
    let Layout { table, id, username, hash, recipe, accepts, case, email, pepper, .. } = layout;
    let accepts: Vec<&str> = accepts.iter().map(|scheme| scheme.name()).collect();
    let mut lines = vec![
        line("layout", Some(layout.to_string())),
        line("layout.confirmed", Some(if *is_confirmed { "yes" } else { "no" }.to_owned())),
        line("layout.table", Some(table.clone())),
        line("layout.id", Some(id.clone())),
        line("layout.username", Some(username.clone())),
        line("layout.hash", Some(hash.clone())),
        line("layout.scheme", recipe.map(|recipe| recipe.to_string())),
        line("layout.accepts", Some(accepts.join("+"))),
        line("layout.case", Some(case.name().to_owned())),
        line("layout.email", email.clone()),
    ];
    let pepper = pepper.as_ref().map(|pepper| match pepper {
        PepperFrom::Needed => "needed".to_owned(),
        PepperFrom::Query(sql) => sql.to_string(),
    });
    lines.push(line("layout.pepper", pepper));
    let values = [
        ("add", &layout.add),
        ("admin", &layout.admin),
        ("enable", &layout.enable),
        ("disable", &layout.disable),
    ];
    for (name, assignments) in values {
        for Assignment { column, value } in assignments {
            let value = Some(value.as_written().to_owned());
            lines.push(line(&format!("layout.{name}.{column}"), value));
        }
    }
    lines
}

/// Where a layout comes from, in one word or by its file.
fn origin_of(source: &Source) -> String {
    match source {
        Source::File(path) => shown(path),
        source => source.word().to_owned(),
    }
}
