//! What lies where a new database is to be.

use std::fs;
use std::os::unix::fs::symlink;

use super::harness::{HASH, PASSWORD, Running, Sandbox};

/// Every command that makes a database.
const MAKES: [&[&str]; 4] = [
    &["init"],
    &["add", "bob", "--create", "--password-stdin"],
    &["register", "bob", "--create", "--password-stdin"],
    &["import", "--create", "--from=jsonl", "-"],
];

const ROW: &str = "{\"username\":\"bob\",\"password\":\"correct horse\"}\n";

fn run(sandbox: &Sandbox, line: &[&str], json: bool) -> super::harness::Outcome {
    let mut command = sandbox.useradm(line);
    if json {
        command.arg("--format=json");
    }
    let input = if line[0] == "import" { ROW } else { PASSWORD };
    Running::start_with(command, input).finish()
}

#[test]
fn a_log_of_a_dead_database_is_not_played_into_a_new_one() {
    // A writer in WAL mode is killed, and somebody removes the database and forgets its log.
    let dead = Sandbox::in_wal_mode(&["mallory"]);
    let connection = dead.connection();
    connection.execute_batch("UPDATE user SET username = 'dead'").unwrap();
    let log = fs::read(dead.beside("-wal")).unwrap();
    assert!(!log.is_empty());
    for line in MAKES {
        for suffix in ["-wal", "-journal", "-shm"] {
            let sandbox = Sandbox::empty();
            fs::write(sandbox.beside(suffix), &log).unwrap();
            let outcome = run(&sandbox, line, false);
            let path = sandbox.beside(suffix);
            outcome.assert_code(8).assert_says(&format!("error: {} was left", path.display()));
            outcome.assert_says(&format!("mv -n {} ", path.display()));
            run(&sandbox, line, true).assert_error(8, "leftover_journal");
            assert_eq!(sandbox.files(), [format!("users.db{suffix}")]);
            // The hint is safe to follow: nothing is lost, and the next try goes through.
            fs::rename(&path, sandbox.directory().join("away")).unwrap();
            run(&sandbox, line, false).assert_code(0);
            assert!(!sandbox.names().contains(&"dead".to_owned()));
        }
    }
}

#[test]
fn a_link_to_nowhere_is_not_made_a_database() {
    for line in MAKES {
        let sandbox = Sandbox::empty();
        symlink("nowhere.db", sandbox.database()).unwrap();
        run(&sandbox, line, false).assert_code(4).assert_says("error: File exists: ");
        run(&sandbox, line, true).assert_error(4, "file_exists");
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

#[test]
fn a_kill_at_any_moment_of_making_leaves_nothing_or_the_whole() {
    let row = |n| format!("{{\"username\":\"user{n}\",\"password_hash\":\"{HASH}\"}}\n");
    let rows = (0..3000).map(row).collect::<Vec<_>>().concat();
    let mut kills = 0;
    for turn in 0..40 {
        let sandbox = Sandbox::empty();
        let command = sandbox.useradm(&["import", "--create", "--from=jsonl", "-"]);
        let running = Running::start_with(command, &rows);
        std::thread::sleep(std::time::Duration::from_millis(turn * 4));
        running.kill();
        let files = sandbox.files();
        if files.is_empty() {
            kills += 1;
        } else {
            assert_eq!(files, ["users.db"]);
            assert_eq!(sandbox.names().len(), 3000);
        }
    }
    assert!(kills > 0, "it was never killed before its end");
}
