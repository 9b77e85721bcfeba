//! What others commit after an import was planned, and before it writes.

#![cfg(target_os = "linux")]

use std::fs;
use std::thread;
use std::time::Duration;

use nix::unistd::Pid;

use crate::support::{PASSWORD, Running, Sandbox, hash, ready_rows};

/// Whether a process sleeps for a while, as it does between two attempts to get a lock. The thread
/// that waits for others to hash is woken by them instead.
fn is_asleep(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/wchan")).is_ok_and(|at| at.contains("nanosleep"))
}

#[track_caller]
fn wait_until_asleep(running: &mut Running) {
    while !is_asleep(running.pid) {
        assert!(running.is_running());
        thread::sleep(Duration::from_millis(1));
    }
}

/// An import of alice and bob, during which somebody else changes the users.
fn import_while(sandbox: &Sandbox, sql: &str, password: &str, options: &str) -> Running {
    let other = sandbox.connection();
    // Until it is committed nobody sees the change, and everybody may read.
    other.execute_batch(&format!("BEGIN IMMEDIATE; {sql}")).unwrap();
    let run = sandbox.useradm(&format!("import --from csv - --timeout 300 {options}"));
    let input = format!("username,password\nalice,{password}\nbob,battery staple\n");
    let mut running = run.stdin(input).stderr("[...]").start();
    wait_until_asleep(&mut running);
    other.execute_batch("COMMIT").unwrap();
    running
}

fn adding(name: &str) -> String {
    let hash = hash(PASSWORD);
    format!("INSERT INTO user (username, password_hash) VALUES ('{name}', '{hash}')")
}

#[test]
fn users_who_are_added_are_noticed() {
    for (name, options, status, said) in [
        ("alice", "", 4, "[...]alice: [..]\nerror: User already exists: [...]"),
        ("Alice", "", 4, "[...]Alice\nerror: User already exists under a look-alike [...]"),
        ("ALICE", "--batch 1", 4, "[...]error: User already exists under a look-alike [...]"),
        ("alice", "--on-conflict skip", 0, "[...]\nimported 1, skipped 1, updated 0\n"),
        ("alice", "--on-conflict update", 0, "[..]\nimported 1, skipped 0, updated 1\n"),
        ("carol", "", 0, "[..]\nimported 2, skipped 0, updated 0\n"),
    ] {
        let sandbox = Sandbox::application(&["zoe"]);
        let mut running = import_while(&sandbox, &adding(name), "battery staple", options);
        running.expect(status, said);
        running.finish();
        let expected: &[&str] = match (status, name) {
            (4, _) => &["zoe", name],
            (_, "carol") => &["zoe", "carol", "alice", "bob"],
            _ => &["zoe", "alice", "bob"],
        };
        assert_eq!(sandbox.usernames(), expected, "{name} {options}");
        let untouched = sandbox.hash_of(name) == hash(PASSWORD);
        assert_eq!(untouched, !options.contains("update"), "{name} {options}");
    }
}

#[test]
fn a_batch_notices_users_who_are_added_before_it() {
    let sandbox = Sandbox::application(&["zoe"]);
    let mut running = import_while(&sandbox, &adding("bob"), "battery staple", "--batch 1");
    running.expect(4, "[...]error: User already exists: [..]bob[..]1 of 2 rows[...]");
    running.finish();
    assert_eq!(sandbox.usernames(), ["zoe", "bob", "alice"]);
    assert_eq!(sandbox.hash_of("bob"), hash(PASSWORD));
}

#[test]
fn a_batch_that_finds_no_folder_for_temporary_files_tells_what_is_stored() {
    let sandbox = Sandbox::application(&[]);
    let temporary = sandbox.path("temporary");
    fs::create_dir(&temporary).unwrap();
    let lock = sandbox.locked("IMMEDIATE");
    // More than a batch may have in memory.
    let run = sandbox.useradm("import --from csv - --timeout 300 --batch 60000");
    let run = run.env("TMPDIR", &temporary).stdin(ready_rows(120_000));
    let said = "error: Input/output error on [..]; 60000 of 120000 rows are stored[..]\n";
    let mut running = run.status(8).stderr(said).start();
    wait_until_asleep(&mut running);
    fs::remove_dir(&temporary).unwrap();
    lock.execute_batch("COMMIT").unwrap();
    running.finish();
    assert_eq!(sandbox.count(), 60_000);
}

/// A table with alice alone, who is deleted meanwhile.
fn deleted_meanwhile(options: &str, password: &str) -> Sandbox {
    let sandbox = Sandbox::application(&["alice"]);
    import_while(&sandbox, "DELETE FROM user WHERE username = 'alice'", password, options).finish();
    sandbox
}

#[test]
fn users_who_are_deleted_are_made_again() {
    for (password, options) in [
        (PASSWORD, "--on-conflict update"),
        ("battery staple", "--on-conflict update"),
        ("battery staple", "--on-conflict update --batch 1"),
    ] {
        let sandbox = deleted_meanwhile(options, password);
        assert_eq!(sandbox.usernames(), ["alice", "bob"], "{password} {options}");
        sandbox.useradm("login -q alice --password-stdin").stdin(password).check();
    }
}

#[test]
fn a_hash_that_was_right_stands_for_its_password_which_is_wiped_by_then() {
    let sandbox = deleted_meanwhile("--on-conflict update", PASSWORD);
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
    assert_eq!(sandbox.hash_of("alice"), hash(PASSWORD));
}

#[test]
fn whoever_was_to_be_skipped_and_is_deleted_is_not_made_again() {
    let sandbox = deleted_meanwhile("--on-conflict skip", "battery staple");
    assert_eq!(sandbox.usernames(), ["bob"]);
}
