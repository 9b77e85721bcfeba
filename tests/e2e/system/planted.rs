//! Links, journals and FIFOs that somebody put where the program looks for its own files.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::harness::{HASH, PASSWORD, Running, Sandbox};
use super::owner::{GROUP, NOBODY, STRANGER, is_root, of_nobody, program_for_all, set_mode};

/// Every command that opens a database.
const COMMANDS: [&[&str]; 9] = [
    &["list"],
    &["show", "alice"],
    &["login", "alice", "--password-stdin"],
    &["add", "bob", "--password-stdin"],
    &["update", "alice", "--username=alicia"],
    &["delete", "alice", "--yes"],
    &["init", "--if-not-exists"],
    &["export", "-"],
    &["import", "--from=jsonl", "-", "--create"],
];

fn lchown(path: &Path, owner: u32) {
    std::os::unix::fs::lchown(path, Some(owner), Some(owner)).unwrap();
}

/// Fails unless every command is refused and names this path, which stays as it is.
fn assert_refused(sandbox: &Sandbox, database: &Path, named: &Path) {
    for line in COMMANDS {
        let command = sandbox.useradm_on(database, line);
        let outcome = Running::start_with(command, PASSWORD).finish();
        outcome.assert_code(8).assert_says(&format!("error: {} belongs to", named.display()));
        outcome.assert_says("hint: ");
        let mut command = sandbox.useradm_on(database, line);
        command.arg("--format=json");
        Running::start_with(command, PASSWORD).finish().assert_error(8, "wrong_owner");
    }
}

#[test]
fn a_link_that_somebody_planted_is_not_followed() {
    if !is_root() {
        return;
    }
    let precious = Sandbox::with_users(&["alice"]);
    for victim in [0, NOBODY] {
        chown(precious.directory(), Some(victim), None).unwrap();
        chown(precious.database(), Some(victim), None).unwrap();
        for (planter, to_directory) in [(STRANGER, false), (STRANGER, true), (NOBODY, false)] {
            if planter == victim {
                continue;
            }
            // The directory is the planter's, as is everything in it.
            let sandbox = Sandbox::empty();
            let link = sandbox.directory().join("link");
            let (target, database) = if to_directory {
                (precious.directory().to_owned(), link.join("users.db"))
            } else {
                (precious.database(), link.clone())
            };
            symlink(target, &link).unwrap();
            lchown(&link, planter);
            chown(sandbox.directory(), Some(planter), Some(planter)).unwrap();
            assert_refused(&sandbox, &database, &link);
            assert_eq!(precious.names(), ["alice"]);
        }
    }
    assert_eq!(precious.files(), ["users.db"]);
}

#[test]
fn links_of_root_of_the_user_and_of_the_owner_are_followed() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_users(&["alice"]);
    of_nobody(&sandbox);
    let program = program_for_all(&sandbox);
    let elsewhere = Sandbox::empty();
    set_mode(elsewhere.directory(), 0o755);
    let link = |name: &str, target: &Path, owner: u32| -> PathBuf {
        let path = elsewhere.directory().join(name);
        symlink(target, &path).unwrap();
        lchown(&path, owner);
        path
    };
    let of_root = link("root", &sandbox.database(), 0);
    let of_owner = link("owner", &sandbox.database(), NOBODY);
    let of_both = link("both", &of_owner, 0);
    let of_directory = link("directory", sandbox.directory(), NOBODY).join("users.db");
    let of_stranger = link("stranger", &sandbox.database(), STRANGER);
    for path in [&of_root, &of_owner, &of_both, &of_directory] {
        let command = sandbox.useradm_on(path, &["show", "alice"]);
        Running::start(command).finish().assert_code(0);
    }
    // To whom runs the program, their own links are as good as root's.
    for (user, path, code) in [
        (NOBODY, &of_owner, 0),
        (NOBODY, &of_stranger, 8),
        (STRANGER, &of_stranger, 0),
        (STRANGER, &of_root, 0),
    ] {
        let mut command = sandbox.run_program_on(&program, path, &["show", "alice"]);
        command.uid(user).gid(user);
        Running::start(command).finish().assert_code(code);
    }
}

#[test]
fn links_that_lead_in_a_circle_end() {
    let sandbox = Sandbox::empty();
    symlink("b", sandbox.directory().join("a")).unwrap();
    symlink("a", sandbox.directory().join("b")).unwrap();
    for name in ["a", "a/users.db"] {
        let path = sandbox.directory().join(name);
        let command = sandbox.useradm_on(&path, &["list", "--format=json"]);
        Running::start(command).finish().assert_error(8, "io_error");
    }
}

#[test]
fn a_journal_of_somebody_else_is_not_played_back() {
    if !is_root() {
        return;
    }
    for (owner, trust) in [(0, true), (0, false), (NOBODY, false)] {
        let sandbox = Sandbox::with_hot_journal();
        let journal = sandbox.beside("-journal");
        if owner == 0 {
            let mode = if trust { 0o777 } else { 0o755 };
            set_mode(sandbox.directory(), mode);
        } else {
            of_nobody(&sandbox);
        }
        chown(&journal, Some(STRANGER), Some(STRANGER)).unwrap();
        set_mode(&journal, 0o666);
        let before = fs::read(sandbox.database()).unwrap();
        for line in COMMANDS {
            let mut command = sandbox.useradm(line);
            if trust {
                command.arg("--trust-directory");
            }
            let outcome = Running::start_with(command, PASSWORD).finish();
            let says = format!("error: {} belongs to user #{STRANGER}", journal.display());
            outcome.assert_code(8).assert_says(&says).assert_says("hint: ");
        }
        assert!(fs::read(sandbox.database()).unwrap() == before);
        assert!(journal.exists());
        // The owner's own is.
        chown(&journal, Some(owner), Some(owner)).unwrap();
        let line = if trust { &["list", "--trust-directory"][..] } else { &["list"] };
        sandbox.run(line).assert_code(0);
        assert_eq!(sandbox.rows(), format!("1 alice {HASH}\n"));
    }
}

#[test]
fn a_log_that_root_left_beside_anothers_database_is_given_back() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::in_wal_mode(&["alice"]);
    of_nobody(&sandbox);
    let log = sandbox.beside("-wal");
    fs::write(&log, "").unwrap();
    let hint = format!("hint: `chown '#{NOBODY}' {}`", log.display());
    let outcome = sandbox.run(&["list"]);
    assert!(
        outcome.stderr.contains(&hint) || outcome.stderr.contains(&hint.replace(['\'', '#'], "")),
        "{outcome:?}"
    );
    chown(&log, Some(NOBODY), Some(NOBODY)).unwrap();
    sandbox.run(&["list"]).assert_code(0);
}

#[test]
fn the_group_of_a_setgid_directory_may_have_made_the_journal() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_hot_journal();
    for path in [sandbox.directory(), &sandbox.database()] {
        chown(path, Some(NOBODY), Some(GROUP)).unwrap();
    }
    set_mode(sandbox.directory(), 0o2775);
    set_mode(&sandbox.database(), 0o664);
    let journal = sandbox.beside("-journal");
    set_mode(&journal, 0o664);
    chown(&journal, Some(STRANGER), Some(STRANGER)).unwrap();
    sandbox.run(&["list", "--format=json"]).assert_error(8, "wrong_owner");
    chown(&journal, Some(STRANGER), Some(GROUP)).unwrap();
    sandbox.run(&["list"]).assert_code(0);
    assert_eq!(sandbox.rows(), format!("1 alice {HASH}\n"));
}

#[test]
fn what_is_no_regular_file_beside_a_database_hangs_nobody() {
    for suffix in ["-journal", "-wal", "-shm"] {
        for kind in ["FIFO", "link", "directory"] {
            let sandbox = Sandbox::with_users(&["alice"]);
            let path = sandbox.beside(suffix);
            match kind {
                "FIFO" => mkfifo(&path, Mode::S_IRWXU).unwrap(),
                "link" => symlink("nowhere", &path).unwrap(),
                _ => fs::create_dir(&path).unwrap(),
            }
            for line in COMMANDS {
                let outcome = Running::start_with(sandbox.useradm(line), PASSWORD).finish();
                outcome.assert_code(8).assert_says(&format!("it is a {kind} "));
                outcome.assert_says(&format!("mv -n {} ", path.display()));
            }
            assert!(fs::symlink_metadata(&path).is_ok());
            assert_eq!(sandbox.files().len(), 2);
        }
    }
}
