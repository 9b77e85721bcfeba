//! Kills at any moment: whoever was told of is there, and no reader ever sees half a change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{Duration, Instant};

use super::harness::{Outcome, PASSWORD, Running, Sandbox};

/// How often each kind of database is killed at.
const KILLS: u32 = 60;

/// Kills a process after this time, unless it has ended by then.
fn killed_after(running: Running, delay: Duration) -> Outcome {
    // The moment of the kill is what is tried out here.
    std::thread::sleep(delay);
    running.kill()
}

/// What is certain of each user: the password, if they are there.
type Known = BTreeMap<String, &'static str>;

/// The names as a reader lists them.
fn listed(sandbox: &Sandbox) -> BTreeSet<String> {
    let outcome = sandbox.run(&["list", "--fields=username", "--format=plain"]);
    outcome.assert_code(0);
    outcome.stdout.lines().map(str::to_owned).collect()
}

fn kills_lose_nothing(sandbox: &Sandbox) {
    const OLD: &str = "an old password";
    const NEW: &str = "a new password";
    let begin = Instant::now();
    sandbox.run_with(&["add", "first"], OLD).assert_code(0);
    let usual = begin.elapsed();
    let mut known: Known = [("first".to_owned(), OLD)].into();
    let mut acknowledged = 0;
    for i in 0..KILLS {
        // From before the process has read its arguments to after its end.
        let delay = usual * (i % 20) * 6 / 100 + usual / 5;
        let victim = known.keys().next_back().cloned().unwrap_or_default();
        let name = format!("user{i}");
        let (running, during) = match i % 3 {
            0 => (sandbox.start_with(&["add", &name], OLD), (&name, Some(OLD))),
            1 => (sandbox.start_with(&["update", &victim], NEW), (&victim, Some(NEW))),
            _ => {
                let delete = sandbox.useradm(&["delete", &victim, "--yes"]);
                (Running::start(delete), (&victim, None))
            }
        };
        let outcome = match i % 20 {
            0 => running.kill(),
            19 => running.finish(),
            _ => killed_after(running, delay),
        };
        let done = outcome.status.success();
        acknowledged += u32::from(done);

        // The first to look is a reader, who has to undo what was left half done.
        let names = listed(sandbox);
        let (subject, after) = during;
        let before = known.get(subject).copied();
        let is_there = names.contains(subject);
        let now = if !is_there {
            None
        } else if sandbox.run_with(&["login", subject], OLD).status.success() {
            Some(OLD)
        } else {
            sandbox.run_with(&["login", subject], NEW).assert_code(0);
            Some(NEW)
        };
        assert!(now == after || (now == before && !done), "{subject}: {before:?} to {now:?}");
        match now {
            Some(password) => known.insert(subject.clone(), password),
            None => known.remove(subject),
        };
        assert_eq!(names, known.keys().cloned().collect(), "after kill {i}");
    }
    assert!((1..KILLS).contains(&acknowledged), "no kill came in the middle, or all before it");
    sandbox.assert_sound();
    for (name, password) in known {
        sandbox.run_with(&["login", &name], password).assert_code(0);
    }
}

#[test]
fn kills_lose_nothing_in_rollback_mode() {
    kills_lose_nothing(&Sandbox::with_users(&[]));
}

#[test]
fn kills_lose_nothing_in_wal_mode() {
    kills_lose_nothing(&Sandbox::in_wal_mode(&[]));
}

#[test]
fn a_killed_create_leaves_a_whole_database_or_none() {
    let begin = Instant::now();
    let sandbox = Sandbox::empty();
    sandbox.run_with(&["add", "bob", "--create"], PASSWORD).assert_code(0);
    let usual = begin.elapsed();
    for i in 0..30 {
        let sandbox = Sandbox::empty();
        let running = sandbox.start_with(&["add", "bob", "--create"], PASSWORD);
        let done = killed_after(running, usual * i / 25).status.success();
        assert!(!sandbox.beside("-journal").exists());
        if sandbox.database().exists() {
            let outcome = sandbox.run(&["list", "--format=plain"]);
            outcome.assert_code(0);
            assert_eq!(outcome.stdout, "1\tbob\n");
            sandbox.assert_sound();
        } else {
            assert!(!done);
        }
        // What is left of an attempt does not stand in the way of the next.
        sandbox.run_with(&["add", "carol", "--create"], PASSWORD).assert_code(0);
        sandbox.run_with(&["login", "carol"], PASSWORD).assert_code(0);
    }
}

#[test]
fn a_process_killed_in_the_middle_of_a_change_is_undone_by_a_reader() {
    for wal in [false, true] {
        let sandbox =
            if wal { Sandbox::in_wal_mode(&["alice"]) } else { Sandbox::with_users(&["alice"]) };
        let before = sandbox.rows();
        super::owner::make_changes_slow(&sandbox);
        for arguments in [&["add", "bob"][..], &["update", "alice"]] {
            let running = sandbox.start_with(arguments, PASSWORD);
            super::owner::wait_for_a_change(&sandbox, wal);
            assert!(!running.kill().status.success());
            assert!(fs::read_dir(sandbox.directory()).unwrap().count() > 1, "nothing was begun");
            let outcome = sandbox.run(&["list", "--format=plain"]);
            outcome.assert_code(0);
            assert_eq!(outcome.stdout, "1\talice\n");
            assert_eq!(sandbox.rows(), before);
        }
        sandbox.assert_sound();
    }
}
