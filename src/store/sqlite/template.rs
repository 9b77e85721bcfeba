//! What a new user gets who is to be like another one, from what was read (`like.rs`) to rows. All that is
//! random is made before the lock is taken.

use std::time::SystemTime;

use rusqlite::ToSql;

use super::failure::During;
use super::sql::quoted;
use super::write::require_one;
use super::{Copied, Transaction};
use crate::error::{Error, Result};
use crate::layout::ordinary::Treatment;
use crate::layout::{Column, Stored};
use crate::user::{Key, Username};

/// What a new user gets who is to be like another one, until it is [made](Template::make).
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// What is copied, for people.
    pub copied: Copied,
    pub(super) columns: Vec<(Column, Gets)>,
    pub(super) rows: Vec<LikeRow>,
}

/// A row of another table for a user who is to be like another one.
#[derive(Clone, Debug)]
pub(super) struct LikeRow {
    pub(super) table: String,
    pub(super) columns: Vec<(Column, Gets)>,
}

/// What a column of a new row gets.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Gets {
    /// What the treatment makes of the model's value.
    Treated(Treatment, Stored<'static>),
    /// The name of the new user.
    Name,
    /// What the new user's own row has in this column.
    OfUser(String),
}

/// What one new user gets who is like another one.
#[derive(Debug)]
pub struct MadeLike {
    /// What their row gets in further columns.
    pub columns: Vec<(String, Stored<'static>)>,
    /// The rows of other tables.
    pub rows: Vec<LinkedRow>,
}

/// A row of another table, ready to be stored for a new user.
#[derive(Debug)]
pub struct LinkedRow {
    table: String,
    columns: Vec<(String, Cell)>,
}

#[derive(Debug)]
enum Cell {
    Value(Stored<'static>),
    OfUser(String),
}

impl Template {
    /// The columns of the users' table in which a new user gets something.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        self.columns.iter().map(|(column, _)| column.name.clone()).collect()
    }

    /// What the row of a user of this name gets in further columns, and the rows of other tables.
    ///
    /// # Errors
    /// What `random` fails with.
    pub fn make(
        &self,
        name: &Username,
        now: SystemTime,
        random: &mut dyn FnMut(&mut [u8]) -> Result<()>,
    ) -> Result<MadeLike> {
        let mut cell = |column: &Column, gets: &Gets| {
            Ok::<_, Error>(match gets {
                Gets::Name => Cell::Value(Stored::Text(name.as_str().as_bytes().to_vec().into())),
                Gets::OfUser(target) => Cell::OfUser(target.clone()),
                Gets::Treated(treatment, value) => {
                    Cell::Value(made(column, treatment, value, now, &mut *random)?)
                }
            })
        };
        let mut columns = Vec::new();
        for (column, gets) in &self.columns {
            if let Cell::Value(value) = cell(column, gets)? {
                columns.push((column.name.clone(), value));
            }
        }
        let mut rows = Vec::new();
        for LikeRow { table, columns } in &self.rows {
            let cells =
                columns.iter().map(|(column, gets)| Ok((column.name.clone(), cell(column, gets)?)));
            rows.push(LinkedRow { table: table.clone(), columns: cells.collect::<Result<_>>()? });
        }
        Ok(MadeLike { columns, rows })
    }
}

/// What a column gets of the model's value.
fn made(
    column: &Column,
    treatment: &Treatment,
    model: &Stored<'static>,
    now: SystemTime,
    random: &mut dyn FnMut(&mut [u8]) -> Result<()>,
) -> Result<Stored<'static>> {
    Ok(match treatment {
        Treatment::Copy => model.clone(),
        Treatment::Zero => Stored::Integer(0),
        Treatment::Leave => Stored::Null,
        Treatment::Renew(form) => {
            let mut bytes = vec![0; form.random_bytes()];
            random(&mut bytes)?;
            form.written(&bytes)
        }
        Treatment::Moment { in_milliseconds: true } => {
            let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            Stored::Integer(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        }
        Treatment::Moment { in_milliseconds: false } => {
            let moment = column.moment(now);
            moment
                .map_err(|reason| Error::ConstraintFailed(format!("{}: {reason}", column.name)))?
        }
    })
}

impl Transaction<'_> {
    /// Stores rows of other tables for the user of this row.
    ///
    /// # Errors
    /// [`Error::ConstraintFailed`], with the table, if the database refuses one.
    pub fn insert_linked(&self, user: Key, rows: &[LinkedRow]) -> Result<()> {
        for LinkedRow { table, columns } in rows {
            let names: Vec<String> = columns.iter().map(|(name, _)| quoted(name)).collect();
            let mut values: Vec<&dyn ToSql> = vec![&user.0];
            let mut places = Vec::with_capacity(columns.len());
            for (_, cell) in columns {
                places.push(match cell {
                    Cell::OfUser(target) => self.store.sql.of_user(target),
                    Cell::Value(value) => {
                        values.push(value);
                        format!("?{}", values.len())
                    }
                });
            }
            let sql = format!(
                "INSERT INTO {} ({}) VALUES ({})",
                quoted(table),
                names.join(", "),
                places.join(", ")
            );
            let changed = self
                .store
                .with_long_values(|| self.store.file.connection.execute(&sql, values.as_slice()));
            let changed = changed.map_err(|error| {
                let error = self.store.failure(&error, During::Write);
                error.explained(|reason| format!("a row of the table `{table}`: {reason}"))
            })?;
            require_one(changed)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::hash::{HashString, Scheme};
    use crate::layout::{Assignment, Layout};
    use crate::store::{Access, Database, NewUser, Opened, Store};
    use crate::user::{Id, Selector};

    const APPLICATION: &str = "
        CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, pw TEXT, mail TEXT,
            active BOOLEAN NOT NULL, theme TEXT, is_admin BOOLEAN, rights INTEGER, rank INTEGER,
            joined DATETIME, last_login DATETIME, logins_count INTEGER,
            fs_uniquifier TEXT NOT NULL, api_token TEXT, code TEXT UNIQUE);
        INSERT INTO users VALUES (1, 'root', '$x', 'root@x', 1, 'dark', 1, 479, 3,
            '2020-01-01 00:00:00', '2024-01-01 00:00:00', 7,
            '0f8fad5bd9cb469fa16570867728950e', '0f8fad5bd9cb469fa16570867728950f', 'unique');
        INSERT INTO users SELECT 2, 'bob', '$y', 'bob@x', 1, 'dark', 0, 2, 1, NULL, NULL, 0,
            '0f8fad5bd9cb469fa16570867728950d', NULL, NULL;
        CREATE TABLE role (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO role VALUES (1, 'editor'), (2, 'reader');
        CREATE TABLE user_role (user_id REFERENCES users, role_id REFERENCES role);
        INSERT INTO user_role VALUES (1, 1), (1, 2), (2, 2);
        CREATE TABLE user_group (id CHAR(32) PRIMARY KEY NOT NULL, user_id REFERENCES users,
            grp REFERENCES grp (code));
        CREATE TABLE grp (code TEXT PRIMARY KEY);
        INSERT INTO grp VALUES ('g1');
        INSERT INTO user_group VALUES ('0f8fad5bd9cb469fa16570867728950a', 1, 'g1');
        CREATE TABLE dated_role (user_id REFERENCES users, role_id REFERENCES role, since DATETIME);
        INSERT INTO dated_role VALUES (1, 1, '2020-01-01');
        CREATE TABLE follows (a REFERENCES users, b REFERENCES users);
        INSERT INTO follows VALUES (1, 2);
        CREATE TABLE profile (id INTEGER PRIMARY KEY, user_id UNIQUE REFERENCES users (id),
            username TEXT, phone TEXT, zone TEXT, secret TEXT, visits INTEGER);
        INSERT INTO profile VALUES (5, 1, 'root', '+41', 'UTC', 's3cret', 9),
            (6, 2, 'bob', '+41', 'CET', 's3cret', 9);";

    /// The store, and the rows of a new user who is like `model`.
    fn copied(model: &str, memberships: bool, companions: bool) -> (Vec<String>, Copied) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        Connection::open(&path).unwrap().execute_batch(APPLICATION).unwrap();
        let [table, id, username, hash] = ["users", "id", "name", "pw"].map(str::to_owned);
        let admin = [("is_admin", "1"), ("rights", "479"), ("rank", "3")];
        let admin = admin.map(|(column, value)| Assignment::new(column, value)).to_vec();
        let email = Some("mail".to_owned());
        let layout = Layout { table, id, username, hash, email, admin, ..Layout::passlib() };
        let store: Store =
            Opened::open(&Database::at(path), Access::Write).unwrap().store(layout).unwrap();
        let model = store.find(&Selector::Name(model.into())).unwrap().pop().unwrap().user.key;
        let template = store.template(model, memberships, companions).unwrap();
        let now = SystemTime::UNIX_EPOCH;
        let name = Username::new(b"eve").unwrap();
        let MadeLike { columns, rows } = template
            .make(&name, now, &mut |bytes| {
                bytes.fill(0);
                Ok(())
            })
            .unwrap();
        let hash = format!("$pbkdf2-sha256$1000${}${}", "A".repeat(22), "A".repeat(43));
        let hash = HashString::from_ready(hash.as_bytes(), &[Scheme::Pbkdf2Sha256], 120).unwrap();
        let mut shown: Vec<String> = columns
            .into_iter()
            .map(|(column, value)| match value {
                Stored::Integer(number) => format!("{column}={number}"),
                Stored::Text(text) => format!("{column}={}", String::from_utf8_lossy(&text)),
                other => format!("{column}={other:?}"),
            })
            .collect();
        // What it needs beside is given where further columns are.
        let execute =
            |sql: &str| store.file.commits.allowed(|| store.file.connection.execute_batch(sql));
        execute(
            "CREATE TABLE u2 AS SELECT * FROM users; PRAGMA foreign_keys = OFF; DROP TABLE users;
            CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, pw TEXT, mail TEXT);
            INSERT INTO users SELECT id, name, pw, mail FROM u2; PRAGMA foreign_keys = ON",
        )
        .unwrap();
        store
            .write(|transaction| {
                let new = NewUser { id: Id::Null, name: &name, hash: &hash, further: &[] };
                let user = transaction.insert(new)?;
                transaction.insert_linked(user.key, &rows)
            })
            .unwrap();
        for sql in [
            "SELECT 'user_role ' || role_id FROM user_role WHERE user_id = 3",
            "SELECT 'user_group ' || id || ' ' || grp FROM user_group WHERE user_id = 3",
            "SELECT 'dated_role' FROM dated_role WHERE user_id = 3",
            "SELECT 'follows' FROM follows WHERE a = 3 OR b = 3",
            "SELECT 'profile ' || id || ' ' || username || ' ' || ifnull(phone, '-') || ' ' || zone || ' ' || ifnull(secret, '-') || ' ' || visits FROM profile WHERE user_id = 3",
        ] {
            let mut statement = store.file.connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
            shown.extend(rows.map(Result::unwrap));
        }
        (shown, template.copied)
    }

    #[test]
    fn a_user_like_another_gets_what_is_ordinary_and_nothing_else() {
        let (rows, copied) = copied("root", true, true);
        assert_eq!(
            rows,
            [
                "active=1",
                "theme=dark",
                "is_admin=0",
                "joined=1970-01-01 00:00:00.000000",
                "logins_count=0",
                "fs_uniquifier=00000000000040008000000000000000",
                "user_role 1",
                "user_role 2",
                "user_group 00000000000040008000000000000000 g1",
                "profile 7 eve - UTC - 0",
            ]
        );
        assert_eq!(copied.columns, ["active", "theme"]);
        let memberships = [("user_role", "editor"), ("user_role", "reader"), ("user_group", "g1")];
        assert_eq!(
            copied.memberships,
            memberships.map(|(table, name)| (table.to_owned(), name.to_owned()))
        );
        assert_eq!(copied.companions, ["profile"]);
    }

    #[test]
    fn rights_that_are_no_admins_are_copied_and_rows_only_if_wanted() {
        let (rows, copied) = copied("bob", false, false);
        let own = ["active=1", "theme=dark", "is_admin=0", "rights=2", "rank=1", "logins_count=0"];
        assert_eq!(rows[..6], own);
        assert_eq!(rows.len(), 7, "{rows:?}");
        assert_eq!((copied.memberships.len(), copied.companions.len()), (0, 0));
    }
}
