//! Reading users.

use std::ops::ControlFlow;

use super::only_one;
use crate::error::{Error, Result};
use crate::store::{Access, Account, Database, Row, Selection, Store};
use crate::user::Selector;

/// Which users to list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Which users, in which order, and what of them.
    pub selection: Selection,
    /// How many to leave out at the beginning.
    pub offset: u64,
    /// How many to give at most.
    pub limit: Option<u64>,
}

/// The users of one database, to be read once or several times.
#[derive(Debug)]
pub struct Users {
    store: Store,
}

impl Users {
    /// Opens the database for reading.
    ///
    /// # Errors
    /// [`Error::WrongSchema`] without a usable table, or what opening fails with.
    pub fn open(database: &Database) -> Result<Self> {
        let store = Store::open(database, Access::Read)?;
        store.require_table()?;
        Ok(Users { store })
    }

    /// Reads users page by page.
    ///
    /// `visit` gets each user while the database is being read, so it may only collect; it breaks
    /// off to end a page early. `between` is called after each page, when no lock is held: output
    /// belongs there.
    ///
    /// # Errors
    /// What reading the database or `between` fails with.
    pub fn list<E: From<Error>>(
        &self,
        listing: &Listing,
        mut visit: impl FnMut(Row<'_>) -> ControlFlow<()>,
        mut between: impl FnMut() -> Result<(), E>,
    ) -> Result<(), E> {
        let mut pages = self.store.pages(listing.selection.clone());
        let mut to_skip = listing.offset;
        let mut to_give = listing.limit.unwrap_or(u64::MAX);
        let mut more = to_give > 0;
        while more {
            more = pages.next_page(|row| {
                if to_skip > 0 {
                    to_skip -= 1;
                    return ControlFlow::Continue(());
                }
                to_give -= 1;
                let flow = visit(row);
                if to_give == 0 { ControlFlow::Break(()) } else { flow }
            })? && to_give > 0;
            between()?;
        }
        Ok(())
    }
}

/// Counts the users whose names match, or all.
///
/// # Errors
/// What reading the database fails with.
pub fn count(database: &Database, selection: &Selection) -> Result<u64> {
    if selection.glob.is_none() {
        return Users::open(database)?.store.count();
    }
    let listing = Listing { selection: selection.clone(), offset: 0, limit: None };
    let mut count = 0;
    let count_one = |_: Row<'_>| {
        count += 1;
        ControlFlow::Continue(())
    };
    Users::open(database)?.list(&listing, count_one, || Ok::<_, Error>(()))?;
    Ok(count)
}

/// Finds one user.
///
/// # Errors
/// [`Error::UserNotFound`], or what reading the database fails with.
pub fn show(database: &Database, selector: &Selector) -> Result<Account> {
    only_one(Users::open(database)?.store.find(selector)?, selector)
}
