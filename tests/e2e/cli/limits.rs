//! Triggers that never end.

use crate::support::{PASSWORD, Sandbox};

/// Makes a trigger that never ends and expects that the command gives up, and changes nothing.
#[track_caller]
fn gives_up(event: &str, line: &str) {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql(&format!(
        "CREATE TRIGGER endless AFTER {event} ON user BEGIN
             SELECT count(*) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                 SELECT i FROM n); END"
    ));
    let before = sandbox.bytes();
    let run = sandbox.useradm(line).arg("--timeout=0").stdin("another secret").status(8);
    run.stderr("error: [..] more than 5 s [..] nothing was changed\n").check();
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.files(), ["users.db"]);
    sandbox.sql("DROP TRIGGER endless");
    sandbox.useradm("add -q bob --password-stdin").stdin(PASSWORD).check();
}

#[test]
fn an_endless_trigger_does_not_keep_an_addition_from_ending() {
    gives_up("INSERT", "add carol --password-stdin");
}

#[test]
fn an_endless_trigger_does_not_keep_an_update_from_ending() {
    gives_up("UPDATE", "update alice --password-stdin");
}

#[test]
fn an_endless_trigger_does_not_keep_a_deletion_from_ending() {
    gives_up("DELETE", "delete --yes alice");
}
