//! Making a user like another one: what their row gets, and which rows of other tables they get.
//!
//! What becomes of a column is decided in `layout/ordinary.rs`, which tables belong to users in
//! `linked.rs`, and how it becomes rows in `template.rs`. All is read before the lock is taken.

use rusqlite::{OptionalExtension, Row};

use super::columns::stored;
use super::linked::{ForeignKey, beside};
use super::sql::quoted;
use super::template::{Gets, LikeRow, Template};
use super::{Copied, Store};
use crate::error::{Error, Result};
use crate::layout::ordinary::Treatment;
use crate::layout::{Assignment, Column, Stored, Table, Value};
use crate::user::Key;

/// How many memberships of one table are copied at most: nobody has more of a purpose.
const MOST_MEMBERSHIPS: usize = 1000;

impl Store {
    /// What a new user gets who is to be like the user of this row.
    ///
    /// # Errors
    /// [`Error::UserNotFound`] if nobody has the row any more, or as [`Store::find`].
    pub fn template(
        &self,
        model: Key,
        with_memberships: bool,
        with_companions: bool,
    ) -> Result<Template> {
        let companions = if with_companions { self.companions()? } else { Vec::new() };
        self.file.at_one_moment(|| {
            let missing = || Error::UserNotFound("the user to be copied".to_owned());
            let account = self.of_key(model)?.ok_or_else(missing)?;
            let name = account.user.name.as_bytes();
            let columns = self.users_row(model, name)?;
            let zeros = names_of(&columns, is_zero);
            let copied =
                Copied { columns: names_of(&columns, is_copied), zeros, ..Copied::default() };
            let mut template = Template { copied, columns, rows: Vec::new() };
            for companion in companions {
                let Some(table) = self.file.table(&companion.table)? else { continue };
                let keys = self.file.foreign_keys_of(&table.name)?;
                let links = self.links(&table, &keys);
                let link = links.into_iter().find(|link| link.column == companion.column);
                let Some(link) = link else { continue };
                let row = self.companion_row(&table, &link, model, name)?;
                let zeros = names_of(&row.columns, is_zero);
                let zeros = zeros.iter().map(|column| format!("{}.{column}", table.name));
                template.copied.zeros.extend(zeros);
                template.rows.push(row);
                template.copied.companions.push(table.name);
            }
            if with_memberships {
                self.add_memberships(&mut template, model)?;
            }
            Ok(template)
        })
    }

    /// What the row of the new user gets in columns that are not the layout's own.
    fn users_row(&self, model: Key, name: &[u8]) -> Result<Vec<(Column, Gets)>> {
        let table = self.table()?;
        let own = [&self.layout.id, &self.layout.username, &self.layout.hash];
        let own = own.into_iter().chain(&self.layout.email);
        let own: Vec<&String> = own.collect();
        let is_own = |column: &Column| own.iter().any(|it| it.eq_ignore_ascii_case(&column.name));
        let columns: Vec<&Column> = table.columns.iter().filter(|it| !is_own(it)).collect();
        let sql = self.sql.values(columns.iter().map(|column| column.name.as_str()));
        let mut columns = self.treated(&table, &columns, &sql, model, name)?;
        self.leave_rights(&mut columns, model)?;
        Ok(columns)
    }

    /// What a new row gets in these columns, which SQL reads by the key of the model.
    fn treated(
        &self,
        table: &Table,
        columns: &[&Column],
        sql: &str,
        model: Key,
        name: &[u8],
    ) -> Result<Vec<(Column, Gets)>> {
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let unique = self.file.unique_columns(table)?;
        let values = self.file.connection.query_row(sql, [model.0], |row| {
            let values = stored(row, 0, columns.len())?;
            Ok(values.iter().map(Stored::owned).collect::<Vec<_>>())
        });
        let values = self.read(values.optional())?.unwrap_or_default();
        let given = columns.iter().zip(values).filter_map(|(&column, value)| {
            let is_unique = unique.iter().any(|it| it.eq_ignore_ascii_case(&column.name));
            let gets = match &value {
                Stored::Text(text) if **text == *name && is_for_names(column) => Gets::Name,
                _ => match column.treatment(is_unique, &value) {
                    Treatment::Leave => return None,
                    treatment => Gets::Treated(treatment, value),
                },
            };
            Some((column.clone(), gets))
        });
        Ok(given.collect())
    }

    /// Takes out what makes the model an admin.
    fn leave_rights(&self, columns: &mut Vec<(Column, Gets)>, model: Key) -> Result<()> {
        for Assignment { column, value } in &self.layout.admin {
            let Some(position) =
                columns.iter().position(|(it, _)| it.name.eq_ignore_ascii_case(column))
            else {
                continue;
            };
            let (declared, gets) = &columns[position];
            if !matches!(gets, Gets::Treated(Treatment::Copy, _)) {
                continue;
            }
            let one = |sql: &str, key: Option<Key>| {
                let key = key.map(|key| key.0);
                let value =
                    self.file.connection.query_row(sql, rusqlite::params_from_iter(key), first);
                self.read(value.optional()).map(Option::flatten)
            };
            let admins = match value {
                Value::Text(text) => declared.typed(text.as_bytes()).ok(),
                Value::Query(sql) => one(sql, None)?,
                _ => None,
            };
            let has = one(&self.sql.values([declared.name.as_str()].into_iter()), Some(model))?;
            if has.is_some() && has == admins || is_one_of_them(has.as_ref(), admins.as_ref()) {
                columns.remove(position);
            }
        }
        Ok(())
    }

    /// The row of a companion for a new user.
    fn companion_row(
        &self,
        table: &Table,
        link: &ForeignKey,
        model: Key,
        name: &[u8],
    ) -> Result<LikeRow> {
        let row_id = self.file.row_id_column(table)?;
        let is_copied = |it: &&Column| it.name != link.column && Some(*it) != row_id;
        let columns: Vec<&Column> = table.columns.iter().filter(is_copied).collect();
        let names = columns.iter().map(|column| column.name.as_str());
        let sql = self.sql.linked(names, &table.name, &link.column, &link.target);
        let mut row = self.treated(table, &columns, &sql, model, name)?;
        row.extend(Self::of_user(table, link));
        Ok(LikeRow { table: table.name.clone(), columns: row })
    }

    fn add_memberships(&self, template: &mut Template, model: Key) -> Result<()> {
        for table in self.file.tables()? {
            let keys = self.file.foreign_keys_of(&table.name)?;
            for link in self.links(&table, &keys) {
                let Some(other) = self.membership(&table, &keys, &link) else { continue };
                let Some(column) = table.column(&other.column) else { continue };
                let names = [column.name.as_str()].into_iter();
                let sql = self.sql.linked(names, &table.name, &link.column, &link.target);
                let id = self.id_of_membership(&table, &link, other)?;
                for value in self.values_of(&sql, model)? {
                    let name = self.name_of(other, &value)?;
                    template.copied.memberships.push((table.name.clone(), name));
                    let copied = (column.clone(), Gets::Treated(Treatment::Copy, value));
                    let columns = Self::of_user(&table, &link).chain([copied]).chain(id.clone());
                    let columns = columns.collect();
                    template.rows.push(LikeRow { table: table.name.clone(), columns });
                }
            }
        }
        Ok(())
    }

    fn of_user<'t>(
        table: &'t Table,
        link: &'t ForeignKey,
    ) -> impl Iterator<Item = (Column, Gets)> + 't {
        let column = table.column(&link.column).cloned();
        column.into_iter().map(|column| (column, Gets::OfUser(link.target.clone())))
    }

    /// What the id of a membership gets, where the table does not give one.
    fn id_of_membership(
        &self,
        table: &Table,
        link: &ForeignKey,
        other: &ForeignKey,
    ) -> Result<Option<(Column, Gets)>> {
        let Some(id) = beside(table, [link, other]).next() else { return Ok(None) };
        if id.has_default || self.file.row_id_column(table)? == Some(id) {
            return Ok(None);
        }
        let sql = format!("SELECT {} FROM {} LIMIT 1", quoted(&id.name), quoted(&table.name));
        let value = self.file.connection.query_row(&sql, [], first);
        let value = self.read(value.optional())?.flatten().unwrap_or(Stored::Null);
        let treatment = id.treatment(true, &value);
        let is_given = treatment != Treatment::Leave;
        Ok(is_given.then(|| (id.clone(), Gets::Treated(treatment, value))))
    }

    pub(super) fn values_of(&self, sql: &str, model: Key) -> Result<Vec<Stored<'static>>> {
        let values = self.file.connection.prepare(sql).and_then(|mut statement| {
            let values = statement.query_map([model.0], first)?;
            let values = values.filter_map(Result::transpose).take(MOST_MEMBERSHIPS);
            values.collect::<rusqlite::Result<Vec<_>>>()
        });
        self.read(values)
    }

    /// What people call the row that a membership leads to: its name, or else what refers to it.
    fn name_of(&self, to: &ForeignKey, value: &Stored<'_>) -> Result<String> {
        const NAMES: [&str; 6] = ["name", "title", "label", "codename", "slug", "role"];
        let shown = |value: &Stored<'_>| match value {
            Stored::Null => "NULL".to_owned(),
            Stored::Integer(number) => number.to_string(),
            Stored::Real(number) => number.to_string(),
            Stored::Text(text) | Stored::Blob(text) => String::from_utf8_lossy(text).into_owned(),
        };
        let table = self.file.table(&to.to)?;
        let column = NAMES.iter().find_map(|name| table.as_ref()?.column(name));
        let Some(column) = column else { return Ok(shown(value)) };
        let sql = format!(
            "SELECT {} FROM {} WHERE {} = ?1",
            quoted(&column.name),
            quoted(&to.to),
            quoted(&to.target)
        );
        let name = self.file.connection.query_row(&sql, [value], first);
        let name = self.read(name.optional())?.flatten();
        Ok(shown(name.as_ref().filter(|name| **name != Stored::Null).unwrap_or(value)))
    }
}

/// The names of the columns that get something of a kind.
fn names_of(columns: &[(Column, Gets)], is_it: fn(&Gets) -> bool) -> Vec<String> {
    let those = columns.iter().filter(|(_, gets)| is_it(gets));
    those.map(|(column, _)| column.name.clone()).collect()
}

/// Whether it is the model's own value.
fn is_copied(gets: &Gets) -> bool {
    matches!(gets, Gets::Treated(Treatment::Copy, _))
}

fn is_zero(gets: &Gets) -> bool {
    matches!(gets, Gets::Treated(Treatment::Zero, _))
}

/// Whether a name of a user may stand in a column, so that it is not there by chance.
pub(super) fn is_for_names(column: &Column) -> bool {
    let name = column.name.to_ascii_lowercase();
    ["name", "user", "login", "mail"].iter().any(|part| name.contains(part))
}

/// Whether the bits of two numbers are rights, and that is among them which only admins have: the first,
/// as far as is known.
fn is_one_of_them(has: Option<&Stored<'_>>, admins: Option<&Stored<'_>>) -> bool {
    /// How many rights an admin has at least, where the bits of a number are rights.
    const FEWEST: u32 = 4;
    matches!((has, admins), (Some(Stored::Integer(has)), Some(Stored::Integer(admins)))
        if admins.count_ones() >= FEWEST && has & admins & 1 == 1)
}

/// The first value of a row.
fn first(row: &Row<'_>) -> rusqlite::Result<Option<Stored<'static>>> {
    Ok(stored(row, 0, 1)?.first().map(Stored::owned))
}
