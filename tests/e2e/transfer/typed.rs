//! An input that is typed on a terminal: one Ctrl-D ends it, and nothing is drawn over it.

use crate::support::{Sandbox, Terminal};

#[test]
fn one_end_of_file_is_enough_and_no_progress_is_drawn() {
    for (format, typed) in [
        ("csv", "username,password\nalice,staple battery\n"),
        ("jsonl", "{\"username\":\"alice\",\"password\":\"staple battery\"}\n"),
        ("htpasswd", "# nobody\n"),
    ] {
        let sandbox = Sandbox::application(&[]);
        let mut terminal = Terminal::open();
        // The terminal keeps what is typed until somebody reads it.
        terminal.type_keys(format!("{typed}\u{4}").as_bytes());
        let users = u64::from(format != "htpasswd");
        let run = sandbox.useradm(&format!("import --from {format} -"));
        run.stdin_from(terminal.line()).stderr_to(terminal.line()).check();
        let seen = terminal.shown();
        assert!(seen.contains(&format!("imported {users}, skipped 0")), "{format}: {seen:?}");
        assert!(!seen.contains("reading") && !seen.contains("writing"), "{format}: {seen:?}");
        assert_eq!(sandbox.count() as u64, users, "{format}");
    }
}
