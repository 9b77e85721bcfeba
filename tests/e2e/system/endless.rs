//! A database that itself keeps the program busy, with a trigger that never ends, or a column that
//! computes for ever: a signal ends that, and a change gives up.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::{PASSWORD, Sandbox, is_locked, ready_rows, wait_for_lock};

/// A table whose triggers never end.
fn endless() -> Sandbox {
    let sandbox = Sandbox::application(&["alice"]);
    for event in ["INSERT", "UPDATE", "DELETE"] {
        sandbox.sql(&format!(
            "CREATE TRIGGER endless_{event} AFTER {event} ON user BEGIN
                 SELECT count(*) FROM (WITH RECURSIVE n (i) AS
                     (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT hex(zeroblob(1000)) FROM n);
             END"
        ));
    }
    sandbox
}

#[test]
fn a_signal_ends_a_change_that_an_endless_trigger_keeps_going() {
    let rows = ready_rows(1);
    for (line, input) in [
        ("add bob --password-stdin", PASSWORD),
        ("update alice --password-stdin", "another secret"),
        ("delete alice --yes", ""),
        ("import --from csv -", &rows),
    ] {
        for (signal, status) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
            let sandbox = endless();
            let before = sandbox.users();
            // Nothing but the signal may end it within the time that the test waits.
            let run = sandbox.useradm(line).arg("--timeout=3600").stdin(input).status(status);
            let mut running = run.stderr("error: Interrupted; nothing was changed\n").start();
            wait_for_lock(&sandbox);
            assert!(running.is_running());
            running.signal(signal);
            running.finish();
            assert_eq!(sandbox.users(), before);
            assert!(!is_locked(&sandbox));
            sandbox.assert_sound();
        }
    }
}

#[test]
fn a_signal_ends_an_export_that_a_column_keeps_going() {
    // Some milliseconds a row, and rows for an hour.
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT AS
             (substr(hex(hex(hex(zeroblob(100000)))), 1, 9)) VIRTUAL);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
         INSERT INTO user (id, username) SELECT i, 'user' || i FROM n",
    );
    let run = sandbox.useradm("export users.csv").status(130).stderr("error: Interrupted[..]\n");
    let mut running = run.start();
    std::thread::sleep(Duration::from_millis(500));
    assert!(running.is_running());
    running.signal(Signal::SIGINT);
    running.finish();
    assert_eq!(sandbox.files(), ["users.db"]);
}

/// Expects that the command gives up, and changes nothing.
#[track_caller]
fn gives_up(line: &str) {
    let sandbox = endless();
    let before = sandbox.bytes();
    let run = sandbox.useradm(line).arg("--timeout=0").stdin("another secret").status(8);
    run.stderr("error: [..] more than 5 s [..] nothing was changed\n").check();
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.files(), ["users.db"]);
    assert!(!is_locked(&sandbox));
}

#[test]
fn an_endless_trigger_does_not_keep_an_addition_from_ending() {
    gives_up("add carol --password-stdin");
}

#[test]
fn an_endless_trigger_does_not_keep_an_update_from_ending() {
    gives_up("update alice --password-stdin");
}

#[test]
fn an_endless_trigger_does_not_keep_a_deletion_from_ending() {
    gives_up("delete --yes alice");
}

#[test]
fn a_query_for_the_pepper_that_never_ends_is_given_up() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT, pw TEXT);
         INSERT INTO members VALUES (1, 'alice',
             '$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW')",
    );
    let query =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let settings =
        format!("[layout]\ntable = 'members'\nscheme = 'bcrypt'\npepper_query = '{query}'\n");
    sandbox.write("useradm.toml", settings);
    let run = sandbox.useradm("login alice --password-stdin --timeout 0").stdin(PASSWORD);
    let (_, stderr) = run.error(8, "wrong_schema").check();
    assert!(stderr.contains("does not end"), "{stderr}");
}
