//! Checking each row by itself, and putting all where they wait for the rest.

use super::row::Row;
use super::{
    Generated, Importing, InputRow, Observer, Offered, OnConflict, Rejection, Unsupported,
    WithoutPassword,
};
use crate::accounts::{Random, Warning};
use crate::error::{Error, Result};
use crate::hash::HashString;
use crate::password::{GENERATED_CHARS, Password};
use crate::sort::{Sorted, Sorter};
use crate::user::Username;
use crate::user::fold::fold;

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

/// What was found beside them.
#[derive(Default)]
pub(super) struct Found {
    pub(super) passwords: Vec<Password>,
    /// The passwords that were generated, and which of all they are.
    pub(super) generated: Vec<(usize, Generated)>,
    /// How many rows were left out because of their hashes, and the first of them.
    pub(super) unsupported: u64,
    pub(super) skips: Vec<Rejection>,
    /// How many rows were rejected.
    pub(super) rejected: u64,
    pub(super) warnings: Vec<Warning>,
}

/// Whether names that look alike are refused. With the ids, rows are restored as they were, and
/// the names need not be such that `add` would take.
pub(super) fn checks_lookalikes(importing: &Importing) -> bool {
    !importing.keep_ids && !importing.waived.lookalike
}

/// Writes the key of a name: equal for names that must not both be stored. One that is NULL is
/// that of no other row, whatever their ids.
pub(super) fn write_key(key: &mut Vec<u8>, name: Option<&[u8]>, id: i64, importing: &Importing) {
    key.clear();
    key.push(u8::from(name.is_some()));
    match (name, name.map(std::str::from_utf8)) {
        (None, _) => key.extend_from_slice(&id.to_be_bytes()),
        (Some(name), _) if !checks_lookalikes(importing) => key.extend_from_slice(name),
        (Some(name), _) if name.is_ascii() => key.extend(name.iter().map(u8::to_ascii_lowercase)),
        (_, Some(Ok(text))) => key.extend_from_slice(fold(text).as_bytes()),
        (Some(name), _) => key.extend_from_slice(name),
    }
}

/// Collects the names that rows want.
pub(super) struct Claims {
    sorter: Sorter,
    key: Vec<u8>,
    value: Vec<u8>,
}

impl Claims {
    pub(super) fn new() -> Self {
        Claims { sorter: Sorter::new(), key: Vec::new(), value: Vec::new() }
    }

    pub(super) fn push(&mut self, row: &Row<'_>, importing: &Importing) -> Result<()> {
        write_key(&mut self.key, row.name, row.id.unwrap_or_default(), importing);
        // Only where another run's batches are to be told from conflicts are hashes compared.
        let is_compared = importing.on_conflict == OnConflict::Fail && importing.batch.is_some();
        let id = row.id.filter(|_| importing.keep_ids);
        Row { id, text: if is_compared { row.text } else { b"" }, ..*row }.write(&mut self.value);
        self.sorter.push(&self.key, &self.value)
    }

    pub(super) fn finish(self) -> Result<Sorted> {
        self.sorter.finish()
    }
}

/// Reads all rows; those that are wrong are reported.
pub(super) fn check(
    input: impl Iterator<Item = Result<Result<InputRow, Rejection>>>,
    importing: &Importing,
    random: Random<'_>,
    observer: &mut dyn Observer,
) -> Result<Checked> {
    let (mut rows, mut claims) = (Sorter::new(), Claims::new());
    let (mut found, mut value) = (Found::default(), Vec::new());
    let mut read = 0;
    for row in input {
        let rejection = match row? {
            Err(rejection) => Some(rejection),
            Ok(InputRow { line, id, name, credential }) => {
                let mut row =
                    Row { place: rows.count(), line, id, name: name.as_deref(), ..Row::default() };
                match found.check(&row, credential, importing, random) {
                    Ok(None) => None,
                    Ok(Some((password, hash))) => {
                        (row.password, row.text) = (password, &hash);
                        row.write(&mut value);
                        rows.push(&row.place_key(), &value)?;
                        claims.push(&row, importing)?;
                        None
                    }
                    // What is wrong with the row itself is reported; anything else ends the import.
                    Err(
                        error @ (Error::InvalidUsername(_)
                        | Error::InvalidPassword(_)
                        | Error::WeakPassword(_)
                        | Error::InvalidHash(_)
                        | Error::InvalidInput(_)),
                    ) => Some(Rejection {
                        is_weak: matches!(error, Error::WeakPassword(_)),
                        ..Rejection::new(line, name, error.to_string())
                    }),
                    Err(error) => return Err(error),
                }
            }
        };
        if let Some(rejection) = rejection {
            found.rejected += 1;
            observer.reject(&rejection)?;
        }
        read += 1;
        if read % PROGRESS_ROWS == 0 {
            observer.advance(PROGRESS_ROWS);
        }
    }
    Ok(Checked { rows: rows.finish()?, claims: claims.finish()?, found })
}

impl Found {
    /// Whether the password with this number was generated. They are in the order of their numbers.
    pub(super) fn is_generated(&self, number: usize) -> bool {
        self.generated.binary_search_by_key(&number, |(number, _)| *number).is_ok()
    }

    /// Checks a row, and gives the number of its password or its hash, unless it is left out.
    fn check(
        &mut self,
        row: &Row<'_>,
        credential: Offered,
        importing: &Importing,
        random: Random<'_>,
    ) -> Result<Option<(Option<usize>, Vec<u8>)>> {
        if !importing.keep_ids {
            Username::new(row.name.unwrap_or_default())?;
            self.warn(row.id.is_some(), Warning::IdsNotKept);
        } else if row.id.is_none() {
            return Err(Error::InvalidInput("it has no id to keep".to_owned()));
        }
        let password = match credential {
            Offered::Hash(hash) => {
                return match HashString::from_ready(&hash) {
                    Ok(_) => Ok(Some((None, hash))),
                    Err(error) => self.leave_out(row, error, importing),
                };
            }
            Offered::Password(bytes) => Password::new(bytes)?,
            Offered::Nothing if importing.without_password == WithoutPassword::Generate => {
                let password = Password::generate(GENERATED_CHARS, random)?;
                let name = row.name.unwrap_or_default().to_vec();
                let generated = Generated { name, password: password.clone() };
                self.generated.push((self.passwords.len(), generated));
                password
            }
            Offered::Nothing => {
                let reason = "it has neither a password nor a password_hash".to_owned();
                return self.leave_out(row, Error::InvalidInput(reason), importing);
            }
        };
        password.check_policy(row.name, importing.waived.weak_password)?;
        self.warn(!password.is_nfc(), Warning::PasswordNotNfc);
        self.passwords.push(password);
        Ok(Some((Some(self.passwords.len() - 1), Vec::new())))
    }

    /// Leaves a row out that has nothing to log in with which could be stored, if that is asked for.
    fn leave_out<T>(
        &mut self,
        row: &Row<'_>,
        error: Error,
        importing: &Importing,
    ) -> Result<Option<T>> {
        if importing.unsupported == Unsupported::Reject {
            return Err(error);
        }
        self.unsupported += 1;
        if self.skips.len() < importing.max_skips {
            self.skips.push(Rejection::of(row, error.to_string()));
        }
        Ok(None)
    }

    fn warn(&mut self, is_due: bool, warning: Warning) {
        if is_due && !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}
