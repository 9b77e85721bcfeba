//! What a connection is asked, and told, while it changes rows (SQLite's commit and update hooks).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use rusqlite::hooks::Action;

use crate::user::Key;

/// Whether a connection may commit: only the store's own COMMIT is let through.
///
/// An error may end a whole transaction (SQLite's ROLLBACK, 'Response To Errors Within A
/// Transaction'). Whatever came after it would be stored by itself, were it not refused.
#[derive(Debug)]
pub(super) struct Commits {
    are_allowed: Arc<AtomicBool>,
}

impl Commits {
    /// Refuses commits from now on.
    pub(super) fn install(connection: &mut Connection) -> rusqlite::Result<Self> {
        let are_allowed = Arc::new(AtomicBool::new(false));
        let allowed = Arc::clone(&are_allowed);
        connection.commit_hook(Some(move || !allowed.load(Ordering::Relaxed)))?;
        Ok(Commits { are_allowed })
    }

    /// Allows what this does to commit.
    pub(super) fn allowed<T>(&self, commit: impl FnOnce() -> T) -> T {
        self.are_allowed.store(true, Ordering::Relaxed);
        let result = commit();
        self.are_allowed.store(false, Ordering::Relaxed);
        result
    }
}

/// The users whose rows a transaction deletes, by whatever does it.
#[derive(Debug, Default)]
pub(super) struct Deleted {
    rows: Arc<Mutex<BTreeSet<Key>>>,
}

impl Deleted {
    /// Watches a table from now on.
    pub(super) fn install(connection: &mut Connection, users: &str) -> rusqlite::Result<Self> {
        let users = users.to_owned();
        let deleted = Deleted::default();
        let rows = Arc::clone(&deleted.rows);
        connection.update_hook(Some(move |action, _: &str, table: &str, key| {
            if action == Action::SQLITE_DELETE
                && table.eq_ignore_ascii_case(&users)
                && let Ok(mut rows) = rows.lock()
            {
                rows.insert(Key(key));
            }
        }))?;
        Ok(deleted)
    }

    /// Begins to watch a transaction.
    pub(super) fn forget(&self) {
        if let Ok(mut rows) = self.rows.lock() {
            rows.clear();
        }
    }

    pub(super) fn has(&self, key: Key) -> bool {
        self.rows.lock().is_ok_and(|rows| rows.contains(&key))
    }

    /// All but these, at most as many as a message can hold.
    pub(super) fn but(&self, keys: &[Key]) -> Vec<String> {
        let Ok(deleted) = self.rows.lock() else { return Vec::new() };
        let named: BTreeSet<Key> = keys.iter().copied().collect();
        deleted.difference(&named).map(|key| key.0.to_string()).take(20).collect()
    }
}
