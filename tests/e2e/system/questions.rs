//! Questions whose answers show: which username, and whether to delete.

use super::harness::{PASSWORD, Running, Sandbox};
use super::terminal::{ASKS, ASKS_AGAIN, Controls, Dialogue, Terminal};

const AGREES: &str = "Really delete?";

#[test]
fn delete_takes_y_and_yes_in_any_case_and_nothing_else() {
    for answer in ["y", "yes", "YES", "Y", "yEs"] {
        let sandbox = Sandbox::with_users(&["alice", "bob"]);
        let mut dialogue = Dialogue::begin(&sandbox, &["delete", "alice"]);
        dialogue.answer(AGREES, format!("{answer}\r"));
        let said = dialogue.end();
        said.assert_code(0).outcome.assert_says("User deleted successfully");
        assert_eq!(said.outcome.stdout, "");
        assert_eq!(sandbox.names(), ["bob"], "{answer}");
    }
    let sandbox = Sandbox::with_users(&["alice", "bob"]);
    for answer in ["n\r", "no\r", "\r", "\x04", "yess\r", "ye\r", "j\r", "yes please\r", "\0\r"] {
        let mut dialogue = Dialogue::begin(&sandbox, &["--format=json", "delete", "alice"]);
        dialogue.answer(AGREES, answer);
        dialogue.end().outcome.assert_error(9, "not_confirmed");
        assert_eq!(sandbox.names(), ["alice", "bob"], "{answer:?}");
    }
}

#[test]
fn delete_names_the_users_and_the_rows_that_reference_them() {
    let sandbox = Sandbox::with_users(&["alice", "bob", "carol"]);
    sandbox.sql(
        "CREATE TABLE post (id INTEGER PRIMARY KEY, author INTEGER REFERENCES user (id) ON DELETE CASCADE);
         CREATE TABLE token (owner INTEGER NOT NULL REFERENCES user ON DELETE SET NULL);
         CREATE TABLE badge (name TEXT REFERENCES user (username));
         CREATE TABLE other (id INTEGER);
         INSERT INTO post (author) VALUES (1), (1), (2), (3);
         INSERT INTO badge VALUES ('carol');",
    );
    let mut dialogue = Dialogue::begin(&sandbox, &["delete", "alice", "--id", "2"]);
    dialogue.answer(AGREES, "n\r");
    let said = dialogue.end();
    for word in ["alice", "bob", "post", "3 rows"] {
        assert!(said.screen.contains(word), "{word:?} is not in {said:#?}");
    }
    for word in ["token", "badge", "other", "carol"] {
        assert!(!said.screen.contains(word), "{word:?} is in {said:#?}");
    }
    let mut dialogue = Dialogue::begin(&sandbox, &["delete", "alice"]);
    dialogue.answer(AGREES, "yes\r");
    dialogue.end().assert_code(0);
    let left = "SELECT count(*) FROM post WHERE author = 1";
    let left: i64 = sandbox.connection().query_row(left, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0, "the foreign key is not enforced");
}

#[test]
fn a_name_cannot_drive_the_terminal() {
    let sandbox = Sandbox::with_users(&["\u{1b}[2Jalice\r\n\u{202e}bob"]);
    let mut dialogue = Dialogue::begin(&sandbox, &["delete", "--id", "1"]);
    dialogue.answer(AGREES, "n\r");
    let said = dialogue.end();
    assert!(said.screen.contains("alice"), "{said:#?}");
    said.assert_never_shows("\u{1b}").assert_never_shows("\u{202e}");

    let mut dialogue = Dialogue::begin(&sandbox, &["login", "\u{1b}[2J\u{9b}x"]);
    dialogue.answer(ASKS, "wrong\r");
    dialogue.end().assert_code(5).assert_never_shows("\u{1b}").assert_never_shows("\u{9b}");
}

#[test]
fn delete_does_not_ask_where_it_needs_not_or_must_not() {
    let sandbox = Sandbox::with_users(&["alice", "bob"]);
    let on_terminal = |arguments: &[&str]| {
        Dialogue::on(Terminal::open(), sandbox.useradm(arguments), Controls::Session).end()
    };
    let said = on_terminal(&["delete", "alice", "--no-input"]);
    assert_eq!(said.assert_code(9).screen, "");
    said.outcome.assert_says("--no-input forbids to ask; nothing was deleted");
    let said = on_terminal(&["delete", "alice", "--yes"]);
    assert_eq!(said.assert_code(0).screen, "");
    let said = on_terminal(&["delete", "nobody"]);
    assert_eq!(said.assert_code(3).screen, "");
    sandbox.run(&["delete", "bob"]).assert_code(9);
    assert_eq!(sandbox.names(), ["bob"]);
}

#[test]
fn register_and_login_ask_for_the_username() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for name in ["bob", "Émile 象"] {
        let mut dialogue = Dialogue::begin(&sandbox, &["register"]);
        dialogue.answer("Username: ", format!("{name}\r")).answer_twice("blue elephant");
        let said = dialogue.end();
        said.assert_code(0).assert_never_shows("elephant");
        said.outcome.assert_says("User created successfully");
        assert!(said.screen.contains(name), "what is typed as a username shows: {said:#?}");

        let mut dialogue = Dialogue::begin(&sandbox, &["login"]);
        dialogue.answer("Username: ", format!("{name}\r")).answer(ASKS, "blue elephant\r");
        dialogue.end().assert_code(0).assert_never_shows("elephant");
    }
    assert_eq!(sandbox.names(), ["alice", "bob", "Émile 象"]);
}

#[test]
fn login_asks_an_unknown_user_for_the_password_too() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let answers = ["alice", "mallory"].map(|name| {
        let mut dialogue = Dialogue::begin(&sandbox, &["login"]);
        dialogue.answer("Username: ", format!("{name}\r")).answer(ASKS, "wrong\r");
        let said = dialogue.end();
        said.assert_code(5);
        (said.outcome.stdout, said.outcome.stderr)
    });
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_bad_username_is_refused_before_a_password_is_asked_for() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for name in ["\r", " edge \r", "\x04", "caf\u{301}\u{200b}\r"] {
        let mut dialogue = Dialogue::begin(&sandbox, &["register"]);
        dialogue.answer("Username: ", name);
        let said = dialogue.end();
        said.assert_code(6);
        assert!(!said.screen.contains(ASKS), "{said:#?}");
    }
    assert_eq!(sandbox.names(), ["alice"]);
}

#[test]
fn all_lines_of_a_registration_may_be_typed_ahead() {
    let sandbox = Sandbox::with_users(&[]);
    let mut dialogue = Dialogue::begin(&sandbox, &["register"]);
    dialogue.answer("Username: ", "bob\r").answer(ASKS, "blue elephant\rblue elephant\r");
    dialogue.end().assert_code(0).assert_never_shows("elephant");
    let mut dialogue = Dialogue::begin(&sandbox, &["login", "bob"]);
    dialogue.answer(ASKS, "blue elephant\r");
    dialogue.end().assert_code(0);
}

#[test]
fn a_mistyped_registration_can_be_repeated() {
    let sandbox = Sandbox::with_users(&[]);
    let mut dialogue = Dialogue::begin(&sandbox, &["register", "bob"]);
    dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, "blue\r");
    dialogue.end().assert_code(6);
    let mut dialogue = Dialogue::begin(&sandbox, &["register", "bob"]);
    dialogue.answer_twice(PASSWORD);
    dialogue.end().assert_code(0);
}

#[test]
fn an_export_goes_to_a_terminal_only_when_told() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let terminal = Terminal::open();
    let outcome = Running::start_writing_to(sandbox.useradm(&["export"]), terminal.line()).finish();
    outcome.assert_code(2).assert_says("this is a terminal\nhint: ");
    let mut json = sandbox.useradm(&["export", "--to=jsonl"]);
    json.arg("--format=json");
    let outcome = Running::start_writing_to(json, terminal.line()).finish();
    outcome.assert_error(2, "usage");
    let mut terminal = terminal;
    let command = sandbox.useradm(&["export", "-"]);
    Running::start_writing_to(command, terminal.line()).finish().assert_code(0);
    terminal.wait_for("id,username,password_hash");
    terminal.wait_for("1,alice,$pbkdf2");
    assert_eq!(sandbox.run(&["export"]).assert_code(0).stdout.lines().count(), 2);
}
