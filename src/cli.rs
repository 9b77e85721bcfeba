//! The program: parse, run, report. Here alone are clap, anyhow and exit statuses.

mod aliases;
mod answer;
mod args;
mod commands;
mod exit;
mod files;
mod format;
#[cfg(test)]
mod generated;
mod identity;
mod memory;
mod process;
mod progress;
mod prompt;
mod session;
mod settings;
mod shell;
mod start;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use exit::LastWords;
use format::Format;
use identity::Identity;
use process::Process;
use session::Session;
use settings::{Options, Settings, wanted_format};
use useradm::store::{Database, Place};

/// Parses, runs and reports.
pub(crate) fn main() -> ExitCode {
    useradm::store::limit_memory();
    let process = match Process::prepare() {
        Ok(process) => process,
        Err(error) => return exit::report(&error, Format::Table),
    };
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let cli = match aliases::parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => return exit::report_usage(&error, &arguments, wanted_format(&arguments)),
    };
    let format = match cli.options.format() {
        Ok(format) => format,
        Err(error) => return exit::report(&error.into(), Format::Table),
    };
    Process::on_interruption(exit::interruption(format));
    memory::prepare(LastWords::new(format), process.interrupt());
    let Options { quiet, no_input, trust_directory, .. } = cli.options;
    let Settings { place, timeout, rounds } = match cli.options.settle() {
        Ok(settings) => settings,
        Err(error) => return exit::report(&error.into(), format),
    };
    let Place { path, undecoded } = place;
    let interrupt = process.interrupt();
    let database = Database { path, undecoded, timeout, interrupt, trust_directory };
    if format.is_json()
        && let Err(error) = start::standard_output()
    {
        // All commands answer there, and a change must not be made that cannot be told.
        return exit::report(&exit::Failure::Output(error).into(), format);
    }
    let identity = Identity::new(database);
    let session = Session { identity, format, rounds, quiet, no_input, process };
    match cli.command.run(&session) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let status = exit::report(&error, format);
            session.process.die_of_signal();
            status
        }
    }
}
