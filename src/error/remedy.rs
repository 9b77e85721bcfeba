//! What helps against a file of the wrong owner. The words for it are in `cli/report/hint.rs`.

use std::path::PathBuf;

/// What an admin can do about a file of the wrong owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Run the same command as the owner.
    ActAsOwner {
        /// The database.
        database: PathBuf,
    },
    /// Have the container start the command as the owner, as whom root cannot act there.
    StartAsOwner {
        /// Whether trust in the directory would help as well.
        or_trust: bool,
    },
    /// Name the file itself, not a link to it.
    NameTheFile,
    /// Give the file to this user.
    Give(String),
    /// Give this database to the user of the application, or trust its directory.
    GiveOrTrust {
        /// The database.
        file: PathBuf,
    },
    /// Make this database in another directory, or as the user of the application.
    MakeElsewhere {
        /// The database.
        file: PathBuf,
    },
    /// Move the file away, after a look at it.
    MoveAway,
    /// Find out whose settings these are, and move them away.
    SetAside,
    /// Let the owner enter the directories and open the file.
    LetIn,
}
