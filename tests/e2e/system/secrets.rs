//! No copy of a password outside of the process: core dumps, and files that only root may read.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::fchown;
use std::path::Path;

use crate::support::{
    ASKS, NOBODY, PASSWORD, Sandbox, is_root, needs_root, of_nobody, owner, set_mode,
};

#[test]
fn core_dumps_are_off_while_a_password_is_in_memory() {
    let sandbox = Sandbox::application(&["alice"]);
    let mut dialogue = sandbox.useradm("login -q alice").dialogue();
    dialogue.answer(ASKS, PASSWORD);
    let limits = format!("/proc/{}/limits", dialogue.running.pid);
    let limits = fs::read_to_string(limits).unwrap();
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().take(2).collect::<Vec<_>>(), ["0", "0"]);
    dialogue.terminal.type_keys(b"\r");
    dialogue.end();
}

#[test]
fn the_process_is_not_dumpable() {
    let sandbox = Sandbox::application(&["alice"]);
    set_mode(sandbox.directory(), 0o755);
    // The kernel gives the files of a process to root if it is not dumpable, which shows only in a
    // process of somebody else.
    let mut dialogue = sandbox.unprivileged("login -q alice").dialogue();
    dialogue.answer(ASKS, PASSWORD);
    let (user, _) = owner(Path::new(&format!("/proc/{}/environ", dialogue.running.pid)));
    assert_eq!(user, 0, "another process of the same user could read its memory");
    dialogue.terminal.type_keys(b"\r");
    dialogue.end();
}

#[test]
fn a_file_descriptor_can_be_named_as_the_password_file() {
    let sandbox = Sandbox::application(&["alice"]);
    for path in ["/dev/fd/0", "/dev/stdin", "-"] {
        let (input, mut password) = io::pipe().unwrap();
        if is_root() {
            fchown(&input, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        writeln!(password, "{PASSWORD}").unwrap();
        drop(password);
        let line = format!("login -q alice --password-file {path}");
        sandbox.unprivileged(&line).stdin_from(input).check();
    }
}

#[test]
fn root_can_use_a_password_file_that_only_root_reads() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    of_nobody(&sandbox);
    let elsewhere = Sandbox::empty();
    elsewhere.write("secret", "blue elephant\n");
    let secret = elsewhere.path("secret");
    set_mode(&secret, 0o600);
    for line in [
        "add -q bob",
        "add -q bob --if-not-exists",
        "update -q alice",
        "login -q alice",
        "login -q bob",
    ] {
        sandbox.useradm(line).arg("--password-file").arg(&secret).check();
    }
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}
