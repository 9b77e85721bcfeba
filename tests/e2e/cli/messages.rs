//! The words of errors and hints, which an admin reads and follows.

use crate::support::{PASSWORD, Sandbox};

#[test]
fn a_taken_name_gets_a_hint_that_fits_the_command() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    for (line, hint) in [
        ("add alice --password-stdin", "`useradm update alice` changes an existing user, [..]"),
        ("register alice --password-stdin", "choose another username"),
        ("update bob --username alice", "choose another username"),
        ("rename bob alice", "choose another username"),
    ] {
        let says = format!("error: User already exists: alice\nhint: {hint}\n");
        sandbox.useradm(line).stdin(PASSWORD).status(4).stderr(says).check();
    }
    let run = sandbox.useradm("import --from csv -").stdin("username,password\nalice,12345678\n");
    let (_, stderr) = run.status(4).stderr("[...]\nhint: --on-conflict skip [..]\n").check();
    assert!(!stderr.contains("useradm update"), "{stderr}");
}

#[test]
fn a_weak_password_names_the_option_that_takes_it() {
    let sandbox = Sandbox::application(&["alexandra"]);
    for (line, password) in [
        ("add bob --password-stdin", "short"),
        ("register bob --password-stdin", "short"),
        ("update alexandra --password-stdin", "alexandra"),
    ] {
        let run = sandbox.useradm(line).stdin(password).status(6);
        run.stderr("error: Invalid password: [..]\nhint: --allow-weak-password [..]\n").check();
        let run = sandbox.useradm(line).stdin(password);
        run.error(6, "invalid_password").check();
    }
    // What that option would not help gets no such hint.
    let run = sandbox.useradm("add bob --password-stdin").stdin("a\nb").status(6);
    run.stderr("error: Invalid password: it holds a line break\n").check();
}

#[test]
fn every_message_begins_with_a_capital() {
    let sandbox = Sandbox::application(&["alice"]);
    for (line, status) in [
        ("add", 2),
        ("update alice", 2),
        ("list --fields id,id", 2),
        ("import", 2),
        ("import a.txt", 2),
        ("export a.txt", 2),
        ("login", 2),
        ("login alice", 2),
        ("show bob", 3),
        ("delete alice", 9),
        ("list --db no.db", 8),
        ("list --frob", 2),
        ("frob", 2),
        ("--timeout x list", 2),
    ] {
        let (_, stderr) = sandbox.useradm(line).status(status).stderr("error: [...]").check();
        let first = stderr["error: ".len()..].chars().next().unwrap();
        assert!(!first.is_lowercase(), "{line}: {stderr}");
    }
    for (line, says) in [
        ("init --db a.db", "Database initialised: [DIR]/a.db\n"),
        (
            "import --create --db b.db --from csv -",
            "Database initialised: [DIR]/b.db\nimported [..]\n",
        ),
        ("import --from csv -", "Database locked for [..] s\nimported [..]\n"),
        (
            "add bob --create --db c.db --password-stdin",
            "User added [..] (database initialised: [DIR]/c.db)\n",
        ),
    ] {
        let run = sandbox.useradm(line).stdin("username,password\n");
        let run = if line.starts_with("add") { run.stdin(PASSWORD) } else { run };
        run.stderr(says).check();
    }
}

#[test]
fn the_system_is_quoted_without_its_numbers() {
    let sandbox = Sandbox::application(&["alice"]);
    for (line, status) in [
        ("import nowhere.csv", 6),
        ("import --from csv .", 6),
        ("export nowhere/users.csv", 1),
        ("add bob --password-file nowhere", 6),
        ("list --db users.db/users.db", 8),
        ("init --db nowhere/users.db", 8),
    ] {
        let (_, stderr) = sandbox.useradm(line).status(status).stderr("error: [...]").check();
        assert!(!stderr.contains("os error"), "{stderr}");
    }
}

#[test]
fn a_lock_that_is_not_waited_for_was_not_kept_for_0_s() {
    let sandbox = Sandbox::application(&["alice"]);
    let _lock = sandbox.locked("EXCLUSIVE");
    let run = sandbox.useradm("list --timeout 0").status(7);
    run.stderr("error: [..] has kept [DIR]/users.db locked; nothing was changed\nhint: [..]\n")
        .check();
    let run = sandbox.useradm("list --timeout 0.5").status(7);
    run.stderr("error: [..] locked for 0.5 s; nothing was changed\nhint: [..]\n").check();
}
