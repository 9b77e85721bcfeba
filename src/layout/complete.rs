//! From the keys that were said to a whole layout: each of them holds; the rest is that of the built-in
//! layout, or found in the table.

use super::builtin::Builtin;
use super::detect::{self, Candidate, HASHES, NAMES};
use super::family::family;
use super::found::{Place, Unclear};
use super::values::Values;
use super::{Assignment, Case, Column, Layout, Look, PepperFrom, ROW_IDS, Table, Value, Wanted};
use crate::error::Result;
use crate::hash::{Recipe, Scheme};

/// The layout of a table by what was said, else by a built-in layout, else by what the table holds.
///
/// # Errors
/// What `look` fails with.
pub(super) fn complete(
    wanted: &Wanted,
    builtin: Option<&'static Builtin>,
    table: &Table,
    look: Look<'_>,
) -> Result<std::result::Result<Layout, Unclear>> {
    let mut wanted = match builtin {
        Some(builtin) => wanted.over(builtin.wanted(table)),
        None => wanted.clone(),
    };
    let unfit =
        |reason: String| Ok(Err(Unclear::Unfit { table: Some(table.name.clone()), reason }));
    if wanted.hash.is_none() {
        let mut likely = 1;
        let found = detect::in_table(table, &mut likely, look)?;
        let usual = || HASHES.iter().find_map(|name| table.column(name));
        match found.as_slice() {
            [candidate] => wanted = candidate.completes(&wanted),
            [] if wanted.scheme.is_some() && usual().is_some() => {
                wanted.hash = usual().map(|column| column.name.clone());
            }
            [] => return unfit("no column of it has hashes of a known scheme".to_owned()),
            several => {
                let place = |candidate: &Candidate<'_>| Place {
                    table: table.name.clone(),
                    hash: candidate.hash.clone(),
                    builtin: None,
                };
                return Ok(Err(Unclear::Several(several.iter().map(place).collect())));
            }
        }
    }
    if wanted.username.is_none() {
        let usual = || NAMES.iter().find_map(|name| table.column(name));
        wanted.username =
            detect::name_column(table, look)?.or_else(|| usual().map(|column| column.name.clone()));
    }
    let Some(username) = wanted.username.clone() else {
        return unfit("no column of it is known to hold names".to_owned());
    };
    let hash = wanted.hash.clone().unwrap_or_default();
    if wanted.accepts.is_none() && wanted.scheme.is_none() {
        let seen = look(table, std::slice::from_ref(&hash), detect::ROWS)?;
        let seen = seen.into_iter().next().unwrap_or_else(Values::default);
        wanted.scheme = seen.recipe;
        wanted.accepts = Some(seen.schemes.iter().map(|(scheme, _)| *scheme).collect());
    }
    match layout(wanted, builtin, table, &username, &hash) {
        Ok(layout) => Ok(Ok(layout)),
        Err(reason) => unfit(reason),
    }
}

fn layout(
    wanted: Wanted,
    builtin: Option<&'static Builtin>,
    table: &Table,
    username: &str,
    hash: &str,
) -> std::result::Result<Layout, String> {
    let column = |name: &str| column(table, name);
    let id = match &wanted.id {
        Some(id) if ROW_IDS.contains(&id.to_ascii_lowercase().as_str()) => id.clone(),
        Some(id) => column(id)?,
        None => id_of(table, Some(username)),
    };
    let (username, hash) = (column(username)?, column(hash)?);
    if username == hash || id == hash {
        return Err(format!("its column `{hash}` cannot hold the hashes and something else"));
    }
    let own = [&id, &username, &hash];
    let values = |assignments: &[Assignment]| assignments_to(table, assignments, own);
    let [mut add, admin, mut enable, mut disable] = [
        values(&wanted.add)?,
        values(&wanted.admin)?,
        values(&wanted.enable)?,
        values(&wanted.disable)?,
    ];
    if let Some(active) = &wanted.active {
        let active = column(active)?;
        for (list, value) in [(&mut add, "1"), (&mut enable, "1"), (&mut disable, "0")] {
            if !list.iter().any(|it| it.column == active) {
                list.push(Assignment::new(&active, value));
            }
        }
    }
    Ok(Layout {
        name: builtin.map(|builtin| builtin.name),
        recipe: wanted.scheme,
        accepts: accepted(wanted.accepts.unwrap_or_default(), wanted.scheme),
        case: wanted.case.unwrap_or_default(),
        email: wanted.email.as_deref().map(column).transpose()?,
        pepper: match (wanted.pepper_file, wanted.pepper_query) {
            (Some(_), _) => Some(PepperFrom::Needed),
            (None, Some(sql)) => Some(PepperFrom::Query(sql.into())),
            (None, None) => builtin.and_then(|builtin| builtin.pepper.cloned()),
        },
        table: table.name.clone(),
        id,
        username,
        hash,
        add,
        admin,
        enable,
        disable,
    })
}

/// The name of a column as the table has it.
fn column(table: &Table, name: &str) -> std::result::Result<String, String> {
    let column = table.column(name).ok_or_else(|| format!("it has no column `{name}`"))?;
    Ok(column.name.clone())
}

/// Assignments to columns as the table calls them, of which none is one of `own`.
fn assignments_to(
    table: &Table,
    assignments: &[Assignment],
    own: [&String; 3],
) -> std::result::Result<Vec<Assignment>, String> {
    let checked = assignments.iter().map(|Assignment { column: name, value }| {
        let name = column(table, name)?;
        if own.contains(&&name) {
            return Err(format!("its column `{name}` is never filled by a layout"));
        }
        Ok(Assignment { column: name, value: value.clone() })
    });
    checked.collect()
}

/// The schemes that the application can read: those that were said, with that of new hashes, or else all
/// that come with this in one library.
fn accepted(mut accepts: Vec<Scheme>, recipe: Option<Recipe>) -> Vec<Scheme> {
    match recipe.map(Recipe::scheme) {
        Some(scheme) if accepts.is_empty() => accepts = family(scheme),
        Some(scheme) if !accepts.contains(&scheme) => accepts.push(scheme),
        _ => {}
    }
    accepts
}

impl Layout {
    /// All of it as an admin would say it, without the name of a built-in layout.
    #[must_use]
    pub fn in_full(&self) -> Wanted {
        let text = |text: &String| Some(text.clone());
        let is_usual = |case: &Case| *case == Case::default();
        Wanted {
            table: text(&self.table),
            id: text(&self.id),
            username: text(&self.username),
            hash: text(&self.hash),
            scheme: self.recipe,
            accepts: Some(self.accepts.clone()),
            case: Some(self.case).filter(|case| !is_usual(case)),
            email: self.email.clone(),
            add: self.add.clone(),
            admin: self.admin.clone(),
            enable: self.enable.clone(),
            disable: self.disable.clone(),
            ..Wanted::default()
        }
    }
}

/// The column by which the application knows a user: the primary key if it is one column, or else `id`,
/// or else the name, since there is nothing else.
fn id_of(table: &Table, username: Option<&str>) -> String {
    let key = table.only_key().or_else(|| table.column("id"));
    let key = key.or_else(|| table.column(username?));
    key.map_or_else(|| "rowid".to_owned(), |column| column.name.clone())
}

impl Builtin {
    /// What an admin would say of a table that has this layout.
    fn wanted(&self, table: &Table) -> Wanted {
        let is_there = |name: &str| table.has(name);
        let [add, admin, enable, disable] = [self.add, self.admin, self.enable, self.disable]
            .map(|entry| assignments(entry, is_there));
        Wanted {
            username: Some(self.username.to_owned()),
            hash: Some(self.hash.to_owned()),
            scheme: Recipe::new(self.scheme),
            accepts: Some(self.accepts.to_vec()),
            case: Some(self.case),
            email: self.email.map(str::to_owned),
            add,
            admin,
            enable,
            disable,
            ..Wanted::default()
        }
    }
}

impl Candidate<'_> {
    /// What was said, with what can be seen.
    pub(super) fn completes(&self, wanted: &Wanted) -> Wanted {
        let mut seen = self.proposal();
        if wanted.scheme.is_some() {
            // Who names the scheme of new hashes says what the application reads.
            seen.accepts = None;
        }
        wanted.over(seen)
    }

    /// What an admin would say of it, as far as it can be seen.
    #[must_use]
    pub fn proposal(&self) -> Wanted {
        let table = self.table;
        let named = |names: &[&str]| {
            let column = names.iter().find_map(|name| table.column(name));
            column.map(|column| column.name.clone())
        };
        let schemes: Vec<_> = self.seen.schemes.iter().map(|(scheme, _)| *scheme).collect();
        let admin = named(&["is_admin", "admin", "is_superuser", "superuser"]);
        let is_needed = |name: &&String| table.column(name).is_some_and(Column::is_needed);
        let add = admin.iter().filter(is_needed).map(|column| Assignment::new(column, "0"));
        Wanted {
            table: Some(table.name.clone()),
            id: Some(id_of(table, self.username.as_deref())),
            username: self.username.clone(),
            hash: Some(self.hash.clone()),
            scheme: self.seen.recipe,
            accepts: Some(schemes),
            email: named(&["email", "mail", "e_mail", "email_address"])
                .filter(|column| Some(column) != self.username.as_ref()),
            active: named(&["is_active", "active", "enabled", "is_enabled"]),
            add: add.collect(),
            admin: admin.iter().map(|column| Assignment::new(column, "1")).collect(),
            ..Wanted::default()
        }
    }
}

/// The assignments of an entry to columns that are there.
fn assignments(entry: &[(&str, Value)], is_there: impl Fn(&str) -> bool) -> Vec<Assignment> {
    let there = entry.iter().filter(|(column, _)| is_there(column));
    let assignment = |(column, value): &(&str, Value)| Assignment {
        column: (*column).to_owned(),
        value: value.clone(),
    };
    there.map(assignment).collect()
}
