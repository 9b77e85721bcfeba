//! What is not done beside another application's users: no second table, no hash that it cannot
//! read.

use crate::support::{PASSWORD, Sandbox, hash};

const BCRYPT: &str = "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";
const WERKZEUG: &str = "scrypt:32768:8:1$cGVwcGVy$0123456789abcdef0123456789abcdef";

/// A file in which the users are in another table.
fn elsewhere(hash: &str) -> Sandbox {
    Sandbox::with_schema(&format!(
        "CREATE TABLE note (text TEXT);
         INSERT INTO note VALUES ('bcrypt is a hash'), ('$2b$12$ is how it begins');
         CREATE TABLE \"my accounts\" (id INTEGER PRIMARY KEY, mail TEXT, pw BLOB);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
         INSERT INTO \"my accounts\" SELECT i, 'mail', NULL FROM n;
         INSERT INTO \"my accounts\" VALUES (999, 'mail', '{hash}')"
    ))
}

#[test]
fn no_second_table_is_made_where_users_are_in_another_one() {
    for theirs in [BCRYPT, WERKZEUG, &hash(PASSWORD)] {
        let sandbox = elsewhere(theirs);
        let before = sandbox.bytes();
        let row = format!("username,password_hash\nbob,{}\n", hash("x"));
        for line in [
            "init",
            "init --if-not-exists",
            "add alice --create --password-stdin",
            "register alice --create --password-stdin",
            "import --create --from csv -",
        ] {
            let input = if line.starts_with("import") { &row } else { PASSWORD };
            let run = sandbox.useradm(line).stdin(input);
            let (_, stderr) = run.error(4, "users_elsewhere").check();
            assert!(stderr.contains("`my accounts`"), "{stderr}");
        }
        // Nor does a hint lead there.
        for line in ["list", "add alice --password-stdin"] {
            let (_, stderr) = sandbox
                .useradm(line)
                .stdin(PASSWORD)
                .status(8)
                .stderr("error: [..]`my accounts`[..]\n[...]")
                .check();
            assert!(!stderr.contains("useradm init"), "{stderr}");
        }
        assert_eq!(sandbox.bytes(), before);
    }
}

#[test]
fn tables_without_users_are_no_obstacle() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE note (text TEXT, password TEXT);
         INSERT INTO note VALUES ('$2b$12$ is how bcrypt begins', NULL), ('bcrypt', '!');
         CREATE VIEW everything AS SELECT * FROM note;
         CREATE VIRTUAL TABLE words USING fts5(word);",
    );
    sandbox.useradm("list").status(8).stderr("error: [..]\nhint: [..]useradm init[..]\n").check();
    sandbox.useradm("init -q").check();
    sandbox.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
}

/// A table whose newest rows have these hashes, the newest first.
fn with_hashes(hashes: &[&str]) -> Sandbox {
    let sandbox = Sandbox::application(&[]);
    for (id, hash) in hashes.iter().rev().enumerate() {
        let sql = "INSERT INTO user (username, password_hash) VALUES (?1, ?2)";
        sandbox.connection().execute(sql, [&format!("user{id}"), *hash]).unwrap();
    }
    sandbox
}

/// What would store a hash.
fn storing() -> [(&'static str, String); 9] {
    let hash = hash("a secret");
    let rows = format!("username,password_hash\nalice,{hash}\nuser0,{hash}\n");
    let one = format!("username,password_hash\nalice,{hash}\n");
    [
        ("add alice --password-stdin", PASSWORD.to_owned()),
        ("add alice --create --password-stdin", PASSWORD.to_owned()),
        ("add alice --hashed --password-stdin", hash.clone()),
        ("register alice --password-stdin", PASSWORD.to_owned()),
        ("update user0 --password-stdin", PASSWORD.to_owned()),
        ("update --id 1 --username ann --hashed --password-stdin", hash),
        ("import --from csv -", one),
        ("import --on-conflict update --from csv -", rows.clone()),
        ("import --on-conflict skip --from csv -", rows),
    ]
}

#[test]
fn no_hash_is_stored_that_the_application_could_not_read() {
    let adopt = "`useradm adopt` finds out which hashes the application has";
    let elsewhere = "set the password in the application itself";
    for (hash, scheme, hint) in [
        (WERKZEUG, "werkzeug_scrypt", adopt),
        (BCRYPT, "bcrypt", adopt),
        ("5f4dcc3b5aa765d61d8327deb882cf99", "hex_md5", elsewhere),
    ] {
        let sandbox = with_hashes(&["", "no hash", hash, "!"]);
        let before = sandbox.bytes();
        for (line, input) in storing() {
            let (_, stderr) =
                sandbox.useradm(line).stdin(&input).error(8, "scheme_mismatch").check();
            assert!(stderr.contains(scheme), "{stderr}");
            let run = sandbox.useradm(line).stdin(&input).status(8);
            run.stderr(format!("error: [..]\nhint: {hint}\n")).check();
        }
        assert_eq!(sandbox.bytes(), before);
        // What stores no hash goes on.
        sandbox.useradm("update -q user0 --username ann").check();
        sandbox.useradm("update -q ann --username ann").check();
        sandbox.useradm("add -q --if-not-exists ann --password-stdin").stdin(PASSWORD).check();
        sandbox.useradm("delete -q --yes ann").check();
        assert_eq!(sandbox.usernames(), ["user1", "user2", "user3"]);
    }
}

#[test]
fn one_readable_hash_among_the_newest_thousand_is_enough() {
    let own = hash("x");
    let mut hashes = vec![BCRYPT; 999];
    hashes.push(&own);
    let sandbox = with_hashes(&hashes);
    sandbox.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
    let mut hashes = vec![BCRYPT; 1000];
    hashes.push(&own);
    let sandbox = with_hashes(&hashes);
    let run = sandbox.useradm("add alice --password-stdin").stdin(PASSWORD);
    run.error(8, "scheme_mismatch").check();
    // Where nothing is known of any, as in a table that is empty or holds rubbish, nothing is said.
    for hashes in [&[][..], &["", "x", "!", "5f4dcc3b5aa765d61d8327"]] {
        let sandbox = with_hashes(hashes);
        sandbox.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
    }
}

#[test]
fn an_unreadable_hash_is_to_be_replaced_only_where_the_new_one_is_read() {
    let own = hash("x");
    let (adopt, update) = ("useradm adopt", "useradm update user0 --password");
    for (hashes, hint) in [
        (&[BCRYPT][..], Some(adopt)),
        (&["5f4dcc3b5aa765d61d8327deb882cf99"], None),
        (&[BCRYPT, WERKZEUG], Some(adopt)),
        (&[&own, BCRYPT], Some(update)),
        (&[&own, "rubbish"], Some(update)),
    ] {
        let sandbox = with_hashes(hashes);
        let hint = hint.map_or_else(String::new, |hint| format!("hint: [..]{hint}[..]\n"));
        let run = sandbox.useradm("login user0 --password-stdin").stdin(PASSWORD);
        run.status(8).stderr(format!("error: [..]\n{hint}")).check();
    }
}

#[test]
fn init_does_not_call_a_table_its_own_in_which_others_keep_their_users() {
    let sandbox = with_hashes(&[WERKZEUG]);
    sandbox.useradm("init").error(4, "users_elsewhere").check();
    sandbox.useradm("init --if-not-exists").error(4, "users_elsewhere").check();
}

/// A file whose users are in a table of this form, and nobody has said so.
fn found(columns: &str, hash: &str) -> Sandbox {
    Sandbox::with_schema(&format!(
        "CREATE TABLE members {columns}; INSERT INTO members (name, pw) VALUES ('alice', '{hash}')"
    ))
}

#[test]
fn nobody_is_asked_for_a_password_that_would_not_be_stored() {
    let usual = "(id INTEGER PRIMARY KEY, name TEXT, pw TEXT)";
    for (options, columns, code) in [
        ("", usual, "layout_unconfirmed"),
        ("--layout table=members,scheme=argon2id", usual, "scheme_mismatch"),
        ("", "(name TEXT PRIMARY KEY, pw TEXT) WITHOUT ROWID", "wrong_schema"),
    ] {
        let sandbox = found(columns, BCRYPT);
        for command in ["add bob", "register bob", "update alice --password", "passwd alice"] {
            let line = format!("{command} {options}");
            sandbox.useradm(&line).error(8, code).dialogue().end();
        }
    }
}

#[test]
fn a_table_that_cannot_be_used_is_not_to_be_confirmed() {
    let sandbox = found("(name TEXT PRIMARY KEY, pw TEXT) WITHOUT ROWID", BCRYPT);
    for line in ["update alice --username bob", "delete --yes alice", "adopt --yes", "list"] {
        sandbox.useradm(line).error(8, "wrong_schema").check();
    }
    // Its users are users.
    sandbox.useradm("init").error(4, "users_elsewhere").check_unchanged();
}

#[test]
fn no_scheme_is_adopted_that_the_hashes_do_not_show() {
    let sandbox = found("(id INTEGER PRIMARY KEY, name TEXT, pw TEXT)", BCRYPT);
    let wrong = "--layout table=members,scheme=argon2id";
    for line in ["adopt --yes", "add bob --password-stdin", "update alice --password-stdin"] {
        let run = sandbox.useradm(&format!("{wrong} {line}")).stdin(PASSWORD);
        let (_, stderr) = run.error(8, "scheme_mismatch").check();
        // What was said wrong is not said again.
        let (_, hint) = stderr.split_once("\"hint\":").unwrap_or_default();
        assert!(hint.contains(" adopt`") && !hint.contains("--layout"), "{stderr}");
    }
    assert_eq!(sandbox.files(), ["users.db"]);
    sandbox.useradm("adopt --yes --quiet").check();
    let other = "update alice --password-stdin --scheme sha512_crypt";
    let run = sandbox.useradm(other).stdin(PASSWORD).error(8, "scheme_mismatch");
    let (_, stderr) = run.check();
    assert!(stderr.contains("without --scheme"), "{stderr}");
}

#[test]
fn a_script_gets_one_object_where_nobody_agrees_to_what_was_found() {
    let sandbox = found("(id INTEGER PRIMARY KEY, name TEXT, pw TEXT)", BCRYPT);
    let error = "{\"error\":{\"code\":\"not_confirmed\",[..]}}\n";
    sandbox.useradm("adopt --format json").status(9).stderr(error).check();
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn settings_that_are_a_link_to_nothing_are_not_passed_over() {
    let sandbox = found("(id INTEGER PRIMARY KEY, name TEXT, pw TEXT)", BCRYPT);
    std::os::unix::fs::symlink("nowhere.toml", sandbox.path("useradm.toml")).unwrap();
    sandbox.useradm("list").error(6, "unreadable_source").check();
}

#[test]
fn no_hash_is_stored_in_a_column_that_has_none() {
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT, email TEXT, pw TEXT, more TEXT);
         INSERT INTO members VALUES (1, 'alice', 'alice@example.org', '{BCRYPT}', NULL),
             (2, 'bob', 'bob@example.org', '!', '')"
    ));
    let before = sandbox.bytes();
    for line in [
        "update alice --password-stdin",
        "add carol --password-stdin",
        "import - --from csv",
        "adopt --yes",
    ] {
        let line = format!("--layout table=members,hash=email,scheme=bcrypt {line}");
        let input = if line.contains("import") {
            "username,password\ncarol,secret word\n"
        } else {
            PASSWORD
        };
        let (_, stderr) =
            sandbox.useradm(&line).stdin(input).error(8, "wrong_schema").check_unchanged();
        assert!(stderr.contains("`email` holds something else"), "{stderr}");
    }
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.files(), ["users.db"]);
    // A mark that nobody can log in, or nothing, is no sign of anything else.
    let line = "--layout table=members,hash=more,scheme=bcrypt add dave --password-stdin -q";
    sandbox.useradm(line).stdin(PASSWORD).check();
}

#[test]
fn no_hint_makes_a_database_for_a_layout_that_cannot_be_made() {
    let sandbox = Sandbox::empty();
    let run = sandbox.useradm("--layout django list").error(8, "database_missing");
    let (_, stderr) = run.check();
    assert!(!stderr.contains("init"), "{stderr}");
}

#[test]
fn no_second_table_is_made_beside_users_whose_passwords_are_no_hashes() {
    for password in ["plain text", "5f4dcc3b5aa765d61d8327deb882cf99"] {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT);
             INSERT INTO users VALUES (1, 'alice', '{password}')"
        ));
        for line in ["list", "adopt --yes"] {
            let (_, stderr) = sandbox.useradm(line).error(8, "wrong_schema").check_unchanged();
            assert!(stderr.contains("scheme=SCHEME") && !stderr.contains("init"), "{stderr}");
        }
        for line in
            ["init", "add bob --create --password-stdin", "register bob --create --password-stdin"]
        {
            let run = sandbox.useradm(line).stdin(PASSWORD);
            run.error(8, "layout_unconfirmed").check_unchanged();
        }
        // Whoever says what it is sees it.
        let list = "list --format plain --layout table=users,hash=password";
        sandbox.useradm(list).stdout("1\talice\n").check_unchanged();
    }
}

#[test]
fn hashes_that_only_the_application_can_read_are_hashes() {
    let phpass = "$P$HkJQqx3sIM1Aw.nUBqQuaEIIVLosfp.";
    let sandbox = found("(id INTEGER PRIMARY KEY, name TEXT, pw TEXT)", phpass);
    sandbox.useradm("list --format plain").stdout("1\talice\n").check_unchanged();
    let login = sandbox.useradm("login alice --password-stdin").stdin(PASSWORD);
    login.error(8, "unreadable_hash").check_unchanged();
    sandbox.useradm("init").error(4, "users_elsewhere").check_unchanged();
    for line in ["update alice --password-stdin", "add bob --create --password-stdin"] {
        let run = sandbox.useradm(line).stdin(PASSWORD).error(8, "layout_unconfirmed");
        let (_, stderr) = run.check_unchanged();
        assert!(!stderr.contains("holds no password hash"), "{stderr}");
    }
}
