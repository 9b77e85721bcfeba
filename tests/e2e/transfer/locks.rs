//! A database that others use meanwhile.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{APPLICATION_TABLE, PASSWORD, Sandbox, hash, lines, ready_rows};

const ROW: &str = "username,password\nalice,battery staple\n";

#[test]
fn gives_up_on_a_locked_database_and_writes_nothing() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["bob"]);
        let lock = sandbox.locked("IMMEDIATE");
        let busy = "error: Database is busy: [..]nothing was changed\nhint: [..]\n";
        for line in ["import --from csv --timeout 0 -", "import --from csv --timeout 0.2 -"] {
            sandbox.useradm(line).stdin(ROW).status(7).stderr(busy).check();
            sandbox.useradm(line).stdin(ROW).error(7, "database_busy").check();
            let run = sandbox.useradm(line).arg("--batch=1").stdin(ROW);
            run.error(7, "database_busy").check();
        }
        // Looking alone needs no lock of this kind.
        let run = sandbox.useradm("import --from csv --timeout 0 --dry-run -").stdin(ROW);
        run.stderr("[..]\nimported 1, skipped 0, updated 0\n").check();
        lock.execute_batch("ROLLBACK").unwrap();
        assert_eq!(sandbox.usernames(), ["bob"]);
    }
    let sandbox = Sandbox::application(&["bob"]);
    let lock = sandbox.locked("EXCLUSIVE");
    let run = sandbox.useradm("import --from csv --timeout 0 -").stdin(ROW);
    run.error(7, "database_busy").check();
    lock.execute_batch("ROLLBACK").unwrap();
    assert_eq!(sandbox.usernames(), ["bob"]);
}

#[test]
fn waits_for_the_lock() {
    let sandbox = Sandbox::application(&[]);
    let lock = sandbox.locked("IMMEDIATE");
    let mut running = sandbox.useradm("import --from csv -").counts(1, 0, 0).start();
    running.write(ROW);
    thread::sleep(Duration::from_millis(300));
    assert!(running.is_running());
    lock.execute_batch("COMMIT").unwrap();
    running.finish();
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn takes_no_lock_before_all_is_read_and_hashed() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --from csv -").env("USERADM_ROUNDS", "2000000");
    let mut running = run.counts(17, 0, 0).start();
    let mut stdin = running.stdin.take().unwrap();
    let mut input = "username,password\n".to_owned();
    for number in 0..17 {
        writeln!(input, "user{number},password{number}").unwrap();
    }
    stdin.write_all(input.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(100));
    let application = sandbox.connection();
    application.busy_timeout(Duration::ZERO).unwrap();
    let exclusive = || application.execute_batch("BEGIN EXCLUSIVE; ROLLBACK");
    exclusive().unwrap();
    drop(stdin);
    let (mut tries, mut locked_out) = (0, 0);
    while running.is_running() {
        tries += 1;
        locked_out += u32::from(exclusive().is_err());
        thread::sleep(Duration::from_millis(5));
    }
    // It looks before and writes after; hashing is what takes long.
    assert!(locked_out * 4 < tries, "{locked_out} of {tries}");
    running.finish();
    assert_eq!(sandbox.count(), 17);
}

#[test]
fn loses_nothing_on_either_side_while_another_process_commits() {
    const ROWS: usize = 3000;
    for (journal, batch) in [("delete", ""), ("wal", ""), ("delete", "--batch 100")] {
        let sandbox = Sandbox::journaled(journal, &[]);
        let ended = AtomicBool::new(false);
        let written = thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let connection = sandbox.connection();
                connection.busy_timeout(Duration::from_secs(5)).unwrap();
                let sql = "INSERT INTO user (username, password_hash) VALUES ('other' || ?1, '')";
                let mut written = 0u32;
                while !ended.load(Ordering::Relaxed) {
                    connection.execute(sql, [written]).unwrap();
                    written += 1;
                    thread::sleep(Duration::from_millis(2));
                }
                written
            });
            let run = sandbox.useradm(&format!("import --from csv {batch} -"));
            let ended_well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                run.stdin(ready_rows(ROWS)).counts(ROWS as u64, 0, 0).check();
            }));
            ended.store(true, Ordering::Relaxed);
            assert!(ended_well.is_ok());
            writer.join().unwrap()
        });
        let counts = sandbox.rows(
            "SELECT count(*), count(DISTINCT username), sum(username GLOB 'other*') FROM user",
        );
        assert_eq!(counts, [format!("{0}|{0}|{written}", ROWS + written as usize)]);
    }
}

#[test]
fn holds_the_lock_only_while_it_writes() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --from csv --format json -").stdin(ready_rows(10_000));
    let start = Instant::now();
    let (stdout, _) = run.stdout("{[..]}\n").check();
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let locked = answer["locked_seconds"].as_f64().unwrap();
    assert!(locked > 0.0 && locked < start.elapsed().as_secs_f64(), "{stdout}");
    let run = sandbox.useradm("import --from csv --format json --batch 10 --on-conflict update -");
    let run = run.stdin(ready_rows(200).replace("\nuser", "\nmore"));
    let (stdout, _) = run.stdout("{[..]}\n").check();
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let batch = answer["locked_seconds"].as_f64().unwrap();
    assert!(batch > 0.0, "{stdout}");
}

/// How long the database was locked, in seconds, by an import of rows into so many users while
/// another process commits between its comparison and its lock.
fn locked(schema: &str, names: &str, rows: &str) -> f64 {
    let sandbox = Sandbox::with_schema(schema);
    sandbox.sql(&format!(
        "INSERT INTO user (username, password_hash)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 60000)
         SELECT {names}, '{}' FROM numbers",
        hash(PASSWORD)
    ));
    let lock = sandbox.connection();
    lock.execute_batch("BEGIN IMMEDIATE; DELETE FROM user WHERE id = 1").unwrap();
    let run = sandbox.useradm("import --from csv --format json --timeout 300 -");
    let mut running = run.stdout("{[..]}\n").start();
    running.write(rows);
    thread::sleep(Duration::from_millis(1500));
    lock.execute_batch("COMMIT").unwrap();
    let (stdout, _) = running.finish();
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    answer["locked_seconds"].as_f64().unwrap()
}

#[test]
fn the_lock_is_not_held_for_rows_times_users_or_for_the_scripts_of_names() {
    const NOCASE: &str = "CREATE TABLE user (id INTEGER PRIMARY KEY,
        username VARCHAR(80) COLLATE NOCASE UNIQUE NOT NULL, password_hash VARCHAR(120) NOT NULL)";
    let ready = hash("battery staple");
    let ascii = lines(0..3000, |number| format!("someone{number},{ready}\n"));
    let other = lines(0..6000, |number| format!("\u{e9}\u{3b1}\u{43f}{number}x,{ready}\n"));
    // Two thousand rows took this long, and more, when every row read every name, or all of
    // Unicode: a machine that is only busy does not.
    let header = "username,password_hash\n";
    let seconds = locked(NOCASE, "'user' || n", &format!("{header}{ascii}"));
    assert!(seconds < 30.0, "{seconds} s for ASCII names without an index in byte order");
    let names = "'\u{e9}\u{3b1}\u{43f}' || n";
    let seconds = locked(APPLICATION_TABLE, names, &format!("{header}{other}"));
    assert!(seconds < 30.0, "{seconds} s for names of other scripts");
}
