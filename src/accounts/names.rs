//! Is a name free? Asked inside the transaction that takes it.
//!
//! Whatever of the question does not depend on other writers is settled before that transaction
//! begins, since the application waits for its end.

use super::Waived;
use crate::error::{Error, Result};
use crate::store::{NameIndex, Store};
use crate::user::lookalike::{self, Search};
use crate::user::{Selector, UserId, Username};

/// The users whose names look like one name, ready to be looked for under a lock.
pub(super) struct Similar<'s> {
    store: &'s Store,
    name: String,
    search: Search,
    names: Names<'s>,
}

enum Names<'s> {
    Indexed(NameIndex<'s>),
    /// There is no index in the order of bytes, so all names were read: these look like the name,
    /// as long as nobody else commits.
    Read {
        version: i64,
        similar: Vec<String>,
    },
}

impl<'s> Similar<'s> {
    /// Prepares the search, unless the rule is waived; where no index can answer it, all names are
    /// read now.
    pub(super) fn prepare(
        store: &'s Store,
        name: &Username,
        waived: Waived,
    ) -> Result<Option<Self>> {
        if waived.lookalike {
            return Ok(None);
        }
        let name = name.as_str().to_owned();
        let search = Search::new(&name);
        let names = match store.name_index()? {
            Some(index) => Names::Indexed(index),
            None => read(store, &name)?,
        };
        Ok(Some(Similar { store, name, search, names }))
    }

    /// Refuses the name if it looks like that of another user than `own`.
    pub(super) fn refuse(&mut self, own: Option<UserId>) -> Result<()> {
        match self.other_than(own)? {
            Some(existing) => Err(Error::LookalikeExists { asked: self.name.clone(), existing }),
            None => Ok(()),
        }
    }

    fn other_than(&mut self, own: Option<UserId>) -> Result<Option<String>> {
        let store = self.store;
        let is_another = |stored: &str| {
            let found = store.find(&Selector::Name(stored.as_bytes().to_vec()))?;
            Ok(stored != self.name && found.iter().any(|account| Some(account.user.id) != own))
        };
        if let Names::Read { version, .. } = self.names
            && version != store.data_version()?
        {
            self.names = read(store, &self.name)?;
        }
        match &mut self.names {
            Names::Indexed(index) => {
                self.search.find(|prefix| index.first_from(prefix), is_another)
            }
            Names::Read { similar, .. } => {
                for name in similar {
                    if is_another(name)? {
                        return Ok(Some(name.clone()));
                    }
                }
                Ok(None)
            }
        }
    }
}

fn read<'s>(store: &Store, name: &str) -> Result<Names<'s>> {
    let version = store.data_version()?;
    let folded = lookalike::fold(name);
    let mut similar = Vec::new();
    store.scan_names(|_, stored| {
        if let Some(Ok(stored)) = stored.map(std::str::from_utf8)
            && lookalike::fold(stored) == folded
        {
            similar.push(stored.to_owned());
        }
        Ok(())
    })?;
    Ok(Names::Read { version, similar })
}
