//! Databases in UTF-16, with text in them that is none.

use crate::support::{APPLICATION_TABLE, PASSWORD, Sandbox, hash_with_salt};

const NO_INDEX: &str =
    "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT)";

fn utf_16(encoding: &str, schema: &str) -> Sandbox {
    Sandbox::with_schema(&format!("PRAGMA encoding = '{encoding}'; {schema}"))
}

#[test]
fn every_row_is_listed_once_in_the_order_of_its_bytes_though_it_is_no_text() {
    for encoding in ["UTF-16le", "UTF-16be"] {
        for schema in [APPLICATION_TABLE, NO_INDEX] {
            let sandbox = utf_16(encoding, schema);
            // More than two pages of lone surrogates, which all convert to the same text.
            sandbox.sql(
                "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
                 INSERT INTO user (username, password_hash)
                 SELECT CAST(unhex(printf('%02X%02XDFDF', 216 + i % 4, i / 4 % 256) ||
                                   printf('%02X%02X', 216 + i / 1024, 216)) AS TEXT), 'x' FROM n;
                 INSERT INTO user (username, password_hash) VALUES ('alice', 'x'), ('\u{141}', 'x');",
            );
            let ids = |order: &str| {
                sandbox.rows(&format!("SELECT id FROM user ORDER BY username {order}")).join("\n")
            };
            let line = "list --fields id --format plain --sort username";
            sandbox.useradm(line).stdout(ids("") + "\n").check();
            sandbox.useradm(line).arg("--reverse").stdout(ids("DESC") + "\n").check();
        }
    }
}

#[test]
fn a_hash_of_the_longest_readable_length_is_read() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let sandbox = utf_16(encoding, APPLICATION_TABLE);
        let hash = hash_with_salt(PASSWORD.as_bytes(), 1000, &[7; 1024]);
        let sql = "INSERT INTO user (username, password_hash) VALUES ('alice', ?1)";
        sandbox.connection().execute(sql, [hash]).unwrap();
        sandbox.useradm("login -q alice --password-stdin").stdin(PASSWORD).check();
        let shown = "1\talice\tpbkdf2_sha256\t1000\n";
        sandbox.useradm("show alice --format plain").stdout(shown).check();
    }
}
