//! `useradm`: administers the users of a Python web application straight in its SQLite file.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
