//! `useradm register`

use crate::support::{PASSWORD, Sandbox, is_application_hash};

#[test]
fn makes_an_account_that_the_application_can_use() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        let run = sandbox.useradm("register alice --password-stdin").stdin(PASSWORD);
        run.stderr("User created successfully: alice\n").check();
        assert!(is_application_hash(&sandbox.hash_of("alice"), PASSWORD.as_bytes(), 1000));
        let run = sandbox.useradm("login alice --password-stdin").stdin(PASSWORD);
        run.stderr("Login successful[..]\n").check();
    }
}

#[test]
fn answers_one_object_in_json() {
    let sandbox = Sandbox::initialised();
    for (name, id, format) in [("alice", 1, "json"), ("bob", 2, "jsonl")] {
        let answer = format!(
            "{{\"message\":\"User created successfully\",\"user\":{{\"id\":{id},\
             \"username\":\"{name}\"}},\"changed\":true,\"database\":\"[DIR]/users.db\"}}\n"
        );
        let run = sandbox.useradm("register --password-stdin --format").arg(format).arg(name);
        run.stdin(PASSWORD).stdout(answer).check();
    }
}

#[test]
fn says_nothing_when_told_to_be_quiet() {
    let sandbox = Sandbox::initialised();
    sandbox.useradm("register -q alice --password-stdin").stdin(PASSWORD).check();
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn refuses_a_taken_name_and_leaves_the_user_untouched() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        sandbox.insert("alice");
        let before = sandbox.hash_of("alice");
        let line = "register alice --password-stdin";
        let taken = "error: User already exists: alice\nhint: [..]\n";
        sandbox.useradm(line).stdin("another secret").status(4).stderr(taken).check();
        sandbox.useradm(line).stdin("another secret").error(4, "user_exists").check();
        assert_eq!(sandbox.hash_of("alice"), before);
    }
}

#[test]
fn never_asks_where_there_is_no_terminal() {
    let sandbox = Sandbox::initialised();
    for line in [
        "register",
        "register alice",
        "register --password-stdin",
        "register alice --no-input",
        "register --no-input",
    ] {
        let run = sandbox.useradm(line).stdin("alice\ncorrect horse\ncorrect horse\n");
        run.status(2).stderr("error: [..]\nhint: [..]\n").check();
    }
    let options =
        "error: [..]\nhint: [..]--password-stdin[..]--password-file[..]--password-env[..]\n";
    sandbox.useradm("register alice").status(2).stderr(options).check();
    assert!(sandbox.usernames().is_empty());
}

#[test]
fn knows_neither_ready_hashes_nor_generated_passwords() {
    let sandbox = Sandbox::initialised();
    for line in [
        "register alice --generate-password",
        "register alice --hashed --password-stdin",
        "register alice --if-not-exists --password-stdin",
    ] {
        sandbox.useradm(line).stdin(PASSWORD).status(2).stderr("error: [...]").check();
    }
}

#[test]
fn makes_the_database_only_when_told_to() {
    let sandbox = Sandbox::empty();
    let line = "register alice --password-stdin";
    let missing = "error: [..][DIR]/users.db[..]\nhint: [..]\n";
    sandbox.useradm(line).stdin(PASSWORD).status(8).stderr(missing).check();
    assert!(sandbox.files().is_empty());
    let created = "User created successfully: alice[..]\n";
    let run = sandbox.useradm(line).arg("--create").stdin(PASSWORD);
    run.stderr(created).check();
    assert_eq!(sandbox.mode("users.db"), 0o600);
    assert_eq!(sandbox.files(), ["users.db"]);
    let sequence = "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%'";
    assert_eq!(sandbox.rows(sequence), ["1"]);
    let run = sandbox.useradm("register bob --password-stdin --create").stdin(PASSWORD);
    run.stderr("User created successfully: bob\n").check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}

#[test]
fn leaves_no_file_when_creating_fails() {
    let sandbox = Sandbox::empty();
    for (line, password, status) in [
        ("register alice --create --password-stdin", "short", 6),
        ("register alice --create --password-stdin", "", 6),
        ("register alice --create --password-file missing", "", 6),
        ("register alice --create --password-env USERADM_TEST_UNSET", "", 6),
        ("register alice --create", "", 2),
        ("register a\u{200b}lice --create --password-stdin", PASSWORD, 6),
        ("register correcthorse --create --password-stdin", "correcthorse", 6),
    ] {
        let run = sandbox.useradm(line).stdin(password).status(status);
        run.stderr("error: [...]").check();
        assert!(sandbox.files().is_empty(), "{line}");
    }
    let line = "register alice --create --password-stdin --db missing/users.db";
    sandbox.useradm(line).stdin(PASSWORD).status(8).stderr("error: [...]").check();
    assert!(sandbox.files().is_empty());
}
