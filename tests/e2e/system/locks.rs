//! Another process holds a lock: waiting for it, and giving up cleanly.

use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};

use super::harness::{Outcome, PASSWORD, Running, Sandbox, rows};

/// Every command that changes something; the password is for those that take one.
const CHANGES: [&[&str]; 4] = [
    &["add", "bob", "--password-stdin"],
    &["update", "alice", "--password-stdin"],
    &["update", "alice", "--username=alicia"],
    &["delete", "alice", "--yes"],
];

/// Every command that only reads.
const READS: [&[&str]; 4] =
    [&["list"], &["list", "--count"], &["show", "alice"], &["login", "alice", "--password-stdin"]];

/// Runs a command that waits for a lock at most this long, in seconds.
fn run_waiting(sandbox: &Sandbox, arguments: &[&str], timeout: &str) -> (Outcome, Duration) {
    let begin = Instant::now();
    let mut command = sandbox.useradm(arguments);
    command.args(["--format=json", "--timeout", timeout]);
    let outcome = Running::start_with(command, PASSWORD).finish();
    (outcome, begin.elapsed())
}

/// Fails unless the command gave up because of the lock, after about the timeout. Only one that
/// changes something and one that reads are made to wait, to save time.
#[track_caller]
fn assert_gives_up(sandbox: &Sandbox, arguments: &[&str]) {
    for (timeout, shortest) in [("0", 0.0), ("1", 0.9)] {
        if timeout == "1" && !["add", "list"].contains(&arguments[0]) {
            continue;
        }
        let (outcome, took) = run_waiting(sandbox, arguments, timeout);
        outcome.assert_error(7, "database_busy");
        assert!(outcome.stderr.to_lowercase().contains("lock"), "{outcome:#?}");
        assert!(outcome.stderr.contains("nothing was changed"), "{outcome:#?}");
        let took = took.as_secs_f64();
        assert!(took >= shortest, "{arguments:?} took {took} s");
    }
}

#[test]
fn a_locked_database_is_busy_after_the_timeout() {
    for (behavior, is_exclusive) in
        [(TransactionBehavior::Immediate, false), (TransactionBehavior::Exclusive, true)]
    {
        let sandbox = Sandbox::with_users(&["alice"]);
        let before = sandbox.rows();
        let mut connection = sandbox.connection();
        let lock = connection.transaction_with_behavior(behavior).unwrap();
        for arguments in CHANGES {
            assert_gives_up(&sandbox, arguments);
        }
        for arguments in READS {
            if is_exclusive {
                assert_gives_up(&sandbox, arguments);
            } else {
                run_waiting(&sandbox, arguments, "0").0.assert_code(0);
            }
        }
        lock.rollback().unwrap();
        assert_eq!(sandbox.rows(), before);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn a_locked_database_in_wal_mode_is_busy_for_writers_only() {
    let sandbox = Sandbox::in_wal_mode(&["alice"]);
    let mut connection = sandbox.connection();
    let before = rows(&connection);
    let lock = connection.transaction_with_behavior(TransactionBehavior::Exclusive).unwrap();
    for arguments in CHANGES {
        assert_gives_up(&sandbox, arguments);
    }
    for arguments in READS {
        run_waiting(&sandbox, arguments, "0").0.assert_code(0);
    }
    lock.rollback().unwrap();
    assert_eq!(rows(&connection), before);
}

#[test]
fn a_command_waits_and_succeeds_when_the_lock_is_released() {
    for wal in [false, true] {
        let sandbox =
            if wal { Sandbox::in_wal_mode(&["alice"]) } else { Sandbox::with_users(&["alice"]) };
        for (arguments, names) in [
            (&["add", "bob", "--password-stdin"][..], &["alice", "bob"][..]),
            (&["update", "alice", "--username=alicia"], &["alicia", "bob"]),
            (&["delete", "bob", "--yes"], &["alicia"]),
        ] {
            let mut connection = sandbox.connection();
            let lock =
                connection.transaction_with_behavior(TransactionBehavior::Exclusive).unwrap();
            let mut command = sandbox.useradm(arguments);
            command.arg("--timeout=50");
            let mut running = Running::start_with(command, PASSWORD);
            // Nothing tells that a process waits for a lock; this is long enough to give up.
            std::thread::sleep(Duration::from_millis(300));
            assert!(running.is_running(), "{arguments:?} does not wait");
            lock.rollback().unwrap();
            running.finish().assert_code(0);
            assert_eq!(sandbox.names(), names);
        }
    }
}

/// Begins to read, and goes on holding the read lock.
fn hold_read_lock(connection: &Connection) {
    connection.execute_batch("BEGIN; SELECT count(*) FROM user;").unwrap();
}

#[test]
fn a_held_read_lock_makes_a_change_busy_and_leaves_nothing_of_it() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let reader = sandbox.connection();
    let before = rows(&reader);
    for arguments in CHANGES {
        hold_read_lock(&reader);
        assert_gives_up(&sandbox, arguments);
        reader.execute_batch("COMMIT").unwrap();
        assert_eq!(rows(&reader), before, "{arguments:?}");
        assert_eq!(sandbox.files(), ["users.db"], "{arguments:?}");
    }
    sandbox.assert_sound();
}

#[test]
fn a_change_waits_for_a_held_read_lock() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let reader = sandbox.connection();
    hold_read_lock(&reader);
    let mut running = sandbox.start_with(&["add", "bob", "--timeout=50"], PASSWORD);
    std::thread::sleep(Duration::from_millis(300));
    assert!(running.is_running());
    reader.execute_batch("COMMIT").unwrap();
    running.finish().assert_code(0);
    assert_eq!(sandbox.names(), ["alice", "bob"]);
}

#[test]
fn the_application_goes_on_while_a_change_waits_for_a_reader() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let reader = sandbox.connection();
    hold_read_lock(&reader);
    let mut running = sandbox.start_with(&["add", "bob", "--timeout=8"], PASSWORD);
    // A COMMIT that waits for one reader keeps out all others. The application gives up after
    // 5 s, so no lock may be held for as long as that.
    let mut reads = 0;
    while running.is_running() {
        // It takes another process to see that, one that waits as long as the application.
        let request = sandbox.run(&["list", "--timeout=5"]);
        request.assert_code(0);
        reads += 1;
    }
    let outcome = running.finish();
    outcome.assert_code(7);
    assert!(reads > 3, "{reads} requests were answered");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(sandbox.names(), ["alice"]);
}

#[test]
fn no_lock_is_held_while_a_password_is_hashed() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for arguments in [&["add", "bob"][..], &["update", "alice"], &["login", "alice"]] {
        let mut command = sandbox.useradm(arguments);
        command.args(["--rounds=2000000", "--password-stdin"]);
        let mut running = Running::start_with(command, PASSWORD);
        let application = sandbox.connection();
        application.busy_timeout(Duration::ZERO).unwrap();
        let (mut tries, mut locked_out) = (0, 0);
        while running.is_running() {
            tries += 1;
            locked_out += u32::from(application.execute_batch("BEGIN EXCLUSIVE; COMMIT").is_err());
            std::thread::sleep(Duration::from_millis(5));
        }
        running.finish().assert_code(0);
        // It looks before and writes after; hashing is what takes long.
        assert!(locked_out * 4 < tries, "{locked_out} of {tries} beside {arguments:?}");
    }
}
