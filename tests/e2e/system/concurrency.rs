//! Many processes at once: nobody is lost, and nobody is there twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::harness::{PASSWORD, Running, Sandbox};

/// How long an application does nothing after each request. Without that it would hold a lock
/// nearly all the time, and SQLite is not fair: nobody else would have a chance.
const BETWEEN_REQUESTS: Duration = Duration::from_millis(10);

/// Adds these users, all at the same time, and gives the exit statuses in order.
fn add_all<'n>(
    sandbox: &Sandbox,
    names: impl IntoIterator<Item = &'n str>,
    options: &[&str],
) -> Vec<Option<i32>> {
    let start = |name| sandbox.start_with(&[&["add", name], options].concat(), PASSWORD);
    let running: Vec<Running> = names.into_iter().map(start).collect();
    let outcomes = running.into_iter().map(Running::finish);
    let code = |outcome: super::harness::Outcome| {
        let is_quiet = outcome.stdout.is_empty() && !outcome.stderr.contains("panicked");
        assert!(is_quiet, "{outcome:#?}");
        outcome.status.code()
    };
    outcomes.map(code).collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn fifty_adds_at_once_are_all_stored() {
    for wal in [false, true] {
        let sandbox = if wal { Sandbox::in_wal_mode(&[]) } else { Sandbox::with_users(&[]) };
        let names: Vec<String> = (10..60).map(|i| format!("user{i}")).collect();
        let codes = add_all(&sandbox, names.iter().map(String::as_str), &[]);
        assert_eq!(codes, vec![Some(0); 50]);
        assert_eq!(sorted(sandbox.names()), names);
        assert_eq!(sandbox.files(), ["users.db"]);
        sandbox.assert_sound();
    }
}

#[test]
fn one_name_added_sixteen_times_at_once_is_one_user() {
    // The table of an application without a UNIQUE rule must not get a second one either.
    let without_rule = Sandbox::empty();
    without_rule.sql(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(80) NOT NULL,
         password_hash VARCHAR(120) NOT NULL)",
    );
    for sandbox in [Sandbox::with_users(&[]), Sandbox::in_wal_mode(&[]), without_rule] {
        let mut codes = add_all(&sandbox, vec!["bob"; 16], &[]);
        codes.sort();
        assert_eq!(codes[0], Some(0));
        assert_eq!(codes[1..], [Some(4); 15]);
        assert_eq!(sandbox.names(), ["bob"]);
    }
}

#[test]
fn look_alikes_added_at_once_are_one_user() {
    let sandbox = Sandbox::with_users(&[]);
    let names = ["bob", "Bob", "BOB", "bOb", "boB", "BOb"];
    let codes = add_all(&sandbox, names, &[]);
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == Some(4)).count(), 5, "{codes:?}");
    assert_eq!(sandbox.names().len(), 1);
}

#[test]
fn one_name_added_with_if_not_exists_is_no_error_to_anybody() {
    let sandbox = Sandbox::with_users(&[]);
    let codes = add_all(&sandbox, vec!["bob"; 16], &["--if-not-exists"]);
    assert_eq!(codes, vec![Some(0); 16]);
    assert_eq!(sandbox.names(), ["bob"]);
}

#[test]
fn twenty_who_make_the_database_at_once_are_all_stored() {
    for _ in 0..3 {
        let sandbox = Sandbox::empty();
        let names: Vec<String> = (10..30).map(|i| format!("user{i}")).collect();
        let codes = add_all(&sandbox, names.iter().map(String::as_str), &["--create"]);
        assert_eq!(codes, vec![Some(0); 20]);
        assert_eq!(sorted(sandbox.names()), names);
        assert_eq!(sandbox.files(), ["users.db"]);
        sandbox.assert_sound();
    }
}

#[test]
fn of_many_inits_at_once_one_makes_the_database() {
    for begin_with in [None, Some("CREATE TABLE other (x)")] {
        for (options, others) in [(&["init"][..], 4), (&["init", "--if-not-exists"], 0)] {
            let sandbox = Sandbox::empty();
            if let Some(sql) = begin_with {
                sandbox.sql(sql);
            }
            let running: Vec<Running> =
                (0..8).map(|_| Running::start(sandbox.useradm(options))).collect();
            let mut codes: Vec<_> =
                running.into_iter().map(|running| running.finish().status.code()).collect();
            codes.sort();
            assert_eq!(codes[0], Some(0));
            assert_eq!(codes[1..], [Some(others); 7]);
            assert_eq!(sandbox.names(), [""; 0]);
            assert_eq!(sandbox.files(), ["users.db"]);
        }
    }
}

#[test]
fn init_and_create_at_once_lose_nobody() {
    for _ in 0..4 {
        let sandbox = Sandbox::empty();
        let inits: Vec<Running> =
            (0..4).map(|_| Running::start(sandbox.useradm(&["init", "--if-not-exists"]))).collect();
        let codes = add_all(&sandbox, ["ann", "bob", "cat", "dan"], &["--create"]);
        for init in inits {
            init.finish().assert_code(0);
        }
        assert_eq!(codes, [Some(0); 4]);
        assert_eq!(sorted(sandbox.names()), ["ann", "bob", "cat", "dan"]);
    }
}

#[test]
fn adds_and_a_working_application_do_not_disturb_each_other() {
    for wal in [false, true] {
        let sandbox = if wal { Sandbox::in_wal_mode(&["a"]) } else { Sandbox::with_users(&["a"]) };
        let done = AtomicBool::new(false);
        let written = thread::scope(|scope| {
            // Both wait 5 s at most, as the application does, and any error fails the test.
            let writer = scope.spawn(|| {
                let connection = sandbox.connection();
                let mut written = 0;
                while !done.load(Ordering::SeqCst) {
                    let sql = "INSERT INTO user (username, password_hash) VALUES (?1, '')";
                    connection.execute(sql, [format!("application{written}")]).unwrap();
                    written += 1;
                    thread::sleep(BETWEEN_REQUESTS);
                }
                written
            });
            let reader = scope.spawn(|| {
                let connection = sandbox.connection();
                while !done.load(Ordering::SeqCst) {
                    let names = super::harness::rows(&connection);
                    assert!(names.starts_with("1 a "));
                    thread::sleep(BETWEEN_REQUESTS);
                }
            });
            for batch in 0..4 {
                let names: Vec<String> = (0..5).map(|i| format!("admin{batch}{i}")).collect();
                let codes = add_all(&sandbox, names.iter().map(String::as_str), &[]);
                assert_eq!(codes, [Some(0); 5]);
                let (first, second) = (&names[0], &names[1]);
                sandbox
                    .run(&["update", first, "--username", &format!("new {first}")])
                    .assert_code(0);
                sandbox.run(&["delete", second, "--yes"]).assert_code(0);
                sandbox.run_with(&["login", &names[2]], PASSWORD).assert_code(0);
                sandbox.run(&["list"]).assert_code(0);
            }
            done.store(true, Ordering::SeqCst);
            reader.join().unwrap();
            writer.join().unwrap()
        });
        let names = sandbox.names();
        let count = |prefix: &str| names.iter().filter(|name| name.starts_with(prefix)).count();
        assert_eq!(count("application"), written);
        assert_eq!((count("admin"), count("new admin")), (12, 4));
        sandbox.assert_sound();
    }
}
