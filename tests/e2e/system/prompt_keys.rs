//! What the keys mean at a password prompt, and which bytes are taken as they are.

use nix::sys::termios::{SetArg, SpecialCharacterIndices, tcsetattr};

use crate::support::{ASKS, ASKS_AGAIN, Controls, Sandbox, Terminal};

#[test]
fn control_characters_are_part_of_the_password() {
    let sandbox = Sandbox::application(&[]);
    for (name, password) in [
        ("tab", "blue\telephant"),
        ("escape", "blue\x1b[Aelephant\x1bOP"),
        ("spaces", "  blue  elephant  "),
        ("bell", "blue\x01\x07\x0e\x1felephant"),
        ("unicode", "blåer Elefant 象 🐘 e\u{301}"),
        ("private", "blue \u{f0000}\u{10ffff} elephant"),
    ] {
        let warning = if password.contains('\u{301}') { "warning: [..]\n" } else { "" };
        let says = format!("User added successfully: {name}\n{warning}");
        let mut dialogue = sandbox.useradm(&format!("add {name}")).stderr(says).dialogue();
        dialogue.answer_twice(password);
        dialogue.end().assert_never_shows("lephant");
        let login = format!("login -q {name}");
        sandbox.useradm(&login).arg("--password-stdin").stdin(password).check();
        let mut dialogue = sandbox.useradm(&login).dialogue();
        dialogue.answer(ASKS, format!("{password}\r"));
        dialogue.end();
    }
}

#[test]
fn nul_and_invalid_utf8_are_refused_in_a_new_password() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    for password in
        [&b"blue elephant\0"[..], b"blue\0elephant", b"blue eleph\xe4nt", b"blue\xff\xfe"]
    {
        for line in ["add bob", "update alice --password"] {
            let keys = [password, b"\r"].concat();
            let mut dialogue = sandbox.useradm(line).error(6, "invalid_password").dialogue();
            // Whether it is refused at once or after the repetition is all the same.
            dialogue.answer(ASKS, keys.repeat(2));
            dialogue.end().assert_never_shows("eleph");
        }
    }
    assert!(sandbox.bytes() == before);
}

#[test]
fn nul_and_invalid_utf8_are_checked_like_anything_else() {
    let sandbox = Sandbox::application(&["alice"]);
    // These bytes with 1000 rounds, as Python's hashlib and passlib's encoding give it.
    let hash = "$pbkdf2-sha256$1000$AAECAwQFBgcICQoLDA0ODw$\
                isKa.Lf1W7y.fon.0MTenmBawIh602GkMB74Zi4tKnc";
    sandbox.sql(&format!("INSERT INTO user VALUES (2, 'bytes', '{hash}')"));
    for (name, keys, is_right) in [
        ("alice", &b"correct\0horse\r"[..], false),
        ("alice", b"\xff\xfe\r", false),
        ("alice", b"\r", false),
        ("bytes", b"caf\xe9 \xff\0\x01!\r", true),
        ("bytes", b"caf\xe9 \xff\x01!\r", false),
    ] {
        let run = sandbox.useradm(&format!("login -q {name}"));
        let run = if is_right { run } else { run.error(5, "invalid_credentials") };
        let mut dialogue = run.dialogue();
        dialogue.answer(ASKS, keys);
        dialogue.end();
    }
}

#[test]
fn an_empty_line_is_an_empty_password() {
    let sandbox = Sandbox::application(&["alice"]);
    let mut dialogue = sandbox.useradm("add bob").error(6, "invalid_password").dialogue();
    dialogue.answer(ASKS, "\r\r");
    dialogue.end();
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn the_line_can_be_edited() {
    let sandbox = Sandbox::application(&["alice"]);
    for keys in [
        "correct horsx\x7fe\r",
        // A character of several bytes.
        "correct horsé\x7fe\r",
        // More than there is.
        "ab\x7f\x7f\x7f\x7fcorrect horse\r",
        // The whole line, and a word.
        "wrong elephant\x15correct horse\r",
        "correct elephant\x17horse\r",
        "correct horse\n",
    ] {
        let mut dialogue = sandbox.useradm("login -q alice").dialogue();
        dialogue.answer(ASKS, keys);
        dialogue.end();
    }
}

#[test]
fn literal_next_takes_an_editing_key_as_a_character() {
    let sandbox = Sandbox::application(&[]);
    let mut dialogue = sandbox.useradm("add -q bob").dialogue();
    let keys = b"blue\x16\x7f\x16\x15\x16\x17\x16\x04\x16\x16\r";
    dialogue.answer(ASKS, keys).answer(ASKS_AGAIN, keys);
    dialogue.end();
    let login = sandbox.useradm("login -q bob --password-stdin");
    login.stdin("blue\x7f\x15\x17\x04\x16").check();
}

#[test]
fn a_key_set_by_stty_is_obeyed() {
    let sandbox = Sandbox::application(&["alice"]);
    let terminal = Terminal::open();
    let mut settings = terminal.settings();
    settings.control_chars[SpecialCharacterIndices::VKILL as usize] = b'@';
    settings.control_chars[SpecialCharacterIndices::VERASE as usize] = b'#';
    tcsetattr(terminal.line(), SetArg::TCSANOW, &settings).unwrap();
    let mut dialogue = sandbox.useradm("login -q alice").dialogue_on(terminal, Controls::Session);
    dialogue.answer(ASKS, "wrong@correct horsx#e\r");
    dialogue.end();
}

#[test]
fn a_suspended_prompt_gives_the_terminal_back_and_goes_on() {
    let sandbox = Sandbox::application(&[]);
    // Only in a session with job control does Ctrl-Z stop anything, so a shell runs it.
    let script = "set -m; \"$0\" add -q bob; echo stopped >/dev/tty; read go; fg >/dev/null; \
                  echo ended $? >/dev/tty";
    let mut dialogue = sandbox.shell(script).dialogue();
    dialogue.answer(ASKS, "\x1a").terminal.wait_for("stopped");
    dialogue.assert_settings();
    dialogue.terminal.type_keys(b"\r");
    // Whoever comes back must see what is asked for.
    dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, "blue elephant\r");
    dialogue.terminal.wait_for("ended 0");
    dialogue.end().assert_never_shows("elephant");
    sandbox.useradm("login -q bob --password-stdin").stdin("blue elephant").check();
}
