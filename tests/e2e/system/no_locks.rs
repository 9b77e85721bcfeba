//! No lock is held while output is written or somebody is asked.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rusqlite::Connection;

use super::harness::{PASSWORD, Running, Sandbox};
use super::terminal::{ASKS, ASKS_AGAIN, Dialogue};

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
    let sandbox = Sandbox::with_users(&[]);
    let connection = sandbox.connection();
    connection
        .execute_batch(&format!(
            "INSERT INTO user (id, username, password_hash)
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
             SELECT i, printf('user%07d', i), '' FROM n"
        ))
        .unwrap();
    for format in ["table", "plain", "csv", "json", "jsonl"] {
        for order in ["id", "username"] {
            let (mut unread, output) = io::pipe().unwrap();
            let command = sandbox.useradm(&["--format", format, "list", "--sort", order]);
            let running = Running::start_writing_to(command, output);
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
            running.finish().assert_code(0);
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
fn a_listing_whose_reader_leaves_ends_quietly() {
    let sandbox = Sandbox::with_users(&[]);
    sandbox.sql(
        "INSERT INTO user WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
         WHERE i < 30000) SELECT i, printf('user%07d', i), '' FROM n",
    );
    let (mut unread, output) = io::pipe().unwrap();
    let running = Running::start_writing_to(sandbox.useradm(&["list"]), output);
    unread.read_exact(&mut [0; 10]).unwrap();
    drop(unread);
    let outcome = running.finish();
    outcome.assert_code(0);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn no_prompt_holds_a_lock() {
    let sandbox = Sandbox::with_users(&["alice", "bob"]);
    let application = sandbox.connection();
    let touch = "UPDATE user SET password_hash = password_hash";

    let mut dialogue = Dialogue::begin(&sandbox, &["delete", "alice"]);
    dialogue.terminal.wait_for("Really delete?");
    commit_at_once(&application, touch);
    dialogue.terminal.type_keys(b"y\r");
    dialogue.end().assert_code(0);

    for arguments in [&["add", "carol"][..], &["update", "bob", "--password"]] {
        let mut dialogue = Dialogue::begin(&sandbox, arguments);
        dialogue.terminal.wait_for(ASKS);
        commit_at_once(&application, touch);
        dialogue.terminal.type_keys(b"blue elephant\r");
        dialogue.terminal.wait_for(ASKS_AGAIN);
        commit_at_once(&application, touch);
        dialogue.terminal.type_keys(b"blue elephant\r");
        dialogue.end().assert_code(0);
    }

    let mut dialogue = Dialogue::begin(&sandbox, &["login"]);
    dialogue.terminal.wait_for("Username: ");
    commit_at_once(&application, touch);
    dialogue.terminal.type_keys(b"bob\r");
    dialogue.terminal.wait_for(ASKS);
    commit_at_once(&application, touch);
    dialogue.terminal.type_keys(b"blue elephant\r");
    dialogue.end().assert_code(0);
    assert_eq!(sandbox.names(), ["bob", "carol"]);
}

#[test]
fn a_user_who_changed_while_delete_was_asking_is_not_deleted() {
    let sandbox = Sandbox::with_users(&["alice", "bob"]);
    let application = sandbox.connection();
    let mut dialogue = Dialogue::begin(&sandbox, &["delete", "alice", "bob"]);
    dialogue.terminal.wait_for("Really delete?");
    commit_at_once(&application, "UPDATE user SET username = 'somebody else' WHERE id = 1");
    dialogue.terminal.type_keys(b"yes\r");
    assert!(!dialogue.end().outcome.status.success());
    assert_eq!(sandbox.names(), ["somebody else", "bob"]);
}

#[test]
fn a_password_that_never_comes_holds_no_lock() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let (input, mut silent) = io::pipe().unwrap();
    let mut command = sandbox.useradm(&["update", "alice", "--password-stdin"]);
    command.stdin(input);
    let mut running = Running::start(command);
    // A pipe tells nobody that it is being read, so this tries for a while.
    let application = sandbox.connection();
    for _ in 0..40 {
        application.execute_batch("BEGIN EXCLUSIVE; COMMIT").unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(running.is_running());
    io::Write::write_all(&mut silent, PASSWORD.as_bytes()).unwrap();
    drop(silent);
    running.finish().assert_code(0);
}
