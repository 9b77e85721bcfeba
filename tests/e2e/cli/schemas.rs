//! Tables whose ids are none, and names of the schema that are no text.

use rusqlite::types::ValueRef;

use crate::support::{PASSWORD, Sandbox};

#[test]
fn an_id_that_is_not_the_row_id_is_refused_by_every_command() {
    for schema in [
        "CREATE TABLE user (id INTEGER PRIMARY KEY DESC, username TEXT UNIQUE, password_hash TEXT)",
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT)
             WITHOUT ROWID",
        "CREATE TABLE user (id INT PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT)",
    ] {
        let sandbox = Sandbox::with_schema(schema);
        let before = sandbox.bytes();
        for line in [
            "list",
            "show alice",
            "login alice --password-stdin",
            "add alice --password-stdin",
            "add alice --password-stdin --create",
            "update alice --username bob",
            "delete alice --yes",
            "import --from csv -",
            "export -",
            "init",
        ] {
            let input = if line.starts_with("import") { "username,password\n" } else { PASSWORD };
            sandbox.useradm(line).stdin(input).error(8, "wrong_schema").check();
        }
        assert_eq!(sandbox.bytes(), before);
    }
    // With the direction elsewhere it is the row id.
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER, username TEXT UNIQUE, password_hash TEXT,
         PRIMARY KEY (id DESC))",
    );
    sandbox.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
    assert_eq!(sandbox.rows("SELECT id FROM user"), ["1"]);
}

#[test]
fn names_of_columns_indexes_and_tables_may_be_no_text() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT, aXb);
         CREATE INDEX iXi ON user (aXb);
         CREATE TABLE tXt (user_id REFERENCES user, password_cXc TEXT, hash TEXT);",
    );
    sandbox.insert("alice");
    let mut bytes = sandbox.bytes();
    for pattern in [b"aXb", b"iXi", b"tXt", b"cXc"] {
        let places: Vec<usize> =
            (0..bytes.len() - 3).filter(|&at| bytes[at..].starts_with(pattern)).collect();
        for at in places {
            bytes[at + 1] = 0xff;
        }
    }
    sandbox.write("users.db", bytes);
    let connection = sandbox.connection();
    let is_text = |row: &rusqlite::Row<'_>| match row.get_ref(0) {
        Ok(ValueRef::Text(name)) => Ok(std::str::from_utf8(name).is_ok()),
        _ => Ok(true),
    };
    let sql = "SELECT name FROM pragma_table_info('user') WHERE cid = 3";
    assert!(!connection.query_row(sql, [], is_text).unwrap());
    drop(connection);
    sandbox.useradm("list --format plain --sort username").stdout("1\talice\n").check();
    sandbox.useradm("login -q alice --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("add -q bob --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("add Bob --generate-password").error(4, "lookalike_exists").check();
    sandbox.useradm("update -q bob --username robert").check();
    sandbox.useradm("delete -q --yes robert").check();
    sandbox.useradm("export -").stdout("id,[..]\n1,alice,[..]\n").check();
    let sandbox = Sandbox::with_schema("CREATE TABLE other (aXb TEXT, hash TEXT)");
    sandbox.sql("INSERT INTO other VALUES ('$2b$12$abcdefghijklmnopqrstuv', 'x')");
    let bytes = sandbox.bytes();
    let at = (0..bytes.len()).find(|&at| bytes[at..].starts_with(b"aXb")).unwrap();
    let bytes = [&bytes[..=at], b"\xff", &bytes[at + 2..]].concat();
    sandbox.write("users.db", bytes);
    sandbox.useradm("list").error(8, "wrong_schema").check();
}

#[test]
fn ids_of_zero_and_below_are_users_like_any_other() {
    let sandbox = Sandbox::application(&[]);
    sandbox.sql("INSERT INTO user VALUES (0, 'zero', 'x'), (-1, 'minus', 'x')");
    for (id, name) in [(0, "zero"), (-1, "minus")] {
        let shown = format!("{id}\t{name}\tunknown\t\n");
        sandbox.useradm(&format!("show --id={id} --format plain")).stdout(&shown).check();
        sandbox.useradm("show --format plain").arg(name).stdout(&shown).check();
        sandbox.useradm("add --generate-password").arg(name).error(4, "user_exists").check();
        sandbox.useradm(&format!("update -q --id={id} --password-stdin")).stdin(PASSWORD).check();
        sandbox.useradm("login -q --password-stdin").arg(name).stdin(PASSWORD).check();
        sandbox.useradm(&format!("update -q {name} --username {name}2")).check();
    }
    sandbox.useradm("list --format plain").stdout("-1\tminus2\n0\tzero2\n").check();
    let sorted = "list --format plain --sort username --reverse";
    sandbox.useradm(sorted).stdout("0\tzero2\n-1\tminus2\n").check();
    sandbox.useradm("delete -q --yes zero2 --id=-1").check();
    assert!(sandbox.usernames().is_empty());
}

#[test]
fn a_name_that_very_many_have_is_told_in_few_words() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
         INSERT INTO user SELECT i, 'alice', 'x' FROM n",
    );
    let says =
        "error: [..]100 or more users are called alice, with the ids 1, 2, [..], 99, 100;[..]\n";
    sandbox.useradm("show alice").status(8).stderr(says).check();
    sandbox.useradm("add alice --generate-password").error(4, "user_exists").check();
    let run = sandbox.useradm("login alice --password-stdin").stdin(PASSWORD);
    run.error(8, "unreadable_hash").check();
}
