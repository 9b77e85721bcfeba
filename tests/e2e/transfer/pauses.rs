//! Ctrl-Z stops an import, but never while it has the lock.

#![cfg(target_os = "linux")]

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::support::{Running, SLOW, Sandbox, lines, ready_rows, wait_for_lock};

/// Waits until the process is stopped.
fn wait_until_stopped(running: &Running) {
    let since = Instant::now();
    loop {
        let stat = fs::read_to_string(format!("/proc/{}/stat", running.pid)).unwrap();
        if stat.rsplit(')').next().unwrap().trim_start().starts_with('T') {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(50), "it goes on: {stat}");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn stops_while_it_hashes_and_goes_on_again() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --from csv -").env("USERADM_ROUNDS", "300000");
    let mut running = run.counts(64, 0, 0).start();
    let rows = lines(0..64, |number| format!("user{number},passwords\n"));
    let input = format!("username,password\n{rows}");
    running.write(input);
    thread::sleep(Duration::from_millis(100));
    running.signal(Signal::SIGTSTP);
    wait_until_stopped(&running);
    sandbox.sql("BEGIN EXCLUSIVE; ROLLBACK");
    running.signal(Signal::SIGCONT);
    running.finish();
}

#[test]
fn stops_between_batches_with_no_lock() {
    let sandbox = Sandbox::application(&[]);
    sandbox.sql(SLOW);
    let run = sandbox.useradm("import --from csv --batch 100 -");
    let mut running = run.stderr("[..]\nimported 2000, skipped 0, updated 0\n").start();
    running.write(ready_rows(2000));
    for _ in 0..3 {
        wait_for_lock(&sandbox);
        running.signal(Signal::SIGTSTP);
        wait_until_stopped(&running);
        sandbox.sql("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE; ROLLBACK");
        assert!(sandbox.count().is_multiple_of(100));
        running.signal(Signal::SIGCONT);
    }
    running.finish();
}

#[test]
fn puts_it_off_to_the_end_of_a_transaction() {
    let sandbox = Sandbox::application(&[]);
    sandbox.sql(SLOW);
    let run = sandbox.useradm("import --from csv -");
    let mut running = run.stderr("[..]\nimported 1000, skipped 0, updated 0\n").start();
    running.write(ready_rows(1000));
    wait_for_lock(&sandbox);
    running.signal(Signal::SIGTSTP);
    wait_until_stopped(&running);
    // It is stopped, and what it did is there.
    assert_eq!(sandbox.count(), 1000);
    running.signal(Signal::SIGCONT);
    running.finish();
}

#[test]
fn stops_while_it_waits_for_the_lock() {
    let sandbox = Sandbox::application(&[]);
    let lock = sandbox.locked("IMMEDIATE");
    let mut running = sandbox.useradm("import --from csv -").counts(9, 0, 0).start();
    running.write(ready_rows(9));
    thread::sleep(Duration::from_millis(200));
    running.signal(Signal::SIGTSTP);
    wait_until_stopped(&running);
    lock.execute_batch("COMMIT").unwrap();
    running.signal(Signal::SIGCONT);
    running.finish();
}
