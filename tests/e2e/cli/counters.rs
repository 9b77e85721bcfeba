//! What `--like` makes of counters, moments and rights, which are the other user's own: what the table
//! itself says, and never a value that nobody hears of.

use crate::support::{PASSWORD, Sandbox, hash};

fn sandbox() -> Sandbox {
    let hash = hash(PASSWORD);
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE users (id CHAR(32) PRIMARY KEY, email TEXT UNIQUE, pw TEXT,
             login_count INTEGER NOT NULL, karma INTEGER, fails INTEGER NOT NULL DEFAULT 3,
             is_admin BOOLEAN NOT NULL DEFAULT 1, last_active_at BIGINT NOT NULL,
             last_login DATETIME NOT NULL, seen_at DATETIME, created_at BIGINT);
         CREATE TABLE profile (id CHAR(32) PRIMARY KEY, email TEXT, visits INTEGER NOT NULL);
         INSERT INTO users VALUES ('0f8fad5bd9cb469fa16570867728950e', 'ann@x.org', '{hash}', 7, 9, 5, 1,
             1714558830, '2024-05-01 10:20:30', '2024-05-01', 1714558830000);
         INSERT INTO profile SELECT id, email, 12 FROM users"
    ));
    let toml = "[layout]\ntable = 'users'\nusername = 'email'\nscheme = 'pbkdf2_sha256'\n";
    sandbox.write("useradm.toml", toml);
    sandbox
}

const BOB: &str = "SELECT login_count, karma, fails, is_admin, last_active_at / 1000000000,
     last_login > '2025', seen_at, created_at / 1000000000000,
     (SELECT visits FROM profile WHERE profile.id = users.id) FROM users WHERE email = 'bob@x.org'";

#[test]
fn what_begins_with_0_is_named_and_what_has_a_default_has_it() {
    let sandbox = sandbox();
    let run = sandbox.useradm("add bob@x.org --like ann@x.org --password-stdin").stdin(PASSWORD);
    run.stderr(
        "User added successfully: bob@x.org\na row of its own in: profile\n\
         set to 0: login_count, karma, is_admin, profile.visits\n",
    )
    .check();
    assert_eq!(sandbox.rows(BOB), ["0|0|3|0|1|1|NULL|1|0"]);
    sandbox.useradm("login bob@x.org --password-stdin --quiet").stdin(PASSWORD).check();
}

#[test]
fn what_is_said_is_neither_copied_nor_0() {
    let sandbox = sandbox();
    let line = "import --like ann@x.org --set login_count=4 --set is_admin=1 --from csv -";
    let rows = format!("username,password\nbob@x.org,{PASSWORD}\n");
    let says = "Database locked [..]\na row of its own in: profile\n\
                set to 0: karma, profile.visits\nimported 1, skipped 0, updated 0\n";
    sandbox.useradm(line).stdin(rows).stderr(says).check();
    assert_eq!(sandbox.rows(BOB), ["4|0|3|1|1|1|NULL|1|0"]);
}

#[test]
fn without_another_user_what_nothing_fills_is_named() {
    let sandbox = sandbox();
    let line = "add bob@x.org --without-companions --password-stdin";
    let says = "error: [..]users.login_count, users.last_active_at, users.last_login, which [..]\n\
                hint: --set login_count=VALUE [..]\n";
    sandbox.useradm(line).stdin(PASSWORD).status(8).stderr(says).check_unchanged();
}

#[test]
fn a_renamed_user_has_the_new_name_in_the_row_beside_their_own_too() {
    let sandbox = sandbox();
    let says = "User updated successfully: eve@x.org\nrenamed in profile.email too\n";
    sandbox.useradm("update ann@x.org --username eve@x.org").stderr(says).check();
    assert_eq!(sandbox.rows("SELECT email FROM profile"), ["eve@x.org"]);
    let json = "{[..]\"changed\":true,[..]\"renamed_in\":[\"profile.email\"]}\n";
    let line = "update eve@x.org --username ann@x.org --format json";
    sandbox.useradm(line).stdout(json).check();
    // Not where another address stands, and not where the name stays.
    sandbox.sql("UPDATE profile SET email = 'other@x.org'");
    let says = "User updated successfully: eve@x.org\n";
    sandbox.useradm("update ann@x.org --username eve@x.org").stderr(says).check();
    sandbox.useradm("update eve@x.org --set karma=1 --quiet").check();
    assert_eq!(sandbox.rows("SELECT email FROM profile"), ["other@x.org"]);
    sandbox.sql(
        "UPDATE profile SET email = 'eve@x.org';
         CREATE TRIGGER no BEFORE UPDATE ON profile BEGIN SELECT raise(ABORT, 'not here'); END",
    );
    let says = "error: [..]the row of the table `profile`: not here[..]\n";
    let run = sandbox.useradm("update eve@x.org --username ann@x.org").status(8);
    run.stderr(says).check_unchanged();
}

#[test]
fn a_name_beside_it_is_found_in_any_encoding() {
    let sandbox = Sandbox::with_schema("PRAGMA encoding = 'UTF-16'");
    let hash = hash(PASSWORD);
    sandbox.sql(&format!(
        "CREATE TABLE users (id CHAR(32) PRIMARY KEY, email TEXT UNIQUE, pw TEXT);
         CREATE TABLE profile (id CHAR(32) PRIMARY KEY, email TEXT);
         INSERT INTO users VALUES ('0f8fad5bd9cb469fa16570867728950e', 'änn@x.org', '{hash}');
         INSERT INTO profile SELECT id, email FROM users"
    ));
    let layout = "table=users,username=email,scheme=pbkdf2_sha256";
    let line = format!("update änn@x.org --username bøb@x.org --quiet --layout {layout}");
    sandbox.useradm(&line).check();
    assert_eq!(sandbox.rows("SELECT email, typeof(email) FROM profile"), ["bøb@x.org|text"]);
}
