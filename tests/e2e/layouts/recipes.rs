//! Which scheme and which cost a new hash gets.

use super::{BCRYPT, HASHES, LAYOUT, people};
use crate::support::{Run, Sandbox};

const NEW: &str = "battery staple";

/// A run that sets a password.
fn set(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.useradm(line).arg("-q").arg("--password-stdin").stdin(NEW)
}

/// What the hash of somebody begins with.
#[track_caller]
fn assert_begins(sandbox: &Sandbox, name: &str, beginning: &str) {
    assert_begins_in(LAYOUT, sandbox, name, beginning);
}

/// The same in another layout.
#[track_caller]
fn assert_begins_in(layout: &str, sandbox: &Sandbox, name: &str, beginning: &str) {
    let hash = &sandbox.rows(&format!("SELECT pw FROM people WHERE name = '{name}'"))[0];
    assert!(hash.starts_with(beginning), "{name}: {hash}");
    let run = sandbox.useradm(&format!("login {name} --password-stdin")).stdin(NEW).arg(layout);
    let outcome = run.outcome();
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
}

/// bcrypt of another cost, of no known password.
fn bcrypt(cost: &str) -> String {
    BCRYPT.replace("$12$", &format!("${cost}$"))
}

#[test]
fn a_new_hash_costs_what_the_old_one_did_and_never_less_than_the_default() {
    let sandbox = people("");
    let connection = sandbox.connection();
    for (old, new) in [("04", "$2b$12$"), ("12", "$2b$12$"), ("13", "$2b$13$")] {
        connection
            .execute("UPDATE people SET pw = ?1 WHERE name = 'alice'", [bcrypt(old)])
            .unwrap();
        set(&sandbox, "update alice").arg(LAYOUT).check();
        assert_begins(&sandbox, "alice", new);
    }
    // bcrypt's older letters are read and no longer written.
    let old = BCRYPT.replace("$2b$", "$2a$");
    connection.execute("UPDATE people SET pw = ?1 WHERE name = 'alice'", [old]).unwrap();
    set(&sandbox, "update alice").arg(LAYOUT).check();
    assert_begins(&sandbox, "alice", "$2b$12$");
}

#[test]
fn a_new_users_hash_is_like_the_newest_one() {
    let sandbox = people("");
    sandbox.sql(&format!("UPDATE people SET pw = '{}' WHERE name = 'bob'", bcrypt("13")));
    set(&sandbox, "add dave").arg(LAYOUT).check();
    assert_begins(&sandbox, "dave", "$2b$13$");
}

#[test]
fn who_asks_for_a_cost_gets_it() {
    let sandbox = people("");
    set(&sandbox, "update alice --scheme bcrypt:10").arg(LAYOUT).check();
    assert_begins(&sandbox, "alice", "$2b$10$");
    // bcrypt has no rounds that could be asked for, and a variable for others is passed over.
    let run = set(&sandbox, "update alice --rounds 5000").arg(LAYOUT);
    run.error(2, "usage").check_unchanged();
    set(&sandbox, "update bob").env("USERADM_ROUNDS", "5000").arg(LAYOUT).check();
    assert_begins(&sandbox, "bob", "$2b$12$");
}

#[test]
fn each_user_keeps_their_scheme_where_the_application_reads_several() {
    let sandbox = people("");
    let layout = "--layout=table=people,username=name,hash=pw,scheme=werkzeug_scrypt,\
        accepts=werkzeug_scrypt+argon2id+bcrypt";
    let [(_, scrypt), _, (_, argon2), ..] = HASHES;
    for (hash, beginning) in [
        (scrypt, "scrypt:32768:8:1$"),
        (argon2, "$argon2id$v=19$m=65536,t=3,p=4$"),
        (BCRYPT, "$2b$12$"),
    ] {
        sandbox
            .connection()
            .execute("UPDATE people SET pw = ?1 WHERE name = 'alice'", [hash])
            .unwrap();
        set(&sandbox, "update alice").arg(layout).check();
        assert_begins_in(layout, &sandbox, "alice", beginning);
    }
    // One that cannot be read any more is replaced by what the newest has.
    sandbox.sql("UPDATE people SET pw = '!' WHERE name = 'alice'");
    set(&sandbox, "update alice").arg(layout).check();
    assert_begins_in(layout, &sandbox, "alice", "$2b$12$");
}

#[test]
fn a_hash_that_the_application_cannot_read_is_no_login() {
    let sandbox = people("");
    let [(_, scrypt), ..] = HASHES;
    sandbox
        .connection()
        .execute("UPDATE people SET pw = ?1 WHERE name = 'alice'", [scrypt])
        .unwrap();
    let run = sandbox.useradm("login alice --password-stdin").stdin("correct horse").arg(LAYOUT);
    let (_, stderr) = run.error(8, "unreadable_hash").check_unchanged();
    assert!(stderr.contains("werkzeug_scrypt"), "{stderr}");
    // A new one is of the scheme that it can read.
    set(&sandbox, "update alice").arg(LAYOUT).check();
    assert_begins(&sandbox, "alice", "$2b$12$");
}

#[test]
fn a_column_that_the_rows_outgrew_limits_nothing() {
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(10), pw VARCHAR(20));
         INSERT INTO people VALUES (1, 'alice', '{BCRYPT}')"
    ));
    set(&sandbox, "update alice").arg(LAYOUT).check();
    assert_begins(&sandbox, "alice", "$2b$12$");
    let run = set(&sandbox, "add elevenchars").arg(LAYOUT);
    run.error(6, "invalid_username").check_unchanged();
    sandbox.sql("UPDATE people SET name = 'twelve chars'");
    set(&sandbox, "add elevenchars").arg(LAYOUT).check();
}

#[test]
fn a_column_that_the_rows_keep_to_limits_hashes() {
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(10), pw VARCHAR(60));
         INSERT INTO people VALUES (1, 'alice', '{BCRYPT}')"
    ));
    let layout = "--layout=table=people,username=name,hash=pw,scheme=werkzeug_scrypt,\
        accepts=werkzeug_scrypt+bcrypt";
    let run = set(&sandbox, "update alice --scheme werkzeug_scrypt").arg(layout);
    let outcome = run.outcome();
    assert_ne!(outcome.status, 0, "{}", outcome.stderr);
    assert_eq!(sandbox.rows("SELECT pw FROM people"), [BCRYPT]);
}
