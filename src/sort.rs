//! Records in order of their keys, outside the application's file and in bounded memory.
//!
//! What is larger than the memory that one may take for it, an import or a sorted listing, is
//! collected in one buffer; each time it is full it is sorted and written as a run to a temporary
//! file without a name, and reading merges the runs. What comes here are names and hashes, never
//! passwords.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use zeroize::Zeroize;

use crate::error::{Error, Result, system_words};

/// How many bytes of records and entries are held in memory.
const BUFFER_BYTES: usize = 5 * 1024 * 1024;

/// How many for a sorted listing, which does nothing else meanwhile.
const LISTING_BYTES: usize = 64 * 1024 * 1024;

/// How many bytes of each run are read ahead.
const READ_AHEAD: usize = 64 * 1024;

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

/// Where a run lies in the temporary file, and how many records it has.
#[derive(Clone)]
struct Extent {
    bytes: Range<u64>,
    records: usize,
}

/// Where a record lies in the buffer, and what its key goes on with after the beginning that all keys
/// share, which decides most comparisons without a look at the buffer; it is set when they are sorted.
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
        } else if !self.entries.is_empty() {
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
        let mut at = At { file: spool, rest: start..u64::MAX };
        let mut out = io::BufWriter::with_capacity(READ_AHEAD, &mut at);
        for entry in &self.entries {
            out.write_all(&entry.key.to_le_bytes())?;
            out.write_all(&entry.length.to_le_bytes())?;
            out.write_all(entry.record_in(&self.bytes))?;
        }
        out.flush()?;
        drop(out);
        let (bytes, records) = (start..at.rest.start, self.entries.len());
        self.runs.push(Extent { bytes, records });
        self.entries.clear();
        self.bytes.clear();
        Ok(())
    }
}

/// The error for a temporary file that cannot be made, written or read.
fn failed(error: &io::Error) -> Error {
    let path = std::env::temp_dir();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Error::DatabaseFull { path, reason: system_words(error) }
        }
        ErrorKind::UnexpectedEof => {
            let reason = "a temporary file there was cut short".to_owned();
            Error::Io { path, reason }
        }
        _ => Error::io(path, error),
    }
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
            return Ok(Cursor::Memory { bytes, entries: entries.iter(), current: None });
        };
        let mut heap = BinaryHeap::with_capacity(runs.len());
        for (number, run) in runs.iter().cloned().enumerate() {
            let input = BufReader::with_capacity(READ_AHEAD, At { file, rest: run.bytes });
            let mut run = Run { number, left: run.records, input, record: Vec::new(), key: 0 };
            if run.advance().map_err(|error| failed(&error))? {
                heap.push(Reverse(run));
            }
        }
        Ok(Cursor::Runs { heap, current: None })
    }
}

/// A position among sorted records.
pub(crate) enum Cursor<'s> {
    /// All of them are in memory.
    Memory { bytes: &'s [u8], entries: std::slice::Iter<'s, Entry>, current: Option<&'s Entry> },
    /// They are merged from runs; the current record is not in the heap.
    Runs { heap: BinaryHeap<Reverse<Run<'s>>>, current: Option<Run<'s>> },
}

impl Cursor<'_> {
    /// Goes to the next record; false at the end.
    ///
    /// # Errors
    /// [`Error::Io`], on the folder of temporary files.
    pub(crate) fn advance(&mut self) -> Result<bool> {
        self.step().map_err(|error| failed(&error))
    }

    fn step(&mut self) -> io::Result<bool> {
        match self {
            Cursor::Memory { entries, current, .. } => {
                *current = entries.next();
                Ok(current.is_some())
            }
            Cursor::Runs { heap, current } => {
                if let Some(mut run) = current.take()
                    && run.advance()?
                {
                    // The next record often comes from the same run again.
                    if heap.peek().is_none_or(|Reverse(other)| run < *other) {
                        *current = Some(run);
                        return Ok(true);
                    }
                    heap.push(Reverse(run));
                }
                *current = heap.pop().map(|Reverse(run)| run);
                Ok(current.is_some())
            }
        }
    }

    /// The key and value of the current record, if there is one.
    pub(crate) fn record(&self) -> Option<(&[u8], &[u8])> {
        match self {
            Cursor::Memory { bytes, current, .. } => {
                current.map(|entry| entry.record_in(bytes).split_at(entry.key as usize))
            }
            Cursor::Runs { current, .. } => {
                current.as_ref().map(|run| run.record.split_at(run.key))
            }
        }
    }
}

/// A run, at one of its records.
pub(crate) struct Run<'f> {
    number: usize,
    /// How many records are still to come: a file that has fewer was cut short.
    left: usize,
    input: BufReader<At<'f>>,
    record: Vec<u8>,
    key: usize,
}

impl Run<'_> {
    /// Reads the next record; false at the end.
    fn advance(&mut self) -> io::Result<bool> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(false) };
        self.left = left;
        let mut header = [[0; 4]; 2];
        self.input.read_exact(header.as_flattened_mut())?;
        let [key, length] = header.map(u32::from_le_bytes);
        self.key = key as usize;
        self.record.resize(length as usize, 0);
        self.input.read_exact(&mut self.record)?;
        Ok(true)
    }

    fn order(&self) -> (&[u8], usize) {
        (&self.record[..self.key], self.number)
    }
}

impl PartialEq for Run<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Run<'_> {}

impl PartialOrd for Run<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Run<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

/// A part of a file, of which others have their own.
pub(crate) struct At<'f> {
    file: &'f File,
    /// What is still to be read, or written to.
    rest: Range<u64>,
}

impl Read for At<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.rest.end - self.rest.start).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let read = self.file.read_at(&mut buffer[..length], self.rest.start)?;
        self.rest.start += read as u64;
        Ok(read)
    }
}

impl Write for At<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write_at(bytes, self.rest.start)?;
        self.rest.start += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
                while cursor.advance().unwrap() {
                    let (key, value) = cursor.record().unwrap();
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
            while cursor.advance()? {
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
