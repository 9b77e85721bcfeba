//! Journals: what a killed process left is undone, and no old hash stays in them.

use std::fs;

use crate::support::{PASSWORD, Run, Sandbox, hash, hold_read_lock, users};

impl Sandbox {
    /// A database as a process leaves it that was killed in the middle of writing it: alice is
    /// the only user, but the file says otherwise until the journal is played back.
    pub(crate) fn with_hot_journal() -> Self {
        let before = Sandbox::application(&["alice"]);
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
        assert!(count(&killed.bytes(), "half100") > 0, "no page was written before the commit");
        killed
    }

    /// How often the old hash is in the database and in what SQLite keeps beside it.
    fn traces(&self) -> usize {
        let files = ["", "-journal", "-wal"].map(|suffix| fs::read(self.beside(suffix)));
        files.iter().flatten().map(|bytes| count(bytes, &checksum())).sum()
    }
}

/// The part of the old hash that no other hash has.
fn checksum() -> String {
    hash(PASSWORD).rsplit('$').next().unwrap_or_default().to_owned()
}

fn count(bytes: &[u8], text: &str) -> usize {
    bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count()
}

#[test]
fn readers_undo_what_a_killed_process_left() {
    for (line, output) in [
        ("list --format plain", "1\talice\n"),
        ("list --format plain --sort username", "1\talice\n"),
        ("list --count", "1\n"),
        ("show alice --format plain", "1\talice\t[..]\n"),
        ("login -q alice --password-stdin", ""),
    ] {
        let sandbox = Sandbox::with_hot_journal();
        sandbox.useradm(line).stdin(PASSWORD).stdout(output).check();
        assert_eq!(sandbox.files(), ["users.db"], "{line}");
        assert_eq!(sandbox.users(), [format!("1|alice|{}", hash(PASSWORD))]);
        sandbox.assert_sound();
    }
}

#[test]
fn writers_undo_what_a_killed_process_left() {
    for (line, names) in [
        ("add -q bob --password-stdin", &["alice", "bob"][..]),
        ("update -q alice --username alicia", &["alicia"]),
        ("delete -q alice --yes", &[]),
    ] {
        let sandbox = Sandbox::with_hot_journal();
        sandbox.useradm(line).stdin(PASSWORD).check();
        assert_eq!(sandbox.usernames(), names);
        assert_eq!(sandbox.files(), ["users.db"]);
        sandbox.assert_sound();
    }
}

/// What forgets alice's old hash.
const FORGETS: [&str; 2] = ["update alice --password-stdin", "delete alice --yes"];

/// Writes her row to the journal or the log; what would not change would not be written.
const REWRITE: &str = "UPDATE user SET username = 'other'; UPDATE user SET username = 'alice'";

/// Changes alice's password, or deletes her, and warns of nothing.
fn forget(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.useradm(line).stdin("blue elephant").stderr("User [..] successfully: alice[..]\n")
}

#[test]
fn no_old_hash_stays_in_the_file() {
    for line in FORGETS {
        let sandbox = Sandbox::application(&["alice", "bob"]);
        // Users such as SQLite really leaves them: moved about, some deleted.
        sandbox.sql(
            "UPDATE user SET password_hash = '' WHERE username = 'bob';
             INSERT INTO user (username, password_hash)
             WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59)
             SELECT 'user' || i, 'x' FROM n",
        );
        assert_eq!(sandbox.traces(), 1);
        forget(&sandbox, line).check();
        assert_eq!(sandbox.traces(), 0, "after {line}");
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn no_old_hash_stays_in_a_journal_that_is_kept() {
    // An application may keep its journal instead of deleting it; the next one to write a
    // transaction finds it.
    for mode in ["PERSIST", "TRUNCATE"] {
        for line in FORGETS {
            let sandbox = Sandbox::application(&["alice"]);
            let application = sandbox.connection();
            let keep = format!("PRAGMA secure_delete = ON; PRAGMA journal_mode = {mode}");
            application.execute_batch(&keep).unwrap();
            application.execute_batch(REWRITE).unwrap();
            let journal = fs::read(sandbox.beside("-journal")).unwrap();
            assert_eq!(count(&journal, &checksum()) > 0, mode == "PERSIST");
            forget(&sandbox, line).check();
            assert_eq!(sandbox.traces(), 0, "after {line} beside {mode}");
        }
    }
}

#[test]
fn no_old_hash_stays_in_the_log_that_nobody_else_has_open() {
    for line in FORGETS {
        let sandbox = Sandbox::journaled("wal", &["alice"]);
        forget(&sandbox, line).check();
        assert_eq!(sandbox.traces(), 0, "after {line}");
    }
}

#[test]
fn no_old_hash_stays_in_the_log_that_an_idle_application_has_open() {
    for line in FORGETS {
        let sandbox = Sandbox::journaled("wal", &["alice"]);
        let application = sandbox.connection();
        // The hash is in the log already, in the application's own frames.
        application.execute_batch(REWRITE).unwrap();
        assert!(count(&fs::read(sandbox.beside("-wal")).unwrap(), &checksum()) > 0);
        forget(&sandbox, line).check();
        assert_eq!(fs::metadata(sandbox.beside("-wal")).unwrap().len(), 0, "after {line}");
        assert!(!users(&application).concat().contains(&checksum()));
        drop(application);
        assert_eq!(sandbox.traces(), 0, "after {line}");
    }
}

#[test]
fn a_log_that_a_reader_holds_is_warned_about() {
    for line in FORGETS {
        for format in ["table", "json"] {
            let sandbox = Sandbox::journaled("wal", &["alice"]);
            let application = sandbox.connection();
            application.execute_batch(REWRITE).unwrap();
            hold_read_lock(&application);
            let run = sandbox.useradm(line).arg("--format").arg(format).stdin("blue elephant");
            let run = match format {
                "json" => run.stdout("{[..]\"warning[..]}\n"),
                _ => run.stderr("User [..] successfully: alice[..]\nwarning: [..]\n"),
            };
            run.check();
            // It is only a warning: the change is made, and the reader goes on undisturbed.
            assert!(users(&application).concat().contains(&checksum()));
            application.execute_batch("COMMIT").unwrap();
            assert!(!users(&application).concat().contains(&checksum()));
        }
    }
}

#[test]
fn a_rename_says_nothing_of_the_log() {
    let sandbox = Sandbox::journaled("wal", &["alice"]);
    hold_read_lock(&sandbox.connection());
    let run = sandbox.useradm("update alice --username alicia");
    run.stderr("User updated successfully: alicia\n").check();
}

#[test]
fn the_mode_of_the_journal_stays_as_it_was() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["a"]);
        sandbox.sql("PRAGMA user_version = 7");
        sandbox.useradm("add -q bob --password-stdin").stdin(PASSWORD).check();
        sandbox.useradm("update -q bob --password-stdin").stdin("blue elephant").check();
        sandbox.useradm("delete -q bob --yes").check();
        let pragmas = "SELECT * FROM pragma_journal_mode, pragma_user_version";
        assert_eq!(sandbox.rows(pragmas), [format!("{journal}|7")]);
    }
}
