//! Arguments that several commands take, and how their values are read. Nothing here asks or opens
//! anything: where a password comes from in the end is decided in `secret.rs`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::Args;

use super::format::escape::{escaped_bytes, short};
use useradm::accounts::{Further, Like, Waived, WantedRecipe};
use useradm::hash::Recipe;
use useradm::layout::Assignment;
use useradm::password::GENERATED_CHARS;
use useradm::user::{Selector, UserId};

/// Which user a command is about: by name or by id, never guessed.
#[derive(Debug, Default, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Whom {
    /// The username
    #[arg(value_name = "USERNAME")]
    username: Option<OsString>,
    /// The id, in place of the username
    #[arg(long, value_name = "ID", allow_negative_numbers = true)]
    id: Option<OsString>,
}

impl Whom {
    pub(crate) fn named(username: OsString) -> Self {
        Whom { username: Some(username), id: None }
    }

    pub(crate) fn selector(&self) -> Selector {
        match (&self.username, &self.id) {
            (_, Some(id)) => Selector::Id(id_of(id)),
            (name, None) => Selector::Name(name.clone().unwrap_or_default().into_encoded_bytes()),
        }
    }
}

/// What may be waived for a new user.
#[derive(Debug, Args)]
pub(crate) struct Allowed {
    /// Make the database if there is none
    #[arg(long)]
    pub(crate) create: bool,
    #[command(flatten)]
    pub(crate) waived: WaivedArgs,
}

/// What a row gets beside name and hash.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RowArgs {
    /// Store VALUE in a column of the user's row; may be repeated
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = assignment)]
    #[arg(long_help = "\
Store VALUE in a column of the user's row; may be repeated. @now is the present moment, @uuid4 and
@uuid4hex are random UUIDs, @username is the name, and @null is NULL")]
    set: Vec<Assignment>,
    /// Store the e-mail address in the column that the layout names for it
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Make the user an admin, as the layout says how
    #[arg(long)]
    admin: bool,
}

/// Whom a new user is to be like.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct LikeArgs {
    /// Make the new user like this one
    #[arg(long, value_name = "USERNAME")]
    #[arg(long_help = "\
Make the new user like this one: copy ordinary columns, memberships of groups and roles, and rows of
tables in which every user has one. Nothing is copied that is unique, secret or of a log-in, and no right
of an admin in the user's own row")]
    like: Option<OsString>,
    /// Copy no memberships of groups and roles
    #[arg(long, requires = "like")]
    without_memberships: bool,
    /// Add the user without rows in other tables, even where every user has one
    #[arg(long)]
    without_companions: bool,
}

impl From<LikeArgs> for Like {
    fn from(args: LikeArgs) -> Self {
        Like {
            whom: args.like.map(|name| Selector::Name(name.into_encoded_bytes())),
            without_memberships: args.without_memberships,
            without_companions: args.without_companions,
        }
    }
}

impl From<RowArgs> for Further {
    fn from(args: RowArgs) -> Self {
        Further {
            set: args.set,
            email: args.email,
            admin: args.admin,
            enable: None,
            ..Further::default()
        }
    }
}

/// Which rules are waived.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct WaivedArgs {
    /// Take a password of any length, even the username itself
    #[arg(long)]
    pub(crate) allow_weak_password: bool,
    /// Take a name that differs from another one only by case or Unicode normal form
    #[arg(long)]
    pub(crate) allow_lookalike: bool,
}

impl From<WaivedArgs> for Waived {
    fn from(args: WaivedArgs) -> Self {
        Waived { weak_password: args.allow_weak_password, lookalike: args.allow_lookalike }
    }
}

/// Where a password comes from; without one of these it is asked for on the terminal.
#[derive(Debug, Default, Args)]
#[group(id = "password_source", multiple = false)]
pub(crate) struct Source {
    /// Read the password from standard input, less one line break at the end
    #[arg(id = "password_stdin", long = "password-stdin")]
    pub(crate) stdin: bool,
    /// Read the password from a file, less one line break at the end; - is standard input
    #[arg(id = "password_file", long = "password-file", value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
    /// Take the password from this environment variable
    #[arg(id = "password_env", long = "password-env", value_name = "VAR")]
    pub(crate) variable: Option<OsString>,
}

impl Source {
    /// Whether a source was named.
    pub(crate) fn is_given(&self) -> bool {
        self.stdin || self.file.is_some() || self.variable.is_some()
    }
}

/// What an admin may give in place of a password.
#[derive(Debug, Default, Args)]
pub(crate) struct Given {
    /// Make a password of 20 characters, or of LENGTH from 8 to 128, and print it
    #[arg(long, value_name = "LENGTH", group = "password_source")]
    #[arg(num_args = 0..=1, require_equals = true, value_parser = generated_length)]
    #[arg(default_missing_value = "20")]
    pub(crate) generate_password: Option<usize>,
    /// Take a ready hash from the password's source
    #[arg(long, conflicts_with = "generate_password")]
    pub(crate) hashed: bool,
}

impl Given {
    /// Whether anything was given.
    pub(crate) fn is_given(&self) -> bool {
        self.generate_password.is_some() || self.hashed
    }
}

/// What new hashes are made with, where a command says it.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct NewScheme {
    /// How to hash, as bcrypt:12 [default: as the hashes that are there]
    #[arg(long, value_name = "SCHEME[:PARAMETERS]", value_parser = recipe)]
    scheme: Option<(Recipe, bool)>,
}

impl NewScheme {
    /// What is wanted, where the settings want something too.
    pub(crate) fn over(self, settings: WantedRecipe) -> WantedRecipe {
        let Some((recipe, has_parameters)) = self.scheme else { return settings };
        // An option wins over a variable.
        let rounds = settings.rounds.filter(|_| !(has_parameters && settings.rounds_may_not_fit));
        WantedRecipe { recipe: Some(recipe), rounds, ..settings }
    }
}

/// Reads a recipe, and tells whether it has parameters.
fn recipe(text: &str) -> Result<(Recipe, bool), String> {
    Ok((text.parse()?, text.contains(':')))
}

/// Reads an id; whether the table can have such a one is found out when it is open.
pub(crate) fn id_of(text: &OsStr) -> UserId {
    UserId::parse(text.as_encoded_bytes())
}

/// Reads a number of plain decimal digits.
pub(crate) fn number(min: u64, max: u64) -> impl Fn(&str) -> Result<u64, String> + Clone {
    move |text| {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| plain && (min..=max).contains(number));
        number.ok_or_else(|| match max {
            u64::MAX => format!("not a whole number from {min} on"),
            max => format!("not a whole number from {min} to {max}"),
        })
    }
}

/// Reads what a column gets.
fn assignment(text: &str) -> Result<Assignment, String> {
    match text.split_once('=') {
        Some((column, value)) if !column.is_empty() => Ok(Assignment::new(column, value)),
        _ => Err("not COLUMN=VALUE".to_owned()),
    }
}

fn generated_length(text: &str) -> Result<usize, String> {
    let length = number(8, 128)(text).ok().and_then(|length| usize::try_from(length).ok());
    length.ok_or_else(|| format!("not a length from 8 to 128; without one it is {GENERATED_CHARS}"))
}

/// Says that an option or a variable cannot have a value, without what may hold a password.
pub(crate) fn invalid_value(value: &[u8], culprit: &str, reason: &str) -> String {
    let shown = short(&escaped_bytes(value));
    if shown.contains("://") {
        return format!("invalid value of {culprit}: {reason}");
    }
    format!("invalid value '{shown}' of {culprit}: {reason}")
}

/// `a, b or c`
pub(crate) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [word] => word.clone(),
        [words @ .., last] => format!("{} or {last}", words.join(", ")),
    }
}
