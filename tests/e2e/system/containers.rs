//! Containers whose root has not all of root's capabilities, on a volume that belongs to somebody.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::process::Command;

use super::harness::{PASSWORD, Running, Sandbox, until};
use super::owner::{NOBODY, is_root, make_changes_slow, of_nobody, set_mode, without_capability};

const CAP_CHOWN: i32 = 0;
const CAP_SETUID: i32 = 7;

fn owner(path: &Path) -> (u32, u32) {
    let file = fs::metadata(path).unwrap();
    (file.uid(), file.gid())
}

/// The program as a root that cannot become another user, and lacks this capability as well.
fn confined(sandbox: &Sandbox, line: &[&str], also: Option<i32>) -> Command {
    let mut command = sandbox.useradm(line);
    for capability in [Some(CAP_SETUID), also].into_iter().flatten() {
        without_capability(&mut command, capability);
    }
    command
}

#[test]
fn root_that_cannot_become_the_owner_is_told_what_a_container_can_do() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_users(&["alice"]);
    of_nobody(&sandbox);
    for line in [&["list"][..], &["delete", "alice", "--yes"]] {
        let outcome = Running::start(confined(&sandbox, line, None)).finish();
        outcome.assert_code(8).assert_says("--trust-directory");
        outcome.assert_says(&format!("docker exec --user {NOBODY} "));
        assert!(!outcome.stderr.contains("sudo"), "{outcome:?}");
    }
    assert_eq!(sandbox.names(), ["alice"]);
}

#[test]
fn with_trust_root_stays_root_and_leaves_nothing_of_its_own() {
    if !is_root() {
        return;
    }
    for wal in [false, true] {
        let sandbox =
            if wal { Sandbox::in_wal_mode(&["alice"]) } else { Sandbox::with_users(&["alice"]) };
        of_nobody(&sandbox);
        let run = |line: &[&str], input| {
            let command = confined(&sandbox, &[&["--trust-directory"], line].concat(), None);
            Running::start_with(command, input).finish()
        };
        assert_eq!(run(&["list", "--format=plain"], "").assert_code(0).stdout, "1\talice\n");
        run(&["add", "bob", "--password-stdin"], PASSWORD).assert_code(0);
        run(&["delete", "alice", "--yes"], "").assert_code(0);
        assert_eq!(sandbox.names(), ["bob"]);
        assert_eq!(owner(&sandbox.database()), (NOBODY, NOBODY));
        assert_eq!(sandbox.files(), ["users.db"]);

        make_changes_slow(&sandbox);
        let line = ["--trust-directory", "update", "bob", "--username=carol"];
        let running = Running::start(confined(&sandbox, &line, None));
        let suffixes = if wal { &["-wal", "-shm"][..] } else { &["-journal"] };
        for suffix in suffixes {
            until("the file is the owner's", || {
                let path = sandbox.beside(suffix);
                path.exists() && owner(&path) == (NOBODY, NOBODY)
            });
        }
        running.kill();
        // The next one, as any other user of the database, goes on from there.
        run(&["list"], "").assert_code(0);
    }
}

#[test]
fn root_that_cannot_give_its_journals_away_only_reads() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_users(&["alice"]);
    of_nobody(&sandbox);
    let run = |line: &[&str]| {
        let line = [&["--trust-directory"], line].concat();
        Running::start(confined(&sandbox, &line, Some(CAP_CHOWN))).finish()
    };
    run(&["list"]).assert_code(0);
    let outcome = run(&["delete", "alice", "--yes"]);
    outcome.assert_code(8).assert_says(&format!("--user {NOBODY} "));
    assert!(!outcome.stderr.contains("--trust-directory"), "{outcome:?}");
    run(&["delete", "alice", "--yes", "--format=json"]).assert_error(8, "wrong_owner");
    sandbox.sql("PRAGMA journal_mode = WAL");
    run(&["list", "--format=json"]).assert_error(8, "wrong_owner");
    assert_eq!(sandbox.files(), ["users.db"]);
    assert_eq!(sandbox.names(), ["alice"]);
}

#[test]
fn a_new_file_is_given_to_the_owner_of_the_directory_or_not_made() {
    if !is_root() {
        return;
    }
    for line in [&["init"][..], &["add", "bob", "--create", "--password-stdin"]] {
        let sandbox = Sandbox::empty();
        chown(sandbox.directory(), Some(NOBODY), Some(NOBODY)).unwrap();
        set_mode(sandbox.directory(), 0o755);
        let line = [&["--trust-directory"], line].concat();
        let command = confined(&sandbox, &line, Some(CAP_CHOWN));
        let outcome = Running::start_with(command, PASSWORD).finish();
        outcome.assert_code(8).assert_says(&format!("--user {NOBODY} "));
        assert!(sandbox.files().is_empty());
        let command = confined(&sandbox, &line, None);
        Running::start_with(command, PASSWORD).finish().assert_code(0);
        assert_eq!(owner(&sandbox.database()), (NOBODY, NOBODY));
        assert_eq!(fs::metadata(sandbox.database()).unwrap().mode() & 0o777, 0o600);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}
