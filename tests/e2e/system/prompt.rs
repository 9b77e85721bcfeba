//! Setting and checking passwords on a terminal.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use super::harness::{PASSWORD, Running, Sandbox, until};
use super::terminal::{ASKS, ASKS_AGAIN, Controls, Dialogue, Terminal, put_on};

#[test]
fn a_new_password_is_asked_for_twice_and_never_shown() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for arguments in
        [&["add", "bob"][..], &["register", "carol"], &["update", "alice", "--password"]]
    {
        let mut dialogue = Dialogue::begin(&sandbox, arguments);
        dialogue.answer_twice("blue elephant");
        let said = dialogue.end();
        said.assert_code(0).assert_never_shows("blue").assert_never_shows("elephant");
        assert_eq!(said.outcome.stdout, "");
        let name = arguments[1];
        sandbox.run_with(&["login", name], "blue elephant").assert_code(0);
    }
    assert_eq!(sandbox.names(), ["alice", "bob", "carol"]);
}

#[test]
fn a_password_to_check_is_asked_for_once() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for (name, password, code) in
        [("alice", PASSWORD, 0), ("alice", "wrong", 5), ("bob", PASSWORD, 5)]
    {
        let mut dialogue = Dialogue::begin(&sandbox, &["login", name]);
        dialogue.answer(ASKS, format!("{password}\r"));
        dialogue.end().assert_code(code).assert_never_shows(password);
    }
}

#[test]
fn two_different_passwords_change_nothing() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let before = fs::read(sandbox.database()).unwrap();
    for arguments in [&["add", "bob"][..], &["register", "bob"], &["update", "alice", "--password"]]
    {
        let mut dialogue = Dialogue::begin(&sandbox, arguments);
        dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, "blue elefant\r");
        let said = dialogue.end();
        said.assert_code(6).assert_never_shows("elephant").assert_never_shows("elefant");
        assert_eq!(said.outcome.stdout, "");
    }
    assert!(fs::read(sandbox.database()).unwrap() == before);
}

#[test]
fn a_mismatch_with_create_makes_no_file() {
    let sandbox = Sandbox::empty();
    let mut dialogue = Dialogue::begin(&sandbox, &["add", "bob", "--create"]);
    dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, "blue elefant\r");
    dialogue.end().assert_code(6);
    assert!(sandbox.files().is_empty());
}

#[test]
fn a_terminal_that_does_not_control_the_session_does_too() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let begin = |arguments: &[&str]| {
        Dialogue::on(Terminal::open(), sandbox.useradm(arguments), Controls::Nothing)
    };
    let mut dialogue = begin(&["add", "bob"]);
    dialogue.answer_twice("blue elephant");
    dialogue.end().assert_code(0).assert_never_shows("elephant");

    let mut dialogue = begin(&["login", "bob"]);
    dialogue.answer(ASKS, "blue elephant\r");
    dialogue.end().assert_code(0).assert_never_shows("elephant");

    let mut dialogue = begin(&["add", "carol"]);
    dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, "\x04");
    dialogue.end().assert_code(6).assert_never_shows("elephant");
    assert_eq!(sandbox.names(), ["alice", "bob"]);
}

#[test]
fn questions_go_to_the_terminal_while_the_outputs_are_files() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let (out, err) = (sandbox.directory().join("out"), sandbox.directory().join("err"));
    let mut terminal = Terminal::open();
    let before = terminal.settings();
    let mut command = sandbox.useradm(&["--format=json", "add", "bob"]);
    put_on(&terminal, &mut command, Controls::Session);
    command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
    let mut child = command.spawn().unwrap();
    for question in [ASKS, ASKS_AGAIN] {
        terminal.wait_for(question);
        terminal.type_keys(b"blue elephant\r");
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(terminal.settings(), before);
    let out = fs::read_to_string(out).unwrap();
    assert!(out.starts_with('{') && out.ends_with("}\n") && out.lines().count() == 1, "{out:?}");
    assert_eq!(fs::read_to_string(err).unwrap(), "");
}

#[test]
fn the_longest_password_is_the_same_from_the_terminal_as_from_a_pipe() {
    let sandbox = Sandbox::with_users(&[]);
    for (name, password) in [("ann", "x".repeat(4096)), ("eve", "é".repeat(4096))] {
        let mut dialogue = Dialogue::begin(&sandbox, &["add", name]);
        dialogue.answer_twice(&password);
        dialogue.end().assert_code(0).assert_never_shows("xxx").assert_never_shows("é");
        sandbox.run_with(&["login", name], &password).assert_code(0);

        sandbox.run_with(&["update", name], &password).assert_code(0);
        let mut dialogue = Dialogue::begin(&sandbox, &["login", name]);
        dialogue.answer(ASKS, format!("{password}\r"));
        dialogue.end().assert_code(0);
    }
}

#[test]
fn a_longer_password_is_refused_and_nothing_of_it_is_left_for_the_shell() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let before = fs::read(sandbox.database()).unwrap();
    for length in [4097, 10_000, 60_000] {
        for arguments in [&["add", "bob"][..], &["login", "alice"], &["login", "nobody"]] {
            let mut dialogue = Dialogue::begin(&sandbox, arguments);
            dialogue.terminal.wait_for(ASKS);
            let line = format!("{}\r", "rm x;".repeat(length / 5 + 1));
            let pasted = dialogue.terminal.paste(line.into_bytes());
            let (said, mut terminal) = dialogue.end_on_terminal();
            said.assert_code(6).assert_never_shows("rm x");
            let left = terminal.left_for_the_shell(pasted);
            assert_eq!(String::from_utf8_lossy(&left), "\n", "after {length} characters");
        }
    }
    assert!(fs::read(sandbox.database()).unwrap() == before);
}

#[test]
fn a_paste_beyond_all_reason_is_not_left_for_the_shell_either() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let mut dialogue = Dialogue::begin(&sandbox, &["login", "alice"]);
    dialogue.terminal.wait_for(ASKS);
    let pasted = dialogue.terminal.paste(format!("{}\r", "rm x;".repeat(20_000)).into_bytes());
    let (said, mut terminal) = dialogue.end_on_terminal();
    said.assert_code(6).assert_never_shows("rm x");
    let left = terminal.left_for_the_shell(pasted);
    assert_eq!(String::from_utf8_lossy(&left), "\n");
}

#[test]
fn both_lines_may_be_typed_ahead() {
    let sandbox = Sandbox::with_users(&[]);
    // Before the program runs the terminal itself shows what is typed; that is not its doing.
    let mut terminal = Terminal::open();
    terminal.type_keys(b"blue elephant\rblue elephant\r");
    let dialogue = Dialogue::on(terminal, sandbox.useradm(&["add", "early"]), Controls::Session);
    dialogue.end().assert_code(0);
    sandbox.run_with(&["login", "early"], "blue elephant").assert_code(0);

    let mut dialogue = Dialogue::begin(&sandbox, &["add", "bob"]);
    dialogue.answer(ASKS, "blue elephant\rblue elephant\r");
    dialogue.end().assert_code(0).assert_never_shows("elephant");
    sandbox.run_with(&["login", "bob"], "blue elephant").assert_code(0);
}

#[test]
fn the_terminal_does_not_show_anything_between_the_two_questions_either() {
    // Somebody who pastes both lines types while the program goes from one question to the next.
    // That moment is short, so it is looked for again and again.
    for _ in 0..25 {
        let sandbox = Sandbox::with_users(&[]);
        let terminal = Terminal::open();
        let echoes = terminal.settings();
        let command = sandbox.useradm(&["add", "bob"]);
        let mut dialogue = Dialogue::on(terminal, command, Controls::Session);
        dialogue.answer(ASKS, "blue elephant\r");
        while !dialogue.terminal.has_shown(ASKS_AGAIN) {
            assert_ne!(dialogue.terminal.settings(), echoes, "what is typed now shows");
        }
        dialogue.answer(ASKS_AGAIN, "blue elephant\r");
        dialogue.end().assert_code(0).assert_never_shows("elephant");
    }
}

#[test]
fn a_password_typed_for_password_stdin_is_not_shown() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for source in [&["--password-stdin"][..], &["--password-file", "-"]] {
        for (keys, controls) in [
            (&b"blue elephant\r\x04"[..], Controls::Session),
            (b"blue elephant\x04\x04", Controls::Session),
            (b"blue elephant\r\x04", Controls::Nothing),
        ] {
            let mut command = sandbox.useradm(&["update", "alice"]);
            command.args(source);
            let terminal = Terminal::open();
            let echoes = terminal.settings();
            let mut dialogue = Dialogue::on(terminal, command, controls);
            // There is no question to wait for, but the terminal stops to show what is typed.
            super::harness::until("hidden", || dialogue.terminal.settings() != echoes);
            dialogue.terminal.type_keys(keys);
            dialogue.end().assert_code(0).assert_never_shows("elephant");
            sandbox.run_with(&["login", "alice"], "blue elephant").assert_code(0);
            sandbox.run_with(&["update", "alice"], PASSWORD).assert_code(0);
        }
    }
}

#[test]
fn a_password_typed_for_password_stdin_with_no_input_is_not_shown_either() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let terminal = Terminal::open();
    let echoes = terminal.settings();
    let command = sandbox.useradm(&["login", "alice", "--password-stdin", "--no-input"]);
    let mut dialogue = Dialogue::on(terminal, command, Controls::Session);
    // It may as well be refused, since a terminal is no place to read from without asking.
    until("it hides what is typed, or refuses", || {
        dialogue.terminal.settings() != echoes || !dialogue.running.is_running()
    });
    if !dialogue.running.is_running() {
        dialogue.end().assert_code(2);
        return;
    }
    dialogue.terminal.type_keys(format!("{PASSWORD}\r\x04").as_bytes());
    dialogue.end().assert_never_shows(PASSWORD);
}

#[test]
fn a_terminal_that_shows_nothing_anyway_stays_so() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let terminal = Terminal::open();
    let silent = Command::new("stty").arg("-echo").stdin(Stdio::from(terminal.line())).status();
    if !silent.is_ok_and(|status| status.success()) {
        return super::harness::skip("there is no stty");
    }
    let mut dialogue =
        Dialogue::on(terminal, sandbox.useradm(&["login", "alice"]), Controls::Session);
    dialogue.answer(ASKS, format!("{PASSWORD}\r"));
    dialogue.end().assert_code(0);
}

#[test]
fn without_a_terminal_or_with_no_input_nobody_is_asked() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for arguments in [
        &["add", "bob"][..],
        &["register", "bob"],
        &["register"],
        &["login", "alice"],
        &["login"],
        &["update", "alice", "--password"],
    ] {
        // A terminal that controls the session is not asked behind the back of standard input.
        let mut terminal = Terminal::open();
        let mut command = sandbox.useradm(arguments);
        put_on(&terminal, &mut command, Controls::Session);
        let outcome = Running::start_with(command, "blue elephant\nblue elephant\n").finish();
        outcome.assert_code(2).assert_says("error: ");
        assert_eq!(terminal.shown(), "");

        let mut command = sandbox.useradm(arguments);
        command.arg("--no-input");
        let said = Dialogue::on(terminal, command, Controls::Session).end();
        said.assert_code(2);
        assert_eq!(said.screen, "");
    }
    assert_eq!(sandbox.names(), ["alice"]);
}
