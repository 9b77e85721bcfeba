//! Global options, their variables, and usage errors.

use crate::support::{PASSWORD, Sandbox, hash};

#[test]
fn variables_set_what_options_would() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.write("other.db", sandbox.bytes());
    sandbox.sql("DELETE FROM user");
    let run = sandbox.useradm("list --count").env("USERADM_DB", "other.db");
    run.stdout("1\n").check();
    let run = sandbox.useradm("list --count").env("USERADM_DB", "sqlite:///other.db");
    run.stdout("1\n").check();
    let run = sandbox.useradm("list").env("USERADM_FORMAT", "csv");
    run.stdout("id,username\n").check();
    let run = sandbox.useradm("add -q bob --password-stdin").env("USERADM_ROUNDS", "1234");
    run.stdin(PASSWORD).check();
    assert!(sandbox.hash_of("bob").starts_with("$pbkdf2-sha256$1234$"));
    let _lock = sandbox.locked("IMMEDIATE");
    let run = sandbox.useradm("update bob --username robert").env("USERADM_TIMEOUT", "0");
    run.error(7, "database_busy").check();
}

#[test]
fn options_win_over_variables() {
    let sandbox = Sandbox::application(&["alice"]);
    let run = sandbox.useradm("list --count --db users.db").env("USERADM_DB", "missing.db");
    run.stdout("1\n").check();
    let run = sandbox.useradm("list --format plain").env("USERADM_FORMAT", "json");
    run.stdout("1\talice\n").check();
    let run = sandbox.useradm("add -q bob --password-stdin --rounds 1500");
    run.env("USERADM_ROUNDS", "1234").stdin(PASSWORD).check();
    assert!(sandbox.hash_of("bob").starts_with("$pbkdf2-sha256$1500$"));
    let _lock = sandbox.locked("EXCLUSIVE");
    let run = sandbox.useradm("list --timeout 0").env("USERADM_TIMEOUT", "3600");
    run.error(7, "database_busy").check();
}

#[test]
fn bad_variables_are_usage_errors() {
    let sandbox = Sandbox::application(&["alice"]);
    for (name, value) in [
        ("USERADM_DB", ""),
        ("USERADM_DB", ":memory:"),
        ("USERADM_FORMAT", "xml"),
        ("USERADM_FORMAT", "JSON"),
        ("USERADM_TIMEOUT", "soon"),
        ("USERADM_ROUNDS", "999"),
    ] {
        let run = sandbox.useradm("list").env(name, value).status(2);
        run.stderr("error: [...]").check();
    }
}

#[test]
fn global_options_stand_before_or_after_the_command() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in [
        "--db users.db --format plain --timeout 1 --rounds 1000 --no-input list",
        "list --db users.db --format plain --timeout 1 --rounds 1000 --no-input",
        "--format plain list --db=users.db -q",
        "-q list --format=plain --timeout=0.5",
    ] {
        sandbox.useradm(line).stdout("1\talice\n").check();
    }
    let run = sandbox.useradm("-q --rounds 1000 login alice --password-stdin --db users.db");
    run.stdin(PASSWORD).check();
}

#[test]
fn numbers_out_of_range_are_usage_errors() {
    let sandbox = Sandbox::application(&["alice"]);
    for options in [
        "--rounds 999",
        "--rounds 0",
        "--rounds 10000001",
        "--rounds 99999999999999999999",
        "--rounds -1",
        "--rounds +1000",
        "--rounds 1e4",
        "--rounds 1_000",
        "--rounds",
        "--timeout -1",
        "--timeout=-1",
        "--timeout nan",
        "--timeout inf",
        "--timeout x",
        "--timeout 1e300",
        "--timeout",
        "--limit -1",
        "--limit=-1",
        "--limit x",
        "--limit 1.5",
        "--limit 18446744073709551616",
        "--offset=-1",
        "--offset x",
        "--format",
        "--format table,csv",
        "--format Table",
        "--quiet=yes",
    ] {
        let run = sandbox.useradm(&format!("list {options}")).status(2);
        run.stderr("error: [...]").check();
    }
    for rounds in ["1000", "10000000"] {
        sandbox.useradm("list --count --rounds").arg(rounds).stdout("1\n").check();
    }
}

#[test]
fn a_misspelt_word_gets_a_suggestion() {
    let sandbox = Sandbox::application(&["alice"]);
    for (line, suggestion) in [
        ("lst", "list"),
        ("ad alice", "add"),
        ("delte alice", "delete"),
        ("regsiter", "register"),
        ("list --fromat csv", "--format"),
        ("list --revers", "--reverse"),
        ("add alice --pasword-stdin", "--password-stdin"),
        ("delete alice --if-exist", "--if-exists"),
        ("list --format jsn", "json"),
    ] {
        let (_, stderr) = sandbox.useradm(line).status(2).stderr("error: [...]").check();
        assert!(stderr.contains(&format!("'{suggestion}'")), "{line}: {stderr}");
        if line.contains("--format") {
            // Which format the error should have is what the line leaves open.
            continue;
        }
        let run = sandbox.useradm(line).env("USERADM_FORMAT", "json").status(2);
        let (_, json) = run.stderr("{\"error\":{\"code\":\"usage\",[..]}}\n").check();
        assert!(json.contains(suggestion), "{line}: {json}");
    }
}

#[test]
fn usage_errors_never_show_what_may_be_a_password() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in [
        "add alice s3cr3tpw",
        "add alice s3cr3tpw --generate-password",
        "register alice s3cr3tpw",
        "login alice s3cr3tpw",
        "login alice -- s3cr3tpw",
        "login alice -- -s3cr3tpw",
        "login alice -- --s3cr3tpw",
        "update alice s3cr3tpw",
        "update alice --password s3cr3tpw",
        "update alice --password=s3cr3tpw",
        "update alice --hashed=s3cr3tpw",
        "add alice --hashed s3cr3tpw",
        "add alice --password s3cr3tpw",
        "add alice --password=s3cr3tpw",
        "add alice --pass=s3cr3tpw",
        "add alice --password-stdin s3cr3tpw",
        "add alice --password-stdin=s3cr3tpw",
        "login alice --password-stdin=s3cr3tpw",
        "login alice --password=s3cr3tpw",
        "login alice --password s3cr3tpw",
        "login alice -p s3cr3tpw",
        "add alice --generate-password=s3cr3tpw",
        "show alice s3cr3tpw",
    ] {
        for format in ["table", "json"] {
            let run = sandbox.useradm(line).env("USERADM_FORMAT", format).status(2);
            let (_, stderr) = run.stderr("[..]error[..]\n[...]").check();
            assert!(!stderr.contains("s3cr3tpw"), "{line}: {stderr}");
        }
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    let sandbox = Sandbox::empty();
    for line in ["--help", "-h", "help", "help add", "add --help", "add -h", "list --help"] {
        let (stdout, _) = sandbox.useradm(line).stdout("[...]").check();
        assert!(stdout.contains("Usage: useradm"), "{stdout}");
    }
    let (stdout, _) = sandbox.useradm("--help").stdout("[...]").check();
    for command in ["init", "register", "login", "list", "show", "add", "update", "delete"] {
        assert!(stdout.contains(&format!("\n  {command}")), "{command}");
    }
    let (short, _) = sandbox.useradm("-h").stdout("[...]").check();
    assert!(short.len() < stdout.len() && !short.contains("Examples"), "{short}");
    assert!(stdout.contains("Examples"), "{stdout}");
    let version = format!("useradm {}\n", env!("CARGO_PKG_VERSION"));
    sandbox.useradm("--version").stdout(version).check();
}

#[test]
fn variables_are_not_shown_in_help() {
    let sandbox = Sandbox::empty();
    let run = sandbox.useradm("--help").env("USERADM_DB", "/srv/s3cr3t/users.db");
    let (stdout, _) = run.stdout("[...]").check();
    assert!(!stdout.contains("s3cr3t"), "{stdout}");
}

#[test]
fn quiet_leaves_data_generated_passwords_and_errors() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.useradm("-q list --format plain").stdout("1\talice\n").check();
    sandbox.useradm("-q add bob --generate-password").stdout("[..]\n").check();
    sandbox
        .useradm("-q add bob --generate-password")
        .status(4)
        .stderr("error: [..]\nhint: [..]\n")
        .check();
    let run = sandbox.useradm("-q login alice --password-stdin").stdin("wrong horse");
    run.status(5).stderr("error: Invalid credentials\n").check();
    let hash = hash(PASSWORD);
    let run = sandbox.useradm("--quiet add carol --hashed --password-env HASH");
    run.env("HASH", hash).check();
}
