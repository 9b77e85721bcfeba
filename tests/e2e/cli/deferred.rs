//! Foreign keys that are looked at only when a change is committed, as Django declares them.

use crate::support::{PASSWORD, Sandbox, hash};

/// Users whose ids and names other tables refer to, and who refer to a group.
fn sandbox() -> Sandbox {
    let hash = hash(PASSWORD);
    let deferred = "DEFERRABLE INITIALLY DEFERRED";
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE grp (id INTEGER PRIMARY KEY);
         INSERT INTO grp VALUES (1);
         CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, pw TEXT,
             grp INTEGER NOT NULL REFERENCES grp (id) {deferred});
         INSERT INTO users VALUES (1, 'alice', '{hash}', 1), (2, 'bob', '{hash}', 1);
         CREATE TABLE profile (user_id INTEGER REFERENCES users (id) {deferred});
         INSERT INTO profile VALUES (1);
         CREATE TABLE post (author TEXT REFERENCES users (username) {deferred});
         INSERT INTO post VALUES ('alice');"
    ));
    sandbox.write("useradm.toml", "[layout]\ntable = 'users'\nscheme = 'pbkdf2_sha256'\n");
    sandbox
}

#[test]
fn a_change_that_is_refused_at_its_end_is_no_unknown_outcome() {
    let sandbox = sandbox();
    let rows = "username,password,grp\nzoe,correct horse,1\nyan,correct horse,9\n";
    for line in [
        "delete --yes alice",
        "delete --yes bob alice",
        "update alice --username alicia",
        "update alice --username alicia --set grp=9 --password-stdin",
        "update bob --set grp=9",
        "add zoe --set grp=9 --password-stdin",
        "import --from csv -",
        "import --from csv --batch 100 -",
    ] {
        let input = if line.starts_with("import") { rows } else { PASSWORD };
        let run = sandbox.useradm(line).stdin(input).status(8);
        let says = "error: The database refuses the change: [..]FOREIGN KEY[..]\nhint: [..]\n";
        run.stderr(says).check_unchanged();
        let run = sandbox.useradm(line).stdin(input);
        run.error(8, "constraint_failed").check_unchanged();
    }
    let run = sandbox.useradm("delete --yes alice").status(8);
    let says = "error: [..]referenced by table post: 1, referenced by table profile: 1[..]\n\
                hint: rows of other tables refer to the user[..]\n";
    run.stderr(says).check_unchanged();
    // What refers to nobody else can be done.
    sandbox.useradm("update bob --username rob --quiet").check();
    sandbox.useradm("delete --yes rob --quiet").check();
    sandbox.assert_sound();
}

#[test]
fn a_key_that_restricts_says_so_too() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql(
        "CREATE TABLE post (id INTEGER PRIMARY KEY, user_id REFERENCES user ON DELETE RESTRICT);
         INSERT INTO post VALUES (1, 1)",
    );
    let says = "error: [..]FOREIGN KEY[..]referenced by table post: 1[..]\nhint: [..]\n";
    sandbox.useradm("delete --yes alice").status(8).stderr(says).check_unchanged();
}

#[test]
fn batches_that_were_committed_before_stay() {
    let sandbox = sandbox();
    let rows = "username,password,grp\nzoe,correct horse,1\nyan,correct horse,9\n";
    let run = sandbox.useradm("import --from csv --batch 1 -").stdin(rows).status(8);
    run.stderr("error: [..]FOREIGN KEY[..]1 of 2 rows are stored[..]\nhint: [..]\n").check();
    assert_eq!(sandbox.rows("SELECT username FROM users"), ["alice", "bob", "zoe"]);
}
