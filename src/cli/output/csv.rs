//! `csv`: RFC 4180 with a header, except that lines end with LF alone; names as they are.

use csv_core::{WriteResult, Writer};

use super::{Field, Printer, Record, Value};

pub(super) struct Csv<'f> {
    fields: &'f [Field],
    writer: Writer,
}

impl<'f> Csv<'f> {
    pub(super) fn new(fields: &'f [Field]) -> Self {
        Csv { fields, writer: Writer::new() }
    }

    fn line<'v>(&mut self, out: &mut Vec<u8>, fields: impl Iterator<Item = &'v [u8]>) {
        for (i, field) in fields.enumerate() {
            if i > 0 {
                self.append(out, 2, Writer::delimiter);
            }
            // Quoting doubles each quote and adds two, three if the record is one empty field.
            self.append(out, 2 * field.len() + 3, |writer, room| {
                let (result, _, written) = writer.field(field, room);
                (result, written)
            });
        }
        self.append(out, 4, Writer::terminator);
    }

    fn append(
        &mut self,
        out: &mut Vec<u8>,
        room: usize,
        write: impl FnOnce(&mut Writer, &mut [u8]) -> (WriteResult, usize),
    ) {
        let length = out.len();
        out.resize(length + room, 0);
        let (_, written) = write(&mut self.writer, &mut out[length..]);
        out.truncate(length + written);
    }
}

impl Printer for Csv<'_> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        let fields = self.fields;
        self.line(out, fields.iter().map(|field| field.name().as_bytes()));
    }

    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        let fields = self.fields;
        let mut numbers = [itoa::Buffer::new(); Field::ALL.len()];
        let values =
            fields.iter().zip(&mut numbers).map(|(&field, buffer)| match record.value(field) {
                Value::Null => &b""[..],
                Value::Number(number) => buffer.format(number).as_bytes(),
                Value::Text(text) => text,
            });
        self.line(out, values);
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
