//! The command line as clap reads it, and the way from a command's name to its file.
//!
//! Each command has a file of its own: its help text, its arguments, and a `run` that calls one use
//! of the library and prints the answer. No command knows another; what several take is in `args.rs`.

mod add;
mod adopt;
mod config;
mod delete;
mod export;
mod import;
mod init;
mod list;
mod login;
mod register;
mod show;
mod update;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::cli::session::Session;
use crate::cli::settings::Options;

/// Administer the users of a Python web application straight in its SQLite file.
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
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
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
pub(crate) enum Command {
    /// Make the database, or add the table to a file that lacks it
    Init(init::InitArgs),
    /// Make your own account, asking for what is not given
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
    /// Change a user's name, password or other columns
    Update(update::UpdateArgs),
    #[command(hide = true)]
    Passwd(update::PasswdArgs),
    #[command(hide = true)]
    Rename(update::RenameArgs),
    /// Delete users: all that are named, or none
    #[command(alias = "rm")]
    Delete(delete::DeleteArgs),
    /// Add whole user bases: all rows of a file, or none
    Import(import::ImportArgs),
    /// Write all users with their hashes to a file that import takes back
    Export(export::ExportArgs),
    /// Find where an application keeps its users, and write useradm.toml
    Adopt(adopt::AdoptArgs),
    /// Show every setting, its value and where that comes from
    Config(config::ConfigArgs),
}

impl Command {
    /// Does what was asked for.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        match self {
            Command::Init(args) => args.run(session),
            Command::Register(args) => args.run(session),
            Command::Login(args) => args.run(session),
            Command::List(args) => args.run(session),
            Command::Show(args) => args.run(session),
            Command::Add(args) => args.run(session),
            Command::Update(args) => args.run(session),
            Command::Passwd(args) => args.run(session),
            Command::Rename(args) => args.run(session),
            Command::Delete(args) => args.run(session),
            Command::Import(args) => args.run(session),
            Command::Export(args) => args.run(session),
            Command::Adopt(args) => args.run(session),
            Command::Config(args) => args.run(session),
        }
    }
}
