//! As whom root works: as the owner, for good, or as root where nobody else can interfere.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use rusqlite::TransactionBehavior;

use super::harness::{PASSWORD, Running, Sandbox, until};
#[cfg(target_os = "linux")]
use super::owner::with_option;
use super::owner::{GROUP, NOBODY, is_root, of_nobody, set_mode};

/// `SECBIT_NO_SETUID_FIXUP` and `SECBIT_KEEP_CAPS` (linux/securebits.h): with these a change of ids
/// keeps every capability.
#[cfg(target_os = "linux")]
const KEEP_CAPABILITIES: i32 = 1 << 2 | 1 << 4;

fn owner(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().uid()
}

#[cfg(target_os = "linux")]
#[test]
fn no_capability_stays_whatever_the_securebits_and_nobody_reads_its_memory() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_users(&["alice"]);
    of_nobody(&sandbox);
    let mut connection = sandbox.connection();
    let lock = connection.transaction_with_behavior(TransactionBehavior::Exclusive).unwrap();
    for arguments in [&["add", "bob", "--password-stdin"][..], &["list"]] {
        let mut command = sandbox.useradm(arguments);
        with_option(&mut command, nix::libc::PR_SET_SECUREBITS, KEEP_CAPABILITIES);
        let running = Running::start_with(command, PASSWORD);
        let process = format!("/proc/{}", running.pid());
        let status = || fs::read_to_string(format!("{process}/status")).unwrap();
        let ids = format!("Uid:\t{NOBODY}\t{NOBODY}\t{NOBODY}\t{NOBODY}\n");
        until("it is the owner", || status().contains(&ids));
        let lacks_all = || {
            ["CapInh", "CapPrm", "CapEff", "CapAmb"]
                .iter()
                .all(|set| status().contains(&format!("{set}:\t0000000000000000\n")))
        };
        until("it has no capability", lacks_all);
        // The files of a process that may be dumped belong to its user, not to root.
        until("it is not dumpable", || owner(Path::new(&format!("{process}/mem"))) == 0);
        running.kill();
    }
    lock.rollback().unwrap();
}

#[test]
fn what_is_only_read_is_opened_before_and_what_is_written_is_the_owners() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_users(&["alice"]);
    let secret = Sandbox::empty();
    let rows = secret.directory().join("people.csv");
    fs::write(&rows, "username\nbob\n").unwrap();
    set_mode(&rows, 0o600);
    let rows = rows.to_str().unwrap();
    of_nobody(&sandbox);
    let import = &["import", rows, "--generate-passwords", "new.csv"];
    sandbox.run(import).assert_code(0);
    fs::write(rows, "username,password\ncarol,short\n").unwrap();
    sandbox.run(&["import", rows, "--rejects", "bad.jsonl"]).assert_code(6);
    sandbox.run(&["export", "users.csv"]).assert_code(0);
    sandbox.run(&["export", "users.csv", "--force"]).assert_code(0);
    for name in ["new.csv", "bad.jsonl", "users.csv"] {
        let path = sandbox.directory().join(name);
        assert_eq!((owner(&path), fs::metadata(&path).unwrap().mode() & 0o777), (NOBODY, 0o600));
    }
    assert_eq!(sandbox.files(), ["bad.jsonl", "new.csv", "users.csv", "users.db"]);
}

#[test]
fn where_the_owner_may_not_write_a_file_the_path_and_a_way_are_named() {
    if !is_root() {
        return;
    }
    let sandbox = Sandbox::with_users(&["alice"]);
    of_nobody(&sandbox);
    let elsewhere = Sandbox::empty();
    set_mode(elsewhere.directory(), 0o755);
    let path = elsewhere.directory().join("users.csv");
    let file = path.to_str().unwrap();
    let outcome = sandbox.run(&["export", file]);
    let database = sandbox.database();
    outcome.assert_code(1).assert_says(&format!("error: Cannot write {file}: ")).assert_says(
        &format!("hint: useradm --db {} export --to csv - > {file}\n", database.display()),
    );
    sandbox.run(&["export", file, "--format=json"]).assert_error(1, "output_failed");
    for option in ["--rejects", "--generate-passwords"] {
        let line = ["import", "--from=csv", "-", option, file];
        sandbox.run(&line).assert_code(1).assert_says(&format!("Cannot write {file}: "));
    }
    assert!(elsewhere.files().is_empty());
    assert_eq!(sandbox.names(), ["alice"]);
}

/// A place for root's own database, and how its surroundings look.
struct Surroundings {
    above: (u32, u32),
    directory: (u32, u32, u32),
    file: u32,
    is_trusted: bool,
}

#[test]
fn root_stays_root_only_where_nobody_else_may_write() {
    if !is_root() {
        return;
    }
    let case =
        |above, directory, file, is_trusted| Surroundings { above, directory, file, is_trusted };
    for Surroundings { above, directory, file, is_trusted } in [
        case((0, 0o755), (0, 0, 0o755), 0o644, true),
        case((0, 0o1777), (0, 0, 0o755), 0o600, true),
        case((0, 0o755), (0, GROUP, 0o2775), 0o664, true),
        case((0, 0o755), (0, GROUP, 0o775), 0o644, false),
        case((0, 0o755), (0, 0, 0o777), 0o644, false),
        case((0, 0o755), (0, 0, 0o1777), 0o644, false),
        case((0, 0o755), (0, GROUP, 0o2777), 0o664, false),
        case((0, 0o755), (0, 0, 0o755), 0o664, false),
        case((0, 0o755), (0, 0, 0o755), 0o646, false),
        case((0, 0o755), (NOBODY, 0, 0o755), 0o644, false),
        case((NOBODY, 0o755), (0, 0, 0o755), 0o644, false),
        case((0, 0o777), (0, 0, 0o755), 0o644, false),
        case((0, 0o775), (0, 0, 0o755), 0o644, false),
    ] {
        let sandbox = Sandbox::with_users(&["alice"]);
        let inner = sandbox.directory().join("inner");
        fs::create_dir(&inner).unwrap();
        let database = inner.join("users.db");
        fs::rename(sandbox.database(), &database).unwrap();
        chown(&database, Some(0), Some(directory.1)).unwrap();
        set_mode(&database, file);
        chown(&inner, Some(directory.0), Some(directory.1)).unwrap();
        set_mode(&inner, directory.2);
        chown(sandbox.directory(), Some(above.0), None).unwrap();
        set_mode(sandbox.directory(), above.1);
        let what = format!("{above:?} {directory:?} {file:o}");
        let before = fs::read(&database).unwrap();
        for line in [&["list"][..], &["update", "alice", "--username=bob"], &["show", "alice"]] {
            let run = |line: &[&str]| Running::start(sandbox.useradm_on(&database, line)).finish();
            let outcome = run(line);
            if is_trusted {
                let is_gone = outcome.status.code() == Some(3);
                assert!(outcome.status.success() || is_gone, "{what} {outcome:?}");
                continue;
            }
            outcome.assert_code(8).assert_says(&format!("`chown USER {}`", database.display()));
            outcome.assert_says("--trust-directory");
            run(&[line, &["--format=json"]].concat()).assert_error(8, "wrong_owner");
            assert!(fs::read(&database).unwrap() == before, "{what}");
        }
        if !is_trusted {
            let line = ["--trust-directory", "delete", "alice", "--yes"];
            Running::start(sandbox.useradm_on(&database, &line)).finish().assert_code(0);
            assert_eq!(owner(&database), 0);
        }
    }
}

#[test]
fn a_new_file_of_root_needs_a_directory_of_root_or_trust() {
    if !is_root() {
        return;
    }
    for (uid, mode) in [(0, 0o1777), (0, 0o777), (NOBODY, 0o755)] {
        for arguments in [&["init"][..], &["add", "bob", "--create", "--password-stdin"]] {
            let sandbox = Sandbox::empty();
            chown(sandbox.directory(), Some(uid), None).unwrap();
            set_mode(sandbox.directory(), mode);
            if uid == 0 {
                let mut command = sandbox.useradm(arguments);
                command.arg("--format=json");
                Running::start_with(command, PASSWORD).finish().assert_error(8, "wrong_owner");
                assert!(sandbox.files().is_empty());
            }
            let mut command = sandbox.useradm(arguments);
            command.arg("--trust-directory");
            Running::start_with(command, PASSWORD).finish().assert_code(0);
            assert_eq!(owner(&sandbox.database()), uid);
        }
    }
}

#[test]
fn a_database_that_its_owner_cannot_reach_is_refused() {
    if !is_root() {
        return;
    }
    for closes_directory in [true, false] {
        let sandbox = Sandbox::with_users(&["alice"]);
        of_nobody(&sandbox);
        if closes_directory {
            chown(sandbox.directory(), Some(0), Some(0)).unwrap();
            set_mode(sandbox.directory(), 0o700);
        } else {
            set_mode(&sandbox.database(), 0o077);
        }
        for line in [&["list"][..], &["delete", "alice", "--yes"], &["export", "-"]] {
            let outcome = sandbox.run(&[line, &["--format=json"]].concat());
            outcome.assert_error(8, "wrong_owner");
            sandbox.run(line).assert_code(8).assert_says(&format!("user #{NOBODY}"));
        }
        assert_eq!(sandbox.names(), ["alice"]);
    }
}

/// A file system that is unmounted when the test ends.
#[cfg(target_os = "linux")]
struct Mounted<'s>(&'s Path);

#[cfg(target_os = "linux")]
impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = nix::mount::umount2(self.0, nix::mount::MntFlags::MNT_DETACH);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_cannot_be_made_on_a_read_only_file_system() {
    use nix::mount::{MsFlags, mount};

    if !is_root() {
        return;
    }
    let sandbox = Sandbox::empty();
    let directory = sandbox.directory();
    let mount = |flags| mount(Some("none"), directory, Some("tmpfs"), flags, Some("mode=755"));
    if let Err(errno) = mount(MsFlags::empty()) {
        return super::harness::skip(&format!("a file system cannot be mounted ({errno})"));
    }
    let _mounted = Mounted(directory);
    let made = Sandbox::in_wal_mode(&["alice"]);
    for owner in [0, NOBODY] {
        mount(MsFlags::MS_REMOUNT).unwrap();
        fs::copy(made.database(), sandbox.database()).unwrap();
        for path in [directory, &sandbox.database()] {
            chown(path, Some(owner), Some(owner)).unwrap();
        }
        mount(MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY).unwrap();
        for line in [&["list"][..], &["export", "-"], &["update", "alice", "--username=bob"]] {
            sandbox.run(line).assert_code(8).assert_says("error: Database is read-only: ");
            let line = [line, &["--format=json"]].concat();
            sandbox.run(&line).assert_error(8, "database_read_only");
        }
        sandbox.run(&["list"]).assert_says("WAL mode");
        // Without a log there is nothing to be made.
        mount(MsFlags::MS_REMOUNT).unwrap();
        sandbox.sql("PRAGMA journal_mode = DELETE");
        mount(MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY).unwrap();
        assert_eq!(sandbox.run(&["list", "--format=plain"]).assert_code(0).stdout, "1\talice\n");
    }
}
