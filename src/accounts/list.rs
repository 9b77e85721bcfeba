//! Reading users.

use std::ops::ControlFlow;

use super::{only_one, open};
use crate::error::Result;
use crate::store::{Access, Account, Database, Pages, Selected, Selection, Store};
use crate::user::Selector;

/// The users of a listing, to be read once or several times.
pub struct Users {
    store: Store,
    selected: Selected,
}

impl Users {
    /// Opens the database for reading, and selects users.
    ///
    /// # Errors
    /// [`crate::Error::WrongSchema`] without a usable table, or what opening and reading the
    /// database fail with.
    pub fn open(database: &Database, selection: Selection) -> Result<Self> {
        let store = open(database, Access::Read)?;
        let selected = store.select(selection)?;
        Ok(Users { store, selected })
    }

    /// Begins to read the users.
    ///
    /// # Errors
    /// What reading the temporary file fails with.
    pub fn pages(&self) -> Result<Pages<'_>> {
        self.store.pages(&self.selected)
    }
}

/// Counts the users whose names match, or all.
///
/// # Errors
/// What reading the database fails with.
pub fn count(database: &Database, glob: Option<String>) -> Result<u64> {
    if glob.is_none() {
        return open(database, Access::Read)?.count();
    }
    let users = Users::open(database, Selection { glob, ..Selection::default() })?;
    let mut pages = users.pages()?;
    let mut count = 0;
    while pages.next(|_| {
        count += 1;
        ControlFlow::Continue(())
    })? {}
    Ok(count)
}

/// Finds one user.
///
/// # Errors
/// [`crate::Error::UserNotFound`], or what reading the database fails with.
pub fn show(database: &Database, selector: &Selector) -> Result<Account> {
    only_one(open(database, Access::Read)?.find(selector)?, selector)
}
