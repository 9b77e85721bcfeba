//! Standard output and standard error that are closed or full.

use std::fs::File;
use std::io::pipe;

use crate::support::{PASSWORD, Sandbox};

/// A file that takes nothing: every write fails with ENOSPC.
#[cfg(target_os = "linux")]
fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

/// The writing end of a pipe that nobody reads any more.
fn closed() -> std::io::PipeWriter {
    pipe().unwrap().1
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let sandbox = Sandbox::initialised();
    sandbox.sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
         INSERT INTO user (username, password_hash) SELECT 'user' || i, 'x' FROM n",
    );
    for format in ["plain", "csv", "json", "jsonl", "table"] {
        sandbox.useradm("list --format").arg(format).stdout_to(closed()).check();
        let (stdout, _) = sandbox
            .shell(&format!("\"$0\" list --format {format} | head -n 1"))
            .stdout("[..]\n")
            .check();
        assert!(!stdout.is_empty());
    }
    for line in ["show user7", "list --count", "--help", "help list", "--version"] {
        sandbox.useradm(line).stdout_to(closed()).check();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn data_that_cannot_be_written_is_an_error() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in [
        "list",
        "list --format json",
        "list --format csv",
        "list --count",
        "show alice",
        "--help",
        "--version",
    ] {
        let run = sandbox.useradm(line).stdout_to(full()).status(1);
        run.stderr("[..]error[..]\n").check();
    }
    let run = sandbox.useradm("list --format plain").stdout_to(full());
    run.status(1).stderr("error: [..]\n").check();
    sandbox.useradm("list").stdout_to(full()).error(1, "output_failed").check();
    let run = sandbox.useradm("login alice --password-stdin").stdin(PASSWORD).stdout_to(full());
    run.error(1, "output_failed").check();
}

#[cfg(target_os = "linux")]
#[test]
fn a_change_whose_answer_is_lost_has_an_unknown_outcome() {
    let sandbox = Sandbox::empty();
    for line in [
        "init --format json",
        "add alice --password-stdin --format json",
        "add bob --generate-password --format jsonl",
        "register carol --password-stdin --format json",
        "update alice --username alicia --format json",
        "delete --yes carol --format json",
    ] {
        let run = sandbox.useradm(line).stdin(PASSWORD).stdout_to(full()).status(10);
        let says = "{\"error\":{\"code\":\"outcome_unknown\",\"message\":\"[..]\",\
                    \"exit_code\":10,\"hint\":\"[..]show[..]\"}}\n";
        run.stderr(says).check();
    }
    assert_eq!(sandbox.usernames(), ["alicia", "bob"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_generated_password_that_is_lost_is_told_of() {
    let sandbox = Sandbox::initialised();
    for name in ["alice", "bob"] {
        let line = format!("add {name} --generate-password");
        let run = sandbox.useradm(&line).status(10);
        let says = "error: [..]\nhint: [..]show[..]\n";
        let run = run.stderr(says);
        if name == "alice" {
            run.stdout_to(full()).check()
        } else {
            run.stdout_to(closed()).check()
        };
    }
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_changed_nothing_is_merely_lost() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in [
        "init --if-not-exists --format json",
        "add alice --if-not-exists --password-stdin --format json",
        "update alice --username alice --format json",
        "delete --yes --if-exists bob --format json",
    ] {
        let run = sandbox.useradm(line).stdin(PASSWORD).stdout_to(full()).status(1);
        run.stderr("{\"error\":{\"code\":\"output_failed\",[..]}}\n").check();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_status_tells_even_where_standard_error_is_full() {
    let sandbox = Sandbox::application(&["alice"]);
    for (line, status) in [
        ("show bob", 3),
        ("show", 2),
        ("add alice --generate-password", 4),
        ("delete alice", 9),
        ("list --db missing.db", 8),
    ] {
        sandbox.useradm(line).stderr_to(full()).status(status).check();
        sandbox.useradm(line).stderr_to(closed()).status(status).check();
    }
    let run = sandbox.useradm("-q add bob --password-stdin").stdin(PASSWORD);
    run.stderr_to(full()).check();
    sandbox.useradm("list --format plain").stderr_to(full()).stdout("1\talice\n2\tbob\n").check();
}
