//! As whom root works: as the owner, for good, or as root where nobody else can interfere.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;

use crate::support::{
    GROUP, NOBODY, PASSWORD, Sandbox, needs_root, of_nobody, owner, set_mode, until,
};

/// `SECBIT_NO_SETUID_FIXUP` and `SECBIT_KEEP_CAPS` (linux/securebits.h): with these a change of ids
/// keeps every capability.
#[cfg(target_os = "linux")]
const KEEP_CAPABILITIES: i32 = 1 << 2 | 1 << 4;

#[cfg(target_os = "linux")]
#[test]
fn no_capability_stays_whatever_the_securebits_and_nobody_reads_its_memory() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    of_nobody(&sandbox);
    let connection = sandbox.locked("EXCLUSIVE");
    for line in ["add bob --password-stdin", "list"] {
        let run = sandbox.useradm(line).stdin(PASSWORD);
        let running = run.with_option(nix::libc::PR_SET_SECUREBITS, KEEP_CAPABILITIES).start();
        let process = format!("/proc/{}", running.pid);
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
        until("it is not dumpable", || owner(Path::new(&format!("{process}/mem"))).0 == 0);
        running.kill();
    }
    connection.execute_batch("ROLLBACK").unwrap();
}

#[test]
fn what_is_only_read_is_opened_before_and_what_is_written_is_the_owners() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    let secret = Sandbox::empty();
    secret.write("people.csv", "username\nbob\n");
    let rows = secret.path("people.csv");
    set_mode(&rows, 0o600);
    let rows = rows.to_str().unwrap();
    of_nobody(&sandbox);
    let line = format!("import -q {rows} --generate-passwords new.csv");
    sandbox.useradm(&line).check();
    secret.write("people.csv", "username,password\ncarol,short\n");
    let run = sandbox.useradm(&format!("import {rows} --rejects bad.jsonl")).status(6);
    run.stderr("[..]carol[..]\nerror: [...]").check();
    sandbox.useradm("export -q users.csv").check();
    sandbox.useradm("export -q users.csv --force").check();
    for name in ["new.csv", "bad.jsonl", "users.csv"] {
        assert_eq!((owner(&sandbox.path(name)).0, sandbox.mode(name)), (NOBODY, 0o600), "{name}");
    }
    assert_eq!(sandbox.files(), ["bad.jsonl", "new.csv", "users.csv", "users.db"]);
}

#[test]
fn where_the_owner_may_not_write_a_file_the_path_and_a_way_are_named() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::application(&["alice"]);
    of_nobody(&sandbox);
    let elsewhere = Sandbox::empty();
    set_mode(elsewhere.directory(), 0o755);
    let file = elsewhere.path("users.csv").display().to_string();
    let export = format!("--db {} export {file}", sandbox.database().display());
    let cannot = format!("error: Cannot write {file}: [..]\n");
    let hint = format!("hint: useradm --db [DIR]/users.db export --to csv - > {file}\n");
    let run = sandbox.useradm(&export).status(1);
    run.stderr(format!("{cannot}{hint}")).check();
    sandbox.useradm(&export).error(1, "output_failed").check();
    for option in ["--rejects", "--generate-passwords"] {
        let run = sandbox.useradm(&format!("import --from csv - {option} {file}")).status(1);
        run.stderr(format!("{cannot}[...]")).check();
    }
    assert!(elsewhere.files().is_empty());
    assert_eq!(sandbox.usernames(), ["alice"]);
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
    if !needs_root() {
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
        let sandbox = Sandbox::application(&["alice"]);
        let inner = sandbox.path("inner");
        fs::create_dir(&inner).unwrap();
        let database = inner.join("users.db");
        fs::rename(sandbox.database(), &database).unwrap();
        chown(&database, Some(0), Some(directory.1)).unwrap();
        set_mode(&database, file);
        chown(&inner, Some(directory.0), Some(directory.1)).unwrap();
        set_mode(&inner, directory.2);
        chown(sandbox.directory(), Some(above.0), None).unwrap();
        set_mode(sandbox.directory(), above.1);
        let before = fs::read(&database).unwrap();
        let run = |line: &str| sandbox.useradm(line).arg("--db=inner/users.db");
        if is_trusted {
            run("list --format plain").stdout("1\talice\n").check();
            run("update -q alice --username bob").check();
            continue;
        }
        let says = format!("`chown USER {}`[..]--trust-directory", database.display());
        for line in ["list", "update alice --username bob", "show alice"] {
            let refused = run(line).status(8);
            refused.stderr(format!("error: [..]\nhint: [..]{says}[..]\n")).check();
            run(line).error(8, "wrong_owner").check();
            assert!(fs::read(&database).unwrap() == before, "{above:?} {directory:?} {file:o}");
        }
        run("--trust-directory delete -q alice --yes").check();
        assert_eq!(owner(&database).0, 0);
    }
}

#[test]
fn a_new_file_of_root_needs_a_directory_of_root_or_trust() {
    if !needs_root() {
        return;
    }
    for (uid, mode) in [(0, 0o1777), (0, 0o777), (NOBODY, 0o755)] {
        for line in ["init -q", "add -q bob --create --password-stdin"] {
            let sandbox = Sandbox::empty();
            chown(sandbox.directory(), Some(uid), None).unwrap();
            set_mode(sandbox.directory(), mode);
            if uid == 0 {
                sandbox.useradm(line).stdin(PASSWORD).error(8, "wrong_owner").check();
                assert!(sandbox.files().is_empty());
            }
            sandbox.useradm(line).arg("--trust-directory").stdin(PASSWORD).check();
            assert_eq!(owner(&sandbox.database()).0, uid);
        }
    }
}

#[test]
fn a_database_that_its_owner_cannot_reach_is_refused() {
    if !needs_root() {
        return;
    }
    for closes_directory in [true, false] {
        let sandbox = Sandbox::application(&["alice"]);
        of_nobody(&sandbox);
        if closes_directory {
            chown(sandbox.directory(), Some(0), Some(0)).unwrap();
            set_mode(sandbox.directory(), 0o700);
        } else {
            set_mode(&sandbox.database(), 0o077);
        }
        for line in ["list", "delete alice --yes", "export -"] {
            sandbox.useradm(line).error(8, "wrong_owner").check();
            let says = format!("error: [..]user #{NOBODY}[..]\n[...]");
            sandbox.useradm(line).status(8).stderr(says).check();
        }
        assert_eq!(sandbox.usernames(), ["alice"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_cannot_be_made_on_a_read_only_file_system() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::empty();
    let Some(mounted) = super::mounts::Mounted::new(&sandbox, "mode=755") else { return };
    let made = Sandbox::journaled("wal", &["alice"]);
    for owner in [0, NOBODY] {
        mounted.set_read_only(false);
        fs::copy(made.database(), sandbox.database()).unwrap();
        for path in [sandbox.directory(), &sandbox.database()] {
            chown(path, Some(owner), Some(owner)).unwrap();
        }
        mounted.set_read_only(true);
        for line in ["list", "export -", "update alice --username bob"] {
            let run = sandbox.useradm(line).status(8);
            run.stderr("error: Database is read-only: [..]WAL mode[...]").check();
            sandbox.useradm(line).error(8, "database_read_only").check();
        }
        // Without a log there is nothing to be made.
        mounted.set_read_only(false);
        sandbox.sql("PRAGMA journal_mode = DELETE");
        mounted.set_read_only(true);
        sandbox.useradm("list --format plain").stdout("1\talice\n").check();
    }
}

#[test]
fn no_pepper_is_noted_that_the_owner_could_not_read() {
    if !needs_root() {
        return;
    }
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT, pw TEXT);
         INSERT INTO members VALUES (1, 'alice',
             '$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW')",
    );
    let secret = Sandbox::empty();
    secret.write("key", "pepper");
    let key = secret.path("key");
    set_mode(&key, 0o600);
    of_nobody(&sandbox);
    let line = format!("adopt --yes --pepper-file {}", key.to_str().unwrap());
    sandbox.useradm(&line).error(6, "unreadable_source").check();
    assert_eq!(sandbox.files(), ["users.db"]);
    set_mode(&key, 0o644);
    set_mode(secret.directory(), 0o755);
    sandbox.useradm(&line).arg("--quiet").check();
    sandbox
        .useradm("login alice --password-stdin")
        .stdin("x")
        .error(5, "invalid_credentials")
        .check();
}
