//! From a file to a store: whether the table of the users can be used, by what its rows are known, and
//! what it makes of what it is given.

use std::cell::{Cell, RefCell};

use super::hooks::Deleted;
use super::sql::{RowKey, Sql, quoted};
use super::{Opened, Store};
use crate::error::Result;
use crate::layout::{Affinity, Column, Layout, ROW_IDS, Table};

impl Opened {
    /// Makes a store of the users who are where the layout says. The table need not be there yet.
    ///
    /// # Errors
    /// [`crate::Error::WrongSchema`] if it is a view or virtual, if it lacks a column, or if its rows have no
    /// id of SQLite's own.
    pub fn store(self, layout: Layout) -> Result<Store> {
        let table = self.table(&layout.table)?;
        self.with(layout, table)
    }

    /// Makes a store of the users in a table that was looked at already.
    ///
    /// # Errors
    /// As [`Opened::store`].
    pub fn store_in(self, layout: Layout, table: Table) -> Result<Store> {
        self.with(layout, Some(table))
    }

    fn with(mut self, layout: Layout, table: Option<Table>) -> Result<Store> {
        let row_key = match &table {
            Some(table) => self.row_key(&layout, table)?,
            // As `init` makes it.
            None => RowKey::Id,
        };
        let deleted = Deleted::install(&mut self.connection, &layout.table);
        let deleted = self.read(deleted)?;
        let sql = Sql::new(&layout, row_key);
        Ok(Store {
            file: self,
            layout,
            sql,
            table: RefCell::new(table),
            hash_class: Cell::default(),
            deleted,
            index_is_useless: Cell::default(),
        })
    }

    /// By what the rows of a table are known.
    fn row_key(&self, layout: &Layout, table: &Table) -> Result<RowKey> {
        for name in [&layout.id, &layout.username, &layout.hash] {
            if table.column(name).is_none() {
                let reason = format!("it has no column `{name}`");
                return Err(self.wrong_schema(&layout.table, &reason));
            }
        }
        let is_first = *layout == Layout::passlib();
        let is_id = |column: &Column| column.name.eq_ignore_ascii_case(&layout.id);
        if self.row_id_column(table)?.is_some_and(is_id) {
            return Ok(RowKey::Id);
        }
        let is_declared = table.integer_key().is_some_and(is_id);
        let reason = match self.row_id(table) {
            _ if is_first && !is_declared => "its column `id` is not an INTEGER PRIMARY KEY",
            _ if is_first => {
                "its column `id` is not the row id (it is PRIMARY KEY DESC, or the table is \
                 WITHOUT ROWID), so that new users get no id"
            }
            Some(name) => return Ok(RowKey::RowId(name)),
            None => {
                "its rows have no id of SQLite's own (it is WITHOUT ROWID, or columns are called \
                 rowid, _rowid_ and oid)"
            }
        };
        Err(self.wrong_schema(&layout.table, reason))
    }

    /// The column that is SQLite's row id, if one is: SQLite itself gives a new row its number there.
    pub(super) fn row_id_column<'t>(&self, table: &'t Table) -> Result<Option<&'t Column>> {
        let Some(key) = table.integer_key() else { return Ok(None) };
        // Only a key that is not the row id has an index of its own (SQLite's CREATE TABLE, 'ROWIDs and
        // the INTEGER PRIMARY KEY', which names the exceptions).
        let has_index = "EXISTS (SELECT 1 FROM pragma_index_list(?1) WHERE origin = 'pk')";
        Ok(if self.holds(has_index, &[&table.name])? { None } else { Some(key) })
    }

    /// The name by which SQLite's row id can be asked for, if the table has one.
    pub(super) fn row_id(&self, table: &Table) -> Option<&'static str> {
        let name = ROW_IDS.into_iter().find(|name| table.column(name).is_none())?;
        let sql = format!("SELECT {name} FROM main.{}", quoted(&table.name));
        self.connection.prepare(&sql).is_ok().then_some(name)
    }
}

impl Store {
    /// Whether the table of the users is there; an unusable one is an error. Who makes tables asks in
    /// the transaction that does it: somebody else may have made this one meanwhile.
    ///
    /// # Errors
    /// As [`Opened::store`].
    pub fn has_table(&self) -> Result<bool> {
        if self.table.borrow().is_some() {
            return Ok(true);
        }
        let Some(table) = self.file.table(&self.layout.table)? else { return Ok(false) };
        let row_key = self.file.row_key(&self.layout, &table)?;
        if row_key == RowKey::Id {
            self.table.replace(Some(table));
            return Ok(true);
        }
        let reason = "it was made meanwhile, in another form than was to be made";
        Err(self.file.wrong_schema(&self.layout.table, reason))
    }

    /// Whether an index has the names in the order of their bytes, be it followed by something else.
    /// A column that makes numbers of names compares them as numbers too.
    pub(super) fn has_name_index(&self) -> Result<bool> {
        let Layout { table, username, .. } = &self.layout;
        let compares_bytes = matches!(self.affinity(username), Affinity::Text | Affinity::Blob);
        let has_index = "EXISTS (SELECT 1
             FROM pragma_index_list(?1) AS i, pragma_index_xinfo(i.name) AS c
             WHERE NOT i.partial AND c.seqno = 0 AND c.name = ?2 COLLATE NOCASE
             AND NOT c.\"desc\" AND c.coll = 'BINARY')";
        Ok(compares_bytes && self.file.holds(has_index, &[table, username])?)
    }

    /// Whether the table stores exactly what it is given: without triggers, and with columns that make
    /// no numbers of texts.
    pub(super) fn stores_faithfully(&self) -> Result<bool> {
        let Layout { table, id, username, hash, .. } = &self.layout;
        let keeps = |column| matches!(self.affinity(column), Affinity::Text | Affinity::Blob);
        let has_trigger = "EXISTS (SELECT 1 FROM sqlite_schema
             WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE)";
        Ok(keeps(username)
            && keeps(hash)
            && (self.sql.key_is_id() || keeps(id))
            && !self.file.holds(has_trigger, &[table])?)
    }

    /// What a column makes of what it is given: one of texts, where the table is still to be made.
    pub(super) fn affinity(&self, column: &str) -> Affinity {
        self.column(column).map_or(Affinity::Text, |column| Affinity::of(&column.kind))
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;
    use crate::hash::{HashString, Scheme};
    use crate::store::{Access, Database, NewUser, Order, Selection, Transaction};
    use crate::user::{Id, Selector, User, UserId, Username};

    /// A file with these tables, and the layout of the users in it.
    fn file(schema: &str, names: [&str; 4]) -> (TempDir, Database, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        Connection::open(&path).unwrap().execute_batch(schema).unwrap();
        let [table, id, username, hash] = names.map(str::to_owned);
        let layout = Layout { table, id, username, hash, ..Layout::passlib() };
        (folder, Database::at(path), layout)
    }

    fn store(database: &Database, layout: &Layout) -> Result<Store> {
        Opened::open(database, Access::Write)?.store(layout.clone())
    }

    fn hash(first: char) -> HashString {
        let hash = format!("$pbkdf2-sha256$1000${}${first}{}", "A".repeat(22), "A".repeat(42));
        HashString::from_ready(hash.as_bytes(), &[Scheme::Pbkdf2Sha256], 120).unwrap()
    }

    fn named(name: &str) -> Username {
        Username::new(name.as_bytes()).unwrap()
    }

    fn insert(transaction: &Transaction<'_>, name: &str, first: char) -> Result<User> {
        let (name, hash) = (named(name), hash(first));
        transaction.insert(NewUser { id: Id::Null, name: &name, hash: &hash, further: &[] })
    }

    /// Id and name of all users in an order.
    fn listed(store: &Store, order: Order) -> Vec<String> {
        let selected = store.select(Selection { order, ..Selection::default() }).unwrap();
        let (mut pages, mut users) = (store.pages(&selected).unwrap(), Vec::new());
        while pages
            .next(|user| {
                let name = String::from_utf8_lossy(user.name.unwrap_or_default());
                users.push(format!("{} {name}", user.id));
                ControlFlow::Continue(())
            })
            .unwrap()
        {}
        users
    }

    #[test]
    fn tables_and_columns_may_be_called_anything() {
        for names in [
            ["order", "id", "select", "from"],
            ["my \"users\"", "the id", "na'me", "pass;word"],
            ["таблица", "номер", "имя", "пароль"],
            ["INSERT", "UPDATE", "name, INSERT.x", "?1"],
            ["user", "ROWID", "username", "password_hash"],
        ] {
            let [table, id, username, hash_column] = names.map(quoted);
            for unique in ["UNIQUE", ""] {
                let schema = format!(
                    "CREATE TABLE {table} ({id} INTEGER PRIMARY KEY, {username} TEXT {unique}, \
                     {hash_column} TEXT);
                     CREATE TABLE other (x REFERENCES {table} ({id}), y REFERENCES {table});"
                );
                let (_folder, database, layout) = file(&schema, names);
                let store = store(&database, &layout).unwrap();
                let inserted = store.write(|transaction| {
                    insert(transaction, "bob", 'A')?;
                    transaction.inserter()?.insert(
                        None,
                        Some(b"ann"),
                        hash('A').as_str().as_bytes(),
                        &[],
                    )
                });
                inserted.unwrap();
                assert_eq!(listed(&store, Order::Id), ["1 bob", "2 ann"], "{names:?}");
                assert_eq!(listed(&store, Order::Name), ["2 ann", "1 bob"]);
                let bob = store.find(&Selector::Name(b"bob".into())).unwrap().pop().unwrap().user;
                assert_eq!(bob.id, UserId::Number(1));
                if unique == "UNIQUE" {
                    let taken = store.write(|it| insert(it, "bob", 'B'));
                    assert_eq!(taken.unwrap_err().code(), "user_exists", "{names:?}");
                }
                assert_eq!(store.similar("Bob").unwrap(), std::slice::from_ref(&bob));
                let changed = store
                    .write(|it| it.update(bob.key, Some(&named("rob")), Some(&hash('B')), &[]));
                assert_eq!(changed.unwrap().name.to_text(), "rob");
                let sql = "INSERT INTO other VALUES (1, NULL), (NULL, 1)";
                store.file.connection.execute_batch(sql).unwrap_err();
                store.file.commits.allowed(|| store.file.connection.execute_batch(sql)).unwrap();
                let references = store.references_to(bob.key).unwrap();
                assert_eq!(references.iter().map(|it| it.rows).collect::<Vec<_>>(), [1, 1]);
                let refused = store.write(|it| it.delete_all(&[bob.key])).unwrap_err();
                assert_eq!(refused.code(), "constraint_failed");
                let ann = store.find(&Selector::Id(UserId::Number(2))).unwrap().pop().unwrap().user;
                store.write(|it| it.delete_all(&[ann.key])).unwrap();
                assert_eq!(listed(&store, Order::Name), ["1 rob"]);
            }
        }
    }

    #[test]
    fn ids_that_are_texts_are_no_keys() {
        let schema = "CREATE TABLE users (id CHAR(36) PRIMARY KEY, mail TEXT UNIQUE, pw TEXT);
             INSERT INTO users VALUES ('b', 'bob', ''), ('007', 'ann', ''), ('7', 'eve', ''),
                 ('', 'nix', ''), (NULL, 'zoe', ''), (NULL, NULL, ''), (x'ff', 'bin', '')";
        let (_folder, database, layout) = file(schema, ["users", "id", "mail", "pw"]);
        let store = store(&database, &layout).unwrap();
        let in_their_order =
            ["b bob", "007 ann", "7 eve", " nix", "NULL zoe", "NULL ", "\u{fffd} bin"];
        assert_eq!(listed(&store, Order::Id), in_their_order);
        assert_eq!(listed(&store, Order::Name)[..3], ["NULL ", "007 ann", "\u{fffd} bin"]);
        let name_of = |id: &[u8]| {
            let found = store.find(&Selector::Id(UserId::parse(id))).unwrap();
            found.iter().map(|it| it.user.name.to_text().into_owned()).collect::<Vec<_>>()
        };
        for (id, name) in [(&b"b"[..], "bob"), (b"007", "ann"), (b"7", "eve"), (b"", "nix")] {
            assert_eq!(name_of(id), [name]);
        }
        assert_eq!(name_of(b"\xff"), ["bin"]);
        for id in [&b"B"[..], b"07", b"NULL", b"1"] {
            assert_eq!(name_of(id), [""; 0], "{id:?}");
        }
    }

    #[test]
    fn numbers_that_are_not_the_row_id_are_ids_all_the_same() {
        for kind in ["BIGINT PRIMARY KEY", "INT", "", "INTEGER UNIQUE"] {
            let schema = format!(
                "CREATE TABLE users (rowid TEXT, mail TEXT, pw TEXT, id {kind});
                 INSERT INTO users (mail, pw, id) VALUES ('bob', '', 70), ('ann', '', 7)"
            );
            let (_folder, database, layout) = file(&schema, ["users", "id", "mail", "pw"]);
            let store = store(&database, &layout).unwrap();
            assert_eq!(listed(&store, Order::Id), ["70 bob", "7 ann"]);
            assert_eq!(listed(&store, Order::Name), ["7 ann", "70 bob"]);
            for (id, count) in [("7", 1), ("007", 0), ("1", 0)] {
                let found = store.find(&Selector::Id(UserId::parse(id.as_bytes()))).unwrap();
                assert_eq!(found.len(), count, "{kind} {id}");
            }
        }
    }

    #[test]
    fn a_table_without_row_ids_cannot_be_used() {
        for (columns, after) in [
            ("id TEXT PRIMARY KEY, mail TEXT, pw TEXT", "WITHOUT ROWID"),
            ("id TEXT, mail TEXT, pw TEXT, rowid, _rowid_, OID", ""),
        ] {
            let schema = format!("CREATE TABLE users ({columns}) {after}");
            let (_folder, database, layout) = file(&schema, ["users", "id", "mail", "pw"]);
            assert_eq!(store(&database, &layout).unwrap_err().code(), "wrong_schema");
        }
    }
}
