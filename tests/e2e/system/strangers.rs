//! Users who are neither root nor the owner.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::harness::{PASSWORD, Running, Sandbox};
use super::owner::{GROUP, NOBODY, STRANGER, is_root, of_nobody, program_for_all, set_mode};

/// Every command that changes something.
const CHANGES: [&[&str]; 4] = [
    &["add", "bob", "--password-stdin"],
    &["register", "bob", "--password-stdin"],
    &["update", "alice", "--username=alicia"],
    &["delete", "alice", "--yes"],
];

/// A database of somebody else, and the stranger's way to run the program on it.
struct Foreign {
    sandbox: Sandbox,
    program: std::path::PathBuf,
}

impl Foreign {
    fn new(sandbox: Sandbox) -> Self {
        let program = program_for_all(&sandbox);
        of_nobody(&sandbox);
        Foreign { sandbox, program }
    }

    /// Lets a group work in the directory too.
    fn shared(self, directory_mode: u32) -> Self {
        for path in [self.sandbox.directory(), &self.sandbox.database()] {
            chown(path, Some(NOBODY), Some(GROUP)).unwrap();
        }
        set_mode(self.sandbox.directory(), directory_mode);
        set_mode(&self.sandbox.database(), 0o664);
        self
    }

    fn command(&self, arguments: &[&str], group: u32) -> Command {
        let mut command = self.sandbox.run_program(&self.program, arguments);
        command.uid(STRANGER).gid(group);
        command
    }

    /// Fails unless a stranger reads everything and leaves nothing.
    #[track_caller]
    fn assert_readable(&self) {
        let before = self.sandbox.files();
        let list = self.command(&["list", "--format=plain"], STRANGER);
        let outcome = Running::start(list).finish();
        outcome.assert_code(0);
        assert_eq!(outcome.stdout, "1\talice\n");
        let show = self.command(&["show", "alice"], STRANGER);
        Running::start(show).finish().assert_code(0);
        let login = self.command(&["login", "alice", "--password-stdin"], STRANGER);
        Running::start_with(login, PASSWORD).finish().assert_code(0);
        assert_eq!(self.sandbox.files(), before);
    }
}

#[test]
fn another_user_of_the_group_may_not_write() {
    if !is_root() {
        return;
    }
    for wal in [false, true] {
        let sandbox =
            if wal { Sandbox::in_wal_mode(&["alice"]) } else { Sandbox::with_users(&["alice"]) };
        let foreign = Foreign::new(sandbox).shared(0o775);
        let before = foreign.sandbox.rows();
        let files = foreign.sandbox.files();
        for arguments in CHANGES {
            let mut command = foreign.command(arguments, GROUP);
            command.arg("--format=json");
            let outcome = Running::start_with(command, PASSWORD).finish();
            outcome.assert_error(8, "wrong_owner");

            let command = foreign.command(arguments, GROUP);
            let outcome = Running::start_with(command, PASSWORD).finish();
            let owner = format!("sudo -u '#{NOBODY}'");
            let hint = outcome.stderr.lines().find_map(|line| line.strip_prefix("hint: "));
            let hint = hint.unwrap_or_default();
            assert!(hint.contains(&owner) || hint.contains(&owner.replace('\'', "\\")), "{hint}");
            let database = foreign.sandbox.database();
            assert!(hint.contains(&format!("--db {}", database.display())), "{hint}");
            assert!(arguments.iter().all(|argument| hint.contains(argument)), "{hint}");
        }
        assert_eq!(foreign.sandbox.files(), files);
        assert_eq!(foreign.sandbox.rows(), before);
    }
}

#[test]
fn the_hint_names_the_database_that_only_the_environment_named() {
    if !is_root() {
        return;
    }
    let foreign = Foreign::new(Sandbox::with_users(&["alice"])).shared(0o775);
    let mut command = Command::new(&foreign.program);
    command.uid(STRANGER).gid(GROUP).env_clear().current_dir(foreign.sandbox.directory());
    command.env("USERADM_DB", "users.db").args(["delete", "alice", "--yes"]);
    let outcome = Running::start(command).finish();
    let database = foreign.sandbox.database();
    outcome.assert_code(8).assert_says(&format!("--db {}", database.display()));
}

#[test]
fn a_setgid_directory_with_the_group_of_the_file_lets_the_group_write() {
    if !is_root() {
        return;
    }
    for wal in [false, true] {
        let sandbox =
            if wal { Sandbox::in_wal_mode(&["alice"]) } else { Sandbox::with_users(&["alice"]) };
        let foreign = Foreign::new(sandbox).shared(0o2775);
        for (arguments, names) in [
            (CHANGES[0], &["alice", "bob"][..]),
            (CHANGES[2], &["alicia", "bob"]),
            (&["delete", "bob", "--yes"], &["alicia"]),
        ] {
            let command = foreign.command(arguments, GROUP);
            Running::start_with(command, PASSWORD).finish().assert_code(0);
            assert_eq!(foreign.sandbox.names(), names);
        }
    }
}

#[test]
fn a_setgid_directory_of_another_group_does_not() {
    if !is_root() {
        return;
    }
    let foreign = Foreign::new(Sandbox::with_users(&["alice"])).shared(0o2777);
    chown(foreign.sandbox.directory(), None, Some(STRANGER)).unwrap();
    set_mode(foreign.sandbox.directory(), 0o2777);
    let mut command = foreign.command(CHANGES[2], GROUP);
    command.arg("--format=json");
    Running::start(command).finish().assert_error(8, "wrong_owner");
    assert_eq!(foreign.sandbox.names(), ["alice"]);
}

#[test]
fn who_may_not_write_is_told_so() {
    if !is_root() {
        return;
    }
    let foreign = Foreign::new(Sandbox::with_users(&["alice"]));
    for arguments in CHANGES {
        let outcome = Running::start_with(foreign.command(arguments, STRANGER), PASSWORD).finish();
        outcome.assert_code(8);
        assert_eq!(outcome.stdout, "");
    }
    assert_eq!(foreign.sandbox.names(), ["alice"]);
    assert_eq!(foreign.sandbox.files(), ["bin", "users.db"]);
}

#[test]
fn a_stranger_reads_where_reading_is_allowed_and_leaves_no_files() {
    if !is_root() {
        return;
    }
    for directory_mode in [0o755, 0o777] {
        let foreign = Foreign::new(Sandbox::with_users(&["alice"]));
        set_mode(foreign.sandbox.directory(), directory_mode);
        for file_mode in [0o644, 0o666] {
            set_mode(&foreign.sandbox.database(), file_mode);
            foreign.assert_readable();
        }
    }
}

#[test]
fn a_stranger_is_sent_to_the_owner_where_a_log_would_have_to_be_made() {
    if !is_root() {
        return;
    }
    for directory_mode in [0o755, 0o777] {
        let foreign = Foreign::new(Sandbox::in_wal_mode(&["alice"]));
        set_mode(foreign.sandbox.directory(), directory_mode);
        let before = fs::read(foreign.sandbox.database()).unwrap();
        for file_mode in [0o644, 0o666] {
            set_mode(&foreign.sandbox.database(), file_mode);
            for arguments in
                [&["list"][..], &["show", "alice"], &["login", "alice", "--password-stdin"]]
            {
                let command = foreign.command(arguments, STRANGER);
                let outcome = Running::start_with(command, PASSWORD).finish();
                let line = format!(
                    "hint: sudo -u '#{NOBODY}' --preserve-env=USERADM_ROUNDS useradm --db "
                );
                outcome.assert_code(8).assert_says(&line).assert_says(&arguments.join(" "));
                let mut command = foreign.command(arguments, STRANGER);
                command.arg("--format=json");
                Running::start_with(command, PASSWORD).finish().assert_error(8, "wrong_owner");
            }
        }
        assert_eq!(foreign.sandbox.files(), ["bin", "users.db"]);
        assert!(fs::read(foreign.sandbox.database()).unwrap() == before);
    }
}

#[test]
fn a_log_without_its_index_is_not_given_one_by_a_stranger() {
    if !is_root() {
        return;
    }
    let foreign = Foreign::new(Sandbox::in_wal_mode(&["alice"]));
    set_mode(foreign.sandbox.directory(), 0o777);
    set_mode(&foreign.sandbox.database(), 0o666);
    let log = foreign.sandbox.beside("-wal");
    fs::write(&log, "").unwrap();
    chown(&log, Some(NOBODY), Some(NOBODY)).unwrap();
    set_mode(&log, 0o666);
    let outcome = Running::start(foreign.command(&["list"], STRANGER)).finish();
    outcome.assert_code(8).assert_says("sudo -u");
    assert_eq!(foreign.sandbox.files(), ["bin", "users.db", "users.db-wal"]);
}

#[test]
fn a_stranger_reads_what_the_application_has_open() {
    if !is_root() {
        return;
    }
    for wal in [false, true] {
        let sandbox = if wal { Sandbox::in_wal_mode(&["a"]) } else { Sandbox::with_users(&["a"]) };
        let foreign = Foreign::new(sandbox);
        set_mode(&foreign.sandbox.database(), 0o644);
        let application = foreign.sandbox.connection();
        // Still in the log, if there is one.
        application.execute_batch("UPDATE user SET username = 'alice'").unwrap();
        foreign.assert_readable();
    }
}

#[test]
fn a_stranger_who_may_not_undo_a_killed_change_does_not_see_half_of_it() {
    if !is_root() {
        return;
    }
    let foreign = Foreign::new(Sandbox::with_hot_journal());
    set_mode(&foreign.sandbox.database(), 0o644);
    chown(foreign.sandbox.beside("-journal"), Some(NOBODY), Some(NOBODY)).unwrap();
    let journal = fs::read(foreign.sandbox.beside("-journal")).unwrap();
    for mode in [0o600, 0o644] {
        set_mode(&foreign.sandbox.beside("-journal"), mode);
        let outcome =
            Running::start(foreign.command(&["list", "--format=plain"], STRANGER)).finish();
        outcome.assert_code(8).assert_says("hint: sudo -u ");
        assert_eq!(outcome.stdout, "");
        assert!(fs::read(foreign.sandbox.beside("-journal")).unwrap() == journal);
    }
}

#[test]
fn who_may_not_even_read_is_told_so() {
    if !is_root() {
        return;
    }
    let foreign = Foreign::new(Sandbox::with_users(&["alice"]));
    set_mode(&foreign.sandbox.database(), 0o600);
    let outcome = Running::start(foreign.command(&["list"], STRANGER)).finish();
    outcome.assert_code(8).assert_says("error: ");
    assert_eq!(outcome.stdout, "");
}
