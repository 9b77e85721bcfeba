//! Disks that are full, and memory that must not fill up.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::support::{Run, Sandbox, lines, ready_rows};

/// The most memory that an import of ready hashes may take.
const MOST_KIB: u64 = 64 * 1024;

/// A run that may not make files of more than so many blocks of 512 bytes.
fn limited(sandbox: &Sandbox, blocks: u64, line: &str) -> Run {
    sandbox.useradm(line).with_files_up_to(blocks * 512)
}

#[test]
fn a_disk_that_fills_up_in_the_middle_leaves_everything_as_before() {
    for journal in ["delete", "wal"] {
        let sandbox = Sandbox::journaled(journal, &["alice"]);
        sandbox.write("people.csv", ready_rows(5000));
        let run = limited(&sandbox, 600, "import people.csv");
        let full = "error: No space left to write [DIR]/users.db[..]nothing was changed\n";
        run.status(8).stderr(full).check();
        let run = limited(&sandbox, 600, "import people.csv");
        run.error(8, "database_full").check();
        assert_eq!(sandbox.usernames(), ["alice"]);
        sandbox.assert_sound();
        sandbox.useradm("import people.csv").counts(5000, 0, 0).check();
    }
}

#[test]
fn a_new_database_that_does_not_fit_leaves_no_file() {
    let sandbox = Sandbox::empty();
    sandbox.write("people.csv", ready_rows(5000));
    let run = limited(&sandbox, 600, "import --create people.csv");
    run.error(8, "database_full").check_unchanged();
}

#[test]
fn batches_that_fit_are_kept_and_counted() {
    let sandbox = Sandbox::application(&[]);
    sandbox.write("people.csv", ready_rows(5000));
    let run = limited(&sandbox, 600, "import --batch 500 people.csv");
    let (_, stderr) = run.status(8).stderr("error: [..] of 5000 rows are stored[..]\n").check();
    assert!(!stderr.contains("nothing was changed"), "{stderr}");
    let stored = sandbox.count();
    assert!(stored > 0 && stored < 5000 && stored.is_multiple_of(500), "{stored}");
    assert!(stderr.contains(&format!(" {stored} of 5000 ")), "{stderr}");
    let run = sandbox.useradm("import --batch 500 people.csv");
    run.counts(5000 - stored as u64, stored as u64, 0).check();
}

#[test]
fn files_beside_the_database_that_do_not_fit_end_the_import() {
    let sandbox = Sandbox::application(&[]);
    let rows = lines(0..3000, |number| format!("user{number}\n"));
    sandbox.write("people.csv", format!("username\n{rows}"));
    let line = "import people.csv --generate-passwords new.csv";
    let run = limited(&sandbox, 40, line);
    run.error(1, "output_failed").check_unchanged();
    let run = limited(&sandbox, 40, "import people.csv --rejects bad.jsonl");
    run.status(1).stderr("[...]error: [..]bad.jsonl[..]\n").check();
    assert_eq!(sandbox.count(), 0);
}

#[test]
fn an_export_that_does_not_fit_leaves_no_file() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import -q --from csv -").stdin(ready_rows(5000));
    run.check();
    let run = limited(&sandbox, 100, "export users.csv");
    run.error(1, "output_failed").check_unchanged();
    sandbox.write("users.csv", "precious");
    let run = limited(&sandbox, 100, "export --force users.csv");
    run.error(1, "output_failed").check_unchanged();
}

#[test]
fn temporary_files_that_do_not_fit_end_the_import() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.write("people.csv", ready_rows(200_000));
    let run = limited(&sandbox, 2000, "import people.csv");
    run.status(8).stderr("error: [..]\n").check_unchanged();
}

/// The most memory that a process had in use, in KiB, as long as it lives.
fn most_memory(pid: nix::unistd::Pid) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[test]
#[cfg(target_os = "linux")]
fn an_import_of_any_size_stays_within_64_mib() {
    const ROWS: usize = 200_000;
    let sandbox = Sandbox::application(&["alice"]);
    let rows = ready_rows(ROWS);
    for (line, counts) in [
        ("import --from csv --timeout 5 -", (ROWS as u64, 0)),
        ("import --from csv --on-conflict skip -", (0, ROWS as u64)),
    ] {
        let running = sandbox.useradm(line).stdin(&rows).stderr("[...]").start();
        let mut most = 0;
        while let Some(kib) = most_memory(running.pid) {
            most = kib.max(most);
            thread::sleep(Duration::from_millis(2));
        }
        let (_, stderr) = running.finish();
        let (imported, skipped) = counts;
        assert!(stderr.contains(&format!("imported {imported}, skipped {skipped}, ")), "{stderr}");
        assert!(most > 1024 && most < MOST_KIB, "{line}: {most} KiB");
    }
}
