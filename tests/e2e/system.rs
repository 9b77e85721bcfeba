//! What the program promises about its surroundings, shown with real processes.
//!
//! Each test starts the program beside whatever makes life hard for it: a terminal, a signal, another
//! process's lock, another owner, a full disk, a kill in the middle. Nothing is needed but the program
//! itself, and root where somebody else's files are at stake; every process that a test starts has
//! ended when it ends.

mod concurrency;
mod containers;
mod endless;
mod full_disk;
mod identity;
mod journal;
mod kept_out;
mod kill;
mod leftovers;
mod locks;
mod memory;
#[cfg(target_os = "linux")]
mod mounts;
mod no_locks;
mod owner;
mod planted;
mod prompt;
mod prompt_ends;
mod prompt_keys;
mod questions;
mod races;
mod secrets;
mod signals;
mod strangers;
