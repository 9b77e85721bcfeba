//! Where an application keeps its users: a table, and what its columns are to this program.
//!
//! A layout is asked for (`wanted.rs`, written as in `text.rs` or `file.rs`), or that of a well-known
//! application (`builtin.rs`, `recognise.rs`), or seen from what the tables hold (`detect.rs`); how
//! these come together is in `resolve.rs` and `complete.rs`. What its columns make of what they are
//! given is in `stored.rs`. No I/O: what a database holds is handed in by `store.rs`.

mod builtin;
mod complete;
mod detect;
mod examples;
mod family;
pub mod file;
mod form;
mod found;
pub mod ordinary;
mod recognise;
mod resolve;
mod stored;
mod text;
mod typed;
mod uuid;
mod value;
mod values;
mod wanted;

use std::borrow::Cow;
use std::fmt;

use crate::error::Result;
use crate::hash::{Recipe, Scheme};
use typed::is_day;

pub use builtin::{BUILTINS, Builtin};
pub use detect::{Candidate, detect};
pub use form::Form;
pub use found::{Found, Place, Said, Source, Unclear};
pub use recognise::recognise;
pub use resolve::{find, the_one};
pub use stored::{Assigned, Stored};
pub use text::quoted;
pub use uuid::{Uuid, UuidForm};
pub use value::{Assignment, Value};
pub use values::{Values, is_no_hash_on_purpose};
pub use wanted::{KEYS, Wanted};

/// Looks at the values of some columns of a table in so many of its newest rows.
pub type Look<'a> = &'a mut dyn FnMut(&Table, &[String], u32) -> Result<Vec<Values>>;

/// Where an application keeps its users.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layout {
    /// The name of the built-in layout that it is, if it is one.
    pub name: Option<&'static str>,
    /// The table.
    pub table: String,
    /// The column by which the application knows a user.
    pub id: String,
    /// The column of the name.
    pub username: String,
    /// The column of the hash.
    pub hash: String,
    /// What new hashes are made with; none where no scheme is known that can be written.
    pub recipe: Option<Recipe>,
    /// The schemes that the application can read.
    pub accepts: Vec<Scheme>,
    /// How the application compares names when somebody logs in.
    pub case: Case,
    /// The column of the e-mail address, where the name is another one.
    pub email: Option<String>,
    /// What a new row needs beside the name and the hash.
    pub add: Vec<Assignment>,
    /// What makes a user an admin.
    pub admin: Vec<Assignment>,
    /// What lets a user log in, and clears locks and counters of failed log-ins.
    pub enable: Vec<Assignment>,
    /// What keeps a user from logging in.
    pub disable: Vec<Assignment>,
    /// Where the key is that passwords are mixed with, if they are.
    pub pepper: Option<PepperFrom>,
}

/// Where the key is that an application mixes passwords with before it hashes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PepperFrom {
    /// Somewhere outside of the database: it has to be given.
    Needed,
    /// In the database, where this query finds it.
    Query(Cow<'static, str>),
}

/// How an application compares the name that somebody types with the stored ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// Byte for byte.
    #[default]
    Exact,
    /// Without regard to case.
    Fold,
    /// What is typed becomes lower case first, so that nobody can log in by another stored name.
    Lower,
}

impl Case {
    /// The word for it in options and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Case::Exact => "exact",
            Case::Fold => "fold",
            Case::Lower => "lower",
        }
    }
}

impl Layout {
    /// The layout of the first application, whose table `init` makes.
    #[must_use]
    pub fn passlib() -> Self {
        let [table, id, username, hash] =
            ["user", "id", "username", "password_hash"].map(str::to_owned);
        let [add, admin, enable, disable] = [const { Vec::new() }; 4];
        Layout {
            name: Some("passlib"),
            table,
            id,
            username,
            hash,
            recipe: Recipe::new(Scheme::Pbkdf2Sha256),
            accepts: vec![Scheme::Pbkdf2Sha256],
            case: Case::Exact,
            email: None,
            add,
            admin,
            enable,
            disable,
            pepper: None,
        }
    }

    /// Whether the column of the hashes is that of a well-known application, and nobody's guess.
    #[must_use]
    pub fn has_known_hash_column(&self) -> bool {
        let builtin = self.name.and_then(Builtin::named);
        builtin.is_some_and(|builtin| builtin.hash.eq_ignore_ascii_case(&self.hash))
    }
}

impl fmt::Display for Layout {
    /// The layout as an option takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.name {
            return f.write_str(name);
        }
        let Layout { table, id, username, hash, .. } = self;
        let keys = [("table", table), ("id", id), ("username", username), ("hash", hash)];
        let keys = keys.map(|(key, name)| format!("{key}={}", quoted(name)));
        f.write_str(&keys.join(","))?;
        match self.recipe {
            Some(recipe) if Recipe::new(recipe.scheme()) == Some(recipe) => {
                write!(f, ",scheme={}", recipe.scheme())
            }
            Some(recipe) => write!(f, ",scheme={recipe}"),
            None => Ok(()),
        }
    }
}

/// The names by which SQLite knows the row id of a table that has no column of that name (SQLite's
/// CREATE TABLE, 'ROWIDs and the INTEGER PRIMARY KEY').
pub(crate) const ROW_IDS: [&str; 3] = ["rowid", "_rowid_", "oid"];

/// A table, as the schema declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the declaration.
    pub columns: Vec<Column>,
}

/// A column, as the schema declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The declared type, such as `VARCHAR(80)`; empty where there is none.
    pub kind: String,
    /// Whether it refuses NULL.
    pub not_null: bool,
    /// Whether a row that does not name it gets something.
    pub has_default: bool,
    /// Its place in the primary key, from 1; 0 if it is not in it.
    pub key: u32,
    /// Whether it is computed from others, so that nothing can be stored in it.
    pub is_generated: bool,
}

impl Table {
    /// The column of this name, whatever the case of its letters is.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The primary key, if it is one column that is declared INTEGER.
    #[must_use]
    pub fn integer_key(&self) -> Option<&Column> {
        self.only_key().filter(|key| key.kind.eq_ignore_ascii_case("INTEGER"))
    }

    /// The primary key, if it is one column.
    #[must_use]
    pub fn only_key(&self) -> Option<&Column> {
        let mut keys = self.columns.iter().filter(|column| column.key > 0);
        keys.next().filter(|_| keys.next().is_none())
    }

    /// Whether there is a column of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.column(name).is_some()
    }
}

/// What a column makes of the values that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Affinity {
    /// It makes texts of numbers.
    Text,
    /// It makes numbers of texts that look like one, whole ones if it can.
    Integer,
    /// It makes numbers of texts that look like one.
    Real,
    /// As [`Affinity::Integer`]: the two differ only in casts.
    Numeric,
    /// It stores what it is given.
    Blob,
}

impl Affinity {
    /// The affinity of a declared type (SQLite's 'Datatypes In SQLite', section 3.1).
    #[must_use]
    pub fn of(kind: &str) -> Self {
        let kind = kind.to_ascii_uppercase();
        let has = |part| kind.contains(part);
        match () {
            () if has("INT") => Affinity::Integer,
            () if has("CHAR") || has("CLOB") || has("TEXT") => Affinity::Text,
            () if has("BLOB") || kind.is_empty() => Affinity::Blob,
            () if has("REAL") || has("FLOA") || has("DOUB") => Affinity::Real,
            () => Affinity::Numeric,
        }
    }
}

/// The length that a type declares in characters, as `VARCHAR(80)` does: a single number in
/// parentheses after the name of a type of texts.
#[must_use]
pub fn length(kind: &str) -> Option<usize> {
    let (name, length) = kind.trim().strip_suffix(')')?.split_once('(')?;
    let length = length.trim().parse().ok().filter(|length| *length > 0)?;
    (Affinity::of(name) == Affinity::Text).then_some(length)
}

impl Column {
    /// Whether texts may be in it, by the declared type: SQLite itself would let them into any column.
    #[must_use]
    pub fn may_hold_text(&self) -> bool {
        const OTHERS: [&str; 9] =
            ["INT", "REAL", "FLOA", "DOUB", "BOOL", "DATE", "TIME", "DEC", "NUM"];
        let kind = self.kind.to_ascii_uppercase();
        !OTHERS.iter().any(|other| kind.contains(other))
    }

    /// Whether a new row has to say what it gets, unless it is the row id.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.not_null && !self.has_default && !self.is_generated
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_of_texts_may_declare_a_length() {
        for (kind, declared) in [
            ("VARCHAR(80)", Some(80)),
            ("character varying ( 255 )", Some(255)),
            ("CHAR(32)", Some(32)),
            ("TEXT", None),
            ("NUMERIC(10)", None),
            ("DECIMAL(10, 2)", None),
            ("VARCHAR(80, 2)", None),
            ("VARCHAR(-1)", None),
            ("VARCHAR(0)", None),
            ("VARCHAR()", None),
            ("", None),
        ] {
            assert_eq!(length(kind), declared, "{kind}");
        }
    }

    #[test]
    fn the_affinity_is_that_of_the_declared_type() {
        for (kind, affinity) in [
            ("BIGINT", Affinity::Integer),
            ("CHARINT", Affinity::Integer),
            ("varchar(80)", Affinity::Text),
            ("STRING", Affinity::Numeric),
            ("BOOLEAN", Affinity::Numeric),
            ("DATETIME", Affinity::Numeric),
            ("FLOAT", Affinity::Real),
            ("BLOB", Affinity::Blob),
            ("", Affinity::Blob),
        ] {
            assert_eq!(Affinity::of(kind), affinity, "{kind}");
        }
    }
}
