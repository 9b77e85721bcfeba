//! Where the users of an unknown application are: in the table that has a column of hashes.

use super::values::Values;
use super::{Look, Table};
use crate::error::Result;

/// How many of the newest rows are looked at.
pub(super) const ROWS: u32 = 50;

/// How many of a column whose name suggests hashes: the newest users may have none.
const LIKELY_ROWS: u32 = 1000;

/// How many columns of a database get so much attention.
const LIKELY_COLUMNS: u32 = 25;

/// What the name of such a column holds.
const LIKELY: [&str; 5] = ["pass", "pw", "hash", "secret", "crypt"];

/// The columns that may have the name of a user; the first one that has values is taken.
pub(super) const NAMES: [&str; 6] = ["username", "user_name", "login", "name", "email", "user"];

/// The usual names of columns of hashes, by which a table is known that has none yet.
pub(super) const HASHES: [&str; 6] =
    ["password_hash", "hashed_password", "password", "pw_hash", "passwd", "pw"];

/// What the name of such a table holds: servers have names and passwords too.
const USERS: [&str; 6] = ["user", "account", "member", "auth", "people", "person"];

/// The name of the first application's table.
const FIRST: &str = "user";

/// A table that has a column of hashes, or one for them.
#[derive(Clone, Debug)]
pub struct Candidate<'t> {
    /// The table.
    pub table: &'t Table,
    /// The column of the hashes.
    pub hash: String,
    /// The column of the names, if one is known.
    pub username: Option<String>,
    /// What the hashes are.
    pub seen: Values,
}

/// The tables that may be those of the users, and each column of hashes that they have.
///
/// # Errors
/// What `look` fails with.
pub fn detect<'t>(tables: &'t [Table], look: Look<'_>) -> Result<Vec<Candidate<'t>>> {
    let mut candidates = Vec::new();
    let mut likely = LIKELY_COLUMNS;
    for table in tables {
        candidates.extend(in_table(table, &mut likely, look)?);
    }
    Ok(candidates)
}

/// The tables that look as if they were for users, and in which nothing is a hash.
///
/// One that has something else for passwords is called so too, lest another table be made beside it. It
/// needs no such care where its name is that of the first application's, of which there can be no second.
///
/// # Errors
/// What `look` fails with.
pub(super) fn without_hashes<'t>(
    tables: &'t [Table],
    look: Look<'_>,
) -> Result<Vec<Candidate<'t>>> {
    let mut candidates = Vec::new();
    for table in tables {
        let name = table.name.to_ascii_lowercase();
        let usual = |names: &[&str]| {
            let column = names.iter().find_map(|name| table.column(name));
            column.map(|column| column.name.clone())
        };
        let (Some(hash), Some(username)) = (usual(&HASHES), usual(&NAMES)) else { continue };
        let seen = look(table, std::slice::from_ref(&hash), ROWS)?.pop().unwrap_or_default();
        let is_free = seen.others == 0 || name != FIRST;
        if is_free && USERS.iter().any(|part| name.contains(part)) {
            let username = name_column(table, look)?.or(Some(username));
            candidates.push(Candidate { table, hash, username, seen });
        }
    }
    Ok(candidates)
}

/// The columns of hashes of one table.
pub(super) fn in_table<'t>(
    table: &'t Table,
    likely: &mut u32,
    look: Look<'_>,
) -> Result<Vec<Candidate<'t>>> {
    let columns: Vec<String> = table
        .columns
        .iter()
        .filter(|column| column.may_hold_text())
        .map(|column| column.name.clone())
        .collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (column, mut seen) in columns.iter().zip(look(table, &columns, ROWS)?) {
        let name = column.to_ascii_lowercase();
        let is_likely = LIKELY.iter().any(|part| name.contains(part));
        if seen.hashes() + seen.others == 0 && is_likely && *likely > 0 {
            *likely -= 1;
            let more = look(table, std::slice::from_ref(column), LIKELY_ROWS)?;
            seen = more.into_iter().next().unwrap_or(seen);
        }
        if seen.is_of_hashes() {
            found.push((column, is_likely, seen));
        }
    }
    // A column that is called so is meant where another one has hashes too, as of recovery codes.
    if found.iter().any(|(_, is_likely, _)| *is_likely) {
        found.retain(|(_, is_likely, _)| *is_likely);
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let username = name_column(table, look)?;
    let candidate = |(hash, _, seen): (&String, bool, Values)| {
        let username = username.clone().filter(|name| name != hash);
        Candidate { table, hash: hash.clone(), username, seen }
    };
    Ok(found.into_iter().map(candidate).collect())
}

/// The first of the usual columns for names that has values.
pub(super) fn name_column(table: &Table, look: Look<'_>) -> Result<Option<String>> {
    for name in NAMES {
        let Some(column) = table.column(name) else { continue };
        let seen = look(table, std::slice::from_ref(&column.name), ROWS)?;
        if seen.first().is_some_and(|seen| seen.others > 0) {
            return Ok(Some(column.name.clone()));
        }
    }
    Ok(None)
}
