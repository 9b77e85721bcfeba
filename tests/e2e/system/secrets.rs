//! No copy of a password outside of the process: core dumps, and files that only root may read.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;

use nix::unistd::Uid;

use super::harness::{PASSWORD, Running, Sandbox};
use super::owner::{NOBODY, of_nobody, program_for_all};
use super::terminal::{ASKS, Controls, Dialogue, Terminal};

#[test]
fn core_dumps_are_off_while_a_password_is_in_memory() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let mut dialogue = Dialogue::begin(&sandbox, &["login", "alice"]);
    dialogue.answer(ASKS, PASSWORD);
    let limits = format!("/proc/{}/limits", dialogue.running.pid());
    let limits = fs::read_to_string(limits).unwrap();
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().take(2).collect::<Vec<_>>(), ["0", "0"]);
    dialogue.terminal.type_keys(b"\r");
    dialogue.end().assert_code(0);
}

#[test]
fn the_process_is_not_dumpable() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let mut command = sandbox.useradm(&["login", "alice"]);
    if Uid::effective().is_root() {
        // The kernel gives the files of a process to root if it is not dumpable, which shows
        // only in a process of somebody else.
        of_nobody(&sandbox);
        command = sandbox.run_program(&program_for_all(&sandbox), &["login", "alice"]);
        command.uid(NOBODY).gid(NOBODY);
    }
    let terminal = Terminal::open();
    let mut dialogue = Dialogue::on(terminal, command, Controls::Session);
    dialogue.answer(ASKS, PASSWORD);
    let owner = fs::metadata(format!("/proc/{}/environ", dialogue.running.pid())).unwrap().uid();
    assert_eq!(owner, 0, "another process of the same user could read its memory");
    dialogue.terminal.type_keys(b"\r");
    dialogue.end().assert_code(0);
}

#[test]
fn a_file_descriptor_can_be_named_as_the_password_file() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let as_nobody = Uid::effective().is_root();
    let program = program_for_all(&sandbox);
    if as_nobody {
        of_nobody(&sandbox);
    }
    for path in ["/dev/fd/0", "/dev/stdin", "-"] {
        let arguments = ["login", "alice", "--password-file", path];
        let mut command = sandbox.run_program(&program, &arguments);
        let (input, mut password) = io::pipe().unwrap();
        if as_nobody {
            std::os::unix::fs::fchown(&input, Some(NOBODY), Some(NOBODY)).unwrap();
            command.uid(NOBODY).gid(NOBODY);
        }
        command.stdin(input);
        writeln!(password, "{PASSWORD}").unwrap();
        drop(password);
        Running::start(command).finish().assert_code(0);
    }
}

#[test]
fn root_can_use_a_password_file_that_only_root_reads() {
    if !Uid::effective().is_root() {
        return super::harness::skip("only root can give files away");
    }
    let sandbox = Sandbox::with_users(&["alice"]);
    of_nobody(&sandbox);
    let elsewhere = tempfile::tempdir().unwrap();
    let secret = elsewhere.path().join("secret");
    fs::write(&secret, "blue elephant\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let secret = secret.to_str().unwrap();
    for arguments in [
        &["add", "bob"][..],
        &["add", "bob", "--if-not-exists"],
        &["update", "alice"],
        &["login", "alice"],
        &["login", "bob"],
    ] {
        let mut command = sandbox.useradm(arguments);
        command.args(["--password-file", secret]);
        Running::start(command).finish().assert_code(0);
    }
    assert_eq!(sandbox.names(), ["alice", "bob"]);
}
