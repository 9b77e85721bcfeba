//! `useradm update`

use crate::support::{PASSWORD, Sandbox, hash_with_salt, is_application_hash};

#[test]
fn changes_the_name_and_nothing_else() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        sandbox.insert("alice");
        sandbox.insert("bob");
        let before = sandbox.rows("SELECT id, password_hash FROM user ORDER BY id");
        let run = sandbox.useradm("update alice --username alicia");
        run.stderr("User updated successfully: alicia\n").check();
        let run = sandbox.useradm("update --id 2 --username robert");
        run.stderr("User updated successfully: robert\n").check();
        assert_eq!(sandbox.usernames(), ["alicia", "robert"]);
        assert_eq!(sandbox.rows("SELECT id, password_hash FROM user ORDER BY id"), before);
    }
}

#[test]
fn changes_the_password_and_nothing_else() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        sandbox.insert("alice");
        sandbox.insert("bob");
        let bob = sandbox.hash_of("bob");
        let run = sandbox.useradm("update alice --password-stdin").stdin("another secret\n");
        run.stderr("User updated successfully: alice\n").check();
        let alice = sandbox.hash_of("alice");
        assert!(is_application_hash(&alice, b"another secret", 1000), "{alice}");
        assert_eq!(sandbox.hash_of("bob"), bob);
        assert_eq!(sandbox.rows("SELECT id, username FROM user"), ["1|alice", "2|bob"]);
    }
}

#[test]
fn changes_name_and_password_together_or_neither() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let run = sandbox.useradm("update alice --username alicia --password-stdin");
    run.stdin("another secret").stderr("User updated successfully: alicia\n").check();
    sandbox.useradm("login -q alicia --password-stdin").stdin("another secret").check();
    let before = sandbox.bytes();
    let run = sandbox.useradm("update alicia --username bob --password-stdin");
    run.stdin("a third secret").error(4, "user_exists").check();
    let run = sandbox.useradm("update alicia --username carol --password-stdin");
    run.stdin("short").error(6, "invalid_password").check();
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn answers_one_object_in_json() {
    let sandbox = Sandbox::application(&["alice"]);
    let line = "update alice --username alicia --format json";
    let answer = "{\"message\":\"User updated successfully\",\"user\":{\"id\":1,\
                  \"username\":\"alicia\"},\"changed\":true,\"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\"}\n";
    sandbox.useradm(line).stdout(answer).check();
    let line = "update alicia --username alicia --format jsonl";
    let answer = "{\"message\":\"[..]unchanged[..]\",\"user\":{\"id\":1,\"username\":\"alicia\"},\
                  \"changed\":false,\"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\"}\n";
    sandbox.useradm(line).stdout(answer).check();
}

#[test]
fn says_unchanged_where_nothing_would_differ() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    sandbox.useradm("update alice --username alice").stderr("[..]unchanged[..]alice[..]\n").check();
    let run = sandbox.useradm("update alice --hashed --password-stdin");
    run.stdin(sandbox.hash_of("alice")).stderr("[..]unchanged[..]\n").check();
    sandbox.useradm("update -q alice --username alice").check();
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn wants_to_be_told_what_to_change() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in [
        "update",
        "update alice",
        "update --id 1",
        "update --username bob",
        "update alice --id 1 --username bob",
        "update alice bob --username carol",
        "update alice --allow-weak-password",
        "update alice --hashed",
        "update alice --password",
        "update alice --password --no-input",
    ] {
        sandbox.useradm(line).stdin(PASSWORD).status(2).stderr("error: [...]").check();
    }
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn finds_no_user_who_is_not_there() {
    let sandbox = Sandbox::application(&["alice"]);
    let not_found = "error: User not found: bob\n";
    sandbox.useradm("update bob --username carol").status(3).stderr(not_found).check();
    for line in [
        "update 1 --username carol",
        "update --id 7 --username carol",
        "update Alice --username carol",
        "update bob --generate-password",
    ] {
        sandbox.useradm(line).error(3, "user_not_found").check();
    }
}

#[test]
fn refuses_a_taken_name() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let taken = "error: User already exists: bob\n[...]";
    sandbox.useradm("update alice --username bob").status(4).stderr(taken).check();
    sandbox.useradm("update alice --username bob").error(4, "user_exists").check();
    sandbox
        .useradm("update alice --username bob --allow-lookalike")
        .error(4, "user_exists")
        .check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}

#[test]
fn prints_a_generated_password_alone() {
    let sandbox = Sandbox::application(&["alice"]);
    let run = sandbox.useradm("update alice --generate-password").stdout("[..]\n");
    let (stdout, _) = run.stderr("User updated successfully: alice\n").check();
    sandbox.useradm("login -q alice --password-stdin").stdin(&stdout).check();
    let run = sandbox.useradm("update alice --generate-password=9 --format json");
    let (stdout, _) = run.stdout("{[..],\"password\":\"[..]\"}\n").check();
    let object: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let password = object["password"].as_str().unwrap();
    assert_eq!(password.len(), 9);
    sandbox.useradm("login -q alice --password-stdin").stdin(password).check();
}

#[test]
fn stores_a_ready_hash_to_the_byte() {
    let sandbox = Sandbox::application(&["alice"]);
    let hash = hash_with_salt(b"another secret", 29_000, &[7; 16]);
    let run = sandbox.useradm("update alice --hashed --password-env HASH").env("HASH", &hash);
    run.stderr("User updated successfully: alice\n").check();
    assert_eq!(sandbox.hash_of("alice"), hash);
}

#[test]
fn measures_a_new_password_against_the_name_that_will_be_theirs() {
    let sandbox = Sandbox::application(&["alice"]);
    let run = sandbox.useradm("update alice --username alexandra --password-stdin");
    run.stdin("alexandra").error(6, "invalid_password").check();
    sandbox.sql("UPDATE user SET username = 'alexander'");
    let run = sandbox.useradm("update --id 1 --password-stdin").stdin("alexander");
    run.error(6, "invalid_password").check();
    let run = sandbox.useradm("update --id 1 --password-stdin --allow-weak-password");
    run.stdin("alexander").stderr("User updated successfully: alexander\n").check();
}
