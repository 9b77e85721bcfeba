//! Records in order of their keys, outside the application's file and in bounded memory.
//!
//! What is larger than the memory that one may take for it, an import or a sorted listing, is
//! collected in one buffer; each time it is full it is sorted and written as a run to a temporary
//! file without a name, and reading merges the runs (`sort/merge.rs`). What comes here are names and
//! hashes, never passwords.

mod merge;

use std::fs::File;
use std::io::{self, ErrorKind, Write};

use zeroize::Zeroize;

use crate::error::{Error, Result};
use merge::{Extent, HEADER_BYTES, Merge};

/// How many bytes of records and entries are held in memory.
const BUFFER_BYTES: usize = 5 * 1024 * 1024;

/// How many for a sorted listing, which does nothing else meanwhile.
const LISTING_BYTES: usize = 64 * 1024 * 1024;

/// How many bytes of a run are written at once.
const WRITTEN_BYTES: usize = 64 * 1024;

/// Collects records.
pub(crate) struct Sorter {
    /// Made when the buffer is full for the first time.
    spool: Option<File>,
    limit: usize,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    runs: Vec<Extent>,
    count: u64,
}

/// Where a record is in the buffer, and what its key has after the beginning that all keys share: that
/// decides most comparisons without a look at the buffer, and is set when the records are sorted.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    prefix: u64,
    start: u32,
    key: u32,
    length: u32,
}

impl Sorter {
    /// Begins to collect.
    pub(crate) fn new() -> Self {
        Sorter::with_buffer(BUFFER_BYTES)
    }

    /// Begins to collect a listing.
    pub(crate) fn of_listing() -> Self {
        Sorter::with_buffer(LISTING_BYTES)
    }

    fn with_buffer(limit: usize) -> Self {
        let (bytes, entries, runs) = (Vec::new(), Vec::new(), Vec::new());
        Sorter { spool: None, limit, bytes, entries, runs, count: 0 }
    }

    /// Adds a record of less than 4 GiB.
    ///
    /// # Errors
    /// [`Error::DatabaseFull`] or [`Error::Io`], on the folder of temporary files.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.collect(key, value).map_err(|error| failed(&error))
    }

    fn collect(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        let length = key.len() + value.len();
        let entries = (self.entries.len() + 1) * size_of::<Entry>();
        if self.bytes.len() + length + entries > self.limit && !self.entries.is_empty() {
            self.spill()?;
        }
        if self.entries.is_empty() {
            // Room that is not used takes no memory, and growing would take twice as much for a
            // while.
            self.bytes.reserve(self.limit);
            self.entries.reserve(self.limit / size_of::<Entry>());
        }
        let too_long = |_| io::Error::from(ErrorKind::FileTooLarge);
        self.entries.push(Entry {
            prefix: 0,
            start: u32::try_from(self.bytes.len()).map_err(too_long)?,
            key: u32::try_from(key.len()).map_err(too_long)?,
            length: u32::try_from(length).map_err(too_long)?,
        });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.count += 1;
        Ok(())
    }

    /// How many records there are so far.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Ends the collecting.
    ///
    /// # Errors
    /// As [`Sorter::push`].
    pub(crate) fn finish(mut self) -> Result<Sorted> {
        if self.runs.is_empty() {
            self.sort();
        } else {
            // The record for which the buffer was emptied is in it.
            self.spill().map_err(|error| failed(&error))?;
            self.bytes = Vec::new();
            self.entries = Vec::new();
        }
        Ok(Sorted { sorter: self })
    }

    fn sort(&mut self) {
        let Sorter { bytes, entries, .. } = self;
        // What all keys begin with decides nothing.
        let common = common_length(entries, bytes);
        for entry in entries.iter_mut() {
            entry.prefix = prefix(&entry.key_in(bytes)[common..]);
        }
        entries.sort_unstable_by(|a, b| {
            // Records of one key stay in the order in which they came; of two that begin at the same
            // place the empty one came first.
            (a.prefix.cmp(&b.prefix))
                .then_with(|| a.key_in(bytes).cmp(b.key_in(bytes)))
                .then_with(|| (a.start, a.length).cmp(&(b.start, b.length)))
        });
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let spool = match &mut self.spool {
            Some(spool) => spool,
            none => none.insert(tempfile::tempfile()?),
        };
        let start = self.runs.last().map_or(0, |run| run.bytes.end);
        let mut out = io::BufWriter::with_capacity(WRITTEN_BYTES, spool);
        for entry in &self.entries {
            out.write_all(&entry.key.to_le_bytes())?;
            out.write_all(&entry.length.to_le_bytes())?;
            out.write_all(entry.record_in(&self.bytes))?;
        }
        out.flush()?;
        let length = self.entries.len() * HEADER_BYTES + self.bytes.len();
        let bytes = start..start + length as u64;
        self.runs.push(Extent { bytes, records: self.entries.len() });
        self.entries.clear();
        self.bytes.clear();
        Ok(())
    }
}

/// The error for a temporary file that cannot be made, written or read.
fn failed(error: &io::Error) -> Error {
    let path = std::env::temp_dir();
    if error.kind() == ErrorKind::UnexpectedEof {
        return Error::Io { path, reason: "a temporary file there was cut short".to_owned() };
    }
    Error::io(path, error)
}

impl Drop for Sorter {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

impl Entry {
    fn key_in<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &self.record_in(bytes)[..self.key as usize]
    }

    fn record_in<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        &bytes[self.start as usize..][..self.length as usize]
    }
}

/// How many bytes all keys begin with.
fn common_length(entries: &[Entry], bytes: &[u8]) -> usize {
    let Some((first, others)) = entries.split_first() else { return 0 };
    let first = first.key_in(bytes);
    others.iter().fold(first.len(), |length, other| {
        let same = first[..length].iter().zip(other.key_in(bytes));
        same.take_while(|(a, b)| a == b).count()
    })
}

/// The first bytes of a key as a number, in the order of the keys.
fn prefix(key: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = key.len().min(8);
    first[..length].copy_from_slice(&key[..length]);
    u64::from_be_bytes(first)
}

/// All records, which can be read more than once.
pub(crate) struct Sorted {
    sorter: Sorter,
}

impl Sorted {
    /// How many records there are.
    pub(crate) fn count(&self) -> u64 {
        self.sorter.count
    }

    /// Begins to read the records in the order of their keys, those of one key in the order in
    /// which they were added.
    ///
    /// # Errors
    /// [`Error::Io`], on the folder of temporary files.
    pub(crate) fn cursor(&self) -> Result<Cursor<'_>> {
        let Sorter { spool, bytes, entries, runs, .. } = &self.sorter;
        let Some(file) = spool else {
            return Ok(Cursor::Memory { bytes, entries: entries.iter() });
        };
        let merge = Merge::new(file, runs).map_err(|error| failed(&error))?;
        Ok(Cursor::Runs(merge))
    }
}

/// A position among sorted records.
pub(crate) enum Cursor<'s> {
    /// All of them are in memory.
    Memory { bytes: &'s [u8], entries: std::slice::Iter<'s, Entry> },
    /// They are merged from runs.
    Runs(Merge<'s>),
}

impl Cursor<'_> {
    /// The key and value of the next record.
    ///
    /// # Errors
    /// [`Error::Io`], on the folder of temporary files.
    pub(crate) fn next(&mut self) -> Result<Option<(&[u8], &[u8])>> {
        match self {
            Cursor::Memory { bytes, entries } => {
                let next = entries.next();
                Ok(next.map(|entry| entry.record_in(bytes).split_at(entry.key as usize)))
            }
            Cursor::Runs(merge) => merge.next().map_err(|error| failed(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn records_come_in_order_whether_they_fit_or_not(
            records in proptest::collection::vec(("[ab]{0,12}", "[a-z]{0,9}"), 0..200),
            limit in 1..600usize,
        ) {
            let mut sorter = Sorter::with_buffer(limit);
            for (key, value) in &records {
                sorter.push(key.as_bytes(), value.as_bytes()).unwrap();
            }
            let sorted = sorter.finish().unwrap();
            let mut expected = records.clone();
            expected.sort_by(|a, b| a.0.cmp(&b.0));
            for _ in 0..2 {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let mut read = Vec::new();
                let mut cursor = sorted.cursor().unwrap();
                while let Some((key, value)) = cursor.next().unwrap() {
                    read.push((text(key), text(value)));
                }
                prop_assert_eq!(&read, &expected);
                prop_assert_eq!(sorted.count(), records.len() as u64);
            }
        }
    }

    #[test]
    fn a_temporary_file_that_was_cut_short_is_an_error_wherever_it_ends() {
        let cut = |length: u64| -> Result<u64> {
            let mut sorter = Sorter::with_buffer(64);
            for key in 0..10u8 {
                sorter.push(&[key], b"value")?;
            }
            let all = sorter.finish()?;
            all.sorter.spool.as_ref().unwrap().set_len(length).unwrap();
            let mut cursor = all.cursor()?;
            let mut read = 0;
            while cursor.next()?.is_some() {
                read += 1;
            }
            Ok(read)
        };
        let record = 8 + 1 + 5;
        assert_eq!(cut(10 * record).unwrap(), 10);
        for length in 0..10 * record {
            assert!(matches!(cut(length), Err(Error::Io { .. })), "{length}");
        }
    }
}
