//! What the tests share: a directory for each, runs of the program in it, and what gets in their way.
//!
//! A run that names nothing else must exit with 0 and print nothing at all, so that unexpected
//! output always fails; see [`run`]. What only one file of tests needs stays in that file.

mod locks;
mod passlib;
mod people;
mod run;
mod running;
mod sandbox;
mod signals;
mod terminal;
mod text;

pub(crate) use locks::*;
pub(crate) use passlib::*;
pub(crate) use people::*;
pub(crate) use run::Run;
pub(crate) use running::{Outcome, PATIENCE, Running, until};
pub(crate) use sandbox::{APPLICATION_TABLE, PASSWORD, Sandbox, users};
pub(crate) use terminal::*;
pub(crate) use text::lines;
