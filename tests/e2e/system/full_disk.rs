//! No room left: the change is refused as a whole, and says so.

use std::fs;

#[cfg(target_os = "linux")]
use super::mounts::Mounted;

use crate::support::{PASSWORD, Run, Sandbox, hash};

/// The size of a page of SQLite's, as the application has them.
const PAGE: u64 = 4096;

/// A run, with a password on standard input, in which no file may become larger than this.
fn limited(sandbox: &Sandbox, line: &str, bytes: u64) -> Run {
    sandbox.useradm(line).stdin(PASSWORD).with_files_up_to(bytes)
}

/// Fills the last page of the table, so that the next user needs another one.
fn fill_last_page(sandbox: &Sandbox, longest: &str) {
    let connection = sandbox.connection();
    let pages =
        || connection.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0)).unwrap();
    let hash = hash(PASSWORD);
    let insert = |name: &str| {
        let sql = "INSERT INTO user (username, password_hash) VALUES (?1, ?2)";
        connection.execute(sql, [name, &hash]).unwrap();
    };
    for i in 0.. {
        let before = pages();
        connection.execute_batch("BEGIN").unwrap();
        insert(longest);
        let grows = pages() > before;
        connection.execute_batch("ROLLBACK").unwrap();
        if grows && before > 8 {
            return;
        }
        insert(&format!("{i:0>60}"));
    }
}

#[test]
fn a_file_that_may_not_grow_stays_as_it_is() {
    let sandbox = Sandbox::application(&["alice"]);
    let name = "z".repeat(60);
    fill_last_page(&sandbox, &name);
    let size = fs::metadata(sandbox.database()).unwrap().len();
    let before = sandbox.bytes();
    let line = format!("add -q {name} --password-stdin");
    limited(&sandbox, &line, size).error(8, "database_full").check();
    assert!(sandbox.bytes() == before);
    assert_eq!(sandbox.files(), ["users.db"]);
    sandbox.assert_sound();
    limited(&sandbox, &line, size + 4 * PAGE).check();
}

#[test]
fn a_journal_that_may_not_grow_changes_nothing() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    for bytes in [0, 1, 600, PAGE] {
        for line in ["add bob --password-stdin", "update alice --password-stdin"] {
            limited(&sandbox, line, bytes).error(8, "database_full").check();
            assert!(sandbox.bytes() == before, "{bytes}");
        }
    }
    sandbox.assert_sound();
}

#[test]
fn a_database_that_cannot_be_made_for_lack_of_room_leaves_no_file() {
    for bytes in [0, 1, PAGE, 2 * PAGE] {
        let sandbox = Sandbox::empty();
        for line in ["add bob --create --password-stdin", "init"] {
            limited(&sandbox, line, bytes).error(8, "database_full").check();
            assert!(sandbox.files().is_empty(), "{:?}", sandbox.files());
        }
    }
}

#[test]
fn whatever_the_limit_in_wal_mode_the_answer_is_true() {
    let mut refused = 0;
    for is_open in [false, true] {
        for step in 0..24 {
            let bytes = step * 2000;
            let sandbox = Sandbox::journaled("wal", &["alice"]);
            // The application keeps the log from being emptied by the last to close it.
            let application = is_open.then(|| sandbox.connection());
            let before = application.as_ref().map(crate::support::users);
            let run = limited(&sandbox, "add bob --password-stdin --format json", bytes);
            let outcome = run.outcome();
            let names = sandbox.usernames();
            if outcome.status == 0 {
                assert_eq!(names, ["alice", "bob"], "{bytes}: {outcome:#?}");
            } else {
                outcome.assert_error(8, "database_full");
                assert_eq!(names, ["alice"], "{bytes}: {outcome:#?}");
                refused += 1;
            }
            drop((application, before));
            // What was refused does not come back when the log is read again.
            assert_eq!(sandbox.usernames(), names);
            sandbox.assert_sound();
        }
    }
    assert!((1..48).contains(&refused), "{refused} of 48 were refused");
}

#[test]
fn a_table_that_cannot_be_made_for_lack_of_room_leaves_the_file_as_it_is() {
    let sandbox = Sandbox::with_schema("CREATE TABLE other (x)");
    let before = sandbox.bytes();
    for bytes in [0, 600, 2 * PAGE] {
        limited(&sandbox, "init", bytes).error(8, "database_full").check();
        assert!(sandbox.bytes() == before, "{bytes}");
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

/// Adds users until there is no room; then whoever was acknowledged is there, and nobody else.
#[cfg(target_os = "linux")]
fn fill_disk(journal: &str) {
    let sandbox = Sandbox::empty();
    let Some(_disk) = Mounted::new(&sandbox, "size=64k,mode=0700") else { return };
    sandbox.useradm("init -q").check();
    sandbox.sql(&format!("PRAGMA journal_mode = {journal}"));
    let hash = hash(PASSWORD);
    let (mut acknowledged, mut refused) = (Vec::new(), 0);
    // Long names fill it soon.
    for i in 0..400 {
        let name = format!("user{i:0>76}");
        let line = format!("add {name} --hashed --password-stdin --format json");
        let outcome = sandbox.useradm(&line).stdin(&hash).outcome();
        if outcome.status == 0 {
            acknowledged.push(name);
        } else {
            outcome.assert_error(8, "database_full");
            refused += 1;
        }
        if refused == 5 {
            break;
        }
    }
    assert_eq!(refused, 5, "the disk never became full");
    assert!(acknowledged.len() > 20, "{} users", acknowledged.len());
    // In WAL mode a reader would need room too, for the index of the log.
    if journal == "delete" {
        assert_eq!(sandbox.usernames(), acknowledged);
        assert_eq!(sandbox.files(), ["users.db"]);
        sandbox.assert_sound();
        sandbox.useradm(&format!("delete -q --yes {}", acknowledged.remove(0))).check();
    }
    // Elsewhere there is room for everything that is beside the file.
    let copy = Sandbox::empty();
    for file in sandbox.files() {
        fs::copy(sandbox.path(&file), copy.path(&file)).unwrap();
    }
    assert_eq!(copy.usernames(), acknowledged);
    copy.assert_sound();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nobody_in_rollback_mode() {
    fill_disk("delete");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nobody_in_wal_mode() {
    fill_disk("wal");
}
