//! The SQL about the table of the users, all of it made here, once for each store. Nothing else in the
//! store knows what a column is called.
//!
//! Whole rows, with further columns, are in `sql/further.rs`. What asks about the schema is in
//! `schema.rs`, what looks at other tables in `sample.rs` and `elsewhere.rs`.

mod further;

use super::{Order, Selection};
use crate::layout::Layout;

/// The table of the first application, with ids that are never given out again.
pub(super) const CREATE_TABLE: &str = "CREATE TABLE user (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	username VARCHAR(80) NOT NULL,
	password_hash VARCHAR(120) NOT NULL,
	UNIQUE (username)
)";

/// By what the rows of a table are known to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowKey {
    /// The id, which is SQLite's row id.
    Id,
    /// SQLite's row id under this name, beside which there is an id.
    RowId(&'static str),
}

/// The SQL about one table, with the names of its columns in it.
#[derive(Debug)]
pub(super) struct Sql {
    table: String,
    key: String,
    /// The column of the id, where that is not the key.
    id: Option<String>,
    username: String,
    hash: String,
    pub(super) update_name: String,
    pub(super) update_hash: String,
    pub(super) delete: String,
    pub(super) count: String,
    /// Whether another row than `?2` has a name that the column calls the same.
    pub(super) is_taken: String,
    /// Whether the name of a row is text, and the class of the hash.
    pub(super) classes: String,
    /// The lengths of the longest name and hash among the newest rows, in characters.
    pub(super) newest_lengths: String,
    /// The newest ids, where those are not the keys.
    pub(super) newest_ids: Option<String>,
    /// Whether the newest hash that is one is a BLOB.
    pub(super) newest_class: String,
    /// All users with whatever they have for a hash.
    pub(super) snapshot: String,
    /// The first name that is not less than the one asked for. The column may have a collation of its
    /// own, in which no index in the order of bytes would be used. A name that is too long to be read
    /// is no other's look-alike.
    pub(super) probe: String,
    /// Reads the users whose row has the key `?1`.
    pub(super) of_key: String,
    /// Reads the users of one id, which is `?1`.
    pub(super) of_id: String,
    /// Reads the users whose names are `?1` but for the case of ASCII letters, as an application finds
    /// them that looks them up with `lower()`.
    pub(super) of_folded_name: String,
    /// Reads the users of one name, which is `?1`, by an index if there is one.
    pub(super) of_name: String,
    /// The same, without comparing the name with any that is too long.
    pub(super) of_name_one_by_one: String,
}

/// How many of the newest rows show what the others are like.
const NEWEST: u32 = 1000;

/// A part of the table in which one comparison with the last row finds the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    All,
    Nameless,
    Named,
}

/// The columns of the name, and of the hash where all users are read.
pub(super) const NAME: usize = 1;
pub(super) const HASH: usize = 2;

/// Where the columns of a row are that not every statement reads.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    /// The id, where it is not the key.
    pub(super) id: Option<usize>,
    pub(super) hash: Option<usize>,
    /// The bytes of a name as they are stored.
    pub(super) stored_name: Option<usize>,
    pub(super) is_selected: Option<usize>,
    /// The first of the further ones.
    pub(super) further: usize,
}

impl Sql {
    pub(super) fn new(layout: &Layout, row_key: RowKey) -> Self {
        let [table, id, username, hash] =
            [&layout.table, &layout.id, &layout.username, &layout.hash].map(|name| quoted(name));
        let (key, id) = match row_key {
            RowKey::Id => (id, None),
            RowKey::RowId(name) => (name.to_owned(), Some(id)),
        };
        let id_column = id.as_ref().unwrap_or(&key);
        let shown_id = shown(id_column);
        let listed_id = id.as_ref().map_or_else(String::new, |id| format!(", {id}"));
        let account = format!(
            "SELECT {key}, {}, {}{} FROM {table}",
            shown(&username),
            readable(&hash),
            id.as_ref().map_or_else(String::new, |_| format!(", {shown_id}"))
        );
        Sql {
            update_name: format!("UPDATE {table} SET {username} = ?1 WHERE {key} = ?2"),
            update_hash: format!("UPDATE {table} SET {hash} = ?1 WHERE {key} = ?2"),
            delete: format!("DELETE FROM {table} WHERE {key} = ?1"),
            count: format!("SELECT count(*) FROM {table}"),
            is_taken: format!(
                "SELECT EXISTS (SELECT 1 FROM {table} WHERE {username} = ?1 AND {key} IS NOT ?2)"
            ),
            classes: format!(
                "SELECT typeof({username}) IN ('text', 'null'), typeof({hash}) \
                 FROM {table} WHERE {key} = ?1"
            ),
            newest_lengths: format!(
                "SELECT max(a), max(b) FROM (SELECT {} AS a, {} AS b \
                 FROM {table} ORDER BY {key} DESC LIMIT {NEWEST})",
                chars(&username),
                chars(&hash)
            ),
            newest_ids: id.as_ref().map(|_| {
                format!("SELECT {shown_id} FROM {table} ORDER BY {key} DESC LIMIT {NEWEST}")
            }),
            newest_class: format!(
                "SELECT class = 'blob' FROM (SELECT typeof({hash}) AS class, \
                 octet_length({hash}) AS bytes FROM {table} ORDER BY {key} DESC LIMIT {NEWEST}) \
                 WHERE bytes > 0 AND class IN ('text', 'blob') LIMIT 1"
            ),
            snapshot: format!(
                "SELECT {key}, {username}, {hash}{listed_id} FROM {table} ORDER BY {key}"
            ),
            probe: format!(
                "SELECT {username}, {key} FROM {table} WHERE {username} COLLATE BINARY >= ?1
                 AND octet_length({username}) <= 1000000 ORDER BY {username} COLLATE BINARY LIMIT 1"
            ),
            of_key: format!("{account} WHERE {key} = ?1"),
            of_id: format!("{account} WHERE {id_column} = ?1 ORDER BY {key}"),
            of_folded_name: format!(
                "{account} WHERE CASE WHEN octet_length({username}) <= 1000000 \
                 THEN lower({username}) = lower(?1) END ORDER BY {key}"
            ),
            of_name: format!(
                "{account} WHERE octet_length({username}) <= 1000000 AND {username} = ?1 \
                 ORDER BY {key}"
            ),
            of_name_one_by_one: format!(
                "{account} NOT INDEXED WHERE CASE WHEN octet_length({username}) <= 1000000 \
                 THEN {username} = ?1 END ORDER BY {key}"
            ),
            table,
            key,
            id,
            username,
            hash,
        }
    }

    /// Whether the rows are known by the id.
    pub(super) fn key_is_id(&self) -> bool {
        self.id.is_none()
    }

    /// Where the id is in what [`Sql::snapshot`] and [`Sql::of_key`] and the like read, unless it is
    /// the key.
    pub(super) fn id_after_hash(&self) -> Option<usize> {
        self.id.as_ref().map(|_| HASH + 1)
    }

    /// The row of a key, in SQL for people.
    pub(super) fn row(&self, key: i64) -> String {
        let plain = |name: &str| {
            let inner = &name[1..name.len() - 1];
            let is_word = inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if is_word { inner.to_owned() } else { name.to_owned() }
        };
        let key_column = if self.key_is_id() { plain(&self.key) } else { self.key.clone() };
        format!("{} WHERE {key_column} = {key}", plain(&self.table))
    }

    /// Reads the hashes of the users who came last, the last one first.
    pub(super) fn newest_hashes(&self, count: u32) -> String {
        let Sql { table, key, hash, .. } = self;
        format!("SELECT {} FROM {table} ORDER BY {key} DESC LIMIT {count}", readable(hash))
    }

    /// Reads keys and names, and the ids of the nameless where these are not the keys; if `is_guarded`
    /// those that are not too long: with this key and higher in the order of the keys, or all in any
    /// order.
    pub(super) fn names(&self, from: Option<i64>, is_guarded: bool) -> String {
        let Sql { table, key, id, username, .. } = self;
        let guard = format!("ifnull(octet_length({username}) <= 1000000, TRUE)");
        let guard = if is_guarded { guard } else { "TRUE".to_owned() };
        let order =
            from.map_or_else(String::new, |from| format!("AND {key} >= {from} ORDER BY {key}"));
        let id = id.as_ref().map_or_else(String::new, |id| {
            format!(", CASE WHEN {username} IS NULL THEN {} END", shown(id))
        });
        format!("SELECT {key}, {username}{id} FROM {table} WHERE {guard} {order}")
    }

    /// Where the columns are that [`Sql::page`] reads.
    pub(super) fn columns(&self, selection: &Selection) -> Columns {
        let mut next = NAME + 1;
        let mut at = |is_there: bool| {
            next += usize::from(is_there);
            is_there.then_some(next - 1)
        };
        Columns {
            id: at(!self.key_is_id()),
            hash: at(selection.with_hashes),
            stored_name: at(selection.order == Order::Name),
            is_selected: at(selection.glob.is_some()),
            further: next,
        }
    }

    /// Reads the rows of a part with these [`Columns`], those after the last one that was read if
    /// `goes_on`.
    pub(super) fn page(&self, selection: &Selection, part: Part, goes_on: bool) -> String {
        let Sql { table, key: row, id, username, hash, .. } = self;
        let Selection { order, reverse, with_hashes, ref glob, ref columns, .. } = *selection;
        let (after, direction) = if reverse { ("<", "DESC") } else { (">", "ASC") };
        let id = id.as_ref().map_or_else(String::new, |id| format!(", {id}"));
        let hash = if with_hashes { format!(", {}", readable(hash)) } else { String::new() };
        // A cast to BLOB gives the bytes as they are stored, and a cast back the same text.
        let stored = match order {
            Order::Name => format!(", CAST({username} AS BLOB)"),
            Order::Id => String::new(),
        };
        // Rows that do not match are read too: that bounds the time of a page whatever matches.
        let is_selected = match glob {
            Some(_) => format!(", ifnull({username} GLOB :glob, 0)"),
            None => String::new(),
        };
        let further: Vec<String> =
            columns.iter().map(|name| format!(", {}", quoted(name))).collect();
        let further = further.concat();
        let rows = match part {
            Part::All => "TRUE".to_owned(),
            Part::Nameless => format!("{username} IS NULL"),
            Part::Named => format!("{username} IS NOT NULL"),
        };
        let (by, last) = match part {
            Part::Named => (
                format!("{username} COLLATE BINARY"),
                "CASE WHEN :is_text THEN CAST(:name AS TEXT) ELSE :name END",
            ),
            Part::All | Part::Nameless => (row.to_owned(), ":key"),
        };
        let not_before = match (goes_on, part) {
            (false, _) => String::new(),
            (true, Part::Named) => {
                format!("AND {by} {after}= {last} AND ({by} {after} {last} OR {row} {after} :key)")
            }
            (true, Part::All | Part::Nameless) => format!("AND {by} {after} {last}"),
        };
        format!(
            "SELECT {row}, {username}{id}{hash}{stored}{is_selected}{further} FROM {table} \
             WHERE {rows} {not_before} ORDER BY {by} {direction}, {row} {direction}"
        )
    }

    /// Reads columns of the rows of another table in which `column` has what the row `?1` has in
    /// `target`.
    pub(super) fn linked<'n>(
        &self,
        columns: impl Iterator<Item = &'n str>,
        other: &str,
        column: &str,
        target: &str,
    ) -> String {
        let (columns, other, column) = (list(columns), quoted(other), quoted(column));
        format!("SELECT {columns} FROM {other} WHERE {column} = {}", self.of_user(target))
    }

    /// What the row `?1` has in a column, as a part of a statement.
    pub(super) fn of_user(&self, column: &str) -> String {
        let Sql { table, key, .. } = self;
        format!("(SELECT {} FROM {table} WHERE {key} = ?1)", quoted(column))
    }

    /// Counts the newest users, and tells whether each has one row in another table, which is read once,
    /// or by its index.
    pub(super) fn companions(
        &self,
        other: &str,
        column: &str,
        target: &str,
        newest: u32,
    ) -> String {
        let Sql { table, key, .. } = self;
        let (other, column, target) = (quoted(other), quoted(column), quoted(target));
        let newest =
            format!("SELECT {target} AS target FROM {table} ORDER BY {key} DESC LIMIT {newest}");
        format!(
            "SELECT users, rows = users AND kinds = users FROM
                 (SELECT count(*) AS users FROM ({newest})),
                 (SELECT count(*) AS rows, count(DISTINCT {column}) AS kinds FROM {other}
                  WHERE {column} IN (SELECT target FROM ({newest})))"
        )
    }

    /// Counts the rows of another table in which `column` has what the row `?1` has in `target`.
    pub(super) fn references(&self, other: &str, column: &str, target: &str) -> String {
        let (other, column) = (quoted(other), quoted(column));
        format!("SELECT count(*) FROM {other} WHERE {column} = {}", self.of_user(target))
    }
}

/// A hash that is not longer than any readable one (`MAX_READABLE_BYTES`, which take twice as many
/// bytes in UTF-16).
fn readable(hash: &str) -> String {
    format!("CASE WHEN octet_length({hash}) <= 4096 THEN {hash} END")
}

/// A value, or its length if it is too long (`MAX_VALUE_BYTES`).
fn shown(column: &str) -> String {
    format!(
        "CASE WHEN octet_length({column}) > 1000000 \
         THEN '(' || octet_length({column}) || ' bytes)' ELSE {column} END"
    )
}

/// The length of a value in characters, or of one that is too long in bytes.
fn chars(column: &str) -> String {
    format!(
        "CASE WHEN octet_length({column}) > 1000000 THEN octet_length({column}) \
         ELSE length({column}) END"
    )
}

/// A name of the schema, to be put into SQL.
pub(super) fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// Names of the schema, by commas.
fn list<'c>(columns: impl Iterator<Item = &'c str>) -> String {
    columns.map(quoted).collect::<Vec<_>>().join(", ")
}
