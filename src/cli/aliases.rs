//! Other names for commands: two that stand for an `update`, and what other tools call theirs, which
//! gets a hint. None of them is in help or completions.

use std::ffi::OsString;

use clap::Parser;
use clap::error::{ContextKind, ErrorKind};

use super::commands::{Cli, Command, UpdateArgs};
use super::settings::Options;

/// Ask for a user's new password: `useradm update USERNAME --password`
#[derive(Debug, Parser)]
#[command(name = "passwd", bin_name = "useradm passwd")]
struct Passwd {
    #[command(flatten)]
    update: UpdateArgs,
    #[command(flatten)]
    options: Options,
}

/// Give a user another name: `useradm update OLD --username NEW`
#[derive(Debug, Parser)]
#[command(name = "rename", bin_name = "useradm rename")]
struct Rename {
    /// The present username
    #[arg(value_name = "OLD")]
    old: OsString,
    /// The new one
    #[arg(value_name = "NEW")]
    new: OsString,
    /// Take a name that differs from another one only by case or Unicode normal form
    #[arg(long)]
    allow_lookalike: bool,
    #[command(flatten)]
    options: Options,
}

/// Parses a command line.
pub(super) fn parse(arguments: &[OsString]) -> clap::error::Result<Cli> {
    let parsed = Cli::try_parse_from(arguments);
    let Err(error) = &parsed else { return parsed };
    if let Some(help) = help(arguments) {
        return help;
    }
    let Some(name) = unknown_command(error) else { return parsed };
    // The name may stand elsewhere too, as the value of an option or after `help`.
    let kind = |arguments: &[OsString]| Cli::try_parse_from(arguments).err().map(|it| it.kind());
    let is_command = |&at: &usize| {
        arguments[at] == *name
            && kind(&arguments[..at]) == Some(ErrorKind::MissingSubcommand)
            && kind(&arguments[..=at]) == Some(ErrorKind::InvalidSubcommand)
    };
    let Some(at) = (1..arguments.len()).find(is_command) else { return parsed };
    let without_name = arguments[..at].iter().chain(&arguments[at + 1..]);
    match name.as_str() {
        "passwd" => Passwd::try_parse_from(without_name).map(|Passwd { options, update }| Cli {
            options,
            command: Command::Update(update.with_password()),
        }),
        "rename" => Rename::try_parse_from(without_name).map(
            |Rename { options, old, new, allow_lookalike }| Cli {
                options,
                command: Command::Update(UpdateArgs::renaming(old, new, allow_lookalike)),
            },
        ),
        _ => parsed,
    }
}

/// The help for one of these names, if a command line asks for it as `useradm help NAME`.
fn help(arguments: &[OsString]) -> Option<clap::error::Result<Cli>> {
    let [_, help, name] = arguments else { return None };
    let line = ["useradm", "--help"];
    let shown = match name.to_str().filter(|_| help == "help")? {
        "passwd" => Passwd::try_parse_from(line).err(),
        "rename" => Rename::try_parse_from(line).err(),
        _ => None,
    };
    shown.map(Err)
}

/// The name of the command that a command line asks for and that does not exist.
pub(super) fn unknown_command(error: &clap::Error) -> Option<String> {
    let is_that = error.kind() == ErrorKind::InvalidSubcommand;
    error.get(ContextKind::InvalidSubcommand).filter(|_| is_that).map(ToString::to_string)
}

/// The command that does what another tool calls by this name.
pub(super) fn known_elsewhere(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().replace('_', "-").as_str() {
        "create" | "new" | "adduser" | "add-user" | "useradd" | "create-user" | "createuser" => {
            "add USERNAME"
        }
        "remove" | "del" | "userdel" | "deluser" | "delete-user" | "remove-user" | "destroy" => {
            "delete USERNAME"
        }
        "verify" | "check" | "auth" | "authenticate" | "signin" => "login USERNAME",
        "signup" => "register",
        "get" | "info" | "view" | "cat" | "describe" => "show USERNAME",
        "modify" | "mod" | "usermod" | "edit" | "set" | "change" => {
            "update USERNAME --username NEW"
        }
        "mv" | "rename" | "rename-user" => "rename OLD NEW",
        "passwd" | "chpasswd" | "password" | "reset-password" | "resetpassword"
        | "set-password" | "change-password" | "changepassword" | "setpassword" => {
            "update USERNAME --password"
        }
        "users" | "list-users" | "listusers" | "all" => "list",
        "count" => "list --count",
        "dump" | "save" | "backup" => "export FILE",
        "load" | "restore" => "import FILE",
        "version" => "--version",
        _ => return None,
    })
}
