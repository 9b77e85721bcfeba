//! Where an application keeps its users: a table, and what its columns are to this program. No I/O:
//! what a database holds is asked for in `store.rs`.

pub mod file;
pub mod ordinary;
mod stored;
mod text;
mod typed;
mod uuid;
mod value;
mod wanted;

use typed::is_day;

pub use stored::{Assigned, Stored};
pub use text::quoted;
pub use uuid::{Uuid, UuidForm};
pub use value::{Assignment, Value};
pub use wanted::{KEYS, Wanted};

/// Where an application keeps its users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The table.
    pub table: String,
    /// The column by which the application knows a user.
    pub id: String,
    /// The column of the name.
    pub username: String,
    /// The column of the hash.
    pub hash: String,
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
        let (case, email) = (Case::Exact, None);
        Layout { table, id, username, hash, case, email, add, admin, enable, disable }
    }
}

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
