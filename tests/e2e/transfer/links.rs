//! A database that is named through a link: what is written must not take the place of the files
//! that SQLite keeps beside what the link leads to.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::Sandbox;

/// Every option that has a file written, and what it is given.
const WRITERS: [&str; 4] =
    ["export --to csv", "export --to csv --force", "import --from csv - --rejects", PASSWORDS];

const PASSWORDS: &str = "import --from csv - --generate-passwords";

/// Rows that are rejected, or get a password.
const ROWS: &str = "username\nbob\n";

#[test]
fn no_file_takes_the_place_of_a_journal_of_the_linked_database() {
    let sandbox = Sandbox::application(&["alice"]);
    fs::create_dir(sandbox.path("real")).unwrap();
    fs::rename(sandbox.path("users.db"), sandbox.path("real/users.db")).unwrap();
    symlink("real/users.db", sandbox.path("users.db")).unwrap();
    symlink("users.db", sandbox.path("again.db")).unwrap();
    symlink("real", sandbox.path("folder")).unwrap();
    for name in ["users.db", "again.db", "folder/users.db"] {
        for line in WRITERS {
            for ending in ["", "-wal", "-journal", "-shm"] {
                let target = format!("real/users.db{ending}");
                let run = sandbox.useradm(&format!("--db {name} {line}")).arg(&target);
                run.stdin(ROWS).error(6, "invalid_input").check_unchanged();
                assert_eq!(fs::read_dir(sandbox.path("real")).unwrap().count(), 1, "{target}");
            }
        }
    }
}

#[test]
fn a_live_log_of_the_linked_database_survives_an_export() {
    let sandbox = Sandbox::journaled("wal", &["alice"]);
    symlink("users.db", sandbox.path("link.db")).unwrap();
    let application = rusqlite::Connection::open(sandbox.path("users.db")).unwrap();
    application.execute_batch("UPDATE user SET username = 'bob'").unwrap();
    let log = fs::read(sandbox.path("users.db-wal")).unwrap();
    assert!(!log.is_empty());
    let run = sandbox.useradm("--db link.db export --to csv --force users.db-wal");
    run.error(6, "invalid_input").check();
    assert!(fs::read(sandbox.path("users.db-wal")).unwrap() == log);
    drop(application);
    assert_eq!(sandbox.usernames(), ["bob"]);
}

#[test]
fn other_files_beside_the_database_are_written() {
    let sandbox = Sandbox::application(&["alice"]);
    symlink("users.db", sandbox.path("link.db")).unwrap();
    let run = sandbox.useradm("--db link.db import --from csv - --generate-passwords new.csv");
    run.stdin(ROWS).stderr("[...]").check();
    assert!(sandbox.text("new.csv").contains("bob"));
}
