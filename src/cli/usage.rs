//! What is wrong with a command line, in this program's own words. What somebody typed is in a
//! message only where it cannot be a password, and always escaped by itself, so that no line of a
//! message can be forged. How a failure is printed is in `report.rs`.

use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::{invalid_value, listed};
use super::commands::Cli;
use super::failure::Failure;
use super::format::escape::{escaped, short};
use super::shell;

/// The commands that take a password in some way, or a username that one may be typed after.
const MAY_BE_TOLD_A_PASSWORD: [&str; 6] = ["add", "login", "passwd", "register", "show", "update"];

/// The commands that take a username.
const TAKE_NAMES: [&str; 8] =
    ["add", "delete", "login", "passwd", "register", "rename", "show", "update"];

/// What somebody calls an option that they would type a password after.
const PASSWORD: &str = "p pw pwd pass passwd password passphrase passwort newpassword psw secret";

/// Where a password comes from.
const SOURCES: &str = "a password is never an argument: --password-stdin, --password-file <PATH> or \
                       --password-env <VAR> gives it; without them it is asked for";

/// Says what is wrong.
pub(super) fn problem(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let found = Found { error, arguments };
    let (message, hint) = match error.kind() {
        ErrorKind::UnknownArgument => found.unknown(),
        ErrorKind::TooManyValues => found.value_of_a_flag(),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => found.bad_value(),
        ErrorKind::InvalidSubcommand => found.unknown_command(),
        ErrorKind::MissingSubcommand => ("no command was given".to_owned(), None),
        ErrorKind::MissingRequiredArgument => found.missing(),
        ErrorKind::ArgumentConflict => found.conflict(),
        ErrorKind::InvalidUtf8 => ("an argument or a variable is not valid UTF-8".to_owned(), None),
        // No command asks for what the others are about.
        _ => {
            let text = error.render().to_string();
            let line = text.lines().next().unwrap_or_default();
            (escaped(line.strip_prefix("error: ").unwrap_or(line)), None)
        }
    };
    Failure::Usage { message, hint: hint.or_else(|| found.help()) }
}

type Words = (String, Option<String>);

struct Found<'e> {
    error: &'e clap::Error,
    arguments: &'e [OsString],
}

impl Found<'_> {
    /// What clap tells under this heading, each as it may be printed.
    fn all(&self, kind: ContextKind) -> Vec<String> {
        let shown = |text: &String| short(&escaped(text));
        match self.error.get(kind) {
            Some(ContextValue::String(text)) => vec![shown(text)],
            Some(ContextValue::Strings(texts)) => texts.iter().map(shown).collect(),
            _ => Vec::new(),
        }
    }

    /// The arguments that clap tells under this heading.
    fn bare(&self, kind: ContextKind) -> Vec<String> {
        self.all(kind).iter().map(|form| bare(form)).collect()
    }

    fn one(&self, kind: ContextKind) -> String {
        self.all(kind).into_iter().next().unwrap_or_default()
    }

    /// The option that the error is about, without the name of its value.
    fn option(&self) -> String {
        let option = self.one(ContextKind::InvalidArg);
        option.split([' ', '=', '[']).next().unwrap_or_default().to_owned()
    }

    /// The command that the error is about, if clap came that far.
    fn command(&self) -> Option<String> {
        let usage = self.error.get(ContextKind::Usage)?.to_string();
        let word = usage.split_whitespace().nth(2)?.to_owned();
        word.starts_with(char::is_alphabetic).then_some(word)
    }

    fn help(&self) -> Option<String> {
        Some(match self.command() {
            Some(command) => format!("`useradm {command} --help` tells what it takes"),
            None if self.option().is_empty() => "`useradm --help` lists the commands".to_owned(),
            None => return None,
        })
    }

    fn unknown(&self) -> Words {
        let argument = self.one(ContextKind::InvalidArg);
        let raw =
            self.error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
        let after_dashes =
            self.arguments.iter().skip_while(|it| *it != "--").any(|it| **it == *raw);
        if argument.starts_with('-') && !after_dashes {
            return self.unknown_option(&argument);
        }
        let command = self.command().unwrap_or_default();
        if MAY_BE_TOLD_A_PASSWORD.contains(&command.as_str()) || command.is_empty() {
            let is_length =
                |pair: &[OsString]| pair[0] == "--generate-password" && *pair[1] == *raw;
            if self.arguments.windows(2).any(is_length) {
                let message = "--generate-password takes its length after an equal sign";
                let hint = "--generate-password=<LENGTH>, or no length for 20 characters";
                return (message.to_owned(), Some(hint.to_owned()));
            }
            if command == "show" {
                return ("there is one argument too many".to_owned(), None);
            }
            let message =
                "there is one argument too many; it is not shown, since it may be a password";
            return (message.to_owned(), Some(SOURCES.to_owned()));
        }
        (format!("there is one argument too many: '{argument}'"), None)
    }

    fn unknown_option(&self, option: &str) -> Words {
        let message = format!("there is no option '{option}'");
        let command = self.command().unwrap_or_default();
        let named = command.is_empty() || MAY_BE_TOLD_A_PASSWORD.contains(&command.as_str());
        // Whoever types a password after it does not mean what would be suggested.
        let similar = self.one(ContextKind::SuggestedArg);
        if named && command != "show" && means_password(option, &similar) {
            return (message, Some(SOURCES.to_owned()));
        }
        if command == "delete" && ["-f", "--force"].contains(&option) {
            return (message, Some("--yes deletes without asking".to_owned()));
        }
        if !similar.is_empty() {
            return (message, Some(did_you_mean(&[similar])));
        }
        (message, self.as_a_name(&command, option))
    }

    /// How the word is to be given if it is a username, as `-bob` may be and `-v` hardly.
    fn as_a_name(&self, command: &str, option: &str) -> Option<String> {
        let is_it = |word: &&OsString| {
            let bytes = word.as_encoded_bytes();
            bytes.starts_with(option.as_bytes()) && bytes.len() > 3
        };
        let word = self.arguments.iter().find(is_it)?;
        if option.starts_with("--") || !TAKE_NAMES.contains(&command) {
            return None;
        }
        let line = match command {
            "delete" => format!("delete --yes -- {}", shell::quoted(word)),
            // The word may be a password.
            command => format!("{command} -- -NAME"),
        };
        let line = shell::command(&line);
        Some(format!("a username that begins with a dash stands last, after two dashes: {line}"))
    }

    fn value_of_a_flag(&self) -> Words {
        let option = self.option();
        let is_source = option.starts_with("--password") || option == "--hashed";
        (format!("{option} takes no value"), is_source.then(|| SOURCES.to_owned()))
    }

    fn bad_value(&self) -> Words {
        let option = self.option();
        let value = self.one(ContextKind::InvalidValue);
        if value.is_empty() && self.error.kind() == ErrorKind::InvalidValue {
            let form = self.one(ContextKind::InvalidArg);
            if option.is_empty() {
                let hint = "give the name of a file, or - for standard input or output";
                return (format!("{} is empty", bare(&form)), Some(hint.to_owned()));
            }
            return (format!("{option} needs a value: {form}"), None);
        }
        let valid = self.all(ContextKind::ValidValue);
        let reason = match std::error::Error::source(self.error) {
            Some(reason) => escaped(&reason.to_string()),
            None => format!("it can be {}", listed(&valid)),
        };
        let suggested = self.all(ContextKind::SuggestedValue);
        let hint = (!suggested.is_empty()).then(|| did_you_mean(&suggested));
        // It may be a password.
        if option == "--generate-password" {
            return (format!("invalid value of {option}: {reason}"), hint);
        }
        (invalid_value(value.as_bytes(), &option, &reason), hint)
    }

    fn unknown_command(&self) -> Words {
        let name = self.one(ContextKind::InvalidSubcommand);
        let message = format!("there is no command '{name}'");
        if let Some(command) = known_elsewhere(&name) {
            return (message, Some(format!("the command for that is {}", shell::command(command))));
        }
        let (command, similar) = (Cli::command(), self.all(ContextKind::SuggestedSubcommand));
        let shown = |word| command.find_subcommand(word).filter(|it| !it.is_hide_set());
        let name = |word: String| Some(shown(word)?.get_name().to_owned());
        let mut similar: Vec<String> = similar.into_iter().filter_map(name).collect();
        similar.sort();
        similar.dedup();
        (message, (!similar.is_empty()).then(|| did_you_mean(&similar)))
    }

    fn missing(&self) -> Words {
        (format!("{} is missing", self.bare(ContextKind::InvalidArg).join(", ")), None)
    }

    fn conflict(&self) -> Words {
        let one = bare(&self.one(ContextKind::InvalidArg));
        let others = self.bare(ContextKind::PriorArg);
        if others.iter().all(|other| *other == one) {
            return (format!("{one} is given more than once"), None);
        }
        (format!("{one} cannot be used together with {}", others.join(" and ")), None)
    }
}

/// Whether somebody who types this option has a password in mind, and would type it after what is
/// suggested. A misspelt name of a password's source still has a dash within it.
fn means_password(option: &str, similar: &str) -> bool {
    let name = option.trim_start_matches('-').to_lowercase();
    PASSWORD.split(' ').any(|word| word == name.replace(['-', '_'], ""))
        || similar.starts_with("--password") && !name.contains('-')
}

/// An argument as a usage line has it, without its brackets.
fn bare(form: &str) -> String {
    let form = form.trim_end_matches("...");
    let inner = form.strip_prefix(['<', '[']).and_then(|form| form.strip_suffix(['>', ']']));
    inner.unwrap_or(form).replace('|', " or ")
}

fn did_you_mean(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    format!("did you mean {}?", quoted.join(" or "))
}

/// The command that does what another tool calls by this name.
fn known_elsewhere(name: &str) -> Option<&'static str> {
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
