//! Values of further columns that cannot be stored.

use super::{LAYOUT, people, with_password};
use crate::support::{PASSWORD, Sandbox};

/// Further columns of all kinds.
const COLUMNS: &str = ", role INTEGER, score REAL, active BOOLEAN, joined DATETIME, bio TEXT, \
    name_length INTEGER AS (length(name)) STORED, token TEXT UNIQUE";

fn sandbox() -> Sandbox {
    people(COLUMNS)
}

/// What nobody may store, and what the message names.
const WRONG: [(&str, &str); 16] = [
    ("id=7", "id"),
    ("ID=7", "id"),
    ("rowid=7", "rowid"),
    ("name=eve", "name"),
    ("pw=x", "pw"),
    ("PW=x", "pw"),
    ("nosuch=1", "nosuch"),
    ("name_length=1", "name_length"),
    ("role=many", "role"),
    ("role=1.5", "role"),
    ("score=high", "score"),
    ("active=perhaps", "active"),
    ("role=9223372036854775808", "role"),
    ("role = 1 --", "role"),
    ("role\" = 1, \"pw=x", "role"),
    ("=1", "="),
];

#[test]
fn a_value_that_a_column_cannot_have_is_refused_with_nothing_written() {
    let sandbox = sandbox();
    for (set, named) in WRONG {
        for line in ["add dave --password-stdin", "update alice", "update alice --password-stdin"] {
            let before = sandbox.bytes();
            let run = with_password(&sandbox, line).arg(LAYOUT).arg("--set").arg(set);
            let outcome = run.outcome();
            assert_eq!(outcome.status, 2, "{set}: {}", outcome.stderr);
            let message = outcome.stderr.to_lowercase();
            assert!(message.contains(&named.to_lowercase()), "{set}: {}", outcome.stderr);
            assert!(sandbox.bytes() == before, "{line} --set {set} changed the database");
        }
    }
}

#[test]
fn one_column_gets_one_value() {
    let sandbox = sandbox();
    let run = with_password(&sandbox, "update alice --set role=1 --set role=2").arg(LAYOUT);
    run.error(2, "usage").check_unchanged();
    with_password(&sandbox, "update alice --set role")
        .arg(LAYOUT)
        .error(2, "usage")
        .check_unchanged();
}

#[test]
fn sql_is_text_like_any_other() {
    let sandbox = sandbox();
    let text = "'); DROP TABLE people; --";
    let run = with_password(&sandbox, "add dave --password-stdin").arg(LAYOUT);
    let run = run.arg("--set").arg(format!("bio={text}")).arg("--set").arg("token=a=b");
    run.stderr("User added successfully: dave\n").check();
    assert_eq!(
        sandbox.rows("SELECT bio, token FROM people WHERE name = 'dave'"),
        [format!("{text}|a=b")]
    );
}

#[test]
fn values_are_stored_as_their_columns_have_them() {
    let sandbox = sandbox();
    let run = with_password(&sandbox, "add dave --password-stdin --set role=7 --set score=0.5")
        .arg(LAYOUT);
    let run = run
        .args("--set active=true --set joined=@now --set bio=@uuid4 --set token=@null".split(' '));
    run.stderr("User added successfully: dave\n").check();
    let select = "SELECT typeof(role), typeof(score), active, typeof(joined), length(bio), token \
        FROM people WHERE name = 'dave'";
    assert_eq!(sandbox.rows(select), ["integer|real|1|text|36|NULL"]);
    let run = sandbox
        .useradm("update dave --set role=8 --set bio=@uuid4hex --set score=@null")
        .arg(LAYOUT);
    run.stderr("User updated successfully: dave\n").check();
    let select = "SELECT role, length(bio), score FROM people WHERE name = 'dave'";
    assert_eq!(sandbox.rows(select), ["8|32|NULL"]);
}

#[test]
fn all_columns_that_nothing_fills_are_named_at_once() {
    let sandbox = people(", email TEXT NOT NULL DEFAULT 'x', born DATE, city TEXT DEFAULT 'here'");
    sandbox.sql("CREATE TABLE more (id INTEGER PRIMARY KEY, name TEXT, pw TEXT, age INTEGER NOT NULL, mail TEXT NOT NULL, \
        zip TEXT NOT NULL DEFAULT '')");
    let line = "add dave --password-stdin --layout table=more,username=name,hash=pw,scheme=bcrypt";
    let (_, stderr) = with_password(&sandbox, line).error(8, "constraint_failed").check_unchanged();
    assert!(
        stderr.contains("age") && stderr.contains("mail") && !stderr.contains("zip"),
        "{stderr}"
    );
    // No password is asked for in vain.
    let line = line.replace("--password-stdin", "--generate-password");
    sandbox.useradm(&line).error(8, "constraint_failed").check_unchanged();
    let run = with_password(
        &sandbox,
        &format!(
            "{} --set age=7 --set mail=x@y",
            line.replace("--generate-password", "--password-stdin")
        ),
    );
    run.stderr("User added successfully: dave\n").check();
}

#[test]
fn the_hash_is_shown_by_no_field() {
    let sandbox = sandbox();
    for fields in ["pw", "id,PW", "password_hash", "nosuch", "id,id,nosuch"] {
        let run = sandbox.useradm("list").arg(LAYOUT).arg("--fields").arg(fields);
        let outcome = run.outcome();
        assert_eq!(outcome.status, 2, "{fields}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, "", "{fields}");
    }
    let run = sandbox.useradm("list --format plain --fields name_length,username,role").arg(LAYOUT);
    run.stdout("5\talice\t\n3\tbob\t\n").check_unchanged();
    let _ = PASSWORD;
}
