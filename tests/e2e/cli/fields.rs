//! `list` and `show` with columns of the table that are neither id nor name.

use crate::support::{PASSWORD, Sandbox, hash};

/// Users of a table with columns of many kinds; the second has nothing in them.
fn sandbox() -> Sandbox {
    let hash = hash(PASSWORD);
    Sandbox::with_schema(&format!(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(80), password_hash TEXT,
             email TEXT, active BOOLEAN, score REAL, avatar BLOB, \"odd, \"\"name\"\"\" TEXT,
             scheme TEXT, twice AS (2 * id));
         INSERT INTO user VALUES
             (1, 'zoe', '{hash}', 'z@x.org', 1, 0.5, x'00ff', 'a,b', 'own'),
             (2, 'ann', '{hash}', NULL, NULL, NULL, NULL, NULL, NULL),
             (3, 'eve', '{hash}', '', 0, 2.0, x'', '\"', 'x' || char(10) || 'y');"
    ))
}

#[test]
fn any_column_is_listed_in_every_format_as_it_is_stored() {
    let sandbox = sandbox();
    let fields = "id,email,active,score,avatar,twice,user.scheme,scheme";
    let scheme = "pbkdf2_sha256";
    for (format, expected) in [
        (
            "json",
            format!(
                "[{{\"id\":1,\"email\":\"z@x.org\",\"active\":1,\"score\":0.5,\
                 \"avatar\":\"\\u0000\u{fffd}\",\"twice\":2,\"user.scheme\":\"own\",\
                 \"scheme\":\"{scheme}\"}},{{\"id\":2,\"email\":null,\"active\":null,\
                 \"score\":null,\"avatar\":null,\"twice\":4,\"user.scheme\":null,\
                 \"scheme\":\"{scheme}\"}},{{\"id\":3,\"email\":\"\",\"active\":0,\"score\":2.0,\
                 \"avatar\":\"\",\"twice\":6,\"user.scheme\":\"x\\ny\",\"scheme\":\"{scheme}\"}}]\n"
            ),
        ),
        (
            "plain",
            format!(
                "1\tz@x.org\t1\t0.5\t\\u{{0}}\\xff\t2\town\t{scheme}\n2\t\t\t\t\t4\t\t{scheme}\n\
                 3\t\t0\t2.0\t\t6\tx\\ny\t{scheme}\n"
            ),
        ),
    ] {
        let run = sandbox.useradm("list --fields").arg(fields).arg("--format").arg(format);
        run.stdout(expected).check_unchanged();
    }
    let csv = "id,email,active\n1,z@x.org,1\n2,,\n3,\"\",0\n";
    sandbox.useradm("list --fields id,email,active --format csv").stdout(csv).check();
    let table = "[..]\n[..] email [..]\n[..]\n[..] z@x.org [..]\n[..]\n[..]\n[..]\n";
    sandbox.useradm("list --fields email").stdout(table).check();
}

#[test]
fn further_columns_stay_with_their_users_in_any_order() {
    let sandbox = sandbox();
    let line = "list --fields username,email,active --format plain --sort username";
    for (options, expected) in [
        ("", "ann\t\t\neve\t\t0\nzoe\tz@x.org\t1\n"),
        ("--reverse", "zoe\tz@x.org\t1\neve\t\t0\nann\t\t\n"),
        ("--match *e* --limit 1", "eve\t\t0\n"),
    ] {
        // Without an index they are sorted outside of the file.
        sandbox.useradm(&format!("{line} {options}")).stdout(expected).check();
    }
    sandbox.sql("CREATE UNIQUE INDEX names ON user (username)");
    sandbox.useradm(line).stdout("ann\t\t\neve\t\t0\nzoe\tz@x.org\t1\n").check();
}

#[test]
fn shows_the_fields_that_are_asked_for() {
    let sandbox = sandbox();
    let line = "show zoe --fields email,id,active --format";
    let object = "{\"email\":\"z@x.org\",\"id\":1,\"active\":1}\n";
    sandbox.useradm(&format!("{line} json")).stdout(object).check();
    sandbox.useradm(&format!("{line} plain")).stdout("z@x.org\t1\t1\n").check();
    sandbox.useradm("show bob --fields email").status(3).stderr("[..]\n").check();
    sandbox.useradm("show zoe --fields colour").error(2, "usage").check();
}

#[test]
fn a_column_that_is_not_there_is_a_usage_error_that_names_those_that_are() {
    let sandbox = sandbox();
    let says = "error: Invalid column `colour`: the table `user` has the columns id, username, \
                password_hash, email, [..]\n";
    sandbox.useradm("list --fields id,colour").status(2).stderr(says).check_unchanged();
    for fields in
        ["colour", "user.colour", "users.email", "id;DROP", "email,email", "\"email\"", "Email"]
    {
        let run = sandbox.useradm("list --fields").arg(fields).status(2).stderr("[...]");
        run.check_unchanged();
        sandbox.useradm("list --fields").arg(fields).error(2, "usage").check_unchanged();
    }
}

#[test]
fn the_hash_is_no_field() {
    let sandbox = sandbox();
    for fields in ["password_hash", "id,password_hash", "user.password_hash"] {
        let run = sandbox.useradm("list --fields").arg(fields);
        let says = "error: Invalid column `[..]`: only `export` writes hashes\n";
        run.status(2).stderr(says).check_unchanged();
    }
}

#[test]
fn a_value_that_is_too_long_is_told_by_id_and_column() {
    let sandbox = sandbox();
    sandbox.sql("UPDATE user SET email = hex(zeroblob(600000)) WHERE id = 2");
    sandbox.useradm("list --fields id,active").stdout("[...]").check();
    for line in
        ["list --fields id,email", "list --fields email --sort username", "show ann --fields email"]
    {
        let says = "error: [..]the column `email` of the user with id 2 has 1200000 bytes[..]\n\
                    hint: --fields without the column `email` shows the rest\n";
        sandbox.useradm(line).stdout("[...]").status(8).stderr(says).check();
    }
}
