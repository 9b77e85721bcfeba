//! The SQL about the table of the users, in one place.
//!
//! What asks about the schema is in `schema.rs`, what looks at other tables in `elsewhere.rs`.

use super::{Order, Selection};

/// The application's table, with ids that are never given out again.
pub(super) const CREATE_TABLE: &str = "CREATE TABLE user (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
	username VARCHAR(80) NOT NULL,
	password_hash VARCHAR(120) NOT NULL,
	UNIQUE (username)
)";

pub(super) const INSERT: &str = "INSERT INTO user (username, password_hash) VALUES (?1, ?2)";
pub(super) const INSERT_WITH_ID: &str =
    "INSERT INTO user (username, password_hash, id) VALUES (?1, ?2, ?3)";
pub(super) const UPDATE_NAME: &str = "UPDATE user SET username = ?1 WHERE id = ?2";
pub(super) const UPDATE_HASH: &str = "UPDATE user SET password_hash = ?1 WHERE id = ?2";
pub(super) const DELETE: &str = "DELETE FROM user WHERE id = ?1";

pub(super) const COUNT: &str = "SELECT count(*) FROM user";

/// Whether another row than `?2` has a name that the column calls the same.
pub(super) const IS_TAKEN: &str =
    "SELECT EXISTS (SELECT 1 FROM user WHERE username = ?1 AND id IS NOT ?2)";

/// Whether the name and the hash of a row are text.
pub(super) const ARE_TEXT: &str = "SELECT typeof(username) IN ('text', 'null'), \
    typeof(password_hash) = 'text' FROM user WHERE id = ?1";

/// All users with whatever they have for a hash.
pub(super) const SNAPSHOT: &str = "SELECT id, username, password_hash FROM user ORDER BY id";

/// The first name that is not less than the one asked for. The column may have a collation of its
/// own, in which no index in the order of bytes would be used. A name that is too long to be read is
/// no other's look-alike.
pub(super) const PROBE: &str = "SELECT username, id FROM user WHERE username COLLATE BINARY >= ?1
    AND octet_length(username) <= 1000000 ORDER BY username COLLATE BINARY LIMIT 1";

/// The first of the users who have a name or a hash longer than `?1` bytes. Lengths are known
/// without reading the values.
pub(super) const HUGE: &str =
    "SELECT id, octet_length(username), octet_length(password_hash) FROM user NOT INDEXED
    WHERE octet_length(username) > ?1 OR octet_length(password_hash) > ?1 LIMIT 1";

/// A hash that is not longer than any readable one (`MAX_READABLE_BYTES`, which take twice as many
/// bytes in UTF-16).
const READABLE_HASH: &str = "CASE WHEN octet_length(password_hash) <= 4096 THEN password_hash END";

/// The users of one id, which is `?1`.
pub(super) const OF_ID: &str = "user WHERE id = ?1";

/// The users of one name, which is `?1`, by an index if there is one.
pub(super) const OF_NAME: &str =
    "user WHERE octet_length(username) <= 1000000 AND username = ?1 ORDER BY id";

/// The same, without comparing the name with any that is too long.
pub(super) const OF_NAME_ONE_BY_ONE: &str = "user NOT INDEXED WHERE CASE WHEN \
    octet_length(username) <= 1000000 THEN username = ?1 END ORDER BY id";

/// Reads id, name and hash of some users. Of a name that is too long (`MAX_VALUE_BYTES`) the length
/// is shown.
pub(super) fn accounts(users: &str) -> String {
    format!(
        "SELECT id, CASE WHEN octet_length(username) > 1000000 \
         THEN '(' || octet_length(username) || ' bytes)' ELSE username END, {READABLE_HASH} \
         FROM {users}"
    )
}

/// Reads the hashes of the users who came last, the last one first.
pub(super) fn newest_hashes(count: u32) -> String {
    format!("SELECT {READABLE_HASH} FROM user ORDER BY id DESC LIMIT {count}")
}

/// Reads ids and names, if `is_guarded` those that are not too long: with this id and higher in the
/// order of the ids, or all in any order.
pub(super) fn names(from: Option<i64>, is_guarded: bool) -> String {
    let guard = "ifnull(octet_length(username) <= 1000000, TRUE)";
    let guard = if is_guarded { guard } else { "TRUE" };
    let order = from.map_or_else(String::new, |from| format!("AND id >= {from} ORDER BY id"));
    format!("SELECT id, username FROM user WHERE {guard} {order}")
}

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

/// Where the columns of a page are that not every page has.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) hash: Option<usize>,
    /// The bytes of a name as they are stored.
    pub(super) stored_name: Option<usize>,
    pub(super) is_selected: Option<usize>,
}

impl Columns {
    pub(super) fn of(selection: &Selection) -> Self {
        let mut next = NAME + 1..;
        let mut at = |is_there: bool| if is_there { next.next() } else { None };
        Columns {
            hash: at(selection.with_hashes),
            stored_name: at(selection.order == Order::Name),
            is_selected: at(selection.glob.is_some()),
        }
    }
}

/// Reads the rows of a part with these [`Columns`], those after the last one that was read if
/// `goes_on`.
pub(super) fn page(selection: &Selection, part: Part, goes_on: bool) -> String {
    let Selection { order, reverse, with_hashes, ref glob, .. } = *selection;
    let (after, direction) = if reverse { ("<", "DESC") } else { (">", "ASC") };
    let hash = if with_hashes { format!(", {READABLE_HASH}") } else { String::new() };
    // A cast to BLOB gives the bytes as they are stored, and a cast back the same text.
    let stored = if order == Order::Name { ", CAST(username AS BLOB)" } else { "" };
    // Rows that do not match are read too: that bounds the time of a page whatever matches.
    let is_selected = if glob.is_some() { ", ifnull(username GLOB :glob, 0)" } else { "" };
    let rows = match part {
        Part::All => "TRUE",
        Part::Nameless => "username IS NULL",
        Part::Named => "username IS NOT NULL",
    };
    let (key, last) = match part {
        Part::Named => (
            "username COLLATE BINARY",
            "CASE WHEN :is_text THEN CAST(:name AS TEXT) ELSE :name END",
        ),
        Part::All | Part::Nameless => ("id", ":key"),
    };
    let not_before = match (goes_on, part) {
        (false, _) => String::new(),
        (true, Part::Named) => {
            format!("AND {key} {after}= {last} AND ({key} {after} {last} OR id {after} :key)")
        }
        (true, Part::All | Part::Nameless) => format!("AND {key} {after} {last}"),
    };
    format!(
        "SELECT id, username{hash}{stored}{is_selected} FROM user \
         WHERE {rows} {not_before} ORDER BY {key} {direction}, id {direction}"
    )
}

/// A name of the schema, to be put into SQL.
pub(super) fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
