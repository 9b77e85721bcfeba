//! Rows of other tables that reference users.

use crate::support::{APPLICATION_TABLE, Sandbox};

fn with_posts(action: &str) -> Sandbox {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    sandbox.sql(&format!(
        "CREATE TABLE post (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES user (id) {action});
         INSERT INTO post VALUES (1, 1), (2, 1), (3, 2);"
    ));
    sandbox
}

#[test]
fn rows_that_cascade_go_with_their_user() {
    let sandbox = with_posts("ON DELETE CASCADE");
    sandbox.useradm("delete -q --yes alice").check();
    assert_eq!(sandbox.rows("SELECT * FROM post"), ["3|2"]);
    assert_eq!(sandbox.usernames(), ["bob"]);
}

#[test]
fn rows_that_are_set_to_null_stay_without_their_user() {
    let sandbox = with_posts("ON DELETE SET NULL");
    sandbox.useradm("delete -q --yes alice").check();
    assert_eq!(sandbox.rows("SELECT * FROM post"), ["1|NULL", "2|NULL", "3|2"]);
}

#[test]
fn rows_without_an_action_keep_their_user_and_all_who_are_named_beside() {
    for action in ["", "ON DELETE NO ACTION", "ON DELETE RESTRICT", "DEFERRABLE INITIALLY DEFERRED"]
    {
        let sandbox = with_posts(action);
        sandbox.sql("DELETE FROM post WHERE user_id = 2");
        let before = sandbox.bytes();
        let (_, stderr) =
            sandbox.useradm("delete --yes bob alice").status(8).stderr("error: [...]").check();
        assert!(stderr.contains("post"), "{stderr}");
        sandbox.useradm("delete --yes alice").error(8, "constraint_failed").check();
        assert_eq!(sandbox.bytes(), before, "{action}");
        sandbox.useradm("delete -q --yes bob").check();
    }
}

#[test]
fn users_who_reference_each_other_can_be_deleted_together() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE NOT NULL,
         password_hash TEXT NOT NULL, invited_by INTEGER REFERENCES user (id))",
    );
    sandbox.sql("INSERT INTO user VALUES (1, 'alice', 'x', NULL), (2, 'bob', 'x', 1)");
    sandbox.useradm("delete --yes alice").error(8, "constraint_failed").check();
    sandbox.useradm("delete -q --yes alice bob").check();
    assert!(sandbox.usernames().is_empty());
}

#[test]
fn a_name_that_is_referenced_follows_the_rule_of_the_key() {
    for (action, status) in [("ON UPDATE CASCADE", 0), ("", 8)] {
        let sandbox = Sandbox::application(&["alice"]);
        sandbox.sql(&format!(
            "CREATE TABLE post (id INTEGER PRIMARY KEY,
             author TEXT REFERENCES user (username) {action});
             INSERT INTO post VALUES (1, 'alice');"
        ));
        let run = sandbox.useradm("update -q alice --username bob");
        if status == 0 {
            run.check()
        } else {
            run.error(8, "constraint_failed").check()
        };
        let author = if status == 0 { "1|bob" } else { "1|alice" };
        assert_eq!(sandbox.rows("SELECT * FROM post"), [author]);
        assert_eq!(sandbox.usernames(), [&author[2..]]);
    }
}

#[test]
fn rows_that_were_broken_before_do_not_stand_in_the_way() {
    let sandbox = with_posts("ON DELETE CASCADE");
    sandbox.sql("PRAGMA foreign_keys = OFF; INSERT INTO post VALUES (9, 99)");
    sandbox.useradm("delete -q --yes alice").check();
    assert_eq!(sandbox.rows("SELECT * FROM post"), ["3|2", "9|99"]);
}

#[test]
fn a_key_to_a_missing_column_is_an_error_that_changes_nothing() {
    let sandbox = Sandbox::with_schema(&format!(
        "{APPLICATION_TABLE}; CREATE TABLE post (id INTEGER PRIMARY KEY,
         user_id INTEGER REFERENCES user (nickname));"
    ));
    sandbox.insert("alice");
    let before = sandbox.bytes();
    let run = sandbox.useradm("delete --yes alice").status(8);
    run.stderr("error: [...]").check();
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn nobody_who_was_not_named_is_deleted_with_somebody() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE NOT NULL,
         password_hash TEXT NOT NULL, team INTEGER REFERENCES team (id) ON DELETE CASCADE);
         CREATE TABLE team (id INTEGER PRIMARY KEY,
         owner INTEGER REFERENCES user (id) ON DELETE CASCADE);
         INSERT INTO user VALUES (1, 'alice', 'x', NULL);
         INSERT INTO team VALUES (9, 1);
         INSERT INTO user VALUES (2, 'bob', 'x', 9), (3, 'carol', 'x', 9), (4, 'dora', 'x', NULL)",
    );
    let says = "error: [..]the ids 2, 3 would be deleted too[..]\n";
    sandbox.useradm("delete --yes alice").status(8).stderr(says).check();
    let says = "error: [..]the id 3 would be deleted too[..]\n";
    sandbox.useradm("delete --yes bob alice").status(8).stderr(says).check();
    assert_eq!(sandbox.usernames().len(), 4);
    sandbox.useradm("delete -q --yes alice bob carol").check();
    assert_eq!(sandbox.usernames(), ["dora"]);
}

#[test]
fn a_trigger_deletes_no_other_user_either() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    sandbox
        .sql("CREATE TRIGGER drags AFTER DELETE ON user BEGIN DELETE FROM user WHERE id = 2; END");
    sandbox.useradm("delete --yes alice").error(8, "constraint_failed").check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
    sandbox.useradm("delete -q --yes alice bob").check();
    assert!(sandbox.usernames().is_empty());
}
