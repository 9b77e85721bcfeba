//! Tables that may be for users, before there is one: nobody is to get a hash that their application
//! cannot read, and no table a second one beside it.

use crate::support::{PASSWORD, Sandbox};

const ROWS: &str = "username,password\ndave,correct horse\n";

/// Everything that could make a user or a table, and what it reads.
const MAKING: [(&str, &str); 8] = [
    ("add dave --password-stdin", PASSWORD),
    ("add dave --password-stdin --create", PASSWORD),
    ("add dave --generate-password --create --if-not-exists", ""),
    ("register dave --password-stdin", PASSWORD),
    ("register dave --password-stdin --create", PASSWORD),
    ("import --from csv -", ROWS),
    ("import --from csv - --create", ROWS),
    ("import --from csv - --create --batch 1", ROWS),
];

#[track_caller]
fn assert_unconfirmed(sandbox: &Sandbox, lines: &[(&str, &str)]) {
    for (line, input) in lines {
        let run = sandbox.useradm(line).stdin(input).status(8);
        let says = "error: The table `[..]` of [DIR]/users.db may be for users[..]\n\
                    hint: --layout [..],scheme=SCHEME[..] says how [..]\n";
        run.stderr(says).check_unchanged();
        let run = sandbox.useradm(line).stdin(input);
        run.error(8, "layout_unconfirmed").check_unchanged();
    }
}

#[test]
fn an_unknown_table_gets_nobody_and_no_second_one() {
    for table in [
        "users (id INTEGER PRIMARY KEY, username TEXT, password TEXT)",
        "accounts (uid CHAR(36) PRIMARY KEY, email TEXT, hashed_password TEXT, active BOOLEAN)",
        "\"my users\" (id INTEGER PRIMARY KEY, login TEXT, pw_hash BLOB)",
    ] {
        let sandbox = Sandbox::with_schema(&format!("CREATE TABLE {table}"));
        assert_unconfirmed(&sandbox, &MAKING);
        assert_unconfirmed(&sandbox, &[("init", ""), ("init --if-not-exists", "")]);
    }
}

#[test]
fn the_hint_leads_to_a_user_who_has_a_hash_as_it_says() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT)",
    );
    let line = "add dave --password-stdin --create --quiet --scheme bcrypt:4";
    let layout = "--layout=table=users,id=id,username=username,hash=password,scheme=bcrypt";
    sandbox.useradm(line).arg(layout).stdin(PASSWORD).check();
    assert_eq!(
        sandbox.rows("SELECT username, substr(password, 1, 7) FROM users"),
        ["dave|$2b$04$"]
    );
    sandbox.useradm("init").arg(layout).error(4, "users_elsewhere").check_unchanged();
    assert_eq!(sandbox.rows("SELECT count(*) FROM sqlite_schema"), ["1"]);
}

#[test]
fn whoever_says_so_gets_the_first_applications_table_beside_it() {
    let schema = "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT)";
    let sandbox = Sandbox::with_schema(schema);
    sandbox.useradm("list --layout passlib").error(8, "wrong_schema").check_unchanged();
    sandbox.useradm("init --quiet --layout passlib").check();
    sandbox.useradm("add dave --quiet --password-stdin").stdin(PASSWORD).check();
    assert_eq!(sandbox.usernames(), ["dave"]);
    // Never where there are users.
    let sandbox = Sandbox::with_schema(schema);
    let bcrypt = "$2b$04$/OJ2PX7nIbbT9DG/szds/eDCnb.p2m85pYjwJVNax.8mPPnBE8CWK";
    sandbox.sql(&format!("INSERT INTO users VALUES (1, 'alice', '{bcrypt}')"));
    for line in ["init --layout passlib", "add dave --create --password-stdin --layout passlib"] {
        sandbox.useradm(line).stdin(PASSWORD).error(8, "wrong_schema").check_unchanged();
    }
    // An empty file has none.
    let sandbox = Sandbox::empty();
    sandbox.write("users.db", "");
    let line = "add dave --quiet --create --password-stdin --layout passlib";
    sandbox.useradm(line).stdin(PASSWORD).check();
    assert_eq!(sandbox.usernames(), ["dave"]);
}

/// As many applications have it before anybody has registered.
const MICROBLOG: &str = "CREATE TABLE user (id INTEGER NOT NULL PRIMARY KEY,
    username VARCHAR(64) NOT NULL, email VARCHAR(120), password_hash VARCHAR(256))";

#[test]
fn a_table_that_is_only_called_like_the_first_gets_no_hash() {
    for length in ["(256)", "(128)", "(64)"] {
        let sandbox = Sandbox::with_schema(&MICROBLOG.replace("(256)", length));
        assert_unconfirmed(&sandbox, &MAKING);
        let hashed = ("add dave --hashed --password-stdin", &*crate::support::hash(PASSWORD));
        assert_unconfirmed(&sandbox, &[hashed]);
        for line in ["adopt --yes", "adopt --config -"] {
            sandbox.useradm(line).error(8, "layout_unconfirmed").check_unchanged();
        }
        // Who is there without a password, as by a log-in elsewhere, gets none either.
        sandbox.sql("INSERT INTO user VALUES (7, 'alice', 'a@x.org', '')");
        assert_unconfirmed(&sandbox, &MAKING);
        assert_unconfirmed(&sandbox, &[("update alice --password-stdin", PASSWORD)]);
        // Nobody is locked out by anything else.
        sandbox.useradm("list --format plain").stdout("7\talice\n").check_unchanged();
        sandbox.useradm("init").error(4, "already_initialised").check_unchanged();
        sandbox.useradm("update alice --username ann --set email=x --quiet").check();
        sandbox.useradm("delete --yes ann --quiet").check();
        assert_eq!(sandbox.count(), 0);
    }
}

#[test]
fn whoever_knows_what_it_is_says_so() {
    for (layout, begins) in [
        ("passlib", "$pbkdf2-sha256$1000$"),
        ("table=user,scheme=werkzeug_scrypt", "scrypt:32768:8:1$"),
    ] {
        let sandbox = Sandbox::with_schema(MICROBLOG);
        let line = "add dave --set email=d@x.org --password-stdin --quiet --layout";
        let run = sandbox.useradm(line).arg(layout);
        run.stdin(PASSWORD).check();
        let stored = sandbox.hash_of("dave");
        assert!(stored.starts_with(begins), "{layout}");
        // Then the hash itself says what it is.
        if layout == "passlib" {
            sandbox.useradm("add eve --password-stdin --quiet").stdin(PASSWORD).check();
        }
    }
}

#[test]
fn the_first_applications_own_columns_need_no_word() {
    for hash in ["VARCHAR(120)", "varchar (120)", "TEXT", "VARCHAR", ""] {
        for further in ["created_at DATETIME", "email VARCHAR(120), \"order\" TEXT DEFAULT 'x'"] {
            let sandbox = Sandbox::with_schema(&format!(
                "CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(80) UNIQUE NOT NULL,
                     password_hash {hash} NOT NULL, {further})"
            ));
            for (line, input) in MAKING.iter().filter(|(line, _)| !line.contains("generate")) {
                sandbox.useradm(line).arg("--quiet").stdin(input).check();
                sandbox.useradm("login dave --password-stdin --quiet").stdin(PASSWORD).check();
                sandbox.sql("DELETE FROM user");
            }
        }
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash {hash},
                 phone TEXT NOT NULL)"
        ));
        let says = "error: [..]user.phone[..]\nhint: --set phone=VALUE [..]\n";
        let run = sandbox.useradm("add dave --password-stdin").stdin(PASSWORD);
        run.status(8).stderr(says).check_unchanged();
        let run = sandbox.useradm("add dave --password-stdin").stdin(PASSWORD);
        run.error(8, "constraint_failed").check_unchanged();
    }
    // With just its three columns it is whatever the types are.
    for columns in
        ["username TEXT, password_hash TEXT", "username VARCHAR(64), password_hash VARCHAR(256)"]
    {
        let sandbox =
            Sandbox::with_schema(&format!("CREATE TABLE user (id INTEGER PRIMARY KEY, {columns})"));
        sandbox.useradm("add dave --password-stdin --quiet").stdin(PASSWORD).check();
    }
}
