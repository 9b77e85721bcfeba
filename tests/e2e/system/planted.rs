//! Links, journals and FIFOs that somebody put where the program looks for its own files.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::support::{
    GROUP, NOBODY, PASSWORD, STRANGER, Sandbox, hash, needs_root, of_nobody, set_mode,
};

/// Every command that opens a database.
const COMMANDS: [&str; 9] = [
    "list",
    "show alice",
    "login alice --password-stdin",
    "add bob --password-stdin",
    "update alice --username=alicia",
    "delete alice --yes",
    "init --if-not-exists",
    "export -",
    "import --from=csv - --create",
];

/// What they can read: a password, or a header and no rows.
const INPUT: &str = "username,password";

fn lchown(path: &Path, owner: u32) {
    std::os::unix::fs::lchown(path, Some(owner), Some(owner)).unwrap();
}

/// Fails unless every command is refused and names this path, which stays as it is.
#[track_caller]
fn assert_refused(sandbox: &Sandbox, database: &Path, named: &Path) {
    for line in COMMANDS {
        let line = format!("--db {} {line}", database.display());
        let says = format!("error: {} belongs to[..]\nhint: [..]\n", named.display());
        sandbox.useradm(&line).stdin(INPUT).status(8).stderr(says).check();
        sandbox.useradm(&line).stdin(INPUT).error(8, "wrong_owner").check();
    }
}

#[test]
fn a_link_that_somebody_planted_is_not_followed() {
    if !needs_root() {
        return;
    }
    let precious = Sandbox::application(&["alice"]);
    for victim in [0, NOBODY] {
        chown(precious.directory(), Some(victim), None).unwrap();
        chown(precious.database(), Some(victim), None).unwrap();
        for (planter, to_directory) in [(STRANGER, false), (STRANGER, true), (NOBODY, false)] {
            if planter == victim {
                continue;
            }
            // The directory is the planter's, as is everything in it.
            let sandbox = Sandbox::empty();
            let link = sandbox.path("link");
            let (target, database) = if to_directory {
                (precious.directory().to_owned(), link.join("users.db"))
            } else {
                (precious.database(), link.clone())
            };
            symlink(target, &link).unwrap();
            lchown(&link, planter);
            chown(sandbox.directory(), Some(planter), Some(planter)).unwrap();
            assert_refused(&sandbox, &database, &link);
            assert_eq!(precious.usernames(), ["alice"]);
        }
    }
    assert_eq!(precious.files(), ["users.db"]);
}

#[test]
fn links_of_root_of_the_user_and_of_the_owner_are_followed() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    of_nobody(&sandbox);
    set_mode(sandbox.directory(), 0o755);
    let elsewhere = Sandbox::empty();
    set_mode(elsewhere.directory(), 0o755);
    let link = |name: &str, target: &Path, owner: u32| -> PathBuf {
        let path = elsewhere.path(name);
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
        sandbox.useradm("list --count --db").arg(path).stdout("1\n").check();
    }
    // To whom runs the program, their own links are as good as root's.
    for (user, path, is_followed) in [
        (NOBODY, &of_owner, true),
        (NOBODY, &of_stranger, false),
        (STRANGER, &of_stranger, true),
        (STRANGER, &of_root, true),
    ] {
        let run = sandbox.useradm_by((user, user), "list --count --db").arg(path);
        let run = if is_followed { run.stdout("1\n") } else { run.error(8, "wrong_owner") };
        run.check();
    }
}

#[test]
fn links_that_lead_in_a_circle_end() {
    let sandbox = Sandbox::empty();
    symlink("b", sandbox.path("a")).unwrap();
    symlink("a", sandbox.path("b")).unwrap();
    for name in ["a", "a/users.db"] {
        sandbox.useradm("list --db").arg(name).error(8, "io_error").check();
    }
}

#[test]
fn a_journal_of_somebody_else_is_not_played_back() {
    if !needs_root() {
        return;
    }
    for (owner, trust) in [(0, "--trust-directory"), (0, ""), (NOBODY, "")] {
        let sandbox = Sandbox::with_hot_journal();
        let journal = sandbox.beside("-journal");
        if owner == 0 {
            set_mode(sandbox.directory(), if trust.is_empty() { 0o755 } else { 0o777 });
        } else {
            of_nobody(&sandbox);
        }
        chown(&journal, Some(STRANGER), Some(STRANGER)).unwrap();
        set_mode(&journal, 0o666);
        let before = sandbox.bytes();
        for line in COMMANDS {
            let says = format!(
                "error: [DIR]/users.db-journal belongs to user #{STRANGER}[..]\nhint: [..]\n"
            );
            let run = sandbox.useradm(&format!("{trust} {line}")).stdin(INPUT);
            run.status(8).stderr(says).check();
        }
        assert!(sandbox.bytes() == before);
        assert!(journal.exists());
        // The owner's own is.
        chown(&journal, Some(owner), Some(owner)).unwrap();
        sandbox.useradm(&format!("{trust} list --count")).stdout("1\n").check();
        assert_eq!(sandbox.users(), [format!("1|alice|{}", hash(PASSWORD))]);
    }
}

#[test]
fn a_log_that_root_left_beside_anothers_database_is_given_back() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::journaled("wal", &["alice"]);
    of_nobody(&sandbox);
    sandbox.write("users.db-wal", "");
    let hint = format!("hint: `chown '#{NOBODY}' [DIR]/users.db-wal`[..]\n");
    sandbox.useradm("list").status(8).stderr(format!("error: [..]\n{hint}")).check();
    chown(sandbox.beside("-wal"), Some(NOBODY), Some(NOBODY)).unwrap();
    sandbox.useradm("list --count").stdout("1\n").check();
}

#[test]
fn the_group_of_a_setgid_directory_may_have_made_the_journal() {
    if !needs_root() {
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
    sandbox.useradm("list").error(8, "wrong_owner").check();
    chown(&journal, Some(STRANGER), Some(GROUP)).unwrap();
    sandbox.useradm("list --count").stdout("1\n").check();
    assert_eq!(sandbox.users(), [format!("1|alice|{}", hash(PASSWORD))]);
}

#[test]
fn what_is_no_regular_file_beside_a_database_hangs_nobody() {
    for suffix in ["-journal", "-wal", "-shm"] {
        for kind in ["FIFO", "link", "directory"] {
            let sandbox = Sandbox::application(&["alice"]);
            let path = sandbox.beside(suffix);
            match kind {
                "FIFO" => mkfifo(&path, Mode::S_IRWXU).unwrap(),
                "link" => symlink("nowhere", &path).unwrap(),
                _ => fs::create_dir(&path).unwrap(),
            }
            let says = format!(
                "error: [..]it is a {kind} [..]\nhint: [..]mv -n [DIR]/users.db{suffix} [..]\n"
            );
            for line in COMMANDS {
                sandbox.useradm(line).stdin(INPUT).status(8).stderr(&says).check();
            }
            assert!(fs::symlink_metadata(&path).is_ok());
            assert_eq!(sandbox.files().len(), 2);
        }
    }
}
