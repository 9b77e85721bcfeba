//! Is a name free? Asked inside the transaction that takes it.
//!
//! Whatever of the question does not depend on other writers is settled before that transaction
//! begins, since the application waits for its end.

use super::Waived;
use crate::error::{Error, Result};
use crate::store::{Limits, State, Store};
use crate::user::{Key, User, Username};

/// Fails if a name is too long for the table, or if nobody could log in by it. Where there is no
/// database, it will be the first application's.
pub(super) fn check_name(store: Option<&Store>, name: &Username) -> Result<()> {
    store.map_or(Ok(Limits::FIRST), Store::limits)?.check_name(name)
}

/// The users whose names look like one name, ready to be asked for under a lock.
pub(super) struct Similar<'s> {
    store: &'s Store,
    name: String,
    /// The state of the database in which these are the users.
    state: State,
    users: Vec<User>,
}

impl<'s> Similar<'s> {
    /// Looks for such users, unless the rule is waived.
    pub(super) fn prepare(
        store: &'s Store,
        name: &Username,
        waived: Waived,
    ) -> Result<Option<Self>> {
        if waived.lookalike {
            return Ok(None);
        }
        let name = name.as_str().to_owned();
        let (state, users) = (store.state()?, store.similar(&name)?);
        Ok(Some(Similar { store, name, state, users }))
    }

    /// Refuses the name if it looks like that of another user than `own`, whatever others stored
    /// since this was prepared.
    pub(super) fn refuse(&mut self, own: Option<Key>) -> Result<()> {
        if self.store.state()? != self.state {
            self.users = self.store.similar(&self.name)?;
        }
        match self.users.iter().find(|user| Some(user.key) != own) {
            Some(user) => Err(Error::LookalikeExists {
                asked: self.name.clone(),
                existing: user.name.to_text().into_owned(),
            }),
            None => Ok(()),
        }
    }
}
