//! `useradm add`

use crate::support::{PASSWORD, Sandbox, hash_with_salt, is_application_hash};

#[test]
fn adds_a_user_whom_the_application_can_log_in() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        let run = sandbox.useradm("add alice --password-stdin").stdin(PASSWORD);
        run.stderr("User added successfully: alice\n").check();
        sandbox.useradm("add -q bob --password-stdin").stdin(PASSWORD).check();
        let rows = "SELECT id, username, typeof(username), typeof(password_hash) FROM user";
        assert_eq!(sandbox.rows(rows), ["1|alice|text|text", "2|bob|text|text"]);
        let (alice, bob) = (sandbox.hash_of("alice"), sandbox.hash_of("bob"));
        assert!(is_application_hash(&alice, PASSWORD.as_bytes(), 1000), "{alice}");
        assert!(is_application_hash(&bob, PASSWORD.as_bytes(), 1000), "{bob}");
        assert_ne!(alice, bob, "the salts are the same");
    }
}

#[test]
fn answers_one_object_in_json() {
    let sandbox = Sandbox::application(&["x", "y"]);
    for (command, done, name, id, format) in [
        ("add", "added", "alice", 3, "json"),
        ("add", "added", "bob", 4, "jsonl"),
        ("register", "created", "carol", 5, "json"),
        ("register", "created", "dave", 6, "jsonl"),
    ] {
        let answer = format!(
            "{{\"message\":\"User {done} successfully\",\"user\":{{\"id\":{id},\
             \"username\":\"{name}\"}},\"changed\":true,\"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\"}}\n"
        );
        let line = format!("{command} --password-stdin --format {format} {name}");
        sandbox.useradm(&line).stdin(PASSWORD).stdout(answer).check();
    }
}

#[test]
fn refuses_a_taken_name_and_leaves_the_user_untouched() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        sandbox.insert("alice");
        let before = sandbox.bytes();
        for line in [
            "add alice --password-stdin",
            "add alice --generate-password",
            "register alice --password-stdin",
        ] {
            let run = sandbox.useradm(line).stdin("another secret").status(4);
            run.stderr("error: User already exists: alice\nhint: [..]\n").check();
            sandbox.useradm(line).stdin("another secret").error(4, "user_exists").check();
        }
        assert_eq!(sandbox.bytes(), before);
    }
}

#[test]
fn can_take_a_user_who_is_there_for_success() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    let unchanged = "{\"message\":\"User already exists[..]\",\"user\":{\"id\":1,\
                     \"username\":\"alice\"},\"changed\":false,\"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\"}\n";
    for source in ["--password-stdin", "--generate-password", "--generate-password=8"] {
        let line = "add alice --if-not-exists";
        let run = sandbox.useradm(line).arg(source).stdin("another secret");
        run.stderr("User already exists[..]alice[..]\n").check();
        let run = sandbox.useradm(line).arg(source).arg("--format=json").stdin("another secret");
        run.stdout(unchanged).check();
        sandbox.useradm(line).arg(source).arg("-q").stdin("another secret").check();
    }
    assert_eq!(sandbox.bytes(), before);
    let run = sandbox.useradm("add bob --if-not-exists --password-stdin").stdin(PASSWORD);
    run.stderr("User added successfully: bob\n").check();
}

#[test]
fn still_refuses_a_lookalike_when_a_user_who_is_there_is_no_error() {
    let sandbox = Sandbox::application(&["alice"]);
    let run = sandbox.useradm("add Alice --if-not-exists --password-stdin").stdin(PASSWORD);
    run.error(4, "lookalike_exists").check();
}

#[test]
fn prints_a_generated_password_alone() {
    let sandbox = Sandbox::initialised();
    for (name, option, length) in [
        ("a1", "--generate-password", 20),
        ("a2", "--generate-password=8", 8),
        ("a3", "--generate-password=128", 128),
    ] {
        let run = sandbox.useradm("add").arg(name).arg(option);
        let message = format!("User added successfully: {name}\n");
        let (stdout, _) = run.stdout("[..]\n").stderr(message).check();
        let password = stdout.trim_end();
        assert_eq!(password.len(), length, "{password}");
        let is_readable = |c: char| c.is_ascii_alphanumeric() && !"0O1lI".contains(c);
        assert!(password.chars().all(is_readable), "{password}");
        let run = sandbox.useradm("login -q --password-stdin").arg(name);
        run.stdin(password).check();
    }
    let (quiet, _) = sandbox.useradm("add -q b --generate-password").stdout("[..]\n").check();
    assert_eq!(quiet.len(), 21);
    let (plain, _) = sandbox
        .useradm("add c --generate-password --format plain")
        .stdout("[..]\n")
        .stderr("User added successfully: c\n")
        .check();
    assert_ne!(quiet, plain);
}

#[test]
fn answers_a_generated_password_in_json() {
    let sandbox = Sandbox::initialised();
    let run = sandbox.useradm("add alice --generate-password=32 --format json");
    let answer = "{\"message\":\"User added successfully\",\"user\":{\"id\":1,\
                  \"username\":\"alice\"},\"changed\":true,\"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\",\
                  \"password\":\"[..]\"}\n";
    let (stdout, _) = run.stdout(answer).check();
    let object: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let password = object["password"].as_str().unwrap();
    assert_eq!(password.len(), 32);
    sandbox.useradm("login -q alice --password-stdin").stdin(password).check();
}

#[test]
fn takes_the_length_of_a_generated_password_only_after_an_equals_sign() {
    let sandbox = Sandbox::initialised();
    for line in [
        "add alice --generate-password 12",
        "add alice --generate-password=7",
        "add alice --generate-password=129",
        "add alice --generate-password=0",
        "add alice --generate-password=-8",
        "add alice --generate-password=+9",
        "add alice --generate-password=",
        "add alice --generate-password=20.0",
        "add alice --generate-password --hashed",
    ] {
        sandbox.useradm(line).status(2).stderr("error: [...]").check();
    }
    // The word after the option is the username.
    let run = sandbox.useradm("add --generate-password 12").stdout("[..]\n");
    run.stderr("User added successfully: 12\n").check();
}

#[test]
fn stores_a_ready_hash_to_the_byte() {
    let sandbox = Sandbox::initialised();
    let hash = hash_with_salt(PASSWORD.as_bytes(), 29_000, &[7; 16]);
    let run = sandbox.useradm("add alice --hashed --password-stdin").stdin(format!("{hash}\n"));
    run.stderr("User added successfully: alice\n").check();
    assert_eq!(sandbox.hash_of("alice"), hash);
    sandbox.useradm("login -q alice --password-stdin").stdin(PASSWORD).check();
}

#[test]
fn never_asks_where_there_is_no_terminal() {
    let sandbox = Sandbox::initialised();
    let names = "error: [..]\nhint: [..]--password-stdin[..]--password-file[..]--password-env\
                 [..]--generate-password[..]\n";
    for line in ["add alice", "add alice --hashed", "add alice --no-input", "add -q alice"] {
        sandbox.useradm(line).stdin(PASSWORD).status(2).stderr(names).check();
        sandbox.useradm(line).stdin(PASSWORD).error(2, "usage").check();
    }
    sandbox
        .useradm("add --password-stdin")
        .stdin(PASSWORD)
        .status(2)
        .stderr("error: [...]")
        .check();
    assert!(sandbox.usernames().is_empty());
}

#[test]
fn makes_the_database_only_when_told_to() {
    let sandbox = Sandbox::empty();
    let line = "add alice --generate-password";
    sandbox.useradm(line).error(8, "database_missing").check();
    assert!(sandbox.files().is_empty());
    let run = sandbox.useradm(line).arg("--create");
    let created = "User added successfully: alice[..]\n";
    run.stdout("[..]\n").stderr(created).check();
    assert_eq!(sandbox.mode("users.db"), 0o600);
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn leaves_no_file_when_creating_fails() {
    let sandbox = Sandbox::empty();
    for (line, input, status) in [
        ("add alice --create --password-stdin", "short", 6),
        ("add alice --create --hashed --password-stdin", "$2b$12$abc", 6),
        ("add alice --create --generate-password=4", "", 2),
        ("add alice --create", "", 2),
        ("add \u{7f} --create --generate-password", "", 6),
        ("add alice --create --password-file /", "", 6),
        ("add alice --create --password-env USERADM_TEST_UNSET", "", 6),
        ("add alice --create --password-stdin --db missing/users.db", PASSWORD, 8),
        ("register alice --create --password-stdin", "short", 6),
        ("register alice --create --password-stdin", "", 6),
        ("register alice --create", "", 2),
        ("register a\u{200b}lice --create --password-stdin", PASSWORD, 6),
        ("register correcthorse --create --password-stdin", "correcthorse", 6),
    ] {
        sandbox.useradm(line).stdin(input).status(status).stderr("error: [...]").check();
        assert!(sandbox.files().is_empty(), "{line}");
    }
}

#[test]
fn adds_no_table_to_another_file_when_creating_fails() {
    let sandbox = Sandbox::with_schema("CREATE TABLE post (id INTEGER PRIMARY KEY)");
    let before = sandbox.bytes();
    let run = sandbox.useradm("add alice --create --password-stdin").stdin("short");
    run.error(6, "invalid_password").check();
    assert_eq!(sandbox.bytes(), before);
}
