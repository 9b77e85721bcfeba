//! What the keys mean at a password prompt, and which bytes are taken as they are.

use std::fs;
use std::process::{Command, Stdio};

use nix::sys::termios::{SetArg, SpecialCharacterIndices, tcsetattr};

use super::harness::Sandbox;
use super::terminal::{ASKS, ASKS_AGAIN, Controls, Dialogue, Terminal};

#[test]
fn control_characters_are_part_of_the_password() {
    let sandbox = Sandbox::with_users(&[]);
    for (name, password) in [
        ("tab", "blue\telephant"),
        ("escape", "blue\x1b[Aelephant\x1bOP"),
        ("spaces", "  blue  elephant  "),
        ("bell", "blue\x01\x07\x0e\x1felephant"),
        ("unicode", "blåer Elefant 象 🐘 e\u{301}"),
        ("private", "blue \u{f0000}\u{10ffff} elephant"),
    ] {
        let mut dialogue = Dialogue::begin(&sandbox, &["add", name]);
        dialogue.answer_twice(password);
        dialogue.end().assert_code(0).assert_never_shows("lephant");
        sandbox.run_with(&["login", name], password).assert_code(0);
        let mut dialogue = Dialogue::begin(&sandbox, &["login", name]);
        dialogue.answer(ASKS, format!("{password}\r"));
        dialogue.end().assert_code(0);
    }
}

#[test]
fn nul_and_invalid_utf8_are_refused_in_a_new_password() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let before = fs::read(sandbox.database()).unwrap();
    for password in
        [&b"blue elephant\0"[..], b"blue\0elephant", b"blue eleph\xe4nt", b"blue\xff\xfe"]
    {
        for arguments in [&["add", "bob"][..], &["update", "alice", "--password"]] {
            let keys = [password, b"\r"].concat();
            let mut dialogue = Dialogue::begin(&sandbox, arguments);
            dialogue.terminal.wait_for(ASKS);
            // Whether it is refused at once or after the repetition is all the same.
            dialogue.terminal.type_keys(&[&keys[..], &keys[..]].concat());
            dialogue.end().assert_code(6).assert_never_shows("eleph");
        }
    }
    assert!(fs::read(sandbox.database()).unwrap() == before);
}

#[test]
fn nul_and_invalid_utf8_are_checked_like_anything_else() {
    let sandbox = Sandbox::with_users(&["alice"]);
    // These bytes with 1000 rounds, as Python's hashlib and passlib's encoding give it.
    let hash = "$pbkdf2-sha256$1000$AAECAwQFBgcICQoLDA0ODw$\
                isKa.Lf1W7y.fon.0MTenmBawIh602GkMB74Zi4tKnc";
    sandbox.sql(&format!("INSERT INTO user VALUES (2, 'bytes', '{hash}')"));
    for (name, keys, code) in [
        ("alice", &b"correct\0horse\r"[..], 5),
        ("alice", b"\xff\xfe\r", 5),
        ("alice", b"\r", 5),
        ("bytes", b"caf\xe9 \xff\0\x01!\r", 0),
        ("bytes", b"caf\xe9 \xff\x01!\r", 5),
    ] {
        let mut dialogue = Dialogue::begin(&sandbox, &["login", name]);
        dialogue.answer(ASKS, keys);
        dialogue.end().assert_code(code);
    }
}

#[test]
fn an_empty_line_is_an_empty_password() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let mut dialogue = Dialogue::begin(&sandbox, &["add", "bob"]);
    dialogue.terminal.wait_for(ASKS);
    dialogue.terminal.type_keys(b"\r\r");
    dialogue.end().assert_code(6);
    assert_eq!(sandbox.names(), ["alice"]);
}

#[test]
fn the_line_can_be_edited() {
    let sandbox = Sandbox::with_users(&["alice"]);
    for (what, keys) in [
        ("erase", &b"correct horsx\x7fe\r"[..]),
        ("erase a character of several bytes", "correct horsé\x7fe\r".as_bytes()),
        ("erase more than there is", b"ab\x7f\x7f\x7f\x7fcorrect horse\r"),
        ("kill", b"wrong elephant\x15correct horse\r"),
        ("erase a word", b"correct elephant\x17horse\r"),
        ("newline", b"correct horse\n"),
    ] {
        let mut dialogue = Dialogue::begin(&sandbox, &["login", "alice"]);
        dialogue.answer(ASKS, keys);
        let said = dialogue.end();
        assert_eq!(said.outcome.status.code(), Some(0), "{what}: {said:#?}");
    }
}

#[test]
fn literal_next_takes_an_editing_key_as_a_character() {
    let sandbox = Sandbox::with_users(&[]);
    let mut dialogue = Dialogue::begin(&sandbox, &["add", "bob"]);
    let keys = b"blue\x16\x7f\x16\x15\x16\x17\x16\x04\x16\x16\r";
    dialogue.answer(ASKS, keys).answer(ASKS_AGAIN, keys);
    dialogue.end().assert_code(0);
    sandbox.run_with(&["login", "bob"], "blue\x7f\x15\x17\x04\x16").assert_code(0);
}

#[test]
fn a_key_set_by_stty_is_obeyed() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let terminal = Terminal::open();
    let mut settings = terminal.settings();
    settings.control_chars[SpecialCharacterIndices::VKILL as usize] = b'@';
    settings.control_chars[SpecialCharacterIndices::VERASE as usize] = b'#';
    tcsetattr(terminal.line(), SetArg::TCSANOW, &settings).unwrap();
    let mut dialogue =
        Dialogue::on(terminal, sandbox.useradm(&["login", "alice"]), Controls::Session);
    dialogue.answer(ASKS, "wrong@correct horsx#e\r");
    dialogue.end().assert_code(0);
}

#[test]
fn a_suspended_prompt_gives_the_terminal_back_and_goes_on() {
    let sandbox = Sandbox::with_users(&[]);
    // Only in a session with job control does Ctrl-Z stop anything, so a shell runs it.
    let script = "set -m; \"$0\" \"$@\"; echo stopped >/dev/tty; read go; fg >/dev/null; \
                  echo ended $? >/dev/tty";
    let program = sandbox.useradm(&["add", "bob"]);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(program.get_program()).args(program.get_args());
    shell
        .env_clear()
        .env("USERADM_ROUNDS", "1000")
        .current_dir(sandbox.directory())
        .stdin(Stdio::null());
    let mut dialogue = Dialogue::on(Terminal::open(), shell, Controls::Session);
    dialogue.answer(ASKS, "\x1a").terminal.wait_for("stopped");
    dialogue.assert_settings();
    dialogue.terminal.type_keys(b"\r");
    // Whoever comes back must see what is asked for.
    dialogue.answer(ASKS, "blue elephant\r").answer(ASKS_AGAIN, "blue elephant\r");
    dialogue.terminal.wait_for("ended 0");
    dialogue.end().assert_code(0).assert_never_shows("elephant");
    sandbox.run_with(&["login", "bob"], "blue elephant").assert_code(0);
}
