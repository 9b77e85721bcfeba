//! Is a name free? Asked inside the transaction that takes it.
//!
//! Whatever of the question does not depend on other writers is settled before that transaction
//! begins, since the application waits for its end.

use super::Waived;
use crate::error::{Error, Result};
use crate::store::{NameIndex, State, Store};
use crate::user::fold::{Search, fold};
use crate::user::{Selector, UserId, Username};

/// The users whose names look like one name, ready to be looked for under a lock.
pub(super) struct Similar<'s> {
    store: &'s Store,
    name: String,
    search: Search,
    names: Names<'s>,
}

enum Names<'s> {
    Indexed(NameIndex<'s>),
    /// There is no index in the order of bytes, so all names were read: these look like the name,
    /// as long as nobody else commits.
    Read {
        state: State,
        similar: Vec<String>,
    },
}

impl<'s> Similar<'s> {
    /// Prepares the search, unless the rule is waived; where no index can answer it, all names are
    /// read now.
    pub(super) fn prepare(
        store: &'s Store,
        name: &Username,
        waived: Waived,
    ) -> Result<Option<Self>> {
        if waived.lookalike {
            return Ok(None);
        }
        let name = name.as_str().to_owned();
        let search = Search::new(&name);
        let names = match store.name_index()? {
            Some(index) => Names::Indexed(index),
            None => read(store, &name)?,
        };
        Ok(Some(Similar { store, name, search, names }))
    }

    /// Refuses the name if it looks like that of another user than `own`.
    pub(super) fn refuse(&mut self, own: Option<UserId>) -> Result<()> {
        match self.other_than(own)? {
            Some(existing) => Err(Error::LookalikeExists { asked: self.name.clone(), existing }),
            None => Ok(()),
        }
    }

    fn other_than(&mut self, own: Option<UserId>) -> Result<Option<String>> {
        let store = self.store;
        let is_another = |stored: &str| {
            let found = store.find(&Selector::Name(stored.as_bytes().to_vec()))?;
            Ok(stored != self.name && found.iter().any(|account| Some(account.user.id) != own))
        };
        if let Names::Read { state, .. } = self.names
            && state != store.state()?
        {
            self.names = read(store, &self.name)?;
        }
        match &mut self.names {
            Names::Indexed(index) => {
                self.search.find(|prefix| index.first_from(prefix), is_another)
            }
            Names::Read { similar, .. } => {
                for name in similar {
                    if is_another(name)? {
                        return Ok(Some(name.clone()));
                    }
                }
                Ok(None)
            }
        }
    }
}

fn read<'s>(store: &Store, name: &str) -> Result<Names<'s>> {
    let state = store.state()?;
    let folded = fold(name);
    let mut similar = Vec::new();
    store.scan_names(|_, stored| {
        if let Some(Ok(stored)) = stored.map(std::str::from_utf8)
            && fold(stored) == folded
        {
            similar.push(stored.to_owned());
        }
        Ok(())
    })?;
    Ok(Names::Read { state, similar })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    use super::*;
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
        let name = Username::new(name.as_bytes()).unwrap();
        let mut similar = Similar::prepare(&store, &name, Waived::default()).unwrap().unwrap();
        let is_indexed = matches!(similar.names, Names::Indexed(_));
        (similar.other_than(None).unwrap(), is_indexed)
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
