//! A prompt that does not end with an answer: the terminal is as it was, the database untouched.

use std::fs;

use nix::sys::signal::Signal;

use super::harness::{PASSWORD, Sandbox, until};
use super::terminal::{ASKS, ASKS_AGAIN, Controls, Dialogue, Said, Terminal};

/// What every prompt can be cut off in: the command, the questions answered before, the question.
const PROMPTS: [(&[&str], &[&str], &str); 6] = [
    (&["add", "bob"], &[], ASKS),
    (&["add", "bob"], &[ASKS], ASKS_AGAIN),
    (&["update", "alice", "--password"], &[], ASKS),
    (&["login", "alice"], &[], ASKS),
    (&["register"], &[], "Username: "),
    (&["delete", "alice"], &[], "Really delete?"),
];

/// Cuts off each prompt; the harness sees that the terminal is as it was.
#[track_caller]
fn each_prompt(controls: Controls, cut_off: impl Fn(&mut Dialogue), check: impl Fn(&str, &Said)) {
    let sandbox = Sandbox::with_users(&["alice"]);
    let before = fs::read(sandbox.database()).unwrap();
    for (arguments, answered, question) in PROMPTS {
        let mut dialogue = Dialogue::on(Terminal::open(), sandbox.useradm(arguments), controls);
        for earlier in answered {
            dialogue.answer(earlier, "blue elephant\r");
        }
        dialogue.terminal.wait_for(question);
        cut_off(&mut dialogue);
        let said = dialogue.end();
        said.assert_never_shows("elephant");
        check(question, &said);
        assert!(fs::read(sandbox.database()).unwrap() == before, "{arguments:?}");
        assert_eq!(sandbox.files(), ["users.db"], "{arguments:?}");
    }
}

#[test]
fn ctrl_c_exits_with_130() {
    let ctrl_c = |dialogue: &mut Dialogue| dialogue.terminal.type_keys(b"half \x03");
    each_prompt(Controls::Session, ctrl_c, |_, said| {
        said.assert_code(130);
        assert_eq!(said.outcome.stdout, "");
        assert!(said.screen.ends_with('\n'), "what comes next stands on its line: {said:#?}");
    });
}

#[test]
fn sigint_exits_with_130_without_a_controlling_terminal_too() {
    let interrupt = |dialogue: &mut Dialogue| dialogue.running.signal(Signal::SIGINT);
    each_prompt(Controls::Nothing, interrupt, |_, said| {
        said.assert_code(130);
    });
}

#[test]
fn sigterm_and_sighup_end_it_as_signals() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP] {
        let end = |dialogue: &mut Dialogue| {
            dialogue.terminal.type_keys(b"half ");
            dialogue.running.signal(signal);
        };
        each_prompt(Controls::Session, end, |question, said| {
            let status = said.outcome.status;
            let number = std::os::unix::process::ExitStatusExt::signal(&status);
            let expected = signal as i32;
            let is_told = number == Some(expected) || status.code() == Some(128 + expected);
            assert!(is_told, "{signal} at {question:?}: {said:#?}");
        });
    }
}

#[test]
fn sigquit_leaves_the_terminal_as_it_was() {
    let quit = |dialogue: &mut Dialogue| dialogue.terminal.type_keys(b"\x1c");
    each_prompt(Controls::Session, quit, |_, said| {
        assert!(!said.outcome.status.success(), "{said:#?}");
    });
}

#[test]
fn end_of_input_is_a_failure_and_no_empty_answer() {
    let ctrl_d = |dialogue: &mut Dialogue| dialogue.terminal.type_keys(b"\x04");
    for controls in [Controls::Session, Controls::Nothing] {
        each_prompt(controls, ctrl_d, |question, said| {
            said.assert_code(if question.starts_with("Really") { 9 } else { 6 });
        });
    }
}

#[test]
fn a_hang_up_ends_it_and_changes_nothing() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let before = fs::read(sandbox.database()).unwrap();
    for (arguments, answered, question) in PROMPTS {
        for controls in [Controls::Session, Controls::Nothing] {
            let mut dialogue = Dialogue::on(Terminal::open(), sandbox.useradm(arguments), controls);
            for earlier in answered {
                dialogue.answer(earlier, "blue elephant\r");
            }
            dialogue.terminal.wait_for(question);
            let Dialogue { terminal, running, .. } = dialogue;
            terminal.hang_up();
            let outcome = running.finish();
            assert!(!outcome.status.success(), "{outcome:#?}");
            assert_ne!(outcome.status.code(), Some(101), "{outcome:#?}");
            assert!(fs::read(sandbox.database()).unwrap() == before, "{arguments:?}");
        }
    }
}

#[test]
fn an_interrupted_create_leaves_no_file() {
    for keys in [&b"\x03"[..], b"\x04"] {
        let sandbox = Sandbox::empty();
        let mut dialogue = Dialogue::begin(&sandbox, &["add", "bob", "--create"]);
        dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, keys);
        dialogue.end().assert_code(if keys == b"\x03" { 130 } else { 6 });
        assert!(sandbox.files().is_empty());
    }
}

#[test]
fn ctrl_c_says_so_in_json() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let mut dialogue = Dialogue::begin(&sandbox, &["--format", "json", "login", "alice"]);
    dialogue.answer(ASKS, "\x03");
    dialogue.end().outcome.assert_error(130, "interrupted");
}

#[test]
fn ctrl_c_while_typing_for_password_stdin_gives_the_terminal_back() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let before = fs::read(sandbox.database()).unwrap();
    for (key, code) in [(&b"half \x03"[..], 130), (b"\x04", 6)] {
        let terminal = Terminal::open();
        let echoes = terminal.settings();
        let command = sandbox.useradm(&["update", "alice", "--password-stdin"]);
        let mut dialogue = Dialogue::on(terminal, command, Controls::Session);
        until("the terminal hides the input", || dialogue.terminal.settings() != echoes);
        dialogue.terminal.type_keys(key);
        dialogue.end().assert_code(code).assert_never_shows("half");
    }
    assert!(fs::read(sandbox.database()).unwrap() == before);
}

#[test]
fn an_ignored_hang_up_stays_ignored_at_a_prompt() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let program = sandbox.useradm(&["login", "alice"]);
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg("trap '' HUP; exec \"$0\" \"$@\"");
    shell.arg(program.get_program()).args(program.get_args());
    shell.env_clear().env("USERADM_ROUNDS", "1000");
    let mut dialogue = Dialogue::on(Terminal::open(), shell, Controls::Session);
    dialogue.terminal.wait_for(ASKS);
    dialogue.running.signal(Signal::SIGHUP);
    dialogue.terminal.type_keys(format!("{PASSWORD}\r").as_bytes());
    dialogue.end().assert_code(0);
}
