//! Checking each row by itself and putting all in order.

use super::{
    Generated, Importing, InputRow, Observer, Offered, Rejection, Unsupported, WithoutPassword,
};
use crate::accounts::Random;
use crate::error::{Error, Result};
use crate::hash::{HashString, is_supported};
use crate::password::{GENERATED_CHARS, Password};
use crate::sort::{Sorted, Sorter};
use crate::user::{Username, lookalike};

/// How many rows are read between two reports of progress.
const PROGRESS_ROWS: u64 = 1000;

/// Rows that are right by themselves, in the order of their keys.
///
/// The order is that of the index on the names, or nearly so, which makes storing them fast; and
/// rows that must not both be stored stand next to each other.
pub(super) struct Staged {
    pub(super) rows: Sorted,
    /// The passwords of rows, which are never written to a temporary file.
    pub(super) passwords: Vec<Pending>,
    /// The passwords that were generated, and where they are among all.
    generated: Vec<(usize, Generated)>,
    /// How many rows were left out because of `skip_unsupported`.
    pub(super) unsupported: u64,
    /// Whether any password is not in NFC.
    pub(super) not_nfc: bool,
    /// How many rows were rejected.
    pub(super) rejected: u64,
}

/// A password and what will be stored of it.
pub(super) struct Pending {
    pub(super) password: Password,
    pub(super) outcome: Outcome,
}

/// What is known of a pending password.
pub(super) enum Outcome {
    /// It is still to be hashed.
    Unknown,
    /// It is the one that the user has already.
    Unchanged,
    /// This is to be stored.
    Hash(HashString),
}

impl Staged {
    pub(super) fn count(&self) -> u64 {
        self.rows.count()
    }

    /// The generated passwords that users are given: those who are skipped keep their own.
    pub(super) fn generated_in_use(&self) -> Vec<&Generated> {
        let is_used = |index: usize| matches!(self.passwords[index].outcome, Outcome::Hash(_));
        let used = self.generated.iter().filter(|(index, _)| is_used(*index));
        used.map(|(_, generated)| generated).collect()
    }
}

/// The key under which a name is staged: equal for names that must not both be stored.
pub(super) fn key_of(name: &[u8], importing: &Importing) -> Vec<u8> {
    match std::str::from_utf8(name) {
        Ok(text) if checks_lookalikes(importing) => lookalike::fold(text).into_bytes(),
        _ => name.to_vec(),
    }
}

/// Whether names that look alike are refused. With the ids, rows are restored as they were, and
/// the names need not be such that `add` would take.
pub(super) fn checks_lookalikes(importing: &Importing) -> bool {
    !importing.keep_ids && !importing.waived.lookalike
}

/// Reads all rows and stages those that are right; the others are reported.
pub(super) fn stage(
    rows: impl Iterator<Item = Result<Result<InputRow, Rejection>>>,
    importing: &Importing,
    random: Random<'_>,
    observer: &mut dyn Observer,
) -> Result<Staged> {
    let mut taken = Stager {
        importing,
        sorter: Sorter::new(),
        passwords: Vec::new(),
        generated: Vec::new(),
        unsupported: 0,
        not_nfc: false,
        value: Vec::new(),
    };
    let mut rejected = 0;
    let mut read = 0;
    for row in rows {
        let staged = match row? {
            Ok(row) => {
                let (line, name) = (row.line, row.name.clone());
                taken.take(row, random).map_err(|error| (line, Some(name), error))
            }
            Err(rejection) => {
                rejected += 1;
                observer.reject(&rejection)?;
                Ok(())
            }
        };
        if let Err((line, name, error)) = staged {
            // What is wrong with the row itself is reported; anything else ends the import.
            let reason = match error {
                Error::InvalidUsername(_)
                | Error::InvalidPassword(_)
                | Error::WeakPassword(_)
                | Error::InvalidHash(_)
                | Error::InvalidInput(_) => error.to_string(),
                error => return Err(error),
            };
            rejected += 1;
            observer.reject(&Rejection { line, name, reason })?;
        }
        read += 1;
        if read % PROGRESS_ROWS == 0 {
            observer.advance(PROGRESS_ROWS);
        }
    }
    let Stager { sorter, passwords, generated, unsupported, not_nfc, .. } = taken;
    let rows = sorter.finish()?;
    Ok(Staged { rows, passwords, generated, unsupported, not_nfc, rejected })
}

struct Stager<'i> {
    importing: &'i Importing,
    sorter: Sorter,
    passwords: Vec<Pending>,
    generated: Vec<(usize, Generated)>,
    unsupported: u64,
    not_nfc: bool,
    value: Vec<u8>,
}

impl Stager<'_> {
    fn take(&mut self, row: InputRow, random: Random<'_>) -> Result<()> {
        let importing = self.importing;
        if !importing.keep_ids {
            Username::new(&row.name)?;
        }
        if importing.keep_ids && row.id.is_none() {
            return Err(Error::InvalidInput("it has no id to keep".to_owned()));
        }
        let hash = match row.credential {
            Offered::Hash(hash) => {
                if importing.unsupported == Unsupported::Skip && !is_supported(&hash) {
                    self.unsupported += 1;
                    return Ok(());
                }
                HashString::from_ready(&hash)?;
                Some(hash)
            }
            Offered::Password(bytes) => {
                self.set_password(&row.name, Password::new(bytes)?)?;
                None
            }
            Offered::Nothing if importing.without_password == WithoutPassword::Generate => {
                let password = Password::generate(GENERATED_CHARS, random)?;
                self.set_password(&row.name, password.clone())?;
                let generated = Generated { name: row.name.clone(), password };
                self.generated.push((self.passwords.len() - 1, generated));
                None
            }
            Offered::Nothing => {
                let reason = "it has neither a password nor a password_hash".to_owned();
                return Err(Error::InvalidInput(reason));
            }
        };
        let credential = match &hash {
            Some(hash) => Credential::Hash(hash),
            None => Credential::Pending(self.passwords.len() - 1),
        };
        let record =
            Record { line: row.line, id: row.id.unwrap_or(0), name: &row.name, credential };
        record.write(&mut self.value);
        let key = key_of(&row.name, importing);
        self.sorter.push(&key, &self.value)
    }

    fn set_password(&mut self, name: &[u8], password: Password) -> Result<()> {
        password.check_policy(Some(name), self.importing.waived.weak_password)?;
        self.not_nfc |= !password.is_nfc();
        self.passwords.push(Pending { password, outcome: Outcome::Unknown });
        Ok(())
    }
}

/// A staged row.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) line: u64,
    /// The wanted id, or 0.
    pub(super) id: i64,
    pub(super) name: &'a [u8],
    pub(super) credential: Credential<'a>,
}

/// What a staged row brings to log in with.
#[derive(Clone, Copy)]
pub(super) enum Credential<'a> {
    /// A checked hash.
    Hash(&'a [u8]),
    /// The index of a password.
    Pending(usize),
}

impl<'a> Record<'a> {
    /// Writes the record in place of what is in `out`.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(&self.line.to_le_bytes());
        out.extend_from_slice(&self.id.to_le_bytes());
        out.extend_from_slice(&(self.name.len() as u64).to_le_bytes());
        let pending = match self.credential {
            Credential::Hash(_) => u64::MAX,
            Credential::Pending(index) => index as u64,
        };
        out.extend_from_slice(&pending.to_le_bytes());
        out.extend_from_slice(self.name);
        if let Credential::Hash(hash) = self.credential {
            out.extend_from_slice(hash);
        }
    }

    /// Reads what [`Record::write`] wrote.
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let (numbers, texts) = bytes.split_at(32);
        let number = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&numbers[8 * at..][..8]);
            u64::from_le_bytes(number)
        };
        let length = usize::try_from(number(2)).unwrap_or(usize::MAX).min(texts.len());
        let (name, hash) = texts.split_at(length);
        let credential = match number(3) {
            u64::MAX => Credential::Hash(hash),
            index => Credential::Pending(usize::try_from(index).unwrap_or(usize::MAX)),
        };
        Record { line: number(0), id: number(1).cast_signed(), name, credential }
    }
}
