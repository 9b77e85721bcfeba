//! What must not happen to another application's users: no hash that the application cannot read. That
//! no second table is made beside theirs is seen to in `open.rs`.

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::hash;
use crate::layout::{self, Layout, length};
use crate::store::{Database, Limits, Store};

/// How many of the newest users show what the application writes.
pub(super) const NEWEST: u32 = 1000;

/// Refuses to store a hash where the application writes others, or none at all.
///
/// # Errors
/// [`Error::SchemeMismatch`] if none of the newest users has a hash of a scheme that the layout says is
/// read, and some have one of another known scheme, which it names; [`Error::WrongSchema`] if what they
/// have are no hashes, in a column that somebody took for that of the hashes.
pub(super) fn refuse_foreign_hashes(store: &Store) -> Result<()> {
    let Newest { is_read, other, is_something_else } = newest(store)?;
    let (path, layout) = (store.path().to_owned(), store.layout());
    match other {
        _ if is_read => Ok(()),
        Some(scheme) => {
            let wanted = layout.recipe.unwrap_or_default().scheme().name();
            Err(Error::SchemeMismatch { path, scheme, wanted })
        }
        None if is_something_else && !layout.has_known_hash_column() => {
            let reason = format!("its column `{}` holds something else than hashes", layout.hash);
            let table = Some(layout.table.clone());
            Err(Error::WrongSchema { path, table, reason, absent: false })
        }
        None => Ok(()),
    }
}

/// Whether a table is the first application's by its declaration alone: it has just the three columns,
/// or no other length for the hashes than the first application.
///
/// # Errors
/// What reading the database fails with.
pub(super) fn is_surely_first(store: &Store) -> Result<bool> {
    let layout = store.layout();
    if *layout != Layout::passlib() {
        return Ok(false);
    }
    if !store.has_table()? {
        return Ok(true);
    }
    let table = store.table()?;
    let declared = table.column(&layout.hash).and_then(|column| length(&column.kind));
    Ok(table.columns.len() == 3 || declared.is_none_or(|it| it == Limits::FIRST.hash_bytes))
}

/// Refuses to store the first hash of a table of which only the names say that it is the first
/// application's.
///
/// Many applications call their table `user`, and its columns `username` and `password_hash`: before
/// anybody has registered, nothing tells them from the first one with a column more, but that this one
/// declares `VARCHAR(120)`, for which a hash of Werkzeug's for instance is too long. So where there are
/// further columns, no hash, and another length for it, somebody has to say what it is: a word more costs
/// less than users who cannot log in. Whatever stores no hash needs no such sign.
///
/// # Errors
/// [`Error::LayoutUnconfirmed`], or what reading the database fails with.
pub(super) fn refuse_without_sign(database: &Database, store: &Store) -> Result<()> {
    let layout = store.layout();
    let is_called_like_it = *layout == Layout::passlib();
    if !is_called_like_it || database.layout.is_some() || is_surely_first(store)? {
        return Ok(());
    }
    if newest(store)?.is_read {
        return Ok(());
    }
    let unnamed = Layout { name: None, recipe: None, ..layout.clone() };
    Err(Error::LayoutUnconfirmed {
        path: store.path().to_owned(),
        table: layout.table.clone(),
        layout: unnamed.to_string(),
        is_writable: false,
        is_empty: true,
    })
}

/// Refuses to call a table ours in which another application keeps its users.
///
/// # Errors
/// [`Error::UsersElsewhere`] where [`refuse_foreign_hashes`] would refuse.
pub(super) fn refuse_foreign_table(store: &Store) -> Result<()> {
    match refuse_foreign_hashes(store) {
        Err(Error::SchemeMismatch { path, .. }) => {
            Err(Error::UsersElsewhere { path, table: store.layout().table.clone() })
        }
        result => result,
    }
}

/// Whether a user may be given a new hash, and there is a sign that the application would read it.
///
/// # Errors
/// What reading the database fails with.
pub(super) fn would_be_read(database: &Database, store: &Store) -> Result<bool> {
    let may_be_changed = database.found.get().is_some_and(|found| found.is_confirmed);
    Ok(may_be_changed && newest(store)?.is_read)
}

/// What hashes the newest users have.
struct Newest {
    /// Whether any is of a scheme that the application reads.
    is_read: bool,
    /// The newest other scheme that is known.
    other: Option<&'static str>,
    /// Whether any has something that is no hash of a known scheme, and no sign that there is none.
    is_something_else: bool,
}

fn newest(store: &Store) -> Result<Newest> {
    let accepted = &store.layout().accepts;
    let is_accepted = |name: &str| accepted.iter().any(|scheme| scheme.name() == name);
    let mut newest = Newest { is_read: false, other: None, is_something_else: false };
    store.newest_hashes(NEWEST, |stored| match hash::known_scheme(stored) {
        Some(known) if is_accepted(known) => {
            newest.is_read = true;
            ControlFlow::Break(())
        }
        other => {
            newest.other = newest.other.or(other);
            newest.is_something_else |= other.is_none() && !layout::is_no_hash_on_purpose(stored);
            ControlFlow::Continue(())
        }
    })?;
    Ok(newest)
}
