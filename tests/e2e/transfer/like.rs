//! `import --like`: what all new users of a file have of another one.

use crate::support::{PASSWORD, Sandbox, hash};

/// An application with roles, and a profile for every user.
fn sandbox() -> Sandbox {
    let hash = hash(PASSWORD);
    Sandbox::with_schema(&format!(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT,
             email TEXT, theme TEXT NOT NULL, uniquifier CHAR(32) UNIQUE NOT NULL);
         CREATE TABLE role (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO role VALUES (1, 'editor');
         CREATE TABLE user_role (user_id REFERENCES user, role_id REFERENCES role);
         CREATE TABLE profile (id INTEGER PRIMARY KEY, user_id UNIQUE REFERENCES user, zone TEXT);
         INSERT INTO user VALUES
             (1, 'alice', '{hash}', 'a@x.org', 'dark', '1f8fad5bd9cb469fa16570867728950e'),
             (2, 'bob', '{hash}', 'b@x.org', 'light', '2f8fad5bd9cb469fa16570867728950e');
         INSERT INTO profile (user_id, zone) VALUES (1, 'UTC'), (2, 'CET');
         INSERT INTO user_role VALUES (1, 1)"
    ))
}

const INPUT: &str = "username,password,email\ncarol,correct horse,c@x.org\ndan,correct horse,\n";
const ALL: &str = "SELECT username, email, theme, zone,
         (SELECT group_concat(role_id) FROM user_role WHERE user_id = user.id)
     FROM user LEFT JOIN profile ON user_id = user.id ORDER BY user.id";
const BEFORE: [&str; 2] = ["alice|a@x.org|dark|UTC|1", "bob|b@x.org|light|CET|NULL"];

#[test]
fn new_users_like_another_have_what_is_ordinary() {
    let sandbox = sandbox();
    let said = "[...]copied columns: theme\ncopied memberships: editor (user_role)\n\
                a row of its own in: profile\nimported 2, skipped 0, updated 0\n";
    sandbox.useradm("import --from csv - --like alice").stdin(INPUT).stderr(said).check();
    let new = ["carol|c@x.org|dark|UTC|1", "dan|NULL|dark|UTC|1"];
    assert_eq!(sandbox.rows(ALL), [&BEFORE[..], &new].concat());
    assert_eq!(sandbox.rows("SELECT count(DISTINCT uniquifier) FROM user"), ["4"]);
    sandbox.useradm("login dan --password-stdin --quiet").stdin(PASSWORD).check();
}

#[test]
fn what_the_file_and_the_command_say_wins_over_what_is_copied() {
    let sandbox = sandbox();
    let input = "username,password,theme\ncarol,correct horse,blue\n";
    let line = "import --from csv - --like alice --without-memberships --without-companions \
                --set email=@username --quiet --batch 1";
    sandbox.useradm(line).stdin(input).check();
    assert_eq!(sandbox.rows(ALL), [&BEFORE[..], &["carol|carol|blue|NULL|NULL"]].concat());
}

#[test]
fn new_users_without_a_row_that_every_user_has_are_refused() {
    let sandbox = sandbox();
    // Another application than the first, which is known to need no such rows.
    let layout = "--layout table=user,scheme=pbkdf2_sha256,email=email";
    let line = format!("import --from csv - {layout} --set theme=x --set uniquifier=@uuid4hex");
    let run = sandbox.useradm(&line).stdin(INPUT).status(8);
    run.stderr("error: Every user has a row in the table `profile`[..]\nhint: [..]\n")
        .check_unchanged();
    sandbox.useradm(&format!("{line} --without-companions --quiet")).stdin(INPUT).check();
    assert_eq!(sandbox.count(), 4);
    // Those who are there need no more than they have.
    let ready = hash("battery staple");
    let input = format!("username,password_hash\nbob,{ready}\n");
    let sandbox = self::sandbox();
    let line = format!("import --from csv - {layout} --quiet --on-conflict update");
    sandbox.useradm(&line).stdin(input).check();
    assert_eq!(sandbox.hash_of("bob"), ready);
    let run = sandbox.useradm("import --from csv - --like zoe").stdin(INPUT);
    run.error(3, "user_not_found").check_unchanged();
}
