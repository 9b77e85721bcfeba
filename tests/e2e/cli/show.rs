//! `useradm show`

use crate::support::{Sandbox, hash_with_salt};

#[test]
fn shows_a_user_in_every_format() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let hash = hash_with_salt(b"x", 29_000, &[7; 16]);
    sandbox.sql(&format!("UPDATE user SET password_hash = '{hash}' WHERE username = 'bob'"));
    let object = "{\"id\":2,\"username\":\"bob\",\"scheme\":\"pbkdf2_sha256\",\"rounds\":29000}\n";
    for (format, expected) in [
        ("json", object),
        ("jsonl", object),
        ("plain", "2\tbob\tpbkdf2_sha256\t29000\n"),
        ("csv", "id,username,scheme,rounds\n2,bob,pbkdf2_sha256,29000\n"),
        ("table", "[...]2[..]bob[..]pbkdf2_sha256[..]29000[...]"),
    ] {
        sandbox.useradm("show bob --format").arg(format).stdout(expected).check();
        sandbox.useradm("show --id 2 --format").arg(format).stdout(expected).check();
        sandbox.useradm("show -q bob --format").arg(format).stdout(expected).check();
    }
}

#[test]
fn never_takes_a_name_for_an_id() {
    let sandbox = Sandbox::application(&["alice", "3", "1"]);
    let run = sandbox.useradm("show 1 --format plain");
    run.stdout("3\t1\tpbkdf2_sha256\t1000\n").check();
    let run = sandbox.useradm("show --id 1 --format plain");
    run.stdout("1\talice\tpbkdf2_sha256\t1000\n").check();
    sandbox.useradm("show 2").status(3).stderr("error: User not found: 2\n").check();
}

#[test]
fn finds_no_user_who_is_not_there() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.useradm("show bob").status(3).stderr("error: User not found: bob\n").check();
    for name in ["Alice", "alic", "alice ", "al*", "%", "", "alice\u{301}"] {
        sandbox.useradm("show").arg(name).error(3, "user_not_found").check();
    }
    for id in ["0", "2", "-1", "9223372036854775807", "-9223372036854775808"] {
        sandbox.useradm("show --id").arg(id).error(3, "user_not_found").check();
    }
}

#[test]
fn wants_one_name_or_one_id() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    for line in [
        "show",
        "show alice bob",
        "show alice --id 1",
        "show --id",
        "show --id alice",
        "show --id 1.0",
        "show --id 9223372036854775808",
        "show --id 1 --id 2",
    ] {
        sandbox.useradm(line).status(2).stderr("error: [...]").check();
    }
}

#[test]
fn shows_users_whose_hash_it_cannot_read() {
    let sandbox = Sandbox::application(&["alice"]);
    for (hash, scheme) in
        [("", "unknown"), ("hunter2", "unknown"), ("$2b$12$abcdefghijk", "bcrypt")]
    {
        sandbox.sql(&format!("UPDATE user SET password_hash = '{hash}'"));
        let row = format!("1\talice\t{scheme}\t\n");
        sandbox.useradm("show alice --format plain").stdout(row).check();
        let object = format!(
            "{{\"id\":1,\"username\":\"alice\",\"scheme\":\"{scheme}\",\"rounds\":null}}\n"
        );
        sandbox.useradm("show alice --format json").stdout(object).check();
    }
}

#[test]
fn shows_all_numbers_of_a_hash_where_the_rounds_do_not_say_them() {
    let sandbox = Sandbox::application(&["alice"]);
    for (hash, json, listed) in [
        (
            format!("scrypt:32768:8:1$dBwZXagKMWpoM3rO${}", "0".repeat(128)),
            r#""scheme":"werkzeug_scrypt","rounds":null,"parameters":"32768:8:1"}"#,
            "werkzeug_scrypt\t\t32768:8:1\n",
        ),
        (
            "$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S".to_owned(),
            r#""scheme":"bcrypt","rounds":12}"#,
            "bcrypt\t12\t12\n",
        ),
        ("!".to_owned(), r#""scheme":"unknown","rounds":null}"#, "unknown\t\t\n"),
    ] {
        sandbox.sql(&format!("UPDATE user SET password_hash = '{hash}'"));
        let object = format!("{{\"id\":1,\"username\":\"alice\",{json}\n");
        sandbox.useradm("show alice --format json").stdout(object).check();
        let list = "list --fields scheme,rounds,parameters --format plain";
        sandbox.useradm(list).stdout(listed).check();
    }
}
