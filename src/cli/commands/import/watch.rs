//! What is told and written while an import goes on: progress, rejected rows, generated passwords.

use std::io::{Seek, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::failure::Failure;
use crate::cli::files;
use crate::cli::format::rejection::RowObject;
use crate::cli::format::{Input, csv, json};
use crate::cli::progress::Progress;
use crate::cli::report::WEAK_ALLOWED;
use crate::cli::session::Session;
use useradm::Error;
use useradm::accounts::{Generated, Observer, Rejection, Stage};
use useradm::error::shown;
use useradm::files::{Draft, Taken};

/// What helps where users exist.
const IF_TAKEN: &str = "--on-conflict skip leaves them as they are";

/// Watches an import: shows progress, keeps generated passwords, notes rejected rows.
pub(super) struct Watch {
    progress: Progress,
    shown: Vec<Rejection>,
    max_shown: usize,
    rejected: u64,
    any_weak: bool,
    /// Where all of them go; it gets its name at the end, if there are any.
    rejects: Option<Draft>,
    /// Where generated passwords go; it gets its name before they are used.
    passwords: Option<Draft>,
}

impl Watch {
    /// Begins the files that are to be written, which must not be the database or the input.
    pub(super) fn new(
        session: &Session,
        input: &Input,
        rejects: Option<&Path>,
        passwords: Option<&Path>,
        max_shown: usize,
    ) -> useradm::Result<Self> {
        for path in rejects.iter().chain(&passwords) {
            if files::is_of_database(path, session.path()) || input.is(path) {
                let which = "the database or the input";
                let reason = format!("the file {} is {which} itself", shown(path));
                return Err(Error::InvalidInput(reason));
            }
        }
        let begin = |path| files::begin(path, Taken::Refuse);
        Ok(Watch {
            progress: Progress::new(session, input),
            shown: Vec::new(),
            max_shown,
            rejected: 0,
            any_weak: false,
            rejects: rejects.map(begin).transpose()?,
            passwords: passwords.map(begin).transpose()?,
        })
    }

    /// The failure of the whole import, with the rows that it is about.
    pub(super) fn into_failure(mut self, error: Error) -> anyhow::Error {
        if let Some(passwords) = &mut self.passwords
            && !matches!(error, Error::OutcomeUnknown(_))
        {
            // Nobody has these passwords. What cannot be removed is only of no use.
            passwords.withdraw();
        }
        if self.rejected == 0 {
            return Failure::helped_if_taken(error, IF_TAKEN);
        }
        let published = self.rejects.as_mut().map_or(Ok(()), publish);
        let error = published.err().unwrap_or(error);
        // Rows that are wrong only next to others are found later than the rest.
        self.shown.sort_by_key(|rejection| rejection.line);
        let hint = match error {
            Error::UserExists(_) => Some(IF_TAKEN),
            Error::InvalidInput(_) if self.any_weak => Some(WEAK_ALLOWED),
            _ => None,
        };
        let (error, shown) = (Box::new(error), self.shown);
        Failure::Rejected { error, shown, count: self.rejected, hint }.into()
    }
}

impl Observer for Watch {
    fn stage(&mut self, stage: Stage, total: Option<u64>) {
        self.progress.stage(stage, total);
    }

    fn advance(&mut self, steps: u64) {
        self.progress.advance(steps);
    }

    fn reject(&mut self, rejection: &Rejection) -> useradm::Result<()> {
        self.rejected += 1;
        self.any_weak |= rejection.is_weak;
        if self.shown.len() < self.max_shown {
            self.shown.push(rejection.clone());
        }
        let Some(rejects) = &self.rejects else { return Ok(()) };
        let mut line = Vec::new();
        json::line(&mut line, &RowObject::from(rejection));
        rejects.file().write_all(&line).map_err(|error| Error::output(rejects.path(), &error))
    }

    fn generated(&mut self, generated: &[&Generated]) -> useradm::Result<()> {
        let Some(passwords) = &mut self.passwords else { return Ok(()) };
        let path = passwords.path().to_owned();
        let cannot = |error| Error::output(&path, &error);
        let mut file = passwords.file();
        file.set_len(0).and_then(|()| file.rewind()).map_err(cannot)?;
        // A buffer that grew would leave copies behind: this one has room for the longest name, quoted.
        let mut text = Zeroizing::new(Vec::with_capacity(4 * 1024 * 1024));
        csv::push_line(&mut text, [&b"username"[..], b"password"].into_iter());
        for Generated { name, password } in generated {
            csv::push_line(&mut text, [name.as_slice(), password.as_bytes()].into_iter());
            if text.len() > 32 * 1024 {
                file.write_all(&text).map_err(cannot)?;
                text.clear();
            }
        }
        file.write_all(&text).map_err(cannot)?;
        publish(passwords)
    }
}

fn publish(draft: &mut Draft) -> useradm::Result<()> {
    draft.publish(Taken::Refuse).map_err(|error| Error::output(draft.path(), &error))
}
