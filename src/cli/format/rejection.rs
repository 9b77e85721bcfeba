//! How rows that an import does not store are shown.

use serde::Serialize;

use super::escape::{escaped, escaped_bytes, short};
use useradm::accounts::Rejection;

/// A row that is not imported, as JSON shows it.
#[derive(Serialize)]
pub(crate) struct RowObject<'a> {
    line: u64,
    username: Option<String>,
    reason: &'a str,
}

impl<'a> From<&'a Rejection> for RowObject<'a> {
    fn from(row: &'a Rejection) -> Self {
        let Rejection { line, name, reason, .. } = row;
        let username = name.as_ref().map(|name| String::from_utf8_lossy(name).into_owned());
        RowObject { line: *line, username, reason }
    }
}

/// A row that is not imported, as people see it.
pub(crate) fn row_line(row: &Rejection) -> String {
    let Rejection { line, name, reason, .. } = row;
    let name = name.as_ref().map(|name| format!(" {}:", short(&escaped_bytes(name))));
    format!("line {line}:{} {}", name.unwrap_or_default(), escaped(reason))
}
