//! What is left of a hash that was replaced or deleted, in the file and in its log.

use std::fs;
use std::process::Command;

use crate::support::{PASSWORD, Sandbox, hash_with_salt, hold_read_lock};

/// Users enough for several pages, each with a hash that cannot be mistaken for another.
fn crowd() -> Sandbox {
    let sandbox = Sandbox::initialised();
    let connection = sandbox.connection();
    // As in the libraries of Debian and others; without it the application itself would leave
    // copies when it splits pages.
    connection.execute_batch("PRAGMA secure_delete = ON; BEGIN").unwrap();
    for i in 0..100_u8 {
        let hash = old_hash(i);
        let sql = "INSERT INTO user (username, password_hash) VALUES (?1, ?2)";
        connection.execute(sql, [&format!("user{i}"), &hash]).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    sandbox
}

fn old_hash(i: u8) -> String {
    hash_with_salt(&[b'p', i], 1, &[i; 16])
}

/// The files of the directory in which a hash, or the secret end of it, can be found.
fn traces_of(sandbox: &Sandbox, hash: &str) -> Vec<String> {
    let end = &hash.as_bytes()[hash.len() - 24..];
    let holds = |name: &String| {
        // Read by another process: to close the file here would cancel the locks of a connection
        // that a test holds for the application.
        let bytes = Command::new("cat").arg(sandbox.path(name)).output().unwrap().stdout;
        bytes.windows(end.len()).any(|window| window == end)
    };
    sandbox.files().into_iter().filter(holds).collect()
}

#[test]
fn no_old_hash_stays_after_a_new_password() {
    for journal in ["DELETE", "TRUNCATE", "WAL"] {
        let sandbox = crowd();
        sandbox.sql(&format!("PRAGMA journal_mode = {journal}"));
        assert_eq!(traces_of(&sandbox, &old_hash(7)), ["users.db"]);
        // The last page has room, where the old row would not be written over.
        for i in [7, 50, 97] {
            sandbox.useradm(&format!("update -q user{i} --password-stdin")).stdin(PASSWORD).check();
            assert!(traces_of(&sandbox, &old_hash(i)).is_empty(), "{journal} {i}");
        }
    }
}

#[test]
fn no_old_hash_stays_after_a_delete() {
    for journal in ["DELETE", "WAL"] {
        let sandbox = crowd();
        sandbox.sql(&format!("PRAGMA journal_mode = {journal}"));
        sandbox.useradm("delete -q --yes user7 user8 --id 10").check();
        for i in 7..=9 {
            assert!(traces_of(&sandbox, &old_hash(i)).is_empty(), "{journal} {i}");
        }
        sandbox.assert_sound();
    }
}

#[test]
fn no_old_hash_stays_in_a_journal_that_is_kept() {
    // An application may keep its journal instead of deleting it; the next one to write a
    // transaction finds it.
    for (line, i) in [("update -q user7 --password-stdin", 7), ("delete -q --yes user8", 8)] {
        let sandbox = crowd();
        let application = sandbox.connection();
        application
            .execute_batch(
                "PRAGMA secure_delete = ON; PRAGMA journal_mode = PERSIST;
                 UPDATE user SET username = username || 'x'; UPDATE user SET username = rtrim(username, 'x')",
            )
            .unwrap();
        assert_eq!(traces_of(&sandbox, &old_hash(i)), ["users.db", "users.db-journal"]);
        sandbox.useradm(line).stdin(PASSWORD).check();
        assert!(traces_of(&sandbox, &old_hash(i)).is_empty(), "{line}");
    }
}

#[test]
fn the_log_is_emptied_while_the_application_is_connected() {
    let sandbox = crowd();
    sandbox.sql("PRAGMA journal_mode = WAL");
    let application = sandbox.connection();
    let sql = "UPDATE user SET password_hash = password_hash WHERE id > 1";
    application.execute(sql, []).unwrap();
    for (i, line, message) in [
        (7, "update user7 --password-stdin", "User updated successfully: user7\n"),
        (97, "update user97 --password-stdin", "User updated successfully: user97\n"),
        (8, "delete --yes user8", "User deleted successfully: user8[..]\n"),
    ] {
        sandbox.useradm(line).stdin(PASSWORD).stderr(message).check();
        assert_eq!(fs::metadata(sandbox.path("users.db-wal")).unwrap().len(), 0, "{line}");
        assert!(traces_of(&sandbox, &old_hash(i)).is_empty(), "{line}");
    }
    let count = application.query_row("SELECT count(*) FROM user", [], |row| row.get::<_, i64>(0));
    assert_eq!(count.unwrap(), 99);
}

#[test]
fn a_log_that_somebody_reads_is_told_of() {
    let sandbox = crowd();
    sandbox.sql("PRAGMA journal_mode = WAL");
    let application = sandbox.connection();
    application.execute("UPDATE user SET password_hash = password_hash", []).unwrap();
    hold_read_lock(&application);
    let run = sandbox.useradm("update user7 --password-stdin").stdin(PASSWORD);
    run.stderr("User updated successfully: user7\nwarning: [..]log[..]\n").check();
    let run = sandbox.useradm("update -q user6 --password-stdin").stdin(PASSWORD);
    run.stderr("warning: [..]log[..]\n").check();
    let run = sandbox.useradm("delete --yes user8");
    run.stderr("User deleted successfully: user8[..]\nwarning: [..]log[..]\n").check();
    let run = sandbox.useradm("delete --yes user9 --format json");
    let answer = "{\"message\":\"User deleted successfully\",\"users\":[[..]],\"changed\":true,\
                  \"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\",\"warnings\":[\"[..]log[..]\"]}\n";
    run.stdout(answer).check();
    assert_eq!(sandbox.rows("SELECT count(*) FROM user"), ["98"]);
    sandbox.useradm("login -q user7 --password-stdin").stdin(PASSWORD).check();
    application.execute_batch("COMMIT").unwrap();
    let run = sandbox.useradm("update user10 --password-stdin").stdin(PASSWORD);
    run.stderr("User updated successfully: user10\n").check();
    for i in 7..=10 {
        assert!(traces_of(&sandbox, &old_hash(i)).is_empty(), "{i}");
    }
}

#[test]
fn no_warning_comes_where_nothing_was_replaced() {
    let sandbox = crowd();
    sandbox.sql("PRAGMA journal_mode = WAL");
    let application = sandbox.connection();
    hold_read_lock(&application);
    let run = sandbox.useradm("add alice --password-stdin").stdin(PASSWORD);
    run.stderr("User added successfully: alice\n").check();
    sandbox.useradm("update user7 --username user7").stderr("[..]unchanged[..]\n").check();
    let run = sandbox.useradm("update user7 --username carol");
    run.stderr("User updated successfully: carol\n").check();
    sandbox.useradm("list --count").stdout("101\n").check();
}
