//! End-to-end tests: the built program, run on temporary databases, a file for each command or
//! topic. Each run asserts its exit status, standard output and standard error together.
//!
//! They are written from the promises to admins, scripts and the application, so a failure here
//! means that somebody who relies on one of them is let down.

#![cfg(unix)]

#[cfg(test)]
mod add;
#[cfg(test)]
mod arguments;
#[cfg(test)]
mod astray;
#[cfg(test)]
mod collations;
#[cfg(test)]
mod conflicts;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod databases;
#[cfg(test)]
mod delete;
#[cfg(test)]
mod encodings;
#[cfg(test)]
mod foreign_keys;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod hashes;
#[cfg(test)]
mod huge;
#[cfg(test)]
mod init;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod list;
#[cfg(test)]
mod login;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod names;
#[cfg(test)]
mod options;
#[cfg(test)]
mod output;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod register;
#[cfg(test)]
mod rows;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod show;
#[cfg(test)]
mod sorted;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod traces;
#[cfg(test)]
mod triggers;
#[cfg(test)]
mod unchanged;
#[cfg(test)]
mod update;
#[cfg(test)]
mod uris;
