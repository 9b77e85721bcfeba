//! `useradm delete`

use crate::support::Sandbox;

#[test]
fn deletes_all_named_users() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        for name in ["alice", "bob", "carol", "dave"] {
            sandbox.insert(name);
        }
        let run = sandbox.useradm("delete --yes alice");
        run.stderr("User deleted successfully: alice[..]\n").check();
        let run = sandbox.useradm("delete bob --yes --id 4");
        run.stderr("User deleted successfully: bob[..]dave[..]\n").check();
        assert_eq!(sandbox.usernames(), ["carol"]);
        sandbox.useradm("delete -q --yes carol").check();
        assert!(sandbox.usernames().is_empty());
    }
}

#[test]
fn answers_all_users_in_json() {
    let sandbox = Sandbox::application(&["alice", "bob", "carol"]);
    let answer = "{\"message\":\"User deleted successfully\",\"users\":[{\"id\":3,\
                  \"username\":\"carol\"},{\"id\":1,\"username\":\"alice\"}],\"changed\":true,\
                  \"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\"}\n";
    sandbox.useradm("delete --yes carol alice --format json").stdout(answer).check();
    let answer = "{\"message\":\"[..]\",\"users\":[],\"changed\":false,\
                  \"database\":\"[DIR]/users.db\",\
                  \"layout\":\"passlib\",\"layout_source\":\"built-in\"}\n";
    sandbox.useradm("delete --yes --if-exists alice --format jsonl").stdout(answer).check();
}

#[test]
fn deletes_nobody_if_one_is_missing() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let before = sandbox.bytes();
    let missing = "error: User not found: carol\n";
    sandbox.useradm("delete --yes alice carol bob").status(3).stderr(missing).check();
    sandbox.useradm("delete --yes carol").error(3, "user_not_found").check();
    sandbox.useradm("delete --yes --id 1 --id 9").error(3, "user_not_found").check();
    sandbox.useradm("delete --yes 1").error(3, "user_not_found").check();
    sandbox.useradm("delete --yes ALICE").error(3, "user_not_found").check();
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn can_take_a_missing_user_for_success() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let run = sandbox.useradm("delete --yes --if-exists carol alice --id 9");
    run.stderr("User deleted successfully: alice[..]\n").check();
    assert_eq!(sandbox.usernames(), ["bob"]);
    sandbox.useradm("delete --yes --if-exists carol").stderr("[..]\n").check();
    sandbox.useradm("delete --yes --if-exists -q carol").check();
}

#[test]
fn deletes_a_user_who_is_named_twice_once() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let answer = "{\"message\":\"User deleted successfully\",\"users\":[{\"id\":1,\
                  \"username\":\"alice\"}],\"changed\":true,[..]}\n";
    let run = sandbox.useradm("delete --yes alice alice --id 1 --id 1 --format json");
    run.stdout(answer).check();
    assert_eq!(sandbox.usernames(), ["bob"]);
}

#[test]
fn deletes_nobody_without_a_yes() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let before = sandbox.bytes();
    for line in [
        "delete alice",
        "delete --id 1",
        "delete alice --if-exists",
        "delete alice --no-input",
        "delete alice bob --quiet",
    ] {
        // What is piped in is no person who agrees.
        let run = sandbox.useradm(line).stdin("y\nyes\n").status(9);
        run.stderr("error: [..]\nhint: [..]--yes[..]\n").check();
        sandbox.useradm(line).stdin("y\nyes\n").error(9, "not_confirmed").check();
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn wants_to_be_told_whom() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in ["delete", "delete --yes", "delete --yes --id", "delete --yes --id alice"] {
        sandbox.useradm(line).status(2).stderr("error: [...]").check();
    }
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn never_takes_a_name_for_an_id() {
    let sandbox = Sandbox::application(&["alice", "1"]);
    sandbox.useradm("delete -q --yes 1").check();
    assert_eq!(sandbox.usernames(), ["alice"]);
}
