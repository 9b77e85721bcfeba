//! Signals while the database itself keeps the program busy: with a trigger that never ends, or a
//! column that computes for ever.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use nix::sys::signal::Signal;
use rusqlite::Connection;

use super::harness::{HASH, PASSWORD, Running, Sandbox, until};

/// A table whose triggers never end.
fn endless() -> Sandbox {
    let sandbox = Sandbox::with_users(&["alice"]);
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

/// Whether somebody has the lock for writing.
fn is_locked(sandbox: &Sandbox) -> bool {
    let connection = Connection::open(sandbox.database()).unwrap();
    connection.busy_timeout(Duration::ZERO).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err()
}

#[test]
fn a_signal_ends_a_change_that_an_endless_trigger_keeps_going() {
    let rows = format!("username,password_hash\nbob,{HASH}\n");
    for (arguments, input) in [
        (&["add", "bob", "--password-stdin"][..], PASSWORD),
        (&["update", "alice", "--password-stdin"], "another secret"),
        (&["delete", "alice", "--yes"], ""),
        (&["import", "--from", "csv", "-"], &rows),
    ] {
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            let sandbox = endless();
            let before = sandbox.rows();
            // Nothing but the signal may end it within the time that the test waits.
            let mut command = sandbox.useradm(arguments);
            command.arg("--timeout=3600");
            let mut running = Running::start_with(command, input);
            until("the trigger runs", || is_locked(&sandbox));
            assert!(running.is_running());
            running.signal(signal);
            let outcome = running.finish();
            let died_of = outcome.status.signal().or(outcome.status.code().map(|code| code - 128));
            assert_eq!(died_of, Some(signal as i32), "{outcome:#?}");
            assert_eq!(sandbox.rows(), before);
            assert!(!is_locked(&sandbox));
            sandbox.assert_sound();
        }
    }
}

#[test]
fn a_signal_ends_an_export_that_a_column_keeps_going() {
    let sandbox = Sandbox::empty();
    // Some milliseconds a row, and rows for an hour.
    sandbox.sql(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT AS
             (substr(hex(hex(hex(zeroblob(100000)))), 1, 9)) VIRTUAL);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
         INSERT INTO user (id, username) SELECT i, 'user' || i FROM n",
    );
    let mut running = Running::start(sandbox.useradm(&["export", "users.csv"]));
    std::thread::sleep(Duration::from_millis(500));
    assert!(running.is_running());
    running.signal(Signal::SIGINT);
    running.finish().assert_code(130);
    assert_eq!(sandbox.files(), ["users.db"]);
}
