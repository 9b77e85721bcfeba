//! `useradm list`

use crate::support::{PASSWORD, Sandbox, hash_with_salt};

fn three() -> Sandbox {
    Sandbox::application(&["carol", "alice", "Bob"])
}

#[test]
fn lists_in_the_order_of_ids_as_the_application_does() {
    let sandbox = three();
    sandbox.sql("UPDATE user SET id = 10 WHERE username = 'carol'");
    let json = "[{\"id\":2,\"username\":\"alice\"},{\"id\":3,\"username\":\"Bob\"},\
                {\"id\":10,\"username\":\"carol\"}]\n";
    sandbox.useradm("list --format json").stdout(json).check();
    let jsonl = "{\"id\":2,\"username\":\"alice\"}\n{\"id\":3,\"username\":\"Bob\"}\n\
                 {\"id\":10,\"username\":\"carol\"}\n";
    sandbox.useradm("list --format jsonl").stdout(jsonl).check();
    let csv = "id,username\n2,alice\n3,Bob\n10,carol\n";
    sandbox.useradm("list --format csv").stdout(csv).check();
    sandbox.useradm("list --format plain").stdout("2\talice\n3\tBob\n10\tcarol\n").check();
    let table = "[..]\n[..] id [..] username [..]\n[..]\n[..] 2 [..] alice [..]\n\
                 [..] 3 [..] Bob [..]\n[..] 10 [..] carol [..]\n[..]\n";
    sandbox.useradm("list").stdout(table).check();
}

#[test]
fn lists_nobody_in_every_format() {
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        for (format, empty) in [
            ("json", "[]\n"),
            ("jsonl", ""),
            ("csv", "id,username\n"),
            ("plain", ""),
            ("table", "[..]\n[..] id [..] username [..]\n[..]\n[..]\n"),
        ] {
            sandbox.useradm("list --format").arg(format).stdout(empty).check();
        }
    }
}

#[test]
fn prints_the_named_fields_in_the_named_order() {
    let sandbox = Sandbox::application(&["alice"]);
    for (fields, format, expected) in [
        ("username", "plain", "alice\n"),
        ("username,id", "plain", "alice\t1\n"),
        ("rounds,scheme", "plain", "1000\tpbkdf2_sha256\n"),
        ("scheme,id", "csv", "scheme,id\npbkdf2_sha256,1\n"),
        ("rounds,username", "json", "[{\"rounds\":1000,\"username\":\"alice\"}]\n"),
        ("scheme", "jsonl", "{\"scheme\":\"pbkdf2_sha256\"}\n"),
    ] {
        let run = sandbox.useradm("list --fields").arg(fields).arg("--format").arg(format);
        run.stdout(expected).check();
    }
    for fields in ["password_hash", "id,hash", "", "id,", "Id", "id username"] {
        let run = sandbox.useradm("list --fields").arg(fields).status(2);
        run.stderr("error: [...]").check();
    }
}

#[test]
fn matches_names_by_case_sensitive_glob() {
    let sandbox = Sandbox::application(&["alice", "Alice", "al*ce", "bob", "a", "\u{e9}mile"]);
    for (pattern, names) in [
        ("alice", "alice\n"),
        ("a*", "alice\nal*ce\na\n"),
        ("*", "alice\nAlice\nal*ce\nbob\na\n\u{e9}mile\n"),
        ("[Aa]lice", "alice\nAlice\n"),
        ("al[*]ce", "al*ce\n"),
        ("?", "a\n"),
        ("?mile", "\u{e9}mile\n"),
        ("a%", ""),
        ("' OR 1=1 --", ""),
        ("", ""),
    ] {
        let line = "list --fields username --format plain --match";
        sandbox.useradm(line).arg(pattern).stdout(names).check();
    }
}

#[test]
fn sorts_by_the_bytes_of_names_and_in_both_directions() {
    let sandbox = Sandbox::application(&["b", "\u{e9}", "B", "a", "10", "9"]);
    for (line, names) in [
        ("--sort username", "10\n9\nB\na\nb\n\u{e9}\n"),
        ("--sort username --reverse", "\u{e9}\nb\na\nB\n9\n10\n"),
        ("--sort id", "b\n\u{e9}\nB\na\n10\n9\n"),
        ("--reverse", "9\n10\na\nB\n\u{e9}\nb\n"),
    ] {
        sandbox
            .useradm(&format!("list --fields username --format plain {line}"))
            .stdout(names)
            .check();
    }
    sandbox.useradm("list --sort scheme").status(2).stderr("error: [...]").check();
}

#[test]
fn counts_all_that_match_whatever_the_limit() {
    let sandbox = three();
    for (options, count) in [
        ("", "3\n"),
        ("--limit 1", "3\n"),
        ("--limit 0", "3\n"),
        ("--offset 2", "3\n"),
        ("--match a*", "1\n"),
        ("--match a* --limit 0", "1\n"),
        ("--match z", "0\n"),
        ("--format json", "3\n"),
        ("--format csv", "3\n"),
        ("--quiet", "3\n"),
    ] {
        sandbox.useradm(&format!("list --count {options}")).stdout(count).check();
    }
}

#[test]
fn gives_the_part_that_offset_and_limit_select() {
    let sandbox = three();
    for (options, names) in [
        ("--limit 0", ""),
        ("--limit 2", "carol\nalice\n"),
        ("--limit 18446744073709551615", "carol\nalice\nBob\n"),
        ("--offset 1", "alice\nBob\n"),
        ("--offset 3", ""),
        ("--offset 18446744073709551615", ""),
        ("--offset 1 --limit 1", "alice\n"),
        ("--sort username --offset 1 --limit 1", "alice\n"),
        ("--reverse --limit 1", "Bob\n"),
        ("--match [a-z]* --offset 1", "alice\n"),
    ] {
        let line = format!("list --fields username --format plain {options}");
        sandbox.useradm(&line).stdout(names).check();
    }
    sandbox.useradm("list --limit 0 --format json").stdout("[]\n").check();
    sandbox.useradm("list --limit 0 --format csv").stdout("id,username\n").check();
}

#[test]
fn has_no_hidden_limit() {
    // More users than one page of the reader, whose rows must come once each and in order.
    let sandbox = Sandbox::initialised();
    sandbox.sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
         INSERT INTO user (username, password_hash) SELECT printf('user%05d', i), 'x' FROM n",
    );
    let line = |i: u32| format!("{i}\tuser{i:05}\n");
    let up = (1..=25_000).map(line).collect::<Vec<String>>().concat();
    let down = (1..=25_000).rev().map(line).collect::<Vec<String>>().concat();
    for (options, expected) in [
        ("", &up),
        ("--reverse", &down),
        ("--sort username", &up),
        ("--sort username --reverse", &down),
    ] {
        sandbox.useradm(&format!("list --format plain {options}")).stdout(expected).check();
    }
    let (table, _) = sandbox.useradm("list").stdout("[...]").check();
    assert_eq!(table.lines().count(), 25_004);
    sandbox.useradm("list --count").stdout("25000\n").check();
}

#[test]
fn never_prints_a_hash() {
    let sandbox = three();
    for format in ["table", "plain", "csv", "json", "jsonl"] {
        for command in ["list --fields id,username,scheme,rounds", "show alice"] {
            let run = sandbox.useradm(command).arg("--format").arg(format);
            let (stdout, _) = run.stdout("[...]").check();
            assert!(!stdout.contains('$'), "{stdout}");
        }
    }
}

#[test]
fn names_what_it_cannot_read_without_failing() {
    let sandbox = Sandbox::application(&["alice", "bob", "carol"]);
    let cheap = hash_with_salt(PASSWORD.as_bytes(), 1, &[7; 16]);
    sandbox.sql(&format!(
        "UPDATE user SET password_hash = '$2b$12$abc' WHERE id = 1;
         UPDATE user SET password_hash = '' WHERE id = 2;
         UPDATE user SET password_hash = '{cheap}' WHERE id = 3;"
    ));
    let rows = "[{\"id\":1,\"scheme\":\"bcrypt\",\"rounds\":null},\
                {\"id\":2,\"scheme\":\"unknown\",\"rounds\":null},\
                {\"id\":3,\"scheme\":\"pbkdf2_sha256\",\"rounds\":1}]\n";
    sandbox.useradm("list --fields id,scheme,rounds --format json").stdout(rows).check();
}

#[test]
fn never_writes_to_the_database() {
    let sandbox = three();
    let before = sandbox.bytes();
    sandbox.useradm("list --count").stdout("3\n").check();
    sandbox.useradm("list --sort username --limit 1 --format plain").stdout("3\tBob\n").check();
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.files(), ["users.db"]);
}
