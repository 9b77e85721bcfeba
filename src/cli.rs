//! The program: options, commands, dispatch. Here alone are clap, anyhow and exit statuses.

mod add;
mod aliases;
mod answer;
mod delete;
mod exit;
mod export;
mod files;
#[cfg(test)]
mod generated;
mod identity;
mod import;
mod init;
mod input;
mod list;
mod login;
mod memory;
mod output;
mod process;
mod progress;
mod prompt;
mod register;
mod settings;
mod shell;
mod show;
mod start;
mod update;
mod usage;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use exit::LastWords;
use identity::Identity;
use output::Format;
use process::Process;
use settings::{Options, Settings};
use useradm::Interrupt;
use useradm::hash::Rounds;
use useradm::store::{Database, Location};

/// Administer the users of a Flask + passlib application straight in its SQLite file.
///
/// The application may be running meanwhile: useradm waits for its locks, holds its own for
/// milliseconds, and writes what the application itself would have written.
#[derive(Debug, Parser)]
#[command(
    name = "useradm",
    bin_name = "useradm",
    version,
    propagate_version = true,
    arg_required_else_help = false,
    max_term_width = 100,
    after_long_help = EXAMPLES
)]
pub(crate) struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  useradm init                                     make users.db in this folder
  useradm add alice                                ask for a password twice
  useradm add bob --password-file bob.txt          take it from a file
  useradm --db instance/users.db list              use the application's own file
  useradm list --format json                       what GET /users answers

Exit status: 0 done, 1 output failed, 2 usage, 3 no such user, 4 exists already,
5 invalid credentials, 6 a name, password or hash that cannot be stored, 7 database busy,
8 a problem with the file, 9 not confirmed, 10 outcome unknown, 130 interrupted.";

// Only the command that is asked for is built: that halves the time that parsing takes. The overview
// shows the words here, which a test compares with the commands' own.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Command {
    /// Make the database, or add the table to a file that lacks it
    Init(init::InitArgs),
    /// Make one's own account, asking for what is not given
    Register(register::RegisterArgs),
    /// Check a username and password against the stored hash
    Login(login::LoginArgs),
    /// List the users
    #[command(alias = "ls")]
    List(list::ListArgs),
    /// Show one user: id, username, hash scheme and rounds
    Show(show::ShowArgs),
    /// Add a user
    Add(add::AddArgs),
    /// Change a user's name, password or both
    Update(update::UpdateArgs),
    /// Delete users: all that are named, or none
    #[command(alias = "rm")]
    Delete(delete::DeleteArgs),
    /// Add whole user bases: all rows of a file, or none
    Import(import::ImportArgs),
    /// Write all users with their hashes to a file that import takes back
    Export(export::ExportArgs),
}

/// What a command runs with.
#[derive(Debug)]
pub(crate) struct Session {
    identity: Identity,
    pub(crate) format: Format,
    pub(crate) rounds: Rounds,
    pub(crate) quiet: bool,
    pub(crate) no_input: bool,
    pub(crate) process: Process,
}

impl Session {
    /// The database, once this process is who may work on it: whatever is only read, a password
    /// file or the input of an import, is to be opened before.
    pub(crate) fn database(&self) -> useradm::Result<&Database> {
        self.identity.database()
    }

    /// Fails if there is no database, before anybody is asked for anything.
    pub(crate) fn check_present(&self) -> useradm::Result<()> {
        self.identity.named().check_present()
    }

    /// The absolute path of the database.
    pub(crate) fn path(&self) -> &Path {
        &self.identity.named().path
    }

    /// Who may ask this process to stop.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.identity.named().interrupt
    }
}

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
    let Settings { location, timeout, rounds } = match cli.options.settle() {
        Ok(settings) => settings,
        Err(error) => return exit::report(&error.into(), format),
    };
    let Location { path, undecoded } = location;
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
    match run(cli.command, &session) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let status = exit::report(&error, format);
            session.process.die_of_signal();
            status
        }
    }
}

fn run(command: Command, session: &Session) -> Result<()> {
    match command {
        Command::Init(args) => args.run(session),
        Command::Register(args) => args.run(session),
        Command::Login(args) => args.run(session),
        Command::List(args) => args.run(session),
        Command::Show(args) => args.run(session),
        Command::Add(args) => args.run(session),
        Command::Update(args) => args.run(session),
        Command::Delete(args) => args.run(session),
        Command::Import(args) => args.run(session),
        Command::Export(args) => args.run(session),
    }
}

/// The format that a command line asks for which clap could not parse.
fn wanted_format(arguments: &[OsString]) -> Format {
    let mut wanted =
        std::env::var_os("USERADM_FORMAT").and_then(|name| settings::format(&name).ok());
    let before = arguments.iter().take_while(|argument| *argument != "--");
    for (argument, next) in before.clone().zip(before.skip(1).map(Some).chain([None])) {
        let joined = argument.to_str().and_then(|it| it.strip_prefix("--format=")).map(OsStr::new);
        let apart = next.filter(|_| argument == "--format").map(OsString::as_os_str);
        wanted = joined.or(apart).and_then(|name| settings::format(name).ok()).or(wanted);
    }
    wanted.unwrap_or(Format::Table)
}
