//! `csv`: RFC 4180 with a header, except that lines end with LF alone; names as they are. NULL is an
//! empty field without quotes, and empty text one with quotes.

mod header;
mod read;

use csv_core::Writer;

use super::escape::all;
use super::record::{Field, Printer, Record, Value, push_number, push_real};
use useradm::store::StoredUser;
use useradm::user::Id;

pub(super) use read::Rows;

/// Appends one line; a field that is none is NULL, and stays empty.
pub(crate) fn push_line<'v, F: Into<Option<&'v [u8]>>>(
    out: &mut Vec<u8>,
    fields: impl Iterator<Item = F>,
) {
    let start = out.len();
    for (i, field) in fields.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        if let Some(field) = field.into() {
            push_field(out, field);
        }
    }
    end_line(out, start);
}

/// Appends the line of a user with their hash.
pub(super) fn push_user(out: &mut Vec<u8>, user: &StoredUser<'_>) {
    let mut digits = itoa::Buffer::new();
    let id = match user.id {
        Id::Null => None,
        Id::Number(number) => Some(digits.format(number).as_bytes()),
        Id::Text(text) => Some(text),
    };
    push_line(out, [id, user.name, user.hash].into_iter());
}

/// Ends the line that begins at `start`.
fn end_line(out: &mut Vec<u8>, start: usize) {
    // A line that holds nothing would be no line to a reader.
    if out.len() == start {
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}

fn push_field(out: &mut Vec<u8>, field: &[u8]) {
    if needs_quotes(field) {
        push_quoted(out, field);
    } else {
        out.extend_from_slice(field);
    }
}

/// Whether RFC 4180 asks for quotes. Empty text has them too, and NULL has none.
fn needs_quotes(field: &[u8]) -> bool {
    field.is_empty() || !all(field, |byte| [b',', b'"', b'\r', b'\n'].map(|it| it != byte))
}

/// Appends a field in quotes.
#[cold]
fn push_quoted(out: &mut Vec<u8>, field: &[u8]) {
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
        push_line(out, self.fields.iter().map(|field| field.name.as_bytes()));
    }

    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        let start = out.len();
        for (i, field) in self.fields.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            record.with(field, |value| match value {
                Value::Null => {}
                Value::Number(number) => push_number(out, number),
                Value::Real(number) => push_real(out, number),
                Value::Text(text) => push_field(out, text),
            });
        }
        end_line(out, start);
    }
}

#[cfg(test)]
mod tests {
    use useradm::layout::Stored;

    use super::*;
    use crate::cli::format::Fields;

    fn csv(fields: &[&str], name: Option<&[u8]>, further: &[Stored<'_>]) -> String {
        let fields: Vec<String> = fields.iter().map(|&field| field.to_owned()).collect();
        let fields = Fields::new(&fields).unwrap();
        let mut out = Vec::new();
        let mut csv = Csv::new(&fields);
        csv.begin(&mut out);
        csv.record(&mut out, &Record { id: Id::Number(7), name, seen: None, further });
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_are_quoted_where_rfc_4180_asks_for_it() {
        for (name, line) in [
            (Some(&b"alice"[..]), "7,alice\n"),
            (Some(b"a,b"), "7,\"a,b\"\n"),
            (Some(b"a\"b"), "7,\"a\"\"b\"\n"),
            (Some(b"\"\""), "7,\"\"\"\"\"\"\n"),
            (Some(b"a\r\nb"), "7,\"a\r\nb\"\n"),
            (Some(b""), "7,\"\"\n"),
            (None, "7,\n"),
        ] {
            assert_eq!(csv(&["id", "username"], name, &[]), format!("id,username\n{line}"));
        }
        assert_eq!(csv(&["username"], None, &[]), "username\n\"\"\n");
    }

    #[test]
    fn further_columns_are_written_as_they_are_stored() {
        let text = |text: &'static [u8]| Stored::Text(text.into());
        let blob = Stored::Blob(b"x".into());
        let further =
            [Stored::Null, Stored::Integer(-1), Stored::Real(1.0), text(b""), text(b"a,b"), blob];
        let fields = ["a", "b", "c", "d", "e", "f"];
        assert_eq!(csv(&fields, None, &further), "a,b,c,d,e,f\n,-1,1.0,\"\",\"a,b\",x\n");
        let large = [Stored::Real(f64::INFINITY), Stored::Real(1e-7)];
        assert_eq!(csv(&["a", "id", "b"], None, &large), "a,id,b\n9e999,7,1e-7\n");
    }
}
