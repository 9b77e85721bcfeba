//! Ctrl-C at any moment: nothing is written.

use std::io::Write;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::{SLOW, Sandbox, lines, ready_rows, wait_for_lock};

const INTERRUPTED: &str = "error: Interrupted; nothing was changed\n";

#[test]
fn while_it_waits_for_input() {
    for create in ["", "--create"] {
        let sandbox = if create.is_empty() { Sandbox::application(&[]) } else { Sandbox::empty() };
        let before = sandbox.files();
        let run = sandbox.useradm(&format!("import --from csv - {create}"));
        let mut running = run.status(130).stderr(INTERRUPTED).start();
        let mut stdin = running.stdin.take().unwrap();
        stdin.write_all(ready_rows(1000).as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(100));
        running.signal(Signal::SIGINT);
        running.finish();
        assert_eq!(sandbox.files(), before);
        drop(stdin);
    }
}

#[test]
fn while_it_hashes() {
    for (signal, status) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143), (Signal::SIGHUP, 129)] {
        let sandbox = Sandbox::application(&[]);
        let run = sandbox.useradm("import --from csv -").env("USERADM_ROUNDS", "10000000");
        let said = if status == 130 { INTERRUPTED } else { "[...]" };
        let mut running = run.status(status).stderr(said).start();
        // More than could be hashed while the test waits for the end, and more than a pipe holds.
        let rows = lines(0..5000, |number| format!("user{number},passwords\n"));
        let input = format!("username,password\n{rows}");
        running.write(input);
        thread::sleep(Duration::from_millis(300));
        assert!(running.is_running());
        running.signal(signal);
        running.finish();
        assert_eq!((sandbox.count(), sandbox.files()), (0, vec!["users.db".to_owned()]));
    }
}

#[test]
fn while_it_writes() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::application(&["alice"]);
        sandbox.sql(SLOW);
        sandbox.sql(&format!("PRAGMA journal_mode = {journal}"));
        let run = sandbox.useradm("import --from csv -").status(130).stderr(INTERRUPTED);
        let mut running = run.start();
        // More than could be written while the test waits for the end.
        let rows = ready_rows(90_000);
        running.write(rows);
        wait_for_lock(&sandbox);
        running.signal(Signal::SIGINT);
        running.finish();
        assert_eq!(sandbox.usernames(), ["alice"]);
        sandbox.assert_sound();
        assert!(!sandbox.files().iter().any(|name| name.ends_with("-journal")));
    }
}

#[test]
fn while_it_makes_the_database() {
    let sandbox = Sandbox::empty();
    let run = sandbox.useradm("import --create --from csv -").status(130).stderr("[...]");
    let mut running = run.start();
    running.write(ready_rows(60_000));
    drop(running.stdin.take());
    running.wait_for_unnamed_file();
    running.signal(Signal::SIGINT);
    running.finish();
    assert_eq!(sandbox.files(), [""; 0]);
}

#[test]
fn a_killed_process_leaves_a_database_that_is_as_before() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql(SLOW);
    let mut running = sandbox.useradm("import --from csv -").status(137).start();
    running.write(ready_rows(3000));
    wait_for_lock(&sandbox);
    thread::sleep(Duration::from_millis(100));
    running.signal(Signal::SIGKILL);
    running.finish();
    assert_eq!(sandbox.usernames(), ["alice"]);
    sandbox.sql("DROP TRIGGER slow");
    let run = sandbox.useradm("import --from csv -").stdin(ready_rows(3000));
    run.counts(3000, 0, 0).check();
}
