//! Imports that commit after every so many rows, end in the middle, and go on from there.

use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::{SLOW, Sandbox, hash, is_application_hash, lines, ready_rows, wait_for_lock};

/// Refuses this user.
const REFUSE: &str = "CREATE TRIGGER refuse BEFORE INSERT ON user WHEN new.username = 'user0570'
    BEGIN SELECT RAISE(ABORT, 'not this one'); END";

/// Plaintext rows, which take new salts in every run.
fn plain_rows(count: usize) -> String {
    let mut text = "username,password\n".to_owned();
    for number in 0..count {
        writeln!(text, "user{number:04},password{number}").unwrap();
    }
    text
}

/// The rows of a file in the order of the names.
fn in_order(file: &str) -> String {
    let (header, rows) = file.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_unstable();
    format!("{header}\n{}\n", rows.join("\n"))
}

#[test]
fn stores_everything_in_batches_of_any_size() {
    for batch in ["1", "7", "100", "101", "18446744073709551615"] {
        let sandbox = Sandbox::application(&["zoe"]);
        let run = sandbox.useradm(&format!("import --from csv --batch {batch} -"));
        run.stdin(ready_rows(100)).counts(100, 0, 0).check();
        assert_eq!(sandbox.count(), 101);
    }
    let sandbox = Sandbox::empty();
    let run = sandbox.useradm("import --create --from csv --batch 10 -").stdin(ready_rows(100));
    run.stderr("Database initialised: [..]\nimported 100, skipped 0, updated 0\n").check();
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --from csv --batch 10 --keep-ids -");
    let ready = hash("battery staple");
    let rows = lines((1..=35).rev(), |id| format!("{id},user{id},{ready}\n"));
    run.stdin(format!("id,username,password_hash\n{rows}")).counts(35, 0, 0).check();
    assert_eq!(sandbox.rows("SELECT count(*) FROM user WHERE username = 'user' || id"), ["35"]);
}

#[test]
fn says_how_far_it_came_and_goes_on_from_there() {
    for rows in [in_order(&ready_rows(1000)), plain_rows(1000)] {
        let sandbox = Sandbox::application(&["zoe"]);
        sandbox.sql(REFUSE);
        let run = sandbox.useradm("import --from csv --batch 100 -").stdin(&rows);
        let said = "error: The database refuses the change: [..]500 of 1000 rows are stored[..]\n";
        run.status(8).stderr(said).check();
        assert_eq!(sandbox.count(), 501);
        let before = sandbox.hash_of("user0123");
        let run = sandbox.useradm("import --from csv --batch 100 -").stdin(&rows);
        run.error(8, "constraint_failed").check();
        assert_eq!(sandbox.count(), 501);
        sandbox.sql("DROP TRIGGER refuse");
        let run = sandbox.useradm("import --from csv --batch 100 -").stdin(&rows);
        run.counts(500, 500, 0).check();
        assert_eq!(sandbox.count(), 1001);
        assert_eq!(sandbox.hash_of("user0123"), before);
        let run = sandbox.useradm("import --from csv --batch 100 -").stdin(&rows);
        run.counts(0, 1000, 0).check_unchanged();
    }
}

#[test]
fn goes_on_with_updates_and_ids_too() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import -q --from csv -").stdin(ready_rows(1000));
    run.check();
    sandbox.sql(
        "CREATE TRIGGER refuse BEFORE UPDATE ON user WHEN new.username = 'user0570'
         BEGIN SELECT RAISE(ABORT, 'not this one'); END",
    );
    let line = "import --from csv --batch 100 --on-conflict update -";
    let run = sandbox.useradm(line).stdin(plain_rows(1000));
    run.status(8).stderr("error: [..]500 of 1000 rows are stored[..]\n").check();
    sandbox.sql("DROP TRIGGER refuse");
    let run = sandbox.useradm(line).stdin(plain_rows(1000));
    run.counts(0, 500, 500).check();
    for number in [0, 499, 500, 570, 999] {
        let stored = sandbox.hash_of(&format!("user{number:04}"));
        assert!(is_application_hash(&stored, format!("password{number}").as_bytes(), 1000));
    }
}

#[test]
fn a_batch_that_was_stored_is_no_licence_for_other_conflicts() {
    let sandbox = Sandbox::application(&["user0003", "USER0005"]);
    let run = sandbox.useradm("import --from csv --batch 2 -").stdin(plain_rows(4));
    run.error(4, "user_exists").check_unchanged();
    let rows = ready_rows(4).replace(&hash("correct horse"), &hash("battery staple"));
    let run = sandbox.useradm("import --from csv --batch 2 -").stdin(rows);
    run.error(4, "user_exists").check_unchanged();
    let rows = ready_rows(10).replace("user0003", "user0013");
    let run = sandbox.useradm("import --from csv --batch 2 -").stdin(rows);
    run.error(4, "lookalike_exists").check_unchanged();
    let run = sandbox.useradm("import --from csv --batch 2 -");
    let run = run.stdin("username,password\na,correct horse\nb,correct horse\nc,short\n");
    run.error(6, "invalid_input").check_unchanged();
}

#[test]
fn keeps_whole_batches_when_it_is_interrupted() {
    let sandbox = Sandbox::application(&[]);
    sandbox.sql(SLOW);
    let run = sandbox.useradm("import --from csv --batch 500 -");
    let mut running =
        run.status(130).stderr("error: Interrupted[..] of 9000 rows are stored[..]\n").start();
    running.write(ready_rows(9000));
    while sandbox.count() == 0 {
        thread::sleep(Duration::from_millis(10));
    }
    running.signal(Signal::SIGINT);
    let (_, stderr) = running.finish();
    assert!(!stderr.contains("nothing was changed"), "{stderr}");
    let stored = sandbox.count();
    assert!(stored.is_multiple_of(500) && stored < 9000, "{stored}");
    assert!(stderr.contains(&format!(" {stored} of 9000 ")), "{stored}: {stderr}");
    sandbox.sql("DROP TRIGGER slow");
    let run = sandbox.useradm("import --from csv --batch 500 -").stdin(ready_rows(9000));
    run.counts(9000 - stored as u64, stored as u64, 0).check();
}

#[test]
fn goes_on_after_it_was_killed() {
    let sandbox = Sandbox::application(&[]);
    sandbox.sql(SLOW);
    let mut running = sandbox.useradm("import --from csv --batch 50 -").status(137).start();
    running.write(plain_rows(2000));
    while sandbox.count() < 100 {
        thread::sleep(Duration::from_millis(10));
    }
    running.signal(Signal::SIGKILL);
    running.finish();
    sandbox.sql("DROP TRIGGER slow");
    let stored = sandbox.count();
    assert!(stored.is_multiple_of(50) && stored < 2000, "{stored}");
    let run = sandbox.useradm("import --from csv --batch 50 -").stdin(plain_rows(2000));
    run.counts(2000 - stored as u64, stored as u64, 0).check();
    assert!(is_application_hash(&sandbox.hash_of("user1999"), b"password1999", 1000));
}

#[test]
fn tells_of_a_lock_that_came_in_the_middle() {
    let sandbox = Sandbox::application(&[]);
    sandbox.sql(SLOW);
    let run = sandbox.useradm("import --from csv --batch 100 --timeout 0.1 -");
    let busy = "error: Database is busy: [..] of 3000 rows are stored[..]\nhint: [..]\n";
    let mut running = run.status(7).stderr(busy).start();
    running.write(ready_rows(3000));
    wait_for_lock(&sandbox);
    let lock = sandbox.connection();
    lock.busy_timeout(Duration::from_secs(5)).unwrap();
    // The application gets its turn between two batches.
    while sandbox.count() == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (_, stderr) = running.finish();
    assert!(!stderr.contains("nothing was changed"), "{stderr}");
    lock.execute_batch("ROLLBACK").unwrap();
    assert!(stderr.contains(&format!(" {} of 3000 ", sandbox.count())), "{stderr}");
}
