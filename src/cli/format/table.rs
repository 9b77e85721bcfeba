//! `table`: for people. Rows are written as they come, so that a million users need no more memory
//! than a few hundred; the widths of the columns must therefore be known before the first row.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ColumnConstraint, Width};
use unicode_width::UnicodeWidthStr;

use super::escape::{escaped, push_escaped, shows_as_itself};
use super::record::{Field, Printer, Record, Value, push_number, push_real};

/// The space on each side of a cell.
const PADDING: usize = 1;

/// The widths of the columns in terminal cells, without padding.
#[derive(Clone, Debug, Default)]
pub(crate) struct Widths(Vec<usize>);

impl Widths {
    /// Makes room for a user.
    pub(crate) fn fit(&mut self, fields: &[Field], record: &Record<'_>) {
        self.0.resize(fields.len(), 0);
        for (width, field) in self.0.iter_mut().zip(fields) {
            *width = (*width).max(record.with(field, width_of));
        }
    }
}

fn width_of(value: Value<'_>) -> usize {
    match value {
        Value::Null => 0,
        Value::Number(number) => itoa::Buffer::new().format(number).len(),
        Value::Real(number) => {
            let mut digits = Vec::new();
            push_real(&mut digits, number);
            digits.len()
        }
        Value::Text(text) if shows_as_itself(text) => text.len(),
        Value::Text(text) => {
            let mut shown = Vec::new();
            push_escaped(&mut shown, text);
            width_of_shown(&shown)
        }
    }
}

/// The width of text that came out of [`push_escaped`].
fn width_of_shown(shown: &[u8]) -> usize {
    if shows_as_itself(shown) { shown.len() } else { String::from_utf8_lossy(shown).width() }
}

pub(super) struct Table<'f> {
    columns: Vec<(&'f Field, usize)>,
    /// The lines above the rows.
    head: Vec<String>,
    /// What stands before, between and after the cells of a row.
    bars: Vec<String>,
    /// The line below the rows.
    bottom: String,
}

impl<'f> Table<'f> {
    pub(super) fn new(fields: &'f [Field], widths: &Widths) -> Self {
        let width = |i: usize| widths.0.get(i).copied().unwrap_or(0);
        let names: Vec<String> = fields.iter().map(|field| escaped(&field.name)).collect();
        let columns: Vec<(&Field, usize)> = (fields.iter().zip(&names).enumerate())
            .map(|(i, (field, name))| (field, width(i).max(width_of_shown(name.as_bytes()))))
            .collect();
        // A table with one empty row has all that is needed to draw any other row.
        let mut table = comfy_table::Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header(names).add_row(vec![""; fields.len()]);
        for (column, &(_, width)) in table.column_iter_mut().zip(&columns) {
            let width = u16::try_from(width + 2 * PADDING).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        }
        let mut head: Vec<String> = table.lines().collect();
        let bottom = head.pop().unwrap_or_default();
        let row = head.pop().unwrap_or_default();
        let bars = row.split_ascii_whitespace().map(str::to_owned).collect();
        Table { columns, head, bars, bottom }
    }
}

impl Printer for Table<'_> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        for line in &self.head {
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
    }

    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        let mut bars = self.bars.iter();
        let mut bar = |out: &mut Vec<u8>| {
            out.extend_from_slice(bars.next().map_or(b"", |bar| bar.as_bytes()));
        };
        bar(out);
        for &(field, width) in &self.columns {
            out.push(b' ');
            let start = out.len();
            record.with(field, |value| match value {
                Value::Null => {}
                Value::Number(number) => push_number(out, number),
                Value::Real(number) => push_real(out, number),
                Value::Text(text) => push_escaped(out, text),
            });
            let padding = width.saturating_sub(width_of_shown(&out[start..])) + PADDING;
            out.resize(out.len() + padding, b' ');
            bar(out);
        }
        out.push(b'\n');
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bottom.as_bytes());
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use useradm::user::Id;

    use super::*;
    use crate::cli::format::Fields;

    fn table(names: &[&str]) -> String {
        let fields = Fields::new(&["id", "username"].map(str::to_owned)).unwrap();
        let records: Vec<Record<'_>> = (1..)
            .zip(names)
            .map(|(id, name)| {
                let (id, name) = (Id::Number(id), Some(name.as_bytes()));
                Record { id, name, seen: None, further: &[] }
            })
            .collect();
        let mut widths = Widths::default();
        for record in &records {
            widths.fit(&fields, record);
        }
        let mut printer = Table::new(&fields, &widths);
        let mut out = Vec::new();
        printer.begin(&mut out);
        for record in &records {
            printer.record(&mut out, record);
        }
        printer.end(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let expected = "\
┌────┬──────────────┐
│ id ┆ username     │
╞════╪══════════════╡
│ 1  ┆ alice        │
│ 2  ┆ 山田         │
│ 3  ┆ \\u{202e}evil │
└────┴──────────────┘
";
        assert_eq!(table(&["alice", "山田", "\u{202e}evil"]), expected);
    }

    #[test]
    fn a_long_table_has_one_header_and_one_border() {
        let names = vec!["x"; 1000];
        let drawn = table(&names);
        assert_eq!(drawn.lines().count(), names.len() + 4);
        let width = drawn.lines().next().unwrap().chars().count();
        assert!(drawn.lines().all(|line| line.chars().count() == width), "{drawn}");
    }

    #[test]
    fn an_empty_table_has_a_header() {
        assert_eq!(table(&[]).lines().count(), 4);
    }
}
