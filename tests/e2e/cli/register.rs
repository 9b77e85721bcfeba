//! `useradm register`, where it differs from `useradm add`.

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
