//! The program: options, commands, dispatch. Here alone are clap, anyhow and exit statuses.

mod add;
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
mod output;
mod process;
mod progress;
mod prompt;
mod register;
mod show;
mod update;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueHint};

use identity::Identity;
use output::Format;
use process::Process;
use useradm::Interrupt;
use useradm::hash::Rounds;
use useradm::store::{self, Database, Location};

/// Administer the users of a Flask + passlib application straight in its SQLite file.
///
/// The application may be running meanwhile: useradm waits for its locks, holds its own for
/// milliseconds, and writes what the application itself would have written.
#[derive(Debug, Parser)]
#[command(
    name = "useradm",
    version,
    propagate_version = true,
    arg_required_else_help = true,
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

/// What every command takes, before or after its name.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Options {
    /// The database: a path or an SQLAlchemy URI
    #[arg(long_help = "\
The database: a path or an SQLAlchemy URI

A URI has three slashes before a relative path, sqlite:///users.db, and four before an
absolute one, sqlite:////srv/app/users.db.")]
    #[arg(
        long,
        global = true,
        value_name = "DATABASE",
        env = "USERADM_DB",
        hide_env_values = true
    )]
    #[arg(default_value = "users.db", value_parser = database_parser(), value_hint = ValueHint::AnyPath)]
    db: Location,

    /// How to print
    #[arg(long, global = true, value_name = "FORMAT", env = "USERADM_FORMAT")]
    #[arg(hide_env_values = true, default_value = "table", value_enum)]
    format: Format,

    /// How long to wait for another process's lock
    #[arg(long, global = true, value_name = "SECONDS", env = "USERADM_TIMEOUT")]
    #[arg(hide_env_values = true, default_value = "30", value_parser = timeout, allow_negative_numbers = true)]
    timeout: Duration,

    /// PBKDF2 iterations for new hashes, 1000 to 10000000
    #[arg(long, global = true, value_name = "N", env = "USERADM_ROUNDS")]
    #[arg(hide_env_values = true, default_value = "600000", value_parser = rounds, allow_negative_numbers = true)]
    rounds: Rounds,

    /// Print no message on success; data and errors still come
    #[arg(long, short, global = true)]
    quiet: bool,

    /// Never prompt: fail instead
    #[arg(long, global = true)]
    no_input: bool,

    /// As root: stay root though somebody else may write to the database's directory
    #[arg(long, global = true)]
    trust_directory: bool,
}

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
    List(list::ListArgs),
    /// Show one user: id, username, hash scheme and rounds
    Show(show::ShowArgs),
    /// Add a user
    Add(add::AddArgs),
    /// Change a user's name, password or both
    Update(update::UpdateArgs),
    /// Delete users: all that are named, or none
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
    let process = match Process::prepare() {
        Ok(process) => process,
        Err(error) => return exit::report(&error, Format::Table),
    };
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::report_usage(&error, wanted_format(std::env::args_os())),
    };
    let Options { db, format, timeout, rounds, quiet, no_input, trust_directory } = cli.options;
    Process::on_interruption(exit::interruption(format));
    let interrupt = process.interrupt();
    let Location { path, undecoded } = db;
    let database = Database { path, undecoded, timeout, interrupt, trust_directory };
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
fn wanted_format(arguments: impl Iterator<Item = OsString>) -> Format {
    let mut wanted = std::env::var("USERADM_FORMAT").ok();
    let mut is_value = false;
    for argument in arguments.take_while(|argument| argument != "--") {
        let argument = argument.to_string_lossy();
        if is_value {
            wanted = Some(argument.to_string());
        } else if let Some(value) = argument.strip_prefix("--format=") {
            wanted = Some(value.to_owned());
        }
        is_value = argument == "--format";
    }
    let parse = |name: String| <Format as clap::ValueEnum>::from_str(&name, false).ok();
    wanted.and_then(parse).unwrap_or(Format::Table)
}

fn database_parser() -> impl TypedValueParser<Value = Location> {
    OsStringValueParser::new().try_map(|name| store::parse_location(&name))
}

fn timeout(text: &str) -> Result<Duration, String> {
    const DAY: f64 = 86_400.0;
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=DAY).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("not a number of seconds from 0 to 86400".to_owned()),
    }
}

fn rounds(text: &str) -> Result<Rounds, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let rounds = text.parse().ok().filter(|_| plain).and_then(Rounds::new);
    rounds.ok_or_else(|| format!("not a number from {} to {}", Rounds::MIN, Rounds::MAX))
}
