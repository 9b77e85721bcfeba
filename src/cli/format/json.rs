//! `json` and `jsonl`: with every control, bidirectional and invisible character escaped, so that
//! a document can be shown on a terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::ser::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::escape::{all, shows_as_itself};
use super::record::{Field, Printer, Record, Value, push_number, push_real};
use useradm::user::is_unprintable;

/// Appends a document and a line break.
pub(crate) fn line(out: &mut Vec<u8>, document: &impl Serialize) {
    value(out, document);
    out.push(b'\n');
}

/// What stands around the objects of users.
pub(super) struct Marks {
    begin: &'static [u8],
    between: &'static [u8],
    after: &'static [u8],
    end: &'static [u8],
}

/// One document that is an array.
pub(super) const ARRAY: Marks = Marks { begin: b"[", between: b",", after: b"", end: b"]\n" };

/// One object a line.
pub(super) const LINES: Marks = Marks { begin: b"", between: b"", after: b"\n", end: b"" };

/// The objects of many users, which have the same keys.
pub(super) struct Objects<'f> {
    /// Each field with its key and all that stands before the value.
    keys: Vec<(Vec<u8>, &'f Field)>,
    marks: Marks,
    is_first: bool,
}

impl<'f> Objects<'f> {
    pub(super) fn new(fields: &'f [Field], marks: Marks) -> Self {
        let keys = fields.iter().enumerate().map(|(i, field)| {
            let mut key = vec![if i == 0 { b'{' } else { b',' }];
            push_text(&mut key, field.name.as_bytes());
            key.push(b':');
            (key, field)
        });
        Objects { keys: keys.collect(), marks, is_first: true }
    }
}

impl Printer for Objects<'_> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.marks.begin);
    }

    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        if !std::mem::take(&mut self.is_first) {
            out.extend_from_slice(self.marks.between);
        }
        for (key, field) in &self.keys {
            out.extend_from_slice(key);
            record.with(field, |value| match value {
                Value::Null => out.extend_from_slice(b"null"),
                Value::Number(number) => push_number(out, number),
                Value::Real(number) => push_real(out, number),
                Value::Text(text) => push_text(out, text),
            });
        }
        out.push(b'}');
        out.extend_from_slice(self.marks.after);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.marks.end);
    }
}

/// Appends a text as a string.
fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    let is_plain = |byte| [byte >= b' ', byte <= b'~', byte != b'"', byte != b'\\'];
    if all(text, is_plain) {
        out.push(b'"');
        out.extend_from_slice(text);
        out.push(b'"');
    } else {
        value(out, &lossy(text));
    }
}

/// JSON is text: what is not UTF-8 becomes U+FFFD.
fn lossy(text: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(text)
}

fn value(out: &mut Vec<u8>, document: &impl Serialize) {
    let mut serializer = Serializer::with_formatter(out, Visible);
    // Writing to memory does not fail, and no map here has keys that are not text.
    let _ = document.serialize(&mut serializer);
}

/// The compact form of `serde_json`, with more characters escaped.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if shows_as_itself(fragment.as_bytes()) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut shown = 0;
        for (at, c) in fragment.char_indices().filter(|&(_, c)| is_unprintable(c)) {
            writer.write_all(&fragment.as_bytes()[shown..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            shown = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[shown..])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(document: &impl Serialize) -> String {
        let mut out = Vec::new();
        value(&mut out, document);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn invisible_characters_are_escaped_with_surrogates_where_needed() {
        assert_eq!(text(&"é\u{202e}\u{7f}\u{e0001}\"\n"), r#""é\u202e\u007f\udb40\udc01\"\n""#);
    }

    proptest! {
        #[test]
        fn documents_read_back_and_show_nothing_unprintable(name in any::<String>()) {
            let json = text(&name);
            prop_assert!(!json.chars().any(is_unprintable));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), name);
        }
    }
}
