//! Tables whose own rules say that a conflict deletes the other row, or leaves the change out.

use crate::support::{PASSWORD, Sandbox};

const CLAUSES: [&str; 4] = ["REPLACE", "IGNORE", "FAIL", "ROLLBACK"];

/// Runs a command that conflicts with another user, and expects that nobody is changed.
#[track_caller]
fn refuses(sandbox: &Sandbox, line: &str, input: &str, status: i32, code: &str) -> String {
    let all = "SELECT * FROM user ORDER BY id";
    let before = sandbox.rows(all);
    let run = sandbox.useradm(line).stdin(input).stdout("[...]");
    let (_, stderr) = run.error(status, code).check();
    assert_eq!(sandbox.rows(all), before, "{line}");
    stderr
}

#[test]
fn a_rule_on_names_deletes_nobody() {
    for clause in CLAUSES {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, password_hash TEXT NOT NULL,
                 username TEXT NOT NULL COLLATE NOCASE UNIQUE /* on */ ON -- any
                 CONFLICT {clause})"
        ));
        sandbox.insert("alice");
        sandbox.insert("bob");
        let add = "add ALICE --allow-lookalike --password-stdin";
        refuses(&sandbox, add, PASSWORD, 4, "user_exists");
        let update = "update bob --username ALICE --allow-lookalike";
        refuses(&sandbox, update, "", 4, "user_exists");
        let row = format!("username,password_hash\nALICE,{}\n", sandbox.hash_of("bob"));
        let import = "import --allow-lookalike --from csv -";
        refuses(&sandbox, import, &row, 4, "user_exists");
        sandbox.useradm("add -q carol --password-stdin").stdin(PASSWORD).check();
        sandbox.useradm("update -q carol --username Carol").check();
        assert_eq!(sandbox.usernames(), ["alice", "bob", "Carol"]);
    }
}

#[test]
fn a_rule_on_another_column_deletes_nobody() {
    for clause in CLAUSES {
        for rule in [
            format!("mail TEXT DEFAULT 'none' UNIQUE ON CONFLICT {clause}"),
            format!("mail TEXT DEFAULT 'none', UNIQUE (mail) ON CONFLICT {clause}"),
        ] {
            let sandbox = Sandbox::with_schema(&format!(
                "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE,
                     password_hash TEXT, {rule})"
            ));
            sandbox.insert("alice");
            let add = "add bob --password-stdin";
            let stderr = refuses(&sandbox, add, PASSWORD, 8, "constraint_failed");
            assert!(stderr.contains("user.mail"), "{stderr}");
            let row = format!("username,password_hash\nbob,{}\n", sandbox.hash_of("alice"));
            let stderr = refuses(&sandbox, "import --from csv -", &row, 8, "constraint_failed");
            assert!(stderr.contains("user.mail"), "{stderr}");
        }
    }
}

#[test]
fn a_rule_on_hashes_deletes_nobody_when_one_is_changed() {
    for clause in CLAUSES {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE,
                 password_hash TEXT UNIQUE ON CONFLICT {clause})"
        ));
        sandbox.insert("alice");
        let hash = sandbox.hash_of("alice");
        sandbox.sql("INSERT INTO user VALUES (2, 'bob', 'x')");
        let update = "update bob --hashed --password-stdin";
        refuses(&sandbox, update, &hash, 8, "constraint_failed");
        let row = format!("username,password_hash\nbob,{hash}\n");
        let import = "import --on-conflict update --from csv -";
        refuses(&sandbox, import, &row, 8, "constraint_failed");
    }
}

#[test]
fn a_rule_on_ids_deletes_nobody() {
    for clause in CLAUSES {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE user (id INTEGER PRIMARY KEY ON CONFLICT {clause}, username TEXT UNIQUE,
                 password_hash TEXT);
             CREATE TRIGGER taken BEFORE INSERT ON user WHEN NEW.username = 'bob' BEGIN
                 INSERT INTO user VALUES (7, 'robot', 'x'); END"
        ));
        sandbox.insert("alice");
        let row = format!("id,username,password_hash\n7,bob,{}\n", sandbox.hash_of("alice"));
        refuses(&sandbox, "import --keep-ids --from csv -", &row, 8, "constraint_failed");
    }
}

#[test]
fn a_rule_that_fills_in_what_is_missing_refuses_it() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT,
             mail TEXT NOT NULL ON CONFLICT IGNORE)",
    );
    let add = "add bob --password-stdin";
    let stderr = refuses(&sandbox, add, PASSWORD, 8, "constraint_failed");
    assert!(stderr.contains("user.mail"), "{stderr}");
}

#[test]
fn clauses_inside_the_triggers_of_the_application_keep_their_meaning() {
    for index in ["", "CREATE UNIQUE INDEX names ON user (username);"] {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT /* ON CONFLICT REPLACE */,
                 password_hash TEXT DEFAULT 'ON CONFLICT REPLACE');
             {index}
             CREATE TABLE latest (one INTEGER PRIMARY KEY, name TEXT);
             CREATE TRIGGER i AFTER INSERT ON user BEGIN
                 INSERT OR REPLACE INTO latest VALUES (1, NEW.username); END;
             CREATE TRIGGER u AFTER UPDATE ON user BEGIN
                 INSERT OR IGNORE INTO latest VALUES (1, 'ignored'); END;"
        ));
        for name in ["alice", "bob"] {
            sandbox.useradm("add -q --password-stdin").arg(name).stdin(PASSWORD).check();
        }
        sandbox.useradm("update -q bob --username robert").check();
        let row = format!("username,password_hash\ncarol,{}\n", sandbox.hash_of("alice"));
        sandbox.useradm("import -q --from csv -").stdin(row).check();
        assert_eq!(sandbox.rows("SELECT * FROM latest"), ["1|carol"]);
        assert_eq!(sandbox.usernames(), ["alice", "robert", "carol"]);
    }
}

#[test]
fn the_rules_of_other_tables_are_not_taken_for_ours() {
    let hash = crate::support::hash(PASSWORD);
    for (table, rule) in [
        ("app_user", "username TEXT UNIQUE"),
        ("\"x.user\"", "username TEXT UNIQUE"),
        ("\"my user\"", "username TEXT PRIMARY KEY"),
        ("log", "id INTEGER PRIMARY KEY DEFAULT 5, username TEXT"),
        ("keys", "id TEXT PRIMARY KEY DEFAULT 'x', username TEXT"),
    ] {
        let sandbox = Sandbox::application(&["zoe"]);
        sandbox.sql(&format!(
            "CREATE TABLE {table} ({rule});
             INSERT INTO {table} (username) VALUES ('alice');
             CREATE TRIGGER i AFTER INSERT ON user BEGIN
                 INSERT INTO {table} (rowid, username) SELECT max(rowid), NEW.username
                 FROM {table}; END;
             CREATE TRIGGER u AFTER UPDATE OF username ON user BEGIN
                 INSERT INTO {table} (rowid, username) SELECT max(rowid), NEW.username
                 FROM {table}; END;"
        ));
        let add = "add alice --password-stdin";
        refuses(&sandbox, add, PASSWORD, 8, "constraint_failed");
        refuses(&sandbox, "update zoe --username alice", "", 8, "constraint_failed");
        let rows = format!("id,username,password_hash\n3,alice,{hash}\n");
        refuses(&sandbox, "import --keep-ids --from csv -", &rows, 8, "constraint_failed");
    }
}

#[test]
fn a_user_whom_a_trigger_adds_twice_is_not_the_one_that_was_asked_for() {
    let sandbox = Sandbox::application(&["robot"]);
    sandbox.sql(
        "CREATE TRIGGER i AFTER INSERT ON user WHEN NEW.username <> 'robot' BEGIN
             INSERT INTO user (username, password_hash) VALUES ('robot', 'x'); END;",
    );
    let add = "add alice --password-stdin";
    let stderr = refuses(&sandbox, add, PASSWORD, 8, "constraint_failed");
    assert!(stderr.contains("user.username"), "{stderr}");
}
