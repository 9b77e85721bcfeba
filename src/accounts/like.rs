//! A new user who is to be like another one. What becomes of each column is said in
//! `layout/ordinary.rs`, and found in the store.

use std::time::SystemTime;

use super::{Random, guard, only_one};
use crate::error::{Error, Result};
use crate::layout::Assigned;
use crate::store::{Copied, LinkedRow, MadeLike, Store, Template, Transaction};
use crate::user::{Key, Selector, Username};

/// Whom a new user is to be like, and what they do without.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Like {
    /// The other user; none if the new one is like nobody.
    pub whom: Option<Selector>,
    /// Whether the other user's memberships are left out.
    pub without_memberships: bool,
    /// Whether the new user gets no rows in tables in which every user has one.
    pub without_companions: bool,
}

/// What was found of the other user, if there is one.
#[derive(Default)]
pub(super) struct Likeness {
    template: Option<Template>,
}

/// What one new user gets of it.
#[derive(Default)]
pub(super) struct Made {
    columns: Vec<Assigned>,
    rows: Vec<LinkedRow>,
}

impl Likeness {
    /// Looks at the other user.
    ///
    /// # Errors
    /// [`Error::UserNotFound`]; [`Error::CompanionsNeeded`] if there is no other user, every user has a
    /// row of another table, and the new one is not to go without.
    pub(super) fn find(store: &Store, like: &Like) -> Result<Self> {
        let Like { whom, without_memberships, without_companions } = like;
        if let Some(whom) = whom {
            let key = only_one(store.find(whom)?, whom)?.user.key;
            let template = store.template(key, !without_memberships, !without_companions)?;
            return Ok(Likeness { template: Some(template) });
        }
        // The first application is known to need none.
        if !without_companions && !guard::is_surely_first(store)? {
            let tables: Vec<String> =
                store.companions()?.into_iter().map(|companion| companion.table).collect();
            if !tables.is_empty() {
                return Err(Error::CompanionsNeeded { tables });
            }
        }
        Ok(Likeness::default())
    }

    /// Whether there is another user.
    pub(super) fn is_given(&self) -> bool {
        self.template.is_some()
    }

    /// The columns of the users' table that a new user gets something in.
    pub(super) fn columns(&self) -> Vec<String> {
        self.template.as_ref().map(Template::column_names).unwrap_or_default()
    }

    /// What is copied, for people, where nothing else fills the columns.
    pub(super) fn copied(&self, is_filled: impl Fn(&str) -> bool) -> Copied {
        let copied = self.template.as_ref().map(|template| template.copied.clone());
        let mut copied = copied.unwrap_or_default();
        for columns in [&mut copied.columns, &mut copied.zeros] {
            columns.retain(|column| !is_filled(column));
        }
        copied
    }

    /// What a user of this name gets.
    pub(super) fn make(&self, name: &Username, random: Random<'_>) -> Result<Made> {
        let Some(template) = &self.template else { return Ok(Made::default()) };
        let MadeLike { columns, rows } = template.make(name, SystemTime::now(), random)?;
        let assigned = |(column, stored)| Assigned { column, stored };
        Ok(Made { columns: columns.into_iter().map(assigned).collect(), rows })
    }
}

impl Made {
    /// Adds what nothing else says of the user's row.
    pub(super) fn complete(&mut self, mut given: Vec<Assigned>) -> Vec<Assigned> {
        let own = std::mem::take(&mut self.columns).into_iter();
        let is_new = |it: &Assigned| {
            !given.iter().any(|other| other.column.eq_ignore_ascii_case(&it.column))
        };
        let own: Vec<Assigned> = own.filter(is_new).collect();
        given.extend(own);
        given
    }

    /// Stores the rows of other tables.
    pub(super) fn store(&self, transaction: &Transaction<'_>, user: Key) -> Result<()> {
        transaction.insert_linked(user, &self.rows)
    }
}
