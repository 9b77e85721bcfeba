//! `useradm.toml` files that cannot be taken, and where it lies.

use std::os::unix::fs::{chown, symlink};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::{people, with_password};
use crate::support::{NOBODY, STRANGER, Sandbox, needs_root, set_mode};

const FILE: &str =
    "[layout]\ntable = 'people'\nusername = 'name'\nhash = 'pw'\nscheme = 'bcrypt:12'\n";

/// Commands that read settings, among them some that would work without any.
const COMMANDS: [&str; 4] =
    ["list", "login alice --password-stdin", "update alice --password-stdin", "delete bob --yes"];

/// Fails unless every command ends with this status, and names the file.
#[track_caller]
fn assert_refused(sandbox: &Sandbox, status: i32, option: &str) {
    for line in COMMANDS {
        let before = sandbox.bytes();
        let run = with_password(sandbox, line).args(option.split_whitespace());
        let outcome = run.status(status).outcome();
        assert_eq!(outcome.status, status, "{line}: {}", outcome.stderr);
        let names = ["useradm.toml", "elsewhere"].map(|name| outcome.stderr.contains(name));
        assert!(names.contains(&true), "{line}: {}", outcome.stderr);
        assert!(sandbox.bytes() == before, "{line} changed the database");
    }
}

#[test]
fn a_file_beside_the_database_is_taken() {
    let sandbox = people("");
    sandbox.write("useradm.toml", FILE);
    let run = sandbox.useradm("update alice --password-stdin").stdin("battery staple");
    run.stderr("User updated successfully: alice\n").check();
    let run = sandbox.useradm("login alice --password-stdin").stdin("battery staple");
    run.stderr("Login successful: alice\n").check();
}

#[test]
fn a_file_that_is_not_a_layout_is_refused_with_its_line() {
    for (text, line) in [
        ("[layout]\ntabel = 'people'\n", "2"),
        ("colour = 'red'\n", "1"),
        ("[layout]\ntable = 'people\n", "2"),
        ("[layout]\ntable = 'people'\ntable = 'people'\n", "3"),
        ("[layout.add]\nname = ['x']\n", "2"),
    ] {
        let sandbox = people("");
        sandbox.write("useradm.toml", text);
        for command in COMMANDS {
            let outcome = with_password(&sandbox, command).outcome();
            assert_ne!(outcome.status, 0, "{text}");
            assert!(outcome.stderr.contains("useradm.toml"), "{}", outcome.stderr);
            assert!(outcome.stderr.contains(&format!("line {line}")), "{}", outcome.stderr);
        }
        assert_eq!(sandbox.rows("SELECT count(*) FROM people WHERE pw LIKE '$2b$12$bms2%'"), ["2"]);
    }
}

#[test]
fn a_file_that_is_no_text_of_reasonable_size_is_refused() {
    let sandbox = people("");
    sandbox.write("useradm.toml", b"[layout]\ntable = 'p\xffople'\n");
    assert_refused(&sandbox, 6, "");
    // As long as it likes, and a comment all through: only the beginning may be read.
    let huge = std::fs::File::create(sandbox.path("useradm.toml")).unwrap();
    huge.set_len(100 << 20).unwrap();
    assert_refused(&sandbox, 6, "");
    std::fs::remove_file(sandbox.path("useradm.toml")).unwrap();
    mkfifo(&sandbox.path("useradm.toml"), Mode::S_IRWXU).unwrap();
    assert_refused(&sandbox, 6, "");
    assert_refused(&sandbox, 6, "--config useradm.toml");
    std::fs::remove_file(sandbox.path("useradm.toml")).unwrap();
    std::fs::create_dir(sandbox.path("useradm.toml")).unwrap();
    assert_refused(&sandbox, 6, "");
    assert_refused(&sandbox, 6, "--config useradm.toml/");
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let sandbox = people("");
    for line in COMMANDS {
        let run = with_password(&sandbox, &format!("{line} --config useradm.toml"));
        run.error(6, "unreadable_source").check_unchanged();
        let run = with_password(&sandbox, line).env("USERADM_CONFIG", "useradm.toml");
        run.error(6, "unreadable_source").check_unchanged();
    }
}

#[test]
fn root_takes_no_file_of_somebody_else() {
    if !needs_root() {
        return;
    }
    let sandbox = people("");
    sandbox.write("useradm.toml", FILE);
    chown(sandbox.path("useradm.toml"), Some(STRANGER), None).unwrap();
    assert_refused(&sandbox, 8, "");
    assert_refused(&sandbox, 8, "--config useradm.toml");
    // The database's owner may say where their users are.
    chown(sandbox.directory(), Some(NOBODY), Some(NOBODY)).unwrap();
    chown(sandbox.database(), Some(NOBODY), Some(NOBODY)).unwrap();
    assert_refused(&sandbox, 8, "");
    chown(sandbox.path("useradm.toml"), Some(NOBODY), None).unwrap();
    let run = sandbox.useradm("update alice --password-stdin").stdin("battery staple");
    run.stderr("User updated successfully: alice\n").check();
}

#[test]
fn a_link_leads_root_to_no_file_of_somebody_else() {
    if !needs_root() {
        return;
    }
    let sandbox = people("");
    sandbox.write("elsewhere", FILE);
    symlink(sandbox.path("elsewhere"), sandbox.path("useradm.toml")).unwrap();
    std::os::unix::fs::lchown(sandbox.path("useradm.toml"), Some(STRANGER), None).unwrap();
    assert_refused(&sandbox, 8, "");
    // What a link of root's leads to must be root's or the owner's too.
    std::os::unix::fs::lchown(sandbox.path("useradm.toml"), Some(0), None).unwrap();
    chown(sandbox.path("elsewhere"), Some(STRANGER), None).unwrap();
    set_mode(&sandbox.path("elsewhere"), 0o644);
    assert_refused(&sandbox, 8, "");
}

#[test]
fn a_pepper_file_must_have_a_key_in_it() {
    let sandbox = people("");
    let line = "login alice --password-stdin --pepper-file pepper";
    with_password(&sandbox, line).error(6, "unreadable_source").check_unchanged();
    for content in ["", "\n", "two\nlines", "two\r\nlines\n"] {
        sandbox.write("pepper", content);
        let outcome = with_password(&sandbox, line).outcome();
        assert_eq!(outcome.status, 6, "{content:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("pepper"), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("two"), "{}", outcome.stderr);
    }
    // A password is checked with the key then, and a hash without it no longer fits.
    sandbox.write("pepper", "a key\n");
    with_password(&sandbox, line).error(5, "invalid_credentials").check_unchanged();
}

#[test]
fn a_table_that_needs_a_pepper_is_refused_without() {
    let sandbox = Sandbox::empty();
    std::fs::copy("tests/field/fsec.db", sandbox.database()).unwrap();
    sandbox.useradm("list --count").stdout("3\n").check_unchanged();
    for line in [
        "login alice@example.org --password-stdin",
        "update alice@example.org --password-stdin",
        "add dave@example.org --password-stdin",
    ] {
        let outcome = sandbox.useradm(line).stdin("correct horse alice").outcome();
        assert!([2, 8].contains(&outcome.status), "{line}: {} {}", outcome.status, outcome.stderr);
        assert!(outcome.stderr.contains("--pepper-file"), "{}", outcome.stderr);
    }
    sandbox.write("pepper", "146585145368132386173505678016728509634");
    let line = "login alice@example.org --password-stdin --pepper-file pepper";
    let run = sandbox.useradm(line).stdin("correct horse alice");
    run.stderr("Login successful: alice@example.org\n").check_unchanged();
}
