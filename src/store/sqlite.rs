//! A database in an SQLite file: what it answers, and what is done to it.
//!
//! | what | where |
//! | --- | --- |
//! | opening it, and whether there is one | `open.rs`; `vfs.rs` is what SQLite calls for files |
//! | making one, whole or not at all | `create.rs` |
//! | who may, and what must not be beside it | `owner.rs`, `paths.rs` |
//! | what its tables are like, and a look at what they hold | `schema.rs`, `sample.rs` |
//! | whether the table of the users can be used, and how | `usable.rs`; who refers to them: `elsewhere.rs` |
//! | what its rows are like, for new ones | `others.rs` |
//! | finding users, counting them, all of one moment | `read.rs` |
//! | what further columns there are, and what they hold | `columns.rs` |
//! | making one like another | `like.rs`, `template.rs`, and `linked.rs` for rows of other tables |
//! | where their names stand once more | `follow.rs` |
//! | listing them in pages | `page.rs`, by `keyed.rs` or `sorted.rs` |
//! | who looks like whom | `similar.rs`, with `filter.rs` |
//! | changing users, in a transaction | `write.rs`, `bulk.rs`, `transaction.rs` |
//! | what a statement may cost or do | `limits.rs`, `wait.rs`, `hooks.rs` |
//! | SQL about the table of the users | `sql.rs` |
//! | what a failure is in the words of the domain | `failure.rs` |
//!
//! Nothing but SQLite opens the file while a connection lives, since closing any other descriptor
//! would cancel the process's POSIX locks.

mod bulk;
mod columns;
mod create;
mod elsewhere;
mod failure;
mod filter;
mod follow;
mod hooks;
mod keyed;
mod like;
mod limits;
mod linked;
mod open;
mod others;
mod owner;
mod page;
mod paths;
mod read;
mod sample;
mod schema;
mod similar;
mod sorted;
mod sql;
mod template;
mod transaction;
mod usable;
mod vfs;
mod wait;
mod write;

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::{
    Access, Account, Companion, Copied, Database, Limits, MAX_NAMESAKES, NewIds, NewUser, Order,
    Reference, Selection, State, StoredUser,
};
use crate::layout::{Column, Layout, Table};
use hooks::{Commits, Deleted};
use limits::Allowance;
use others::Class;
use sql::Sql;
use wait::Patience;

pub use bulk::Inserter;
pub use follow::AlsoNamed;
pub use limits::limit_memory;
pub use owner::Owner;
pub use page::{Pages, Selected};
pub use similar::Lookup;
pub use template::{LinkedRow, MadeLike, Template};
pub use transaction::Transaction;

/// How long an attempt to empty the write-ahead log waits for readers. It holds off writers
/// meanwhile, so it must stay far below the application's own timeout of 5 s.
const CHECKPOINT_PATIENCE: Duration = Duration::from_millis(200);

/// An open database file, before anybody knows where its users are: it tells what tables it has and
/// what they hold, and [`Opened::store`] makes a [`Store`] of it.
#[derive(Debug)]
pub struct Opened {
    connection: Connection,
    database: Database,
    patience: Patience,
    allowance: Allowance,
    /// How long the last transaction held its lock.
    locked_for: Cell<Duration>,
    commits: Commits,
}

/// An open database, and where its users are.
#[derive(Debug)]
pub struct Store {
    file: Opened,
    layout: Layout,
    /// All that is said to SQLite about the table of the users.
    sql: Sql,
    deleted: Deleted,
    /// The table as it is declared, once it is there.
    table: RefCell<Option<Table>>,
    /// The class in which hashes are stored, once that was looked at.
    hash_class: Cell<Option<Class>>,
    /// Whether a name in the index is too long to be compared with others.
    index_is_useless: Cell<bool>,
}

impl Opened {
    /// The absolute path of the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.database.path
    }
}

impl Store {
    /// The absolute path of the database.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// The file itself, which also knows about other tables.
    #[must_use]
    pub fn file(&self) -> &Opened {
        &self.file
    }

    /// Where the users are.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// A column of the table, if the table is there.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<Column> {
        self.table.borrow().as_ref()?.column(name).cloned()
    }

    /// Whether these are the users of the first application, whose rules do not depend on its rows.
    fn is_first(&self) -> bool {
        self.layout == Layout::passlib()
    }

    /// Makes sure that replaced and deleted hashes are no longer on disk, where a log keeps what was
    /// stored before.
    ///
    /// Returns false if another process holds the log, so that they still are in it.
    #[must_use]
    pub fn forget_replaced_hashes(&self) -> bool {
        let Opened { patience, database, connection, .. } = &self.file;
        patience.set(CHECKPOINT_PATIENCE.min(database.timeout));
        // Without a log there is nothing that could be blocked.
        let is_blocked =
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        patience.set(database.timeout);
        is_blocked == Ok(false)
    }
}
