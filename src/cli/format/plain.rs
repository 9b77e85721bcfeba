//! `plain`: tab-separated fields without a header, one user a line.

use super::escape::push_escaped;
use super::record::{Field, Printer, Record};

pub(super) struct Plain<'f>(pub(super) &'f [Field]);

impl Printer for Plain<'_> {
    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        for (i, &field) in self.0.iter().enumerate() {
            if i > 0 {
                out.push(b'\t');
            }
            record.value(field).push(out, push_escaped);
        }
        out.push(b'\n');
    }
}
