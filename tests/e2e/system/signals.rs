//! Signals while nobody is being asked.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rusqlite::{Connection, TransactionBehavior};

use super::harness::{Outcome, PASSWORD, Running, Sandbox, rows, until};

/// Begins to add bob while somebody holds a lock, and sends the signal. It would wait for ten times
/// as long as this test.
#[track_caller]
fn stop_while_waiting(sandbox: &Sandbox, arguments: &[&str], signal: Signal) -> Outcome {
    let mut command = sandbox.useradm(arguments);
    command.args(["--password-stdin", "--timeout=300"]);
    let mut running = Running::start_with(command, PASSWORD);
    running.wait_until_it_catches(signal);
    // Nothing tells that a process waits for a lock; by now it does, or will.
    std::thread::sleep(Duration::from_millis(400));
    assert!(running.is_running());
    running.signal(signal);
    running.finish()
}

#[test]
fn ctrl_c_ends_the_wait_for_a_write_lock_at_once() {
    for wal in [false, true] {
        let sandbox =
            if wal { Sandbox::in_wal_mode(&["alice"]) } else { Sandbox::with_users(&["alice"]) };
        let mut connection = sandbox.connection();
        let lock = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let outcome = stop_while_waiting(&sandbox, &["add", "bob"], Signal::SIGINT);
        outcome.assert_code(130);
        assert_eq!(outcome.stdout, "");
        let outcome = stop_while_waiting(&sandbox, &["add", "bob"], Signal::SIGTERM);
        assert!(outcome.status.signal() == Some(15) || outcome.status.code() == Some(143));
        lock.rollback().unwrap();
        drop(connection);
        assert_eq!(sandbox.names(), ["alice"]);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn ctrl_c_ends_the_wait_of_a_reader_at_once() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let mut connection = sandbox.connection();
    let _lock = connection.transaction_with_behavior(TransactionBehavior::Exclusive).unwrap();
    stop_while_waiting(&sandbox, &["login", "alice"], Signal::SIGINT).assert_code(130);
}

fn hold_read_lock(connection: &Connection) {
    connection.execute_batch("BEGIN; SELECT count(*) FROM user;").unwrap();
}

#[test]
fn ctrl_c_ends_a_change_that_waits_for_readers_to_commit() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let reader = sandbox.connection();
    hold_read_lock(&reader);
    let outcome = stop_while_waiting(&sandbox, &["add", "bob"], Signal::SIGINT);
    outcome.assert_code(130);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(sandbox.names(), ["alice"]);
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn ctrl_c_after_the_commit_does_not_make_it_a_failure() {
    let sandbox = Sandbox::in_wal_mode(&["alice"]);
    let application = sandbox.connection();
    // A reader of an older state keeps the log from being emptied, which is tried for a moment
    // after the commit and before the answer.
    application.execute_batch("UPDATE user SET username = 'alice'").unwrap();
    hold_read_lock(&application);
    let before = rows(&application);
    let watcher = sandbox.connection();
    let running = sandbox.start_with(&["update", "alice"], "blue elephant");
    until("the change is committed", || rows(&watcher) != before);
    running.signal(Signal::SIGINT);
    let outcome = running.finish();
    // What is reported as failed must not be there, and this is.
    assert!([Some(0), Some(10)].contains(&outcome.status.code()), "{outcome:#?}");
}

#[test]
fn an_interrupted_wait_says_so_in_json() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let mut connection = sandbox.connection();
    let _lock = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let arguments = ["add", "bob", "--format=json"];
    let outcome = stop_while_waiting(&sandbox, &arguments, Signal::SIGINT);
    outcome.assert_error(130, "interrupted");
}

#[test]
fn a_signal_at_any_moment_leaves_all_or_nothing() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let begin = Instant::now();
    sandbox.run_with(&["add", "bob"], PASSWORD).assert_code(0);
    let usual = begin.elapsed();
    for i in 0..24_u32 {
        let name = format!("user{i}");
        let running = sandbox.start_with(&["add", &name], PASSWORD);
        // The moment of the signal is what is tried out here.
        std::thread::sleep(usual * i / 20);
        let signal = if i % 2 == 0 { Signal::SIGINT } else { Signal::SIGTERM };
        running.signal(signal);
        let outcome = running.finish();
        let is_there = sandbox.names().contains(&name);
        // Before the program has set up its handlers the signal kills it as it does any other.
        let is_stopped =
            [Some(130), None].contains(&outcome.status.code()) && outcome.status.code() != Some(0);
        assert!(outcome.status.success() || is_stopped, "{outcome:#?}");
        // A signal between the answer and the end is too late to take back either.
        let is_told = outcome.stderr.contains("User added successfully");
        assert_eq!(is_there, outcome.status.success() || is_told, "{name}: {outcome:#?}");
        assert_eq!(sandbox.files(), ["users.db"]);
    }
    sandbox.assert_sound();
}

#[test]
fn a_signal_at_any_moment_of_a_create_leaves_a_whole_file_or_none() {
    for i in 0..16 {
        let sandbox = Sandbox::empty();
        let running = sandbox.start_with(&["add", "bob", "--create"], PASSWORD);
        std::thread::sleep(Duration::from_millis(3 * i));
        running.signal(Signal::SIGTERM);
        let outcome = running.finish();
        if outcome.status.success() || outcome.stderr.contains("User added successfully") {
            assert_eq!(sandbox.files(), ["users.db"]);
            assert_eq!(sandbox.names(), ["bob"]);
        } else {
            assert!(sandbox.files().is_empty(), "{:?} after {outcome:#?}", sandbox.files());
        }
    }
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let mut connection = sandbox.connection();
    let lock = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let program = sandbox.useradm(&["add", "bob", "--password-stdin"]);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg("trap '' HUP INT TERM; exec \"$0\" \"$@\"").arg(program.get_program());
    shell.args(program.get_args()).env_clear().env("USERADM_ROUNDS", "1000");
    let mut running = Running::start_with(shell, PASSWORD);
    for signal in [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM] {
        std::thread::sleep(Duration::from_millis(150));
        assert!(running.is_running(), "before {signal}");
        running.signal(signal);
    }
    std::thread::sleep(Duration::from_millis(150));
    lock.rollback().unwrap();
    running.finish().assert_code(0);
    assert_eq!(sandbox.names(), ["alice", "bob"]);
}

#[test]
fn a_hang_up_that_nobody_ignores_ends_it() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let mut connection = sandbox.connection();
    let lock = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let outcome = stop_while_waiting(&sandbox, &["add", "bob"], Signal::SIGHUP);
    assert!(outcome.status.signal() == Some(1) || outcome.status.code() == Some(129));
    lock.rollback().unwrap();
    until("nothing is left", || sandbox.files() == ["users.db"]);
    assert_eq!(sandbox.names(), ["alice"]);
}
