//! Passwords that an import makes up.

use std::collections::BTreeMap;
use std::io::Write;
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::{PASSWORD, Sandbox, is_application_hash, lines};

/// The passwords that were generated, by name.
fn passwords(sandbox: &Sandbox, file: &str) -> BTreeMap<String, String> {
    let text = sandbox.text(file);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("username,password"));
    let pairs = lines.map(|line| line.rsplit_once(',').unwrap());
    pairs.map(|(name, password)| (name.to_owned(), password.to_owned())).collect()
}

#[test]
fn gives_rows_without_a_password_one_that_logs_in() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.shell("umask 0; \"$0\" import --generate-passwords new.csv --from csv -");
    let run = run.stdin("username,password\na,\nb,correct horse\n\"c, jr\",\"\"\nd,\n");
    run.counts(4, 0, 0).check();
    assert_eq!(sandbox.mode("new.csv"), 0o600);
    assert_eq!(sandbox.files(), ["new.csv", "users.db"]);
    let made = passwords(&sandbox, "new.csv");
    assert_eq!(made.keys().collect::<Vec<_>>(), ["\"c, jr\"", "a", "d"]);
    for (name, password) in &made {
        let name = name.trim_matches('"');
        assert_eq!(password.len(), 20);
        assert!(is_application_hash(&sandbox.hash_of(name), password.as_bytes(), 1000));
        let run = sandbox.useradm("login -q --password-stdin").arg(name).stdin(password);
        run.check();
    }
    assert_ne!(made["a"], made["d"]);
    sandbox.useradm("login -q b --password-stdin").stdin(PASSWORD).check();
}

#[test]
fn gives_them_to_every_format_that_can_lack_one() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --generate-passwords new.csv --from jsonl -");
    let run = run.stdin("{\"username\":\"a\"}\n{\"username\":\"b\",\"password\":null}\n");
    run.counts(2, 0, 0).check();
    assert_eq!(passwords(&sandbox, "new.csv").len(), 2);
    let run = sandbox.useradm("import --generate-passwords more.csv --from csv --create -");
    run.stdin("username\nc\nd\n").counts(2, 0, 0).check();
    assert_eq!(passwords(&sandbox, "more.csv").len(), 2);
}

#[test]
fn never_writes_over_a_file() {
    let sandbox = Sandbox::application(&[]);
    sandbox.write("new.csv", "precious");
    std::os::unix::fs::symlink("nowhere", sandbox.path("link.csv")).unwrap();
    for (file, status, code) in [
        ("new.csv", 4, "file_exists"),
        ("link.csv", 4, "file_exists"),
        ("users.db", 6, "invalid_input"),
    ] {
        let run = sandbox.useradm("import --from csv - --generate-passwords").arg(file);
        run.stdin("username\na\n").error(status, code).check_unchanged();
    }
}

#[test]
fn leaves_no_passwords_behind_that_nobody_has() {
    let sandbox = Sandbox::application(&["alice"]);
    let line = "import --generate-passwords new.csv --from csv -";
    for (input, status, code) in [
        ("username,password\na,\nb,short\n", 6, "invalid_input"),
        ("nonsense\n", 6, "invalid_input"),
        ("username\na\nalice\n", 4, "user_exists"),
        ("username\na\nAlice\n", 4, "lookalike_exists"),
    ] {
        sandbox.useradm(line).stdin(input).error(status, code).check_unchanged();
    }
    let lock = sandbox.locked("IMMEDIATE");
    let run = sandbox.useradm(line).env("USERADM_TIMEOUT", "0").stdin("username\na\n");
    run.error(7, "database_busy").check();
    assert_eq!(sandbox.files(), ["users.db"]);
    lock.execute_batch("ROLLBACK").unwrap();
    sandbox.sql("CREATE TRIGGER no BEFORE INSERT ON user BEGIN SELECT RAISE(ABORT, 'no'); END");
    let run = sandbox.useradm(line).stdin("username\na\n");
    run.error(8, "constraint_failed").check_unchanged();
}

#[test]
fn leaves_no_file_behind_when_it_is_interrupted() {
    let sandbox = Sandbox::application(&[]);
    let interrupt = |rows: usize, lock: bool, signal: Signal, status: i32| {
        let run = sandbox.useradm("import --generate-passwords new.csv --from csv -");
        let run = run.env("USERADM_ROUNDS", if lock { "1000" } else { "2000000" });
        let mut running = run.status(status).stderr("[...]").start();
        let rows = lines(0..rows, |number| format!("user{number}\n"));
        let mut stdin = running.stdin.take().unwrap();
        stdin.write_all(format!("username\n{rows}").as_bytes()).unwrap();
        let stdin = (rows.is_empty()).then_some(stdin);
        // It waits for more input, or hashes, or waits for the lock.
        running.wait_until_it_catches(signal);
        thread::sleep(Duration::from_millis(400));
        running.signal(signal);
        running.finish();
        drop(stdin);
        assert_eq!((sandbox.files(), sandbox.count()), (vec!["users.db".to_owned()], 0));
    };
    for (signal, status) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        interrupt(0, false, signal, status);
        interrupt(64, false, signal, status);
    }
    let _lock = sandbox.locked("IMMEDIATE");
    interrupt(1, true, Signal::SIGINT, 130);
}

#[test]
fn lists_only_passwords_that_were_given() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.hash_of("alice");
    let run =
        sandbox.useradm("import --on-conflict skip --generate-passwords new.csv --from csv -");
    run.stdin("username\nalice\nbob\n").counts(1, 1, 0).check();
    assert_eq!(sandbox.hash_of("alice"), before);
    let made = passwords(&sandbox, "new.csv");
    assert_eq!(made.keys().collect::<Vec<_>>(), ["bob"]);
    assert_eq!(sandbox.hash_of("alice"), before);
}

#[test]
fn only_new_users_get_one_whatever_is_done_with_those_who_exist() {
    let sandbox = Sandbox::application(&["alice", "carol"]);
    let before = sandbox.hash_of("alice");
    let line = "import --on-conflict update --generate-passwords new.csv --from csv -";
    let rows = "username,password\nalice,\nbob,\ncarol,battery staple\ndave,correct horse\n";
    let kept = "line 2: alice: the user exists already, and the row brings no password, skipped\n";
    let run = sandbox.useradm(line).arg("--dry-run").stdin(rows);
    let said = format!("{kept}[..]dry run[..]\nimported 2, skipped 1, updated 1\n");
    run.stderr(said).check_unchanged();
    let said = format!("{kept}[..]\nimported 2, skipped 1, updated 1\n");
    sandbox.useradm(line).stdin(rows).stderr(said).check();
    assert_eq!(sandbox.hash_of("alice"), before);
    let made = passwords(&sandbox, "new.csv");
    assert_eq!(made.keys().collect::<Vec<_>>(), ["bob"]);
    for (name, password) in
        [("bob", &*made["bob"]), ("carol", "battery staple"), ("dave", PASSWORD)]
    {
        sandbox.useradm("login -q --password-stdin").arg(name).stdin(password).check();
    }
}

#[test]
fn a_conflict_has_a_hint_that_leaves_those_who_exist_as_they_are() {
    let sandbox = Sandbox::application(&["alice"]);
    for options in ["", "--generate-passwords new.csv"] {
        let run = sandbox.useradm(&format!("import --from csv - {options}"));
        let run = run.stdin("username,password\nalice,correct horse\n");
        let said = "line 2: alice: the user exists already\n\
                    error: User already exists: alice\n\
                    hint: --on-conflict skip leaves them as they are\n";
        run.status(4).stderr(said).check_unchanged();
    }
    let run = sandbox.useradm("import --generate-passwords new.csv --from csv -");
    run.stdin("username\nalice\n").error(4, "user_exists").check_unchanged();
}

#[test]
fn keeps_the_password_of_a_user_whom_somebody_else_added_meanwhile() {
    loses_to_another_process("update");
}

#[test]
fn takes_a_password_off_the_list_whose_user_somebody_else_added_meanwhile() {
    loses_to_another_process("skip");
}

#[track_caller]
fn loses_to_another_process(action: &str) {
    let sandbox = Sandbox::application(&[]);
    let line = format!("import --on-conflict {action} --generate-passwords new.csv --from csv -");
    let run = sandbox.useradm(&line);
    let run = run.env("USERADM_ROUNDS", "2000000").arg("--timeout=60").counts(1, 1, 0);
    let mut running = run.stdin("username\nalice\nbob\n").start();
    // The list is written before the lock is taken, and again after the rows are compared again.
    let lock = sandbox.locked("IMMEDIATE");
    let is_listed = || std::fs::metadata(sandbox.path("new.csv")).is_ok_and(|file| file.len() > 0);
    while !is_listed() {
        assert!(running.is_running());
        thread::sleep(Duration::from_millis(5));
    }
    let sql = "INSERT INTO user (username, password_hash) VALUES ('alice', 'theirs'); COMMIT";
    lock.execute_batch(sql).unwrap();
    running.finish();
    assert_eq!(sandbox.hash_of("alice"), "theirs");
    assert_eq!(passwords(&sandbox, "new.csv").keys().collect::<Vec<_>>(), ["bob"]);
}

#[test]
fn shows_no_generated_password() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --generate-passwords new.csv --from csv --format json -");
    let (stdout, stderr) = run.stdin("username\na\n").stdout("{[..]}\n").check();
    let made = passwords(&sandbox, "new.csv");
    assert!(!stdout.contains(&made["a"]) && !stderr.contains(&made["a"]));
}

#[test]
fn batches_cannot_be_made_up_twice() {
    // The same command would go on with other passwords than those that are stored.
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --batch 1 --generate-passwords new.csv --from csv -");
    run.stdin("username\na\n").error(2, "usage").check_unchanged();
}
