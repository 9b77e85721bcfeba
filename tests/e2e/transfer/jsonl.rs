//! JSON lines, well-formed and not.

use serde_json::json;

use crate::support::{PASSWORD, Sandbox, hash, is_application_hash};

/// Lines of which the second cannot be imported.
#[track_caller]
fn refuse(line: impl AsRef<[u8]>, says: &str) {
    let sandbox = Sandbox::application(&["alice"]);
    let mut input = b"{\"username\":\"ok\",\"password\":\"correct horse\"}\n".to_vec();
    input.extend_from_slice(line.as_ref());
    let run = sandbox.useradm("import --from jsonl -").stdin(&input);
    let rejected = format!("line 2:[..]{says}[..]\nerror: Invalid input: [..]\n");
    run.status(6).stderr(rejected).check_unchanged();
    let run = sandbox.useradm("import --from jsonl -").stdin(&input);
    run.error(6, "invalid_input").check_unchanged();
}

#[track_caller]
fn take(input: impl AsRef<[u8]>, names: &[&str]) -> Sandbox {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --from jsonl -").stdin(input);
    run.stderr(format!("[...]imported {}, skipped 0, updated 0\n", names.len())).check();
    assert_eq!(sandbox.usernames(), names);
    sandbox
}

#[test]
fn takes_fields_in_any_order_with_escapes_and_nulls() {
    let ready = hash("battery staple");
    let input = format!(
        "{{\"password\":\"say \\\"friend\\\" \\u00e9\",\"username\":\"Ren\\u00e9\"}}\r\n\n  \
         {{ \"username\" : \"b\\ud83e\\udd80\", \"id\": null, \"password\": null, \
         \"password_hash\": \"{ready}\" }}  \n\
         {{\"username\":\"c\",\"password\":\"correct horse\",\"id\":9223372036854775807}}"
    );
    let sandbox = take(input, &["Ren\u{e9}", "b\u{1f980}", "c"]);
    let stored = sandbox.hash_of("Ren\u{e9}");
    assert!(is_application_hash(&stored, "say \"friend\" \u{e9}".as_bytes(), 1000));
    assert_eq!(sandbox.hash_of("b\u{1f980}"), ready);
}

#[test]
fn takes_a_byte_order_mark_and_no_lines_at_all() {
    take("\u{feff}{\"username\":\"a\",\"password\":\"correct horse\"}\n", &["a"]);
    take("", &[]);
    take("\n\r\n\n", &[]);
}

#[test]
fn refuses_json_that_is_cut_off_or_is_none() {
    for line in [
        "{",
        "{\"username\":\"bob\"",
        "{\"username\":\"bob\",\"password\":\"correct ho",
        "{\"username\":\"bob\",\"password\":\"correct horse\"",
        "nonsense",
        "bob:correct horse",
        "{username:\"bob\",password:\"correct horse\"}",
        "{'username':'bob','password':'correct horse'}",
        "{\"username\":\"bob\",\"password\":\"correct horse\",}",
        "{\"username\":\"bob\",\"password\":\"correct horse\"} x",
        "{\"username\":\"a\",\"password\":\"correct horse\"}{\"username\":\"b\",\"password\":\"correct horse\"}",
        "{\"username\":\"bo\tb\",\"password\":\"correct horse\"}",
        "{\"username\":\"\\ud83e\",\"password\":\"correct horse\"}",
        "{\"username\":\"\\x41\",\"password\":\"correct horse\"}",
        "{\"username\":\"a\0\",\"password\":\"correct horse\"}",
    ] {
        refuse(line, "");
    }
    refuse(b"{\"username\":\"b\xff\",\"password\":\"correct horse\"}", "UTF-8");
    refuse(b"\xff\xfe", "UTF-8");
}

#[test]
fn refuses_values_of_the_wrong_type() {
    for line in [
        "null",
        "7",
        "\"bob\"",
        "[]",
        "[\"bob\",\"correct horse\"]",
        "[null,\"bob\",null,\"correct horse\",null]",
        "[{\"username\":\"bob\",\"password\":\"correct horse\"}]",
        "{}",
        "{\"username\":7,\"password\":\"correct horse\"}",
        "{\"username\":null,\"password\":\"correct horse\"}",
        "{\"username\":[\"bob\"],\"password\":\"correct horse\"}",
        "{\"username\":{\"name\":\"bob\"},\"password\":\"correct horse\"}",
        "{\"username\":\"bob\",\"password\":12345678}",
        "{\"username\":\"bob\",\"password\":true}",
        "{\"username\":\"bob\",\"password\":[\"correct horse\"]}",
        "{\"username\":\"bob\",\"password_hash\":7}",
        "{\"username\":\"bob\",\"password\":\"correct horse\",\"id\":\"s3cret\"}",
        "{\"username\":\"bob\",\"password\":\"correct horse\",\"id\":true}",
        "{\"username\":\"bob\",\"password\":\"correct horse\",\"id\":[1]}",
    ] {
        refuse(line, "");
    }
}

#[test]
fn refuses_keys_that_come_twice_or_are_unknown_and_names_them() {
    let row =
        |more: &str| format!("{{\"username\":\"bob\",\"password\":\"correct horse\",{more}}}");
    refuse(row("\"password\":\"battery staple\""), "password");
    refuse(row("\"username\":\"bob\""), "username");
    refuse(row("\"id\":1,\"id\":2"), "id");
    refuse(row("\"colour\":\"red\""), "colour");
    refuse(row("\"Password\":\"s3cret\""), "Password");
    refuse(row("\"\\u001b[31m\":1"), "\\u{1b}[31m");
}

#[test]
fn takes_only_ids_that_a_table_can_hold() {
    for id in [
        "-9223372036854775809",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e3",
        "1.5",
        "1.0",
        "-0",
        "01",
        "NaN",
        "1e400",
    ] {
        refuse(format!("{{\"username\":\"bob\",\"password\":\"correct horse\",\"id\":{id}}}"), "");
    }
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --keep-ids --from jsonl -").stdin(
        "{\"username\":\"a\",\"password\":\"correct horse\",\"id\":9007199254740993}\n\
         {\"username\":\"b\",\"password\":\"correct horse\",\"id\":9223372036854775807}\n",
    );
    run.counts(2, 0, 0).check();
    let ids = sandbox.rows("SELECT id FROM user ORDER BY id");
    assert_eq!(ids, ["9007199254740993", "9223372036854775807"]);
}

#[test]
fn survives_nesting_of_any_depth() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        refuse(&nested, "");
        refuse(format!("{{\"username\":{nested}}}"), "");
        refuse(format!("{{\"username\":\"bob\",\"x\":{nested}}}"), "");
        refuse(open.repeat(100_000), "");
    }
}

#[test]
fn needs_exactly_one_credential_for_each_row() {
    let ready = hash("battery staple");
    let both = json!({"username": "bob", "password": PASSWORD, "password_hash": ready});
    refuse(both.to_string(), "bob: [..]password");
    refuse("{\"username\":\"bob\"}", "bob: [..]password");
    refuse("{\"username\":\"bob\",\"password\":null}", "bob: [..]password");
    refuse("{\"username\":\"bob\",\"password\":\"\"}", "bob: [..]password");
    refuse("{\"password\":\"correct horse\"}", "username");
    refuse("{\"username\":\"\",\"password\":\"correct horse\"}", "");
}

#[test]
fn counts_empty_lines_too() {
    let sandbox = Sandbox::application(&[]);
    let input = "\n\r\n{\"username\":\"a\",\"password\":\"\"}\n\n\n{\n";
    let run = sandbox.useradm("import --from jsonl -").stdin(input);
    let says = "line 3: a: [..]\nline 6: [..]\nerror: Invalid input: 2 [..]\n";
    run.status(6).stderr(says).check_unchanged();
}

#[test]
fn a_name_in_hexadecimal_is_for_names_that_are_not_utf_8() {
    let ready = hash(PASSWORD);
    let row = |hex: &str| {
        format!("{{\"id\":5,\"username_hex\":\"{hex}\",\"password_hash\":\"{ready}\"}}\n")
    };
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --keep-ids --from jsonl -").stdin(row("636166E9"));
    run.counts(1, 0, 0).check();
    assert_eq!(sandbox.rows("SELECT hex(CAST(username AS BLOB)) FROM user"), ["636166E9"]);
    for hex in ["6", "6g", "zz", "0x61", " 61"] {
        refuse(row(hex), "");
    }
    // Without the ids these are new names like any other.
    refuse(row("636166e9"), "caf\\xe9");
    refuse(row("610a"), "");
    let both = json!({"username": "a", "username_hex": "61", "password": PASSWORD});
    refuse(both.to_string(), "");
}
