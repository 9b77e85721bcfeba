//! What the rows that are there are like, so that new ones are like them: how long names and hashes may
//! be, in which form ids are, and in which class hashes are stored.
//!
//! A bounded number of the newest rows is looked at.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, ToSql};

use super::{Limits, NewIds, Store};
use crate::error::{Error, Result};
use crate::hash::MAX_HASH_BYTES;
use crate::layout::{Affinity, Case, Layout, UuidForm, length};
use crate::user::{Id, MAX_USERNAME_CHARS};

/// In which class SQLite keeps a hash. An application that gets the other one may not read it: Python
/// makes `bytes` of a BLOB and `str` of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Text,
    Blob,
}

impl Class {
    /// SQLite's own word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Class::Text => "text",
            Class::Blob => "blob",
        }
    }
}

/// Bytes to be bound in a class.
pub(super) struct InClass<'a>(pub(super) &'a [u8], pub(super) Class);

impl ToSql for InClass<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.1 {
            Class::Text => ValueRef::Text(self.0),
            Class::Blob => ValueRef::Blob(self.0),
        }))
    }
}

/// An id to be bound, in a class where it is no number.
pub(super) struct IdInClass<'a>(pub(super) Id<'a>, pub(super) Class);

impl ToSql for IdInClass<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match (self.0, self.1) {
            (Id::Null, _) => ValueRef::Null,
            (Id::Number(number), _) => ValueRef::Integer(number),
            (Id::Text(bytes), Class::Text) => ValueRef::Text(bytes),
            (Id::Text(bytes), Class::Blob) => ValueRef::Blob(bytes),
        }))
    }
}

impl Limits {
    /// Those of the first application, whose columns are `VARCHAR(80)` and `VARCHAR(120)`.
    pub const FIRST: Limits =
        Limits { name_chars: MAX_USERNAME_CHARS, hash_bytes: MAX_HASH_BYTES, case: Case::Exact };
}

impl Store {
    /// How long names and hashes may be: the declared lengths, which the first application keeps to
    /// whatever its rows do, and any other one only if the newest thousand rows do.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn limits(&self) -> Result<Limits> {
        if self.is_first() {
            return Ok(Limits::FIRST);
        }
        let declared = |name| self.column(name).and_then(|column| length(&column.kind));
        let Layout { username, hash, .. } = &self.layout;
        let (name, hash) = (declared(username), declared(hash));
        let longest = |limit: Option<usize>, stored: Option<usize>, none: usize| match limit {
            Some(limit) if stored.is_none_or(|stored| stored <= limit) => limit,
            _ => none,
        };
        let (mut longest_name, mut longest_hash) = (None, None);
        if name.is_some() || hash.is_some() {
            let length = |length: Option<i64>| length.and_then(|it| usize::try_from(it).ok());
            let lengths = self.file.connection.query_row(&self.sql.newest_lengths, [], |row| {
                Ok((length(row.get(0)?), length(row.get(1)?)))
            });
            (longest_name, longest_hash) = self.read(lengths)?;
        }
        Ok(Limits {
            name_chars: longest(name, longest_name, Limits::MOST_NAME_CHARS),
            hash_bytes: longest(hash, longest_hash, Limits::MOST_HASH_BYTES),
            case: self.layout.case,
        })
    }

    /// How new users get their ids.
    ///
    /// # Errors
    /// [`Error::ConstraintFailed`] if nothing gives them any, and they are not UUIDs; or as
    /// [`Store::find`].
    pub fn new_ids(&self) -> Result<NewIds> {
        let id = &self.layout.id;
        let is_assigned = || self.layout.add.iter().any(|it| it.column.eq_ignore_ascii_case(id));
        let column = match self.column(id) {
            Some(column) if !self.sql.key_is_id() => column,
            _ => return Ok(NewIds::OfTheTable),
        };
        // Some applications know their users by nothing but the name.
        let is_name = id.eq_ignore_ascii_case(&self.layout.username);
        if column.has_default || column.is_generated || is_name || is_assigned() {
            return Ok(NewIds::OfTheTable);
        }
        let (form, is_any) = self.id_form()?;
        let kind = column.kind.to_ascii_uppercase();
        let is_for_uuids = Affinity::of(&kind) == Affinity::Text || kind.contains("UUID");
        match form {
            Some(form) => Ok(NewIds::Uuids(form)),
            None if !is_any && is_for_uuids => Ok(NewIds::Uuids(UuidForm::of_column(&kind))),
            None => Err(Error::ConstraintFailed(format!(
                "a new user needs an id in the column `{id}`, where nothing gives one, and what is \
                 there are no UUIDs, of which one could be made"
            ))),
        }
    }

    /// The class in which ids are stored that are no numbers.
    pub(super) fn id_class(&self) -> Result<Class> {
        let (form, _) = self.id_form()?;
        Ok(if form == Some(UuidForm::Bytes) { Class::Blob } else { Class::Text })
    }

    /// The form of the newest id that is a UUID, and whether there are ids at all.
    fn id_form(&self) -> Result<(Option<UuidForm>, bool)> {
        let Some(sql) = &self.sql.newest_ids else { return Ok((None, false)) };
        let mut is_any = false;
        let form = self.file.connection.prepare(sql).and_then(|mut statement| {
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                let form = match row.get_ref(0)? {
                    ValueRef::Null => continue,
                    ValueRef::Text(text) => UuidForm::of_text(text),
                    ValueRef::Blob(bytes) => (bytes.len() == 16).then_some(UuidForm::Bytes),
                    ValueRef::Integer(_) | ValueRef::Real(_) => None,
                };
                is_any = true;
                if form.is_some() {
                    return Ok(form);
                }
            }
            Ok(None)
        });
        Ok((self.read(form)?, is_any))
    }

    /// What the column of the ids makes of them.
    #[must_use]
    pub fn id_affinity(&self) -> Affinity {
        if self.sql.key_is_id() { Affinity::Integer } else { self.affinity(&self.layout.id) }
    }

    /// The class in which a hash is to be stored: that of the newest one, or else what the column is
    /// declared for.
    pub(super) fn hash_class(&self) -> Result<Class> {
        if let Some(class) = self.hash_class.get() {
            return Ok(class);
        }
        let class = if self.is_first() { Class::Text } else { self.class_of_newest()? };
        self.hash_class.set(Some(class));
        Ok(class)
    }

    fn class_of_newest(&self) -> Result<Class> {
        let newest = self.file.connection.query_row(&self.sql.newest_class, [], |row| row.get(0));
        let is_blob: Option<bool> = self.read(newest.optional())?;
        let is_declared = || {
            let column = self.column(&self.layout.hash);
            column.is_some_and(|column| column.kind.to_ascii_uppercase().contains("BLOB"))
        };
        Ok(if is_blob.unwrap_or_else(is_declared) { Class::Blob } else { Class::Text })
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;
    use crate::hash::{HashString, Scheme};
    use crate::store::{Access, Database, NewUser, Opened, fit_id};
    use crate::user::{Selector, UserId, Username};

    /// The users of a table of these columns and rows, in a file of their own.
    fn users(columns: &str, rows: &str, case: Case) -> (TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        let rows = if rows.is_empty() {
            String::new()
        } else {
            format!("INSERT INTO users VALUES {rows}")
        };
        let schema = format!("CREATE TABLE users ({columns}); {rows}");
        Connection::open(&path).unwrap().execute_batch(&schema).unwrap();
        let [table, id, username, hash] = ["users", "id", "mail", "pw"].map(str::to_owned);
        let layout = Layout { table, id, username, hash, case, ..Layout::passlib() };
        let store =
            Opened::open(&Database::at(path), Access::Write).unwrap().store(layout).unwrap();
        (folder, store)
    }

    fn hash() -> HashString {
        let hash = format!("$pbkdf2-sha256$1000${}${}", "A".repeat(22), "A".repeat(43));
        HashString::from_ready(hash.as_bytes(), &[Scheme::Pbkdf2Sha256], 120).unwrap()
    }

    /// The id that a new user gets, and the class of it and of the hash.
    fn added(columns: &str, rows: &str) -> String {
        let (_folder, store) = users(columns, rows, Case::Exact);
        let name = Username::new(b"new").unwrap();
        let id = match store.new_ids() {
            Err(error) => return error.code().to_owned(),
            Ok(ids) => ids.next(&mut |bytes| {
                bytes.fill(0xab);
                Ok(())
            }),
        };
        let hash = hash();
        let new =
            NewUser { id: id.as_ref().unwrap().borrowed(), name: &name, hash: &hash, further: &[] };
        let user = match store.write(|transaction| transaction.insert(new)) {
            Err(error) => return error.to_string(),
            Ok(user) => user,
        };
        let sql = "SELECT typeof(id) || ' ' || typeof(pw) FROM users WHERE mail = 'new'";
        let classes: String = store.file.connection.query_row(sql, [], |row| row.get(0)).unwrap();
        format!("{} {classes}", user.id)
    }

    #[test]
    fn a_new_text_id_is_a_uuid_in_the_form_of_the_others() {
        let hyphens = "abababab-abab-4bab-abab-abababababab text text";
        let digits = "abababababab4babababababababab text text";
        let digits = digits.replacen("abababababab4bab", "abababababab4babab", 1);
        let upper = "ABABABAB-ABAB-4BAB-ABAB-ABABABABABAB text text";
        let text = "id CHAR(36) PRIMARY KEY, mail, pw";
        let short = "id CHAR(32) PRIMARY KEY, mail, pw";
        for (columns, rows, expected) in [
            (text, "", hyphens),
            (short, "", &digits[..]),
            ("id UUID PRIMARY KEY, mail, pw", "", hyphens),
            ("id TEXT, mail, pw", "", hyphens),
            (short, "('00000000-0000-4000-8000-00000000000a', 'a', 'x')", hyphens),
            (text, "('0000000000004000800000000000000a', 'a', 'x')", &digits[..]),
            (text, "('00000000-0000-4000-8000-00000000000A', 'a', 'x')", upper),
            (
                text,
                "('00000000-0000-4000-8000-00000000000A', 'a', 'x'), ('007', 'b', 'x'), \
                 ('', 'c', 'x'), (NULL, 'd', 'x')",
                upper,
            ),
            ("id TEXT DEFAULT 'given', mail, pw", "", "given text text"),
            ("id INTEGER PRIMARY KEY, mail, pw", "(7, 'a', 'x')", "8 integer text"),
            (text, "('007', 'a', 'x')", "constraint_failed"),
            ("id BIGINT PRIMARY KEY, mail, pw", "(7, 'a', 'x')", "constraint_failed"),
            ("id BIGINT, mail, pw", "", "constraint_failed"),
            ("id, mail, pw", "", "constraint_failed"),
        ] {
            assert_eq!(added(columns, rows), expected, "{columns} {rows}");
        }
        let bytes = added("id BLOB, mail, pw", "(x'000102030405060708090a0b0c0d0e0f', 'a', 'x')");
        assert!(bytes.ends_with(" blob text"), "{bytes}");
    }

    #[test]
    fn a_hash_is_stored_in_the_class_of_the_others() {
        for (kind, rows, class) in [
            ("TEXT", "", "text"),
            ("VARCHAR(80)", "(1, 'a', x'01')", "blob"),
            ("BLOB", "", "blob"),
            ("BLOB", "(1, 'a', 'x')", "text"),
            ("LONGBLOB", "(1, 'a', NULL), (2, 'b', ''), (3, 'c', 5)", "blob"),
            ("", "(1, 'a', x'01'), (2, 'b', 'x')", "text"),
        ] {
            let columns = format!("id INTEGER PRIMARY KEY, mail, pw {kind}");
            let added = added(&columns, rows);
            assert!(added.ends_with(&format!(" integer {class}")), "{kind} {rows}: {added}");
        }
    }

    #[test]
    fn a_declared_length_is_a_limit_while_the_rows_keep_to_it() {
        let most = (Limits::MOST_NAME_CHARS, Limits::MOST_HASH_BYTES);
        for (name, hash, rows, limits) in [
            ("VARCHAR(64)", "VARCHAR(128)", "", (64, 128)),
            ("VARCHAR(5)", "CHAR(6)", "(1, 'ééééé', 'xxxxxx')", (5, 6)),
            ("VARCHAR(5)", "CHAR(6)", "(1, 'éééééé', 'xxxxxx')", (most.0, 6)),
            ("VARCHAR(5)", "CHAR(6)", "(1, 'a', 'xxxxxxx'), (2, NULL, NULL)", (5, most.1)),
            ("VARCHAR(5)", "CHAR(6)", "(1, zeroblob(2000000), zeroblob(2000000))", most),
            ("TEXT", "", "", most),
        ] {
            let columns = format!("id INTEGER PRIMARY KEY, mail {name}, pw {hash}");
            let (_folder, store) = users(&columns, rows, Case::Exact);
            let Limits { name_chars, hash_bytes, .. } = store.limits().unwrap();
            assert_eq!((name_chars, hash_bytes), limits, "{name} {hash} {rows}");
        }
        let first = |length| {
            Limits::FIRST.check_name(&Username::new("é".repeat(length).as_bytes()).unwrap())
        };
        assert!(first(80).is_ok() && first(81).is_err());
        let limits = Limits { name_chars: 5, hash_bytes: 3, case: Case::Lower };
        let check = |name: &str| limits.check_name(&Username::new(name.as_bytes()).unwrap());
        assert!(check("ééééé").is_ok());
        for name in ["éééééé", "Ann"] {
            assert_eq!(check(name).unwrap_err().code(), "invalid_username");
        }
    }

    #[test]
    fn names_are_found_as_the_application_finds_them() {
        let rows = "(1, 'Bob', ''), (2, 'bob', ''), (3, 'Eve', ''), (4, 'ÉVA', ''), (5, NULL, ''), \
                    (6, 'dan', ''), (7, zeroblob(2000000), ''), (8, 'ZOE', ''), (9, 'zoE', '')";
        for (case, is_login, name, expected) in [
            (Case::Exact, true, "EVE", &[][..]),
            (Case::Fold, true, "EVE", &[3]),
            (Case::Fold, true, "Bob", &[1]),
            (Case::Fold, true, "bob", &[2]),
            (Case::Fold, true, "BOB", &[1, 2]),
            (Case::Fold, false, "zoe", &[8, 9]),
            (Case::Fold, true, "éva", &[]),
            (Case::Lower, true, "DAN", &[6]),
            (Case::Lower, true, "Eve", &[]),
            (Case::Lower, false, "Eve", &[3]),
            (Case::Lower, true, "Bob", &[2]),
            (Case::Lower, false, "Bob", &[1]),
        ] {
            let (_folder, store) = users("id INTEGER PRIMARY KEY, mail, pw", rows, case);
            let found = if is_login {
                store.find_for_login(name.as_bytes())
            } else {
                store.find(&Selector::Name(name.into()))
            };
            let keys: Vec<i64> = found.unwrap().iter().map(|it| it.user.key.0).collect();
            assert_eq!(keys, expected, "{case:?} {is_login} {name}");
        }
    }

    #[test]
    fn an_id_from_a_file_is_such_as_the_table_has() {
        let fit = |columns: &str, id: &[u8]| {
            let (_folder, store) = users(columns, "", Case::Exact);
            fit_id(store.id_affinity(), UserId::parse(id)).map_err(|error| error.code())
        };
        let (number, text) = ("id INTEGER PRIMARY KEY, mail, pw", "id TEXT, mail, pw");
        assert_eq!(fit(number, b"7"), Ok(UserId::Number(7)));
        assert_eq!(fit(number, b""), Ok(UserId::Null));
        assert_eq!(fit(number, b"007"), Err("invalid_input"));
        assert_eq!(fit("id INT, mail, pw", b"x"), Err("invalid_input"));
        assert_eq!(fit(text, b"7"), Ok(UserId::Text(b"7".into())));
        assert_eq!(fit(text, b""), Ok(UserId::Text(b"".into())));
        assert_eq!(fit("id, mail, pw", b"7"), Ok(UserId::Number(7)));
    }
}
