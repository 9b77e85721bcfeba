//! Files that are no database of the application, or not quite.

use std::fs;

use crate::support::{APPLICATION_TABLE, PASSWORD, Sandbox};

/// Each command that needs a database, as far as it can be typed without one.
const COMMANDS: [&str; 7] = [
    "register alice --password-stdin",
    "login alice --password-stdin",
    "list",
    "show alice",
    "add alice --password-stdin",
    "update alice --username bob",
    "delete --yes alice",
];

/// Runs every command, expects the same error of each, and that nothing in the directory changes.
#[track_caller]
fn every_command_fails(sandbox: &Sandbox, code: &str) {
    reading_and_changing_fail(sandbox, code, code);
}

/// The same where commands that change something fail with another error than those that read.
#[track_caller]
fn reading_and_changing_fail(sandbox: &Sandbox, reading: &str, changing: &str) {
    let files = sandbox.files();
    let before = fs::read(sandbox.path("users.db")).ok();
    for line in COMMANDS {
        let run = sandbox.useradm(line).stdin(PASSWORD).status(8);
        run.stderr("error: [..][DIR]/users.db[..]\n[...]").check();
        let reads = ["login", "list", "show"].iter().any(|command| line.starts_with(command));
        let code = if reads { reading } else { changing };
        sandbox.useradm(line).stdin(PASSWORD).error(8, code).check();
    }
    assert_eq!(sandbox.files(), files);
    assert_eq!(fs::read(sandbox.path("users.db")).ok(), before);
}

#[test]
fn a_missing_file_is_an_error_and_stays_missing() {
    let sandbox = Sandbox::empty();
    every_command_fails(&sandbox, "database_missing");
    let run = sandbox.useradm("list --db srv/app/users.db");
    run.status(8).stderr("error: [..][DIR]/srv/app/users.db[..]\n[...]").check();
}

#[test]
fn the_file_in_the_instance_folder_is_pointed_out() {
    let sandbox = Sandbox::empty();
    fs::create_dir(sandbox.path("instance")).unwrap();
    sandbox.write("instance/users.db", "");
    for line in COMMANDS {
        let (_, stderr) =
            sandbox.useradm(line).stdin(PASSWORD).status(8).stderr("error: [...]").check();
        assert!(stderr.contains("/instance/users.db"), "{stderr}");
        assert!(stderr.contains("hint: "), "{stderr}");
    }
}

#[test]
fn a_directory_is_an_error() {
    let sandbox = Sandbox::empty();
    fs::create_dir(sandbox.path("users.db")).unwrap();
    every_command_fails(&sandbox, "not_a_database");
}

#[test]
fn a_device_is_an_error() {
    let sandbox = Sandbox::empty();
    for device in ["/dev/null", "/dev/zero", "/dev/stdin"] {
        let run = sandbox.useradm("list --db").arg(device).status(8);
        run.stderr("error: [...]").check();
    }
}

#[test]
fn an_empty_file_has_no_table_and_stays_empty() {
    let sandbox = Sandbox::empty();
    sandbox.write("users.db", "");
    every_command_fails(&sandbox, "wrong_schema");
    let (_, stderr) = sandbox.useradm("list").status(8).stderr("error: [..]\nhint: [..]\n").check();
    assert!(stderr.contains("init"), "{stderr}");
}

#[test]
fn a_text_file_is_an_error_and_stays_as_it_is() {
    let sandbox = Sandbox::empty();
    for text in ["users\n", "alice:$apr1$abc\n", &"not a database ".repeat(1000)] {
        sandbox.write("users.db", text);
        every_command_fails(&sandbox, "not_a_database");
    }
}

#[test]
fn an_empty_table_that_may_be_of_users_is_neither_read_nor_changed() {
    for table in [
        "users (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT)",
        "user (username TEXT PRIMARY KEY, password_hash TEXT)",
        "user (id INTEGER PRIMARY KEY, username TEXT, password TEXT)",
    ] {
        let sandbox = Sandbox::with_schema(&format!("CREATE TABLE {table}"));
        reading_and_changing_fail(&sandbox, "wrong_schema", "layout_unconfirmed");
    }
}

#[test]
fn a_view_called_user_is_not_taken_for_a_table() {
    let sandbox = Sandbox::with_schema(&format!(
        "{APPLICATION_TABLE}; ALTER TABLE user RENAME TO people;
         CREATE VIEW user AS SELECT * FROM people;
         CREATE TRIGGER writable INSTEAD OF INSERT ON user BEGIN
             INSERT INTO people (username, password_hash) VALUES (NEW.username, NEW.password_hash);
         END"
    ));
    every_command_fails(&sandbox, "wrong_schema");
}

#[test]
fn a_virtual_table_called_user_is_not_taken_for_a_real_one() {
    let sandbox =
        Sandbox::with_schema("CREATE VIRTUAL TABLE user USING fts5 (id, username, password_hash)");
    every_command_fails(&sandbox, "wrong_schema");
}

#[test]
fn missing_columns_are_named() {
    for (columns, missing) in [
        ("id INTEGER PRIMARY KEY, username TEXT", "password_hash"),
        ("id INTEGER PRIMARY KEY, password_hash TEXT", "username"),
    ] {
        let sandbox = Sandbox::with_schema(&format!("CREATE TABLE user ({columns})"));
        every_command_fails(&sandbox, "wrong_schema");
        let (_, stderr) = sandbox.useradm("list").status(8).stderr("error: [...]").check();
        assert!(stderr.contains(missing), "{stderr}");
    }
}

#[test]
fn names_that_would_lose_the_users_are_refused() {
    let sandbox = Sandbox::empty();
    for name in [
        ":memory:",
        "",
        "file:users.db",
        "file:users.db?mode=memory",
        "FILE:users.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:users.db?uri=true",
    ] {
        for line in ["list", "init", "add alice --generate-password --create"] {
            let run = sandbox.useradm(line).arg("--db").arg(name);
            run.status(2).stderr("error: [...]").check();
        }
        assert!(sandbox.files().is_empty(), "{name}");
    }
}

#[test]
fn a_path_and_an_sqlalchemy_uri_mean_the_same_file() {
    let sandbox = Sandbox::application(&["alice"]);
    let absolute = sandbox.path("users.db").to_str().unwrap().to_owned();
    for name in [
        "users.db".to_owned(),
        "./users.db".to_owned(),
        absolute.clone(),
        "sqlite:///users.db".to_owned(),
        format!("sqlite:///{absolute}"),
        "sqlite:///users.db?timeout=20".to_owned(),
    ] {
        sandbox.useradm("list --count --db").arg(&name).stdout("1\n").check();
    }
    for name in ["odd ?#%20.db", "-.db", "\u{1f980}"] {
        sandbox.write(name, sandbox.bytes());
        let run = sandbox.useradm("list --count").arg(format!("--db={name}"));
        run.stdout("1\n").check();
    }
}

#[test]
fn a_not_null_column_without_a_default_makes_only_add_fail() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(80) UNIQUE NOT NULL,
         password_hash VARCHAR(120) NOT NULL, email TEXT NOT NULL)",
    );
    for line in ["add alice --password-stdin", "register alice --password-stdin"] {
        let run = sandbox.useradm(line).stdin(PASSWORD).status(8);
        run.stderr("error: [..]email[..]\n[...]").check();
        sandbox.useradm(line).stdin(PASSWORD).error(8, "constraint_failed").check();
    }
    sandbox.sql("INSERT INTO user VALUES (5, 'alice', 'x', 'alice@example.org')");
    sandbox.useradm("update -q alice --username bob --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("login -q bob --password-stdin").stdin(PASSWORD).check();
    assert_eq!(sandbox.rows("SELECT id, username, email FROM user"), ["5|bob|alice@example.org"]);
    sandbox.useradm("delete -q --yes bob").check();
}

#[test]
fn a_rule_of_the_table_that_refuses_a_name_is_quoted() {
    for options in ["", "STRICT"] {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE NOT NULL
             CHECK (length(username) > 3), password_hash TEXT NOT NULL) {options}"
        ));
        sandbox.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
        for line in ["add al --password-stdin", "update alice --username al"] {
            let run = sandbox.useradm(line).stdin(PASSWORD).status(8);
            run.stderr("error: [..]length(username) > 3[..]\n[...]").check();
            sandbox.useradm(line).stdin(PASSWORD).error(8, "constraint_failed").check();
        }
        assert_eq!(sandbox.usernames(), ["alice"]);
    }
}

#[test]
fn extra_columns_are_left_alone() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (\"order\" TEXT DEFAULT 'x', password_hash VARCHAR(120) NOT NULL,
         username VARCHAR(80) UNIQUE NOT NULL, id INTEGER PRIMARY KEY,
         created TEXT NOT NULL DEFAULT 'now', upper TEXT AS (upper(username)) STORED)",
    );
    sandbox.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
    sandbox.sql("UPDATE user SET \"order\" = 'mine', created = 'then'");
    sandbox.useradm("update -q alice --username bob --password-stdin").stdin("another one").check();
    let columns = "SELECT id, username, \"order\", created, upper FROM user";
    assert_eq!(sandbox.rows(columns), ["1|bob|mine|then|BOB"]);
    sandbox.useradm("list --format plain").stdout("1\tbob\n").check();
}

#[test]
fn a_table_without_unique_never_gets_a_second_user_of_a_name() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT)",
    );
    sandbox.insert("alice");
    sandbox.insert("bob");
    for line in [
        "add alice --password-stdin",
        "register alice --password-stdin",
        "add alice --password-stdin --allow-lookalike",
        "update bob --username alice",
        "update bob --username alice --allow-lookalike",
    ] {
        sandbox.useradm(line).stdin(PASSWORD).error(4, "user_exists").check();
    }
    let run = sandbox.useradm("add ALICE --password-stdin").stdin(PASSWORD);
    run.error(4, "lookalike_exists").check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
    sandbox.useradm("add -q carol --password-stdin").stdin(PASSWORD).check();
}

#[test]
fn users_of_one_name_are_told_apart_by_their_ids() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT)",
    );
    sandbox.insert("alice");
    sandbox.insert("alice");
    sandbox.useradm("list --format plain").stdout("1\talice\n2\talice\n").check();
    for line in ["show alice", "update alice --username bob", "delete --yes alice"] {
        let (_, stderr) = sandbox.useradm(line).status(8).stderr("error: [...]").check();
        assert!(stderr.contains('1') && stderr.contains('2'), "{stderr}");
    }
    sandbox.useradm("update -q --id 2 --username bob").check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}
