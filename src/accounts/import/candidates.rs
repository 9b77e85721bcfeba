//! The users that may stand in the way of rows: all of those, and few others.

use super::Importing;
use super::row::{Row, write_key};
use crate::error::Result;
use crate::sort::{Sorted, Sorter};
use crate::store::Store;
use crate::user::{Id, Key};

/// The users with their ids and names, in the order of their keys.
pub(super) fn candidates(
    store: Option<&Store>,
    claims: &Sorted,
    importing: &Importing,
) -> Result<Sorted> {
    let mut users = Sorter::new();
    let lookup = match store {
        Some(store) => store.look_up(claims.count(), importing.checks_lookalikes())?,
        None => None,
    };
    let Some(mut lookup) = lookup else { return users.finish() };
    let (mut key, mut value) = (Vec::new(), Vec::new());
    let mut push = |user: Key, id: Id<'_>, name: Option<&[u8]>| {
        write_key(&mut key, name, id, importing);
        Row { key: Some(user), name, ..Row::default() }.write(&mut value);
        users.push(&key, &value)
    };
    let mut rows = claims.cursor()?;
    while let Some(row) = Row::next(&mut rows)? {
        lookup.look_for(row.name, row.id, &mut push)?;
    }
    lookup.rest(push)?;
    users.finish()
}
