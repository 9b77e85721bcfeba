//! The codes by which scripts know errors. None may ever change.

use super::Error;

impl Error {
    /// The stable code of this error, as scripts see it in JSON.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::UserNotFound(_) => "user_not_found",
            Error::InvalidId(_)
            | Error::InvalidColumn { .. }
            | Error::LayoutLacks(_)
            | Error::NoRounds { .. }
            | Error::PepperMissing { .. }
            | Error::InvalidSettings { .. } => "usage",
            Error::UserExists(_) | Error::IdTaken { .. } => "user_exists",
            Error::LookalikeExists { .. } => "lookalike_exists",
            Error::AlreadyInitialised(_) => "already_initialised",
            Error::InvalidCredentials => "invalid_credentials",
            Error::InvalidUsername(_) => "invalid_username",
            Error::InvalidPassword(_) | Error::WeakPassword(_) => "invalid_password",
            Error::InvalidHash(_) => "invalid_hash",
            Error::InvalidInput(_) => "invalid_input",
            Error::UnreadableSource { .. } => "unreadable_source",
            Error::DatabaseBusy { .. } => "database_busy",
            Error::DatabaseMissing { .. } | Error::DirectoryMissing(_) => "database_missing",
            Error::NotADatabase { .. } => "not_a_database",
            Error::WrongSchema { .. } | Error::NoHashes { .. } | Error::NoNames { .. } => {
                "wrong_schema"
            }
            Error::LayoutAmbiguous { .. } => "layout_ambiguous",
            Error::LayoutUnconfirmed { .. } => "layout_unconfirmed",
            Error::DatabaseReadOnly { .. } => "database_read_only",
            Error::DatabaseFull { .. } => "database_full",
            Error::DatabaseCorrupt { .. } | Error::HugeValue { .. } | Error::TooLarge { .. } => {
                "database_corrupt"
            }
            Error::Io { .. } => "io_error",
            Error::UnreadableHash { .. } => "unreadable_hash",
            Error::SchemeMismatch { .. } => "scheme_mismatch",
            Error::UsersElsewhere { .. } => "users_elsewhere",
            Error::CompanionsNeeded { .. }
            | Error::ForeignKey(_)
            | Error::ConstraintFailed(_)
            | Error::ColumnsNeeded { .. } => "constraint_failed",
            Error::WrongOwner { .. } | Error::OpenToOthers { .. } => "wrong_owner",
            Error::LeftoverJournal(_) => "leftover_journal",
            Error::FileExists(_) => "file_exists",
            Error::Output { .. } => "output_failed",
            Error::OutcomeUnknown(_) => "outcome_unknown",
            Error::Interrupted => "interrupted",
            Error::Partly { cause, .. } => cause.code(),
            Error::Internal(_) => "internal",
        }
    }
}
