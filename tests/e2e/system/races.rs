//! Names that somebody swaps while the program looks at them: a bounded number of turns each.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, chown, lchown, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};

use crate::support::{NOBODY, PASSWORD, Running, Sandbox, needs_root, of_nobody, set_mode, until};

/// Runs `turns` while another thread does `swap` all the time, and tells how often it did.
fn against(swap: impl Fn() -> bool + Sync, turns: impl FnOnce()) -> u64 {
    let (ended, swaps) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                swaps.fetch_add(u64::from(swap()), Ordering::Relaxed);
            }
        });
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(turns));
        ended.store(true, Ordering::Relaxed);
        if let Err(panic) = checked {
            std::panic::resume_unwind(panic);
        }
    });
    swaps.into_inner()
}

fn exchange(a: &Path, b: &Path) -> bool {
    renameat2(AT_FDCWD, a, AT_FDCWD, b, RenameFlags::RENAME_EXCHANGE).is_ok()
}

/// Puts links to `target` in the place of every temporary file.
fn plant_links(directory: &Path, target: &Path) -> bool {
    let Ok(entries) = fs::read_dir(directory) else { return false };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(".useradm-") {
            let _ = fs::remove_file(entry.path());
            let _ = symlink(target, entry.path());
        }
    }
    true
}

#[test]
fn making_a_database_changes_no_mode_elsewhere() {
    if !needs_root() {
        return;
    }
    let elsewhere = Sandbox::empty();
    elsewhere.write("program", "precious");
    let program = elsewhere.path("program");
    set_mode(&program, 0o755);
    for (owner, mode) in [(NOBODY, 0o755), (0, 0o2777)] {
        let sandbox = Sandbox::empty();
        chown(sandbox.directory(), Some(owner), None).unwrap();
        set_mode(sandbox.directory(), mode);
        let made = against(
            || plant_links(sandbox.directory(), &program),
            || {
                for turn in 0..100 {
                    let line = ["init", "add a --create --password-stdin"][turn % 2];
                    let line = format!("{line} -q --trust-directory --db users{turn}.db");
                    sandbox.useradm(&line).stdin(PASSWORD).check();
                    assert_eq!(elsewhere.mode("program"), 0o755);
                }
            },
        );
        assert!(made > 100, "only {made} looks at the directory");
        assert_eq!(sandbox.files().len(), 100);
    }
}

#[test]
fn the_file_that_is_opened_is_the_one_that_was_looked_at() {
    if !needs_root() {
        return;
    }
    let precious = Sandbox::application(&["root"]);
    let before = precious.bytes();
    for is_link in [true, false] {
        let sandbox = Sandbox::application(&["alice"]);
        of_nobody(&sandbox);
        let other = sandbox.path("other");
        if is_link {
            symlink(precious.database(), &other).unwrap();
            lchown(&other, Some(NOBODY), Some(NOBODY)).unwrap();
        } else {
            fs::hard_link(precious.database(), &other).unwrap();
        }
        let database = sandbox.database();
        let (mut done, mut refused) = (0, 0);
        let swaps = against(
            || exchange(&database, &other),
            || {
                for turn in 0..150 {
                    let line = format!("update -q --id 1 --username name{turn}");
                    let outcome = sandbox.useradm(&line).outcome();
                    match outcome.status {
                        0 => done += 1,
                        8 => refused += 1,
                        _ => panic!("{outcome:?}"),
                    }
                    assert!(precious.bytes() == before, "{outcome:?}");
                }
            },
        );
        assert!(swaps > 150 && refused > 0, "{swaps} swaps, {done} done, {refused} refused");
        assert_eq!(precious.files(), ["users.db"]);
    }
}

#[test]
fn an_export_reported_as_done_is_the_export() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    of_nobody(&sandbox);
    let directory = sandbox.directory().to_owned();
    let forge = || {
        let Ok(entries) = fs::read_dir(&directory) else { return false };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(".useradm-") {
                let forged = directory.join("forged");
                let _ =
                    fs::write(&forged, "forged").and_then(|()| fs::rename(&forged, entry.path()));
            }
        }
        true
    };
    let out = directory.join("users.csv");
    against(forge, || {
        for turn in 0..120 {
            let _ = fs::remove_file(&out);
            let option = ["", "--force"][turn % 2];
            if turn % 4 == 1 {
                symlink("/nowhere/precious", &out).unwrap();
            }
            let outcome = sandbox.useradm(&format!("export users.csv {option}")).outcome();
            if outcome.status == 0 {
                assert!(sandbox.text("users.csv").contains("1,alice,"), "{outcome:?}");
            } else {
                assert_eq!(outcome.status, 1, "{outcome:?}");
                assert!(outcome.stderr.contains("users.csv"), "{outcome:?}");
            }
        }
    });
    for name in sandbox.files().iter().filter(|name| name.starts_with(".useradm-")) {
        // What is left is what somebody put there after the program had taken its own away.
        assert_eq!(sandbox.text(name), "forged");
    }
}

/// A directory `inner` that is about to be moved away, and what then is in its place.
fn with_a_precious_file() -> Sandbox {
    let sandbox = Sandbox::application(&["alice"]);
    for name in ["inner", "other"] {
        fs::create_dir(sandbox.path(name)).unwrap();
    }
    sandbox.write("other/new.csv", "precious");
    sandbox
}

/// Starts an import that makes up passwords, and has not seen its first row yet.
fn start(sandbox: &Sandbox) -> Running {
    let line = "import -q --from=csv - --generate-passwords=inner/new.csv";
    let mut running = sandbox.useradm(line).start();
    let _ = running.stdin.as_mut().map(|pipe| pipe.write_all(b"username\n"));
    running
}

#[test]
fn generated_passwords_stay_in_the_directory_that_was_named() {
    if !needs_root() {
        return;
    }
    for (row, status) in [("alice\n", 4), ("bob\n", 1)] {
        let sandbox = with_a_precious_file();
        let (inner, other) = (sandbox.path("inner"), sandbox.path("other"));
        let mut running = start(&sandbox);
        // By the open directory it will make the file.
        until("the directory is open", || {
            running.open_files().is_some_and(|paths| paths.contains(&inner))
        });
        assert!(exchange(&inner, &other));
        running.write(row);
        running.expect(status, "[...]error: [...]");
        running.finish();
        assert_eq!(sandbox.text("inner/new.csv"), "precious");
        assert_eq!(fs::read_dir(&other).unwrap().count(), 0, "passwords are left");
        assert_eq!(sandbox.usernames(), ["alice"]);
    }
}

#[test]
fn a_failed_import_removes_no_file_of_somebody_else() {
    if !needs_root() {
        return;
    }
    let sandbox = with_a_precious_file();
    let kept = sandbox.path("kept");
    fs::hard_link(sandbox.path("other/new.csv"), &kept).unwrap();
    // The passwords have their file by the time at which this fails.
    sandbox.sql("CREATE TRIGGER no BEFORE INSERT ON user BEGIN SELECT RAISE(ABORT, 'no'); END");
    let (inner, other) = (sandbox.path("inner"), sandbox.path("other"));
    let swaps = against(
        || exchange(&inner, &other),
        || {
            for _ in 0..60 {
                let mut running = start(&sandbox);
                // It may have ended already, since a file of that name exists.
                let _ = running.stdin.as_mut().map(|pipe| pipe.write_all(b"bob\n"));
                assert_ne!(running.outcome().status, 0);
                // Its other name tells wherever it is at the moment.
                assert_eq!(fs::metadata(&kept).unwrap().nlink(), 2, "it was removed");
            }
        },
    );
    assert!(swaps > 60, "only {swaps} swaps");
    assert_eq!(sandbox.text("kept"), "precious");
    assert_eq!(sandbox.usernames(), ["alice"]);
    let left = [inner, other].map(|it| fs::read_dir(it).unwrap().count());
    assert_eq!(left.iter().sum::<usize>(), 1, "passwords are left that nobody has");
}
