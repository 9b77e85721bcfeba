//! Setting and checking passwords on a terminal.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::support::{ASKS, ASKS_AGAIN, Controls, PASSWORD, Sandbox, Terminal, skip};

/// Fails unless the user can log in with this password.
#[track_caller]
fn assert_password(sandbox: &Sandbox, name: &str, password: &str) {
    sandbox.useradm(&format!("login -q {name} --password-stdin")).stdin(password).check();
}

#[test]
fn a_new_password_is_asked_for_twice_and_never_shown() {
    let sandbox = Sandbox::application(&["alice"]);
    for (line, name) in
        [("add bob", "bob"), ("register carol", "carol"), ("update alice --password", "alice")]
    {
        let mut dialogue = sandbox.useradm(line).arg("-q").dialogue();
        dialogue.answer_twice("blue elephant");
        dialogue.end().assert_never_shows("blue").assert_never_shows("elephant");
        assert_password(&sandbox, name, "blue elephant");
    }
    assert_eq!(sandbox.usernames(), ["alice", "bob", "carol"]);
}

#[test]
fn a_password_to_check_is_asked_for_once() {
    let sandbox = Sandbox::application(&["alice"]);
    for (name, password, status) in
        [("alice", PASSWORD, 0), ("alice", "wrong", 5), ("bob", PASSWORD, 5)]
    {
        let says = if status == 0 { "" } else { "error: Invalid credentials\n" };
        let run = sandbox.useradm(&format!("login -q {name}")).status(status).stderr(says);
        let mut dialogue = run.dialogue();
        dialogue.answer(ASKS, format!("{password}\r"));
        dialogue.end().assert_never_shows(password);
    }
}

#[test]
fn two_different_passwords_change_nothing() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    for line in ["add bob", "register bob", "update alice --password"] {
        let mut dialogue = sandbox.useradm(line).error(6, "invalid_password").dialogue();
        dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, "blue elefant\r");
        dialogue.end().assert_never_shows("elephant").assert_never_shows("elefant");
    }
    assert!(sandbox.bytes() == before);
}

#[test]
fn a_mismatch_with_create_makes_no_file() {
    let sandbox = Sandbox::empty();
    let mut dialogue = sandbox.useradm("add bob --create").error(6, "invalid_password").dialogue();
    dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, "blue elefant\r");
    dialogue.end();
    assert!(sandbox.files().is_empty());
}

#[test]
fn a_terminal_that_does_not_control_the_session_does_too() {
    let sandbox = Sandbox::application(&["alice"]);
    for (line, status, second) in [
        ("add -q bob", 0, Some("blue elephant\r")),
        ("login -q bob", 0, None),
        ("add -q carol", 6, Some("\x04")),
    ] {
        let says = if status == 0 { "" } else { "error: [..]\n" };
        let run = sandbox.useradm(line).status(status).stderr(says);
        let mut dialogue = run.dialogue_on(Terminal::open(), Controls::Nothing);
        dialogue.answer(ASKS, "blue elephant\r");
        if let Some(second) = second {
            dialogue.answer(ASKS_AGAIN, second);
        }
        dialogue.end().assert_never_shows("elephant");
    }
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}

#[test]
fn questions_go_to_the_terminal_while_the_outputs_are_files() {
    let sandbox = Sandbox::application(&["alice"]);
    let outputs = Sandbox::empty();
    let [out, err] = ["out", "err"].map(|name| File::create(outputs.path(name)).unwrap());
    let run = sandbox.useradm("--format json add bob").stdout_to(out).stderr_to(err);
    let mut dialogue = run.dialogue();
    dialogue.answer_twice("blue elephant");
    dialogue.end();
    let out = outputs.text("out");
    assert!(out.starts_with('{') && out.ends_with("}\n") && out.lines().count() == 1, "{out:?}");
    assert_eq!(outputs.text("err"), "");
}

#[test]
fn the_longest_password_is_the_same_from_the_terminal_as_from_a_pipe() {
    let sandbox = Sandbox::application(&[]);
    for (name, password) in [("ann", "x".repeat(4096)), ("eve", "é".repeat(4096))] {
        let mut dialogue = sandbox.useradm(&format!("add -q {name}")).dialogue();
        dialogue.answer_twice(&password);
        dialogue.end().assert_never_shows("xxx").assert_never_shows("é");
        assert_password(&sandbox, name, &password);

        let update = sandbox.useradm(&format!("update -q {name} --password-stdin"));
        update.stdin(&password).check();
        let mut dialogue = sandbox.useradm(&format!("login -q {name}")).dialogue();
        dialogue.answer(ASKS, format!("{password}\r"));
        dialogue.end();
    }
}

#[test]
fn a_longer_password_is_refused_and_nothing_of_it_is_left_for_the_shell() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    // The last one is absurdly large.
    for length in [4097, 10_000, 60_000, 100_000] {
        for line in ["add bob", "login alice", "login nobody"] {
            let run = sandbox.useradm(line).status(6).stderr("error: [..]\n");
            let mut dialogue = run.dialogue();
            dialogue.terminal.wait_for(ASKS);
            let keys = format!("{}\r", "rm x;".repeat(length / 5 + 1));
            let pasted = dialogue.terminal.paste(keys.into_bytes());
            let (said, mut terminal) = dialogue.end_on_terminal();
            said.assert_never_shows("rm x");
            let left = terminal.left_for_the_shell(pasted);
            assert_eq!(String::from_utf8_lossy(&left), "\n", "after {length} characters");
        }
    }
    assert!(sandbox.bytes() == before);
}

#[test]
fn both_lines_may_be_typed_ahead() {
    let sandbox = Sandbox::application(&[]);
    // Before the program runs the terminal itself shows what is typed; that is not its doing.
    let mut terminal = Terminal::open();
    terminal.type_keys(b"blue elephant\rblue elephant\r");
    sandbox.useradm("add -q early").dialogue_on(terminal, Controls::Session).end();
    assert_password(&sandbox, "early", "blue elephant");

    let mut dialogue = sandbox.useradm("add -q bob").dialogue();
    dialogue.answer(ASKS, "blue elephant\rblue elephant\r");
    dialogue.end().assert_never_shows("elephant");
    assert_password(&sandbox, "bob", "blue elephant");
}

#[test]
fn the_terminal_does_not_show_anything_between_the_two_questions_either() {
    // Somebody who pastes both lines types while the program goes from one question to the next.
    // That moment is short, so it is looked for again and again.
    for _ in 0..25 {
        let sandbox = Sandbox::application(&[]);
        let terminal = Terminal::open();
        let echoes = terminal.settings();
        let run = sandbox.useradm("add -q bob");
        let mut dialogue = run.dialogue_on(terminal, Controls::Session);
        dialogue.answer(ASKS, "blue elephant\r");
        while !dialogue.terminal.has_shown(ASKS_AGAIN) {
            assert_ne!(dialogue.terminal.settings(), echoes, "what is typed now shows");
        }
        dialogue.answer(ASKS_AGAIN, "blue elephant\r");
        dialogue.end().assert_never_shows("elephant");
    }
}

#[test]
fn a_password_typed_where_nothing_asks_for_it_is_not_shown() {
    let sandbox = Sandbox::application(&["alice"]);
    for (keys, source, controls) in [
        ("correct horse\r\x04", "--password-stdin", Controls::Session),
        ("correct horse\x04\x04", "--password-stdin", Controls::Session),
        ("correct horse\r\x04", "--password-stdin", Controls::Nothing),
        ("correct horse\r\x04", "--password-stdin --no-input", Controls::Session),
        ("correct horse\r\x04", "--password-file -", Controls::Session),
        ("correct horse\r\x04", "--password-file /dev/tty", Controls::Session),
        ("correct horse\r\x04", "--password-file /dev/stdin", Controls::Session),
        ("correct horse\r\x04", "--password-file /dev/fd/0", Controls::Session),
    ] {
        let run = sandbox.useradm(&format!("login -q alice {source}"));
        let mut dialogue = run.dialogue_on(Terminal::open(), controls);
        dialogue.type_hidden(keys);
        dialogue.end().assert_never_shows(PASSWORD);
    }
}

#[test]
fn a_terminal_that_shows_nothing_anyway_stays_so() {
    let sandbox = Sandbox::application(&["alice"]);
    let terminal = Terminal::open();
    let silent = Command::new("stty").arg("-echo").stdin(Stdio::from(terminal.line())).status();
    if !silent.is_ok_and(|status| status.success()) {
        return skip("there is no stty");
    }
    let mut dialogue = sandbox.useradm("login -q alice").dialogue_on(terminal, Controls::Session);
    dialogue.answer(ASKS, format!("{PASSWORD}\r"));
    dialogue.end();
}

#[test]
fn without_a_terminal_or_with_no_input_nobody_is_asked() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in
        ["add bob", "register bob", "register", "login alice", "login", "update alice --password"]
    {
        // A terminal that controls the session is not asked where standard input is something else.
        let mut terminal = Terminal::open();
        let script = format!("exec \"$0\" {line} < elsewhere");
        sandbox.write("elsewhere", "blue elephant\nblue elephant\n");
        let run = sandbox.shell(&script).on(&terminal, Controls::Session);
        run.status(2).stderr("error: [..]\nhint: [..]\n").check();
        assert_eq!(terminal.shown(), "");

        let run = sandbox.useradm(line).arg("--no-input").status(2);
        let run = run.stderr("error: [..]\nhint: [..]\n");
        assert_eq!(run.dialogue_on(terminal, Controls::Session).end().screen, "");
    }
    assert_eq!(sandbox.usernames(), ["alice"]);
}
