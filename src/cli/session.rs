//! What a command runs with: the database, the settings, and who may ask it to stop. It is made in
//! `settings.rs`; how it talks to people is in `ui.rs`, and where passwords come from in `secret.rs`.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::config::{self, Config};
use super::format::Format;
use super::identity::Identity;
use useradm::accounts::WantedRecipe;
use useradm::layout::{Found, Said, Source};
use useradm::store::Database;
use useradm::{Error, Interrupt, Result};

/// What a command runs with.
#[derive(Debug)]
pub(crate) struct Session {
    identity: Identity,
    told: Told,
    ready: OnceCell<Ready>,
    pub(crate) format: Format,
    /// What is said of new hashes, apart from what a command says itself.
    pub(crate) recipe: WantedRecipe,
    pub(crate) quiet: bool,
    pub(crate) no_input: bool,
}

/// What was said of files to be read, and all settings as they are in effect.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) config: Option<PathBuf>,
    pub(super) pepper_file: Option<PathBuf>,
    pub(super) settings: Vec<Setting>,
}

/// A setting as it is in effect.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The name of its option.
    pub(crate) name: &'static str,
    /// Its value as it is written; none where there is none.
    pub(crate) value: Option<String>,
    /// Where that comes from.
    pub(crate) origin: Origin,
}

/// Where the value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Option,
    Variable,
    Default,
}

/// What is known once files were read.
#[derive(Debug)]
struct Ready {
    database: Database,
    config: Option<Config>,
}

impl Session {
    pub(super) fn new(
        identity: Identity,
        told: Told,
        format: Format,
        recipe: WantedRecipe,
        quiet: bool,
        no_input: bool,
    ) -> Self {
        let ready = OnceCell::new();
        Session { identity, told, ready, format, recipe, quiet, no_input }
    }

    /// The database with what `useradm.toml` says of it, after root has become its owner: whatever is
    /// only read, a password file or the input of an import, is to be opened before.
    ///
    /// # Errors
    /// What becoming the owner and reading the file and the pepper fail with.
    pub(crate) fn database(&self) -> Result<&Database> {
        Ok(&self.ready()?.database)
    }

    /// The file of settings that is in effect, if there is one.
    ///
    /// # Errors
    /// As [`Session::database`].
    pub(crate) fn config(&self) -> Result<Option<&Config>> {
        Ok(self.ready()?.config.as_ref())
    }

    /// The file with the pepper that the layout names, and where that was said; none where an option
    /// names one.
    ///
    /// # Errors
    /// As [`Session::database`].
    pub(crate) fn pepper_of_layout(&self) -> Result<Option<(PathBuf, &Source)>> {
        let Ready { database, config } = self.ready()?;
        let Some(Said { wanted, source }) = &database.layout else { return Ok(None) };
        let path = match (source, config) {
            (Source::File(_), Some(config)) => config.pepper_file(),
            _ => wanted.pepper_file.clone(),
        };
        Ok(path.filter(|_| self.told.pepper_file.is_none()).map(|path| (path, source)))
    }

    /// The database without what a file says of it, for whoever is about to write one, and the file with
    /// the pepper as it would be named there.
    ///
    /// # Errors
    /// As [`Session::database`]; [`Error::UnreadableSource`] if the owner of the database cannot read the
    /// pepper, who is to read it from then on.
    pub(crate) fn database_alone(&self) -> Result<(Database, Option<PathBuf>)> {
        let mut database = self.identity.named().clone();
        database.pepper = self.given_pepper()?;
        self.identity.database()?;
        self.given_pepper().map_err(|error| match error {
            Error::UnreadableSource { from, reason } => {
                let reason = format!("{reason}, for the owner of the database");
                Error::UnreadableSource { from, reason }
            }
            error => error,
        })?;
        let absolute =
            |path: &Path| std::path::absolute(path).map_err(|error| Error::output(path, &error));
        Ok((database, self.pepper_file().map(absolute).transpose()?))
    }

    /// The file of settings that was named.
    pub(crate) fn named_config(&self) -> Option<&Path> {
        self.told.config.as_deref()
    }

    /// Where the users are, if the database was opened.
    pub(crate) fn found(&self) -> Option<&Found> {
        self.identity.named().found.get()
    }

    /// The settings as options and variables have them, or else their defaults.
    pub(crate) fn settings(&self) -> &[Setting] {
        &self.told.settings
    }

    /// Fails if there is no database, before anybody is asked for anything.
    pub(crate) fn check_present(&self) -> Result<()> {
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

    fn ready(&self) -> Result<&Ready> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready);
        }
        let ready = self.read()?;
        Ok(self.ready.get_or_init(|| ready))
    }

    /// Reads what was named as whoever started the program, and the rest as the owner.
    fn read(&self) -> Result<Ready> {
        let named = self.identity.named();
        let mut pepper = self.given_pepper()?;
        let before = match &self.told.config {
            Some(path) => Some(Config::named(path, named)?),
            None => Config::of_root(named)?,
        };
        let mut database = self.identity.database()?.clone();
        let config = match (&self.told.config, Config::beside) {
            (Some(_), _) => before,
            (None, beside) => match beside(&database)?.or(before) {
                None => Config::here(&database)?,
                found => found,
            },
        };
        if let (None, Some(config)) = (&database.layout, &config)
            && let Some(wanted) = config.file.layout.clone()
        {
            if pepper.is_none() {
                pepper = config.pepper_file().map(|path| config::pepper(&path)).transpose()?;
            }
            let source = Source::File(config.path.clone());
            database.layout = Some(Said { wanted, source });
        }
        database.pepper = pepper;
        Ok(Ready { database, config })
    }

    /// Reads the pepper that an option or a variable names.
    fn given_pepper(&self) -> Result<Option<useradm::hash::Pepper>> {
        self.pepper_file().map(config::pepper).transpose()
    }

    fn pepper_file(&self) -> Option<&Path> {
        let said = self.identity.named().layout.as_ref();
        let named = said.and_then(|said| said.wanted.pepper_file.as_deref());
        self.told.pepper_file.as_deref().or(named)
    }
}
