//! What an import that goes well does, says and leaves out.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::support::{PASSWORD, Sandbox, hash, is_application_hash, lines};

const PEOPLE: &str = "username,password\nalice,correct horse\nbob,battery staple\n";

#[test]
fn adds_everybody_and_says_how_many() {
    let sandbox = Sandbox::application(&[]);
    sandbox.write("people.csv", PEOPLE);
    sandbox.useradm("import people.csv").counts(2, 0, 0).check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
    assert!(is_application_hash(&sandbox.hash_of("alice"), b"correct horse", 1000));
    assert!(is_application_hash(&sandbox.hash_of("bob"), b"battery staple", 1000));
    sandbox.useradm("login -q bob --password-stdin").stdin("battery staple").check();
    assert_eq!(sandbox.files(), ["people.csv", "users.db"]);
}

#[test]
fn guesses_the_format_by_the_ending_of_the_name() {
    let (json, lines) = ("{\"username\":\"a\",\"password\":\"correct horse\"}\n", hash(PASSWORD));
    let lines = format!("a:{lines}\n");
    for (name, content) in [
        (&b"a.csv"[..], "username,password\na,correct horse\n"),
        (b"A.CSV", "username,password\na,correct horse\n"),
        (b"people.2024.csv", "username,password\na,correct horse\n"),
        (b"m\xfcnchen.csv", "username,password\na,correct horse\n"),
        (b"a.jsonl", json),
        (b"a.htpasswd", &lines),
        (b".htpasswd", &lines),
    ] {
        let name = OsStr::from_bytes(name);
        let sandbox = Sandbox::application(&[]);
        std::fs::write(sandbox.path("").join(name), content).unwrap();
        sandbox.useradm("import").arg(name).counts(1, 0, 0).check();
        assert_eq!(sandbox.usernames(), ["a"], "{name:?}");
    }
}

#[test]
fn must_be_told_the_format_where_the_name_says_nothing() {
    let sandbox = Sandbox::application(&[]);
    for name in ["people", "people.txt", "people.csv.gz"] {
        sandbox.write(name, PEOPLE);
        let says = "error: [..]\nhint: [..]--from[..]\n";
        sandbox.useradm("import").arg(name).status(2).stderr(says).check_unchanged();
    }
    let run = sandbox.useradm("import -").stdin(PEOPLE);
    run.status(2).stderr("error: [..]\nhint: [..]--from[..]\n").check_unchanged();
    sandbox.useradm("import -").stdin(PEOPLE).error(2, "usage").check_unchanged();
    sandbox.useradm("import people --from xml").error(2, "usage").check_unchanged();
    sandbox.useradm("import people --from csv").counts(2, 0, 0).check();
}

#[test]
fn believes_the_option_more_than_the_ending() {
    let sandbox = Sandbox::application(&[]);
    sandbox.write("people.jsonl", PEOPLE);
    sandbox.useradm("import --from csv people.jsonl").counts(2, 0, 0).check();
}

#[test]
fn reads_standard_input() {
    let sandbox = Sandbox::application(&[]);
    sandbox.useradm("import --from csv -").stdin(PEOPLE).counts(2, 0, 0).check();
    let more = "username,password\ncarol,correct horse\n";
    sandbox.useradm("import --from csv").stdin(more).counts(1, 0, 0).check();
    assert_eq!(sandbox.usernames(), ["alice", "bob", "carol"]);
}

#[test]
fn answers_scripts_with_one_object() {
    let sandbox = Sandbox::application(&["carol"]);
    let run = sandbox.useradm("import --from csv --format json --on-conflict skip -");
    let run = run.stdin(format!("{PEOPLE}carol,correct horse\n"));
    let (stdout, _) = run.stdout("{[..]}\n").check();
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(answer["message"], "imported 2, skipped 1, updated 0");
    assert_eq!((&answer["imported"], &answer["skipped"]), (&2.into(), &1.into()));
    assert_eq!((&answer["updated"], &answer["changed"]), (&0.into(), &true.into()));
    assert_eq!(answer["database"], sandbox.path("users.db").to_str().unwrap());
    let locked = answer["locked_seconds"].as_f64().unwrap();
    assert!(locked > 0.0 && locked < 5.0, "{stdout}");
    let run = sandbox.useradm("import --from csv --format json --on-conflict skip -");
    let (stdout, _) = run.stdin(PEOPLE).stdout("{[..]}\n").check();
    assert!(stdout.contains("\"changed\":false"), "{stdout}");
}

#[test]
fn says_nothing_when_asked_to_be_quiet() {
    let sandbox = Sandbox::empty();
    sandbox.useradm("import -q --create --from csv -").stdin(PEOPLE).check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}

#[test]
fn hashes_with_the_rounds_that_are_asked_for() {
    let sandbox = Sandbox::application(&[]);
    let row = |name: &str| format!("username,password\n{name},correct horse\n");
    let run = sandbox.useradm("import -q --from csv --rounds 1234 -").stdin(row("a"));
    run.check();
    assert!(is_application_hash(&sandbox.hash_of("a"), PASSWORD.as_bytes(), 1234));
    let run = sandbox.useradm("import -q --from csv -").env("USERADM_ROUNDS", "600000");
    run.stdin(row("b")).check();
    assert!(is_application_hash(&sandbox.hash_of("b"), PASSWORD.as_bytes(), 600_000));
    for rounds in ["0", "999", "10000001", "-1", "x"] {
        let run = sandbox.useradm("import --from csv -").env("USERADM_ROUNDS", rounds);
        run.stdin(row("c")).error(2, "usage").check_unchanged();
    }
}

/// Passwords of every length around the block of SHA-256, and of several scripts, in one batch.
fn mixed_passwords() -> Vec<String> {
    let lengths = (8..=140).chain([1000, 4096]);
    let letters = ["x", "\u{e9}", "\u{5c71}", "\u{1f980}"];
    let password = |length: usize| {
        let first = char::from(b'a' + u8::try_from(length % 26).unwrap());
        format!("{first}{}", letters[length % 4].repeat(length - 1))
    };
    lengths.map(password).collect()
}

#[test]
fn hashes_passwords_of_any_length_on_any_number_of_threads() {
    let passwords = mixed_passwords();
    let row = |(number, password)| format!("user{number},{password}\n");
    let rows = lines(passwords.iter().enumerate(), row);
    for jobs in ["--jobs 1", "--jobs 2", "--jobs 200", ""] {
        let sandbox = Sandbox::application(&[]);
        let run = sandbox.useradm(&format!("import --from csv - {jobs}"));
        let run = run.stdin(format!("username,password\n{rows}"));
        run.counts(passwords.len() as u64, 0, 0).check();
        for (number, password) in passwords.iter().enumerate() {
            let stored = sandbox.hash_of(&format!("user{number}"));
            assert!(is_application_hash(&stored, password.as_bytes(), 1000), "{password}");
        }
        let mut salts = sandbox.rows("SELECT DISTINCT substr(password_hash, 21, 22) FROM user");
        salts.dedup();
        assert_eq!(salts.len(), passwords.len(), "salts are used twice");
        for number in [0, 57, 100, 134] {
            let run = sandbox.useradm(&format!("login -q user{number} --password-stdin"));
            run.stdin(&passwords[number]).check();
        }
    }
}

#[test]
fn takes_only_sensible_numbers() {
    let sandbox = Sandbox::application(&[]);
    for options in [
        "--jobs 0",
        "--jobs -1",
        "--jobs x",
        "--jobs 65536",
        "--batch 0",
        "--batch -1",
        "--batch x",
        "--max-errors -1",
        "--max-errors x",
        "--on-conflict replace",
        "--from csv extra",
    ] {
        let run = sandbox.useradm(&format!("import --from csv - {options}")).stdin(PEOPLE);
        run.error(2, "usage").check_unchanged();
    }
}

#[test]
fn makes_a_database_only_when_told_to() {
    let sandbox = Sandbox::empty();
    sandbox.write("people.csv", PEOPLE);
    let missing = "error: Database not found: [DIR]/users.db\nhint: [..]\n";
    sandbox.useradm("import people.csv").status(8).stderr(missing).check_unchanged();
    sandbox.useradm("import people.csv").error(8, "database_missing").check_unchanged();
    let run = sandbox.shell("umask 0; \"$0\" import --create people.csv");
    run.stderr("Database initialised: [DIR]/users.db\nimported 2, skipped 0, updated 0\n").check();
    assert_eq!(sandbox.mode("users.db"), 0o600);
    assert_eq!(sandbox.files(), ["people.csv", "users.db"]);
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
    let run = sandbox.useradm("import --create --from csv -");
    run.stdin("username,password\ncarol,correct horse\n").counts(1, 0, 0).check();
    sandbox.useradm("delete -q --yes carol").check();
    sandbox.useradm("add -q dave --password-stdin").stdin(PASSWORD).check();
    let id = sandbox.rows("SELECT id FROM user WHERE username = 'dave'");
    assert_eq!(id, ["4"], "an id was given out twice");
}

#[test]
fn leaves_no_database_behind_when_it_fails() {
    let sandbox = Sandbox::empty();
    for input in ["username,password\nalice,short\n", "", "nonsense\n", "username\nalice\n"] {
        let run = sandbox.useradm("import --create --from csv -").stdin(input);
        run.error(6, "invalid_input").check_unchanged();
    }
    let run = sandbox.useradm("import --create --from csv --db nowhere/users.db -").stdin(PEOPLE);
    run.error(8, "database_missing").check_unchanged();
    sandbox.useradm("import --create people.csv").error(6, "invalid_input").check_unchanged();
}

#[test]
fn adds_the_table_only_when_told_to() {
    let sandbox = Sandbox::with_schema("CREATE TABLE other (x); INSERT INTO other VALUES (7)");
    let run = sandbox.useradm("import --from csv -").stdin(PEOPLE);
    run.error(8, "wrong_schema").check_unchanged();
    sandbox.useradm("import --create --from csv -").stdin(PEOPLE).counts(2, 0, 0).check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
    assert_eq!(sandbox.rows("SELECT x FROM other"), ["7"]);
}

#[test]
fn a_rehearsal_writes_nothing_and_predicts_everything() {
    let sandbox = Sandbox::empty();
    let rehearsal = "Nothing was written, [..]\nimported 2, skipped 0, updated 0\n";
    let run = sandbox.useradm("import --create --dry-run --from csv -").stdin(PEOPLE);
    run.stderr(rehearsal).check_unchanged();
    let run = sandbox.useradm("import --dry-run --from csv -").stdin(PEOPLE);
    run.error(8, "database_missing").check_unchanged();

    let sandbox = Sandbox::application(&["carol"]);
    let run = sandbox.useradm("import --dry-run --from csv -").stdin(PEOPLE);
    run.stderr(rehearsal).check_unchanged();
    let run = sandbox.useradm("import --dry-run --from csv --generate-passwords new.csv -");
    run.stdin("username\nalice\nbob\n").stderr(rehearsal).check_unchanged();
    let run = sandbox.useradm("import --dry-run --from csv --format json -").stdin(PEOPLE);
    let (stdout, _) = run.stdout("{[..]}\n").check_unchanged();
    assert!(stdout.contains("\"changed\":false") && stdout.contains("\"imported\":2"), "{stdout}");
    let run = sandbox.useradm("import --dry-run --from csv -");
    let run = run.stdin("username,password\ncarol,correct horse\n");
    run.error(4, "user_exists").check_unchanged();
    let run = sandbox.useradm("import --dry-run --from csv -");
    run.stdin("username,password\nx,short\n").error(6, "invalid_input").check_unchanged();
}
