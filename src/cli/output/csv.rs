//! `csv`: RFC 4180 with a header, except that lines end with LF alone; names as they are.

use csv_core::Writer;

use super::{Field, Printer, Record, Value};

/// Appends one line.
pub(crate) fn push_line<'v>(out: &mut Vec<u8>, fields: impl Iterator<Item = &'v [u8]>) {
    let mut is_first = true;
    let mut is_empty = true;
    for field in fields {
        if !is_first {
            out.push(b',');
            is_empty = false;
        }
        is_first = false;
        is_empty &= field.is_empty();
        push_field(out, field);
    }
    // A line that holds nothing would be no line to a reader.
    out.extend_from_slice(if is_empty { b"\"\"\n" } else { b"\n" });
}

/// Appends a field, which csv-core quotes where it holds what RFC 4180 says.
fn push_field(out: &mut Vec<u8>, field: &[u8]) {
    // Without an early end the compiler compares many bytes at once.
    let special = |byte: &u8| u8::from(matches!(byte, b',' | b'"' | b'\r' | b'\n'));
    if field.iter().map(special).fold(0, |any, one| any | one) == 0 {
        out.extend_from_slice(field);
        return;
    }
    // Quoting doubles each quote and adds two around them.
    let length = out.len();
    out.resize(length + 2 * field.len() + 2, 0);
    let mut writer = Writer::new();
    let (_, _, written) = writer.field(field, &mut out[length..]);
    let (_, closed) = writer.finish(&mut out[length + written..]);
    out.truncate(length + written + closed);
}

pub(super) struct Csv<'f> {
    fields: &'f [Field],
}

impl<'f> Csv<'f> {
    pub(super) fn new(fields: &'f [Field]) -> Self {
        Csv { fields }
    }
}

impl Printer for Csv<'_> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        push_line(out, self.fields.iter().map(|field| field.name().as_bytes()));
    }

    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        let mut numbers = [itoa::Buffer::new(); Field::ALL.len()];
        let values = self.fields.iter().zip(&mut numbers).map(|(&field, buffer)| {
            match record.value(field) {
                Value::Null => &b""[..],
                Value::Number(number) => buffer.format(number).as_bytes(),
                Value::Text(text) => text,
            }
        });
        push_line(out, values);
    }
}

#[cfg(test)]
mod tests {
    use useradm::hash::Scheme;

    use super::*;

    fn csv(fields: &[Field], name: Option<&[u8]>) -> String {
        let mut out = Vec::new();
        let mut csv = Csv::new(fields);
        csv.begin(&mut out);
        let scheme = Scheme { name: "unknown", rounds: None };
        csv.record(&mut out, &Record { id: 7, name, scheme });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_are_quoted_where_rfc_4180_asks_for_it() {
        let fields = [Field::Id, Field::Username];
        for (name, line) in [
            (Some(&b"alice"[..]), "7,alice\n"),
            (Some(b"a,b"), "7,\"a,b\"\n"),
            (Some(b"a\"b"), "7,\"a\"\"b\"\n"),
            (Some(b"\"\""), "7,\"\"\"\"\"\"\n"),
            (Some(b"a\r\nb"), "7,\"a\r\nb\"\n"),
            (None, "7,\n"),
        ] {
            assert_eq!(csv(&fields, name), format!("id,username\n{line}"));
        }
        assert_eq!(csv(&[Field::Username], None), "username\n\"\"\n");
    }
}
