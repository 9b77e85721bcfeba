//! Reading users.

use std::ops::ControlFlow;

use super::{only_one, open};
use crate::error::{Error, Result};
use crate::layout::Stored;
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

/// Finds one user, and what further columns hold of them.
///
/// # Errors
/// [`Error::UserNotFound`]; [`Error::InvalidColumn`]; or what reading the database fails with.
pub fn show(
    database: &Database,
    selector: &Selector,
    columns: &[String],
) -> Result<(Account, Vec<Stored<'static>>)> {
    let store = open(database, Access::Read)?;
    store.file().at_one_moment(|| {
        let account = only_one(store.find(selector)?, selector)?;
        let further = store.values(account.user.key, columns)?;
        let further = further.ok_or_else(|| Error::UserNotFound(selector.to_string()))?;
        Ok((account, further))
    })
}
