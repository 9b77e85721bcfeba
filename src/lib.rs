//! The core of `useradm`: the users of a Flask + passlib application, straight in its SQLite file.
//!
//! The modules, in reading order, each using only those above it: [`error`], [`interrupt`],
//! [`user`], [`password`], [`hash`], [`files`], [`store`] and [`accounts`], which has one function
//! for each thing that can be done.
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
pub mod password;
mod sort;
pub mod store;
pub mod user;

pub use error::{Error, Result};
pub use interrupt::Interrupt;
