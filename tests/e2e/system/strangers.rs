//! Users who are neither root nor the owner.

use std::fs;
use std::os::unix::fs::chown;

use crate::support::{
    GROUP, NOBODY, PASSWORD, Run, STRANGER, Sandbox, needs_root, of_nobody, set_mode,
};

/// Every command that changes something.
const CHANGES: [&str; 4] = [
    "add bob --password-stdin",
    "register bob --password-stdin",
    "update alice --username=alicia",
    "delete alice --yes",
];

/// A database of somebody else, whom everybody may visit.
fn foreign(journal: &str) -> Sandbox {
    let sandbox = Sandbox::journaled(journal, &["alice"]);
    of_nobody(&sandbox);
    set_mode(sandbox.directory(), 0o755);
    sandbox
}

/// The same, in a directory in which a group works too.
fn shared(journal: &str, directory_mode: u32) -> Sandbox {
    let sandbox = foreign(journal);
    for path in [sandbox.directory(), &sandbox.database()] {
        chown(path, None, Some(GROUP)).unwrap();
    }
    set_mode(sandbox.directory(), directory_mode);
    set_mode(&sandbox.database(), 0o664);
    sandbox
}

fn by_group(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.useradm_by((STRANGER, GROUP), line).stdin(PASSWORD)
}

fn by_stranger(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.useradm_by((STRANGER, STRANGER), line).stdin(PASSWORD)
}

/// Fails unless a stranger reads everything and leaves nothing.
#[track_caller]
fn assert_readable(sandbox: &Sandbox) {
    let before = sandbox.files();
    by_stranger(sandbox, "list --format plain").stdout("1\talice\n").check();
    by_stranger(sandbox, "show alice --format plain").stdout("1\talice\t[..]\n").check();
    by_stranger(sandbox, "login -q alice --password-stdin").check();
    assert_eq!(sandbox.files(), before);
}

/// Fails unless the run is sent to the owner, by a line that repeats it.
#[track_caller]
fn assert_sent(run: impl Fn() -> Run, line: &str) {
    let owner = format!("sudo -u '#{NOBODY}' --preserve-env=USERADM_ROUNDS");
    let says = format!("error: [..]\nhint: {owner} useradm --db [DIR]/users.db {line}\n");
    run().status(8).stderr(says).check();
    run().error(8, "wrong_owner").check();
}

#[test]
fn another_user_of_the_group_may_not_write() {
    if !needs_root() {
        return;
    }
    for journal in ["delete", "wal"] {
        let sandbox = shared(journal, 0o775);
        let (before, files) = (sandbox.users(), sandbox.files());
        for line in CHANGES {
            assert_sent(|| by_group(&sandbox, line), line);
        }
        assert_eq!(sandbox.files(), files);
        assert_eq!(sandbox.users(), before);
    }
}

#[test]
fn the_hint_names_the_database_that_only_the_environment_named() {
    if !needs_root() {
        return;
    }
    let sandbox = shared("delete", 0o775);
    let run = by_group(&sandbox, "delete alice --yes").env("USERADM_DB", "users.db").status(8);
    run.stderr("error: [..]\nhint: [..] --db [DIR]/users.db [..]\n").check();
}

#[test]
fn a_setgid_directory_with_the_group_of_the_file_lets_the_group_write() {
    if !needs_root() {
        return;
    }
    for journal in ["delete", "wal"] {
        let sandbox = shared(journal, 0o2775);
        for (line, names) in [
            ("add -q bob --password-stdin", &["alice", "bob"][..]),
            ("update -q alice --username alicia", &["alicia", "bob"]),
            ("delete -q bob --yes", &["alicia"]),
        ] {
            by_group(&sandbox, line).check();
            assert_eq!(sandbox.usernames(), names);
        }
    }
}

#[test]
fn a_setgid_directory_of_another_group_does_not() {
    if !needs_root() {
        return;
    }
    let sandbox = shared("delete", 0o2777);
    chown(sandbox.directory(), None, Some(STRANGER)).unwrap();
    set_mode(sandbox.directory(), 0o2777);
    by_group(&sandbox, CHANGES[2]).error(8, "wrong_owner").check();
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn a_stranger_reads_where_reading_is_allowed_and_leaves_no_files() {
    if !needs_root() {
        return;
    }
    for directory_mode in [0o755, 0o777] {
        let sandbox = foreign("delete");
        set_mode(sandbox.directory(), directory_mode);
        for file_mode in [0o644, 0o666] {
            set_mode(&sandbox.database(), file_mode);
            assert_readable(&sandbox);
        }
    }
}

#[test]
fn a_stranger_is_sent_to_the_owner_where_a_log_would_have_to_be_made() {
    if !needs_root() {
        return;
    }
    for directory_mode in [0o755, 0o777] {
        let sandbox = foreign("wal");
        set_mode(sandbox.directory(), directory_mode);
        let before = sandbox.bytes();
        for file_mode in [0o644, 0o666] {
            set_mode(&sandbox.database(), file_mode);
            for line in ["list", "show alice", "login alice --password-stdin"] {
                assert_sent(|| by_stranger(&sandbox, line), line);
            }
        }
        assert_eq!(sandbox.files(), ["users.db"]);
        assert!(sandbox.bytes() == before);
    }
}

#[test]
fn a_log_without_its_index_is_not_given_one_by_a_stranger() {
    if !needs_root() {
        return;
    }
    let sandbox = foreign("wal");
    set_mode(sandbox.directory(), 0o777);
    set_mode(&sandbox.database(), 0o666);
    sandbox.write("users.db-wal", "");
    let log = sandbox.beside("-wal");
    chown(&log, Some(NOBODY), Some(NOBODY)).unwrap();
    set_mode(&log, 0o666);
    assert_sent(|| by_stranger(&sandbox, "list"), "list");
    assert_eq!(sandbox.files(), ["users.db", "users.db-wal"]);
}

#[test]
fn a_stranger_reads_what_the_application_has_open() {
    if !needs_root() {
        return;
    }
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["a"]);
        of_nobody(&sandbox);
        set_mode(sandbox.directory(), 0o755);
        set_mode(&sandbox.database(), 0o644);
        let application = sandbox.connection();
        // Still in the log, if there is one.
        application.execute_batch("UPDATE user SET username = 'alice'").unwrap();
        assert_readable(&sandbox);
    }
}

#[test]
fn a_stranger_who_may_not_undo_a_killed_change_does_not_see_half_of_it() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::with_hot_journal();
    of_nobody(&sandbox);
    set_mode(sandbox.directory(), 0o755);
    set_mode(&sandbox.database(), 0o644);
    let journal = fs::read(sandbox.beside("-journal")).unwrap();
    for mode in [0o600, 0o644] {
        set_mode(&sandbox.beside("-journal"), mode);
        assert_sent(|| by_stranger(&sandbox, "list"), "list");
        assert!(fs::read(sandbox.beside("-journal")).unwrap() == journal);
    }
}
