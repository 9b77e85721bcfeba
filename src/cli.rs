//! The program: parse, run, report. What a command does is in `cli/commands/`, one file each; how they
//! talk, print and fail is beside that folder. Only the program knows clap, anyhow and exit statuses.

mod answer;
mod args;
mod commands;
mod config;
mod failure;
mod files;
mod format;
#[cfg(test)]
mod generated;
mod identity;
mod memory;
mod process;
mod progress;
mod report;
mod secret;
mod session;
mod settings;
mod shell;
mod terminal;
mod ui;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use commands::Cli;
use failure::Failure;
use format::Format;
use useradm::Interrupt;

/// Parses, runs and reports.
pub(crate) fn main() -> ExitCode {
    useradm::store::limit_memory();
    let interrupt = Interrupt::default();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let format = settings::wanted_format(&arguments);
    memory::prepare(report::LastWords::new(format), interrupt.clone());
    run(&arguments, format, &interrupt).unwrap_or_else(|error| {
        let status = report::report(&error, format);
        process::die_of_signal(&interrupt);
        status
    })
}

fn run(arguments: &[OsString], format: Format, interrupt: &Interrupt) -> Result<ExitCode> {
    process::prepare(interrupt, report::interruption(format))?;
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return help(&error, arguments),
    };
    let session = cli.options.settle(interrupt.clone())?;
    if format.is_json() {
        // All commands answer there, and a change must not be made that cannot be told.
        drop(process::start::standard_output().map_err(Failure::Output)?);
    }
    cli.command.run(&session)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the help that was asked for, or says what is wrong with the arguments.
fn help(error: &clap::Error, arguments: &[OsString]) -> Result<ExitCode> {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        ui::print(error.render().to_string().as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.len() < 2 {
        // Nothing can be done if standard error fails; the status still tells.
        let _ = ui::messages(Cli::command().render_help().to_string().as_bytes());
        return Ok(ExitCode::from(report::USAGE));
    }
    Err(usage::problem(error, arguments).into())
}
