//! `useradm init`

use crate::support::{APPLICATION_TABLE, PASSWORD, Sandbox};

#[test]
fn makes_a_database_and_says_its_absolute_path() {
    let sandbox = Sandbox::empty();
    sandbox.useradm("init").stderr("[..]: [DIR]/users.db\n").check();
    sandbox.useradm("list --format json").stdout("[]\n").check();
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn answers_one_object_in_json() {
    let sandbox = Sandbox::empty();
    for (changed, line) in
        [("true", "init --format json"), ("false", "init --if-not-exists --format jsonl")]
    {
        let answer = format!(
            "{{\"message\":\"[..]\",\"changed\":{changed},\"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\"}}\n"
        );
        sandbox.useradm(line).stdout(answer).check();
    }
}

#[test]
fn makes_exactly_the_three_columns_of_the_application() {
    let sandbox = Sandbox::initialised();
    let columns = "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_xinfo('user')";
    assert_eq!(
        sandbox.rows(columns),
        [
            "id|INTEGER|1|NULL|1",
            "username|VARCHAR(80)|1|NULL|0",
            "password_hash|VARCHAR(120)|1|NULL|0"
        ]
    );
    let indexes = "SELECT l.\"unique\", l.origin, l.partial, c.name
                   FROM pragma_index_list('user') AS l, pragma_index_info(l.name) AS c";
    assert_eq!(sandbox.rows(indexes), ["1|u|0|username"]);
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    assert_eq!(sandbox.rows(tables), ["sqlite_sequence", "user"]);
    assert_eq!(sandbox.rows("PRAGMA journal_mode"), ["delete"]);
    assert_eq!(sandbox.rows("PRAGMA user_version"), ["0"]);
}

#[test]
fn never_gives_the_id_of_a_deleted_user_to_somebody_else() {
    let sandbox = Sandbox::initialised();
    for (line, id) in [("add alice", 1), ("add bob", 2), ("add carol", 3)] {
        let answer = format!("{{\"message\":\"[..]\",\"user\":{{\"id\":{id},[..]}},[..]}}\n");
        let run = sandbox.useradm(line).arg("--generate-password");
        run.env("USERADM_FORMAT", "json").stdout(answer).check();
        let deleted = format!("User deleted successfully[..](id {id})\n");
        sandbox.useradm("delete --yes").arg(&line[4..]).stderr(deleted).check();
    }
}

#[test]
fn makes_a_private_file_whatever_the_umask() {
    for umask in ["000", "022", "077", "277", "777"] {
        for line in ["init", "add bob --create --password-stdin"] {
            let sandbox = Sandbox::empty();
            let script = format!("umask {umask} && exec \"$0\" --quiet {line}");
            sandbox.shell(&script).stdin(PASSWORD).check();
            assert_eq!(sandbox.mode("users.db"), 0o600, "umask {umask}");
        }
    }
}

#[test]
fn refuses_a_database_that_is_there_already() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&["alice"])] {
        let before = sandbox.bytes();
        sandbox.useradm("init").status(4).stderr("error: [..][DIR]/users.db\nhint: [..]\n").check();
        sandbox.useradm("init").error(4, "already_initialised").check();
        sandbox.useradm("init --if-not-exists").stderr("[..]unchanged[..][DIR]/users.db\n").check();
        sandbox.useradm("init --if-not-exists --quiet").check();
        assert_eq!(sandbox.bytes(), before);
    }
}

#[test]
fn adds_the_table_to_a_file_that_holds_others() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE post (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO post VALUES (1, 'x');
         PRAGMA user_version = 9;",
    );
    sandbox.useradm("init").stderr("[..][DIR]/users.db\n").check();
    assert_eq!(sandbox.rows("SELECT * FROM post"), ["1|x"]);
    assert_eq!(sandbox.rows("PRAGMA user_version"), ["9"]);
    sandbox.useradm("list --format jsonl").check();
}

#[test]
fn makes_the_database_in_an_empty_file() {
    let sandbox = Sandbox::empty();
    sandbox.write("users.db", "");
    sandbox.useradm("init").stderr("[..][DIR]/users.db\n").check();
    sandbox.useradm("list --count").stdout("0\n").check();
}

#[test]
fn leaves_alone_what_it_cannot_use() {
    let view = format!("{APPLICATION_TABLE}; ALTER TABLE user RENAME TO people;")
        + "CREATE VIEW user AS SELECT * FROM people;";
    for schema in [
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT)",
        "CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT, password_hash TEXT)",
        "CREATE VIRTUAL TABLE user USING fts5 (id, username, password_hash)",
        &view,
    ] {
        let sandbox = Sandbox::with_schema(schema);
        let before = sandbox.bytes();
        sandbox.useradm("init").error(8, "wrong_schema").check();
        sandbox.useradm("init --if-not-exists").error(8, "wrong_schema").check();
        assert_eq!(sandbox.bytes(), before, "{schema}");
    }
    let sandbox = Sandbox::empty();
    let text = "alice:x:1000:1000::/home/alice:/bin/sh\n".repeat(100);
    sandbox.write("users.db", &text);
    sandbox.useradm("init").error(8, "not_a_database").check();
    sandbox.useradm("init --if-not-exists").error(8, "not_a_database").check();
    assert_eq!(sandbox.bytes(), text.as_bytes());
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn does_not_make_directories() {
    let sandbox = Sandbox::empty();
    let missing = "error: [..][DIR]/srv[..]\n";
    sandbox.useradm("init --db srv/users.db").status(8).stderr(missing).check();
    assert!(sandbox.files().is_empty());
}

#[test]
fn refuses_a_directory_as_a_database() {
    let sandbox = Sandbox::empty();
    std::fs::create_dir(sandbox.path("users.db")).unwrap();
    sandbox.useradm("init").status(8).stderr("error: [..][DIR]/users.db[..]\n").check();
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn takes_no_argument() {
    let sandbox = Sandbox::empty();
    sandbox.useradm("init users.db").status(2).stderr("error: [...]").check();
    assert!(sandbox.files().is_empty());
}
