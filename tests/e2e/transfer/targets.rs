//! The files that an export writes to: whole or not at all, and never over another one.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::symlink;

use nix::sys::signal::Signal;

use crate::support::Sandbox;

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
        let says = "error: File exists: [DIR]/[..]\nhint: [..]--force[..]\n";
        sandbox.useradm("export").arg(name).status(4).stderr(says).check_unchanged();
        sandbox.useradm("export").arg(name).error(4, "file_exists").check_unchanged();
    }
    sandbox.useradm("export --force users.csv").stderr("exported 1: [DIR]/users.csv\n").check();
    assert!(sandbox.text("users.csv").contains("alice"));
    sandbox.useradm("export --force new.csv").stderr("exported 1: [DIR]/new.csv\n").check();
}

#[test]
fn a_file_that_appears_meanwhile_is_not_overwritten() {
    let sandbox = Sandbox::with_schema(SLOW_TABLE);
    let says = "error: File exists: [DIR]/users.csv\nhint: [..]\n";
    let mut running = sandbox.useradm("export users.csv").status(4).stderr(says).start();
    running.wait_for_unnamed_file();
    sandbox.write("users.csv", "precious");
    running.finish();
    assert_eq!(sandbox.text("users.csv"), "precious");
    assert_eq!(sandbox.files(), ["users.csv", "users.db"]);
}

#[test]
fn no_half_file_gets_the_name_however_the_export_ends() {
    let sandbox = Sandbox::with_schema(SLOW_TABLE);
    for (signal, status) in [(Signal::SIGKILL, 137), (Signal::SIGINT, 130), (Signal::SIGTERM, 143)]
    {
        let run = sandbox.useradm("export users.csv").status(status).stderr("[...]");
        let mut running = run.start();
        running.wait_for_unnamed_file();
        running.signal(signal);
        running.finish();
        assert_eq!(sandbox.files(), ["users.db"], "hashes are left");
    }
}

#[test]
fn replaces_a_link_itself_and_nothing_that_is_no_file() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.write("elsewhere", "precious");
    for target in ["elsewhere", "nowhere", "."] {
        symlink(target, sandbox.path("link.csv")).unwrap();
        sandbox.useradm("export -q --force link.csv").check();
        assert!(sandbox.text("link.csv").contains("alice"));
        assert!(!sandbox.path("link.csv").is_symlink());
        fs::remove_file(sandbox.path("link.csv")).unwrap();
    }
    assert_eq!(sandbox.text("elsewhere"), "precious");
    assert_eq!(sandbox.files(), ["elsewhere", "users.db"]);
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
fn no_name_of_a_device_is_replaced() {
    let sandbox = Sandbox::application(&["alice"]);
    let file = || fs::File::create(sandbox.path("out")).unwrap();
    for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/null", "/dev/users.csv"] {
        let run = sandbox.useradm("export --force --to csv").arg(name).stdout_to(file());
        run.error(1, "output_failed").check();
    }
    assert!(fs::symlink_metadata("/dev/stdout").unwrap().is_symlink());
    assert_eq!(sandbox.text("out"), "");
}

#[test]
fn a_target_in_no_directory_is_named_without_a_line_that_would_not_help() {
    let sandbox = Sandbox::application(&["alice"]);
    let says = "error: Cannot write [DIR]/no where/users.csv: no such directory\n";
    let run = sandbox.useradm("--timeout 5 export").arg("no where/users.csv").arg("--force");
    run.status(1).stderr(says).check_unchanged();
}

#[test]
fn refuses_the_database_itself() {
    let sandbox = Sandbox::application(&["alice"]);
    symlink("users.db", sandbox.path("link.csv")).unwrap();
    symlink(".", sandbox.path("here")).unwrap();
    for path in ["users.db", "./users.db", "link.csv", "here/users.db", "users.db-wal"] {
        let run = sandbox.useradm("export --force --to csv").arg(path);
        run.status(6).stderr("error: Invalid input: [..]database itself[..]\n").check_unchanged();
        let run = sandbox.useradm("export --to csv").arg(path);
        run.error(6, "invalid_input").check_unchanged();
    }
}

#[test]
fn refuses_the_database_as_standard_output() {
    let sandbox = Sandbox::application(&["alice"]);
    let database = || OpenOptions::new().append(true).open(sandbox.path("users.db")).unwrap();
    sandbox.useradm("export -").stdout_to(database()).error(6, "invalid_input").check_unchanged();
    let run = sandbox.useradm("export /dev/stdout --to csv --force").stdout_to(database());
    run.status(6).stderr("error: Invalid input: [..]\n").check_unchanged();
}

#[test]
fn refuses_targets_that_cannot_be_files() {
    let sandbox = Sandbox::application(&["alice"]);
    fs::create_dir(sandbox.path("folder")).unwrap();
    sandbox.write("file", "x");
    for path in ["folder", "folder/", "nowhere/users.csv", "file/users.csv"] {
        let run = sandbox.useradm("export --force --to csv").arg(path);
        run.error(1, "output_failed").check_unchanged();
        let (status, code) =
            if path.starts_with("folder") { (4, "file_exists") } else { (1, "output_failed") };
        sandbox.useradm("export --to csv").arg(path).error(status, code).check_unchanged();
    }
    sandbox.useradm("export -q folder/users.csv").check();
    assert_eq!(sandbox.mode("folder/users.csv"), 0o600);
}
