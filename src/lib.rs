//! The core of `useradm`: the users of a Python web application, straight in its SQLite file.
//!
//! ```
//! use useradm::accounts::{self, Adding, Credential, Users, WantedRecipe};
//! use useradm::password::Password;
//! use useradm::store::{Database, Selection};
//! use useradm::user::Username;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let database = Database::at(folder.path().join("users.db"));
//! accounts::init(&database, false)?;
//!
//! let password = Password::new(b"correct horse".to_vec().into())?;
//! let alice = Adding::new(Username::new(b"alice")?, Credential::Password(password.clone()));
//! accounts::add(&database, alice, &mut accounts::random)?;
//!
//! let usual = WantedRecipe::default();
//! let wrong = Password::new(b"battery staple".to_vec().into())?;
//! assert!(accounts::login(&database, b"alice", &password, &usual).is_ok());
//! assert!(accounts::login(&database, b"alice", &wrong, &usual).is_err());
//!
//! let users = Users::open(&database, Selection::default())?;
//! let (mut pages, mut names) = (users.pages()?, Vec::new());
//! while pages.next(|user| {
//!     names.extend(user.name.map(<[u8]>::to_vec));
//!     std::ops::ControlFlow::Continue(())
//! })? {}
//! assert_eq!(names, [b"alice"]);
//! # Ok(())
//! # }
//! ```
//!
//! The users of another application are found too, as it keeps them: in the table of a [well-known
//! one](layout::BUILTINS), or where hashes are. Such a table can be read at once. Before it is changed
//! somebody who knows the application has to say which table and scheme it has, for instance so:
//!
//! ```
//! use useradm::accounts::{self, Change, Credential, WantedRecipe};
//! use useradm::layout::{Said, Source, Wanted};
//! # use useradm::{password::Password, store::Database, user::Selector};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("app.db");
//! # std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/field/microblog.db"), &path)?;
//! let mut database = Database::at(path);
//! let found = accounts::layout(&database)?;
//! assert_eq!((found.layout.table.as_str(), found.is_confirmed), ("user", false));
//!
//! let wanted = Wanted::parse("table=user,scheme=werkzeug_scrypt")?;
//! database.layout = Some(Said { wanted, source: Source::Option });
//! let password = Password::new(b"battery staple".to_vec().into())?;
//! let credential = Some(Credential::Password(password.clone()));
//! let alice = Selector::Name(b"alice".to_vec());
//! let change = Change { credential, ..Change::default() };
//! accounts::update(&database, &alice, change, &mut accounts::random)?;
//! assert!(accounts::login(&database, b"alice", &password, &WantedRecipe::default()).is_ok());
//! # Ok(())
//! # }
//! ```
//!
//! The modules, in reading order, each using only those above it: [`error`], [`interrupt`],
//! [`user`], [`password`], [`hash`], [`layout`], [`files`], [`store`] and [`accounts`], which has one
//! function for each thing that can be done.
//!
//! What always holds:
//!
//! - A change that was reported as done is on disk; one that was reported as failed is not there,
//!   unless the error is [`Error::OutcomeUnknown`].
//! - No lock is held while anything is hashed, asked or written out.
//! - Whether a name is free is decided inside the transaction that takes it.
//! - A stored hash is parsed strictly before anything is computed.
//! - No password or hash is in any error, `Debug` output or log.

#[cfg(not(unix))]
compile_error!("useradm runs on Unix systems: Linux, macOS, the BSDs");

pub mod accounts;
pub mod error;
pub mod files;
pub mod hash;
pub mod interrupt;
pub mod layout;
pub mod password;
mod sort;
pub mod store;
pub mod user;

pub use error::{Error, Result};
pub use interrupt::Interrupt;
