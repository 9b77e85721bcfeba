//! Reading users.

use std::ops::ControlFlow;

use super::only_one;
use crate::error::Result;
use crate::store::{
    Access, Account, Database, Hashes, Order, Page, Selection, SortedRows, SortedUsers, Store,
    StoredUser,
};
use crate::user::Selector;

/// Which users to list.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Which users, in which order, and what of them.
    pub selection: Selection,
    /// How many to leave out at the beginning.
    pub offset: u64,
    /// How many to give at most.
    pub limit: Option<u64>,
}

/// The users of a listing, to be read once or several times.
#[derive(Debug)]
pub struct Users {
    store: Store,
    listing: Listing,
    /// Where the table cannot be read in the order that is asked for.
    sorted: Option<SortedUsers>,
}

/// The reading of a listing, a page at a time.
pub struct Reading<'u> {
    pages: Pages<'u>,
    to_skip: u64,
    to_give: u64,
}

enum Pages<'u> {
    OfTable(Page<'u>),
    Sorted(SortedRows<'u>),
}

impl Users {
    /// Opens the database for reading.
    ///
    /// # Errors
    /// [`crate::Error::WrongSchema`] without a usable table, or what opening and reading the
    /// database fail with.
    pub fn open(database: &Database, listing: Listing) -> Result<Self> {
        let store = open(database)?;
        let sorted = store.sorted_users(&listing.selection)?;
        Ok(Users { store, listing, sorted })
    }

    /// Begins to read the users.
    ///
    /// # Errors
    /// What reading the temporary file fails with.
    pub fn read(&self) -> Result<Reading<'_>> {
        let Listing { selection, offset, limit } = &self.listing;
        let pages = match &self.sorted {
            None => Pages::OfTable(self.store.pages(selection.clone())),
            Some(sorted) => Pages::Sorted(sorted.read()?),
        };
        Ok(Reading { pages, to_skip: *offset, to_give: limit.unwrap_or(u64::MAX) })
    }
}

impl Reading<'_> {
    /// Visits the users of the next page; false if there was none.
    ///
    /// `visit` gets each user while the database is being read, so it may only collect; it breaks
    /// off to end a page early. No lock is held when this returns: output belongs there.
    ///
    /// # Errors
    /// What reading the database fails with.
    pub fn next(
        &mut self,
        mut visit: impl FnMut(StoredUser<'_>) -> ControlFlow<()>,
    ) -> Result<bool> {
        let Reading { pages, to_skip, to_give } = self;
        if *to_give == 0 {
            return Ok(false);
        }
        let visit = |row: StoredUser<'_>| {
            if *to_skip > 0 {
                *to_skip -= 1;
                return ControlFlow::Continue(());
            }
            *to_give -= 1;
            let flow = visit(row);
            if *to_give == 0 { ControlFlow::Break(()) } else { flow }
        };
        let more = match pages {
            Pages::OfTable(pages) => pages.next_page(visit),
            Pages::Sorted(rows) => rows.next_page(visit),
        }?;
        if !more {
            self.to_give = 0;
        }
        Ok(true)
    }
}

/// Counts the users whose names match, or all.
///
/// # Errors
/// What reading the database fails with.
pub fn count(database: &Database, glob: Option<String>) -> Result<u64> {
    if glob.is_none() {
        return open(database)?.count();
    }
    let selection = Selection { order: Order::Id, reverse: false, glob, hashes: Hashes::Unread };
    let users = Users::open(database, Listing { selection, offset: 0, limit: None })?;
    let mut reading = users.read()?;
    let mut count = 0;
    while reading.next(|_| {
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
    only_one(open(database)?.find(selector)?, selector)
}

fn open(database: &Database) -> Result<Store> {
    let store = Store::open(database, Access::Read)?;
    store.require_table()?;
    Ok(store)
}
