//! Names that somebody swaps while the program looks at them: a bounded number of turns each.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, chown, lchown, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use nix::fcntl::{AT_FDCWD, RenameFlags, renameat2};

use super::harness::{PASSWORD, Running, Sandbox};
use super::owner::{NOBODY, is_root, of_nobody, set_mode};

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
    if !is_root() {
        return;
    }
    let elsewhere = Sandbox::empty();
    let program = elsewhere.directory().join("program");
    fs::write(&program, "precious").unwrap();
    set_mode(&program, 0o755);
    for (owner, mode) in [(NOBODY, 0o755), (0, 0o2777)] {
        let sandbox = Sandbox::empty();
        chown(sandbox.directory(), Some(owner), None).unwrap();
        set_mode(sandbox.directory(), mode);
        let made = against(
            || plant_links(sandbox.directory(), &program),
            || {
                for turn in 0..100 {
                    let line: &[&str] = if turn % 2 == 0 {
                        &["--trust-directory", "init"]
                    } else {
                        &["--trust-directory", "add", "a", "--create", "--password-stdin"]
                    };
                    let database = sandbox.directory().join(format!("users{turn}.db"));
                    let command = sandbox.useradm_on(&database, line);
                    Running::start_with(command, PASSWORD).finish().assert_code(0);
                    assert_eq!(fs::metadata(&program).unwrap().mode() & 0o7777, 0o755);
                }
            },
        );
        assert!(made > 100, "only {made} looks at the directory");
        assert_eq!(sandbox.files().len(), 100);
    }
}

#[test]
fn the_file_that_is_opened_is_the_one_that_was_looked_at() {
    if !is_root() {
        return;
    }
    let precious = Sandbox::with_users(&["root"]);
    let before = fs::read(precious.database()).unwrap();
    for is_link in [true, false] {
        let sandbox = Sandbox::with_users(&["alice"]);
        of_nobody(&sandbox);
        let other = sandbox.directory().join("other");
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
                    let new = format!("--username=name{turn}");
                    let outcome = sandbox.run(&["update", "--id=1", &new]);
                    match outcome.status.code() {
                        Some(0) => done += 1,
                        Some(8) => refused += 1,
                        _ => panic!("{outcome:?}"),
                    }
                    assert!(fs::read(precious.database()).unwrap() == before, "{outcome:?}");
                }
            },
        );
        assert!(swaps > 150 && refused > 0, "{swaps} swaps, {done} done, {refused} refused");
        assert_eq!(precious.files(), ["users.db"]);
    }
}

#[test]
fn an_export_reported_as_done_is_the_export() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_users(&["alice"]);
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
            let option: &[&str] = if turn % 2 == 0 { &[] } else { &["--force"] };
            if turn % 4 == 1 {
                symlink("/nowhere/precious", &out).unwrap();
            }
            let outcome = sandbox.run(&[&["export", "users.csv"], option].concat());
            if outcome.status.success() {
                assert!(fs::read_to_string(&out).unwrap().contains("1,alice,"), "{outcome:?}");
            } else {
                outcome.assert_code(1).assert_says("users.csv");
            }
        }
    });
    for name in sandbox.files().iter().filter(|name| name.starts_with(".useradm-")) {
        // What is left is what somebody put there after the program had taken its own away.
        assert_eq!(fs::read_to_string(directory.join(name)).unwrap(), "forged");
    }
}

/// A directory `inner` that is about to be moved away, and what then is in its place.
fn with_a_precious_file() -> Sandbox {
    let sandbox = Sandbox::with_users(&["alice"]);
    for name in ["inner", "other"] {
        fs::create_dir(sandbox.directory().join(name)).unwrap();
    }
    fs::write(sandbox.directory().join("other/new.csv"), "precious").unwrap();
    sandbox
}

fn start(sandbox: &Sandbox) -> (Running, std::process::ChildStdin) {
    let mut command =
        sandbox.useradm(&["import", "--from=csv", "-", "--generate-passwords=inner/new.csv"]);
    command.stdin(std::process::Stdio::piped());
    let mut running = Running::start(command);
    let mut stdin = running.take_stdin();
    let _ = stdin.write_all(b"username\n");
    (running, stdin)
}

/// Waits until the process has the directory open, by which it will make the file.
fn wait_for_directory(running: &Running, directory: &Path) {
    let open = format!("/proc/{}/fd", running.pid());
    super::harness::until("the directory is open", || {
        let links = fs::read_dir(&open).unwrap().flatten();
        links.filter_map(|it| fs::read_link(it.path()).ok()).any(|path| path == directory)
    });
}

#[test]
fn generated_passwords_stay_in_the_directory_that_was_named() {
    if !is_root() {
        return;
    }
    for (row, code) in [("alice\n", 4), ("bob\n", 1)] {
        let sandbox = with_a_precious_file();
        let (inner, other) = (sandbox.directory().join("inner"), sandbox.directory().join("other"));
        let (running, mut stdin) = start(&sandbox);
        wait_for_directory(&running, &inner);
        assert!(exchange(&inner, &other));
        stdin.write_all(row.as_bytes()).unwrap();
        drop(stdin);
        let outcome = running.finish();
        outcome.assert_code(code);
        assert_eq!(fs::read_to_string(inner.join("new.csv")).unwrap(), "precious");
        assert_eq!(fs::read_dir(&other).unwrap().count(), 0, "passwords are left");
        assert_eq!(sandbox.names(), ["alice"]);
    }
}

#[test]
fn a_failed_import_removes_no_file_of_somebody_else() {
    if !is_root() {
        return;
    }
    let sandbox = with_a_precious_file();
    let kept = sandbox.directory().join("kept");
    fs::hard_link(sandbox.directory().join("other/new.csv"), &kept).unwrap();
    // The passwords have their file by the time at which this fails.
    sandbox.sql("CREATE TRIGGER no BEFORE INSERT ON user BEGIN SELECT RAISE(ABORT, 'no'); END");
    let (inner, other) = (sandbox.directory().join("inner"), sandbox.directory().join("other"));
    let swaps = against(
        || exchange(&inner, &other),
        || {
            for _ in 0..60 {
                let (running, mut stdin) = start(&sandbox);
                // It may have ended already, since a file of that name exists.
                let _ = stdin.write_all(b"bob\n");
                drop(stdin);
                assert_ne!(running.finish().status.code(), Some(0));
                // Its other name tells wherever it is at the moment.
                assert_eq!(fs::metadata(&kept).unwrap().nlink(), 2, "it was removed");
            }
        },
    );
    assert!(swaps > 60, "only {swaps} swaps");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "precious");
    assert_eq!(sandbox.names(), ["alice"]);
    let left = [inner, other].map(|it| fs::read_dir(it).unwrap().count());
    assert_eq!(left.iter().sum::<usize>(), 1, "passwords are left that nobody has");
}
