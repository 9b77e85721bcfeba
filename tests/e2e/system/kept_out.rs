//! Users whom a database, or a directory on the way, does not let in: they are sent to the owner.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;

use super::harness::{Outcome, PASSWORD, Running, Sandbox};
use super::owner::{GROUP, NOBODY, STRANGER, is_root, of_nobody, program_for_all, set_mode};

const READS: [&[&str]; 4] =
    [&["list"], &["show", "alice"], &["login", "alice", "--password-stdin"], &["export", "-"]];

const WRITES: [&[&str]; 4] = [
    &["add", "bob", "--password-stdin"],
    &["update", "alice", "--username=alicia"],
    &["delete", "alice", "--yes"],
    &["init", "--if-not-exists"],
];

/// A stranger's run of the program, which is in a place that everybody can reach.
fn run(sandbox: &Sandbox, program: &Path, line: &[&str]) -> Outcome {
    let mut command = sandbox.run_program(program, line);
    command.current_dir("/").uid(STRANGER).gid(STRANGER);
    Running::start_with(command, PASSWORD).finish()
}

/// A database of somebody, in a directory of theirs.
fn database_of(user: u32, group: u32, directory: u32, file: u32) -> Sandbox {
    let sandbox = Sandbox::with_users(&["alice"]);
    for (path, mode) in [(sandbox.directory(), directory), (&sandbox.database(), file)] {
        chown(path, Some(user), Some(group)).unwrap();
        set_mode(path, mode);
    }
    sandbox
}

/// Fails unless the stranger is told whose this path is, and to run the same line as that user.
#[track_caller]
fn assert_sent(sandbox: &Sandbox, program: &Path, line: &[&str], path: &Path, owner: &str) {
    let outcome = run(sandbox, program, line);
    outcome
        .assert_code(8)
        .assert_says(&format!("error: {} belongs to user {owner}: ", path.display()));
    let user = if owner.starts_with('#') { format!("'{owner}'") } else { owner.to_owned() };
    let database = sandbox.database();
    let hint = format!(
        "hint: sudo -u {user} --preserve-env=USERADM_ROUNDS useradm --db {} {}\n",
        database.display(),
        line.join(" ")
    );
    outcome.assert_says(&hint);
    run(sandbox, program, &[line, &["--format=json"]].concat()).assert_error(8, "wrong_owner");
}

#[test]
fn a_file_that_lets_no_stranger_in_names_its_owner() {
    if !is_root() {
        return;
    }
    let home = Sandbox::empty();
    let program = program_for_all(&home);
    let sandbox = Sandbox::with_users(&["alice"]);
    of_nobody(&sandbox);
    let owner = format!("#{NOBODY}");
    for (mode, lines) in [(0o600, [READS, WRITES].concat()), (0o644, WRITES[..3].to_vec())] {
        set_mode(&sandbox.database(), mode);
        for line in lines {
            assert_sent(&sandbox, &program, line, &sandbox.database(), &owner);
        }
    }
    assert_eq!(sandbox.names(), ["alice"]);
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn a_directory_on_the_way_that_lets_no_stranger_in_is_named_with_its_owner() {
    if !is_root() {
        return;
    }
    let home = Sandbox::empty();
    let program = program_for_all(&home);
    for (uid, owner) in [(0, "root".to_owned()), (NOBODY, format!("#{NOBODY}"))] {
        let sandbox = Sandbox::with_users(&["alice"]);
        of_nobody(&sandbox);
        chown(sandbox.directory(), Some(uid), None).unwrap();
        set_mode(sandbox.directory(), 0o700);
        for line in [READS, WRITES].concat() {
            assert_sent(&sandbox, &program, line, sandbox.directory(), &owner);
        }
        // Neither may a new file be made there, or in a directory in which they can only look.
        fs::remove_file(sandbox.database()).unwrap();
        assert_sent(&sandbox, &program, &["init"], sandbox.directory(), &owner);
        set_mode(sandbox.directory(), 0o755);
        assert_sent(&sandbox, &program, &["init"], sandbox.directory(), &owner);
    }
}

#[test]
fn a_shared_directory_changes_nothing_where_the_file_lets_nobody_in() {
    if !is_root() {
        return;
    }
    let home = Sandbox::empty();
    let program = program_for_all(&home);
    let sandbox = database_of(NOBODY, GROUP, 0o2775, 0o640);
    let owner = format!("#{NOBODY}");
    for line in [READS, WRITES].concat() {
        assert_sent(&sandbox, &program, line, &sandbox.database(), &owner);
    }
}

#[test]
fn the_owner_of_a_closed_file_is_not_sent_to_themselves() {
    if !is_root() {
        return;
    }
    let home = Sandbox::empty();
    let program = program_for_all(&home);
    let sandbox = database_of(STRANGER, STRANGER, 0o755, 0o444);
    for line in &WRITES[..3] {
        let line = [*line, &["--format=json"]].concat();
        run(&sandbox, &program, &line).assert_error(8, "database_read_only");
    }
    set_mode(&sandbox.database(), 0o000);
    run(&sandbox, &program, &["list", "--format=json"]).assert_error(8, "io_error");
}
