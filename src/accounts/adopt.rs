//! Finding out where an application keeps its users, for a file that says so from then on. No database is
//! changed, and no file is written here.

use super::guard;
use super::login::login;
use super::open::{located_by_all_tables, store_of};
use super::recipe::WantedRecipe;
use crate::error::{Error, Result};
use crate::hash::{self, Hash};
use crate::layout::{Builtin, Found, Said, Source, Wanted};
use crate::password::Password;
use crate::store::{Access, Database, FoundLayout, Opened, Store};
use crate::user::User;

/// How many of the newest users are looked at for the schemes of their hashes.
const NEWEST: u32 = 100_000;

/// What was found in a database.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Survey {
    /// What a file is to say.
    pub wanted: Wanted,
    /// The layout that this is.
    pub found: Found,
    /// How many users there are.
    pub users: u64,
    /// The schemes of their hashes, and how many of the newest users have each.
    pub schemes: Vec<(&'static str, u64)>,
    /// The columns that a new row needs to be told.
    pub needed: Vec<String>,
    /// The other tables in which every user has a row.
    pub companions: Vec<String>,
}

/// Looks where the users are, as the database or the layout that was asked for says, and what is to be
/// known about them.
///
/// # Errors
/// [`Error::WrongSchema`], [`Error::NoNames`] or [`Error::LayoutAmbiguous`] where that cannot be said;
/// [`Error::LayoutUnconfirmed`] if nothing shows how passwords are hashed; [`Error::SchemeMismatch`] if
/// they are hashed otherwise than was said; or what reading fails with.
pub fn survey(database: &Database) -> Result<Survey> {
    let opened = Opened::open(database, Access::Read)?;
    let (mut found, table) = located_by_all_tables(&opened, database)?;
    let store = store_of(opened, database, found.clone(), table)?;
    guard::refuse_without_sign(database, &store)?;
    let mut schemes: Vec<(&'static str, u64)> = Vec::new();
    let mut readable = Vec::new();
    store.newest_hashes(NEWEST, |stored| {
        if let Ok(hash) = Hash::parse(stored)
            && !readable.contains(&hash.scheme())
        {
            readable.push(hash.scheme());
        }
        let name = hash::scheme(stored).name;
        match schemes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => schemes.push((name, 1)),
        }
        std::ops::ControlFlow::Continue(())
    })?;
    if found.source == Source::Detection {
        let accepts = &mut found.layout.accepts;
        readable.retain(|scheme| !accepts.contains(scheme));
        accepts.extend(readable);
    }
    let Some(wanted) = to_be_said(database, &found) else {
        return Err(Error::LayoutUnconfirmed {
            path: database.path.clone(),
            table: found.layout.table.clone(),
            layout: found.layout.to_string(),
            is_writable: false,
            is_empty: schemes.is_empty(),
        });
    };
    // Nobody is taken at their word about the scheme where the hashes show another one.
    guard::refuse_foreign_hashes(&store)?;
    Ok(Survey {
        wanted,
        users: store.count()?,
        schemes,
        needed: needed(&store)?,
        companions: store.companions()?.into_iter().map(|companion| companion.table).collect(),
        found,
    })
}

/// Checks that somebody can log in by what the file is to say.
///
/// # Errors
/// As [`login`].
pub fn prove(
    database: &Database,
    wanted: &Wanted,
    name: &[u8],
    password: &Password,
) -> Result<User> {
    let said = Said { wanted: wanted.clone(), source: Source::Option };
    let (layout, found) = (Some(said), FoundLayout::default());
    let database = Database { layout, found, ..database.clone() };
    login(&database, name, password, &WantedRecipe::default())
}

/// What a file is to say, if the scheme of new hashes is known.
fn to_be_said(database: &Database, found: &Found) -> Option<Wanted> {
    let layout = &found.layout;
    // A table that each project names itself is named, and one that an application names is not.
    let named = layout.name.and_then(Builtin::named);
    let table = named.filter(|builtin| builtin.table.is_none()).map(|_| layout.table.clone());
    match (&database.layout, named) {
        (Some(said), Some(_)) if said.wanted.table.is_none() => {
            Some(Wanted { table, ..said.wanted.clone() })
        }
        (Some(said), Some(_)) => Some(said.wanted.clone()),
        (None, Some(builtin)) => {
            Some(Wanted { name: Some(builtin.name), table, ..Wanted::default() })
        }
        (_, None) => layout.recipe.map(|_| layout.in_full()),
    }
}

/// The columns that neither a default nor the layout fills.
fn needed(store: &Store) -> Result<Vec<String>> {
    let layout = store.layout();
    let mut needed = store.needed_columns()?;
    needed.retain(|name| !layout.add.iter().any(|it| it.column.eq_ignore_ascii_case(name)));
    Ok(needed)
}
