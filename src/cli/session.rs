//! What a command runs with: the database, the settings, and who may ask it to stop. It is made in
//! `settings.rs`; how it talks to people is in `ui.rs`, and where passwords come from in `secret.rs`.

use std::path::Path;

use super::format::Format;
use super::identity::Identity;
use useradm::Interrupt;
use useradm::accounts::WantedRecipe;
use useradm::store::Database;

/// What a command runs with.
#[derive(Debug)]
pub(crate) struct Session {
    pub(super) identity: Identity,
    pub(crate) format: Format,
    /// What is said of new hashes, apart from what a command says itself.
    pub(crate) recipe: WantedRecipe,
    pub(crate) quiet: bool,
    pub(crate) no_input: bool,
}

impl Session {
    /// The database, after root has become its owner: whatever is only read, a password file or the
    /// input of an import, is to be opened before.
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
