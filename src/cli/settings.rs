//! The global options, each from the command line, or else from its variable, or else its default.
//! clap itself would parse a variable even where the option is given, and blame the option. What they
//! come to is kept in `session.rs`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ValueEnum, ValueHint};

use super::args::{invalid_value, listed, number};
use super::failure::Failure;
use super::format::Format;
use super::identity::Identity;
use super::session::{Origin, Session, Setting, Told};
use super::shell;
use useradm::Interrupt;
use useradm::accounts::WantedRecipe;
use useradm::error::shown;
use useradm::hash::Rounds;
use useradm::layout::{Said, Source, Wanted};
use useradm::store::{Database, Place};

/// What every command takes, before or after its name.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Options {
    #[arg(
        help = "The database: a path or an SQLAlchemy URI [env: USERADM_DB] [default: users.db]"
    )]
    #[arg(long_help = "\
The database: a path or an SQLAlchemy URI [env: USERADM_DB] [default: users.db]

A URI has three slashes before a relative path, sqlite:///users.db, and four before an
absolute one, sqlite:////srv/app/users.db.")]
    #[arg(long, global = true, value_name = "DATABASE", value_hint = ValueHint::AnyPath)]
    #[arg(value_parser = OsStringValueParser::new().try_map(|name| Place::parse(&name)))]
    db: Option<Place>,

    #[arg(help = "How to print [env: USERADM_FORMAT] [default: table]")]
    #[arg(long, global = true, value_name = "FORMAT", value_enum)]
    format: Option<Format>,

    #[arg(
        help = "How long to wait for another process's lock [env: USERADM_TIMEOUT] [default: 30]"
    )]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = timeout)]
    #[arg(allow_negative_numbers = true)]
    timeout: Option<Duration>,

    #[arg(help = "\
PBKDF2 iterations for new hashes, 1000 to 10000000 [env: USERADM_ROUNDS] [default: 600000]")]
    #[arg(long, global = true, value_name = "N", value_parser = rounds)]
    #[arg(allow_negative_numbers = true)]
    rounds: Option<Rounds>,

    #[arg(help = "Where the users are: a name, keys, or both [env: USERADM_LAYOUT]")]
    #[arg(long_help = "\
Where the users are and how passwords are hashed [env: USERADM_LAYOUT]

The name of a built-in layout such as django, keys such as
table=users,username=email,hash=pw,scheme=bcrypt:12, or both. What is left out is found in
the database; without a layout it is looked for in useradm.toml, and then in the database.")]
    #[arg(long, global = true, value_name = "LAYOUT", value_parser = Wanted::parse)]
    layout: Option<Wanted>,

    #[arg(help = "Settings [env: USERADM_CONFIG] [default: useradm.toml]")]
    #[arg(long_help = "\
A file of settings [env: USERADM_CONFIG] [default: useradm.toml beside the database, or here]")]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,

    /// A file with the key that the application mixes passwords with
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pepper_file: Option<PathBuf>,

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

/// The variables that are read.
#[cfg(test)]
pub(super) const VARIABLES: [&str; 6] = [
    "USERADM_CONFIG",
    "USERADM_DB",
    "USERADM_FORMAT",
    "USERADM_LAYOUT",
    "USERADM_ROUNDS",
    "USERADM_TIMEOUT",
];

impl Options {
    /// Settles what was not given, for a command that this may ask to stop.
    pub(super) fn settle(self, interrupt: Interrupt) -> Result<Session, Failure> {
        let Options { quiet, no_input, trust_directory, pepper_file, .. } = self;
        let (format, format_origin) = setting(self.format, "format", "table", format)?;
        let (place, db_origin) = setting(self.db, "db", "users.db", Place::parse)?;
        let Place { path, undecoded } = place;
        let (timeout, timeout_origin) = setting(self.timeout, "timeout", "30", as_text(timeout))?;
        let (rounds, rounds_origin) = optional(self.rounds, "rounds", as_text(rounds))?;
        // A variable is there for every command, and says nothing of schemes without rounds.
        let rounds_may_not_fit = rounds_origin != Origin::Option;
        let recipe = WantedRecipe { recipe: None, rounds_may_not_fit, rounds };
        let (wanted, layout_origin) = optional(self.layout, "layout", as_text(Wanted::parse))?;
        let (config, config_origin) = optional(self.config, "config", |name| Ok(name.into()))?;
        let source = match layout_origin {
            Origin::Option | Origin::Default => Source::Option,
            Origin::Variable => Source::Variable,
        };
        let layout = wanted.map(|wanted| Said { wanted, source });
        let shown_path = |path: &PathBuf| shown(path);
        let flag = |name, is_given: bool| Setting {
            name,
            value: Some(if is_given { "yes" } else { "no" }.to_owned()),
            origin: if is_given { Origin::Option } else { Origin::Default },
        };
        let value = |name, value, origin| Setting { name, value, origin };
        let settings = vec![
            value("db", Some(shown(&path)), db_origin),
            value(
                "format",
                format.to_possible_value().map(|it| it.get_name().into()),
                format_origin,
            ),
            value("timeout", Some(timeout.as_secs_f64().to_string()), timeout_origin),
            value("rounds", rounds.map(|rounds| rounds.get().to_string()), rounds_origin),
            value("config", config.as_ref().map(shown_path), config_origin),
            value("pepper-file", pepper_file.as_ref().map(shown_path), Origin::Option),
            flag("quiet", quiet),
            flag("no-input", no_input),
            flag("trust-directory", trust_directory),
        ];
        let database = Database {
            undecoded,
            timeout,
            interrupt,
            trust_directory,
            layout,
            ..Database::at(path)
        };
        let identity = Identity::new(database);
        let told = Told { config, pepper_file, settings };
        Ok(Session::new(identity, told, format, recipe, quiet, no_input))
    }
}

/// What an option was given, or else its variable, or else its default.
fn setting<T>(
    given: Option<T>,
    option: &str,
    default: &str,
    read: impl Fn(&OsStr) -> Result<T, String>,
) -> Result<(T, Origin), Failure> {
    if let Some(value) = given {
        return Ok((value, Origin::Option));
    }
    let variable = variable(option);
    let (value, origin) = match std::env::var_os(&variable) {
        Some(value) => (value, Origin::Variable),
        None => (default.into(), Origin::Default),
    };
    let value = read(&value).map_err(|reason| {
        let culprit = format!("the variable {variable}");
        let message = invalid_value(value.as_encoded_bytes(), &culprit, &reason);
        Failure::usage(message, format!("unset it; --{option} would win over it"))
    });
    Ok((value?, origin))
}

/// What an option was given, or else its variable, where there is no default.
fn optional<T>(
    given: Option<T>,
    option: &str,
    read: impl Fn(&OsStr) -> Result<T, String>,
) -> Result<(Option<T>, Origin), Failure> {
    if given.is_none() && std::env::var_os(variable(option)).is_none() {
        return Ok((None, Origin::Default));
    }
    setting(given, option, "", read).map(|(value, origin)| (Some(value), origin))
}

fn variable(option: &str) -> String {
    format!("USERADM_{}", option.to_ascii_uppercase())
}

/// The format of this name.
fn format(name: &OsStr) -> Result<Format, String> {
    let text = name.to_str().unwrap_or_default();
    <Format as ValueEnum>::from_str(text, false).map_err(|_| {
        let formats = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = formats.map(|format| format.get_name().to_owned()).collect();
        format!("it can be {}", listed(&names))
    })
}

fn as_text<T>(read: impl Fn(&str) -> Result<T, String>) -> impl Fn(&OsStr) -> Result<T, String> {
    move |value| read(value.to_str().ok_or("it is not valid UTF-8")?)
}

fn timeout(text: &str) -> Result<Duration, String> {
    const DAY: f64 = 86_400.0;
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=DAY).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("not a number of seconds from 0 to 86400".to_owned()),
    }
}

fn rounds(text: &str) -> Result<Rounds, String> {
    let (min, max) = (u64::from(Rounds::MIN), u64::from(Rounds::MAX));
    let rounds = u32::try_from(number(min, max)(text)?).ok().and_then(Rounds::new);
    rounds.ok_or_else(|| "no such number of rounds".to_owned())
}

/// The format that a command line asks for, right or wrong as the rest of it may be: every error must
/// know it.
pub(super) fn wanted_format(arguments: &[OsString]) -> Format {
    let variable = std::env::var_os("USERADM_FORMAT").and_then(|name| format(&name).ok());
    let given = shell::values_of("--format", arguments).filter_map(|name| format(name).ok());
    given.last().or(variable).unwrap_or(Format::Table)
}
