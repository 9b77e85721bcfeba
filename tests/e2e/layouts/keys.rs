//! Layouts that say what is not so.

use super::{LAYOUT, people, with_password};
use crate::support::Sandbox;

/// What a layout on [`people`] may not say, the status, and what the message names.
const WRONG: [(&str, i32, &str); 16] = [
    ("table=nobody,scheme=bcrypt", 8, "nobody"),
    ("table=people,username=nickname,scheme=bcrypt", 8, "nickname"),
    ("table=people,hash=secret,scheme=bcrypt", 8, "secret"),
    ("table=people,id=uid,scheme=bcrypt", 8, "uid"),
    ("table=people,username=title,scheme=bcrypt", 8, "title"),
    ("table=people,email=mail,scheme=bcrypt", 8, "mail"),
    ("table=people,username=pw,hash=pw,scheme=bcrypt", 8, "pw"),
    ("table=people,scheme=rot13", 2, "rot13"),
    ("table=people,scheme=bcrypt:99", 2, "99"),
    ("table=people,scheme=argon2i", 2, "argon2i"),
    ("table=people,table=other,scheme=bcrypt", 2, "table"),
    ("tabel=people,scheme=bcrypt", 2, "tabel"),
    ("table=,scheme=bcrypt", 2, "table"),
    ("nextcloud", 2, "nextcloud"),
    ("django,flaskbb", 2, "flaskbb"),
    ("", 2, "layout"),
];

fn sandbox() -> Sandbox {
    let sandbox = people("");
    sandbox.sql("CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, secret TEXT, mail TEXT)");
    sandbox
}

#[test]
fn keys_that_name_nothing_are_refused_by_every_command() {
    let sandbox = sandbox();
    for (layout, status, named) in WRONG {
        let code = if status == 2 { "usage" } else { "wrong_schema" };
        for line in [
            "list",
            "login alice --password-stdin",
            "add dave --password-stdin",
            "update alice --password-stdin",
            "delete alice --yes",
        ] {
            let run = with_password(&sandbox, line).arg(format!("--layout={layout}"));
            let (_, stderr) = run.error(status, code).check_unchanged();
            assert!(stderr.contains(named), "{layout}: {stderr}");
            let run = with_password(&sandbox, line).env("USERADM_LAYOUT", layout);
            run.error(status, code).check_unchanged();
        }
    }
}

#[test]
fn the_file_is_named_that_says_what_is_not_so() {
    let sandbox = sandbox();
    sandbox.write("useradm.toml", "[layout]\ntable = 'nobody'\nscheme = 'bcrypt'\n");
    let says = "[DIR]/useradm.toml says where the users are\n";
    let refused =
        format!("error: No usable `nobody` table in [..]: there is no such table; {says}");
    for line in ["list", "update alice --password-stdin", "config"] {
        with_password(&sandbox, line).stdout("[...]").stderr(&refused).status(8).check_unchanged();
    }
}

#[test]
fn an_option_wins_over_a_variable_and_that_over_the_file() {
    let sandbox = sandbox();
    sandbox.write("useradm.toml", "[layout]\ntable = 'books'\nscheme = 'bcrypt'\n");
    with_password(&sandbox, "list").error(8, "wrong_schema").check_unchanged();
    let list = "list --format plain";
    let good = LAYOUT.strip_prefix("--layout=").unwrap();
    let run = sandbox.useradm(list).env("USERADM_LAYOUT", good);
    run.stdout("1\talice\n2\tbob\n").check_unchanged();
    let run = sandbox.useradm(list).env("USERADM_LAYOUT", "nextcloud").arg(LAYOUT);
    run.stdout("1\talice\n2\tbob\n").check_unchanged();
}

#[test]
fn a_layout_that_names_no_scheme_is_not_enough_to_write() {
    let sandbox = sandbox();
    let run = sandbox.useradm("list --format plain --layout table=people");
    run.stdout("1\talice\n2\tbob\n").check_unchanged();
    let run = with_password(&sandbox, "update alice --password-stdin --layout table=people");
    run.error(8, "layout_unconfirmed").check_unchanged();
    let run = with_password(&sandbox, "update alice --password-stdin --layout scheme=bcrypt");
    run.error(8, "layout_unconfirmed").check_unchanged();
}

#[test]
fn a_scheme_that_the_application_does_not_have_is_refused() {
    let sandbox = sandbox();
    let run = with_password(&sandbox, "update alice --password-stdin")
        .arg("--layout=table=people,username=name,hash=pw,scheme=argon2id");
    run.error(8, "scheme_mismatch").check_unchanged();
    let run =
        with_password(&sandbox, "update alice --password-stdin --scheme argon2id").arg(LAYOUT);
    run.error(8, "scheme_mismatch").check_unchanged();
    // Nor does a ready hash get past it, alone or in an import.
    let hash = crate::support::hash("x");
    let run = sandbox.useradm("update alice --hashed --password-stdin").stdin(&hash).arg(LAYOUT);
    run.error(8, "scheme_mismatch").check_unchanged();
    let rows = format!("username,password_hash\ndave,{hash}\n");
    let run = sandbox.useradm("import --from csv -").stdin(rows).arg(LAYOUT);
    let outcome = run.outcome();
    assert!([6, 8].contains(&outcome.status), "{}", outcome.stderr);
    assert_eq!(sandbox.rows("SELECT name FROM people"), ["alice", "bob"]);
}
