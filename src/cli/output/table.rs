//! `table`: for people. It is drawn in pieces, so that a million users need no more memory than a
//! few hundred; the widths of its columns must therefore be known before the first row.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ColumnConstraint, ContentLineStyle, LineStyle, TableStyle, Width};
use unicode_width::UnicodeWidthStr;

use super::escape::escaped_bytes;
use super::{Field, Printer, Record, Value};

/// How many rows are drawn at once.
const PIECE_ROWS: usize = 256;

/// The spaces around a cell.
const PADDING: usize = 2;

/// The upper border, the header, and the line below it.
const HEADER: TableStyle = UTF8_FULL_CONDENSED.bottom_border(LineStyle::none());

/// Rows without borders above or below.
const ROWS: TableStyle = TableStyle::new().content_lines(ContentLineStyle::new('│', '┆', '│'));

/// The lower border.
const BORDER: TableStyle = ROWS.bottom_border(LineStyle::new('└', '─', '┴', '┘'));

/// The widths of the columns in terminal cells, without padding.
#[derive(Clone, Debug, Default)]
pub(crate) struct Widths(Vec<usize>);

impl Widths {
    /// Makes room for a user.
    pub(crate) fn fit(&mut self, fields: &[Field], record: &Record<'_>) {
        self.0.resize(fields.len(), 0);
        for (width, &field) in self.0.iter_mut().zip(fields) {
            *width = (*width).max(width_of(&record.value(field)));
        }
    }
}

fn width_of(value: &Value<'_>) -> usize {
    match value {
        Value::Null => 0,
        Value::Number(number) => itoa::Buffer::new().format(*number).len(),
        Value::Text(text) if text.iter().all(|byte| matches!(byte, b' '..=b'~')) => text.len(),
        Value::Text(text) => escaped_bytes(text).width(),
    }
}

pub(super) struct Table<'f> {
    fields: &'f [Field],
    widths: Vec<usize>,
    rows: Vec<Vec<String>>,
}

impl<'f> Table<'f> {
    pub(super) fn new(fields: &'f [Field], widths: &Widths) -> Self {
        let widths = fields
            .iter()
            .enumerate()
            .map(|(i, field)| field.name().len().max(widths.0.get(i).copied().unwrap_or(0)))
            .collect();
        Table { fields, widths, rows: Vec::with_capacity(PIECE_ROWS) }
    }

    /// Draws a piece: the header, the rows that have come together, or the lower border.
    fn draw(&mut self, out: &mut Vec<u8>, piece: Piece) {
        let mut table = comfy_table::Table::new();
        let empty_row = || vec![String::new(); self.fields.len()];
        match piece {
            Piece::Header => {
                let header = self.fields.iter().map(|field| field.name());
                table.load_style(HEADER).set_header(header).add_row(empty_row())
            }
            Piece::Rows => table.load_style(ROWS).add_rows(self.rows.drain(..)),
            Piece::Border => table.load_style(BORDER).add_row(empty_row()),
        };
        for (column, &width) in table.column_iter_mut().zip(&self.widths) {
            let width = u16::try_from(width + PADDING).unwrap_or(u16::MAX);
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        }
        // Header and border are drawn with an empty row between them, which is left out here.
        let lines: Vec<String> = table.lines().collect();
        let wanted = match piece {
            Piece::Header => &lines[..lines.len().saturating_sub(1)],
            Piece::Rows => &lines,
            Piece::Border => &lines[1.min(lines.len())..],
        };
        for line in wanted {
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
    }
}

/// Which part of the table a piece is.
#[derive(Clone, Copy)]
enum Piece {
    Header,
    Rows,
    Border,
}

impl Printer for Table<'_> {
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.draw(out, Piece::Header);
    }

    fn record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        let cell = |&field: &Field| match record.value(field) {
            Value::Null => String::new(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => escaped_bytes(text),
        };
        self.rows.push(self.fields.iter().map(cell).collect());
        if self.rows.len() == PIECE_ROWS {
            self.draw(out, Piece::Rows);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if !self.rows.is_empty() {
            self.draw(out, Piece::Rows);
        }
        self.draw(out, Piece::Border);
    }
}

#[cfg(test)]
mod tests {
    use useradm::hash::Scheme;

    use super::*;

    fn table(names: &[&str]) -> String {
        let fields = [Field::Id, Field::Username];
        let scheme = Scheme { name: "unknown", rounds: None };
        let records: Vec<Record<'_>> = (1..)
            .zip(names)
            .map(|(id, name)| Record { id, name: Some(name.as_bytes()), scheme })
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
    fn a_table_in_pieces_has_one_header_and_one_border() {
        let names = vec!["x"; 3 * PIECE_ROWS + 1];
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
