//! Whose file it is: root acts as the owner, and others leave nothing that locks the owner out.

use std::fs;
use std::os::unix::fs::{chown, symlink};

use crate::support::{
    CAP_SETGID, CAP_SETUID, GROUP, NOBODY, PASSWORD, Sandbox, make_changes_slow, needs_root,
    of_nobody, owner, set_mode, until,
};

#[cfg(target_os = "linux")]
#[test]
fn root_becomes_the_owner_for_good_before_it_waits() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    of_nobody(&sandbox);
    let lock = sandbox.locked("EXCLUSIVE");
    for line in ["add bob --password-stdin", "login alice --password-stdin"] {
        let running = sandbox.useradm(line).stdin(PASSWORD).start();
        let status = format!("/proc/{}/status", running.pid);
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
    lock.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn what_root_leaves_when_killed_belongs_to_the_owner() {
    if !needs_root() {
        return;
    }
    for (journal, suffixes) in [("delete", &["-journal"][..]), ("wal", &["-wal", "-shm"])] {
        let sandbox = Sandbox::journaled(journal, &["alice"]);
        make_changes_slow(&sandbox);
        of_nobody(&sandbox);
        let running = sandbox.useradm("update alice --password-stdin").stdin(PASSWORD).start();
        for suffix in suffixes {
            until("the file is there", || sandbox.beside(suffix).exists());
        }
        running.kill();
        for suffix in suffixes {
            assert_eq!(owner(&sandbox.beside(suffix)), (NOBODY, NOBODY), "{suffix}");
        }
        // So the application, which is not root, can go on.
        let login = sandbox.useradm_by((NOBODY, NOBODY), "login -q alice --password-stdin");
        login.stdin(PASSWORD).check();
    }
}

#[test]
fn root_becomes_the_owner_of_what_a_link_leads_to() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    make_changes_slow(&sandbox);
    of_nobody(&sandbox);
    let elsewhere = Sandbox::empty();
    symlink(sandbox.database(), elsewhere.database()).unwrap();
    let running = elsewhere.useradm("update alice --password-stdin").stdin(PASSWORD).start();
    until("there is a journal", || sandbox.beside("-journal").exists());
    running.kill();
    assert_eq!(owner(&sandbox.beside("-journal")), (NOBODY, NOBODY));
    assert_eq!(elsewhere.files(), ["users.db"]);
}

#[test]
fn root_changes_nothing_of_the_owner_and_mode() {
    if !needs_root() {
        return;
    }
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["a"]);
        of_nobody(&sandbox);
        set_mode(&sandbox.database(), 0o640);
        sandbox.useradm("add -q bob --password-stdin").stdin(PASSWORD).check();
        sandbox.useradm("update -q a --username b").check();
        sandbox.useradm("delete -q bob --yes").check();
        sandbox.useradm("list --count").stdout("1\n").check();
        assert_eq!(owner(&sandbox.database()), (NOBODY, NOBODY));
        assert_eq!(sandbox.mode("users.db"), 0o640);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn a_file_that_root_makes_belongs_to_the_owner_of_the_directory() {
    if !needs_root() {
        return;
    }
    for line in ["init -q", "add -q bob --create --password-stdin"] {
        let sandbox = Sandbox::empty();
        chown(sandbox.directory(), Some(NOBODY), Some(GROUP)).unwrap();
        set_mode(sandbox.directory(), 0o755);
        sandbox.useradm(line).stdin(PASSWORD).check();
        assert_eq!(owner(&sandbox.database()).0, NOBODY);
        assert_eq!(sandbox.mode("users.db"), 0o600);
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn root_that_cannot_become_the_owner_is_refused() {
    if !needs_root() {
        return;
    }
    for capability in [CAP_SETGID, CAP_SETUID] {
        let sandbox = Sandbox::application(&["alice"]);
        let before = sandbox.users();
        of_nobody(&sandbox);
        for line in
            ["add bob --password-stdin", "update alice --username bob", "delete alice --yes"]
        {
            let run = sandbox.useradm(line).stdin(PASSWORD).without_capability(capability);
            run.error(8, "wrong_owner").check();
        }
        assert_eq!(sandbox.users(), before);

        let empty = Sandbox::empty();
        chown(empty.directory(), Some(NOBODY), Some(NOBODY)).unwrap();
        let run = empty.useradm("init").without_capability(capability);
        run.error(8, "wrong_owner").check();
        assert!(empty.files().is_empty());
    }
}

#[test]
fn a_database_that_is_not_there_yet_is_not_to_be_given_away() {
    if !needs_root() {
        return;
    }
    for (mode, who) in [
        (0o1777, "everybody".to_owned()),
        (0o777, "everybody".to_owned()),
        (0o775, format!("its group ({GROUP})")),
    ] {
        for line in ["init", "add bob --create --password-stdin"] {
            let sandbox = Sandbox::empty();
            chown(sandbox.directory(), Some(0), Some(GROUP)).unwrap();
            set_mode(sandbox.directory(), mode);
            let run = sandbox.useradm(line).stdin(PASSWORD).status(8);
            let (_, stderr) = run
                .stderr(format!(
                    "error: [DIR] can be changed by {who}, so root does not trust it\n\
                     hint: [..]another directory[..]`sudo -u USER --preserve-env=USERADM_ROUNDS \
                     useradm --db [DIR]/users.db {line}`[..]\n"
                ))
                .check();
            assert!(!stderr.contains("chown"), "{stderr}");
            assert!(!stderr.contains("belongs to"), "{stderr}");
            assert!(sandbox.files().is_empty());
        }
    }
}
