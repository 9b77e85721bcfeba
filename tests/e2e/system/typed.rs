//! What is typed, and neither shows where it is a password nor counts before its line is complete.

use super::harness::{PASSWORD, Sandbox, until};
use super::terminal::{Controls, Dialogue, Terminal};

#[test]
fn a_password_typed_for_a_file_that_is_a_terminal_is_not_shown() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for path in ["/dev/tty", "/dev/stdin", "/dev/fd/0"] {
        let terminal = Terminal::open();
        let echoes = terminal.settings();
        let command = sandbox.useradm(&["login", "alice", "--password-file", path]);
        let mut dialogue = Dialogue::on(terminal, command, Controls::Session);
        until("hidden", || dialogue.terminal.settings() != echoes);
        dialogue.terminal.type_keys(format!("{PASSWORD}\r\x04").as_bytes());
        dialogue.end().assert_code(0).assert_never_shows(PASSWORD);
    }
}

#[test]
fn an_answer_without_its_line_break_is_none() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for (arguments, question, keys, status) in [
        (&["delete", "alice"][..], "Really delete? [y/N] ", "y\x04\x04", 9),
        (&["register"], "Username: ", "bob\x04\x04", 6),
        (&["login"], "Username: ", "alice\x04\x04", 6),
    ] {
        let mut dialogue = Dialogue::begin(&sandbox, arguments);
        dialogue.answer(question, keys);
        let said = dialogue.end();
        said.assert_code(status);
        assert!(said.screen.ends_with('\n'), "what comes next stands on its line: {said:#?}");
    }
    assert_eq!(sandbox.names(), ["alice"]);
}
