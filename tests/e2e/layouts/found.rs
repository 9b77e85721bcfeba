//! Tables in which users are found, and those in which they are not.

use super::{BCRYPT, HASHES, LAYOUT, WRITES, people, with_password};
use crate::support::{PASSWORD, Sandbox, hash};

/// Commands that only read.
const READS: [&str; 4] = ["list", "show alice", "login alice --password-stdin", "export -"];

/// Fails unless everything is refused, and the message names all of these.
#[track_caller]
fn assert_refused(sandbox: &Sandbox, code: &str, named: &[&str]) {
    for line in READS {
        let run = sandbox.useradm(line).stdin(PASSWORD).error(8, code);
        let (_, stderr) = run.check_unchanged();
        assert!(named.iter().all(|name| stderr.contains(name)), "{line}: {stderr}");
    }
    for line in WRITES {
        let input =
            if line.starts_with("import") { "username,password\ndave,s3cretive" } else { PASSWORD };
        let before = sandbox.bytes();
        let outcome = sandbox.useradm(line).stdin(input).outcome();
        assert!([4, 8].contains(&outcome.status), "{line}: {}", outcome.stderr);
        assert_eq!(sandbox.bytes(), before, "{line}");
    }
}

#[test]
fn a_file_without_hashes_has_no_users() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT);
         INSERT INTO users VALUES (1, 'alice', 'plain text'), (2, 'bob', NULL), (3, 'carol', 7)",
    );
    for line in READS {
        let run = with_password(&sandbox, line).error(8, "wrong_schema");
        let (_, stderr) = run.check_unchanged();
        assert!(stderr.contains("users"), "{stderr}");
    }
}

#[test]
fn hashes_that_nobody_can_log_in_with_tell_nothing() {
    for stored in ["''", "'!'", "'!' || hex(randomblob(20))", "'*'", "x''"] {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT);
             INSERT INTO users VALUES (1, 'alice', {stored}), (2, 'bob', {stored})"
        ));
        for line in READS {
            with_password(&sandbox, line).error(8, "wrong_schema").check_unchanged();
        }
    }
}

#[test]
fn tokens_are_no_hashes() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, reset_token TEXT, csrf BLOB, jwt TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
         INSERT INTO users SELECT i, 'user' || i, lower(hex(randomblob(32))), randomblob(60),
             'eyJhbGciOiJIUzI1NiJ9.' || hex(randomblob(30)) || '.' || hex(randomblob(30)) FROM n",
    );
    for line in READS {
        with_password(&sandbox, line).error(8, "wrong_schema").check_unchanged();
    }
}

#[test]
fn of_two_tables_with_users_neither_is_chosen() {
    let sandbox = people("");
    sandbox.sql(&format!(
        "CREATE TABLE staff (id INTEGER PRIMARY KEY, login TEXT, hash TEXT);
         INSERT INTO staff VALUES (1, 'alice', '{BCRYPT}')"
    ));
    assert_refused(&sandbox, "layout_ambiguous", &["people", "staff"]);
    // Whoever says which one is understood.
    let run = with_password(&sandbox, "login alice --password-stdin").arg(LAYOUT);
    run.stderr("Login successful: alice\n").check();
    let run = sandbox.useradm("list --format plain --layout table=staff");
    run.stdout("1\talice\n").check_unchanged();
}

#[test]
fn of_two_columns_of_hashes_neither_is_chosen() {
    let sandbox = people(&format!(", old_pw TEXT DEFAULT '{BCRYPT}'"));
    assert_refused(&sandbox, "layout_ambiguous", &["pw", "old_pw"]);
}

#[test]
fn a_view_is_no_table_of_users() {
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO names VALUES (1, 'alice');
         CREATE VIEW users AS SELECT id, name AS username, '{BCRYPT}' AS password FROM names"
    ));
    for line in READS {
        with_password(&sandbox, line).error(8, "wrong_schema").check_unchanged();
        let run = with_password(&sandbox, line).arg("--layout=table=users,scheme=bcrypt");
        let (_, stderr) = run.error(8, "wrong_schema").check_unchanged();
        assert!(stderr.contains("view"), "{stderr}");
    }
    // And none in the way of a table.
    let sandbox = people("");
    sandbox.sql("CREATE VIEW everybody AS SELECT id, name, pw FROM people");
    sandbox.useradm("list --format plain").stdout("1\talice\n2\tbob\n").check_unchanged();
}

#[test]
fn a_table_of_two_thousand_columns_is_no_obstacle() {
    let columns: Vec<String> =
        (0..1997).map(|number| format!(", c{number} TEXT DEFAULT 'x'")).collect();
    let sandbox = people(&columns.concat());
    sandbox.useradm("list --format plain").stdout("1\talice\n2\tbob\n").check_unchanged();
    with_password(&sandbox, "update alice --password-stdin")
        .error(8, "layout_unconfirmed")
        .check_unchanged();
    let run = sandbox.useradm("update alice --password-stdin").arg(LAYOUT).stdin("battery staple");
    run.stderr("User updated successfully: alice\n").check();
    let run = sandbox.useradm("login alice --password-stdin").stdin("battery staple");
    run.stderr("Login successful: alice\n").check();
    let select = "SELECT count(*) FROM people WHERE c0 = 'x' AND c1996 = 'x'";
    assert_eq!(sandbox.rows(select), ["2"]);
}

#[test]
fn hashes_of_five_schemes_are_read_and_none_is_written_unasked() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT)",
    );
    for (scheme, hash) in HASHES {
        let sql = "INSERT INTO users (username, password) VALUES (?1, ?2)";
        sandbox.connection().execute(sql, [scheme, hash]).unwrap();
    }
    let expected = HASHES.map(|(scheme, _)| format!("{scheme}\t{scheme}\n")).concat();
    let run = sandbox.useradm("list --format plain --fields username,scheme");
    run.stdout(expected).check_unchanged();
    for (scheme, _) in HASHES {
        let run = with_password(&sandbox, &format!("login {scheme} --password-stdin"));
        run.stderr(format!("Login successful: {scheme}\n")).check_unchanged();
        let run = sandbox.useradm(&format!("login {scheme} --password-stdin")).stdin("wrong");
        run.error(5, "invalid_credentials").check_unchanged();
        let run = with_password(&sandbox, &format!("update {scheme} --password-stdin"));
        run.error(8, "layout_unconfirmed").check_unchanged();
    }
}

#[test]
fn a_million_rows_without_a_hash_are_not_all_read() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
         INSERT INTO users SELECT i, 'user' || i, '!' FROM n",
    );
    // The newest rows show what is written today, so the one among the oldest is not found either.
    sandbox.sql(&format!("UPDATE users SET password = '{BCRYPT}' WHERE id = 500000"));
    for line in READS {
        with_password(&sandbox, line).error(8, "wrong_schema").check();
    }
    sandbox.useradm("list --count --layout table=users,scheme=bcrypt").stdout("1000000\n").check();
}

#[test]
fn an_empty_table_that_nobody_knows_is_written_only_where_it_is_named() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password TEXT)",
    );
    for line in ["add dave --password-stdin", "add dave --password-stdin --create"] {
        let outcome = with_password(&sandbox, line).outcome();
        assert_eq!(outcome.status, 8, "{}", outcome.stderr);
        assert_eq!(sandbox.rows("SELECT name FROM sqlite_master WHERE type = 'table'"), ["users"]);
    }
    let layout = "--layout=table=users,username=username,hash=password,scheme=pbkdf2_sha256:1000";
    let run = with_password(&sandbox, "add dave --password-stdin --rounds 1000").arg(layout);
    run.stderr("User added successfully: dave\n").check();
    assert_eq!(sandbox.rows("SELECT username FROM users"), ["dave"]);
}

#[test]
fn the_first_applications_own_table_stays_its_own() {
    // A further table with hashes, as an old copy, is no second candidate.
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql(&format!(
        "CREATE TABLE user_backup (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT);
         INSERT INTO user_backup VALUES (1, 'alice', '{}')",
        hash(PASSWORD)
    ));
    sandbox.useradm("list --format plain").stdout("1\talice\n").check_unchanged();
    with_password(&sandbox, "add dave --password-stdin -q").check();
}
