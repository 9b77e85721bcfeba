//! Who has a name, or one that looks like it: an index in the order of the bytes tells at once,
//! otherwise all names are read.
//!
//! An index compares the bytes as the file's encoding has them, UTF-8 or UTF-16, so names do not
//! stand in the order of their letters; but in each encoding the names that begin with the same
//! characters stand together, the shortest first, and that is all that is built on here. What looks
//! alike is told in `user/fold.rs`.

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Statement, ToSql};

use super::Store;
use super::filter::Filter;
use super::limits::is_about_length;
use super::read::{Text, bytes, id_of};
use crate::error::Result;
use crate::user::fold::{Search, fold};
use crate::user::{Id, Key, Selector, StoredName, User};

/// How many names are read before the lock for reading is given up for a moment.
const PAGE_ROWS: usize = 20_000;

/// Where there are more users than this for each name that is looked for, the index is asked, if
/// there is one: that takes some 25 questions a name.
const USERS_FOR_A_NAME: u64 = 50;

/// A search for the users who have, or look like, any of many names.
pub struct Lookup<'s> {
    store: &'s Store,
    with_similar: bool,
    by: By<'s>,
}

enum By<'s> {
    Index(Probe<'s>),
    /// All users are to be read, and most of those passed over who are not looked for.
    Reading(Filter),
}

impl Store {
    /// The users whose names look like this one, but are another: a user has one name, so where
    /// there are many it is enough to know those of two.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn similar(&self, name: &str) -> Result<Vec<User>> {
        let mut similar: Vec<String> = Vec::new();
        let mut add = |stored: &str| {
            if stored != name && similar.len() < 2 && !similar.iter().any(|known| known == stored) {
                similar.push(stored.to_owned());
            }
            similar.len() == 2
        };
        if let Some(mut probe) = self.probe()? {
            Search::new(name).find(|prefix| probe.first_from(prefix), add)?;
        } else {
            let folded = fold(name);
            self.read_names(|_, _, stored| {
                if let Some(Ok(stored)) = stored.map(std::str::from_utf8)
                    && fold(stored) == folded
                {
                    add(stored);
                }
                Ok(())
            })?;
        }
        let mut users = Vec::new();
        for name in similar {
            let found = self.find(&Selector::Name(name.into_bytes()))?;
            users.extend(found.into_iter().map(|account| account.user));
        }
        Ok(users)
    }

    /// Begins to look for the users who have one of this many names and, `with_similar`, for those
    /// whose names look like one of them; nothing if there are no users. No name is ever compared
    /// with every user.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn look_up(&self, names: u64, with_similar: bool) -> Result<Option<Lookup<'_>>> {
        self.expect_many_rows()?;
        let count = self.count()?;
        if count == 0 {
            return Ok(None);
        }
        let is_worth_it = count / USERS_FOR_A_NAME > names;
        let probe = if is_worth_it { self.probe()? } else { None };
        let by = probe.map_or_else(|| By::Reading(Filter::new(names)), By::Index);
        Ok(Some(Lookup { store: self, with_similar, by }))
    }

    fn probe(&self) -> Result<Option<Probe<'_>>> {
        if !self.has_name_index()? {
            return Ok(None);
        }
        let statement = self.read(self.file.connection.prepare(&self.sql.probe))?;
        Ok(Some(Probe { store: self, statement }))
    }

    /// Visits the keys and names of all users, and the ids of those who have no name, in any order, some perhaps twice. Names that are too
    /// long to be read are left out: no new name looks like one of these.
    ///
    /// Outside of a transaction the lock is given up now and then, so a caller who must know that
    /// nobody wrote meanwhile asks for [`Store::state`].
    fn read_names(
        &self,
        mut visit: impl FnMut(Key, Id<'_>, Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        let mut from = Some(i64::MIN);
        let mut is_guarded = false;
        while let Some(first) = from {
            match self.page_of_names(first, is_guarded, &mut visit) {
                // A look at each length makes reading a tenth slower, so it waits for the first that
                // is too long.
                Err(error) if !is_guarded && is_about_length(&error) => is_guarded = true,
                page => from = self.read(page)??,
            }
            self.file.database.interrupt.check()?;
        }
        Ok(())
    }

    /// Visits a page of names, those with this key and higher, and tells where the next begins; the
    /// inner error is that of `visit`. In a transaction all are one page, in the order that takes the
    /// least time.
    fn page_of_names(
        &self,
        first: i64,
        is_guarded: bool,
        visit: &mut impl FnMut(Key, Id<'_>, Option<&[u8]>) -> Result<()>,
    ) -> rusqlite::Result<Result<Option<i64>>> {
        // An index of the names is shorter than the table, but gives no rows to go on from.
        let is_page = self.file.connection.is_autocommit();
        let mut statement =
            self.file.connection.prepare(&self.sql.names(is_page.then_some(first), is_guarded))?;
        let mut names = statement.query([])?;
        let mut count = 0;
        while let Some(row) = names.next()? {
            let number = row.get(0)?;
            if is_page && count == PAGE_ROWS {
                return Ok(Ok(Some(number)));
            }
            count += 1;
            let mut digits = String::new();
            let id = if self.sql.key_is_id() {
                Id::Number(number)
            } else {
                id_of(row.get_ref(2)?, &mut digits)
            };
            let key = Key(number);
            let visited = match row.get_ref(1)? {
                ValueRef::Text(name) | ValueRef::Blob(name) => visit(key, id, Some(name)),
                other => visit(key, id, bytes(other).as_deref()),
            };
            if let Err(error) = visited {
                return Ok(Err(error));
            }
        }
        Ok(Ok(None))
    }
}

impl Lookup<'_> {
    /// Looks for a name, or for a user of this id who has none; `found` gets who was found at once,
    /// with some key where the name is only a similar one.
    ///
    /// # Errors
    /// As [`Store::find`], [`crate::Error::Interrupted`], and what `found` fails with.
    pub fn look_for(
        &mut self,
        name: Option<&[u8]>,
        id: Id<'_>,
        mut found: impl FnMut(Key, Id<'_>, Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        let probe = match &mut self.by {
            By::Reading(filter) => {
                filter.add(name, id);
                return Ok(());
            }
            By::Index(probe) => probe,
        };
        self.store.file.database.interrupt.check()?;
        let Some(name) = name else {
            let there = self.store.find(&Selector::Id(id.owned()))?;
            let nameless = there.iter().find(|account| account.user.name == StoredName(None));
            return nameless.map_or(Ok(()), |account| found(account.user.key, id, None));
        };
        if let Some(key) = probe.exactly(name)? {
            return found(key, id, Some(name));
        }
        if self.with_similar
            && let Ok(name) = std::str::from_utf8(name)
            && let Some(similar) =
                Search::new(name).find(|prefix| probe.first_from(prefix), |_| true)?
        {
            return found(Key(0), id, Some(similar.as_bytes()));
        }
        Ok(())
    }

    /// Gives everybody who was not found at once: all who were looked for, and few others.
    ///
    /// # Errors
    /// As [`Lookup::look_for`].
    pub fn rest(
        self,
        mut found: impl FnMut(Key, Id<'_>, Option<&[u8]>) -> Result<()>,
    ) -> Result<()> {
        let By::Reading(filter) = self.by else { return Ok(()) };
        self.store.read_names(
            |key, id, name| {
                if filter.may_hold(name, id) { found(key, id, name) } else { Ok(()) }
            },
        )
    }
}

/// The names in the order of their bytes, which an index answers without reading the table.
struct Probe<'s> {
    store: &'s Store,
    statement: Statement<'s>,
}

impl Probe<'_> {
    /// The first name that is text and not less than `prefix`.
    fn first_from(&mut self, prefix: &str) -> Result<Option<Vec<u8>>> {
        let first = self.first(&prefix, |name| match name {
            ValueRef::Text(name) => Some(name.to_vec()),
            _ => None,
        });
        Ok(first?.map(|(name, _)| name))
    }

    /// The user with exactly this name, which may be text or a BLOB of the same bytes.
    fn exactly(&mut self, name: &[u8]) -> Result<Option<Key>> {
        let same = |stored: ValueRef<'_>| (bytes(stored).as_deref() == Some(name)).then_some(());
        let found = match self.first(&Text(name), same)? {
            None => self.first(&name, same)?,
            found => found,
        };
        Ok(found.map(|((), key)| key))
    }

    fn first<T>(
        &mut self,
        from: &dyn ToSql,
        take: impl FnOnce(ValueRef<'_>) -> Option<T>,
    ) -> Result<Option<(T, Key)>> {
        let first = self.statement.query_row([from], |row| {
            let key = Key(row.get(1)?);
            Ok(take(row.get_ref(0)?).map(|taken| (taken, key)))
        });
        self.store.read(first.optional()).map(Option::flatten)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::sql::{RowKey, Sql};
    use super::*;
    use crate::layout::Layout;
    use crate::store::{Access, Database};

    /// The ways to declare the names, and whether an index in byte order can be asked.
    const TABLES: [(&str, &str, bool); 6] = [
        ("TEXT UNIQUE", "", true),
        ("TEXT COLLATE NOCASE UNIQUE", "", false),
        ("TEXT COLLATE NOCASE", "CREATE INDEX names ON user (username COLLATE BINARY)", true),
        (
            "TEXT COLLATE NOCASE UNIQUE",
            "CREATE INDEX names ON user (username COLLATE BINARY)",
            true,
        ),
        ("TEXT", "", false),
        ("STRING", "CREATE UNIQUE INDEX names ON user (username)", false),
    ];

    /// The look-alike that is found, and whether an index was asked.
    fn similar(
        encoding: &str,
        table: (&str, &str),
        stored: &[&str],
        name: &str,
    ) -> (Option<String>, bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        let connection = rusqlite::Connection::open(&path).unwrap();
        let (column, index) = table;
        let schema = format!(
            "PRAGMA encoding = '{encoding}'; PRAGMA synchronous = OFF;
             CREATE TABLE user (id INTEGER PRIMARY KEY, username {column}, password_hash); {index}"
        );
        connection.execute_batch(&schema).unwrap();
        for name in stored {
            let sql = "INSERT OR IGNORE INTO user (username, password_hash) VALUES (?1, '')";
            connection.execute(sql, [name]).unwrap();
        }
        let database = Database::at(path);
        let store = Store::open(&database, Access::Read).unwrap();
        let found = store.similar(name).unwrap().into_iter().next();
        let found = found.map(|user| user.name.to_text().into_owned());
        (found, store.has_name_index().unwrap())
    }

    #[test]
    fn a_column_with_a_collation_of_its_own_hides_nobody() {
        for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
            for (column, index, is_indexed) in TABLES {
                let stored = ["dOaa", "Dora", "\u{1f980}b", "01"];
                for (name, found) in
                    [("dora", Some("Dora")), ("\u{1f980}B", Some("\u{1f980}b")), ("dorb", None)]
                {
                    let is = similar(encoding, (column, index), &stored, name);
                    let expected = (found.map(str::to_owned), is_indexed);
                    assert_eq!(is, expected, "{encoding} {column} {index} {name}");
                }
            }
        }
    }

    #[test]
    fn a_probe_is_answered_by_the_index_alone() {
        for column in ["TEXT UNIQUE", "TEXT COLLATE NOCASE UNIQUE"] {
            let connection = rusqlite::Connection::open_in_memory().unwrap();
            let schema = format!(
                "CREATE TABLE user (id INTEGER PRIMARY KEY, username {column}, password_hash);
                 CREATE INDEX names ON user (username COLLATE BINARY)"
            );
            connection.execute_batch(&schema).unwrap();
            let mut plan = connection
                .prepare(&format!(
                    "EXPLAIN QUERY PLAN {}",
                    Sql::new(&Layout::passlib(), RowKey::Id).probe
                ))
                .unwrap();
            let steps = plan.query_map(["a"], |row| row.get::<_, String>("detail")).unwrap();
            let steps: Vec<String> = steps.map(Result::unwrap).collect();
            assert_eq!(steps.len(), 1, "{steps:?}");
            assert!(steps[0].starts_with("SEARCH user USING COVERING INDEX"), "{steps:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn an_index_finds_what_reading_every_name_finds_in_any_encoding(
            names in proptest::collection::btree_set(
                "[aAkK\u{212a}eEéÊ\u{301}\u{302}\u{ff}\u{100}\u{3a3}σς가각\u{1100}\u{1161}\u{e9}\u{fffd}\u{10400}\u{10428}\u{1f980}0]{1,4}",
                1..20,
            ),
            name in "[aAkKeEéê\u{301}\u{ff}\u{101}σς가\u{1100}\u{1161}\u{fffd}\u{10400}\u{10428}\u{1f980}0]{1,4}",
        ) {
            let stored: Vec<&str> = names.iter().map(String::as_str).collect();
            let alike: BTreeSet<&str> = (stored.iter().copied())
                .filter(|other| *other != name && fold(other) == fold(&name))
                .collect();
            for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
                // With a UNIQUE rule that ignores case some names are not stored at all.
                for (column, index, _) in TABLES.into_iter().filter(|it| !it.0.contains("NOCASE UNIQUE")) {
                    let (found, _) = similar(encoding, (column, index), &stored, &name);
                    prop_assert_eq!(found.is_some(), !alike.is_empty(), "{} {} {:?}", encoding, column, found);
                    prop_assert!(found.is_none_or(|found| alike.contains(found.as_str())));
                }
            }
        }
    }
}
