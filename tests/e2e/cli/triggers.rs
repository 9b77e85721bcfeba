//! Triggers of the application, and hostile ones.

use crate::support::{PASSWORD, Sandbox, hash};

/// Makes a trigger, runs the command and expects that it fails and that nothing is changed.
#[track_caller]
fn refuses(trigger: &str, line: &str) -> String {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    sandbox.sql(&format!("CREATE TRIGGER hostile {trigger}"));
    let before = sandbox.bytes();
    let (_, stderr) =
        sandbox.useradm(line).stdin("another secret").error(8, "constraint_failed").check();
    assert_eq!(sandbox.bytes(), before, "{trigger}");
    assert_eq!(sandbox.files(), ["users.db"]);
    stderr
}

const ADD: &str = "add carol --password-stdin";
const UPDATE: &str = "update alice --username carol --password-stdin";
const DELETE: &str = "delete --yes bob alice";

#[test]
fn a_change_that_a_trigger_ignores_is_an_error() {
    refuses("BEFORE INSERT ON user BEGIN SELECT RAISE(IGNORE); END", ADD);
    refuses("BEFORE UPDATE ON user BEGIN SELECT RAISE(IGNORE); END", UPDATE);
    refuses("BEFORE DELETE ON user BEGIN SELECT RAISE(IGNORE); END", DELETE);
    refuses(
        "BEFORE DELETE ON user WHEN OLD.username = 'alice' BEGIN SELECT RAISE(IGNORE); END",
        DELETE,
    );
    refuses(
        "BEFORE UPDATE OF password_hash ON user BEGIN SELECT RAISE(IGNORE); END",
        "update alice --username carol --password-stdin",
    );
}

#[test]
fn a_row_that_a_trigger_changes_is_an_error() {
    for change in [
        "UPDATE user SET username = upper(username) WHERE id = NEW.id",
        "UPDATE user SET username = username || ' ' WHERE id = NEW.id",
        "UPDATE user SET username = CAST(username AS BLOB) WHERE id = NEW.id",
        "UPDATE user SET password_hash = 'x' WHERE id = NEW.id",
        "UPDATE user SET password_hash = CAST(password_hash AS BLOB) WHERE id = NEW.id",
        "UPDATE user SET id = id + 100 WHERE id = NEW.id",
        "DELETE FROM user WHERE id = NEW.id",
    ] {
        refuses(&format!("AFTER INSERT ON user BEGIN {change}; END"), ADD);
        refuses(&format!("AFTER UPDATE OF password_hash ON user BEGIN {change}; END"), UPDATE);
    }
    refuses(
        "AFTER DELETE ON user BEGIN INSERT INTO user VALUES (OLD.id, OLD.username, 'x'); END",
        DELETE,
    );
}

#[test]
fn a_trigger_that_refuses_is_quoted() {
    for raise in ["ABORT", "FAIL", "ROLLBACK"] {
        for (event, line) in [("INSERT", ADD), ("UPDATE", UPDATE), ("DELETE", DELETE)] {
            let stderr = refuses(
                &format!(
                    "BEFORE {event} ON user WHEN {}.username <> 'bob' BEGIN
                     SELECT RAISE({raise}, 'closed on Sundays'); END",
                    if event == "INSERT" { "NEW" } else { "OLD" }
                ),
                line,
            );
            assert!(stderr.contains("closed on Sundays"), "{stderr}");
        }
    }
}

#[test]
fn a_trigger_cannot_print_a_hash() {
    let old = hash(PASSWORD);
    let old_checksum = old.rsplit('$').next().unwrap();
    for (event, line, row) in
        [("INSERT", ADD, "NEW"), ("UPDATE", UPDATE, "OLD"), ("DELETE", DELETE, "OLD")]
    {
        for message in [
            format!("{row}.password_hash"),
            format!("'hash: ' || {row}.password_hash"),
            format!("substr({row}.password_hash, -43)"),
            format!("replace({row}.password_hash, '$', ' ')"),
        ] {
            let trigger = format!(
                "BEFORE {event} ON user WHEN {row}.password_hash IS NOT NULL BEGIN
                 SELECT RAISE(ABORT, {message}); END"
            );
            let stderr = refuses(&trigger, line);
            assert!(!stderr.contains(old_checksum), "{message}: {stderr}");
            // The new hash is not known here, but no word of 40 characters belongs in a message.
            let is_long = |word: &str| word.len() >= 40;
            let is_base64 = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '/';
            let words: Vec<&str> = stderr.split(|c| !is_base64(c)).filter(|w| is_long(w)).collect();
            let own = |word: &&str| word.contains("/users.db") || word.starts_with("/tmp");
            assert!(words.iter().all(own), "{message}: {stderr}");
        }
    }
}

#[test]
fn triggers_of_the_application_fire() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql(
        "CREATE TABLE audit (what TEXT);
         CREATE TRIGGER i AFTER INSERT ON user BEGIN
             INSERT INTO audit VALUES ('added ' || NEW.username);
             INSERT INTO audit VALUES ('twice'); END;
         CREATE TRIGGER u AFTER UPDATE OF username ON user BEGIN
             INSERT INTO audit VALUES ('renamed ' || OLD.username || ' ' || NEW.username); END;
         CREATE TRIGGER d AFTER DELETE ON user BEGIN
             INSERT INTO audit VALUES ('deleted ' || OLD.username); END;",
    );
    let answer = "{[..],\"user\":{\"id\":2,\"username\":\"bob\"},[..]}\n";
    let run = sandbox.useradm("add bob --password-stdin --format json").stdin(PASSWORD);
    run.stdout(answer).check();
    sandbox.useradm("update -q bob --username carol").check();
    sandbox.useradm("update -q carol --password-stdin").stdin("another secret").check();
    sandbox.useradm("delete -q --yes carol").check();
    assert_eq!(
        sandbox.rows("SELECT what FROM audit"),
        ["added bob", "twice", "renamed bob carol", "deleted carol"]
    );
}

#[test]
fn a_broken_trigger_is_an_error_that_changes_nothing() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql(
        "CREATE TABLE audit (what TEXT);
         CREATE TRIGGER i AFTER INSERT ON user BEGIN INSERT INTO audit VALUES (1); END;
         CREATE TRIGGER d AFTER DELETE ON user BEGIN INSERT INTO audit VALUES (1); END;
         DROP TABLE audit;",
    );
    let before = sandbox.bytes();
    for line in [ADD, "delete --yes alice"] {
        let run = sandbox.useradm(line).stdin(PASSWORD).status(8);
        run.stderr("error: [..]audit[..]\n[...]").check();
    }
    assert_eq!(sandbox.bytes(), before);
    sandbox.useradm("list --count").stdout("1\n").check();
}
