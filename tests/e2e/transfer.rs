//! End-to-end tests of import and export: the built program, run on temporary databases, a file
//! for each topic. Each run asserts its exit status, standard output and standard error together.
//!
//! They are written from the promises to admins, scripts and the application, so a failure here
//! means that somebody who relies on one of them is let down.

mod batches;
mod blame;
mod conflicts;
mod csv;
mod export;
mod generated;
mod hashes;
mod htpasswd;
mod ids;
mod import;
mod inputs;
mod interrupts;
mod jsonl;
mod limits;
mod links;
mod locks;
mod meanwhile;
mod odd_rows;
mod order;
mod pauses;
mod progress;
mod rejected;
mod round_trip;
mod skips;
mod snapshot;
mod tables;
mod targets;
mod typed;
mod unreadable;
mod utf_16;
mod wiped;
