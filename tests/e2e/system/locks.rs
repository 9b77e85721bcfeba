//! Another process holds a lock: waiting for it, and giving up cleanly.

use std::time::{Duration, Instant};

use crate::support::{PASSWORD, Run, Sandbox, hold_read_lock, users};

/// Every command that changes something; the password is for those that take one.
const CHANGES: [&str; 4] = [
    "add bob --password-stdin",
    "update alice --password-stdin",
    "update alice --username alicia",
    "delete alice --yes",
];

/// Every command that only reads.
const READS: [&str; 4] = ["list", "list --count", "show alice", "login alice --password-stdin"];

/// A run that waits for a lock at most this long, in seconds.
fn waiting(sandbox: &Sandbox, line: &str, timeout: u64) -> Run {
    sandbox.useradm(line).args(["--timeout", &timeout.to_string()]).stdin(PASSWORD)
}

/// Runs what only reads, which nothing hinders.
#[track_caller]
fn assert_reads(sandbox: &Sandbox) {
    for line in READS {
        waiting(sandbox, line, 0).arg("--format=json").stdout("[..]\n").check();
    }
}

/// Fails unless the command gave up because of the lock, after about the timeout. Only one that
/// changes something and one that reads are made to wait, to save time.
#[track_caller]
fn assert_gives_up(sandbox: &Sandbox, line: &str) {
    waiting(sandbox, line, 0).error(7, "database_busy").check();
    let timeout = u64::from(["add bob --password-stdin", "list"].contains(&line));
    let begin = Instant::now();
    let busy = "error: Database is busy: [..]lock[..]nothing was changed[...]";
    waiting(sandbox, line, timeout).status(7).stderr(busy).check();
    assert!(begin.elapsed() >= Duration::from_millis(900 * timeout), "{line}");
}

#[test]
fn a_locked_database_is_busy_after_the_timeout() {
    for kind in ["IMMEDIATE", "EXCLUSIVE"] {
        let sandbox = Sandbox::application(&["alice"]);
        let before = sandbox.users();
        let lock = sandbox.locked(kind);
        for line in CHANGES {
            assert_gives_up(&sandbox, line);
        }
        if kind == "IMMEDIATE" {
            assert_reads(&sandbox);
        } else {
            for line in READS {
                assert_gives_up(&sandbox, line);
            }
        }
        lock.execute_batch("ROLLBACK").unwrap();
        assert_eq!(sandbox.users(), before);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn a_locked_database_in_wal_mode_is_busy_for_writers_only() {
    let sandbox = Sandbox::journaled("wal", &["alice"]);
    let lock = sandbox.connection();
    let before = users(&lock);
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();
    for line in CHANGES {
        assert_gives_up(&sandbox, line);
    }
    assert_reads(&sandbox);
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!(users(&lock), before);
}

#[test]
fn a_command_waits_and_succeeds_when_the_lock_is_released() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["alice"]);
        for (line, names) in [
            ("add -q bob --password-stdin", &["alice", "bob"][..]),
            ("update -q alice --username alicia", &["alicia", "bob"]),
            ("delete -q bob --yes", &["alicia"]),
        ] {
            let lock = sandbox.locked("EXCLUSIVE");
            let mut running = waiting(&sandbox, line, 50).start();
            // Nothing tells that a process waits for a lock; this is long enough to give up.
            std::thread::sleep(Duration::from_millis(300));
            assert!(running.is_running(), "{line} does not wait");
            lock.execute_batch("ROLLBACK").unwrap();
            running.finish();
            assert_eq!(sandbox.usernames(), names);
        }
    }
}

#[test]
fn a_held_read_lock_makes_a_change_busy_and_leaves_nothing_of_it() {
    let sandbox = Sandbox::application(&["alice"]);
    let reader = sandbox.connection();
    let before = users(&reader);
    for line in CHANGES {
        hold_read_lock(&reader);
        assert_gives_up(&sandbox, line);
        reader.execute_batch("COMMIT").unwrap();
        assert_eq!(users(&reader), before, "{line}");
        assert_eq!(sandbox.files(), ["users.db"], "{line}");
    }
    sandbox.assert_sound();
}

#[test]
fn a_change_waits_for_a_held_read_lock() {
    let sandbox = Sandbox::application(&["alice"]);
    let reader = sandbox.connection();
    hold_read_lock(&reader);
    let mut running = waiting(&sandbox, "add -q bob --password-stdin", 50).start();
    std::thread::sleep(Duration::from_millis(300));
    assert!(running.is_running());
    reader.execute_batch("COMMIT").unwrap();
    running.finish();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}

#[test]
fn the_application_goes_on_while_a_change_waits_for_a_reader() {
    let sandbox = Sandbox::application(&["alice"]);
    let reader = sandbox.connection();
    hold_read_lock(&reader);
    let run = waiting(&sandbox, "add bob --password-stdin", 8).error(7, "database_busy");
    let mut running = run.start();
    // A COMMIT that waits for one reader keeps out all others. The application gives up after
    // 5 s, so no lock may be held for as long as that.
    let mut reads = 0;
    while running.is_running() {
        // It takes another process to see that, one that waits as long as the application.
        waiting(&sandbox, "list --count", 5).stdout("1\n").check();
        reads += 1;
    }
    running.finish();
    assert!(reads > 3, "{reads} requests were answered");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn no_lock_is_held_while_a_password_is_hashed() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in ["add -q bob", "update -q alice", "login -q alice"] {
        let line = format!("{line} --rounds 2000000 --password-stdin");
        let mut running = sandbox.useradm(&line).stdin(PASSWORD).start();
        let application = sandbox.connection();
        application.busy_timeout(Duration::ZERO).unwrap();
        let (mut tries, mut locked_out) = (0, 0);
        while running.is_running() {
            tries += 1;
            locked_out += u32::from(application.execute_batch("BEGIN EXCLUSIVE; COMMIT").is_err());
            std::thread::sleep(Duration::from_millis(5));
        }
        running.finish();
        // It looks before and writes after; hashing is what takes long.
        assert!(locked_out * 4 < tries, "{locked_out} of {tries} beside {line}");
    }
}
