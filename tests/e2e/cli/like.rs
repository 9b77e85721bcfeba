//! `add --like`: what a new user has of another one, and what never.

use crate::support::{PASSWORD, Sandbox, hash};

/// An application with roles, and a profile for every user.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT,
             email TEXT, theme TEXT NOT NULL, is_admin BOOLEAN NOT NULL, last_login DATETIME,
             login_count INTEGER NOT NULL, uniquifier CHAR(32) UNIQUE NOT NULL);
         CREATE TABLE role (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO role VALUES (1, 'editor'), (2, 'reader');
         CREATE TABLE user_role (user_id REFERENCES user, role_id REFERENCES role);
         CREATE TABLE profile (id INTEGER PRIMARY KEY, user_id UNIQUE REFERENCES user, zone TEXT);",
    );
    let hash = hash(PASSWORD);
    for (id, name) in [(1, "alice"), (2, "bob")] {
        sandbox.sql(&format!(
            "INSERT INTO user VALUES ({id}, '{name}', '{hash}', '{name}@x.org', 'dark', 1,
                 '2024-01-01 00:00:00', 7, '{id}f8fad5bd9cb469fa16570867728950e');
             INSERT INTO profile (user_id, zone) VALUES ({id}, 'UTC');
             INSERT INTO user_role VALUES ({id}, {id})"
        ));
    }
    sandbox
}

const OWN: &str = "SELECT email, theme, is_admin, last_login, login_count,
     length(uniquifier), uniquifier = (SELECT uniquifier FROM user WHERE id = 1)
     FROM user WHERE username = 'eve'";
const LINKED: &str = "SELECT (SELECT group_concat(role_id) FROM user_role WHERE user_id = 3),
     (SELECT group_concat(zone) FROM profile WHERE user_id = 3)";

#[test]
fn a_user_like_another_has_what_is_ordinary() {
    let sandbox = sandbox();
    let run = sandbox.useradm("add eve --like alice --password-stdin").stdin(PASSWORD);
    run.stderr(
        "User added successfully: eve\ncopied columns: theme\n\
         copied memberships: editor (user_role)\na row of its own in: profile\n\
         set to 0: is_admin, login_count\n",
    )
    .check();
    assert_eq!(sandbox.rows(OWN), ["NULL|dark|0|NULL|0|32|0"]);
    assert_eq!(sandbox.rows(LINKED), ["1|UTC"]);
    sandbox.useradm("login eve --password-stdin --quiet").stdin(PASSWORD).check();
    let json = "{\"message\":\"User added successfully\",\"user\":{\"id\":4,\"username\":\"dan\"},\
         \"changed\":true,\"database\":\"[..]\",\"copied\":{\"columns\":[\"theme\"],\"memberships\":[\
         {\"table\":\"user_role\",\"name\":\"reader\"}],\"companions\":[\"profile\"],\
         \"zeros\":[\"is_admin\",\"login_count\"]}}\n";
    let run = sandbox.useradm("add dan --like bob --password-stdin --format json").stdin(PASSWORD);
    run.stdout(json).check();
}

#[test]
fn what_is_said_wins_over_what_is_copied() {
    let sandbox = sandbox();
    let line = "add eve --like alice --without-memberships --without-companions --quiet \
                --set theme=light --set email=e@x.org --password-stdin";
    sandbox.useradm(line).stdin(PASSWORD).check();
    assert_eq!(sandbox.rows(OWN), ["e@x.org|light|0|NULL|0|32|0"]);
    assert_eq!(sandbox.rows(LINKED), ["NULL|NULL"]);
}

#[test]
fn a_copy_that_cannot_be_stored_whole_is_not_stored() {
    let sandbox = sandbox();
    let run = sandbox.useradm("add eve --like zoe --password-stdin").stdin(PASSWORD);
    run.error(3, "user_not_found").check_unchanged();
    sandbox
        .useradm("add eve --without-memberships --password-stdin")
        .status(2)
        .stderr("[...]")
        .check();
    sandbox.sql(
        "CREATE TRIGGER no BEFORE INSERT ON profile BEGIN SELECT raise(ABORT, 'no more'); END",
    );
    let run = sandbox.useradm("add eve --like alice --password-stdin").stdin(PASSWORD);
    run.status(8).stderr("error: [..]table `profile`: no more[..]\n").check_unchanged();
}
