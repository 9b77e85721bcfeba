//! The key that an application mixes its passwords with: where it comes from, and what `config` says of
//! it.

use crate::support::Sandbox;

/// The users of an application that uses Flask-Security, and its key in a file and in a table.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::empty();
    let field = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/field/fsec.db");
    std::fs::copy(field, sandbox.database()).unwrap();
    let key = "146585145368132386173505678016728509634";
    sandbox.write("key", format!("{key}\n"));
    sandbox.sql(&format!("CREATE TABLE keys (value); INSERT INTO keys VALUES ('{key}'), (7)"));
    sandbox
}

#[test]
fn a_query_finds_the_key_and_does_nothing_else() {
    let sandbox = sandbox();
    let login = |query: &str| {
        let line = "login alice@example.org --quiet --password-stdin --layout";
        let run = sandbox.useradm(line).stdin("correct horse alice");
        run.arg(format!("flask-security,pepper_query={query}"))
    };
    login("SELECT value FROM keys").check();
    login("SELECT value FROM keys WHERE value = 7").error(5, "invalid_credentials").check();
    for query in ["BEGIN", "PRAGMA synchronous = OFF", "DELETE FROM keys", "SELECT 1; SELECT 2"] {
        login(query).error(8, "wrong_schema").check_unchanged();
    }
    login("SELECT value FROM keys WHERE FALSE").error(2, "usage").check();
}

#[test]
fn config_tells_which_file_has_the_key_whoever_names_it() {
    let sandbox = sandbox();
    sandbox.write("useradm.toml", "[layout]\nname = 'flask-security'\npepper_file = 'key'\n");
    for (options, line) in [
        ("", "pepper-file,[DIR]/key,[DIR]/useradm.toml"),
        ("--pepper-file key", "pepper-file,key,option"),
        ("--layout flask-security,pepper_file=key", "pepper-file,key,option"),
        ("--layout flask-security", "pepper-file,,"),
    ] {
        let run = sandbox.useradm(&format!("config --format csv {options}"));
        run.stdout(format!("[...]\n{line}\n[...]")).check();
    }
}
