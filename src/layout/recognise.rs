//! Which built-in layout a table has: by its name where the application gives it one, by its columns, and
//! by the hashes in it.

use super::builtin::{BUILTINS, Builtin};
use super::values::Values;
use super::{Look, Table};
use crate::error::Result;

/// How many of the newest rows of a table are looked at.
const ROWS: u32 = 100;

/// The tables that a well-known application has made, each with its layout.
///
/// A table needs the columns by which its layout is known, and every hash of the newest rows that can
/// be read has to be of a scheme that the application reads: others have made it otherwise.
///
/// # Errors
/// What `look` fails with.
pub fn recognise<'t>(
    tables: &'t [Table],
    look: Look<'_>,
) -> Result<Vec<(&'static Builtin, &'t Table)>> {
    let mut found = Vec::new();
    for table in tables {
        for builtin in BUILTINS.iter().filter(|builtin| builtin.fits(table, tables)) {
            let hash = table.column(builtin.hash).map(|column| column.name.clone());
            let seen = look(table, hash.as_slice(), ROWS)?;
            if seen.first().is_none_or(|seen| builtin.reads(seen)) {
                found.push((builtin, table));
                break;
            }
        }
    }
    Ok(found)
}

impl Builtin {
    /// Whether a table has the columns of this layout.
    pub(super) fn fits(&self, table: &Table, tables: &[Table]) -> bool {
        let is_named = self.table.is_none_or(|name| table.name.eq_ignore_ascii_case(name));
        let needed = [self.username, self.hash].into_iter().chain(self.columns.iter().copied());
        let beside = |name: &str| tables.iter().any(|table| table.name.eq_ignore_ascii_case(name));
        is_named && needed.into_iter().all(|name| table.has(name)) && self.beside.is_none_or(beside)
    }

    /// Whether the application can read all hashes that were seen, as far as they can be read here.
    pub(super) fn reads(&self, seen: &Values) -> bool {
        seen.schemes.iter().all(|(scheme, _)| self.accepts.contains(scheme))
    }
}
