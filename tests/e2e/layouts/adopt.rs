//! `useradm adopt`: what it shows, what it proves, what it asks, and the file that it writes.

use std::os::unix::fs::symlink;

use super::{BCRYPT, HASHES, LAYOUT, people, with_password};
use crate::support::{PASSWORD, Sandbox};

/// What it writes for [`people`].
const SETTINGS: &str = "# Where the users of this application are, for useradm.\n[layout]\n\
    table = \"people\"\nid = \"id\"\nusername = \"name\"\nhash = \"pw\"\nscheme = \"bcrypt:12\"\n\
    accepts = [\"bcrypt\"]\n";

/// What it asks.
const ASKS: &str = "useradm.toml? [y/N] ";

/// Fails unless no file was written, and the database is as it was.
#[track_caller]
fn assert_nothing_written(sandbox: &Sandbox, before: &[u8]) {
    assert_eq!(sandbox.files(), ["users.db"]);
    assert!(sandbox.bytes() == before, "the database was changed");
}

#[test]
fn what_is_found_is_proved_and_written() {
    let sandbox = people(", email TEXT NOT NULL DEFAULT 'x', age INTEGER NOT NULL DEFAULT 1");
    let before = sandbox.bytes();
    let run = with_password(&sandbox, "adopt --verify alice --password-stdin --yes");
    run.stderr(
        "found 2 users in the table `people`: names in `name`, hashes in `pw`\n\
         hashes: bcrypt (2)\nnew hashes: bcrypt:12, or like the newest one\n\
         checked: alice can log in\nSettings written: [DIR]/useradm.toml\n",
    )
    .check();
    assert!(sandbox.bytes() == before, "the database was changed");
    assert!(sandbox.text("useradm.toml").starts_with("# Where the users of this application are"));
    assert_eq!(sandbox.mode("useradm.toml") & !0o022, 0o644);
    // From then on a change needs no word about it, wherever it is started.
    let elsewhere = Sandbox::empty();
    let run = sandbox.useradm("update alice --password-stdin --db").arg(sandbox.database());
    let run = run.within(elsewhere.directory()).stdin("battery staple");
    run.stderr("User updated successfully: alice\n").check();
}

#[test]
fn the_settings_are_printed_where_that_is_asked_for() {
    let sandbox = people("");
    let run = with_password(&sandbox, "adopt -q --config -");
    run.stdout(SETTINGS).check_unchanged();
    // What is printed is what is read.
    sandbox.useradm("adopt -q --yes --config there.toml").check();
    assert_eq!(sandbox.text("there.toml"), SETTINGS);
    let run = sandbox.useradm("update alice --username=alicia --config there.toml");
    run.stderr("User updated successfully: alicia\n").check();
}

#[test]
fn one_json_document_says_all_of_it() {
    let sandbox = people("");
    let line = "adopt --verify alice --password-stdin --config - --format json";
    let outcome = with_password(&sandbox, line).outcome();
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    let answer: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let expected = serde_json::json!({
        "message": "Settings printed", "table": "people", "users": 2, "schemes": {"bcrypt": 2},
        "needed": [], "companions": [], "verified": "alice", "settings": SETTINGS,
        "changed": false, "database": sandbox.path("users.db"),
        "layout": "table=people,id=id,username=name,hash=pw,scheme=bcrypt",
        "layout_source": "detection",
    });
    assert_eq!(answer, expected);
}

#[test]
fn a_refused_proof_leaves_nothing() {
    let sandbox = people("");
    let before = sandbox.bytes();
    for (line, status, code) in [
        ("adopt --yes --verify alice --password-stdin", 5, "invalid_credentials"),
        ("adopt --yes --verify nobody --password-stdin", 5, "invalid_credentials"),
        ("adopt --yes --verify alice --password-stdin --config -", 5, "invalid_credentials"),
        ("adopt --yes --password-stdin", 2, "usage"),
        ("adopt --yes --verify alice", 2, "usage"),
        ("adopt", 9, "not_confirmed"),
        ("adopt --no-input", 9, "not_confirmed"),
    ] {
        sandbox.useradm(line).stdin("wrong").error(status, code).check();
        assert_nothing_written(&sandbox, &before);
    }
    sandbox.sql("UPDATE people SET pw = '!'");
    let before = sandbox.bytes();
    let run = with_password(&sandbox, "adopt --yes --verify alice --password-stdin").arg(LAYOUT);
    run.error(8, "unreadable_hash").check();
    assert_nothing_written(&sandbox, &before);
}

#[test]
fn somebody_at_a_terminal_is_asked() {
    for (answer, is_agreed) in [("y\r", true), ("YES\r", true), ("n\r", false), ("\r", false)] {
        let sandbox = people("");
        let before = sandbox.bytes();
        let run = sandbox.useradm("adopt");
        let run = if is_agreed {
            run.stderr("[...]Settings written: [DIR]/useradm.toml\n")
        } else {
            run.status(9).stderr("[...]error: Not confirmed: [..]nothing was written\n[...]")
        };
        let mut dialogue = run.dialogue();
        dialogue.answer(ASKS, answer);
        dialogue.end();
        if is_agreed {
            assert_eq!(sandbox.text("useradm.toml"), SETTINGS);
        } else {
            assert_nothing_written(&sandbox, &before);
        }
    }
}

#[test]
fn the_password_of_a_proof_is_asked_for_and_never_shown() {
    let sandbox = people("");
    let run = sandbox.useradm("adopt --verify alice");
    let mut dialogue =
        run.stderr("[...]checked: alice can log in\n[...]Settings written: [..]\n").dialogue();
    dialogue.answer("Password for alice: ", format!("{PASSWORD}\r")).answer(ASKS, "y\r");
    dialogue.end().assert_never_shows(PASSWORD);
    assert_eq!(sandbox.text("useradm.toml"), SETTINGS);

    let sandbox = people("");
    let before = sandbox.bytes();
    let run = sandbox.useradm("adopt --verify alice").error(5, "invalid_credentials");
    let mut dialogue = run.dialogue();
    dialogue.answer("Password for alice: ", "wrong\r");
    let said = dialogue.end();
    assert!(!said.screen.contains(ASKS), "{said:#?}");
    assert_nothing_written(&sandbox, &before);
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_told() {
    let sandbox = people("");
    sandbox.write("useradm.toml", "colour = 'red'\n");
    sandbox.useradm("adopt --yes").error(4, "file_exists").check_unchanged();
    // A damaged one is no obstacle to a new one.
    sandbox.useradm("adopt --yes --force -q").check();
    assert_eq!(sandbox.text("useradm.toml"), SETTINGS);
    // Nor is what it says taken for what is found.
    sandbox.write("useradm.toml", "[layout]\ntable = 'people'\nusername = 'pw'\n");
    sandbox.useradm("adopt --yes --force -q").check();
    assert_eq!(sandbox.text("useradm.toml"), SETTINGS);
    // What a link leads to stays as it is.
    sandbox.write("precious", "precious");
    std::fs::remove_file(sandbox.path("useradm.toml")).unwrap();
    symlink("precious", sandbox.path("useradm.toml")).unwrap();
    sandbox.useradm("adopt --yes").error(4, "file_exists").check_unchanged();
    sandbox.useradm("adopt --yes --force").outcome();
    assert_eq!(sandbox.text("precious"), "precious");
}

#[test]
fn a_file_that_cannot_be_made_can_be_printed() {
    let sandbox = people("");
    let outcome = sandbox.useradm("adopt --yes --config nosuch/useradm.toml").outcome();
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    let hint = outcome.stderr.lines().last().unwrap();
    let command = hint.split('`').nth(1).unwrap();
    let run = sandbox.bash(&format!("useradm() {{ \"$0\" \"$@\"; }}; {command} -q"));
    run.stdout(SETTINGS).check_unchanged();
}

#[test]
fn what_is_said_stands_in_the_file() {
    let sandbox = people("");
    let line = "adopt --yes -q --layout table=people,username=name,hash=pw,scheme=bcrypt:13";
    sandbox.useradm(line).check();
    assert!(sandbox.text("useradm.toml").contains("scheme = \"bcrypt:13\"\n"));
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password TEXT)",
    );
    sandbox.useradm("adopt --yes -q --layout table=users,scheme=bcrypt").check();
    with_password(&sandbox, "add dave --password-stdin -q").check();
    assert_eq!(sandbox.rows("SELECT substr(password, 1, 7) FROM users"), ["$2b$12$"]);
}

#[test]
fn what_a_new_user_needs_is_said_before() {
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, pw TEXT, age INT NOT NULL, city TEXT NOT NULL);
         CREATE TABLE profile (id INTEGER PRIMARY KEY, person INTEGER UNIQUE REFERENCES people (id));
         INSERT INTO people VALUES (1, 'alice', '{BCRYPT}', 7, 'here'), (2, 'bob', '{}', 7, 'here');
         INSERT INTO profile (person) VALUES (1), (2)",
        HASHES[0].1
    ));
    let (_, stderr) = sandbox
        .useradm("adopt --yes")
        .stderr(
            "found 2 users in the table `people`: [..]\nhashes: [..] (1), [..] (1)\nnew hashes: [..]\n\
             a new user also needs `age`, `city`: [..]\nevery user has a row in `profile` too: [..]\n\
             no log-in was checked: [..]\nSettings written: [..]\n",
        )
        .check();
    assert!(stderr.contains("bcrypt (1)") && stderr.contains("werkzeug_scrypt (1)"), "{stderr}");
}
