//! Runs of sorted records in one file, as `sort.rs` wrote them, read together as one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;

/// How many bytes of each run are read ahead.
const READ_AHEAD: usize = 64 * 1024;

/// The length of what is before a record in a run: the lengths of its key and of the whole.
pub(super) const HEADER_BYTES: usize = 8;

/// Where a run lies in the temporary file, and how many records it has.
#[derive(Clone)]
pub(super) struct Extent {
    pub(super) bytes: Range<u64>,
    pub(super) records: usize,
}

/// Runs that are read together.
pub(crate) struct Merge<'f> {
    runs: Vec<Run<'f>>,
    /// The key at which each run is, and its number, the lowest first: that is the current record,
    /// once the first was asked for.
    next: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    is_begun: bool,
}

impl<'f> Merge<'f> {
    /// Begins to read runs of a file.
    pub(super) fn new(file: &'f File, extents: &[Extent]) -> io::Result<Self> {
        let (mut runs, mut next) = (Vec::new(), BinaryHeap::new());
        for Extent { bytes, records } in extents.iter().cloned() {
            let input = BufReader::with_capacity(READ_AHEAD, Part { file, bytes });
            let (mut run, mut key) = (Run { left: records, input, value: Vec::new() }, Vec::new());
            if run.advance(&mut key)? {
                next.push(Reverse((key, runs.len())));
                runs.push(run);
            }
        }
        Ok(Merge { runs, next, is_begun: false })
    }

    /// The key and value of the next record.
    pub(super) fn next(&mut self) -> io::Result<Option<(&[u8], &[u8])>> {
        if std::mem::replace(&mut self.is_begun, true)
            && let Some(mut current) = self.next.peek_mut()
        {
            let Reverse((key, run)) = &mut *current;
            if !self.runs[*run].advance(key)? {
                PeekMut::pop(current);
            }
        }
        let current = self.next.peek();
        Ok(current.map(|Reverse((key, run))| (&**key, &*self.runs[*run].value)))
    }
}

/// A run, at one of its records.
struct Run<'f> {
    /// How many records are still to come: a file that has fewer was cut short.
    left: usize,
    input: BufReader<Part<'f>>,
    value: Vec<u8>,
}

impl Run<'_> {
    /// Reads the next record, with its key in place of the last one; false at the end.
    fn advance(&mut self, key: &mut Vec<u8>) -> io::Result<bool> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(false) };
        self.left = left;
        let mut header = [[0; 4]; HEADER_BYTES / 4];
        self.input.read_exact(header.as_flattened_mut())?;
        let [key_length, length] = header.map(|length| u32::from_le_bytes(length) as usize);
        key.resize(key_length, 0);
        self.input.read_exact(key)?;
        self.value.resize(length.saturating_sub(key_length), 0);
        self.input.read_exact(&mut self.value)?;
        Ok(true)
    }
}

/// A part of a file, of which others read their own.
struct Part<'f> {
    file: &'f File,
    /// What is still to be read.
    bytes: Range<u64>,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.bytes.end - self.bytes.start).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let read = self.file.read_at(&mut buffer[..length], self.bytes.start)?;
        self.bytes.start += read as u64;
        Ok(read)
    }
}
