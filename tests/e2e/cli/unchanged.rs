//! What stays as it was in the application's database, whatever is done with its users.

use crate::support::{PASSWORD, Sandbox};

/// Everything of a database that no command may touch.
fn nature_of(sandbox: &Sandbox) -> Vec<Vec<String>> {
    [
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name",
        "PRAGMA user_version",
        "PRAGMA application_id",
        "PRAGMA journal_mode",
        "PRAGMA page_size",
        "PRAGMA encoding",
        "PRAGMA auto_vacuum",
        "PRAGMA schema_version",
        "PRAGMA max_page_count",
        "PRAGMA integrity_check",
        "SELECT * FROM post",
    ]
    .map(|sql| sandbox.rows(sql))
    .to_vec()
}

#[test]
fn no_command_changes_the_nature_of_the_database() {
    for (journal, page_size) in [("DELETE", 4096), ("WAL", 4096), ("DELETE", 1024)] {
        let sandbox = Sandbox::empty();
        sandbox.sql(&format!(
            "PRAGMA page_size = {page_size}; PRAGMA auto_vacuum = INCREMENTAL;
             PRAGMA journal_mode = {journal}; PRAGMA user_version = 42;
             PRAGMA application_id = 77; {};
             CREATE TABLE post (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO post VALUES (1, 'x');
             CREATE INDEX by_hash ON user (password_hash);
             CREATE VIEW names AS SELECT username FROM user;",
            crate::support::APPLICATION_TABLE
        ));
        let before = nature_of(&sandbox);
        for line in [
            "init --if-not-exists",
            "register alice --password-stdin",
            "add bob --password-stdin",
            "add carol --password-stdin --create",
            "login alice --password-stdin",
            "update bob --username robert",
            "update alice --password-stdin",
            "delete --yes carol",
        ] {
            sandbox.useradm(line).arg("-q").stdin(PASSWORD).check();
            assert_eq!(nature_of(&sandbox), before, "{line}");
        }
        sandbox.useradm("list --count").stdout("2\n").check();
        sandbox.useradm("show robert --format plain").stdout("[..]\n").check();
        assert_eq!(nature_of(&sandbox), before);
        let files = sandbox.files();
        assert!(files == ["users.db"], "{files:?}");
    }
}

#[test]
fn a_command_that_fails_leaves_the_file_to_the_byte() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let before = sandbox.bytes();
    for (line, status) in [
        ("init", 4),
        ("add alice --password-stdin", 4),
        ("add Bob --password-stdin", 4),
        ("add carol --password-stdin --rounds 1", 2),
        ("register carol", 2),
        ("login alice --password-env USERADM_TEST_UNSET", 6),
        ("show carol", 3),
        ("update alice --username bob", 4),
        ("update carol --username dave", 3),
        ("delete alice", 9),
        ("delete --yes alice carol", 3),
        ("list --fields hash", 2),
    ] {
        let run = sandbox.useradm(line).stdin(PASSWORD).status(status);
        run.stderr("error: [...]").check();
        assert_eq!(sandbox.bytes(), before, "{line}");
    }
    assert_eq!(sandbox.files(), ["users.db"]);
}
