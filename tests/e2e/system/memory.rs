//! Too little memory: an error like any other, never a signal.

#![cfg(target_os = "linux")]

use crate::support::{Outcome, PASSWORD, Sandbox, lines, ready_rows};

const WORDS: &str = "error: Internal error: out of memory\n";
const JSON: &str = "{\"error\":{\"code\":\"internal\",\"message\":\"Internal error: out of memory\",\
                    \"exit_code\":1}}\n";

/// Runs a command whose address space is limited to so many KiB.
fn run_within(limit: usize, sandbox: &Sandbox, line: &str) -> Outcome {
    let script = format!("ulimit -v {limit} && exec \"$0\" {line}");
    sandbox.shell(&script).stdin(PASSWORD).outcome()
}

/// The least limit with which the program begins to run. Below it the system's loader fails, or is
/// killed.
fn least_to_begin(sandbox: &Sandbox) -> usize {
    let begins = |limit| {
        let outcome = run_within(limit, sandbox, "list");
        outcome.status == 0 || outcome.stderr == WORDS
    };
    let (mut fails, mut works) = (1024, 256 * 1024);
    assert!(begins(works) && !begins(fails));
    while works - fails > 1 {
        let middle = usize::midpoint(fails, works);
        if begins(middle) {
            works = middle;
        } else {
            fails = middle;
        }
    }
    // So little is not enough, and that is said.
    assert_eq!(run_within(works, sandbox, "list").stderr, WORDS);
    works
}

#[test]
fn every_command_tells_of_too_little_memory() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let rows = lines(0..200, |i| format!("user{i},{PASSWORD}\n"));
    sandbox.write("passwords.csv", format!("username,password\n{rows}"));
    sandbox.write("hashes.csv", ready_rows(2000).replace("\nuser", "\nhashed"));

    let least = least_to_begin(&sandbox);
    for (arguments, step) in [
        ("list", 97),
        ("list --format json --sort username", 97),
        ("login alice --password-stdin", 97),
        ("add carol --password-stdin", 97),
        ("add dora --password-stdin --format json", 97),
        ("update bob --password-stdin", 97),
        ("import passwords.csv --on-conflict skip --jobs 4", 2503),
        ("import hashes.csv --on-conflict skip --format jsonl", 2503),
    ] {
        let words = if arguments.contains("json") { JSON } else { WORDS };
        let (mut failed, mut done) = (0, 0);
        // From too little memory to enough, however much that is here.
        for i in 1..400 {
            let outcome = run_within(least + i * step, &sandbox, arguments);
            match outcome.status {
                0 => done += 1,
                1 => {
                    // Right at the beginning not even the format is known.
                    assert!([words, WORDS].contains(&outcome.stderr.as_str()), "{outcome:?}");
                    assert!(i < 4 || outcome.stderr == words, "{arguments}: {outcome:?}");
                    failed += 1;
                }
                // Added by a run before.
                4 if arguments.starts_with("add") && done > 0 => done += 1,
                // What SQLite itself cannot have.
                8 => failed += 1,
                _ => panic!("{arguments}: {outcome:?}"),
            }
            if done == 4 {
                break;
            }
        }
        assert!(failed > 0 && done == 4, "{arguments}: {failed} failed, {done} were done");
    }
    sandbox.assert_sound();
    let names = sandbox.usernames();
    assert!(names.contains(&"dora".to_owned()) && names.contains(&"hashed1999".to_owned()));
}
