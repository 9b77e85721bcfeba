//! A look at what tables hold: a bounded number of rows, the newest ones, and no value that is longer
//! than what is looked for.

use std::ops::{ControlFlow, RangeInclusive};

use rusqlite::types::ValueRef;
use rusqlite::{ErrorCode, OptionalExtension};

use super::Opened;
use super::limits::allowance;
use super::read::bytes;
use super::sql::quoted;
use crate::error::{Error, Result};
use crate::layout::Table;

/// How many columns one statement reads: the length of a statement is limited, and that of a table's
/// declaration hardly is.
const COLUMNS: usize = 100;

impl Opened {
    /// Visits the texts and BLOBs of some columns in the newest rows of a table that have one of these
    /// lengths in bytes as they are stored (a text of UTF-16 has two for each letter), until `visit`
    /// breaks off: it gets the number of the column in `columns`, and the bytes. Neither numbers nor
    /// NULL are visited. Columns come by hundreds, each with all of its rows.
    ///
    /// What cannot be read, a generated column that is absurdly large or needs functions of the
    /// application, is passed over.
    ///
    /// # Errors
    /// What reading fails with.
    pub fn sample(
        &self,
        table: &Table,
        columns: &[&str],
        newest: u32,
        lengths: &RangeInclusive<usize>,
        mut visit: impl FnMut(usize, &[u8]) -> ControlFlow<()>,
    ) -> Result<()> {
        let order = self.row_id(table).map_or_else(String::new, |id| format!("ORDER BY {id} DESC"));
        let rows = format!("FROM main.{} {order} LIMIT {newest}", quoted(&table.name));
        for (number, chunk) in columns.chunks(COLUMNS).enumerate() {
            let first = number * COLUMNS;
            let flow = match self.sample_some(&rows, first, chunk, lengths, &mut visit) {
                // One of them cannot be read, so each is tried by itself.
                Err(error) if cannot_be_read(&error) => {
                    let each = (first..).zip(chunk.chunks(1));
                    each.map(|(at, column)| {
                        let flow = self.sample_some(&rows, at, column, lengths, &mut visit);
                        match flow {
                            Err(error) if cannot_be_read(&error) => Ok(ControlFlow::Continue(())),
                            flow => flow,
                        }
                    })
                    .find(|flow| !matches!(flow, Ok(ControlFlow::Continue(()))))
                    .unwrap_or(Ok(ControlFlow::Continue(())))
                }
                flow => flow,
            };
            if self.read(flow)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// What a query finds in the first column of its first row, if it finds something there: the bytes
    /// of a text or BLOB, and the digits of a number.
    ///
    /// # Errors
    /// [`Error::WrongSchema`] for what is no single SELECT that only reads.
    pub fn first_value(&self, sql: &str) -> Result<Option<Vec<u8>>> {
        let wrong = |reason: &str| {
            let (path, table) = (self.path().to_owned(), None);
            let reason = format!("the query for the pepper {reason}");
            Err(Error::WrongSchema { path, table, reason, absent: false })
        };
        let begins = |word: &str| {
            sql.trim_start().get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word))
        };
        // SQLite calls it reading too when PRAGMA or BEGIN change how this connection works.
        if !begins("SELECT") && !begins("WITH") {
            return wrong("is not a SELECT");
        }
        let mut statement = match self.connection.prepare(sql) {
            Err(rusqlite::Error::MultipleStatement) => return wrong("is more than one statement"),
            Err(rusqlite::Error::SqlInputError { msg, .. }) => {
                return wrong(&format!("cannot be run: {msg}"));
            }
            statement => self.read(statement)?,
        };
        if !statement.readonly() {
            return wrong("would change the database");
        }
        self.allowance.set(allowance(self.database.timeout));
        let value = statement.query_row([], |row| Ok(bytes(row.get_ref(0)?)));
        self.allowance.lift();
        if value.as_ref().is_err_and(is_interrupted) && self.database.interrupt.check().is_ok() {
            return wrong("does not end");
        }
        Ok(self.read(value.optional())?.flatten())
    }

    fn sample_some(
        &self,
        rows: &str,
        first: usize,
        columns: &[&str],
        lengths: &RangeInclusive<usize>,
        visit: &mut impl FnMut(usize, &[u8]) -> ControlFlow<()>,
    ) -> rusqlite::Result<ControlFlow<()>> {
        let (shortest, longest) = (lengths.start(), lengths.end());
        let value = |name: &&str| {
            let name = quoted(name);
            format!(
                "CASE WHEN octet_length({name}) BETWEEN {shortest} AND {longest} THEN {name} END"
            )
        };
        let values: Vec<String> = columns.iter().map(value).collect();
        let mut statement =
            self.connection.prepare(&format!("SELECT {} {rows}", values.join(", ")))?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            for at in 0..columns.len() {
                if let ValueRef::Text(value) | ValueRef::Blob(value) = row.get_ref(at)?
                    && visit(first + at, value).is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn is_interrupted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

/// Whether SQLite knows no function, collation or module that the table asks for, or a generated column
/// is absurdly large.
pub(super) fn cannot_be_read(error: &rusqlite::Error) -> bool {
    let codes = [ErrorCode::Unknown, ErrorCode::TooBig, ErrorCode::OutOfMemory];
    matches!(error, rusqlite::Error::SqlInputError { .. })
        || error.sqlite_error_code().is_some_and(|code| codes.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Access, Database};

    #[test]
    fn the_newest_rows_of_any_table_are_looked_at_whatever_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        let connection = rusqlite::Connection::open(&path).unwrap();
        let wide: Vec<String> = (0..2000).map(|number| format!("\"column {number}\"")).collect();
        let odd = "CREATE TABLE odd (a, b, c AS (lower(a) || b), d)";
        connection
            .execute_batch(&format!(
                "CREATE TABLE wide ({}); INSERT INTO wide DEFAULT VALUES;
                 UPDATE wide SET \"column 1999\" = 'last', \"column 3\" = 3;
                 {odd}; INSERT INTO odd VALUES ('old', 1, x'0102'), ('new', NULL, 'far too long');
                 CREATE TABLE keyed (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
                 INSERT INTO keyed VALUES ('k', 'v');
                 CREATE VIEW seen AS SELECT * FROM odd;
                 PRAGMA writable_schema = ON;
                 UPDATE sqlite_schema SET sql = replace(sql, 'lower', 'unknown') WHERE name = 'odd'",
                wide.join(", ")
            ))
            .unwrap();
        drop(connection);
        let opened = crate::store::Opened::open(&Database::at(path), Access::Read).unwrap();
        let tables = opened.at_one_moment(|| opened.tables()).unwrap();
        let look = |name: &str, newest| {
            let table = tables.iter().find(|table| table.name == name).unwrap();
            let columns: Vec<&str> =
                table.columns.iter().map(|column| column.name.as_str()).collect();
            let mut seen = Vec::new();
            let visit = |at: usize, value: &[u8]| {
                seen.push(format!("{}: {}", columns[at], String::from_utf8_lossy(value)));
                ControlFlow::Continue(())
            };
            opened.sample(table, &columns, newest, &(1..=10), visit).unwrap();
            seen
        };
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["wide", "odd", "keyed"]);
        assert_eq!(look("wide", 10), ["column 1999: last"]);
        assert_eq!(look("odd", 10), ["a: new", "a: old", "d: \u{1}\u{2}"]);
        assert_eq!(look("odd", 1), ["a: new"]);
        assert_eq!(look("keyed", 10), ["k: k", "v: v"]);
        assert_eq!(opened.table("SEEN").unwrap_err().code(), "wrong_schema");
        assert_eq!(opened.table("nothing").unwrap(), None);
        let odd = opened.table("ODD").unwrap().unwrap();
        assert!(odd.column("c").unwrap().is_generated && !odd.column("B").unwrap().is_generated);
    }
    #[test]
    fn a_query_for_one_value_reads_and_does_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        let schema = "CREATE TABLE keys (name, value); INSERT INTO keys VALUES ('text', 'abc'),
             ('number', 7), ('blob', x'ff'), ('none', NULL)";
        rusqlite::Connection::open(&path).unwrap().execute_batch(schema).unwrap();
        let opened = crate::store::Opened::open(&Database::at(path), Access::Write).unwrap();
        for (name, value) in [
            ("text", Some(&b"abc"[..])),
            ("number", Some(b"7")),
            ("blob", Some(b"\xff")),
            ("none", None),
            ("nothing", None),
        ] {
            let sql = format!(" select value FROM keys WHERE name = '{name}'");
            assert_eq!(opened.first_value(&sql).unwrap().as_deref(), value, "{name}");
        }
        for (sql, says) in [
            ("PRAGMA synchronous = OFF", "not a SELECT"),
            ("BEGIN IMMEDIATE", "not a SELECT"),
            ("", "not a SELECT"),
            ("DELETE FROM keys", "not a SELECT"),
            ("WITH k AS (SELECT 1) DELETE FROM keys", "would change"),
            ("SELECT 1; DELETE FROM keys", "more than one"),
            ("SELECT value FROM nowhere", "no such table"),
        ] {
            let error = opened.first_value(sql).unwrap_err();
            assert_eq!(error.code(), "wrong_schema", "{sql}");
            assert!(error.to_string().contains(says), "{sql}: {error}");
        }
    }
}
