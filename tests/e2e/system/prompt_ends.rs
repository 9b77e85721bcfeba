//! A prompt that does not end with an answer: the terminal is as it was, the database untouched.

use nix::sys::signal::Signal;

use crate::support::{ASKS, ASKS_AGAIN, Controls, Dialogue, PASSWORD, Said, Sandbox, Terminal};

/// What every prompt can be cut off in: the command, the question answered before, the question.
const PROMPTS: [(&str, Option<&str>, &str); 6] = [
    ("add bob", None, ASKS),
    ("add bob", Some(ASKS), ASKS_AGAIN),
    ("update alice --password", None, ASKS),
    ("login alice", None, ASKS),
    ("register", None, "Username: "),
    ("delete alice", None, "Really delete?"),
];

/// How the program says that it was interrupted.
const INTERRUPTED: &str = "error: Interrupted; nothing was changed\n";

/// Starts a command and brings it to its question.
fn bring_to(
    sandbox: &Sandbox,
    (line, answered, question): (&str, Option<&str>, &str),
    controls: Controls,
) -> Dialogue {
    let mut dialogue = sandbox.useradm(line).dialogue_on(Terminal::open(), controls);
    if let Some(earlier) = answered {
        dialogue.answer(earlier, "blue elephant\r");
    }
    dialogue.terminal.wait_for(question);
    dialogue
}

/// Cuts off each prompt, which must end with the status and message that `cut_off` gives for its
/// question. `Dialogue` sees that the terminal is as it was.
#[track_caller]
fn each_prompt<'s>(
    controls: Controls,
    cut_off: impl Fn(&mut Dialogue, &str) -> (i32, &'s str),
) -> Vec<Said> {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    let ends = PROMPTS.map(|prompt| {
        let mut dialogue = bring_to(&sandbox, prompt, controls);
        let (status, stderr) = cut_off(&mut dialogue, prompt.2);
        dialogue.running.expect(status, stderr);
        let said = dialogue.end();
        said.assert_never_shows("elephant");
        assert!(sandbox.bytes() == before, "{prompt:?}");
        assert_eq!(sandbox.files(), ["users.db"], "{prompt:?}");
        said
    });
    ends.into()
}

#[test]
fn ctrl_c_exits_with_130() {
    let ends = each_prompt(Controls::Session, |dialogue, _| {
        dialogue.terminal.type_keys(b"half \x03");
        (130, INTERRUPTED)
    });
    for said in ends {
        assert!(said.screen.ends_with('\n'), "what comes next stands on its line: {said:#?}");
    }
}

#[test]
fn signals_end_it_with_or_without_a_controlling_terminal() {
    for (signal, status, controls) in [
        (Signal::SIGINT, 130, Controls::Nothing),
        (Signal::SIGTERM, 143, Controls::Session),
        (Signal::SIGHUP, 129, Controls::Session),
    ] {
        each_prompt(controls, |dialogue, _| {
            dialogue.terminal.type_keys(b"half ");
            dialogue.running.signal(signal);
            (status, INTERRUPTED)
        });
    }
}

#[test]
fn sigquit_leaves_the_terminal_as_it_was() {
    each_prompt(Controls::Session, |dialogue, _| {
        dialogue.terminal.type_keys(b"\x1c");
        (131, INTERRUPTED)
    });
}

#[test]
fn end_of_input_is_a_failure_and_no_empty_answer() {
    for controls in [Controls::Session, Controls::Nothing] {
        each_prompt(controls, |dialogue, question| {
            dialogue.terminal.type_keys(b"\x04");
            (if question.starts_with("Really") { 9 } else { 6 }, "error: [...]")
        });
    }
}

#[test]
fn a_hang_up_ends_it_and_changes_nothing() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    for prompt in PROMPTS {
        for controls in [Controls::Session, Controls::Nothing] {
            let Dialogue { terminal, running, .. } = bring_to(&sandbox, prompt, controls);
            terminal.hang_up();
            let outcome = running.outcome();
            assert!(![0, 101].contains(&outcome.status), "{outcome:#?}");
            assert!(sandbox.bytes() == before, "{prompt:?}");
        }
    }
}

#[test]
fn an_interrupted_create_leaves_no_file() {
    for (key, status) in [("\x03", 130), ("\x04", 6)] {
        let sandbox = Sandbox::empty();
        let run = sandbox.useradm("add bob --create").status(status).stderr("error: [..]\n");
        let mut dialogue = run.dialogue();
        dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, key);
        dialogue.end();
        assert!(sandbox.files().is_empty());
    }
}

#[test]
fn ctrl_c_says_so_in_json() {
    let sandbox = Sandbox::application(&["alice"]);
    let mut dialogue = sandbox.useradm("login alice").error(130, "interrupted").dialogue();
    dialogue.answer(ASKS, "\x03");
    dialogue.end();
}

#[test]
fn ctrl_c_while_typing_for_password_stdin_gives_the_terminal_back() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    for (key, status) in [("half \x03", 130), ("\x04", 6)] {
        let run = sandbox.useradm("update alice --password-stdin").status(status);
        let mut dialogue = run.stderr("error: [...]").dialogue();
        dialogue.type_hidden(key);
        dialogue.end().assert_never_shows("half");
    }
    assert!(sandbox.bytes() == before);
}

#[test]
fn an_ignored_hang_up_stays_ignored_at_a_prompt() {
    let sandbox = Sandbox::application(&["alice"]);
    let mut dialogue = sandbox.shell("trap '' HUP; exec \"$0\" login -q alice").dialogue();
    dialogue.terminal.wait_for(ASKS);
    dialogue.running.signal(Signal::SIGHUP);
    dialogue.terminal.type_keys(format!("{PASSWORD}\r").as_bytes());
    dialogue.end();
}
