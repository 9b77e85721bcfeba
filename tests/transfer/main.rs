//! End-to-end tests of import and export: the built program, run on temporary databases, a file
//! for each topic. Each run asserts its exit status, standard output and standard error together.
//!
//! They are written from the promises to admins, scripts and the application, so a failure here
//! means that somebody who relies on one of them is let down.

#![cfg(unix)]

#[cfg(test)]
mod batches;
#[cfg(test)]
mod blame;
#[cfg(test)]
mod conflicts;
#[cfg(test)]
mod csv;
#[cfg(test)]
mod export;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod hashes;
#[cfg(test)]
mod htpasswd;
#[cfg(test)]
mod ids;
#[cfg(test)]
mod import;
#[cfg(test)]
mod inputs;
#[cfg(test)]
mod interrupts;
#[cfg(test)]
mod jsonl;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod links;
#[cfg(test)]
mod locks;
#[cfg(test)]
mod meanwhile;
#[cfg(test)]
mod odd_rows;
#[cfg(test)]
mod order;
#[cfg(test)]
mod pauses;
#[cfg(test)]
mod progress;
#[cfg(test)]
mod rejected;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod skips;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod targets;
#[cfg(test)]
mod typed;
#[cfg(test)]
mod unreadable;
#[cfg(test)]
mod utf_16;
#[cfg(test)]
mod wiped;
