//! Listing users, a page at a time.
//!
//! A page is one short transaction that reads into memory. Between pages no lock is held, so the
//! caller may take as long as it likes to write a page out. Where the table can be read in the order
//! that is asked for, `keyed.rs` does it; otherwise `sorted.rs` sorts the users outside of the file.

use std::ops::ControlFlow;

use super::keyed::Keyed;
use super::{Order, Selection, Store, StoredUser, sorted};
use crate::error::Result;
use crate::sort::{Cursor, Sorted};

/// Users who were selected, to be read once or several times.
pub struct Selected {
    selection: Selection,
    /// Where the table cannot be read in the order that is asked for.
    sorted: Option<Sorted>,
}

/// The reading of users, a page at a time.
pub struct Pages<'s> {
    users: Users<'s>,
    to_skip: u64,
    to_give: u64,
}

enum Users<'s> {
    Keyed(Keyed<'s>),
    Sorted(Cursor<'s>),
}

impl Store {
    /// Selects users, whom [`Store::pages`] then reads. Where they are asked for in the order of
    /// their names and no index has it, they are read and sorted now.
    ///
    /// # Errors
    /// [`crate::Error::InvalidColumn`] for a further column that cannot be read, or as
    /// [`Pages::next`].
    pub fn select(&self, mut selection: Selection) -> Result<Selected> {
        selection.columns = self.readable_columns(&selection.columns)?;
        let is_sorted = selection.order == Order::Id || self.has_name_index()?;
        let sorted = if is_sorted { None } else { Some(sorted::read(self, &selection)?) };
        Ok(Selected { selection, sorted })
    }

    /// Begins to read users who were selected here.
    ///
    /// # Errors
    /// [`crate::Error::Io`] for the temporary file of those who had to be sorted.
    pub fn pages<'s>(&'s self, selected: &'s Selected) -> Result<Pages<'s>> {
        let Selected { selection, sorted } = selected;
        let users = match sorted {
            None => Users::Keyed(Keyed::new(self, selection)),
            Some(sorted) => Users::Sorted(sorted.cursor()?),
        };
        let to_give = selection.limit.unwrap_or(u64::MAX);
        Ok(Pages { users, to_skip: selection.offset, to_give })
    }
}

impl Pages<'_> {
    /// Visits the users of the next page; false if there was none.
    ///
    /// `visit` gets each user while the database is being read, so it may only collect; it breaks
    /// off to end a page early. No lock is held when this returns: output belongs there.
    ///
    /// # Errors
    /// [`crate::Error::DatabaseBusy`], [`crate::Error::DatabaseCorrupt`],
    /// [`crate::Error::HugeValue`] or [`crate::Error::Io`]; the last, or
    /// [`crate::Error::DatabaseFull`], also for a temporary file.
    pub fn next(
        &mut self,
        mut visit: impl FnMut(StoredUser<'_>) -> ControlFlow<()>,
    ) -> Result<bool> {
        let Pages { users, to_skip, to_give } = self;
        if *to_give == 0 {
            return Ok(false);
        }
        let mut visit = |user: StoredUser<'_>| {
            if *to_skip > 0 {
                *to_skip -= 1;
                return ControlFlow::Continue(());
            }
            *to_give -= 1;
            let flow = visit(user);
            if *to_give == 0 { ControlFlow::Break(()) } else { flow }
        };
        let may_go_on = match users {
            Users::Keyed(users) => users.next_page(|user, _| visit(user)),
            Users::Sorted(users) => sorted::next_page(users, visit),
        }?;
        if !may_go_on {
            self.to_give = 0;
        }
        Ok(true)
    }
}
