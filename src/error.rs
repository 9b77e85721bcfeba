//! What can go wrong, in the words of the domain.
//!
//! Every error has a stable [`Error::code`] that scripts can rely on. Nothing here prints, knows an
//! exit status, or shows a type of the database engine, so that either can change by itself. No
//! message holds a password or a hash. The codes are in `error/code.rs`, what becomes of the system's errors
//! in `error/system.rs`; which exit status and hint the program gives to each is in `cli/report.rs`.

mod code;
mod remedy;
mod system;
mod words;

use std::path::PathBuf;
use std::time::Duration;

pub use remedy::Remedy;
pub use system::system_words;
pub use words::shown;
use words::{for_so_long, found_in, in_table, seemingly, table_of, tables_of, without_promise};

/// A [`std::result::Result`] with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a user operation did not happen.
///
/// Unless it is [`Error::OutcomeUnknown`] or [`Error::Partly`], the database is as it was before.
/// A match may name every variant, as the program's does: a new one is to be given an exit status,
/// so it breaks the build rather than fall under the rest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No user has this name or id.
    #[error("User not found: {0}")]
    UserNotFound(String),
    /// Every user has a row in other tables, and a new one would have none.
    #[error(
        "Every user has a row in {}, which the application may need; nothing was changed",
        tables_of(tables)
    )]
    CompanionsNeeded {
        /// The tables.
        tables: Vec<String>,
    },
    /// No user of this table can have such an id: it is not a number, as all of them are.
    #[error("Invalid value '{0}' of --id: not an id as `useradm list` shows it")]
    InvalidId(String),
    /// A column of the users' table is not there, or cannot be used as it was asked for.
    #[error("Invalid column `{column}`: {reason}")]
    InvalidColumn {
        /// The column, as it was named.
        column: String,
        /// Why it cannot be used.
        reason: String,
    },
    /// Something was asked for that the layout says nothing of.
    #[error("The layout names no {0}")]
    LayoutLacks(&'static str),
    /// A new row needs something in columns that nothing fills.
    #[error(
        "The database refuses the change: a new user needs a value in {}, which nothing gives",
        in_table(table, columns)
    )]
    ColumnsNeeded {
        /// The table.
        table: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// The name is taken, byte for byte.
    #[error("User already exists: {0}")]
    UserExists(String),
    /// An id that a row is to keep is that of another user.
    #[error("The id {id} belongs to {user}")]
    IdTaken {
        /// The id.
        id: String,
        /// The name of the user who has it, or that there is none.
        user: String,
    },
    /// A stored name differs only by letter case or Unicode normal form.
    #[error("User already exists under a look-alike name: {existing} (asked for: {asked})")]
    LookalikeExists {
        /// The name that was to be made.
        asked: String,
        /// The stored name that looks like it.
        existing: String,
    },
    /// The file already holds a usable `user` table.
    #[error("Database already initialised: {}", shown(.0))]
    AlreadyInitialised(PathBuf),
    /// The password is wrong, or there is no such user: the same words for both.
    #[error("Invalid credentials")]
    InvalidCredentials,
    /// A name that no new user may have.
    #[error("Invalid username: {0}")]
    InvalidUsername(String),
    /// A password that cannot be read or may not be set.
    #[error("Invalid password: {0}")]
    InvalidPassword(String),
    /// A password that may be set only where weak ones are allowed.
    #[error("Invalid password: {0}")]
    WeakPassword(String),
    /// A ready hash that is not strictly of the stored form.
    #[error("Invalid password hash: {0}")]
    InvalidHash(String),
    /// A password or hash cannot be read from where it was said to be.
    #[error("Cannot read {from}: {reason}")]
    UnreadableSource {
        /// The file, the variable, or standard input.
        from: String,
        /// The system's words.
        reason: String,
    },
    /// Input that cannot be read as rows.
    #[error("Invalid input: {0}")]
    InvalidInput(String),
    /// Another process held its lock for the whole timeout.
    #[error(
        "Database is busy: another process has kept {} locked{}; nothing was changed",
        shown(path), for_so_long(*waited)
    )]
    DatabaseBusy {
        /// The database file.
        path: PathBuf,
        /// How long this process was ready to wait.
        waited: Duration,
    },
    /// There is no file of this name, and only `init` and `--create` make one.
    #[error("Database not found: {}{}", shown(path), found_in(elsewhere.as_ref()))]
    DatabaseMissing {
        /// The absolute path that was looked for.
        path: PathBuf,
        /// A file that may be meant, if there is one: in the `instance` folder beside it, where
        /// Flask-SQLAlchemy 3 keeps it, or with the name of the URI as it was before decoding.
        elsewhere: Option<PathBuf>,
    },
    /// The directory in which a database was to be made does not exist.
    #[error("Directory not found: {}", shown(.0))]
    DirectoryMissing(PathBuf),
    /// The file is not an SQLite database.
    #[error("Not an SQLite database: {} ({reason})", shown(path))]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        reason: String,
    },
    /// The database has no usable table of users.
    #[error("No usable {} in {}: {reason}", table_of(table.as_ref()), shown(path))]
    WrongSchema {
        /// The database file.
        path: PathBuf,
        /// The table, where it is known which one is meant.
        table: Option<String>,
        /// What is wrong with the table.
        reason: String,
        /// Whether the table is merely absent, so that `init` would help.
        absent: bool,
    },
    /// A table looks as if it were for users, and nothing in it is a hash.
    #[error(
        "No usable `{table}` table in {}: nothing in its column `{column}` is a hash",
        shown(path)
    )]
    NoHashes {
        /// The database file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The column in which hashes would be.
        column: String,
        /// The layout as an option takes it, but for the scheme.
        layout: String,
    },
    /// A table has hashes, but no column that is known to hold the names of users.
    #[error(
        "No usable table of users in {}: the table `{table}` has hashes, and no column that is known \
         to hold names",
        shown(path)
    )]
    NoNames {
        /// The database file.
        path: PathBuf,
        /// The table.
        table: String,
    },
    /// Several tables, or columns of one, may hold the users.
    #[error("Several places in {} may hold its users: {}", shown(path), layouts.join("; "))]
    LayoutAmbiguous {
        /// The database file.
        path: PathBuf,
        /// The tables.
        tables: Vec<String>,
        /// The layouts that are possible, as an option takes them.
        layouts: Vec<String>,
    },
    /// Nobody who knows the application has said that its users are where they seem to be.
    #[error(
        "{}, and nobody has confirmed it; nothing was changed",
        seemingly(table, path, *is_empty)
    )]
    LayoutUnconfirmed {
        /// The database file.
        path: PathBuf,
        /// The table.
        table: String,
        /// The layout as an option takes it.
        layout: String,
        /// Whether its hashes are of a scheme that can be written.
        is_writable: bool,
        /// Whether nothing in it is a hash, so that only its names speak for it.
        is_empty: bool,
    },
    /// The application mixes its passwords with a key, and that was not given.
    #[error(
        "The application of {} mixes its passwords with a key (a pepper), and none was given",
        shown(path)
    )]
    PepperMissing {
        /// The database file.
        path: PathBuf,
    },
    /// A file of settings says what it cannot.
    #[error("The settings in {} are wrong: {reason}", shown(path))]
    InvalidSettings {
        /// The file.
        path: PathBuf,
        /// What is wrong, and in which line.
        reason: String,
    },
    /// The database, or the directory that must hold its journal, cannot be written to.
    #[error("Database is read-only: {} ({reason})", shown(path))]
    DatabaseReadOnly {
        /// The database file.
        path: PathBuf,
        /// What stands in the way.
        reason: String,
    },
    /// The disk, a quota or a file size limit has no room for the change.
    #[error("No space left to write {} ({reason}); nothing was changed", shown(path))]
    DatabaseFull {
        /// The database file.
        path: PathBuf,
        /// Which limit was hit.
        reason: String,
    },
    /// The file is damaged, or a value in it is absurdly large.
    #[error("Database is corrupt: {} ({reason})", shown(path))]
    DatabaseCorrupt {
        /// The database file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A user's name or hash is too long to be read.
    #[error(
        "A value in {} is too large: the {column} of the user with id {id} has {bytes} bytes, \
         more than are read",
        shown(path)
    )]
    HugeValue {
        /// The database file.
        path: PathBuf,
        /// The user's row as SQL has it: the table and a condition.
        row: String,
        /// The user's id.
        id: String,
        /// What is too long.
        column: String,
        /// How long it is.
        bytes: u64,
    },
    /// What the database computes or holds is larger than this program reads.
    #[error("A value in {} is too large: {reason}", shown(path))]
    TooLarge {
        /// The database file.
        path: PathBuf,
        /// Which limit was met.
        reason: String,
    },
    /// The operating system failed to read or write.
    #[error("Input/output error on {}: {reason}", shown(path))]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The hash of the user is not one this program can check.
    #[error("The stored hash of user {user} cannot be read (scheme: {scheme})")]
    UnreadableHash {
        /// The user's id.
        id: String,
        /// The user's name.
        user: String,
        /// The scheme that the hash seems to have; never the hash.
        scheme: &'static str,
        /// Whether the application can read what would be stored in its place.
        replaceable: bool,
    },
    /// The application writes hashes of another scheme, and could not read one that is stored here.
    #[error(
        "The application of {} stores {scheme} hashes and may not be able to read a {wanted} one; \
         nothing was changed",
        shown(path)
    )]
    SchemeMismatch {
        /// The database file.
        path: PathBuf,
        /// The scheme of the newest hash that has a known one.
        scheme: &'static str,
        /// The scheme of what was to be stored.
        wanted: &'static str,
    },
    /// An iteration count is wanted of a scheme that has none.
    #[error("{scheme} has no number of rounds")]
    NoRounds {
        /// The scheme of new hashes.
        scheme: &'static str,
    },
    /// The file holds another application's users, so that a `user` table would be a second one.
    #[error(
        "Another application keeps its users in the table `{table}` of {}; no table was made",
        shown(path)
    )]
    UsersElsewhere {
        /// The database file.
        path: PathBuf,
        /// Their table.
        table: String,
    },
    /// A foreign key refused the change: rows of other tables refer to the user, or a value refers to a
    /// row that is not there.
    #[error("The database refuses the change: {0}")]
    ForeignKey(String),
    /// A rule of the database, such as a trigger, refused the change.
    #[error("The database refuses the change: {0}")]
    ConstraintFailed(String),
    /// A file belongs to somebody else, and using it would harm its owner or this user.
    #[error("{} belongs to user {owner}: {reason}", shown(path))]
    WrongOwner {
        /// The database, or the link, directory or journal that stands in the way.
        path: PathBuf,
        /// The owner's name, or number where it has no name.
        owner: String,
        /// Why that matters here.
        reason: String,
        /// What helps.
        remedy: Remedy,
    },
    /// Others may write to a file or directory that root would have to trust.
    #[error("{} can be changed by {who}, so root does not trust it", shown(path))]
    OpenToOthers {
        /// The database, or a directory above it.
        path: PathBuf,
        /// Who may write there.
        who: String,
        /// What helps.
        remedy: Remedy,
    },
    /// A journal was left beside the database that was to be made: SQLite would play it into that.
    #[error("{} was left there by another database, and would be played into a new one", shown(.0))]
    LeftoverJournal(PathBuf),
    /// A file that was to be made exists, if only as a dangling link.
    #[error("File exists: {}", shown(.0))]
    FileExists(PathBuf),
    /// A file that was to be made beside the work on the database cannot be written.
    #[error("Cannot write {}: {reason}", shown(path))]
    Output {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: String,
        /// Whether another user may do it.
        is_forbidden: bool,
    },
    /// COMMIT itself failed: the change may be stored or not.
    #[error("The outcome is unknown: {0}; the change may be stored")]
    OutcomeUnknown(String),
    /// Somebody asked this process to stop; the change was rolled back.
    #[error("Interrupted; nothing was changed")]
    Interrupted,
    /// The work could not go on, but a part of it was done before and stays.
    #[error("{}; {done}", without_promise(cause))]
    Partly {
        /// What ended it.
        cause: Box<Error>,
        /// What was done, and how to go on.
        done: String,
    },
    /// The operating system's random source failed, memory ran out, or a bug.
    #[error("Internal error: {0}")]
    Internal(String),
}
