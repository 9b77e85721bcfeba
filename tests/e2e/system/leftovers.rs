//! What lies where a new database is to be.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use crate::support::{PASSWORD, Run, Sandbox, ready_rows};

/// Every command that makes a database.
const MAKES: [&str; 4] = [
    "init -q",
    "add -q bob --create --password-stdin",
    "register -q bob --create --password-stdin",
    "import -q --create --from=jsonl -",
];

const ROW: &str = "{\"username\":\"bob\",\"password\":\"correct horse\"}\n";

fn run(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.useradm(line).stdin(if line.starts_with("import") { ROW } else { PASSWORD })
}

#[test]
fn a_log_of_a_dead_database_is_not_played_into_a_new_one() {
    // A writer in WAL mode is killed, and somebody removes the database and forgets its log.
    let dead = Sandbox::journaled("wal", &["mallory"]);
    let connection = dead.connection();
    connection.execute_batch("UPDATE user SET username = 'dead'").unwrap();
    let log = fs::read(dead.beside("-wal")).unwrap();
    assert!(!log.is_empty());
    for line in MAKES {
        for suffix in ["-wal", "-journal", "-shm"] {
            let sandbox = Sandbox::empty();
            let path = sandbox.beside(suffix);
            fs::write(&path, &log).unwrap();
            let left = format!("[DIR]/users.db{suffix}");
            let says = format!("error: {left} was left[..]\nhint: [..]mv -n {left} [..]\n");
            run(&sandbox, line).status(8).stderr(says).check();
            run(&sandbox, line).error(8, "leftover_journal").check();
            assert_eq!(sandbox.files(), [format!("users.db{suffix}")]);
            // The hint is safe to follow: nothing is lost, and the next try goes through.
            fs::rename(&path, sandbox.path("away")).unwrap();
            run(&sandbox, line).check();
            assert!(!sandbox.usernames().contains(&"dead".to_owned()));
        }
    }
}

#[test]
fn a_link_to_nowhere_is_not_made_a_database() {
    for line in MAKES {
        let sandbox = Sandbox::empty();
        symlink("nowhere.db", sandbox.database()).unwrap();
        run(&sandbox, line).status(4).stderr("error: File exists: [...]").check();
        run(&sandbox, line).error(4, "file_exists").check();
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn a_kill_at_any_moment_of_making_leaves_nothing_or_the_whole() {
    let rows = ready_rows(3000);
    let mut kills = 0;
    for turn in 0..40 {
        let sandbox = Sandbox::empty();
        let running = sandbox.useradm("import --create --from=csv -").stdin(&rows).start();
        std::thread::sleep(Duration::from_millis(turn * 4));
        running.kill();
        if sandbox.files().is_empty() {
            kills += 1;
        } else {
            assert_eq!(sandbox.files(), ["users.db"]);
            assert_eq!(sandbox.count(), 3000);
        }
    }
    assert!(kills > 0, "it was never killed before its end");
}
