//! The columns beyond name, hash and id that a file of users may have.

use std::rc::Rc;

/// What a file may have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// What is not looked at.
    ignored: Vec<String>,
    /// The columns of the table.
    columns: Vec<Rc<str>>,
}

/// What becomes of a column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Becomes {
    /// It is as if it were not there.
    Nothing,
    /// It is stored in the column of this name.
    Stored(Rc<str>),
}

impl Known {
    pub(crate) fn new(ignored: Vec<String>, columns: Vec<String>) -> Self {
        Known { ignored, columns: columns.into_iter().map(Rc::from).collect() }
    }

    /// Whether this is not looked at.
    pub(super) fn ignores(&self, name: &str) -> bool {
        self.ignored.iter().any(|ignored| ignored == name)
    }

    /// What becomes of what is none of a format's own fields; nothing is known of it otherwise.
    pub(super) fn becomes(&self, name: &str) -> Option<Becomes> {
        if self.ignores(name) {
            return Some(Becomes::Nothing);
        }
        let column = self.columns.iter().find(|column| ***column == *name)?;
        Some(Becomes::Stored(Rc::clone(column)))
    }

    /// The names of the table's columns, for people.
    pub(super) fn columns(&self) -> &[Rc<str>] {
        &self.columns
    }
}
