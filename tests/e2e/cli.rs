//! End-to-end tests: the built program, run on temporary databases, a file for each command or
//! topic. Each run asserts its exit status, standard output and standard error together.
//!
//! They are written from the promises to admins, scripts and the application, so a failure here
//! means that somebody who relies on one of them is let down.

mod add;
mod arguments;
mod astray;
mod collations;
mod conflicts;
mod damage;
mod databases;
mod delete;
mod encodings;
mod foreign_keys;
mod formats;
mod guards;
mod hashes;
mod huge;
mod init;
mod limits;
mod list;
mod login;
mod messages;
mod names;
mod options;
mod output;
mod passwords;
mod permissions;
mod register;
mod rows;
mod schemas;
mod show;
mod sorted;
mod streams;
mod traces;
mod triggers;
mod unchanged;
mod update;
mod uris;
