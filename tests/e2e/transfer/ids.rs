//! Ids, which are kept only when that is asked for.

use crate::support::{PASSWORD, Sandbox, hash, lines};

fn rows(ids: &[&str]) -> String {
    let ready = hash(PASSWORD);
    let row = |(number, id): (usize, &&str)| format!("{id},user{number},{ready}\n");
    let rows = lines(ids.iter().enumerate(), row);
    format!("id,username,password_hash\n{rows}")
}

#[test]
fn gives_new_ids_unless_told_otherwise() {
    let sandbox = Sandbox::application(&["alice"]);
    let run = sandbox.useradm("import --from csv -").stdin(rows(&["1", "1", "99"]));
    run.stderr("[..]\nwarning: [..]--keep-ids[..]\nimported 3, skipped 0, updated 0\n").check();
    assert_eq!(sandbox.rows("SELECT id FROM user ORDER BY id"), ["1", "2", "3", "4"]);
    assert_eq!(sandbox.rows("SELECT username FROM user WHERE id = 1"), ["alice"]);
}

#[test]
fn keeps_ids_and_goes_on_after_them() {
    let sandbox = Sandbox::initialised();
    let run = sandbox.useradm("import --keep-ids --from csv -").stdin(rows(&["70", "3", "7"]));
    run.counts(3, 0, 0).check();
    let users = sandbox.rows("SELECT id, username FROM user ORDER BY id");
    assert_eq!(users, ["3|user1", "7|user2", "70|user0"]);
    sandbox.useradm("delete -q --yes user0").check();
    sandbox.useradm("add -q dave --password-stdin").stdin(PASSWORD).check();
    assert_eq!(sandbox.rows("SELECT id FROM user WHERE username = 'dave'"), ["71"]);
}

#[test]
fn refuses_ids_that_no_table_can_hold() {
    let sandbox = Sandbox::application(&[]);
    for id in [
        "-0",
        "-01",
        "--1",
        "-",
        "-9223372036854775809",
        "9223372036854775808",
        "18446744073709551617",
        "x",
        "1x",
        "1.0",
        "1e3",
        "+1",
        "01",
        " 1",
        "1 ",
        "0x10",
        "\u{661}",
        "\"1\n\"",
    ] {
        let run = sandbox.useradm("import --keep-ids --from csv -").stdin(rows(&["5", id, "6"]));
        run.status(6).stderr("line 3: user1: [..]id[..]\nerror: [..]\n").check_unchanged();
    }
    let run = sandbox.useradm("import --keep-ids --from csv -").stdin(rows(&["5", ""]));
    run.status(6).stderr("line 3: user1: [..]id[..]\nerror: [..]\n").check_unchanged();
    let run = sandbox.useradm("import --keep-ids --from csv -");
    run.stdin(rows(&["9223372036854775807", "1"])).counts(2, 0, 0).check();
}

#[test]
fn refuses_an_id_that_comes_twice() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --keep-ids --from csv -").stdin(rows(&["7", "8", "7", "7"]));
    let said = "line 4: user2: [..]7[..]line 2\nline 5: user3: [..]7[..]\n\
                error: Invalid input: 2 rows [..]\n";
    run.status(6).stderr(said).check_unchanged();
}

#[test]
fn refuses_an_id_that_another_user_has() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    for action in ["fail", "skip", "update"] {
        let line = format!("import --keep-ids --on-conflict {action} --from csv -");
        let run = sandbox.useradm(&line).stdin(rows(&["5", "2"]));
        let said = "line 3: user1: [..]2[..]bob\nerror: [..]\nhint: [..]\n";
        run.status(4).stderr(said).check_unchanged();
        let run = sandbox.useradm(&line).stdin(rows(&["5", "2"]));
        run.error(4, "user_exists").check_unchanged();
    }
}

#[test]
fn never_changes_the_id_of_a_user_who_exists() {
    let sandbox = Sandbox::application(&["user0", "user1"]);
    let run = sandbox.useradm("import --keep-ids --on-conflict update --from csv -");
    let input = rows(&["2", "9"]).replace(&hash(PASSWORD), &hash("battery staple"));
    run.stdin(input).counts(0, 0, 2).check();
    assert_eq!(sandbox.rows("SELECT id, username FROM user"), ["1|user0", "2|user1"]);
}

#[test]
fn takes_back_its_own_export_as_unchanged() {
    let sandbox = Sandbox::application(&["bob", "Bob", "a\u{202e}b", ""]);
    sandbox.useradm("export -q users.csv").check();
    let run = sandbox.useradm("import --keep-ids --on-conflict update users.csv");
    run.counts(0, 4, 0).check_unchanged();
    let run = sandbox.useradm("import --keep-ids --on-conflict skip users.csv");
    run.counts(0, 4, 0).check_unchanged();
    let run = sandbox.useradm("import --keep-ids users.csv");
    run.error(4, "user_exists").check_unchanged();
}
