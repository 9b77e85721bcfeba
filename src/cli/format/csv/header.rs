//! The first line of a CSV file. It may not be a header but the first row, with a password in it, so
//! nothing of it is shown but what is surely the name of a column. The rows are read in `read.rs`.

use crate::cli::format::known::{Becomes, Known};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    Username,
    Password,
    PasswordHash,
    /// One that is none of these.
    Other(Becomes),
}

/// The names of the columns that are known.
const NAMES: [(&str, Column); 4] = [
    ("username", Column::Username),
    ("password", Column::Password),
    ("password_hash", Column::PasswordHash),
    ("id", Column::Id),
];

/// What may stand between columns in place of a comma.
const SEPARATORS: [(char, &str); 3] = [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")];

/// How many unknown columns are named.
const MAX_SHOWN: usize = 10;

/// What is wrong with a header, and what helps.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) reason: String,
    pub(super) hint: String,
}

/// The first lines that would be right.
const EXAMPLE: &str =
    "the first line is `username,password` or `username,password_hash`, perhaps with an `id`";

impl Wrong {
    fn new(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Wrong { reason: reason.into(), hint: hint.into() }
    }
}

/// Reads the names of the columns of a file that may have these.
pub(super) fn columns(fields: &[&[u8]], file: &Known) -> Result<Vec<Column>, Wrong> {
    let fields: Vec<_> = fields.iter().map(|field| String::from_utf8_lossy(field)).collect();
    let fields: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
    if let [line] = &fields[..] {
        refuse_separators(line)?;
    }
    refuse_spelling(&fields, file)?;
    let mut columns = Vec::new();
    for name in &fields {
        let Some(column) = known(name, file) else { continue };
        if columns.contains(&column) && column != Column::Other(Becomes::Nothing) {
            let reason = format!("the header names the column {name} twice");
            return Err(Wrong::new(reason, "each column has one name"));
        }
        columns.push(column);
    }
    if !columns.iter().any(|column| !matches!(column, Column::Other(_))) {
        let reason = "the first line names none of the columns username, password, password_hash \
                      and id";
        return Err(Wrong::new(reason, EXAMPLE));
    }
    if !columns.contains(&Column::Username) {
        return Err(Wrong::new("the header does not name the column username", EXAMPLE));
    }
    if columns.len() < fields.len() {
        return Err(unknown(&fields, columns.len(), file));
    }
    Ok(columns)
}

/// The column that every file may have under this name.
fn own(name: &str) -> Option<&'static (&'static str, Column)> {
    NAMES.iter().find(|(own, _)| *own == name)
}

/// The column of this name in a file.
fn known(name: &str, file: &Known) -> Option<Column> {
    match own(name) {
        Some((_, column)) if !file.ignores(name) => Some(column.clone()),
        _ => file.becomes(name).map(Column::Other),
    }
}

/// The name of a column that this would be if it were spelled correctly.
fn meant(name: &str) -> Option<&'static str> {
    own(name.trim().to_lowercase().as_str()).map(|(name, _)| *name)
}

/// Fails if the one field of a line is several names with something else than commas between them.
fn refuse_separators(line: &str) -> Result<(), Wrong> {
    for (separator, called) in SEPARATORS {
        let names: Vec<&str> = line.split(separator).filter_map(meant).collect();
        if line.contains(separator) && !names.is_empty() {
            return Err(Wrong::new(
                format!("the columns of the first line are separated by {called}"),
                format!("save the file with commas: `{}`", names.join(",")),
            ));
        }
    }
    Ok(())
}

/// Fails if names are meant that are spelled differently.
fn refuse_spelling(fields: &[&str], file: &Known) -> Result<(), Wrong> {
    let is_other = |name: &&&str| known(name, file).is_none() && meant(name).is_some();
    let other: Vec<String> =
        fields.iter().filter(is_other).map(|name| format!("`{name}`")).collect();
    if other.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = fields.iter().filter_map(|name| meant(name)).collect();
    Err(Wrong::new(
        format!("the header spells the names of columns differently: {}", other.join(", ")),
        format!("in lower case and without blanks they are `{}`", names.join(",")),
    ))
}

/// The error for a header in which only so many names are known.
fn unknown(fields: &[&str], count_of_known: usize, file: &Known) -> Wrong {
    // Two known names and nothing but words is no user with a password.
    let are_names = count_of_known > 1 && fields.iter().all(|name| is_word(name));
    let unknown = fields.iter().enumerate().filter(|(_, name)| known(name, file).is_none());
    let shown = unknown.clone().take(MAX_SHOWN);
    let shown = shown
        .map(|(at, name)| if are_names { (*name).to_owned() } else { (at + 1).to_string() })
        .collect::<Vec<_>>()
        .join(", ");
    let count = unknown.count();
    let s = if count == 1 { "" } else { "s" };
    let which = if are_names { format!(": {shown}") } else { format!(", at position{s} {shown}") };
    let further: Vec<&str> = file.columns().iter().take(MAX_SHOWN).map(AsRef::as_ref).collect();
    let hint = match &further[..] {
        [] => "known are username, password, password_hash and id".to_owned(),
        further => format!(
            "known are username, password, password_hash, id and {}; --ignore-columns leaves \
             others out",
            further.join(", ")
        ),
    };
    Wrong::new(format!("the header has {count} unknown column{s}{which}"), hint)
}

/// Whether this looks like the name of a column: a short word in lower case, perhaps of several
/// parts.
fn is_word(name: &str) -> bool {
    const LONGEST: usize = 32;
    let parts = name
        .split('_')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    parts && name.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(line: &str) -> Wrong {
        let fields: Vec<&[u8]> = line.split(',').map(str::as_bytes).collect();
        columns(&fields, &Known::default()).expect_err(line)
    }

    #[test]
    fn a_header_that_is_nearly_right_is_told_how_it_would_be() {
        for (line, reason, hint) in [
            ("username;password", "semicolons", "`username,password`"),
            ("id;Username;Password_Hash", "semicolons", "`id,username,password_hash`"),
            ("username\tpassword", "tabs", "`username,password`"),
            ("username|password|colour", "vertical bars", "`username,password`"),
            ("Username,Password", "`Username`, `Password`", "`username,password`"),
            ("username, password", "` password`", "`username,password`"),
            ("USERNAME,password_hash", "`USERNAME`", "`username,password_hash`"),
            ("\u{a0}username ,id", "`\u{a0}username `", "`username,id`"),
            ("username,password,username", "username twice", "one name"),
            ("username,colour,id,home_town", "2 unknown columns: colour, home_town", "known are"),
            ("username,id,colour", "1 unknown column: colour", "known are"),
            ("username,colour,shape", "2 unknown columns, at positions 2, 3", "known are"),
            ("username,passwort", "1 unknown column, at position 2", "known are"),
            ("password,password_hash", "does not name", "`username,password`"),
            ("alice,correct horse", "names none", "`username,password`"),
        ] {
            let Wrong { reason: is, hint: helps } = wrong(line);
            assert!(is.contains(reason) && helps.contains(hint), "{line}: {is} / {helps}");
        }
    }

    #[test]
    fn a_first_row_is_not_shown() {
        for line in [
            "alice,s3cret",
            "alice;s3cret",
            "id;s3cret",
            "id,s3cret",
            "username,s3cret",
            "username,id,s3cret",
            "username,password,s3cret,colour",
            "username,id,S3CRET",
            "username,id,s3cret s3cret",
            "Id,s3cret",
            "password,s3cret",
            "password\ts3cret",
            "s3cret",
        ] {
            let Wrong { reason, hint } = wrong(line);
            assert!(!reason.contains("s3cret") && !hint.contains("s3cret"), "{line}: {reason}");
        }
    }
}
