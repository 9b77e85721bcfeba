//! What rows say of further columns, typed by the columns, and what new users get of which the rows say
//! nothing.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::plan::Plan;
use super::row::Row;
use super::{Given, Random};
use crate::accounts::further::{Filling, Further, columns_needed};
use crate::accounts::like::{Likeness, Made};
use crate::error::{Error, Result};
use crate::layout::{Assigned, Column, Stored};
use crate::sort::Sorted;
use crate::store::{Copied, Store};
use crate::user::Username;

/// The further columns of an import.
#[derive(Default)]
pub(super) struct Columns<'s> {
    /// None where the table is to be made, which has no further columns.
    store: Option<&'s Store>,
    /// What new users get.
    filling: Filling,
    /// Whom they are to be like.
    likeness: Likeness,
    /// Why they cannot be added, if there are any: every user has a row in another table.
    companions: Option<Error>,
    /// The columns that an admin gives all new users.
    of_all: Vec<String>,
    /// The columns that new users need beside those.
    needed: Vec<String>,
    /// The columns of the file, as far as it was read.
    of_file: RefCell<Vec<(Rc<str>, Column)>>,
}

impl<'s> Columns<'s> {
    pub(super) fn new(store: Option<&'s Store>, further: &Further) -> Result<Self> {
        let store = match store {
            Some(store) if store.has_table()? => Some(store),
            _ => None,
        };
        let (mut columns, of_file) = (Columns::default(), RefCell::default());
        match store {
            None => drop(further.of_first()?),
            Some(store) => {
                (columns.likeness, columns.companions) = match Likeness::find(store, &further.like)
                {
                    Err(error @ Error::CompanionsNeeded { .. }) => {
                        (Likeness::default(), Some(error))
                    }
                    likeness => (likeness?, None),
                };
                let like = columns.likeness.columns();
                columns.filling = Filling::of_some_new(store, further, &like)?;
                columns.needed = columns.filling.lacking(store, &like)?;
                let all = further.assignments(store.layout())?;
                columns.of_all.extend(all.into_iter().map(|it| it.column));
            }
        }
        Ok(Columns { store, of_file, ..columns })
    }

    /// Writes what a row gives its columns, in place of what is in `out`, as
    /// [`Columns::of_row`] reads it.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for a value that a column cannot get; [`Error::InvalidColumn`] for a
    /// column that no row of the file may have.
    pub(super) fn write(&self, given: &[Given], out: &mut Vec<u8>) -> Result<()> {
        out.clear();
        for Given { column: name, value } in given {
            let number = self.number(name)?;
            let column = &self.of_file.borrow()[number].1;
            let stored = match value {
                None if column.not_null => Err("it cannot be NULL".to_owned()),
                None => Ok(Stored::Null),
                Some(text) => column.typed(text),
            };
            let wrong = |reason| Error::InvalidInput(format!("column {}: {reason}", column.name));
            out.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
            stored.map_err(wrong)?.put(out);
        }
        Ok(())
    }

    /// What a row gives its columns.
    pub(super) fn of_row(&self, row: &Row<'_>) -> Vec<Assigned> {
        let (mut rest, mut assigned) = (row.further, Vec::new());
        let columns = self.of_file.borrow();
        while let Some((number, mut value)) = rest.split_first_chunk()
            && let Some((_, column)) = columns.get(u32::from_le_bytes(*number) as usize)
            && let Some(stored) = Stored::take(&mut value)
        {
            assigned.push(Assigned { column: column.name.clone(), stored: stored.owned() });
            rest = value;
        }
        assigned
    }

    /// All that a new user gets, in their row and in other tables.
    pub(super) fn of_new(
        &self,
        row: &Row<'_>,
        random: Random<'_>,
    ) -> Result<(Vec<Assigned>, Made)> {
        let mut assigned = self.of_row(row);
        let Some(store) = self.store else { return Ok((assigned, Made::default())) };
        let name = row.name.unwrap_or_default();
        assigned.extend(self.filling.make_beside(&assigned, store, name, random)?);
        if !self.likeness.is_given() {
            return Ok((assigned, Made::default()));
        }
        let mut made = self.likeness.make(&Username::new(name)?, random)?;
        Ok((made.complete(assigned), made))
    }

    /// What new users have like another one, for people.
    pub(super) fn copied(&self) -> Copied {
        self.likeness.copied(|column| self.filling.has(column))
    }

    /// Fails if new users would lack something: what the plan says, not what is found under the lock.
    pub(super) fn require_complete(self, rows: &Sorted, plan: &Plan) -> Result<Self> {
        let is_met = self.needed.is_empty() && self.companions.is_none();
        let Some(store) = self.store.filter(|_| !is_met) else { return Ok(self) };
        let (mut rows, mut existing) = (rows.cursor()?, plan.existing()?);
        let mut lacking = BTreeSet::new();
        while let Some(row) = Row::next(&mut rows)? {
            if existing.of(row.place)?.is_none() {
                if let Some(error) = self.companions {
                    return Err(error);
                }
                let own = self.of_row(&row);
                let is_given = |name: &str| own.iter().any(|own| own.column == *name);
                lacking.extend(self.needed.iter().filter(|name| !is_given(name)));
            }
        }
        let lacking: Vec<String> =
            self.needed.iter().filter(|name| lacking.contains(name)).cloned().collect();
        if lacking.is_empty() { Ok(self) } else { Err(columns_needed(store, &lacking)) }
    }

    /// The number of a column of the file.
    fn number(&self, name: &Rc<str>) -> Result<usize> {
        let mut columns = self.of_file.borrow_mut();
        if let Some(number) = columns.iter().position(|(known, _)| known == name) {
            return Ok(number);
        }
        let Some(store) = self.store else {
            let reason = "the table that is to be made has no such column".to_owned();
            return Err(Error::InvalidColumn { column: name.to_string(), reason });
        };
        if self.of_all.iter().any(|of_all| of_all.eq_ignore_ascii_case(name)) {
            let reason = "it is in the file, and was named beside it too".to_owned();
            return Err(Error::InvalidColumn { column: name.to_string(), reason });
        }
        columns.push((Rc::clone(name), store.assignable(name)?));
        Ok(columns.len() - 1)
    }
}
