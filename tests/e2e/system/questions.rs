//! Questions whose answers show: which username, and whether to delete.

use crate::support::{ASKS, ASKS_AGAIN, PASSWORD, Sandbox, Terminal};

const AGREES: &str = "Really delete?";

#[test]
fn delete_takes_y_and_yes_in_any_case_and_nothing_else() {
    for answer in ["y", "yes", "YES", "Y", "yEs"] {
        let sandbox = Sandbox::application(&["alice", "bob"]);
        let run =
            sandbox.useradm("delete alice").stderr("User deleted successfully: alice (id 1)\n");
        let mut dialogue = run.dialogue();
        dialogue.answer(AGREES, format!("{answer}\r"));
        dialogue.end();
        assert_eq!(sandbox.usernames(), ["bob"], "{answer}");
    }
    let sandbox = Sandbox::application(&["alice", "bob"]);
    for answer in
        ["n\r", "no\r", "\r", "\x04", "y\x04\x04", "yess\r", "ye\r", "j\r", "yes please\r", "\0\r"]
    {
        let mut dialogue = sandbox.useradm("delete alice").error(9, "not_confirmed").dialogue();
        dialogue.answer(AGREES, answer);
        let said = dialogue.end();
        assert!(said.screen.ends_with('\n'), "what comes next stands on its line: {said:#?}");
        assert_eq!(sandbox.usernames(), ["alice", "bob"], "{answer:?}");
    }
}

#[test]
fn delete_names_the_users_and_the_rows_that_reference_them() {
    let sandbox = Sandbox::application(&["alice", "bob", "carol"]);
    sandbox.sql(
        "CREATE TABLE post (id INTEGER PRIMARY KEY, author INTEGER REFERENCES user (id) ON DELETE CASCADE);
         CREATE TABLE token (owner INTEGER NOT NULL REFERENCES user ON DELETE SET NULL);
         CREATE TABLE badge (name TEXT REFERENCES user (username));
         CREATE TABLE other (id INTEGER);
         INSERT INTO post (author) VALUES (1), (1), (2), (3);
         INSERT INTO badge VALUES ('carol');",
    );
    let run = sandbox.useradm("delete alice --id 2").error(9, "not_confirmed");
    let mut dialogue = run.dialogue();
    dialogue.answer(AGREES, "n\r");
    let said = dialogue.end();
    for word in ["alice", "bob", "post", "3 rows"] {
        assert!(said.screen.contains(word), "{word:?} is not in {said:#?}");
    }
    for word in ["token", "badge", "other", "carol"] {
        assert!(!said.screen.contains(word), "{word:?} is in {said:#?}");
    }
    let mut dialogue = sandbox.useradm("delete -q alice").dialogue();
    dialogue.answer(AGREES, "yes\r");
    dialogue.end();
    assert_eq!(
        sandbox.rows("SELECT count(*) FROM post WHERE author = 1"),
        ["0"],
        "the foreign key is not enforced"
    );
}

#[test]
fn a_name_cannot_drive_the_terminal() {
    let sandbox = Sandbox::application(&["\u{1b}[2Jalice\r\n\u{202e}bob"]);
    let run = sandbox.useradm("delete --id 1").error(9, "not_confirmed");
    let mut dialogue = run.dialogue();
    dialogue.answer(AGREES, "n\r");
    let said = dialogue.end();
    assert!(said.screen.contains("alice"), "{said:#?}");
    said.assert_never_shows("\u{1b}").assert_never_shows("\u{202e}");

    let run = sandbox.useradm("login").arg("\u{1b}[2J\u{9b}x").status(5);
    let mut dialogue = run.stderr("error: Invalid credentials\n").dialogue();
    dialogue.answer(ASKS, "wrong\r");
    dialogue.end().assert_never_shows("\u{1b}").assert_never_shows("\u{9b}");
}

#[test]
fn delete_does_not_ask_where_it_needs_not_or_must_not() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let forbidden = "error: [..]--no-input forbids asking; nothing was deleted\n[...]";
    for (line, status, says) in [
        ("delete alice --no-input", 9, forbidden),
        ("delete -q alice --yes", 0, ""),
        ("delete nobody", 3, "error: User not found: nobody\n"),
    ] {
        let run = sandbox.useradm(line).status(status).stderr(says);
        assert_eq!(run.dialogue().end().screen, "", "{line}");
    }
    sandbox.useradm("delete bob").error(9, "not_confirmed").check();
    assert_eq!(sandbox.usernames(), ["bob"]);
}

#[test]
fn register_and_login_ask_for_the_username() {
    let sandbox = Sandbox::application(&["alice"]);
    for name in ["bob", "Émile 象"] {
        let created = format!("User created successfully: {name}\n");
        let mut dialogue = sandbox.useradm("register").stderr(created).dialogue();
        dialogue.answer("Username: ", format!("{name}\r")).answer_twice("blue elephant");
        let said = dialogue.end();
        said.assert_never_shows("elephant");
        assert!(said.screen.contains(name), "what is typed as a username shows: {said:#?}");

        let mut dialogue = sandbox.useradm("login -q").dialogue();
        dialogue.answer("Username: ", format!("{name}\r")).answer(ASKS, "blue elephant\r");
        dialogue.end().assert_never_shows("elephant");
    }
    assert_eq!(sandbox.usernames(), ["alice", "bob", "Émile 象"]);
}

#[test]
fn login_asks_an_unknown_user_for_the_password_too() {
    let sandbox = Sandbox::application(&["alice"]);
    for name in ["alice", "mallory"] {
        let run = sandbox.useradm("login").status(5).stderr("error: Invalid credentials\n");
        let mut dialogue = run.dialogue();
        dialogue.answer("Username: ", format!("{name}\r")).answer(ASKS, "wrong\r");
        dialogue.end();
    }
}

#[test]
fn a_bad_username_is_refused_before_a_password_is_asked_for() {
    let sandbox = Sandbox::application(&["alice"]);
    for (line, name) in [
        ("register", "\r"),
        ("register", " edge \r"),
        ("register", "\x04"),
        ("register", "caf\u{301}\u{200b}\r"),
        // What has no line break is no answer.
        ("register", "bob\x04\x04"),
        ("login", "alice\x04\x04"),
    ] {
        let mut dialogue = sandbox.useradm(line).status(6).stderr("error: [..]\n").dialogue();
        dialogue.answer("Username: ", name);
        let said = dialogue.end();
        assert!(!said.screen.contains(ASKS), "{said:#?}");
        assert!(said.screen.ends_with('\n'), "what comes next stands on its line: {said:#?}");
    }
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn all_lines_of_a_registration_may_be_typed_ahead() {
    let sandbox = Sandbox::application(&[]);
    let mut dialogue = sandbox.useradm("register -q").dialogue();
    dialogue.answer("Username: ", "bob\r").answer(ASKS, "blue elephant\rblue elephant\r");
    dialogue.end().assert_never_shows("elephant");
    sandbox.useradm("login -q bob --password-stdin").stdin("blue elephant").check();
}

#[test]
fn a_mistyped_registration_can_be_repeated() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("register bob").error(6, "invalid_password");
    let mut dialogue = run.dialogue();
    dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, "blue\r");
    dialogue.end();
    let mut dialogue = sandbox.useradm("register -q bob").dialogue();
    dialogue.answer_twice(PASSWORD);
    dialogue.end();
}

#[test]
fn an_export_goes_to_a_terminal_only_when_told() {
    let sandbox = Sandbox::application(&["alice"]);
    let mut terminal = Terminal::open();
    let run = sandbox.useradm("export").stdout_to(terminal.line()).status(2);
    run.stderr("error: [..]this is a terminal\nhint: [..]\n").check();
    let run = sandbox.useradm("export --to=jsonl").stdout_to(terminal.line());
    run.error(2, "usage").check();
    assert_eq!(terminal.shown(), "");
    sandbox.useradm("export -").stdout_to(terminal.line()).check();
    terminal.wait_for("id,username,password_hash");
    terminal.wait_for("1,alice,$pbkdf2");
    sandbox.useradm("export").stdout("id,username,password_hash\n1,alice,[..]\n").check();
}
