//! Users whom a database, or a directory on the way, does not let in: they are sent to the owner.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;

use crate::support::{
    GROUP, NOBODY, PASSWORD, Run, STRANGER, Sandbox, needs_root, of_nobody, set_mode,
};

const READS: [&str; 4] = ["list", "show alice", "login alice --password-stdin", "export -"];

const WRITES: [&str; 4] = [
    "add bob --password-stdin",
    "update alice --username=alicia",
    "delete alice --yes",
    "init --if-not-exists",
];

/// A stranger's run of the program, from outside.
fn run(sandbox: &Sandbox, line: &str) -> Run {
    let line = format!("--db {} {line}", sandbox.database().display());
    sandbox.useradm_by((STRANGER, STRANGER), &line).within(Path::new("/")).stdin(PASSWORD)
}

/// A database of somebody, in a directory of theirs.
fn database_of(user: u32, group: u32, directory: u32, file: u32) -> Sandbox {
    let sandbox = Sandbox::application(&["alice"]);
    for (path, mode) in [(sandbox.directory(), directory), (&sandbox.database(), file)] {
        chown(path, Some(user), Some(group)).unwrap();
        set_mode(path, mode);
    }
    sandbox
}

/// Fails unless the stranger is told whose this path is, and to run the same line as that user.
#[track_caller]
fn assert_sent(sandbox: &Sandbox, line: &str, path: &Path, owner: &str) {
    let user = if owner.starts_with('#') { format!("'{owner}'") } else { owner.to_owned() };
    let says = format!(
        "error: {} belongs to user {owner}: [..]\n\
         hint: sudo -u {user} --preserve-env=USERADM_ROUNDS useradm --db {} {line}\n",
        path.display(),
        sandbox.database().display(),
    );
    run(sandbox, line).status(8).stderr(says).check();
    run(sandbox, line).error(8, "wrong_owner").check();
}

#[test]
fn a_file_that_lets_no_stranger_in_names_its_owner() {
    if !needs_root() {
        return;
    }
    let sandbox = database_of(NOBODY, NOBODY, 0o755, 0o600);
    let owner = format!("#{NOBODY}");
    for (mode, lines) in [(0o600, [READS, WRITES].concat()), (0o644, WRITES[..3].to_vec())] {
        set_mode(&sandbox.database(), mode);
        for line in lines {
            assert_sent(&sandbox, line, &sandbox.database(), &owner);
        }
    }
    assert_eq!(sandbox.usernames(), ["alice"]);
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn a_directory_on_the_way_that_lets_no_stranger_in_is_named_with_its_owner() {
    if !needs_root() {
        return;
    }
    for (uid, owner) in [(0, "root".to_owned()), (NOBODY, format!("#{NOBODY}"))] {
        let sandbox = Sandbox::application(&["alice"]);
        of_nobody(&sandbox);
        chown(sandbox.directory(), Some(uid), None).unwrap();
        set_mode(sandbox.directory(), 0o700);
        for line in [READS, WRITES].concat() {
            assert_sent(&sandbox, line, sandbox.directory(), &owner);
        }
        // Neither may a new file be made there, or in a directory in which they can only look.
        fs::remove_file(sandbox.database()).unwrap();
        for mode in [0o700, 0o755] {
            set_mode(sandbox.directory(), mode);
            assert_sent(&sandbox, "init", sandbox.directory(), &owner);
        }
    }
}

#[test]
fn a_shared_directory_changes_nothing_where_the_file_lets_nobody_in() {
    if !needs_root() {
        return;
    }
    let sandbox = database_of(NOBODY, GROUP, 0o2775, 0o640);
    for line in [READS, WRITES].concat() {
        assert_sent(&sandbox, line, &sandbox.database(), &format!("#{NOBODY}"));
    }
}

#[test]
fn the_owner_of_a_closed_file_is_not_sent_to_themselves() {
    if !needs_root() {
        return;
    }
    let sandbox = database_of(STRANGER, STRANGER, 0o755, 0o444);
    for line in &WRITES[..3] {
        run(&sandbox, line).error(8, "database_read_only").check();
    }
    set_mode(&sandbox.database(), 0o000);
    run(&sandbox, "list").error(8, "io_error").check();
}
