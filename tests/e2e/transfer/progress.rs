//! Progress is for people: nothing of it where standard error is no terminal.

use crate::support::{Sandbox, Terminal, lines};

/// Runs a line with a terminal as standard error, and returns what is seen on it.
fn on_a_terminal(line: &str) -> String {
    let sandbox = Sandbox::application(&[]);
    let rows = lines(0..40, |number| format!("user{number},passwords\n"));
    sandbox.write("people.csv", format!("username,password\n{rows}"));
    let mut terminal = Terminal::open();
    sandbox.useradm(line).env("TERM", "xterm").stderr_to(terminal.line()).check();
    assert_eq!(sandbox.count(), 40);
    terminal.shown()
}

#[test]
fn a_terminal_shows_every_stage_and_then_the_result() {
    let seen = on_a_terminal("import people.csv --rounds 20000");
    for stage in ["reading", "hashing", "writing"] {
        assert!(seen.contains(stage), "{seen:?}");
    }
    let (_, result) = seen.rsplit_once('\r').map(|_| seen.split_at(seen.len() - 60)).unwrap();
    assert!(result.contains("imported 40, skipped 0, updated 0\r\n"), "{seen:?}");
    assert!(seen.contains('/') && seen.contains("left"), "{seen:?}");
}

#[test]
fn a_quiet_import_shows_nothing_on_a_terminal() {
    assert_eq!(on_a_terminal("import --quiet people.csv"), "");
}

#[test]
fn nothing_is_shown_where_there_is_no_terminal() {
    // Every other test would fail too, since each compares all of standard error; this one takes
    // long enough for several reports.
    let sandbox = Sandbox::application(&[]);
    let rows = lines(0..200, |number| format!("user{number},passwords\n"));
    let run = sandbox.useradm("import --from csv --rounds 5000 -");
    run.stdin(format!("username,password\n{rows}")).counts(200, 0, 0).check();
}
