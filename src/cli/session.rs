//! What a command runs with: the database, the settings, and who may ask it to stop. How it talks to
//! people is in `ui.rs`, and where passwords come from in `secret.rs`.

use std::path::Path;

use super::format::Format;
use super::identity::Identity;
use super::settings::Settings;
use useradm::Interrupt;
use useradm::hash::Rounds;
use useradm::store::{Database, Place};

/// What a command runs with.
#[derive(Debug)]
pub(crate) struct Session {
    identity: Identity,
    pub(crate) format: Format,
    pub(crate) rounds: Rounds,
    pub(crate) quiet: bool,
    pub(crate) no_input: bool,
}

impl Session {
    pub(crate) fn new(settings: Settings, interrupt: Interrupt) -> Self {
        let Settings { format, place, timeout, rounds, quiet, no_input, trust_directory } =
            settings;
        let Place { path, undecoded } = place;
        let database = Database { path, undecoded, timeout, interrupt, trust_directory };
        Session { identity: Identity::new(database), format, rounds, quiet, no_input }
    }

    /// The database, once this process is who may work on it: whatever is only read, a password
    /// file or the input of an import, is to be opened before.
    pub(crate) fn database(&self) -> useradm::Result<&Database> {
        self.identity.database()
    }

    /// Fails if there is no database, before anybody is asked for anything.
    pub(crate) fn check_present(&self) -> useradm::Result<()> {
        self.identity.named().check_present()
    }

    /// The absolute path of the database.
    pub(crate) fn path(&self) -> &Path {
        &self.identity.named().path
    }

    /// Who may ask this process to stop.
    pub(crate) fn interrupt(&self) -> &Interrupt {
        &self.identity.named().interrupt
    }
}
