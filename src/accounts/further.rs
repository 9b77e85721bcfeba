//! What a user's row gets beside name and hash: what the layout says of new rows, and what an admin
//! says. Which type it has there is for the column to say.

use std::time::SystemTime;

use super::Random;
use super::like::Like;
use crate::error::{Error, Result};
use crate::layout::{Assigned, Assignment, Column, Layout, Stored, Uuid, UuidForm, Value};
use crate::store::Store;
use crate::user::User;

/// What an admin says of a user's row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Further {
    /// Columns, and what they get.
    pub set: Vec<Assignment>,
    /// The e-mail address, for the column that the layout names for it.
    pub email: Option<String>,
    /// Whether to make the user an admin, as the layout says it.
    pub admin: bool,
    /// Whether the user is to be let in or kept out, as the layout says it.
    pub enable: Option<bool>,
    /// Whom a new user is to be like, and what they do without.
    pub like: Like,
}

impl Further {
    /// Whether anything is said.
    #[must_use]
    pub fn is_given(&self) -> bool {
        *self != Further::default()
    }

    /// What a row of the first application's table gets, which has no further columns.
    pub(super) fn of_first(&self) -> Result<Vec<Assigned>> {
        if let Some(whom) = &self.like.whom {
            return Err(Error::UserNotFound(whom.to_string()));
        }
        match self.assignments(&Layout::passlib())?.into_iter().next() {
            None => Ok(Vec::new()),
            Some(Assignment { column, .. }) => Err(Error::InvalidColumn {
                column,
                reason: "the table that is to be made has no such column".to_owned(),
            }),
        }
    }

    /// All of it as columns and what they get, each once.
    pub(super) fn assignments(&self, layout: &Layout) -> Result<Vec<Assignment>> {
        let mut all = self.set.clone();
        if let Some(email) = &self.email {
            let column = layout.email.clone();
            let column = column.ok_or(Error::LayoutLacks("column of e-mail addresses"))?;
            all.push(Assignment { column, value: Value::Text(email.clone().into()) });
        }
        if self.admin {
            all.extend(named(&layout.admin, "column that makes a user an admin")?);
        }
        match self.enable {
            Some(true) => all.extend(named(&layout.enable, "column that lets a user log in")?),
            Some(false) => {
                all.extend(named(&layout.disable, "column that keeps a user from logging in")?);
            }
            None => {}
        }
        for (at, Assignment { column, .. }) in all.iter().enumerate() {
            if all[..at].iter().any(|other| other.column.eq_ignore_ascii_case(column)) {
                let reason = "it is given twice".to_owned();
                return Err(Error::InvalidColumn { column: column.clone(), reason });
            }
        }
        Ok(all)
    }
}

fn named(assignments: &[Assignment], what: &'static str) -> Result<Vec<Assignment>> {
    if assignments.is_empty() {
        return Err(Error::LayoutLacks(what));
    }
    Ok(assignments.to_vec())
}

/// Columns of the users' table, and what they get.
#[derive(Default)]
pub(super) struct Filling {
    columns: Vec<(Column, Value)>,
}

impl Filling {
    /// What a new row gets that is to be like another one in these columns.
    pub(super) fn of_new(store: &Store, further: &Further, like: &[String]) -> Result<Self> {
        let filling = Filling::of_some_new(store, further, like)?;
        match &filling.lacking(store, like)?[..] {
            [] => Ok(filling),
            lacking => Err(columns_needed(store, lacking)),
        }
    }

    /// The same for a row that has more besides.
    pub(super) fn of_some_new(store: &Store, further: &Further, like: &[String]) -> Result<Self> {
        let layout = store.layout();
        let mut all = further.assignments(layout)?;
        let is_given = |it: &&Assignment| {
            !all.iter().any(|other| other.column.eq_ignore_ascii_case(&it.column))
        };
        // Where the other user is kept out, the new one is not to be.
        let lets_in =
            |column: &str| layout.enable.iter().any(|it| it.column.eq_ignore_ascii_case(column));
        let is_like = |it: &&Assignment| {
            !lets_in(&it.column) && like.iter().any(|like| like.eq_ignore_ascii_case(&it.column))
        };
        let of_layout = layout.add.iter().filter(is_given).filter(|it| !is_like(it));
        let of_layout: Vec<Assignment> = of_layout.cloned().collect();
        check_settable(store, &all)?;
        all.extend(of_layout);
        Filling::of(store, &all)
    }

    /// The columns that a new row needs and that are neither of these nor like another row's.
    pub(super) fn lacking(&self, store: &Store, like: &[String]) -> Result<Vec<String>> {
        let is_filled = |name: &String| {
            let is_it = |other: &str| other.eq_ignore_ascii_case(name);
            self.columns.iter().any(|(column, _)| is_it(&column.name))
                || like.iter().any(|like| is_it(like))
        };
        Ok(store.needed_columns()?.into_iter().filter(|name| !is_filled(name)).collect())
    }

    /// What a row gets that is there.
    pub(super) fn of_old(store: &Store, further: &Further) -> Result<Self> {
        let all = further.assignments(store.layout())?;
        check_settable(store, &all)?;
        Filling::of(store, &all)
    }

    /// Lets the columns follow that have this user's name a second time, where the layout says that they
    /// do.
    pub(super) fn follow_name(&mut self, store: &Store, user: &User) -> Result<()> {
        let name = Stored::Text(user.name.as_bytes().into());
        for Assignment { column, value } in &store.layout().add {
            let is_said = self.columns.iter().any(|(it, _)| it.name.eq_ignore_ascii_case(column));
            if is_said || *value != Value::Username {
                continue;
            }
            let column = store.assignable(column)?;
            let stored = store.values(user.key, std::slice::from_ref(&column.name))?;
            if stored.is_some_and(|stored| stored.contains(&name)) {
                self.columns.push((column, Value::Username));
            }
        }
        Ok(())
    }

    /// Whether it has something for this column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(it, _)| it.name.eq_ignore_ascii_case(column))
    }

    fn of(store: &Store, all: &[Assignment]) -> Result<Self> {
        let columns = all.iter().map(|Assignment { column, value }| {
            let column = store.assignable(column)?;
            check(&column, value)?;
            Ok((column, value.clone()))
        });
        Ok(Filling { columns: columns.collect::<Result<_>>()? })
    }

    /// What one row gets.
    pub(super) fn make(
        &self,
        store: &Store,
        name: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<Assigned>> {
        self.make_beside(&[], store, name, random)
    }

    /// What one row gets beside what it has.
    pub(super) fn make_beside(
        &self,
        own: &[Assigned],
        store: &Store,
        name: &[u8],
        random: Random<'_>,
    ) -> Result<Vec<Assigned>> {
        let columns = self.columns.iter().filter(|(column, _)| {
            !own.iter().any(|own| own.column.eq_ignore_ascii_case(&column.name))
        });
        let assigned = columns.map(|(column, value)| {
            let stored = match value {
                Value::Null => Ok(Stored::Null),
                Value::Now => column.moment(SystemTime::now()),
                Value::Uuid4 => column.typed(&uuid(UuidForm::HYPHENS, random)?),
                Value::Uuid4Hex => column.typed(&uuid(UuidForm::DIGITS, random)?),
                Value::Username => column.typed(name),
                Value::Query(sql) => Ok(store.query(sql)?),
                Value::Text(text) => column.typed(text.as_bytes()),
            };
            let stored = stored.map_err(|reason| invalid(column, reason))?;
            Ok(Assigned { column: column.name.clone(), stored })
        });
        assigned.collect()
    }
}

/// The error for columns that a new row needs and does not get.
pub(super) fn columns_needed(store: &Store, lacking: &[String]) -> Error {
    Error::ColumnsNeeded { table: store.layout().table.clone(), columns: lacking.to_vec() }
}

/// Fails if a column is not one that an admin may set.
fn check_settable(store: &Store, all: &[Assignment]) -> Result<()> {
    for Assignment { column, .. } in all {
        if let Some(reason) = is_own(store.layout(), column) {
            let (column, reason) = (column.clone(), reason.to_owned());
            return Err(Error::InvalidColumn { column, reason });
        }
    }
    Ok(())
}

/// Why a column is not a further one, if it is none.
pub(super) fn is_own(layout: &Layout, column: &str) -> Option<&'static str> {
    let is = |name: &str| column.eq_ignore_ascii_case(name);
    if is(&layout.id) {
        Some("users keep their ids")
    } else if is(&layout.username) {
        Some("it is the username")
    } else if is(&layout.hash) {
        Some("it is the password hash, which follows from the password")
    } else {
        None
    }
}

/// Fails if a column cannot get a value, whatever row it is for.
fn check(column: &Column, value: &Value) -> Result<()> {
    let fits = match value {
        Value::Null if column.not_null => Err("it cannot be NULL".to_owned()),
        Value::Null | Value::Query(_) | Value::Username => Ok(()),
        Value::Now => column.moment(SystemTime::UNIX_EPOCH).map(|_| ()),
        Value::Uuid4 => column.typed(&Uuid::of([0; 16]).written(UuidForm::HYPHENS)).map(|_| ()),
        Value::Uuid4Hex => column.typed(&Uuid::of([0; 16]).written(UuidForm::DIGITS)).map(|_| ()),
        Value::Text(text) => column.typed(text.as_bytes()).map(|_| ()),
    };
    fits.map_err(|reason| invalid(column, reason))
}

fn invalid(column: &Column, reason: String) -> Error {
    Error::InvalidColumn { column: column.name.clone(), reason }
}

fn uuid(form: UuidForm, random: Random<'_>) -> Result<Vec<u8>> {
    let mut bytes = [0; 16];
    random(&mut bytes)?;
    Ok(Uuid::of(bytes).written(form))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::{Access, Database, Opened};

    fn assigned(column: &str, value: &str) -> Assignment {
        Assignment::new(column, value)
    }

    /// What a row of a table would get, or the code of the error, by a layout that names columns.
    fn made(further: &Further, is_new: bool) -> Result<Vec<(String, Stored<'static>)>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.db");
        let schema = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, pw TEXT,
             email TEXT NOT NULL, locale TEXT NOT NULL, active BOOLEAN NOT NULL, token CHAR(32),
             is_admin INTEGER NOT NULL DEFAULT 0, fails INTEGER, twice AS (2 * id))";
        Connection::open(&path).unwrap().execute_batch(schema).unwrap();
        let [table, username, hash] = ["users", "name", "pw"].map(str::to_owned);
        let layout = Layout {
            email: Some("email".to_owned()),
            add: vec![assigned("active", "1"), assigned("token", "@uuid4hex")],
            admin: vec![assigned("is_admin", "1")],
            enable: vec![assigned("active", "1"), assigned("fails", "0")],
            ..Layout { table, username, hash, ..Layout::passlib() }
        };
        let store = Opened::open(&Database::at(path), Access::Write)?.store(layout)?;
        let filling = if is_new {
            Filling::of_new(&store, further, &[])?
        } else {
            Filling::of_old(&store, further)?
        };
        let zero = &mut |bytes: &mut [u8]| {
            bytes.fill(0);
            Ok(())
        };
        let made = filling.make(&store, b"ann", zero)?;
        Ok(made.into_iter().map(|it| (it.column, it.stored)).collect())
    }

    fn text(text: &str) -> Stored<'static> {
        Stored::Text(text.as_bytes().to_vec().into())
    }

    #[test]
    fn a_new_row_gets_what_the_layout_says_unless_the_admin_says_otherwise() {
        let email = Some("a@x.org".to_owned());
        let set = vec![assigned("Locale", "en"), assigned("active", "false")];
        let further = Further { set, email, admin: true, enable: None, ..Further::default() };
        let expected = [
            ("locale", text("en")),
            ("active", Stored::Integer(0)),
            ("email", text("a@x.org")),
            ("is_admin", Stored::Integer(1)),
            ("token", text("00000000000040008000000000000000")),
        ];
        assert_eq!(made(&further, true).unwrap(), expected.map(|(name, it)| (name.into(), it)));
    }

    #[test]
    fn a_row_that_is_there_gets_only_what_the_admin_says() {
        let further = Further { enable: Some(true), ..Further::default() };
        let expected = [("active", Stored::Integer(1)), ("fails", Stored::Integer(0))];
        assert_eq!(made(&further, false).unwrap(), expected.map(|(name, it)| (name.into(), it)));
        assert_eq!(made(&Further::default(), false).unwrap(), []);
        // The layout does not say how.
        let further = Further { enable: Some(false), ..Further::default() };
        assert_eq!(made(&further, false).unwrap_err().code(), "usage");
    }

    #[test]
    fn all_columns_that_a_new_row_lacks_are_named_at_once() {
        let error = made(&Further::default(), true).unwrap_err();
        assert_eq!(error.code(), "constraint_failed");
        let said = error.to_string();
        assert!(said.contains("users.email, users.locale, which"), "{said}");
    }

    #[test]
    fn what_cannot_be_set_is_a_usage_error() {
        for (column, value) in [
            ("id", "1"),
            ("name", "x"),
            ("PW", "x"),
            ("twice", "1"),
            ("colour", "red"),
            ("fails", "0 OR 1"),
            ("fails", "@uuid4"),
            ("active", "@now"),
            ("email", "@null"),
        ] {
            let further = Further { set: vec![assigned(column, value)], ..Further::default() };
            assert_eq!(made(&further, false).unwrap_err().code(), "usage", "{column} {value}");
        }
        let twice = vec![assigned("locale", "en"), assigned("LOCALE", "en")];
        let further = Further { set: twice, ..Further::default() };
        assert_eq!(made(&further, false).unwrap_err().code(), "usage");
        let set = vec![assigned("is_admin", "0")];
        let further = Further { set, admin: true, ..Further::default() };
        assert_eq!(made(&further, false).unwrap_err().code(), "usage");
    }
}
