//! Signals while nobody is being asked.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::support::{PASSWORD, Run, Sandbox, hold_read_lock, until, users};

/// How the program says that it was interrupted.
const INTERRUPTED: &str = "error: Interrupted; nothing was changed\n";

/// A run that changes something, and waits for ten times as long as this test.
fn adding(sandbox: &Sandbox) -> Run {
    sandbox.useradm("add bob --password-stdin --timeout 300").stdin(PASSWORD)
}

/// Runs a command while somebody holds a lock, and sends the signal.
#[track_caller]
fn stop_while_waiting(run: Run, signal: Signal) {
    let mut running = run.start();
    running.wait_until_it_catches(signal);
    // Nothing tells that a process waits for a lock; by now it does, or will.
    std::thread::sleep(Duration::from_millis(400));
    assert!(running.is_running());
    running.signal(signal);
    running.finish();
}

#[test]
fn signals_end_the_wait_for_a_write_lock_at_once() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["alice"]);
        let lock = sandbox.locked("IMMEDIATE");
        let run = || adding(&sandbox);
        stop_while_waiting(run().status(130).stderr(INTERRUPTED), Signal::SIGINT);
        stop_while_waiting(run().error(130, "interrupted"), Signal::SIGINT);
        stop_while_waiting(run().status(143).stderr(INTERRUPTED), Signal::SIGTERM);
        stop_while_waiting(run().status(129).stderr(INTERRUPTED), Signal::SIGHUP);
        lock.execute_batch("ROLLBACK").unwrap();
        drop(lock);
        assert_eq!(sandbox.usernames(), ["alice"]);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn ctrl_c_ends_the_wait_of_a_reader_at_once() {
    let sandbox = Sandbox::application(&["alice"]);
    let _lock = sandbox.locked("EXCLUSIVE");
    let login = sandbox.useradm("login alice --password-stdin --timeout 300").stdin(PASSWORD);
    stop_while_waiting(login.error(130, "interrupted"), Signal::SIGINT);
}

#[test]
fn ctrl_c_ends_a_change_that_waits_for_readers_to_commit() {
    let sandbox = Sandbox::application(&["alice"]);
    let reader = sandbox.connection();
    hold_read_lock(&reader);
    stop_while_waiting(adding(&sandbox).status(130).stderr(INTERRUPTED), Signal::SIGINT);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(sandbox.usernames(), ["alice"]);
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn ctrl_c_after_the_commit_does_not_make_it_a_failure() {
    let sandbox = Sandbox::journaled("wal", &["alice"]);
    let application = sandbox.connection();
    // A reader of an older state keeps the log from being emptied, which is tried for a moment
    // after the commit and before the answer.
    application.execute_batch("UPDATE user SET username = 'ann'").unwrap();
    hold_read_lock(&application);
    let before = users(&application);
    let watcher = sandbox.connection();
    let running = sandbox.useradm("update ann --password-stdin").stdin("blue elephant").start();
    until("the change is committed", || users(&watcher) != before);
    running.signal(Signal::SIGINT);
    let outcome = running.outcome();
    // What is reported as failed must not be there, and this is.
    assert!([0, 10].contains(&outcome.status), "{outcome:#?}");
}

#[test]
fn a_signal_at_any_moment_leaves_all_or_nothing() {
    let sandbox = Sandbox::application(&["alice"]);
    let begin = Instant::now();
    sandbox.useradm("add -q bob --password-stdin").stdin(PASSWORD).check();
    let usual = begin.elapsed();
    for i in 0..24_u32 {
        let name = format!("user{i}");
        let run = sandbox.useradm(&format!("add {name} --password-stdin")).stdin(PASSWORD);
        let running = run.start();
        // The moment of the signal is what is tried out here.
        std::thread::sleep(usual * i / 20);
        // Before the program has set up its handlers the signal kills it as it does any other.
        let (signal, statuses) = match i % 2 {
            0 => (Signal::SIGINT, [0, 130]),
            _ => (Signal::SIGTERM, [0, 143]),
        };
        running.signal(signal);
        let outcome = running.outcome();
        let is_there = sandbox.usernames().contains(&name);
        assert!(statuses.contains(&outcome.status), "{outcome:#?}");
        // A signal between the answer and the end is too late to take back either.
        let is_told = outcome.stderr.contains("User added successfully");
        assert_eq!(is_there, outcome.status == 0 || is_told, "{name}: {outcome:#?}");
        assert_eq!(sandbox.files(), ["users.db"]);
    }
    sandbox.assert_sound();
}

#[test]
fn a_signal_at_any_moment_of_a_create_leaves_a_whole_file_or_none() {
    for i in 0..16 {
        let sandbox = Sandbox::empty();
        let run = sandbox.useradm("add bob --create --password-stdin").stdin(PASSWORD);
        let running = run.start();
        std::thread::sleep(Duration::from_millis(3 * i));
        running.signal(Signal::SIGTERM);
        let outcome = running.outcome();
        if outcome.status == 0 || outcome.stderr.contains("User added successfully") {
            assert_eq!(sandbox.files(), ["users.db"]);
            assert_eq!(sandbox.usernames(), ["bob"]);
        } else {
            assert!(sandbox.files().is_empty(), "{:?} after {outcome:#?}", sandbox.files());
        }
    }
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let sandbox = Sandbox::application(&["alice"]);
    let lock = sandbox.locked("IMMEDIATE");
    let script = "trap '' HUP INT TERM; exec \"$0\" add -q bob --password-stdin --timeout 300";
    let mut running = sandbox.shell(script).stdin(PASSWORD).start();
    for signal in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM] {
        std::thread::sleep(Duration::from_millis(150));
        assert!(running.is_running(), "before {signal}");
        running.signal(signal);
    }
    std::thread::sleep(Duration::from_millis(150));
    lock.execute_batch("ROLLBACK").unwrap();
    running.finish();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}
