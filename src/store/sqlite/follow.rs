//! Where a user's name stands once more, in a table in which every user has a row: who is renamed must have
//! the new name there too, or an application that looks there lets nobody in by it. What such tables are
//! is in `linked.rs`; columns of the users' own table that repeat the name are for the layout to say.

use super::failure::During;
use super::like::is_for_names;
use super::read::Text;
use super::sql::quoted;
use super::{Store, Transaction};
use crate::error::Result;
use crate::layout::Stored;
use crate::user::Key;

/// A column of another table in which a user's name stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlsoNamed {
    table: String,
    column: String,
    /// The column of that table that refers to the user, and what it refers to.
    link: [String; 2],
}

impl AlsoNamed {
    /// The column for people, with its table.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}

impl Store {
    /// The columns of other tables, in which every user has exactly one row, that hold the name of the user
    /// of this row.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn also_named(&self, user: Key, name: &[u8]) -> Result<Vec<AlsoNamed>> {
        let mut found = Vec::new();
        for companion in self.companions()? {
            let Some(table) = self.file.table(&companion.table)? else { continue };
            let keys = self.file.foreign_keys_of(&table.name)?;
            let links = self.links(&table, &keys);
            let Some(link) = links.into_iter().find(|link| link.column == companion.column) else {
                continue;
            };
            // Where the name itself is what refers to the user, the key says what becomes of it.
            if link.target.eq_ignore_ascii_case(&self.layout.username) {
                continue;
            }
            let columns = table.columns.iter().filter(|column| {
                is_for_names(column) && !column.is_generated && column.name != link.column
            });
            for column in columns {
                let one = [column.name.as_str()].into_iter();
                let sql = self.sql.linked(one, &table.name, &link.column, &link.target);
                let is_it =
                    |stored: &Stored<'_>| matches!(stored, Stored::Text(text) if **text == *name);
                if self.values_of(&sql, user)?.iter().any(is_it) {
                    found.push(AlsoNamed {
                        table: table.name.clone(),
                        column: column.name.clone(),
                        link: [link.column.clone(), link.target.clone()],
                    });
                }
            }
        }
        Ok(found)
    }
}

impl Transaction<'_> {
    /// Changes a name where it stands once more, if it still does.
    ///
    /// # Errors
    /// [`crate::Error::ConstraintFailed`], with the table, if the database refuses it.
    pub fn rename_there(
        &self,
        user: Key,
        also: &[AlsoNamed],
        [old, new]: [&[u8]; 2],
    ) -> Result<()> {
        for AlsoNamed { table, column, link: [link, target] } in also {
            let column = quoted(column);
            let sql = self.aborting(&format!(
                "UPDATE {} SET {column} = ?2 WHERE {} = {} AND {column} = ?3",
                quoted(table),
                quoted(link),
                self.store.sql.of_user(target),
            ))?;
            let changed = self.store.with_long_values(|| {
                self.store.file.connection.execute(&sql, (user.0, Text(new), Text(old)))
            });
            changed.map_err(|error| {
                let error = self.store.failure(&error, During::Write);
                error.explained(|reason| format!("the row of the table `{table}`: {reason}"))
            })?;
        }
        Ok(())
    }
}
