//! The pieces of which messages are put together: paths, names and times. No message is here:
//! they stand beside the errors in `error.rs`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Error;

impl Error {
    /// The same with more words about why the database refuses a change, if it is that.
    #[must_use]
    pub(crate) fn explained(self, words: impl FnOnce(String) -> String) -> Self {
        match self {
            Error::ConstraintFailed(reason) => Error::ConstraintFailed(words(reason)),
            Error::ForeignKey(reason) => Error::ForeignKey(words(reason)),
            error => error,
        }
    }
}

/// A path as text, with `\xff` for what is not UTF-8.
#[must_use]
pub fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

pub(super) fn for_so_long(waited: Duration) -> String {
    if waited.is_zero() { String::new() } else { format!(" for {} s", waited.as_secs_f64()) }
}

pub(super) fn tables_of(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("the {} {}", if names.len() == 1 { "table" } else { "tables" }, names.join(", "))
}

pub(super) fn table_of(name: Option<&String>) -> String {
    name.map_or_else(|| "table of users".to_owned(), |name| format!("`{name}` table"))
}

pub(super) fn in_table(table: &str, columns: &[String]) -> String {
    columns.iter().map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
}

pub(super) fn seemingly(table: &str, path: &Path, is_empty: bool) -> String {
    let path = shown(path);
    if is_empty {
        format!("The table `{table}` of {path} may be for users, though it holds no password hash")
    } else {
        format!("The users of {path} seem to be in the table `{table}`")
    }
}

pub(super) fn found_in(elsewhere: Option<&PathBuf>) -> String {
    elsewhere.map_or_else(String::new, |path| format!(", but {} exists", shown(path)))
}

/// The words of an error that ended later work, which do not hold for what was done before it.
pub(super) fn without_promise(cause: &Error) -> String {
    let words = cause.to_string();
    words.strip_suffix("; nothing was changed").unwrap_or(&words).to_owned()
}
