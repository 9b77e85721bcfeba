//! `json` and `jsonl`: with every control, bidirectional and invisible character escaped, so that
//! a document can be shown on a terminal.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap};
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::{Field, Printer, Record, Value};
use useradm::user::is_unprintable;

/// Appends a document and a line break.
pub(crate) fn line(out: &mut Vec<u8>, document: &impl Serialize) {
    value(out, document);
    out.push(b'\n');
}

/// One document that is an array.
pub(super) struct Array<'f> {
    fields: &'f [Field],
    is_first: bool,
}

impl<'f> Array<'f> {
    pub(super) fn new(fields: &'f [Field]) -> Self {
        Array { fields, is_first: true }
    }
}

impl Printer for Array<'_> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.push(b'[');
    }

    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        if !self.is_first {
            out.push(b',');
        }
        self.is_first = false;
        value(out, &Object { fields: self.fields, record });
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"]\n");
    }
}

/// One object a line.
pub(super) struct Lines<'f> {
    fields: &'f [Field],
}

impl<'f> Lines<'f> {
    pub(super) fn new(fields: &'f [Field]) -> Self {
        Lines { fields }
    }
}

impl Printer for Lines<'_> {
    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        line(out, &Object { fields: self.fields, record });
    }
}

struct Object<'a> {
    fields: &'a [Field],
    record: &'a Record<'a>,
}

impl Serialize for Object<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for &field in self.fields {
            match self.record.value(field) {
                Value::Null => map.serialize_entry(field.name(), &())?,
                Value::Number(number) => map.serialize_entry(field.name(), &number)?,
                Value::Text(text) => map.serialize_entry(field.name(), &lossy(text))?,
            }
        }
        map.end()
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
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
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
