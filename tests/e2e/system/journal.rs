//! Journals: what a killed process left is undone, and no old hash stays in them.

use std::fs;

use rusqlite::Connection;

use super::harness::{HASH, Outcome, PASSWORD, Running, Sandbox, rows};

/// The part of [`HASH`] that no other hash has.
const CHECKSUM: &str = "yRTMTwbMbo9G0VfjobWqerzuuxe7BETNTErBbKKumGQ";

impl Sandbox {
    /// A database as a process leaves it that was killed in the middle of writing it: alice is
    /// the only user, but the file says otherwise until the journal is played back.
    pub(crate) fn with_hot_journal() -> Self {
        let before = Sandbox::with_users(&["alice"]);
        let connection = before.connection();
        // With no room for changed pages in memory they are written before the commit.
        connection
            .execute_batch(
                "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE;
                 UPDATE user SET username = 'half', password_hash = '';
                 INSERT INTO user (id, username, password_hash)
                 WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                 SELECT i, 'half' || i, printf('%0100d', i) FROM n",
            )
            .unwrap();
        let killed = Sandbox::empty();
        for suffix in ["", "-journal"] {
            fs::copy(before.beside(suffix), killed.beside(suffix)).unwrap();
        }
        let bytes = fs::read(killed.database()).unwrap();
        assert!(count(&bytes, "half100") > 0, "no page was written before the commit");
        killed
    }

    /// How often the old hash is in the database and in what SQLite keeps beside it.
    fn traces(&self) -> usize {
        let files = ["", "-journal", "-wal"].map(|suffix| fs::read(self.beside(suffix)));
        files.iter().flatten().map(|bytes| count(bytes, CHECKSUM)).sum()
    }
}

fn count(bytes: &[u8], text: &str) -> usize {
    bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count()
}

#[test]
fn readers_undo_what_a_killed_process_left() {
    for arguments in [
        &["list", "--format=plain"][..],
        &["list", "--format=plain", "--sort=username"],
        &["list", "--count"],
        &["show", "alice"],
        &["login", "alice", "--password-stdin"],
    ] {
        let sandbox = Sandbox::with_hot_journal();
        let outcome = Running::start_with(sandbox.useradm(arguments), PASSWORD).finish();
        outcome.assert_code(0);
        assert!(!outcome.stdout.contains("half"), "{outcome:#?}");
        assert_eq!(sandbox.files(), ["users.db"], "{arguments:?}");
        assert_eq!(sandbox.rows(), format!("1 alice {HASH}\n"));
        sandbox.assert_sound();
    }
}

#[test]
fn writers_undo_what_a_killed_process_left() {
    for (arguments, names) in [
        (&["add", "bob", "--password-stdin"][..], &["alice", "bob"][..]),
        (&["update", "alice", "--username=alicia"], &["alicia"]),
        (&["delete", "alice", "--yes"], &[]),
    ] {
        let sandbox = Sandbox::with_hot_journal();
        Running::start_with(sandbox.useradm(arguments), PASSWORD).finish().assert_code(0);
        assert_eq!(sandbox.names(), names);
        assert_eq!(sandbox.files(), ["users.db"]);
        sandbox.assert_sound();
    }
}

/// Changes alice's password, or deletes her.
fn forget(sandbox: &Sandbox, how: &str) -> Outcome {
    let outcome = match how {
        "update" => sandbox.run_with(&["update", "alice"], "blue elephant"),
        _ => sandbox.run(&["delete", "alice", "--yes"]),
    };
    outcome.assert_code(0);
    outcome
}

/// Makes the users be such as SQLite really leaves them: moved about, some deleted.
fn with_history(sandbox: &Sandbox) {
    let application = sandbox.connection();
    for i in 0..60 {
        let sql = "INSERT INTO user (username, password_hash) VALUES (?1, 'x')";
        application.execute(sql, [format!("user{i}")]).unwrap();
    }
}

#[test]
fn no_old_hash_stays_in_the_file() {
    for how in ["update", "delete"] {
        let sandbox = Sandbox::with_users(&["alice", "bob"]);
        sandbox.sql("UPDATE user SET password_hash = '' WHERE username = 'bob'");
        with_history(&sandbox);
        assert_eq!(sandbox.traces(), 1);
        let outcome = forget(&sandbox, how);
        assert!(!outcome.stderr.contains("warning"), "{outcome:#?}");
        assert_eq!(sandbox.traces(), 0, "after {how}");
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn no_old_hash_stays_in_a_journal_that_is_kept() {
    // An application may keep its journal instead of deleting it; the next one to write a
    // transaction finds it.
    for mode in ["PERSIST", "TRUNCATE"] {
        for how in ["update", "delete"] {
            let sandbox = Sandbox::with_users(&["alice"]);
            let application = sandbox.connection();
            let keep = format!("PRAGMA secure_delete = ON; PRAGMA journal_mode = {mode}");
            application.execute_batch(&keep).unwrap();
            application.execute_batch("UPDATE user SET username = 'alice'").unwrap();
            forget(&sandbox, how);
            assert_eq!(sandbox.traces(), 0, "after {how} beside {mode}");
            drop(application);
        }
    }
}

#[test]
fn no_old_hash_stays_in_the_log_that_nobody_else_has_open() {
    for how in ["update", "delete"] {
        let sandbox = Sandbox::in_wal_mode(&["alice"]);
        let outcome = forget(&sandbox, how);
        assert!(!outcome.stderr.contains("warning"), "{outcome:#?}");
        assert_eq!(sandbox.traces(), 0, "after {how}");
    }
}

#[test]
fn no_old_hash_stays_in_the_log_that_an_idle_application_has_open() {
    for how in ["update", "delete"] {
        let sandbox = Sandbox::in_wal_mode(&["alice"]);
        let application = sandbox.connection();
        // The hash is in the log already, in the application's own frames.
        application.execute_batch("UPDATE user SET password_hash = password_hash || ''").unwrap();
        application.execute_batch("UPDATE user SET username = 'alice'").unwrap();
        assert!(sandbox.traces() > 0);
        let outcome = forget(&sandbox, how);
        assert!(!outcome.stderr.contains("warning"), "{outcome:#?}");
        assert_eq!(fs::metadata(sandbox.beside("-wal")).unwrap().len(), 0, "after {how}");
        assert_eq!(sandbox.traces(), 0, "after {how}");
        assert!(!rows(&application).contains(CHECKSUM));
    }
}

/// Begins to read, and goes on holding what it sees.
fn hold_snapshot(application: &Connection) {
    application.execute_batch("BEGIN; SELECT count(*) FROM user;").unwrap();
}

#[test]
fn a_log_that_a_reader_holds_is_warned_about() {
    for how in ["update", "delete"] {
        for format in ["table", "json"] {
            let sandbox = Sandbox::in_wal_mode(&["alice"]);
            let application = sandbox.connection();
            application.execute_batch("UPDATE user SET username = 'alice'").unwrap();
            hold_snapshot(&application);
            let mut command = match how {
                "update" => sandbox.useradm(&["update", "alice", "--password-stdin"]),
                _ => sandbox.useradm(&["delete", "alice", "--yes"]),
            };
            command.args(["--format", format]);
            let outcome = Running::start_with(command, "blue elephant").finish();
            outcome.assert_code(0);
            let told = if format == "json" { &outcome.stdout } else { &outcome.stderr };
            assert!(told.contains("warning"), "{outcome:#?}");
            // It is only a warning: the change is made, and the reader goes on undisturbed.
            assert!(rows(&application).contains(CHECKSUM));
            application.execute_batch("COMMIT").unwrap();
            assert!(!rows(&application).contains(CHECKSUM));
        }
    }
}

#[test]
fn a_rename_says_nothing_of_the_log() {
    let sandbox = Sandbox::in_wal_mode(&["alice"]);
    let application = sandbox.connection();
    hold_snapshot(&application);
    let outcome = sandbox.run(&["update", "alice", "--username=alicia"]);
    outcome.assert_code(0);
    assert!(!outcome.stderr.contains("warning"), "{outcome:#?}");
}

#[test]
fn the_mode_of_the_journal_stays_as_it_was() {
    for wal in [false, true] {
        let sandbox = if wal { Sandbox::in_wal_mode(&["a"]) } else { Sandbox::with_users(&["a"]) };
        sandbox.sql("PRAGMA user_version = 7");
        sandbox.run_with(&["add", "bob"], PASSWORD).assert_code(0);
        sandbox.run_with(&["update", "bob"], "blue elephant").assert_code(0);
        sandbox.run(&["delete", "bob", "--yes"]).assert_code(0);
        let pragma = |name: &str| {
            let sql = format!("SELECT * FROM pragma_{name}");
            let connection = sandbox.connection();
            connection.query_row(&sql, [], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap()
        };
        let mode = if wal { "wal" } else { "delete" };
        assert_eq!(pragma("journal_mode"), mode.to_owned().into());
        assert_eq!(pragma("user_version"), 7.into());
    }
}
