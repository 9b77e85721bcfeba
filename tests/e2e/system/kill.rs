//! Kills at any moment: whoever was told of is there, and no reader ever sees half a change.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::support::{
    Outcome, PASSWORD, Running, Sandbox, make_changes_slow, until, wait_for_lock,
};

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
    let run = sandbox.useradm("list --fields username --format plain").stdout("[...]");
    run.check().0.lines().map(str::to_owned).collect()
}

/// Starts a line that sets or checks this password.
fn start(sandbox: &Sandbox, line: &str, password: &str) -> Running {
    sandbox.useradm(&format!("{line} -q --password-stdin")).stdin(password).start()
}

fn kills_lose_nothing(sandbox: &Sandbox) {
    const OLD: &str = "an old password";
    const NEW: &str = "a new password";
    let begin = Instant::now();
    start(sandbox, "add first", OLD).finish();
    let usual = begin.elapsed();
    let mut known: Known = [("first".to_owned(), OLD)].into();
    let mut acknowledged = 0;
    for i in 0..KILLS {
        // From before the process has read its arguments to after its end.
        let delay = usual * (i % 20) * 6 / 100 + usual / 5;
        let victim = known.keys().next_back().cloned().unwrap_or_default();
        let name = format!("user{i}");
        let (running, (subject, after)) = match i % 3 {
            0 => (start(sandbox, &format!("add {name}"), OLD), (&name, Some(OLD))),
            1 => (start(sandbox, &format!("update {victim}"), NEW), (&victim, Some(NEW))),
            _ => {
                let delete = sandbox.useradm(&format!("delete -q {victim} --yes"));
                (delete.start(), (&victim, None))
            }
        };
        let outcome = match i % 20 {
            0 => running.kill(),
            19 => running.outcome(),
            _ => killed_after(running, delay),
        };
        let done = outcome.status == 0;
        acknowledged += u32::from(done);

        // The first to look is a reader, who has to undo what was left half done.
        let names = listed(sandbox);
        let before = known.get(subject).copied();
        let is_there = names.contains(subject);
        let login = format!("login {subject}");
        let now = if !is_there {
            None
        } else if start(sandbox, &login, OLD).outcome().status == 0 {
            Some(OLD)
        } else {
            start(sandbox, &login, NEW).finish();
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
        start(sandbox, &format!("login {name}"), password).finish();
    }
}

#[test]
fn kills_lose_nothing_in_rollback_mode() {
    kills_lose_nothing(&Sandbox::application(&[]));
}

#[test]
fn kills_lose_nothing_in_wal_mode() {
    kills_lose_nothing(&Sandbox::journaled("wal", &[]));
}

#[test]
fn a_killed_create_leaves_a_whole_database_or_none() {
    let begin = Instant::now();
    start(&Sandbox::empty(), "add bob --create", PASSWORD).finish();
    let usual = begin.elapsed();
    for i in 0..30 {
        let sandbox = Sandbox::empty();
        let running = start(&sandbox, "add bob --create", PASSWORD);
        let done = killed_after(running, usual * i / 25).status == 0;
        assert!(!sandbox.beside("-journal").exists());
        if sandbox.database().exists() {
            sandbox.useradm("list --format plain").stdout("1\tbob\n").check();
            sandbox.assert_sound();
        } else {
            assert!(!done);
        }
        // What is left of an attempt does not stand in the way of the next.
        start(&sandbox, "add carol --create", PASSWORD).finish();
        start(&sandbox, "login carol", PASSWORD).finish();
    }
}

#[test]
fn a_process_killed_in_the_middle_of_a_change_is_undone_by_a_reader() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["alice"]);
        let before = sandbox.users();
        make_changes_slow(&sandbox);
        for line in ["add bob", "update alice"] {
            let running = start(&sandbox, line, PASSWORD);
            wait_for_lock(&sandbox);
            if journal == "delete" {
                until("there is a journal", || sandbox.beside("-journal").exists());
            }
            assert_eq!(running.kill().status, 137);
            assert!(sandbox.files().len() > 1, "nothing was begun");
            sandbox.useradm("list --format plain").stdout("1\talice\n").check();
            assert_eq!(sandbox.users(), before);
        }
        sandbox.assert_sound();
    }
}
