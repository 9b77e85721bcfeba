//! `useradm login`

use crate::support::{PASSWORD, Sandbox};

#[test]
fn takes_the_password_that_the_application_stored() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        sandbox.insert("alice");
        let run = sandbox.useradm("login alice --password-stdin").stdin(PASSWORD);
        run.stderr("Login successful: alice\n").check();
        sandbox.useradm("login -q alice --password-stdin").stdin(PASSWORD).check();
    }
}

#[test]
fn answers_one_object_in_json() {
    let sandbox = Sandbox::application(&["alice"]);
    for format in ["json", "jsonl"] {
        let run = sandbox.useradm("login alice --password-stdin --format").arg(format);
        run.stdin(PASSWORD)
            .stdout(
                "{\"message\":\"Login successful\",\"user\":{\"id\":1,\"username\":\"alice\"},\
                 \"changed\":false,\"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\"}\n",
            )
            .check();
    }
}

#[test]
fn says_the_same_of_a_wrong_password_and_an_unknown_user() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in ["login alice --password-stdin", "login nobody --password-stdin"] {
        let run = sandbox.useradm(line).stdin("wrong horse");
        run.status(5).stderr("error: Invalid credentials\n").check();
        let run = sandbox.useradm(line).arg("--format=json").stdin("wrong horse").status(5);
        run.stderr(
            "{\"error\":{\"code\":\"invalid_credentials\",\"message\":\"Invalid credentials\",\
             \"exit_code\":5}}\n",
        )
        .check();
    }
}

#[test]
fn compares_names_byte_for_byte() {
    let sandbox = Sandbox::application(&["Bob", "rene\u{301}", "bob"]);
    sandbox.sql("DELETE FROM user WHERE username = 'bob'");
    for name in ["bob", "BOB", "Bob ", "ren\u{e9}", "Bob%", "1", ""] {
        let run = sandbox.useradm("login --password-stdin").arg(name).stdin(PASSWORD);
        run.error(5, "invalid_credentials").check();
    }
}

#[test]
fn tells_a_hash_that_cannot_be_read_from_a_wrong_password() {
    let sandbox = Sandbox::application(&["alice"]);
    for (hash, scheme) in [
        ("$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW", "bcrypt"),
        ("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$c29tZWhhc2h2YWx1ZQ", "argon2id"),
        ("$pbkdf2-sha512$25000$c29tZXNhbHRzb21lc2FsdA$c29tZWhhc2h2YWx1ZQ", "pbkdf2_sha512"),
        ("$pbkdf2-sha256$i=1000,l=32$c29tZXNhbHRzb21lc2FsdA$c29tZWhhc2h2YWx1ZQ", "pbkdf2_sha256"),
    ] {
        sandbox.sql(&format!("UPDATE user SET password_hash = '{hash}'"));
        let run = sandbox.useradm("login alice --password-stdin").stdin(PASSWORD);
        let says = format!("error: [..]alice[..]{scheme}[..]\n[...]");
        let (_, stderr) = run.status(8).stderr(says).check();
        assert!(!stderr.contains(&hash[hash.len() - 12..]), "{stderr}");
        let run = sandbox.useradm("login alice --password-stdin").stdin(PASSWORD);
        run.error(8, "unreadable_hash").check();
    }
}

#[test]
fn never_writes_to_the_database() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    sandbox.useradm("login -q alice --password-stdin").stdin(PASSWORD).check();
    let run = sandbox.useradm("login alice --password-stdin").stdin("wrong horse");
    run.error(5, "invalid_credentials").check();
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn never_asks_where_there_is_no_terminal() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in ["login", "login alice", "login nobody", "login --password-stdin", "login -q"] {
        let run = sandbox.useradm(line).stdin("alice\ncorrect horse\n");
        run.status(2).stderr("error: [..]\nhint: [..]\n").check();
    }
}

#[test]
fn knows_neither_ready_hashes_nor_generated_passwords() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in ["login alice --generate-password", "login alice --hashed --password-stdin"] {
        sandbox.useradm(line).stdin(PASSWORD).status(2).stderr("error: [...]").check();
    }
}
