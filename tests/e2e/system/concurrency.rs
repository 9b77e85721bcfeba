//! Many processes at once: nobody is lost, and nobody is there twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::{PASSWORD, Running, Sandbox, users};

/// How long an application does nothing after each request. Without that it would hold a lock
/// nearly all the time, and SQLite is not fair: nobody else would have a chance.
const BETWEEN_REQUESTS: Duration = Duration::from_millis(10);

/// Runs these lines at the same time, and gives the exit statuses in order. Whoever fails says so,
/// and nobody else says anything.
fn all_at_once(sandbox: &Sandbox, lines: impl IntoIterator<Item = String>) -> Vec<i32> {
    let start = |line: String| sandbox.useradm(&line).arg("-q").stdin(PASSWORD).start();
    let running: Vec<Running> = lines.into_iter().map(start).collect();
    let status = |running: Running| {
        let outcome = running.outcome();
        assert_eq!(outcome.stdout, "", "{outcome:#?}");
        assert_eq!(outcome.stderr.starts_with("error: "), outcome.status != 0, "{outcome:#?}");
        outcome.status
    };
    running.into_iter().map(status).collect()
}

fn add_all(sandbox: &Sandbox, names: &[impl AsRef<str>], option: &str) -> Vec<i32> {
    let line = |name: &_| format!("add {} --password-stdin {option}", AsRef::as_ref(name));
    all_at_once(sandbox, names.iter().map(line))
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

#[test]
fn fifty_adds_at_once_are_all_stored() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &[]);
        let names: Vec<String> = (10..60).map(|i| format!("user{i}")).collect();
        assert_eq!(add_all(&sandbox, &names, ""), [0; 50]);
        assert_eq!(sorted(sandbox.usernames()), names);
        assert_eq!(sandbox.files(), ["users.db"]);
        sandbox.assert_sound();
    }
}

#[test]
fn one_name_added_sixteen_times_at_once_is_one_user() {
    // The table of an application without a UNIQUE rule must not get a second one either.
    let without_rule = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(80) NOT NULL,
         password_hash VARCHAR(120) NOT NULL)",
    );
    let sandboxes = ["delete", "wal"].map(|journal| Sandbox::journaled(journal, &[]));
    for sandbox in sandboxes.into_iter().chain([without_rule]) {
        let statuses = sorted(add_all(&sandbox, &["bob"; 16], ""));
        assert_eq!((statuses[0], &statuses[1..]), (0, &[4; 15][..]));
        assert_eq!(sandbox.usernames(), ["bob"]);
    }
}

#[test]
fn look_alikes_added_at_once_are_one_user() {
    let sandbox = Sandbox::application(&[]);
    let names = ["bob", "Bob", "BOB", "bOb", "boB", "BOb"];
    assert_eq!(sorted(add_all(&sandbox, &names, "")), [0, 4, 4, 4, 4, 4]);
    assert_eq!(sandbox.count(), 1);
}

#[test]
fn one_name_added_with_if_not_exists_is_no_error_to_anybody() {
    let sandbox = Sandbox::application(&[]);
    assert_eq!(add_all(&sandbox, &["bob"; 16], "--if-not-exists"), [0; 16]);
    assert_eq!(sandbox.usernames(), ["bob"]);
}

#[test]
fn twenty_who_make_the_database_at_once_are_all_stored() {
    for _ in 0..3 {
        let sandbox = Sandbox::empty();
        let names: Vec<String> = (10..30).map(|i| format!("user{i}")).collect();
        assert_eq!(add_all(&sandbox, &names, "--create"), [0; 20]);
        assert_eq!(sorted(sandbox.usernames()), names);
        assert_eq!(sandbox.files(), ["users.db"]);
        sandbox.assert_sound();
    }
}

#[test]
fn of_many_inits_at_once_one_makes_the_database() {
    for begin_with in ["", "CREATE TABLE other (x)"] {
        for (line, others) in [("init", 4), ("init --if-not-exists", 0)] {
            let sandbox = Sandbox::empty();
            if !begin_with.is_empty() {
                sandbox.sql(begin_with);
            }
            let statuses = sorted(all_at_once(&sandbox, vec![line.to_owned(); 8]));
            assert_eq!((statuses[0], &statuses[1..]), (0, &[others; 7][..]));
            assert_eq!(sandbox.usernames(), [""; 0]);
            assert_eq!(sandbox.files(), ["users.db"]);
        }
    }
}

#[test]
fn init_and_create_at_once_lose_nobody() {
    for _ in 0..4 {
        let sandbox = Sandbox::empty();
        let inits = vec!["init --if-not-exists".to_owned(); 4];
        let names = ["ann", "bob", "cat", "dan"];
        let adds = names.map(|name| format!("add {name} --create --password-stdin"));
        assert_eq!(all_at_once(&sandbox, inits.into_iter().chain(adds)), [0; 8]);
        assert_eq!(sorted(sandbox.usernames()), names);
    }
}

#[test]
fn adds_and_a_working_application_do_not_disturb_each_other() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["a"]);
        let done = AtomicBool::new(false);
        // The application waits 5 s at most, and any error fails the test.
        let application = || {
            let connection = sandbox.connection();
            connection.busy_timeout(Duration::from_secs(5)).unwrap();
            connection
        };
        let written = thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let connection = application();
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
                let connection = application();
                while !done.load(Ordering::SeqCst) {
                    assert!(users(&connection)[0].starts_with("1|a|"));
                    thread::sleep(BETWEEN_REQUESTS);
                }
            });
            for batch in 0..4 {
                let names: Vec<String> = (0..5).map(|i| format!("admin{batch}{i}")).collect();
                assert_eq!(add_all(&sandbox, &names, ""), [0; 5]);
                let [first, second, third] = [&names[0], &names[1], &names[2]];
                sandbox.useradm(&format!("update -q {first} --username new-{first}")).check();
                sandbox.useradm(&format!("delete -q {second} --yes")).check();
                let login = format!("login -q {third} --password-stdin");
                sandbox.useradm(&login).stdin(PASSWORD).check();
                sandbox.useradm("list").stdout("[...]").check();
            }
            done.store(true, Ordering::SeqCst);
            reader.join().unwrap();
            writer.join().unwrap()
        });
        let names = sandbox.usernames();
        let count = |prefix: &str| names.iter().filter(|name| name.starts_with(prefix)).count();
        assert_eq!(count("application"), written);
        assert_eq!((count("admin"), count("new-admin")), (12, 4));
        sandbox.assert_sound();
    }
}
