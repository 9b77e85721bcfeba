//! Checking each row by itself, and putting it where it waits for the rest.

use std::collections::BTreeMap;

use super::further::Columns;
use super::row::{Claims, Row};
use super::{Generated, Importing, InputRow, Observer, Offered, Rejection};
use crate::accounts::recipe::Hashing;
use crate::accounts::{Random, Warning, credential};
use crate::error::{Error, Result};
use crate::hash::Recipe;
use crate::layout::Affinity;
use crate::password::{GENERATED_CHARS, Password};
use crate::sort::{Sorted, Sorter};
use crate::store::{Limits, fit_id};
use crate::user::{Id, UserId, Username};

/// How many rows are read between two reports of progress.
const PROGRESS_ROWS: u64 = 1000;

/// The rows that are right by themselves.
pub(super) struct Checked {
    /// In the order of the input.
    pub(super) rows: Sorted,
    /// Their names, in the order of their keys.
    pub(super) claims: Sorted,
    pub(super) found: Found,
}

/// What else was found in the input.
#[derive(Default)]
pub(super) struct Found {
    /// The passwords, which rows know by their numbers.
    pub(super) passwords: Vec<Password>,
    /// Those of them that were generated.
    pub(super) generated: BTreeMap<usize, Generated>,
    /// How many rows were left out because of their hashes, and the first of them.
    pub(super) left_out: u64,
    pub(super) skips: Vec<Rejection>,
    /// How many rows were rejected.
    pub(super) rejected: u64,
    /// How many of them because of a hash that the application does not read, and the first reason.
    mismatches: u64,
    mismatch: Option<Error>,
    pub(super) warnings: Vec<Warning>,
}

/// What rows have to keep to.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) hashing: Hashing<'a>,
    /// What new users' passwords are hashed with.
    pub(super) recipe: Recipe,
    pub(super) limits: Limits,
    /// What the column of the ids makes of them.
    pub(super) ids: Affinity,
    pub(super) columns: &'a Columns<'a>,
}

/// Reads all rows; those that are wrong are reported.
pub(super) fn check(
    input: impl Iterator<Item = Result<Result<InputRow, Rejection>>>,
    importing: &Importing,
    rules: Rules<'_>,
    random: Random<'_>,
    observer: &mut dyn Observer,
) -> Result<Checked> {
    let (mut rows, mut claims) = (Sorter::new(), Claims::new());
    let (mut found, mut value, mut further) = (Found::default(), Vec::new(), Vec::new());
    for (number, input) in (1..).zip(input) {
        let rejection = match input? {
            Err(rejection) => Some(rejection),
            Ok(InputRow { line, id, name, credential, further: given }) => {
                let place = rows.count();
                let name = name.as_deref();
                let mut row = Row { place, line, name, ..Row::default() };
                let fitting = fit_id(rules.ids, id);
                row.id = fitting.as_ref().map_or(Id::Null, UserId::borrowed);
                let checked = match &fitting {
                    Ok(_) => rules
                        .columns
                        .write(&given, &mut further)
                        .and_then(|()| found.check(&row, credential, importing, rules, random)),
                    Err(error) => Err(Error::InvalidInput(error.to_string())),
                };
                match checked {
                    Ok(Some((password, hash))) => {
                        (row.password, row.text, row.further) = (password, &hash, &further);
                        row.write(&mut value);
                        rows.push(&row.place_key(), &value)?;
                        claims.push(&row, importing)?;
                        None
                    }
                    Ok(None) => None,
                    Err(error) => Some(Rejection::because(&row, error)?),
                }
            }
        };
        if let Some(rejection) = rejection {
            found.rejected += 1;
            observer.reject(&rejection)?;
        }
        if number % PROGRESS_ROWS == 0 {
            observer.advance(PROGRESS_ROWS);
        }
    }
    Ok(Checked { rows: rows.finish()?, claims: claims.finish()?, found })
}

impl Found {
    /// Checks a row, and gives the number of its password or its hash, unless it is left out
    /// because it has nothing to log in with that could be stored.
    fn check(
        &mut self,
        row: &Row<'_>,
        credential: Offered,
        importing: &Importing,
        rules: Rules<'_>,
        random: Random<'_>,
    ) -> Result<Option<(Option<usize>, Vec<u8>)>> {
        if !importing.keep_ids {
            rules.limits.check_name(&Username::new(row.name.unwrap_or_default())?)?;
            self.warn(row.id != Id::Null, Warning::IdsNotKept);
        } else if row.id == Id::Null {
            return Err(Error::InvalidInput("it has no id to keep".to_owned()));
        }
        let error = match credential {
            Offered::Password(bytes) => {
                let password = Password::new(bytes)?;
                password.check_policy(row.name, importing.waived.weak_password)?;
                rules.recipe.check(&password, rules.hashing.pepper)?;
                for warning in credential::warnings(&password) {
                    self.warn(true, warning);
                }
                self.passwords.push(password);
                return Ok(Some((Some(self.passwords.len() - 1), Vec::new())));
            }
            Offered::Hash(hash) => match rules.hashing.ready(&hash) {
                Ok(_) => return Ok(Some((None, hash))),
                Err(error @ Error::SchemeMismatch { wanted, .. }) => {
                    self.mismatches += u64::from(!importing.skip_unsupported);
                    self.mismatch.get_or_insert(error);
                    let reason = "which the application does not read";
                    Error::InvalidHash(format!("its scheme is {wanted}, {reason}"))
                }
                Err(error) => error,
            },
            Offered::Nothing if importing.generate_passwords => {
                let password = Password::generate(GENERATED_CHARS, random)?;
                let (number, name) = (self.passwords.len(), row.name.unwrap_or_default().to_vec());
                self.passwords.push(password.clone());
                self.generated.insert(number, Generated { name, password });
                return Ok(Some((Some(number), Vec::new())));
            }
            Offered::Nothing => {
                Error::InvalidInput("it has neither a password nor a password_hash".to_owned())
            }
        };
        if !importing.skip_unsupported {
            return Err(error);
        }
        self.left_out += 1;
        if self.skips.len() < importing.max_skips {
            self.skips.push(Rejection::of(row, error.to_string()));
        }
        Ok(None)
    }

    /// Why rows were rejected, where all were for the same reason.
    pub(super) fn take_mismatch(&mut self) -> Option<Error> {
        self.mismatch.take().filter(|_| self.mismatches == self.rejected)
    }

    fn warn(&mut self, is_due: bool, warning: Warning) {
        if is_due && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}
