//! What `export` writes, `import --keep-ids` gives back to the byte, whatever the names hold.

use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::support::{APPLICATION_TABLE, PASSWORD, Sandbox, hash, hash_with_salt};

type Row = (i64, Vec<u8>, Value);

fn rows(connection: &Connection) -> Vec<Row> {
    let sql = "SELECT id, CAST(username AS BLOB), password_hash FROM user ORDER BY id";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

/// Exports these users and imports them into an empty database, in both formats.
fn check(users: &[(i64, Vec<u8>)], batch: &str) {
    let source = Sandbox::with_schema(APPLICATION_TABLE);
    let connection = source.connection();
    connection.execute_batch("BEGIN").unwrap();
    for (id, name) in users {
        let hash = hash_with_salt(PASSWORD.as_bytes(), 1, &id.to_le_bytes());
        let sql = "INSERT INTO user VALUES (?1, CAST(?2 AS TEXT), ?3)";
        connection.execute(sql, (id, name, hash)).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    let before = rows(&connection);
    assert_eq!(before.len(), users.len());
    for format in ["csv", "jsonl"] {
        source.useradm(&format!("export -q --force users.{format}")).check();
        let copy = Sandbox::initialised();
        let run = copy.useradm(&format!("import --keep-ids {batch}"));
        let run = run.arg(source.path(&format!("users.{format}")));
        run.counts(users.len() as u64, 0, 0).check();
        let after = rows(&copy.connection());
        assert!(before == after, "{format}: {before:?} became {after:?}");
        let types = copy.rows("SELECT DISTINCT typeof(username), typeof(password_hash) FROM user");
        assert!(types.is_empty() || types == ["text|text"]);
        // And back to standard output, from which the same can be read again.
        let exported = std::fs::read(source.path(&format!("users.{format}"))).unwrap();
        copy.useradm(&format!("export --to {format} -")).stdout(exported).check();
    }
}

/// Pieces that some format, or some step on the way, gives a meaning.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let pieces: &[&[u8]] = &[
        b"\0",
        b"\"",
        b"\"\"",
        b"'",
        b",",
        b"\n",
        b"\r",
        b"\r\n",
        b"\\",
        b"\\u0000",
        b":",
        b"#",
        b" ",
        b"\t",
        b"\x1b[2J",
        b"\x7f",
        b"\xff",
        b"\xc3",
        b"\xe9",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\xaf",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xae",
        b"\xe2\x80\xa8",
        b"\xf0\x9f\xa6\x80",
        b"{",
        b"}",
        b"[",
        b"a",
        b"A",
        b"0",
        b"007",
        b"1e3",
        b"NULL",
        b"null",
        b"=",
        b";",
        b"|",
    ];
    let nasty = proptest::sample::select(pieces).prop_map(<[u8]>::to_vec);
    prop_oneof![4 => nasty, 1 => prop::collection::vec(any::<u8>(), 0..6)]
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..12).prop_map(|pieces| pieces.concat())
}

fn id() -> impl Strategy<Value = i64> {
    prop_oneof![3 => 1..50i64, 1 => 1..=i64::MAX, 1 => Just(i64::MAX)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_names_come_back(
        users in prop::collection::btree_map(id(), name(), 0..12),
        batched in any::<bool>(),
    ) {
        let mut names = std::collections::BTreeSet::new();
        let users: Vec<_> =
            users.into_iter().filter(|(_, name)| names.insert(name.clone())).collect();
        check(&users, if batched { "--batch 3" } else { "" });
    }
}

#[test]
fn the_nastiest_names_come_back() {
    let mut names: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"\0".to_vec(),
        b"\0\0".to_vec(),
        b"a\0b".to_vec(),
        b"\"".to_vec(),
        b"\"\"".to_vec(),
        b"\"a\"".to_vec(),
        b"a,b\r\nc\"d".to_vec(),
        b"\n".to_vec(),
        b"\r".to_vec(),
        b"\r\n".to_vec(),
        b"\\".to_vec(),
        b"\\n".to_vec(),
        b" ".to_vec(),
        b"#".to_vec(),
        b"username".to_vec(),
        b"\xef\xbb\xbf".to_vec(),
        b"\xff\xfe".to_vec(),
        b"caf\xe9,\"\n".to_vec(),
        "\u{fffd}".into(),
        "bob".into(),
        "BOB".into(),
        "ren\u{e9}".into(),
        "rene\u{301}".into(),
        "x".repeat(10_000).into(),
        "\u{1f980}".repeat(10_000).into(),
        "\"".repeat(10_000).into(),
        vec![0xff; 10_000],
    ];
    names.extend((0..=u8::MAX).map(|byte| vec![b'x', byte]));
    let users: Vec<_> = (1..).zip(names).collect();
    check(&users, "");
}

#[test]
fn many_users_come_back() {
    let users: Vec<(i64, Vec<u8>)> = (1..=3000)
        .rev()
        .map(|id| (id, format!("user {}", id * 7919 % 3001).into_bytes()))
        .collect();
    check(&users, "");
    check(&users, "--batch 999");
}

#[test]
fn ordinary_users_come_back_from_htpasswd_too() {
    let source = Sandbox::application(&["alice", "Bob Smith", "ren\u{e9}", "\u{1f980}"]);
    source.useradm("export -q users.htpasswd").check();
    let copy = Sandbox::initialised();
    let run = copy.useradm("import").arg(source.path("users.htpasswd"));
    run.counts(4, 0, 0).check();
    let users = "SELECT username, password_hash FROM user ORDER BY username";
    assert_eq!(copy.rows(users), source.rows(users));
    copy.useradm("login -q alice --password-stdin").stdin(PASSWORD).check();
    assert_eq!(copy.hash_of("alice"), hash(PASSWORD));
}
