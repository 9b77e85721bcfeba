//! What is said of where users are, what is found, and why nothing is. How it is found is in
//! `resolve.rs`.

use std::fmt;
use std::path::PathBuf;

use super::{Layout, Wanted, quoted};

/// A layout that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What was said.
    pub wanted: Wanted,
    /// Where.
    pub source: Source,
}

/// Where a layout comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An option.
    Option,
    /// A variable of the environment.
    Variable,
    /// A file.
    File(PathBuf),
    /// The layouts of well-known applications.
    Builtin,
    /// The values in the database, and nothing else.
    Detection,
}

impl Source {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Source::Option => "option",
            Source::Variable => "variable",
            Source::File(_) => "file",
            Source::Builtin => "built-in",
            Source::Detection => "detection",
        }
    }
}

/// A layout that a database has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The layout.
    pub layout: Layout,
    /// Where it comes from.
    pub source: Source,
    /// Whether somebody who knows the application has said where the users are and which scheme they
    /// have, so that they may be changed.
    pub is_confirmed: bool,
}

impl Found {
    /// The first application's layout, as its table is found or made.
    #[must_use]
    pub fn first() -> Self {
        Found { layout: Layout::passlib(), source: Source::Builtin, is_confirmed: true }
    }
}

/// Why a database has no layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// No table has a column of hashes.
    NoUsers,
    /// A table has hashes, but no column that is known to hold names.
    NoNames {
        /// The table.
        table: String,
    },
    /// Several tables, or columns of one, may be meant.
    Several(Vec<Place>),
    /// What was said does not fit.
    Unfit {
        /// The table, if it is there.
        table: Option<String>,
        /// Why it does not.
        reason: String,
    },
}

/// Where users may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: String,
    /// The column of the hashes.
    pub hash: String,
    /// The built-in layout that fits, if one does.
    pub builtin: Option<&'static str>,
}

impl fmt::Display for Place {
    /// The place as an option takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { table, hash, builtin } = self;
        match builtin {
            Some(name) => write!(f, "{name},table={}", quoted(table)),
            None => write!(f, "table={},hash={}", quoted(table), quoted(hash)),
        }
    }
}
