//! Files and the names that lead to them, so that nobody can trick a program into using another.
//!
//! Whoever may write to a directory may swap what is in it at any time. So names are looked up
//! once, and a file that is made gets its name only when it is whole. Nothing here knows what is in
//! a file, nor of SQLite: what may be beside a database is decided in
//! `store/sqlite/paths.rs`.
//!
//! How a name is looked up is in `files/resolved.rs`, how a file is made in `files/draft.rs`, and how
//! one that says what to do is read in `files/read.rs`.

mod draft;
mod read;
mod resolved;

pub use draft::{Draft, Taken};
pub use read::read;
pub(crate) use resolved::{Resolved, name_of, not_let_in};
