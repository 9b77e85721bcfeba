//! Databases that are named by an SQLAlchemy URI.

use std::fs;

use crate::support::{PASSWORD, Sandbox};

#[test]
fn a_uri_is_decoded_as_the_application_does_it() {
    let sandbox = Sandbox::application(&["alice"]);
    fs::create_dir(sandbox.path("my app")).unwrap();
    fs::rename(sandbox.path("users.db"), sandbox.path("my app/users.db")).unwrap();
    for name in [
        "sqlite:///my%20app/users.db",
        "sqlite:///my app/users.db?timeout=5",
        "sqlite:///other/../my%20app/users.db",
    ] {
        sandbox.useradm("list --count --db").arg(name).stdout("1\n").check();
        sandbox.useradm("list --count").env("USERADM_DB", name).stdout("1\n").check();
    }
    let run = sandbox.useradm("init --db sqlite:///new%2Bname.db");
    run.stderr("[..]: [DIR]/new+name.db\n").check();
    assert_eq!(sandbox.files(), ["my app", "new+name.db"]);
}

#[test]
fn the_file_of_the_undecoded_name_is_named() {
    let sandbox = Sandbox::application(&["alice"]);
    fs::create_dir(sandbox.path("my%20app")).unwrap();
    fs::rename(sandbox.path("users.db"), sandbox.path("my%20app/users.db")).unwrap();
    let run = sandbox.useradm("list --db sqlite:///my%20app/users.db").status(8);
    let says = "error: Database not found: [DIR]/my app/users.db, but [DIR]/my%20app/users.db \
                exists\nhint: --db [DIR]/my%20app/users.db [..]\n";
    run.stderr(says).check();
    sandbox.useradm("list --count --db my%20app/users.db").stdout("1\n").check();
    fs::create_dir(sandbox.path("my app")).unwrap();
    fs::copy(sandbox.path("my%20app/users.db"), sandbox.path("my app/users.db")).unwrap();
    sandbox.useradm("list --count --db sqlite:///my%20app/users.db").stdout("1\n").check();
}

#[test]
fn a_name_that_is_not_utf_8_is_no_uri() {
    let sandbox = Sandbox::application(&["alice"]);
    for name in [&b"sqlite:///caf%E9.db"[..], b"sqlite:///caf\xe9.db"] {
        for command in ["init --db", "list --db"] {
            sandbox.useradm(command).arg_bytes(name).error(2, "usage").check();
        }
    }
    assert_eq!(sandbox.files(), ["users.db"]);
    // A path is bytes.
    sandbox.useradm("init -q --db").arg_bytes(b"caf\xe9.db").check();
}

#[test]
fn no_second_database_is_made_beside_the_file_of_the_undecoded_name() {
    let sandbox = Sandbox::empty();
    sandbox.write("a%20b.db", "");
    for line in ["init", "add alice --create --password-stdin"] {
        let run = sandbox.useradm(&format!("{line} --db sqlite:///a%20b.db")).stdin(PASSWORD);
        run.error(8, "database_missing").check();
    }
    assert_eq!(sandbox.files(), ["a%20b.db"]);
}
