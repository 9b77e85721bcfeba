//! Files and directories that this user may only read.

use std::fs;

use crate::support::{PASSWORD, Sandbox, set_mode};

const WRITES: [&str; 4] = [
    "add bob --password-stdin",
    "register bob --password-stdin",
    "update alice --password-stdin",
    "delete --yes alice",
];

/// Runs what only reads, which must succeed, and what writes, which must not.
fn reads_but_does_not_write(sandbox: &Sandbox) {
    let before = sandbox.bytes();
    let files = sandbox.files();
    sandbox.unprivileged("list --format plain").stdout("1\talice\n").check();
    sandbox.unprivileged("show alice --format plain").stdout("1\talice\t[..]\n").check();
    sandbox.unprivileged("login -q alice --password-stdin").stdin(PASSWORD).check();
    for line in WRITES {
        let run = sandbox.unprivileged(line).stdin(PASSWORD).status(8);
        run.stderr("error: [..][DIR]/users.db[..]\n[...]").check();
        let run = sandbox.unprivileged(line).stdin(PASSWORD);
        run.error(8, "database_read_only").check();
    }
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.files(), files);
}

#[test]
fn a_read_only_file_is_read_but_not_written() {
    let sandbox = Sandbox::application(&["alice"]);
    set_mode(&sandbox.path("users.db"), 0o444);
    reads_but_does_not_write(&sandbox);
}

#[test]
fn a_file_in_a_read_only_directory_is_read_but_not_written() {
    let sandbox = Sandbox::application(&["alice"]);
    set_mode(&sandbox.path(""), 0o555);
    reads_but_does_not_write(&sandbox);
    sandbox.unprivileged("init --db new.db").error(8, "database_read_only").check();
    set_mode(&sandbox.path(""), 0o755);
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn a_database_in_wal_mode_needs_a_directory_in_which_its_log_can_be_made() {
    let sandbox = Sandbox::journaled("wal", &["alice"]);
    let before = sandbox.bytes();
    for mode in [0o644, 0o444] {
        set_mode(&sandbox.path("users.db"), mode);
        set_mode(&sandbox.path(""), 0o555);
        for line in ["list", "show alice", "login alice --password-stdin", "export -"] {
            let run = sandbox.unprivileged(line).stdin(PASSWORD);
            run.status(8).stderr("error: Database is read-only: [..]WAL mode[..]\n").check();
            sandbox.unprivileged(line).stdin(PASSWORD).error(8, "database_read_only").check();
        }
        set_mode(&sandbox.path(""), 0o755);
    }
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn a_file_that_may_not_be_read_is_an_error() {
    let sandbox = Sandbox::application(&["alice"]);
    set_mode(&sandbox.path("users.db"), 0o000);
    for line in ["list", "show alice", "add bob --generate-password", "init"] {
        let run = sandbox.unprivileged(line).status(8);
        run.stderr("error: [..][DIR]/users.db[..]\n[...]").check();
    }
}

#[test]
fn the_mode_of_an_existing_file_stays() {
    let sandbox = Sandbox::application(&["alice"]);
    for mode in [0o600, 0o640, 0o644] {
        set_mode(&sandbox.path("users.db"), mode);
        sandbox.useradm("update -q alice --password-stdin").stdin(PASSWORD).check();
        assert_eq!(sandbox.mode("users.db"), mode);
    }
}

#[test]
fn a_link_to_the_file_is_followed() {
    let sandbox = Sandbox::application(&["alice"]);
    std::os::unix::fs::symlink(sandbox.path("users.db"), sandbox.path("link.db")).unwrap();
    sandbox.useradm("add -q bob --password-stdin --db link.db").stdin(PASSWORD).check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
    assert_eq!(sandbox.files(), ["link.db", "users.db"]);
    assert!(fs::symlink_metadata(sandbox.path("link.db")).unwrap().is_symlink());
}

#[test]
fn a_link_to_nowhere_is_a_missing_database() {
    let sandbox = Sandbox::empty();
    std::os::unix::fs::symlink("nowhere.db", sandbox.path("users.db")).unwrap();
    sandbox.useradm("list").error(8, "database_missing").check();
    assert_eq!(sandbox.files(), ["users.db"]);
}
