//! Tables that somebody else made: without rules, with triggers, with odd types.

use crate::support::{PASSWORD, Sandbox, hash, ready_rows};

const HOSTILE: [&str; 3] = [
    "CREATE TABLE user (id INTEGER PRIMARY KEY, username STRING, password_hash VARCHAR(120))",
    "CREATE TABLE user (id INTEGER PRIMARY KEY, username INTEGER, password_hash VARCHAR(120))",
    "CREATE TABLE user (id INTEGER PRIMARY KEY, username NUMERIC, password_hash TEXT)",
];

#[test]
fn a_table_without_a_rule_gets_no_second_user_of_a_name() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT)",
    );
    sandbox.insert("alice");
    let input = "username,password\nbob,correct horse\nalice,correct horse\n";
    let run = sandbox.useradm("import --from csv -").stdin(input);
    run.error(4, "user_exists").check_unchanged();
    let run = sandbox.useradm("import --on-conflict skip --from csv -").stdin(input);
    run.counts(1, 1, 0).check();
    let input = "username,password\ncarol,correct horse\ncarol,correct horse\n";
    let run = sandbox.useradm("import --on-conflict skip --from csv -").stdin(input);
    run.error(6, "invalid_input").check_unchanged();
    let run = sandbox.useradm("import --from csv -").stdin(ready_rows(300));
    run.counts(300, 0, 0).check();
    let run = sandbox.useradm("import --from csv -").stdin(ready_rows(300));
    run.error(4, "user_exists").check_unchanged();
    assert_eq!(sandbox.count(), 302);
}

#[test]
fn a_type_that_changes_names_is_noticed() {
    for schema in HOSTILE {
        let sandbox = Sandbox::with_schema(schema);
        for name in ["007", "1e3", "12345678901234567890", " 5"] {
            let run = sandbox.useradm("import --keep-ids --from csv -");
            let input =
                format!("id,username,password_hash\n1,ok,{0}\n2,{name},{0}\n", hash(PASSWORD));
            run.stdin(input).error(8, "constraint_failed").check_unchanged();
        }
        let run = sandbox.useradm("import --from csv -");
        run.stdin("username,password\nalice,correct horse\n").counts(1, 0, 0).check();
        let run = sandbox.useradm("import --from csv -");
        let run = run.stdin("username,password\nbob,correct horse\n42,correct horse\n");
        // A number has no bytes, so the row would be that of another name.
        run.error(8, "constraint_failed").check_unchanged();
    }
}

#[test]
fn triggers_fire_and_what_they_change_is_noticed() {
    let log = "CREATE TABLE log (name); CREATE TRIGGER log AFTER INSERT ON user
               BEGIN INSERT INTO log VALUES (new.username); END";
    let sandbox = Sandbox::application(&[]);
    sandbox.sql(log);
    let run = sandbox.useradm("import --from csv -").stdin(ready_rows(50));
    run.counts(50, 0, 0).check();
    assert_eq!(sandbox.rows("SELECT count(DISTINCT name) FROM log"), ["50"]);

    for trigger in [
        "AFTER INSERT ON user BEGIN
         UPDATE user SET username = lower(username) WHERE id = new.id; END",
        "AFTER INSERT ON user BEGIN UPDATE user SET password_hash = '' WHERE id = new.id; END",
        "AFTER INSERT ON user BEGIN DELETE FROM user WHERE id = new.id; END",
        "BEFORE INSERT ON user WHEN new.username = 'Bob' BEGIN SELECT RAISE(IGNORE); END",
        "BEFORE INSERT ON user WHEN new.username = 'Bob' BEGIN SELECT RAISE(ABORT, 'no'); END",
        "BEFORE INSERT ON user WHEN new.username = 'Bob' BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
        "BEFORE INSERT ON user WHEN new.username = 'Bob' BEGIN SELECT RAISE(FAIL, 'no'); END",
    ] {
        let sandbox = Sandbox::application(&["zoe"]);
        sandbox.sql(&format!("CREATE TRIGGER t {trigger}"));
        let input = "username,password\nAnn,correct horse\nBob,correct horse\nCarl,correct horse\n";
        let run = sandbox.useradm("import --from csv -").stdin(input);
        run.error(8, "constraint_failed").check();
        assert_eq!(sandbox.usernames(), ["zoe"], "{trigger}");
    }
}

#[test]
fn a_trigger_that_undoes_an_update_is_noticed() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    sandbox.sql(
        "CREATE TRIGGER t AFTER UPDATE ON user WHEN new.username = 'bob'
         BEGIN UPDATE user SET password_hash = old.password_hash WHERE id = old.id; END",
    );
    let ready = hash("battery staple");
    let run = sandbox.useradm("import --on-conflict update --from csv -");
    let run = run.stdin(format!("username,password_hash\nalice,{ready}\nbob,{ready}\n"));
    run.error(8, "constraint_failed").check();
    assert_eq!(sandbox.hash_of("alice"), hash(PASSWORD));
}

#[test]
fn rules_of_the_table_hold_for_every_row() {
    for (column, code) in [
        ("email TEXT NOT NULL", "constraint_failed"),
        ("x TEXT CHECK (username <> 'user0007')", "constraint_failed"),
        ("team INTEGER NOT NULL DEFAULT 7 REFERENCES team (id)", "constraint_failed"),
    ] {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE team (id INTEGER PRIMARY KEY);
             CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(80) UNIQUE NOT NULL,
             password_hash VARCHAR(120) NOT NULL, {column})"
        ));
        let run = sandbox.useradm("import --from csv -").stdin(ready_rows(20));
        run.error(8, code).check();
        assert_eq!(sandbox.count(), 0);
    }
}

#[test]
fn changes_nothing_of_the_database_but_the_rows() {
    let sandbox = Sandbox::application(&["zoe"]);
    sandbox.sql("CREATE INDEX mine ON user (password_hash); PRAGMA user_version = 7");
    let state = |sandbox: &Sandbox| {
        ["SELECT sql FROM sqlite_schema", "PRAGMA user_version", "PRAGMA journal_mode"]
            .map(|sql| sandbox.rows(sql))
    };
    let before = state(&sandbox);
    let run = sandbox.useradm("import --from csv -").stdin(ready_rows(500));
    run.counts(500, 0, 0).check();
    assert_eq!(state(&sandbox), before);
    sandbox.assert_sound();
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn leaves_no_trace_of_a_replaced_hash() {
    let sandbox = Sandbox::application(&["alice"]);
    let old = sandbox.hash_of("alice");
    let run = sandbox.useradm("import --on-conflict update --from csv -");
    run.stdin("username,password\nalice,battery staple\n").counts(0, 0, 1).check();
    let bytes = std::fs::read(sandbox.path("users.db")).unwrap();
    assert!(!bytes.windows(old.len()).any(|window| window == old.as_bytes()));
}
