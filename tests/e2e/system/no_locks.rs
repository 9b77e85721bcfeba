//! No lock is held while output is written or somebody is asked.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rusqlite::Connection;

use crate::support::{ASKS, ASKS_AGAIN, PASSWORD, Sandbox};

/// Several times what one page, a pipe and any reasonable buffer hold together.
const MANY: usize = 120_000;

/// Commits, and fails at once where anybody holds any lock.
#[track_caller]
fn commit_at_once(connection: &Connection, sql: &str) {
    connection.busy_timeout(Duration::ZERO).unwrap();
    connection.execute_batch(&format!("BEGIN EXCLUSIVE; {sql}; COMMIT")).unwrap();
}

#[test]
fn a_listing_that_nobody_reads_holds_no_lock_and_ends_properly() {
    let sandbox = Sandbox::application(&[]);
    sandbox.sql(&format!(
        "INSERT INTO user (id, username, password_hash)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
         SELECT i, printf('user%07d', i), '' FROM n"
    ));
    let connection = sandbox.connection();
    for format in ["table", "plain", "csv", "json", "jsonl"] {
        for order in ["id", "username"] {
            let (mut unread, output) = io::pipe().unwrap();
            let line = format!("list --format {format} --sort {order}");
            let running = sandbox.useradm(&line).stdout_to(output).start();
            let mut waiting = [PollFd::new(unread.as_fd(), PollFlags::POLLIN)];
            poll(&mut waiting, PollTimeout::from(60_000_u16)).unwrap();
            assert_eq!(waiting[0].any(), Some(true), "the listing does not begin");

            // The process now reads its next page or is stuck in writing one. In that state it
            // must stay for ever without a lock, so waiting as the application does is enough.
            connection.busy_timeout(Duration::from_secs(5)).unwrap();
            connection
                .execute_batch(
                    "BEGIN EXCLUSIVE; UPDATE user SET password_hash = 'x' WHERE id % 1000 = 0;
                 INSERT INTO user VALUES (0, 'first', ''), (999999999, 'zzz last', ''); COMMIT",
                )
                .unwrap();
            let restore = "BEGIN EXCLUSIVE; DELETE FROM user WHERE id IN (0, 999999999); COMMIT";
            connection.execute_batch(restore).unwrap();

            let mut listing = String::new();
            unread.read_to_string(&mut listing).unwrap();
            running.finish();
            for i in [1, 2, MANY / 2, MANY - 1, MANY] {
                let name = format!("user{i:07}");
                assert_eq!(listing.matches(&name).count(), 1, "{name} as {format} by {order}");
            }
            let names = listing.matches("user0").count() + listing.matches("user1").count();
            assert_eq!(names, MANY, "as {format} by {order}");
        }
    }
}

#[test]
fn no_prompt_holds_a_lock() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let application = sandbox.connection();
    let touch = "UPDATE user SET password_hash = password_hash";
    for (line, answers) in [
        ("delete -q alice", &[("Really delete?", "y\r")][..]),
        ("add -q carol", &[(ASKS, "blue elephant\r"), (ASKS_AGAIN, "blue elephant\r")]),
        ("update -q bob --password", &[(ASKS, "blue elephant\r"), (ASKS_AGAIN, "blue elephant\r")]),
        ("login -q", &[("Username: ", "bob\r"), (ASKS, "blue elephant\r")]),
    ] {
        let mut dialogue = sandbox.useradm(line).dialogue();
        for (question, answer) in answers {
            dialogue.terminal.wait_for(question);
            commit_at_once(&application, touch);
            dialogue.terminal.type_keys(answer.as_bytes());
        }
        dialogue.end();
    }
    assert_eq!(sandbox.usernames(), ["bob", "carol"]);
}

#[test]
fn a_user_who_changed_while_delete_was_asking_is_not_deleted() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let application = sandbox.connection();
    let run = sandbox.useradm("delete alice bob").status(3).stderr("error: [...]");
    let mut dialogue = run.dialogue();
    dialogue.terminal.wait_for("Really delete?");
    commit_at_once(&application, "UPDATE user SET username = 'somebody else' WHERE id = 1");
    dialogue.terminal.type_keys(b"yes\r");
    dialogue.end();
    assert_eq!(sandbox.usernames(), ["somebody else", "bob"]);
}

#[test]
fn a_password_that_never_comes_holds_no_lock() {
    let sandbox = Sandbox::application(&["alice"]);
    let mut running = sandbox.useradm("update -q alice --password-stdin").start();
    // A pipe tells nobody that it is being read, so this tries for a while.
    let application = sandbox.connection();
    for _ in 0..40 {
        application.execute_batch("BEGIN EXCLUSIVE; COMMIT").unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(running.is_running());
    running.write(PASSWORD);
    running.finish();
}
