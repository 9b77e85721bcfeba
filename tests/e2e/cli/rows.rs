//! Rows that the application, or somebody else, let in: NULLs, blobs, names that are not UTF-8.

use crate::support::{PASSWORD, Sandbox, hash};

fn odd_rows() -> Sandbox {
    let hash = hash(PASSWORD);
    Sandbox::with_schema(&format!(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(80), password_hash TEXT);
         INSERT INTO user VALUES
             (1, NULL, NULL),
             (2, CAST(x'ff6e6f7420757466' AS TEXT), '{hash}'),
             (3, x'626c6f62', '{hash}'),
             (4, 'plain', x'00ff'),
             (5, 'nul' || char(0) || 'x', '{hash}'),
             (6, '', 17),
             (7, CAST(x'eda080' AS TEXT), '{hash}'),
             (8, x'', NULL);"
    ))
}

#[test]
fn odd_rows_do_not_spoil_a_listing() {
    let sandbox = odd_rows();
    let json = "[{\"id\":1,\"username\":null},{\"id\":2,\"username\":\"\u{fffd}not utf\"},\
                {\"id\":3,\"username\":\"blob\"},{\"id\":4,\"username\":\"plain\"},\
                {\"id\":5,\"username\":\"nul\\u0000x\"},{\"id\":6,\"username\":\"\"},\
                {\"id\":7,\"username\":\"[..]\"},{\"id\":8,\"username\":\"\"}]\n";
    sandbox.useradm("list --format json").stdout(json).check();
    let plain = "1\t\n2\t\\xffnot utf\n3\tblob\n4\tplain\n5\tnul\\u{0}x\n6\t\n\
                 7\t\\xed\\xa0\\x80\n8\t\n";
    sandbox.useradm("list --format plain").stdout(plain).check();
    let mut csv = b"id,username\n1,\n2,\xffnot utf\n3,blob\n4,plain\n5,nul\0x\n6,".to_vec();
    csv.extend_from_slice(b"[..]\n7,\xed\xa0\x80\n8,[..]\n");
    sandbox.useradm("list --format csv").stdout(csv).check();
    let table = "[..]\n[..]\n[..]\n[..] 1 [..]\n[..] 2 [..] \\xffnot utf [..]\n[..]blob[..]\n\
                 [..]plain[..]\n[..]nul\\u{0}x[..]\n[..]\n[..]\\xed\\xa0\\x80[..]\n[..]\n[..]\n";
    sandbox.useradm("list").stdout(table).check();
    sandbox.useradm("list --count").stdout("8\n").check();
    sandbox.useradm("list --count --match *").stdout("[..]\n").check();
}

#[test]
fn odd_rows_are_sorted_and_listed_once_each() {
    let sandbox = odd_rows();
    for (line, first) in [("--sort username", "1"), ("--sort username --reverse", "3")] {
        let line = format!("list --fields id --format plain {line}");
        let (stdout, _) = sandbox.useradm(&line).stdout("[...]").check();
        let mut ids: Vec<&str> = stdout.lines().collect();
        assert_eq!(ids[0], first, "{stdout}");
        ids.sort_unstable();
        assert_eq!(ids, ["1", "2", "3", "4", "5", "6", "7", "8"]);
    }
}

#[test]
fn hashes_of_any_type_have_a_scheme() {
    let sandbox = odd_rows();
    let rows = "1\tunknown\t\n2\tpbkdf2_sha256\t1000\n3\tpbkdf2_sha256\t1000\n4\tunknown\t\n\
                5\tpbkdf2_sha256\t1000\n6\tunknown\t\n7\tpbkdf2_sha256\t1000\n8\tunknown\t\n";
    sandbox.useradm("list --fields id,scheme,rounds --format plain").stdout(rows).check();
    for id in 1..=8 {
        let run = sandbox.useradm(&format!("show --id {id} --format csv"));
        run.stdout(format!("id,username,scheme,rounds\n{id},[..],[..],[..]\n")).check();
    }
}

#[test]
fn names_that_are_not_utf_8_can_be_typed() {
    let sandbox = odd_rows();
    for name in [&b"\xffnot utf"[..], b"\xed\xa0\x80"] {
        let run = sandbox.useradm("login -q --password-stdin").arg_bytes(name);
        run.stdin(PASSWORD).check();
        let run = sandbox.useradm("show --format plain").arg_bytes(name);
        run.stdout("[..]\\x[..]\tpbkdf2_sha256\t1000\n").check();
        sandbox.useradm("delete -q --yes").arg_bytes(name).check();
    }
    assert_eq!(sandbox.rows("SELECT count(*) FROM user"), ["6"]);
    let run = sandbox.useradm("show").arg_bytes(b"\xfe").status(3);
    run.stderr("error: User not found: [..]\n").check();
}

#[test]
fn every_row_can_be_renamed_and_deleted_by_its_id() {
    for id in 1..=8 {
        let sandbox = odd_rows();
        let line = format!("update --id {id} --username renamed --password-stdin -q");
        sandbox.useradm(&line).stdin(PASSWORD).check();
        sandbox.useradm("login -q renamed --password-stdin").stdin(PASSWORD).check();
        let typed = "SELECT typeof(username), typeof(password_hash) FROM user WHERE id = ";
        assert_eq!(sandbox.rows(&format!("{typed}{id}")), ["text|text"]);
    }
    let sandbox = odd_rows();
    for id in 1..=8 {
        sandbox.useradm(&format!("delete -q --yes --id {id}")).check();
    }
    assert_eq!(sandbox.rows("SELECT count(*) FROM user"), ["0"]);
}

#[test]
fn a_password_alone_can_be_changed_whatever_the_name() {
    let sandbox = odd_rows();
    for id in 1..=8 {
        let line = format!("update --id {id} --password-stdin -q");
        sandbox.useradm(&line).stdin(PASSWORD).check();
    }
    let names = "SELECT typeof(username) FROM user WHERE id IN (1, 3, 8)";
    assert_eq!(sandbox.rows(names), ["null", "blob", "blob"]);
}

#[test]
fn hashes_that_are_missing_or_no_text_cannot_be_read() {
    let sandbox = odd_rows();
    sandbox.sql("UPDATE user SET username = 'user' || id WHERE id IN (1, 6)");
    for name in ["user1", "plain", "user6"] {
        let run = sandbox.useradm("login --password-stdin").arg(name).stdin(PASSWORD);
        run.error(8, "unreadable_hash").check();
    }
}

#[test]
fn new_users_can_be_added_beside_odd_rows() {
    let sandbox = odd_rows();
    sandbox.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
    let run = sandbox.useradm("add Plain --password-stdin").stdin(PASSWORD);
    run.error(4, "lookalike_exists").check();
    let unique = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(80) UNIQUE, password_hash TEXT);
         INSERT INTO user VALUES (1, x'616c696365', 'x'), (2, NULL, 'x'), (3, NULL, 'x'),
             (4, CAST(x'616cff' AS TEXT), 'x'), (5, 'alic' || char(0), 'x'), (6, 'Alice', 'x');",
    );
    let run = unique.useradm("add alice --password-stdin").stdin(PASSWORD);
    run.status(4).stderr("error: [...]").check();
    unique.sql("DELETE FROM user WHERE id IN (1, 6)");
    unique.useradm("add -q alice --password-stdin").stdin(PASSWORD).check();
}

#[test]
fn ids_at_the_ends_of_the_range_are_ordinary() {
    let sandbox = Sandbox::application(&[]);
    sandbox.sql(
        "INSERT INTO user VALUES (-9223372036854775808, 'least', 'x'), (0, 'zero', 'x'),
                                 (9223372036854775806, 'high', 'x')",
    );
    let rows = "-9223372036854775808\tleast\n0\tzero\n9223372036854775806\thigh\n";
    sandbox.useradm("list --format plain").stdout(rows).check();
    let run = sandbox.useradm("show --id=-9223372036854775808 --format plain");
    run.stdout("-9223372036854775808\tleast\tunknown\t\n").check();
    let run = sandbox.useradm("login nobody --password-stdin").stdin(PASSWORD);
    run.error(5, "invalid_credentials").check();
    sandbox.useradm("add -q last --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("delete -q --yes --id -9223372036854775808").check();
    assert_eq!(sandbox.usernames(), ["zero", "high", "last"]);
}
