//! Tables whose columns or whose file compare and convert differently from the application's.

use crate::support::{APPLICATION_TABLE, PASSWORD, Sandbox};

#[test]
fn a_name_that_the_column_turns_into_a_number_is_refused() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username STRING UNIQUE NOT NULL,
         password_hash STRING NOT NULL)",
    );
    for name in ["007", "7", "1e3", "0.5"] {
        let run = sandbox.useradm("add --password-stdin").arg(name).stdin(PASSWORD);
        run.error(8, "constraint_failed").check();
    }
    sandbox.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("login -q alice --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("update alice --username 007").error(8, "constraint_failed").check();
    assert_eq!(sandbox.rows("SELECT id, username FROM user"), ["1|alice"]);
}

#[test]
fn a_column_that_ignores_case_does_not_make_two_names_one() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT COLLATE NOCASE UNIQUE NOT NULL,
         password_hash TEXT NOT NULL)",
    );
    sandbox.insert("bob");
    sandbox.useradm("show BOB").error(3, "user_not_found").check();
    let run = sandbox.useradm("login Bob --password-stdin").stdin(PASSWORD);
    run.error(5, "invalid_credentials").check();
    sandbox.useradm("delete --yes Bob").error(3, "user_not_found").check();
    sandbox.useradm("add Bob --generate-password").error(4, "lookalike_exists").check();
    let run = sandbox.useradm("add Bob --generate-password --allow-lookalike");
    run.error(4, "user_exists").check();
    sandbox.useradm("update -q bob --username Bob").check();
    assert_eq!(sandbox.usernames(), ["Bob"]);
}

#[test]
fn a_column_that_ignores_spaces_at_the_end_does_not_either() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT COLLATE RTRIM UNIQUE NOT NULL,
         password_hash TEXT NOT NULL)",
    );
    sandbox.insert("bob  ");
    sandbox.useradm("show bob").error(3, "user_not_found").check();
    sandbox.useradm("show").arg("bob  ").arg("--format=plain").stdout("1\tbob  \t[..]\n").check();
    sandbox.useradm("add bob --generate-password").error(4, "user_exists").check();
}

#[test]
fn the_case_of_table_and_columns_does_not_matter() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE \"User\" (\"ID\" INTEGER PRIMARY KEY, \"UserName\" TEXT UNIQUE NOT NULL,
         \"Password_Hash\" TEXT NOT NULL);
         CREATE TABLE post (user_id INTEGER REFERENCES USER (Id))",
    );
    sandbox.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("add -q bob --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("add Alice --generate-password").error(4, "lookalike_exists").check();
    sandbox.useradm("update alice --username bob").error(4, "user_exists").check();
    sandbox.useradm("list --format csv").stdout("id,username\n1,alice\n2,bob\n").check();
    sandbox.sql("INSERT INTO post VALUES (1)");
    sandbox.useradm("delete --yes alice").error(8, "constraint_failed").check();
    sandbox.useradm("delete -q --yes bob").check();
}

#[test]
fn a_database_in_utf_16_is_used_like_any_other() {
    for encoding in ["UTF-16le", "UTF-16be"] {
        let schema = format!("PRAGMA encoding = '{encoding}'; {APPLICATION_TABLE}");
        let sandbox = Sandbox::with_schema(&schema);
        let names = ["\u{141}ukasz", "a", "\u{1f980}", "\u{ff21}", "z"];
        for name in names {
            let run = sandbox.useradm("add -q --password-stdin").arg(name);
            run.stdin(PASSWORD).check();
            let run = sandbox.useradm("login -q --password-stdin").arg(name);
            run.stdin(PASSWORD).check();
        }
        for lookalike in ["\u{142}ukasz", "A", "\u{ff41}", "Z"] {
            let run = sandbox.useradm("add --generate-password").arg(lookalike);
            run.error(4, "lookalike_exists").check();
        }
        let (sorted, _) = sandbox
            .useradm("list --fields username --format plain --sort username")
            .stdout("[...]")
            .check();
        // In which order is the file's own affair, but each must come once.
        let mut sorted: Vec<&str> = sorted.lines().collect();
        sorted.sort_unstable();
        let mut expected = names;
        expected.sort_unstable();
        assert_eq!(sorted, expected);
        assert_eq!(sandbox.rows("PRAGMA encoding"), [encoding]);
    }
}

#[test]
fn lookalikes_are_found_without_an_index_on_names() {
    for schema in [
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT)",
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT);
         CREATE UNIQUE INDEX backwards ON user (username DESC)",
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT);
         CREATE INDEX some ON user (username) WHERE username > 'm'",
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT);
         CREATE INDEX lower ON user (lower(username))",
        "CREATE TABLE user (id INTEGER PRIMARY KEY, tenant INTEGER DEFAULT 1, username TEXT,
         password_hash TEXT, UNIQUE (tenant, username))",
    ] {
        let sandbox = Sandbox::with_schema(schema);
        sandbox.insert("Ren\u{e9}");
        let run = sandbox.useradm("add --generate-password").arg("rene\u{301}");
        run.error(4, "lookalike_exists").check();
        let run = sandbox.useradm("add --generate-password").arg("Ren\u{e9}");
        run.error(4, "user_exists").check();
        sandbox.useradm("add -q bob --password-stdin").stdin(PASSWORD).check();
    }
}
