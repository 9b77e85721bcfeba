//! Tables for tests, with what is in them.

#![cfg(test)]

use super::{Column, Found, Said, Table, Unclear, Values, find};

/// A readable hash of each of some schemes.
pub(super) const WERKZEUG: &str = "scrypt:32768:8:1$dBwZXagKMWpoM3rO$52702701bd6a59da3fd493e6746879595f7471e9b142078f9a01b6c0212e1dd812f4400510617415393c2dec3478aa78f0fea60641d290c609915a5578713266";
pub(super) const BCRYPT: &str = "$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S";
pub(super) const PASSLIB: &str =
    "$pbkdf2-sha256$29000$15pTqnWuVeq9l1Jq7R1j7A$0AyrVKlVBTE92jMLxfUnhKPDZclheJjCm8wNCkHYh3Q";
pub(super) const DJANGO: &str =
    "pbkdf2_sha256$1000000$P99XYCsVevmQgm7zU4WTLm$+dAjWatE1E8a6JHmZZx5vT/hBiYd+JZxl/seIWevLPI=";
pub(super) const ARGON2: &str = "$argon2id$v=19$m=65536,t=3,p=4$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME";

/// A table with its rows. The columns are in one text: `id* name email! note`, where a star marks
/// the key and `!` what is NOT NULL; the values of a row are separated by blanks, `-` is NULL.
pub(super) struct Rows(pub(super) Table, Vec<Vec<String>>);

pub(super) fn table(name: &str, columns: &str, rows: &[&str]) -> Rows {
    let column = |text: &str| Column {
        name: text.trim_end_matches(['*', '!']).to_owned(),
        kind: if text.ends_with('*') { "INTEGER" } else { "TEXT" }.to_owned(),
        not_null: text.ends_with('!'),
        has_default: false,
        key: u32::from(text.ends_with('*')),
        is_generated: false,
    };
    let columns = columns.split(' ').map(column).collect();
    let row = |row: &&str| row.split(' ').map(str::to_owned).collect();
    Rows(Table { name: name.to_owned(), columns }, rows.iter().map(row).collect())
}

/// What is found in these tables.
pub(super) fn found(tables: &[Rows], said: Option<&Said>) -> std::result::Result<Found, Unclear> {
    let schema: Vec<Table> = tables.iter().map(|Rows(table, _)| table.clone()).collect();
    find(&schema, said, &mut |table, columns, rows| Ok(look(tables, table, columns, rows))).unwrap()
}

pub(super) fn look(tables: &[Rows], table: &Table, columns: &[String], rows: u32) -> Vec<Values> {
    let Rows(_, all) = tables.iter().find(|Rows(it, _)| it.name == table.name).unwrap();
    let place = |name: &String| table.columns.iter().position(|it| it.name == *name).unwrap();
    let values = columns.iter().map(|column| {
        let mut values = Values::default();
        let at = place(column);
        for row in all.iter().rev().take(rows as usize).filter(|row| row[at] != "-") {
            values.see(row[at].as_bytes());
        }
        values
    });
    values.collect()
}
