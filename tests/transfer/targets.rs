//! The files that an export writes to: whole or not at all, and never over another one.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::harness::Sandbox;

/// A table of which each row takes long to read, about a second for all of them.
const SLOW_TABLE: &str = "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT NOT NULL UNIQUE,
        password_hash TEXT AS (substr(hex(zeroblob(100000 + id)), 1, 120)) VIRTUAL);
    WITH RECURSIVE number (value) AS
        (SELECT 1 UNION ALL SELECT value + 1 FROM number WHERE value < 8000)
    INSERT INTO user (id, username) SELECT value, 'user' || value FROM number";

#[test]
fn never_writes_over_a_file_unless_told_to() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.write("users.csv", "precious");
    symlink("users.csv", sandbox.path("link.csv")).unwrap();
    symlink("nowhere", sandbox.path("dangling.csv")).unwrap();
    for name in ["users.csv", "link.csv", "dangling.csv"] {
        let says = "error: [..] exists\nhint: [..]--force[..]\n";
        sandbox.useradm("export").arg(name).status(1).stderr(says).check_unchanged();
        sandbox.useradm("export").arg(name).error(1, "output_failed").check_unchanged();
    }
    sandbox.useradm("export --force users.csv").stderr("exported 1: [DIR]/users.csv\n").check();
    assert!(sandbox.text("users.csv").contains("alice"));
    sandbox.useradm("export --force new.csv").stderr("exported 1: [DIR]/new.csv\n").check();
}

#[test]
fn a_file_that_appears_meanwhile_is_not_overwritten() {
    let sandbox = Sandbox::with_schema(SLOW_TABLE);
    let run =
        sandbox.useradm("export users.csv").status(1).stderr("error: [..] exists\nhint: [..]\n");
    let running = run.start();
    wait_for_temporary_file(&sandbox);
    sandbox.write("users.csv", "precious");
    running.finish();
    assert_eq!(sandbox.text("users.csv"), "precious");
    assert_eq!(sandbox.files(), ["users.csv", "users.db"]);
}

fn wait_for_temporary_file(sandbox: &Sandbox) {
    let since = Instant::now();
    while sandbox.unfinished().is_empty() {
        assert!(since.elapsed() < Duration::from_secs(20), "no file is made");
    }
}

#[test]
fn no_half_file_gets_the_name_however_the_export_ends() {
    let sandbox = Sandbox::with_schema(SLOW_TABLE);
    for (signal, status) in [(Signal::SIGKILL, 137), (Signal::SIGINT, 130), (Signal::SIGTERM, 143)]
    {
        let running = sandbox.useradm("export users.csv").status(status).stderr("[...]").start();
        wait_for_temporary_file(&sandbox);
        running.signal(signal);
        running.finish();
        assert!(!sandbox.path("users.csv").exists());
        let left = sandbox.unfinished();
        if signal == Signal::SIGKILL {
            fs::remove_file(sandbox.path(&left[0])).unwrap();
        } else {
            assert!(left.is_empty(), "hashes are left in {left:?}");
        }
    }
}

#[test]
fn replaces_what_a_link_leads_to_but_nothing_that_is_no_file() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.write("users.csv", "old");
    symlink("users.csv", sandbox.path("link.csv")).unwrap();
    sandbox.useradm("export -q --force link.csv").check();
    assert!(sandbox.text("users.csv").contains("alice"));
    assert!(sandbox.path("link.csv").is_symlink());
    let pipe = sandbox.path("pipe.csv");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    symlink("/dev/null", sandbox.path("null.csv")).unwrap();
    for name in ["pipe.csv", "null.csv"] {
        let run = sandbox.useradm("export --force").arg(name);
        run.error(1, "output_failed").check_unchanged();
    }
    assert!(!pipe.is_file() && sandbox.path("null.csv").is_symlink());
}

#[test]
fn refuses_the_database_itself() {
    let sandbox = Sandbox::application(&["alice"]);
    symlink("users.db", sandbox.path("link.csv")).unwrap();
    symlink(".", sandbox.path("here")).unwrap();
    for path in ["users.db", "./users.db", "link.csv", "here/users.db"] {
        let run = sandbox.useradm("export --force").arg(path);
        run.status(6).stderr("error: Invalid input: [..]database itself[..]\n").check_unchanged();
        sandbox.useradm("export").arg(path).error(6, "invalid_input").check_unchanged();
    }
}

#[test]
fn refuses_the_database_as_standard_output() {
    let sandbox = Sandbox::application(&["alice"]);
    let database = || OpenOptions::new().append(true).open(sandbox.path("users.db")).unwrap();
    sandbox.useradm("export -").stdout_to(database()).error(6, "invalid_input").check_unchanged();
    let run = sandbox.useradm("export /dev/stdout --force").stdout_to(database()).status(6);
    run.stderr("error: Invalid input: [..]\n").check_unchanged();
}

#[test]
fn refuses_targets_that_cannot_be_files() {
    let sandbox = Sandbox::application(&["alice"]);
    fs::create_dir(sandbox.path("folder")).unwrap();
    sandbox.write("file", "x");
    for path in ["folder", "folder/", "nowhere/users.csv", "file/users.csv"] {
        let run = sandbox.useradm("export --force").arg(path);
        run.error(1, "output_failed").check_unchanged();
        sandbox.useradm("export").arg(path).error(1, "output_failed").check_unchanged();
    }
    sandbox.useradm("export -q folder/users.csv").check();
    assert_eq!(sandbox.mode("folder/users.csv"), 0o600);
}
