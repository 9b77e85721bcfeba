//! No room left: the change is refused as a whole, and says so.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::sys::resource::{Resource, setrlimit};

use super::harness::{Outcome, PASSWORD, Running, Sandbox, rows};

/// The size of a page of SQLite's, as the application has them.
const PAGE: u64 = 4096;

/// Limits how large any file of the child may become.
#[expect(unsafe_code, reason = "the limit is for the child alone, so it is set behind the fork")]
fn limit_file_size(command: &mut Command, bytes: u64) {
    let limit = move || setrlimit(Resource::RLIMIT_FSIZE, bytes, bytes).map_err(io::Error::from);
    // SAFETY: a system call may be made between fork and exec.
    unsafe { command.pre_exec(limit) };
}

/// Runs a command under the limit, with a password on standard input.
fn run_limited(sandbox: &Sandbox, arguments: &[&str], bytes: u64) -> Outcome {
    let mut command = sandbox.useradm(arguments);
    command.args(["--format=json", "--password-stdin"]);
    limit_file_size(&mut command, bytes);
    Running::start_with(command, PASSWORD).finish()
}

/// Fills the last page of the table, so that the next user needs another one.
fn fill_last_page(sandbox: &Sandbox, longest: &str) {
    let connection = sandbox.connection();
    let pages =
        || connection.query_row("PRAGMA page_count", [], |row| row.get::<_, i64>(0)).unwrap();
    let insert = |name: &str| {
        let sql = "INSERT INTO user (username, password_hash) VALUES (?1, ?2)";
        connection.execute(sql, [name, super::harness::HASH]).unwrap();
    };
    for i in 0.. {
        let before = pages();
        connection.execute_batch("BEGIN").unwrap();
        insert(longest);
        let grows = pages() > before;
        connection.execute_batch("ROLLBACK").unwrap();
        if grows && before > 8 {
            return;
        }
        insert(&format!("{i:0>60}"));
    }
}

#[test]
fn a_file_that_may_not_grow_stays_as_it_is() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let name = "z".repeat(60);
    fill_last_page(&sandbox, &name);
    let size = fs::metadata(sandbox.database()).unwrap().len();
    let before = fs::read(sandbox.database()).unwrap();
    let outcome = run_limited(&sandbox, &["add", &name], size);
    outcome.assert_error(8, "database_full");
    assert!(fs::read(sandbox.database()).unwrap() == before);
    assert_eq!(sandbox.files(), ["users.db"]);
    sandbox.assert_sound();
    run_limited(&sandbox, &["add", &name], size + 4 * PAGE).assert_code(0);
}

#[test]
fn a_journal_that_may_not_grow_changes_nothing() {
    let sandbox = Sandbox::with_users(&["alice"]);
    let before = fs::read(sandbox.database()).unwrap();
    for bytes in [0, 1, 600, PAGE] {
        for arguments in [&["add", "bob"][..], &["update", "alice"]] {
            run_limited(&sandbox, arguments, bytes).assert_error(8, "database_full");
            assert!(fs::read(sandbox.database()).unwrap() == before, "{bytes}");
        }
    }
    sandbox.assert_sound();
}

#[test]
fn a_database_that_cannot_be_made_for_lack_of_room_leaves_no_file() {
    for bytes in [0, 1, PAGE, 2 * PAGE] {
        let sandbox = Sandbox::empty();
        let outcome = run_limited(&sandbox, &["add", "bob", "--create"], bytes);
        outcome.assert_error(8, "database_full");
        assert!(sandbox.files().is_empty(), "{:?}", sandbox.files());
        let mut command = sandbox.useradm(&["init", "--format=json"]);
        limit_file_size(&mut command, bytes);
        Running::start(command).finish().assert_error(8, "database_full");
        assert!(sandbox.files().is_empty(), "{:?}", sandbox.files());
    }
}

#[test]
fn whatever_the_limit_in_wal_mode_the_answer_is_true() {
    let mut refused = 0;
    for is_open in [false, true] {
        for step in 0..24 {
            let bytes = step * 2000;
            let sandbox = Sandbox::in_wal_mode(&["alice"]);
            // The application keeps the log from being emptied by the last to close it.
            let application = is_open.then(|| sandbox.connection());
            let before = application.as_ref().map(rows);
            let outcome = run_limited(&sandbox, &["add", "bob"], bytes);
            let names = sandbox.names();
            if outcome.status.success() {
                assert_eq!(names, ["alice", "bob"], "{bytes}: {outcome:#?}");
            } else {
                outcome.assert_error(8, "database_full");
                assert_eq!(names, ["alice"], "{bytes}: {outcome:#?}");
                refused += 1;
            }
            drop((application, before));
            // What was refused does not come back when the log is read anew.
            assert_eq!(sandbox.names(), names);
            sandbox.assert_sound();
        }
    }
    assert!((1..48).contains(&refused), "{refused} of 48 were refused");
}

#[test]
fn a_table_that_cannot_be_made_for_lack_of_room_leaves_the_file_as_it_is() {
    let sandbox = Sandbox::empty();
    sandbox.sql("CREATE TABLE other (x)");
    let before = fs::read(sandbox.database()).unwrap();
    for bytes in [0, 600, 2 * PAGE] {
        let mut command = sandbox.useradm(&["init", "--format=json"]);
        limit_file_size(&mut command, bytes);
        Running::start(command).finish().assert_error(8, "database_full");
        assert!(fs::read(sandbox.database()).unwrap() == before, "{bytes}");
        assert_eq!(sandbox.files(), ["users.db"]);
    }
}

/// A file system of 64 KiB in the directory of a sandbox.
#[cfg(target_os = "linux")]
struct SmallDisk<'s>(&'s Sandbox);

#[cfg(target_os = "linux")]
impl<'s> SmallDisk<'s> {
    fn mount(sandbox: &'s Sandbox) -> Option<Self> {
        use nix::mount::{MsFlags, mount};
        let options = Some("size=64k,mode=0700");
        let mounted =
            mount(Some("none"), sandbox.directory(), Some("tmpfs"), MsFlags::empty(), options);
        match mounted {
            Ok(()) => Some(SmallDisk(sandbox)),
            Err(errno) => {
                super::harness::skip(&format!("a file system cannot be mounted ({errno})"));
                None
            }
        }
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = nix::mount::umount2(self.0.directory(), nix::mount::MntFlags::MNT_DETACH);
    }
}

/// Adds users until there is no room; then whoever was acknowledged is there, and nobody else.
#[cfg(target_os = "linux")]
fn fill_disk(wal: bool) {
    let directory = Sandbox::empty();
    let Some(_disk) = SmallDisk::mount(&directory) else { return };
    directory.run(&["init"]).assert_code(0);
    if wal {
        directory.sql("PRAGMA journal_mode = WAL");
    }
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    // Long names fill it soon.
    for i in 0..400 {
        let name = format!("user{i:0>76}");
        let mut command = directory.useradm(&["add", &name, "--hashed", "--format=json"]);
        command.arg("--password-stdin");
        let outcome = Running::start_with(command, super::harness::HASH).finish();
        if outcome.status.success() {
            acknowledged.push(name);
        } else {
            outcome.assert_error(8, "database_full");
            refused += 1;
        }
        if refused == 5 {
            break;
        }
    }
    assert_eq!(refused, 5, "the disk never became full");
    assert!(acknowledged.len() > 20, "{} users", acknowledged.len());
    // In WAL mode a reader would need room too, for the index of the log.
    if !wal {
        assert_eq!(directory.names(), acknowledged);
        assert_eq!(directory.files(), ["users.db"]);
        directory.assert_sound();
        directory.run(&["delete", &acknowledged[0], "--yes"]).assert_code(0);
        acknowledged.remove(0);
    }
    // Elsewhere there is room for everything that is beside the file.
    let copy = Sandbox::empty();
    for file in directory.files() {
        fs::copy(directory.directory().join(&file), copy.directory().join(&file)).unwrap();
    }
    assert_eq!(copy.names(), acknowledged);
    copy.assert_sound();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nobody_in_rollback_mode() {
    fill_disk(false);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nobody_in_wal_mode() {
    fill_disk(true);
}
