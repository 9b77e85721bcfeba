//! `plain`: tab-separated fields without a header, one user a line.

use super::escape::push_escaped;
use super::record::{Field, Printer, Record, Value, push_number, push_real};

pub(super) struct Plain<'f> {
    fields: &'f [Field],
}

impl<'f> Plain<'f> {
    pub(super) fn new(fields: &'f [Field]) -> Self {
        Plain { fields }
    }
}

impl Printer for Plain<'_> {
    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        for (i, field) in self.fields.iter().enumerate() {
            if i > 0 {
                out.push(b'\t');
            }
            record.with(field, |value| match value {
                Value::Null => {}
                Value::Number(number) => push_number(out, number),
                Value::Real(number) => push_real(out, number),
                Value::Text(text) => push_escaped(out, text),
            });
        }
        out.push(b'\n');
    }
}
