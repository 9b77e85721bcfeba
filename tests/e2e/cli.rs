//! Commands, options and messages, a file for each command or topic, on temporary databases.
//!
//! Each run asserts its exit status, standard output and standard error together.

mod add;
mod arguments;
mod astray;
mod collations;
mod conflicts;
mod counters;
mod damage;
mod databases;
mod delete;
mod deferred;
mod encodings;
mod fields;
mod foreign_keys;
mod formats;
mod guards;
mod foreign_hashes;
mod hashes;
mod huge;
mod init;
mod layout_columns;
mod like;
mod list;
mod login;
mod messages;
mod names;
mod options;
mod output;
mod passwords;
mod peppers;
mod permissions;
mod register;
mod rows;
mod schemas;
mod schemes;
mod set;
mod show;
mod sorted;
mod streams;
mod text_ids;
mod traces;
mod triggers;
mod unchanged;
mod update;
mod uris;
