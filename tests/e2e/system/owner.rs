//! Whose file it is: root acts as the owner, and others leave nothing that locks the owner out.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::Uid;
use rusqlite::TransactionBehavior;

use super::harness::{PASSWORD, Running, Sandbox, skip, until};

/// A user and group who have no name and no rights, and two others.
pub(crate) const NOBODY: u32 = 54_321;
pub(crate) const STRANGER: u32 = 54_322;
pub(crate) const GROUP: u32 = 54_323;

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn owner(path: &Path) -> (u32, u32) {
    let file = fs::metadata(path).unwrap();
    (file.uid(), file.gid())
}

/// Gives the database and its directory to somebody who is not root.
pub(crate) fn of_nobody(sandbox: &Sandbox) {
    for path in [sandbox.directory(), &sandbox.database()] {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    set_mode(sandbox.directory(), 0o755);
}

/// A copy of the program in a place that everybody can reach.
pub(crate) fn program_for_all(sandbox: &Sandbox) -> PathBuf {
    let directory = sandbox.directory().join("bin");
    fs::create_dir(&directory).unwrap();
    let program = directory.join("useradm");
    // A program that this process itself had open for writing could not be started while another
    // test is just starting one, which inherits the descriptor for a moment.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_useradm")).arg(&program).status();
    assert!(copied.unwrap().success());
    set_mode(sandbox.directory(), 0o755);
    set_mode(&directory, 0o755);
    set_mode(&program, 0o755);
    program
}

/// Whether this process may give files away; if not, says so.
pub(crate) fn is_root() -> bool {
    let is_root = Uid::effective().is_root();
    if !is_root {
        skip("only root can give files away");
    }
    is_root
}

/// Makes every change take seconds, in the middle of its transaction.
pub(crate) fn make_changes_slow(sandbox: &Sandbox) {
    let trigger = |event: &str| {
        format!("CREATE TRIGGER slow_{event} AFTER {event} ON user BEGIN SELECT n FROM slow; END;")
    };
    sandbox.sql(&format!(
        "CREATE VIEW slow (n) AS WITH RECURSIVE c (x) AS
             (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000000) SELECT count(*) FROM c;
         {} {} {}",
        trigger("insert"),
        trigger("update"),
        trigger("delete")
    ));
}

/// Waits until a process is in the middle of a change.
pub(crate) fn wait_for_a_change(sandbox: &Sandbox, wal: bool) {
    if wal {
        let connection = sandbox.connection();
        connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        until("the write lock is taken", || {
            connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_err()
        });
    } else {
        until("there is a journal", || sandbox.beside("-journal").exists());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn root_becomes_the_owner_for_good_before_it_waits() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_users(&["alice"]);
    of_nobody(&sandbox);
    let mut connection = sandbox.connection();
    let lock = connection.transaction_with_behavior(TransactionBehavior::Exclusive).unwrap();
    for arguments in [&["add", "bob"][..], &["login", "alice"]] {
        let running = sandbox.start_with(arguments, PASSWORD);
        let status = format!("/proc/{}/status", running.pid());
        let has = |field: &str, words: &str| {
            let status = fs::read_to_string(&status).unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
            line.split_whitespace().collect::<Vec<_>>().join(" ") == words
        };
        let id = NOBODY;
        until("it is the owner", || has("Uid:", &format!("{id} {id} {id} {id}")));
        assert!(has("Gid:", &format!("{id} {id} {id} {id}")));
        assert!(has("Groups:", &id.to_string()) || has("Groups:", ""));
        running.kill();
    }
    lock.rollback().unwrap();
}

#[test]
fn what_root_leaves_when_killed_belongs_to_the_owner() {
    if !is_root() {
        return;
    }
    for wal in [false, true] {
        let sandbox =
            if wal { Sandbox::in_wal_mode(&["alice"]) } else { Sandbox::with_users(&["alice"]) };
        make_changes_slow(&sandbox);
        of_nobody(&sandbox);
        let running = sandbox.start_with(&["update", "alice"], "blue elephant");
        let suffixes = if wal { &["-wal", "-shm"][..] } else { &["-journal"] };
        for suffix in suffixes {
            until("the file is there", || sandbox.beside(suffix).exists());
        }
        running.kill();
        for suffix in suffixes {
            assert_eq!(owner(&sandbox.beside(suffix)), (NOBODY, NOBODY), "{suffix}");
        }
        // So the application, which is not root, can go on.
        let program = program_for_all(&sandbox);
        let mut command = sandbox.run_program(&program, &["login", "alice", "--password-stdin"]);
        command.uid(NOBODY).gid(NOBODY);
        Running::start_with(command, PASSWORD).finish().assert_code(0);
    }
}

#[test]
fn root_becomes_the_owner_of_what_a_link_leads_to() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_users(&["alice"]);
    make_changes_slow(&sandbox);
    of_nobody(&sandbox);
    let elsewhere = Sandbox::empty();
    std::os::unix::fs::symlink(sandbox.database(), elsewhere.database()).unwrap();
    let running = elsewhere.start_with(&["update", "alice"], "blue elephant");
    until("there is a journal", || sandbox.beside("-journal").exists());
    running.kill();
    assert_eq!(owner(&sandbox.beside("-journal")), (NOBODY, NOBODY));
    assert_eq!(elsewhere.files(), ["users.db"]);
}

#[test]
fn root_changes_nothing_of_the_owner_and_mode() {
    if !is_root() {
        return;
    }
    for wal in [false, true] {
        let sandbox = if wal { Sandbox::in_wal_mode(&["a"]) } else { Sandbox::with_users(&["a"]) };
        of_nobody(&sandbox);
        set_mode(&sandbox.database(), 0o640);
        sandbox.run_with(&["add", "bob"], PASSWORD).assert_code(0);
        sandbox.run(&["update", "a", "--username=b"]).assert_code(0);
        sandbox.run(&["delete", "bob", "--yes"]).assert_code(0);
        sandbox.run(&["list"]).assert_code(0);
        assert_eq!(owner(&sandbox.database()), (NOBODY, NOBODY));
        assert_eq!(mode(&sandbox.database()), 0o640);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn a_file_that_root_makes_belongs_to_the_owner_of_the_directory() {
    if !is_root() {
        return;
    }
    for arguments in [&["init"][..], &["add", "bob", "--create", "--password-stdin"]] {
        let sandbox = Sandbox::empty();
        chown(sandbox.directory(), Some(NOBODY), Some(GROUP)).unwrap();
        set_mode(sandbox.directory(), 0o755);
        Running::start_with(sandbox.useradm(arguments), PASSWORD).finish().assert_code(0);
        assert_eq!(fs::metadata(sandbox.database()).unwrap().uid(), NOBODY);
        assert_eq!(mode(&sandbox.database()), 0o600);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn a_new_file_is_private_whatever_the_umask() {
    for (umask, arguments) in [
        ("000", &["init"][..]),
        ("000", &["add", "bob", "--create", "--password-stdin"]),
        ("777", &["init"]),
        ("277", &["add", "bob", "--create", "--password-stdin"]),
    ] {
        let sandbox = Sandbox::empty();
        let program = sandbox.useradm(arguments);
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("umask {umask}; exec \"$0\" \"$@\""));
        shell.arg(program.get_program()).args(program.get_args());
        shell.env_clear().env("USERADM_ROUNDS", "1000");
        Running::start_with(shell, PASSWORD).finish().assert_code(0);
        assert_eq!(mode(&sandbox.database()), 0o600, "umask {umask}");
    }
}

/// Takes a capability away from the program that the command starts, root or not.
#[cfg(target_os = "linux")]
pub(crate) fn without_capability(command: &mut Command, capability: i32) {
    with_option(command, nix::libc::PR_CAPBSET_DROP, capability);
}

/// Sets an option of the process (`prctl(2)`) in the program that the command starts.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "only between fork and exec can a child set its own options")]
pub(crate) fn with_option(command: &mut Command, option: i32, value: i32) {
    let set = move || {
        // SAFETY: the call takes numbers and touches no memory.
        match unsafe { nix::libc::prctl(option, value, 0, 0, 0) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    };
    // SAFETY: a system call may be made between fork and exec.
    unsafe { command.pre_exec(set) };
}

#[cfg(target_os = "linux")]
#[test]
fn root_that_cannot_become_the_owner_is_refused() {
    const CAP_SETGID: i32 = 6;
    const CAP_SETUID: i32 = 7;
    if !is_root() {
        return;
    }
    for capability in [CAP_SETGID, CAP_SETUID] {
        let sandbox = Sandbox::with_users(&["alice"]);
        let before = sandbox.rows();
        of_nobody(&sandbox);
        for arguments in [
            &["add", "bob", "--password-stdin"][..],
            &["update", "alice", "--username=bob"],
            &["delete", "alice", "--yes"],
        ] {
            let mut command = sandbox.useradm(arguments);
            command.arg("--format=json");
            without_capability(&mut command, capability);
            Running::start_with(command, PASSWORD).finish().assert_error(8, "wrong_owner");
        }
        assert_eq!(sandbox.rows(), before);

        let empty = Sandbox::empty();
        chown(empty.directory(), Some(NOBODY), Some(NOBODY)).unwrap();
        let mut command = empty.useradm(&["init", "--format=json"]);
        without_capability(&mut command, capability);
        Running::start(command).finish().assert_error(8, "wrong_owner");
        assert!(empty.files().is_empty());
    }
}
