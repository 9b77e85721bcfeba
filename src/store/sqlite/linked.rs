//! Which rows of other tables belong to a user, one each or several: companions and memberships.
//!
//! A *membership* is a row of a table that has two foreign keys, one of them to the users, and beside them
//! at most an id. A *companion* is the row of a table in which every user has exactly one. What a new user
//! gets of them is in `like.rs`; whatever refers to a user who is deleted, in `elsewhere.rs`.

use super::sample::cannot_be_read;
use super::{Companion, Opened, Store};
use crate::error::Result;
use crate::layout::{Affinity, Column, Table};

/// How many of the newest users show whether a table is one of companions.
const NEWEST: u32 = 1000;

/// Parts of the names of tables in which a user has a row only for a while.
const PASSING: [&str; 8] =
    ["session", "token", "log", "history", "audit", "attempt", "notification", "message"];

/// A foreign key of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ForeignKey {
    /// The column that has it.
    pub(super) column: String,
    /// The table that it leads to.
    pub(super) to: String,
    /// The column of that table.
    pub(super) target: String,
}

impl Store {
    /// The tables in which every user has exactly one row, which an application may not do without.
    ///
    /// The newest thousand users are looked at. Where no rule of the table says that there is one at
    /// most, it takes several users to show it, and the table must not be one of logs, sessions or the
    /// like.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn companions(&self) -> Result<Vec<Companion>> {
        self.file.at_one_moment(|| {
            let mut companions = Vec::new();
            for table in self.file.tables()? {
                let keys = self.file.foreign_keys_of(&table.name)?;
                for link in self.links(&table, &keys) {
                    let is_membership = self.membership(&table, &keys, &link).is_some();
                    if !is_membership && self.is_companion(&table, &link)? {
                        companions.push(Companion { table: table.name, column: link.column });
                        break;
                    }
                }
            }
            Ok(companions)
        })
    }

    /// How a table refers to the users: by foreign keys, or else by columns that are called and typed
    /// like that.
    pub(super) fn links(&self, table: &Table, keys: &[ForeignKey]) -> Vec<ForeignKey> {
        let users = self.layout.table.to_ascii_lowercase();
        if table.name.eq_ignore_ascii_case(&users) {
            return Vec::new();
        }
        let declared: Vec<ForeignKey> =
            keys.iter().filter(|key| self.leads_to_users(key)).cloned().collect();
        if !declared.is_empty() {
            return declared;
        }
        let singular = users.strip_suffix('s').unwrap_or(&users);
        let names = [&format!("{users}_id"), &format!("{singular}_id"), "user_id", "userid"];
        // A number says little, but a text that is an id of a user is one.
        let has_text_ids =
            !self.sql.key_is_id() && self.affinity(&self.layout.id) == Affinity::Text;
        let may_refer = |column: &Column| {
            let name = column.name.to_ascii_lowercase();
            names.contains(&name.as_str()) || has_text_ids && name == "id"
        };
        let columns = table.columns.iter().filter(|column| {
            let has_key = keys.iter().any(|key| key.column.eq_ignore_ascii_case(&column.name));
            may_refer(column) && !has_key
        });
        let link = |column: &Column| ForeignKey {
            column: column.name.clone(),
            to: self.layout.table.clone(),
            target: self.layout.id.clone(),
        };
        columns.map(link).collect()
    }

    /// The other foreign key of a table whose rows are memberships, if they are.
    pub(super) fn membership<'k>(
        &self,
        table: &Table,
        keys: &'k [ForeignKey],
        link: &ForeignKey,
    ) -> Option<&'k ForeignKey> {
        let other = match keys {
            [a, b] if a == link => b,
            [a, b] if b == link => a,
            _ => return None,
        };
        let mut beside = beside(table, [link, other]);
        let is_id = |column: &Column| column.key == 1 || column.name.eq_ignore_ascii_case("id");
        let is_alone = beside.next().is_none_or(is_id) && beside.next().is_none();
        (is_alone && !self.leads_to_users(other)).then_some(other)
    }

    fn leads_to_users(&self, key: &ForeignKey) -> bool {
        key.to.eq_ignore_ascii_case(&self.layout.table)
    }

    fn is_companion(&self, table: &Table, link: &ForeignKey) -> Result<bool> {
        let unique = self.file.unique_columns(table)?;
        let is_unique = unique.iter().any(|name| name.eq_ignore_ascii_case(&link.column));
        let name = table.name.to_ascii_lowercase();
        if !is_unique && PASSING.iter().any(|part| name.contains(part)) {
            return Ok(false);
        }
        // Of most tables the newest user shows that they are none.
        let (_, newest_has_one) = self.with_one_row(table, link, 1)?;
        if !newest_has_one {
            return Ok(false);
        }
        let (users, all_have_one) = self.with_one_row(table, link, NEWEST)?;
        Ok(all_have_one && users > i64::from(!is_unique))
    }

    /// How many of the newest users there are, and whether each has one row in a table.
    fn with_one_row(&self, table: &Table, link: &ForeignKey, newest: u32) -> Result<(i64, bool)> {
        let sql = self.sql.companions(&table.name, &link.column, &link.target, newest);
        let found = self.file.connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
        match found {
            Ok((0, _)) => Ok((0, false)),
            Err(error) if cannot_be_read(&error) => Ok((0, false)),
            found => self.read(found),
        }
    }
}

impl Opened {
    /// The foreign keys of a table that have one column, in the order of their declaration.
    pub(super) fn foreign_keys_of(&self, table: &str) -> Result<Vec<ForeignKey>> {
        let sql = "SELECT k.\"from\", k.\"table\",
                 ifnull(k.\"to\", (SELECT name FROM pragma_table_xinfo(k.\"table\") WHERE pk = 1))
             FROM pragma_foreign_key_list(?1) AS k
             WHERE NOT EXISTS (SELECT 1 FROM pragma_foreign_key_list(?1) AS other
                 WHERE other.id = k.id AND other.seq > 0)
             ORDER BY k.id DESC";
        let keys = self.connection.prepare(sql).and_then(|mut statement| {
            let keys = statement.query_map([table], |row| {
                // What has a name that is not UTF-8, or leads nowhere, cannot be asked about.
                let texts: Option<Vec<String>> = (0..3).map(|at| row.get(at).ok()).collect();
                Ok(texts.and_then(|texts| <[String; 3]>::try_from(texts).ok()))
            })?;
            keys.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()
        });
        let key = |[column, to, target]: [String; 3]| ForeignKey { column, to, target };
        Ok(self.read(keys)?.into_iter().map(key).collect())
    }

    /// The columns that are unique by themselves.
    pub(super) fn unique_columns(&self, table: &Table) -> Result<Vec<String>> {
        let sql =
            "SELECT min(c.name) FROM pragma_index_list(?1) AS i, pragma_index_info(i.name) AS c
             WHERE i.\"unique\" GROUP BY i.name HAVING count(*) = 1";
        let mut unique = self.read(self.texts(sql, [&table.name]))?;
        unique.extend(table.only_key().map(|key| key.name.clone()));
        Ok(unique)
    }
}

/// The columns of a table that have none of these keys.
pub(super) fn beside<'t>(
    table: &'t Table,
    keys: [&'t ForeignKey; 2],
) -> impl Iterator<Item = &'t Column> {
    table
        .columns
        .iter()
        .filter(move |column| !keys.iter().any(|key| key.column.eq_ignore_ascii_case(&column.name)))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;
    use crate::layout::Layout;
    use crate::store::{Access, Database};

    fn users(schema: &str) -> (TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        Connection::open(&path).unwrap().execute_batch(schema).unwrap();
        let [table, id, username, hash] = ["users", "id", "mail", "pw"].map(str::to_owned);
        let layout = Layout { table, id, username, hash, ..Layout::passlib() };
        let store =
            Opened::open(&Database::at(path), Access::Write).unwrap().store(layout).unwrap();
        (folder, store)
    }

    const NUMBERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT UNIQUE, pw TEXT);
        INSERT INTO users VALUES (1, 'ann', ''), (2, 'bob', ''), (3, 'eve', '');";

    const TEXTS: &str = "CREATE TABLE users (id TEXT PRIMARY KEY, mail TEXT UNIQUE, pw TEXT);
        INSERT INTO users VALUES ('a', 'ann', ''), ('b', 'bob', ''), ('e', 'eve', '');";

    #[test]
    fn a_companion_is_a_table_in_which_every_user_has_one_row() {
        let each = "INSERT INTO other (user_id) SELECT id FROM users;";
        for (users_table, declared, rows, is_one) in [
            (NUMBERS, "user_id REFERENCES users, x", each, true),
            (NUMBERS, "user_id REFERENCES users (id) UNIQUE, x", each, true),
            (NUMBERS, "user_id INTEGER, x", each, true),
            (NUMBERS, "users_id INTEGER, user_id, x REFERENCES users", each, false),
            (NUMBERS, "user_id REFERENCES users, x", "", false),
            (
                NUMBERS,
                "user_id REFERENCES users, x",
                "INSERT INTO other SELECT id, 1 FROM users WHERE id > 1;",
                false,
            ),
            (
                NUMBERS,
                "user_id REFERENCES users, x",
                "INSERT INTO other SELECT id, 1 FROM users; INSERT INTO other VALUES (1, 1);",
                false,
            ),
            // The users' ids are as good as any other number.
            (
                NUMBERS,
                "id INTEGER PRIMARY KEY, x",
                "INSERT INTO other SELECT id, 1 FROM users;",
                false,
            ),
            (TEXTS, "id TEXT PRIMARY KEY, x", "INSERT INTO other SELECT id, 1 FROM users;", true),
            (
                TEXTS,
                "id TEXT PRIMARY KEY, x",
                "INSERT INTO other SELECT mail, 1 FROM users;",
                false,
            ),
            // One row each for now.
            (
                NUMBERS,
                "user_id REFERENCES users, x",
                "DELETE FROM users WHERE id > 1; INSERT INTO other VALUES (1, 1);",
                false,
            ),
            (
                NUMBERS,
                "user_id UNIQUE REFERENCES users, x",
                "DELETE FROM users WHERE id > 1; INSERT INTO other VALUES (1, 1);",
                true,
            ),
            // Each user has one role.
            (
                NUMBERS,
                "user_id REFERENCES users, role_id REFERENCES role",
                "INSERT INTO other SELECT id, 1 FROM users;",
                false,
            ),
        ] {
            let schema = format!(
                "{users_table} CREATE TABLE role (id INTEGER PRIMARY KEY, name); \
                 INSERT INTO role VALUES (1, 'x'); CREATE TABLE other ({declared}); {rows}"
            );
            let (_folder, store) = users(&schema);
            let found = store.companions().unwrap();
            assert_eq!(found.iter().any(|it| it.table == "other"), is_one, "{declared} {rows}");
        }
        let log = format!(
            "{NUMBERS} CREATE TABLE login_log (user_id REFERENCES users);
            INSERT INTO login_log SELECT id FROM users;"
        );
        assert_eq!(users(&log).1.companions().unwrap(), []);
    }

    #[test]
    fn many_users_without_an_index_are_compared_in_no_time() {
        let many =
            "WITH RECURSIVE n (i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)";
        let schema = format!(
            "{NUMBERS} INSERT INTO users {many} SELECT i, 'user' || i, '' FROM n;
             CREATE TABLE profile (user_id REFERENCES users, x);
             INSERT INTO profile SELECT id, 1 FROM users;"
        );
        let (_folder, store) = users(&schema);
        // One by one these would be twenty million comparisons.
        let sql = store.sql.companions("profile", "user_id", "id", NEWEST);
        let mut statement = store.file.connection.prepare(&sql).unwrap();
        let found: (i64, bool) =
            statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(found, (1000, true));
        let steps = statement.get_status(rusqlite::StatementStatus::VmStep);
        assert!(steps < 1_000_000, "{steps}");
        drop(statement);
        assert_eq!(store.companions().unwrap().len(), 1);
    }
}
