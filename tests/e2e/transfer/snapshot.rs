//! An export is one moment of the database, and makes nobody wait.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::{Sandbox, ready_rows};

#[test]
fn holds_every_change_whole_while_the_application_writes() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::application(&[]);
        let run = sandbox.useradm("import -q --from csv -").stdin(ready_rows(4000));
        run.check();
        sandbox.sql(&format!("PRAGMA journal_mode = {journal}"));
        sandbox.sql(
            "INSERT INTO user VALUES (0x70000000, 'last', 'none');
             UPDATE user SET username = 'first', password_hash = 'token' WHERE id = 1;",
        );
        let ended = AtomicBool::new(false);
        let moved = thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let connection = sandbox.connection();
                connection.busy_timeout(Duration::from_secs(5)).unwrap();
                let mut moved = 0;
                while !ended.load(Ordering::Relaxed) {
                    let (from, to) =
                        if moved % 2 == 0 { ("first", "last") } else { ("last", "first") };
                    let sql = format!(
                        "BEGIN IMMEDIATE;
                         UPDATE user SET password_hash = 'none' WHERE username = '{from}';
                         UPDATE user SET password_hash = 'token' WHERE username = '{to}'; COMMIT"
                    );
                    connection.execute_batch(&sql).unwrap();
                    moved += 1;
                    thread::sleep(Duration::from_micros(200));
                }
                moved
            });
            let export = || {
                for _ in 0..15 {
                    let run = sandbox.useradm("export").stdout("[...]");
                    let (stdout, _) = run.check();
                    assert_eq!(stdout.matches(",token\n").count(), 1, "a change was torn");
                    assert_eq!(stdout.lines().count(), 4002);
                }
            };
            let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(export));
            ended.store(true, Ordering::Relaxed);
            let moved = writer.join().unwrap();
            if let Err(panic) = checked {
                std::panic::resume_unwind(panic);
            }
            moved
        });
        assert!(moved > 15, "the token moved only {moved} times");
    }
}

#[test]
fn holds_no_lock_while_nobody_reads_what_it_prints() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::application(&[]);
        let run = sandbox.useradm("import -q --from csv -").stdin(ready_rows(3000));
        run.check();
        sandbox.sql(&format!("PRAGMA journal_mode = {journal}"));
        let (mut stdout, output) = io::pipe().unwrap();
        let mut running = sandbox.useradm("export -").stdout_to(output).start();
        let mut first = [0; 26];
        stdout.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"id,username,password_hash\n");
        // Some 300 KiB do not fit into a pipe, so it is still there.
        assert!(running.is_running());
        sandbox.sql("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE; DELETE FROM user; COMMIT");
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        running.finish();
        assert_eq!(rest.lines().count(), 3000);
        assert_eq!(sandbox.count(), 0);
    }
}

#[test]
fn changes_nothing_of_the_database() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["alice"]);
        sandbox.useradm("export").stdout("[...]").check_unchanged();
        sandbox.sql("CREATE TRIGGER t AFTER INSERT ON user BEGIN SELECT 1; END");
        sandbox.useradm("export").stdout("[...]").check_unchanged();
    }
}
