//! Journals: what a killed process left is undone.

use std::fs;

use crate::support::{PASSWORD, Sandbox, hash};

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
        let is_written = killed.bytes().windows(7).any(|window| window == b"half100");
        assert!(is_written, "no page was written before the commit");
        killed
    }
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
