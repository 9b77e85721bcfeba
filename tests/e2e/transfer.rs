//! Import and export, a file for each topic, on temporary databases.
//!
//! Each run asserts its exit status, standard output and standard error together.

mod batches;
mod blame;
mod columns;
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
mod like;
mod limits;
mod links;
mod locks;
mod meanwhile;
mod odd_ids;
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
