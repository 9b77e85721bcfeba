//! `update --set`, `--email`, `--admin`, `--enable` and `--disable` on real applications' files, by the
//! layouts that are built in: what changes, and that nothing else does.

use std::path::Path;

use crate::support::Sandbox;

/// A copy of a file of tests/field.
fn field(file: &str) -> Sandbox {
    let sandbox = Sandbox::empty();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field");
    std::fs::copy(files.join(file), sandbox.path("users.db")).unwrap();
    sandbox
}

/// The rows of a table without the columns of one row that may change, each with its id.
fn rest(sandbox: &Sandbox, table: &str, columns: &str, name: (&str, &str)) -> Vec<String> {
    let named = format!("{} = '{}'", name.0, name.1);
    let all = format!("SELECT name FROM pragma_table_info('{table}')");
    let may = |column: &str| columns.split(", ").any(|it| it == column);
    let kept: Vec<String> = sandbox.rows(&all).into_iter().filter(|it| !may(it)).collect();
    let mut rows = sandbox.rows(&format!("SELECT * FROM {table} WHERE NOT {named} ORDER BY id"));
    rows.extend(sandbox.rows(&format!("SELECT {} FROM {table} WHERE {named}", kept.join(", "))));
    rows
}

/// Each line of options, and what the columns hold then; nothing where the layout does not say how.
type Lines<'l> = &'l [(&'l str, Option<&'l str>)];

#[track_caller]
fn check(file: &str, table: &str, name: (&str, &str), columns: &str, lines: Lines<'_>) {
    let sandbox = field(file);
    let before = rest(&sandbox, table, columns, name);
    for (options, expected) in lines {
        let line = format!("update {} {options}", name.1);
        let Some(expected) = expected else {
            let run = sandbox.useradm(&line).status(2);
            let says = "error: The layout names no [..]\nhint: --set COLUMN=VALUE [..]\n";
            run.stderr(says).check_unchanged();
            continue;
        };
        sandbox.useradm(&line).stderr("User updated successfully: [..]\n").check();
        let sql = format!("SELECT {columns} FROM {table} WHERE {} = '{}'", name.0, name.1);
        assert_eq!(sandbox.rows(&sql), [*expected], "{file} {options}");
        sandbox.useradm(&line).stderr("User unchanged: [..]\n").check_unchanged();
    }
    assert_eq!(rest(&sandbox, table, columns, name), before, "{file}");
    sandbox.assert_sound();
}

#[test]
fn calibre_web() {
    let lines: Lines<'_> = &[
        ("--email new@x.org", Some("new@x.org|2|1|en")),
        ("--admin", Some("new@x.org|479|262143|en")),
        ("--set role=2 --set locale=de", Some("new@x.org|2|262143|de")),
        ("--enable", None),
        ("--disable", None),
    ];
    check("calibre.db", "user", ("name", "alice"), "email, role, sidebar_view, locale", lines);
}

#[test]
fn flask_appbuilder() {
    let lines: Lines<'_> = &[
        ("--disable", Some("alice@example.org|0|NULL|Alice")),
        ("--set fail_login_count=5 --set first_name=Al", Some("alice@example.org|0|5|Al")),
        ("--enable --email new@x.org", Some("new@x.org|1|0|Al")),
        ("--admin", None),
    ];
    let columns = "email, active, fail_login_count, first_name";
    check("fab.db", "ab_user", ("username", "alice"), columns, lines);
}

#[test]
fn flaskbb() {
    let lines: Lines<'_> = &[
        ("--disable", Some("alice@example.org|0|0|NULL|4")),
        (
            "--set login_attempts=7 --set last_failed_login=2024-05-01",
            Some("alice@example.org|0|7|2024-05-01 00:00:00.000000|4"),
        ),
        ("--enable", Some("alice@example.org|1|0|NULL|4")),
        ("--admin --email new@x.org", Some("new@x.org|1|0|NULL|1")),
    ];
    let columns = "email, activated, login_attempts, last_failed_login, primary_group_id";
    check("flaskbb.db", "users", ("username", "alice"), columns, lines);
    // A group that is not there is refused, as the application's foreign key says.
    let sandbox = field("flaskbb.db");
    let run = sandbox.useradm("update alice --set primary_group_id=99");
    run.error(8, "constraint_failed").check_unchanged();
}

#[test]
fn django() {
    let lines: Lines<'_> = &[
        ("--admin", Some("alice@example.org|1|1|1")),
        ("--disable --email new@x.org", Some("new@x.org|1|1|0")),
        ("--enable --set is_superuser=false", Some("new@x.org|1|0|1")),
    ];
    let columns = "email, is_staff, is_superuser, is_active";
    check("django_auth.db", "auth_user", ("username", "alice"), columns, lines);
}

#[test]
fn fastapi_users() {
    let lines: Lines<'_> = &[
        ("--admin", Some("1|1")),
        ("--disable", Some("0|1")),
        ("--enable --set is_superuser=0", Some("1|0")),
        // The name is the address.
        ("--email new@x.org", None),
    ];
    let name = ("email", "alice@example.org");
    check("fu.db", "user", name, "is_active, is_superuser", lines);
}

#[test]
fn jupyterhub() {
    let lines: Lines<'_> = &[
        ("--disable", Some("NULL|0")),
        ("--enable --email new@x.org", Some("new@x.org|1")),
        ("--admin", None),
    ];
    check("jh.db", "users_info", ("username", "alice"), "email, is_authorized", lines);
}

#[test]
fn flask_security_needs_no_pepper_for_it() {
    let lines: Lines<'_> = &[
        ("--disable --set username=al", Some("0|al")),
        ("--enable", Some("1|al")),
        ("--admin", None),
        ("--email new@x.org", None),
    ];
    check("fsec.db", "user", ("email", "alice@example.org"), "active, username", lines);
}
