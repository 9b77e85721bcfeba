//! What can go wrong in the program itself, beside the errors of the library. A leaf: what is said of it
//! and the status that the program ends with are in `report.rs`.

use std::io;

use useradm::Error;
use useradm::accounts::Rejection;
use useradm::error::system_words;

/// What can go wrong in the program itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The arguments do not say enough or contradict each other.
    #[error("{message}")]
    Usage { message: String, hint: Option<String> },
    /// What was asked for could not be printed; nothing was changed.
    #[error("Cannot write the output: {}", system_words(.0))]
    Output(io::Error),
    /// A change was made, but saying so failed.
    #[error("The change was made, but the answer could not be written: {}", system_words(.0))]
    AnswerLost(io::Error),
    /// An error, and the command knows what helps.
    #[error("{error}")]
    Helped { error: Box<Error>, hint: String },
    /// Rows of an import cannot be stored.
    #[error("{error}")]
    Rejected {
        /// What the import ended with.
        error: Box<Error>,
        /// The first of the rows.
        shown: Vec<Rejection>,
        /// How many there are.
        count: u64,
        /// What helps, where it is not what helps against the error itself.
        hint: Option<&'static str>,
    },
    /// Somebody did not agree, or nobody could be asked.
    #[error("Not confirmed: {message}")]
    NotConfirmed { message: String, hint: &'static str },
}

impl Failure {
    /// What is wrong with the arguments, and what to type next.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure::Usage { message: message.into(), hint: Some(hint.into()) }
    }

    /// An error with a hint that only the command can give.
    pub(crate) fn helped(error: Error, hint: impl Into<String>) -> Self {
        Failure::Helped { error: Box::new(error), hint: hint.into() }
    }

    /// An error with a hint for the case that another user has the name.
    pub(crate) fn helped_if_taken(error: Error, hint: &str) -> anyhow::Error {
        match error {
            Error::UserExists(_) => Failure::helped(error, hint).into(),
            error => error.into(),
        }
    }
}
