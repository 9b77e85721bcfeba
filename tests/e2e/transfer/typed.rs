//! An input that is typed on a terminal: one Ctrl-D ends it, and nothing is drawn over it.

use std::fs::File;
use std::io::{Read, Write};
use std::thread;

use super::harness::Sandbox;

#[test]
fn one_end_of_file_is_enough_and_no_progress_is_drawn() {
    for (format, typed) in [
        ("csv", "username,password\nalice,staple battery\n"),
        ("jsonl", "{\"username\":\"alice\",\"password\":\"staple battery\"}\n"),
        ("htpasswd", "# nobody\n"),
    ] {
        let sandbox = Sandbox::application(&[]);
        let terminal = nix::pty::openpty(None, None).unwrap();
        let mut keyboard = File::from(terminal.master);
        let line = File::from(terminal.slave);
        // The terminal keeps what is typed until somebody reads it.
        keyboard.write_all(format!("{typed}\u{4}").as_bytes()).unwrap();
        let mut screen = keyboard.try_clone().unwrap();
        let reader = thread::spawn(move || {
            let (mut seen, mut part) = (Vec::new(), [0; 4096]);
            // Linux says that nobody has the terminal open any more with an error.
            while let Ok(length @ 1..) = screen.read(&mut part) {
                seen.extend_from_slice(&part[..length]);
            }
            String::from_utf8(seen).unwrap()
        });
        let users = u64::from(format != "htpasswd");
        // The screen is seen by the other thread.
        let run = sandbox.useradm(&format!("import --from {format} -"));
        run.stdin_from(line.try_clone().unwrap()).stderr_to(line).check();
        let seen = reader.join().unwrap();
        assert!(seen.contains(&format!("imported {users}, skipped 0")), "{format}: {seen:?}");
        assert!(!seen.contains("reading") && !seen.contains("writing"), "{format}: {seen:?}");
        assert_eq!(sandbox.count() as u64, users, "{format}");
    }
}
