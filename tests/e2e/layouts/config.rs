//! `useradm config`: every setting, its value, and where it comes from; and which file is taken.

use std::os::unix::fs::chown;

use serde_json::Value;

use super::{LAYOUT, people};
use crate::support::{NOBODY, Run, STRANGER, Sandbox, needs_root};

const FILE: &str = "[layout]\ntable = 'people'\nscheme = 'bcrypt'\n";

/// The value and the origin of a setting.
#[track_caller]
fn setting(run: Run, name: &str) -> (Option<String>, Option<String>) {
    let outcome = run.args(["config", "--format=json"]).outcome();
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let settings: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let settings = settings.as_array().unwrap();
    let found = settings.iter().filter(|it| it["setting"] == name).collect::<Vec<_>>();
    assert_eq!(found.len(), 1, "{name}: {settings:?}");
    let text = |key: &str| found[0][key].as_str().map(str::to_owned);
    (text("value"), text("origin"))
}

#[track_caller]
fn assert_setting(run: Run, name: &str, value: &str, origin: &str) {
    assert_eq!(setting(run, name), (Some(value.to_owned()), Some(origin.to_owned())), "{name}");
}

#[test]
fn every_option_is_there_once_with_its_origin() {
    let sandbox = people("");
    let database = sandbox.path("users.db").display().to_string();
    let run = || sandbox.useradm("").env_remove("USERADM_ROUNDS");
    assert_setting(run(), "db", &database, "default");
    assert_setting(run().env("USERADM_DB", "users.db"), "db", &database, "variable");
    assert_setting(run().arg("--db=users.db"), "db", &database, "option");
    assert_setting(run(), "timeout", "30", "default");
    assert_setting(run().env("USERADM_TIMEOUT", "7"), "timeout", "7", "variable");
    let both = run().env("USERADM_TIMEOUT", "7").arg("--timeout=8");
    assert_setting(both, "timeout", "8", "option");
    assert_setting(run(), "format", "json", "option");
    assert_eq!(setting(run(), "rounds"), (None, None));
    assert_setting(run().env("USERADM_ROUNDS", "5000"), "rounds", "5000", "variable");
    assert_setting(run().arg("--rounds=6000"), "rounds", "6000", "option");
    assert_setting(run(), "quiet", "no", "default");
    assert_setting(run().arg("-q"), "quiet", "yes", "option");
    assert_setting(run().arg("--no-input"), "no-input", "yes", "option");
    assert_setting(run().arg("--trust-directory"), "trust-directory", "yes", "option");
    assert_eq!(setting(run(), "config"), (None, None));
    assert_eq!(setting(run(), "pepper-file"), (None, None));
    sandbox.write("pepper", "a key");
    assert_setting(run().arg("--pepper-file=pepper"), "pepper-file", "pepper", "option");
}

#[test]
fn the_layout_is_shown_with_where_it_comes_from() {
    let sandbox = people("");
    let found = "table=people,id=id,username=name,hash=pw,scheme=bcrypt";
    assert_setting(sandbox.useradm(""), "layout", found, "detection");
    assert_setting(sandbox.useradm(""), "layout.confirmed", "no", "detection");
    let said = LAYOUT.strip_prefix("--layout=").unwrap();
    assert_setting(sandbox.useradm("").arg(LAYOUT), "layout.confirmed", "yes", "option");
    assert_setting(sandbox.useradm("").arg(LAYOUT), "layout.scheme", "bcrypt:12", "option");
    let run = sandbox.useradm("").env("USERADM_LAYOUT", said);
    assert_setting(run, "layout.username", "name", "variable");
    sandbox.write("useradm.toml", FILE);
    let path = sandbox.path("useradm.toml").display().to_string();
    assert_setting(sandbox.useradm(""), "layout.confirmed", "yes", &path);
    assert_setting(sandbox.useradm(""), "config", &path, "default");
    let first = Sandbox::application(&["alice"]);
    assert_setting(first.useradm(""), "layout", "passlib", "built-in");
    assert_setting(first.useradm(""), "layout.accepts", "pbkdf2_sha256", "built-in");
}

#[test]
fn what_is_known_is_shown_before_the_error() {
    let sandbox = Sandbox::empty();
    let outcome = sandbox.useradm("config --format json").outcome();
    assert_eq!(outcome.status, 8, "{}", outcome.stderr);
    assert!(outcome.stdout.starts_with("[{\"setting\":\"db\""), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("database_missing"), "{}", outcome.stderr);
}

#[test]
fn the_file_beside_the_database_wins_over_the_one_here() {
    let sandbox = people("");
    let here = Sandbox::empty();
    here.write("useradm.toml", FILE);
    let run = || sandbox.useradm("").within(here.directory()).arg("--db").arg(sandbox.database());
    let path = |sandbox: &Sandbox| sandbox.path("useradm.toml").display().to_string();
    assert_setting(run(), "config", &path(&here), "default");
    assert_setting(run(), "layout.confirmed", "yes", &path(&here));
    sandbox.write("useradm.toml", FILE);
    assert_setting(run(), "config", &path(&sandbox), "default");
    let named = run().arg("--config").arg(here.path("useradm.toml"));
    assert_setting(named, "layout.confirmed", "yes", &path(&here));
}

#[test]
fn a_file_here_that_is_somebody_elses_is_not_taken_by_root() {
    if !needs_root() {
        return;
    }
    let sandbox = people("");
    let here = Sandbox::empty();
    here.write("useradm.toml", FILE);
    chown(here.path("useradm.toml"), Some(STRANGER), None).unwrap();
    let line = "update alice --username=alicia --db";
    let run = sandbox.useradm(line).arg(sandbox.database()).within(here.directory());
    let outcome = run.outcome();
    assert_eq!(outcome.status, 8, "{}", outcome.stderr);
    assert_eq!(sandbox.rows("SELECT name FROM people"), ["alice", "bob"]);
    // Nor does a pepper get read that only root may read, because the owner's file names it.
    sandbox.write("secret", "root's own");
    sandbox.write("useradm.toml", format!("{FILE}pepper_file = 'secret'\n"));
    for file in ["users.db", "useradm.toml"] {
        chown(sandbox.path(file), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    chown(sandbox.directory(), Some(NOBODY), Some(NOBODY)).unwrap();
    crate::support::set_mode(&sandbox.path("secret"), 0o600);
    let run = sandbox.useradm("login alice --password-stdin").stdin("correct horse");
    run.error(6, "unreadable_source").check_unchanged();
}
