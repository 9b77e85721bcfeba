//! Containers whose root has not all of root's capabilities, on a volume that belongs to somebody.

#![cfg(target_os = "linux")]

use std::os::unix::fs::chown;

use crate::support::{
    CAP_CHOWN, CAP_SETUID, NOBODY, PASSWORD, Run, Sandbox, make_changes_slow, needs_root,
    of_nobody, owner, set_mode, until,
};

/// The program as a root that cannot become another user.
fn confined(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.useradm(line).without_capability(CAP_SETUID)
}

/// The same, and it is told to stay root.
fn trusting(sandbox: &Sandbox, line: &str) -> Run {
    confined(sandbox, line).arg("--trust-directory")
}

#[test]
fn root_that_cannot_become_the_owner_is_told_what_a_container_can_do() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    of_nobody(&sandbox);
    for line in ["list", "delete alice --yes"] {
        let says = format!(
            "error: [..]\nhint: [..]docker exec --user {NOBODY} [..]--trust-directory[..]\n"
        );
        let (_, stderr) = confined(&sandbox, line).status(8).stderr(says).check();
        assert!(!stderr.contains("sudo"), "{stderr}");
    }
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn with_trust_root_stays_root_and_leaves_nothing_of_its_own() {
    if !needs_root() {
        return;
    }
    for (journal, suffixes) in [("delete", &["-journal"][..]), ("wal", &["-wal", "-shm"])] {
        let sandbox = Sandbox::journaled(journal, &["alice"]);
        of_nobody(&sandbox);
        trusting(&sandbox, "list --format plain").stdout("1\talice\n").check();
        trusting(&sandbox, "add -q bob --password-stdin").stdin(PASSWORD).check();
        trusting(&sandbox, "delete -q alice --yes").check();
        assert_eq!(sandbox.usernames(), ["bob"]);
        assert_eq!(owner(&sandbox.database()), (NOBODY, NOBODY));
        assert_eq!(sandbox.files(), ["users.db"]);

        make_changes_slow(&sandbox);
        let running = trusting(&sandbox, "update bob --username carol").start();
        for suffix in suffixes {
            until("the file is the owner's", || {
                let path = sandbox.beside(suffix);
                path.exists() && owner(&path) == (NOBODY, NOBODY)
            });
        }
        running.kill();
        // The next one, as any other user of the database, goes on from there.
        trusting(&sandbox, "list --count").stdout("1\n").check();
    }
}

#[test]
fn root_that_cannot_give_its_journals_away_only_reads() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    of_nobody(&sandbox);
    let run = |line| trusting(&sandbox, line).without_capability(CAP_CHOWN);
    run("list --count").stdout("1\n").check();
    let says = format!("error: [..]\nhint: [..]--user {NOBODY} [..]\n");
    let (_, stderr) = run("delete alice --yes").status(8).stderr(says).check();
    assert!(!stderr.contains("--trust-directory"), "{stderr}");
    run("delete alice --yes").error(8, "wrong_owner").check();
    sandbox.sql("PRAGMA journal_mode = WAL");
    run("list").error(8, "wrong_owner").check();
    assert_eq!(sandbox.files(), ["users.db"]);
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn a_new_file_is_given_to_the_owner_of_the_directory_or_not_made() {
    if !needs_root() {
        return;
    }
    for line in ["init -q", "add -q bob --create --password-stdin"] {
        let sandbox = Sandbox::empty();
        chown(sandbox.directory(), Some(NOBODY), Some(NOBODY)).unwrap();
        set_mode(sandbox.directory(), 0o755);
        let run = trusting(&sandbox, line).without_capability(CAP_CHOWN).stdin(PASSWORD);
        run.status(8).stderr(format!("error: [..]\nhint: [..]--user {NOBODY} [..]\n")).check();
        assert!(sandbox.files().is_empty());
        trusting(&sandbox, line).stdin(PASSWORD).check();
        assert_eq!(owner(&sandbox.database()), (NOBODY, NOBODY));
        assert_eq!(sandbox.mode("users.db"), 0o600);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}
