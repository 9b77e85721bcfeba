//! What an admin says of a layout, key by key. What is left out is found in the database. How the keys
//! are written in an option is in `text.rs`, and in a file in `file.rs`.

use std::path::PathBuf;

use super::{Assignment, BUILTINS, Builtin, Case};
use crate::hash::{Recipe, Scheme};

/// The keys that take one text, as options and files know them.
pub const KEYS: [&str; 12] = [
    "table",
    "id",
    "username",
    "hash",
    "scheme",
    "accepts",
    "case",
    "email",
    "active",
    "admin",
    "pepper_file",
    "pepper_query",
];

/// What an admin says of a layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The name of a built-in layout, with which the keys begin.
    pub name: Option<&'static str>,
    /// The table.
    pub table: Option<String>,
    /// The column by which the application knows a user.
    pub id: Option<String>,
    /// The column of the name.
    pub username: Option<String>,
    /// The column of the hash.
    pub hash: Option<String>,
    /// The scheme of new hashes, perhaps with its parameters.
    pub scheme: Option<Recipe>,
    /// The schemes that the application can read.
    pub accepts: Option<Vec<Scheme>>,
    /// How the application compares names.
    pub case: Option<Case>,
    /// The column of the e-mail address.
    pub email: Option<String>,
    /// The column that says whether a user may log in.
    pub active: Option<String>,
    /// The file with the key that passwords are mixed with.
    pub pepper_file: Option<PathBuf>,
    /// The query that finds that key in the database.
    pub pepper_query: Option<String>,
    /// What a new row gets.
    pub add: Vec<Assignment>,
    /// What makes a user an admin.
    pub admin: Vec<Assignment>,
    /// What lets a user log in.
    pub enable: Vec<Assignment>,
    /// What keeps a user from logging in.
    pub disable: Vec<Assignment>,
}

impl Wanted {
    /// Takes the value of a key.
    ///
    /// # Errors
    /// Why that cannot be, in words that follow a colon: there is no such key, it was said before, or
    /// it cannot have that value.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        if value.is_empty() {
            return Err(format!("the key `{key}` has no value"));
        }
        let text = value.to_owned();
        match key {
            "table" => once(&mut self.table, key, text),
            "id" => once(&mut self.id, key, text),
            "username" => once(&mut self.username, key, text),
            "hash" => once(&mut self.hash, key, text),
            "scheme" => {
                let recipe = text.parse().map_err(|why| format!("the scheme `{text}`: {why}"))?;
                once(&mut self.scheme, key, recipe)
            }
            "accepts" => {
                let schemes = value.split('+').map(|name| scheme(name.trim()));
                once(&mut self.accepts, key, schemes.collect::<Result<_, _>>()?)
            }
            "case" => once(&mut self.case, key, case(value)?),
            "email" => once(&mut self.email, key, text),
            "active" => once(&mut self.active, key, text),
            "admin" if self.admin.is_empty() => {
                self.admin.push(Assignment::new(value, "1"));
                Ok(())
            }
            "admin" => Err(twice(key)),
            "pepper_file" => once(&mut self.pepper_file, key, text.into()),
            "pepper_query" => once(&mut self.pepper_query, key, text),
            key => Err(unknown(key)),
        }
    }

    /// Takes the name of a built-in layout.
    ///
    /// # Errors
    /// As [`Wanted::set`].
    pub fn set_name(&mut self, name: &str) -> Result<(), String> {
        if let Some(first) = self.name {
            return Err(format!("there is a second name, `{name}`, beside `{first}`"));
        }
        let Some(builtin) = Builtin::named(name) else {
            let names: Vec<String> = BUILTINS.iter().map(|it| format!("`{}`", it.name)).collect();
            let names = names.join(", ");
            return Err(format!("there is no built-in layout `{name}`; there are {names}"));
        };
        self.name = Some(builtin.name);
        Ok(())
    }

    /// The same, with what another one says where this one says nothing.
    #[must_use]
    pub fn over(&self, base: Wanted) -> Wanted {
        let this = self.clone();
        let values = |mut own: Vec<Assignment>, base: Vec<Assignment>| {
            let said = own.len();
            for assignment in base {
                let is_said = |it: &Assignment| it.column.eq_ignore_ascii_case(&assignment.column);
                if !own[..said].iter().any(is_said) {
                    own.push(assignment);
                }
            }
            own
        };
        Wanted {
            name: this.name.or(base.name),
            table: this.table.or(base.table),
            id: this.id.or(base.id),
            username: this.username.or(base.username),
            hash: this.hash.or(base.hash),
            scheme: this.scheme.or(base.scheme),
            accepts: this.accepts.or(base.accepts),
            case: this.case.or(base.case),
            email: this.email.or(base.email),
            active: this.active.or(base.active),
            pepper_file: this.pepper_file.or(base.pepper_file),
            pepper_query: this.pepper_query.or(base.pepper_query),
            add: values(this.add, base.add),
            admin: values(this.admin, base.admin),
            enable: values(this.enable, base.enable),
            disable: values(this.disable, base.disable),
        }
    }

    /// Whether table and scheme are named, by themselves or by a built-in layout, so that nothing that
    /// a change depends on was only found.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.name.is_some() || self.table.is_some() && self.scheme.is_some()
    }
}

/// Says that there is no such key.
pub(super) fn unknown(key: &str) -> String {
    let keys: Vec<String> = KEYS.iter().map(|key| format!("`{key}`")).collect();
    format!("there is no key `{key}`; there are {}", keys.join(", "))
}

fn once<T>(place: &mut Option<T>, key: &str, value: T) -> Result<(), String> {
    if place.is_some() {
        return Err(twice(key));
    }
    *place = Some(value);
    Ok(())
}

fn twice(key: &str) -> String {
    format!("the key `{key}` is there twice")
}

fn scheme(name: &str) -> Result<Scheme, String> {
    Scheme::named(name).ok_or_else(|| {
        let names: Vec<&str> = Scheme::ALL.iter().copied().map(Scheme::name).collect();
        format!("there is no scheme `{name}`; there are {}", names.join(", "))
    })
}

fn case(value: &str) -> Result<Case, String> {
    match value {
        "exact" => Ok(Case::Exact),
        "fold" => Ok(Case::Fold),
        "lower" => Ok(Case::Lower),
        _ => Err(format!("`case` can be `exact`, `fold` or `lower`, not `{value}`")),
    }
}
