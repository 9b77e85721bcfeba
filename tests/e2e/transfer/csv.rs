//! CSV, well-formed and not: the line that is told is the one on which the row begins.

use crate::support::{PASSWORD, Sandbox, hash, is_application_hash};

/// An input from which nothing may be imported, and what is said about it before the last line.
#[track_caller]
fn refuse(input: impl AsRef<[u8]>, rows: &str) {
    let sandbox = Sandbox::application(&["alice"]);
    let run = sandbox.useradm("import --from csv -").stdin(&input);
    // What is wrong with the header has a hint.
    let hint = if rows.is_empty() { "[...]" } else { "" };
    run.status(6).stderr(format!("{rows}error: Invalid input: [..]\n{hint}")).check_unchanged();
    let run = sandbox.useradm("import --from csv -").stdin(&input);
    run.error(6, "invalid_input").check_unchanged();
}

/// An input from which these users must be imported.
#[track_caller]
fn take(input: impl AsRef<[u8]>, names: &[&str]) -> Sandbox {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --from csv -").stdin(input);
    run.stderr(format!("[...]imported {}, skipped 0, updated 0\n", names.len())).check();
    assert_eq!(sandbox.usernames(), names);
    sandbox
}

#[test]
fn refuses_an_input_without_a_header() {
    refuse("", "");
    refuse("\n\r\n\n", "");
    refuse("\u{feff}", "");
    refuse("alice,correct horse\nbob,battery staple\n", "");
    refuse(format!("1,alice,{}\n", hash(PASSWORD)), "");
    refuse("password,password_hash\n", "");
    refuse("Username,Password\nbob,correct horse\n", "");
}

#[test]
fn a_header_that_is_nearly_right_gets_a_hint_with_the_right_one() {
    for (header, reason, hint) in [
        ("username;password", "semicolons", "`username,password`"),
        ("Username,Password", "`Username`", "`username,password`"),
        ("username, password", "` password`", "`username,password`"),
        ("id\tusername\tpassword_hash", "tabs", "`id,username,password_hash`"),
    ] {
        let sandbox = Sandbox::application(&[]);
        let run = sandbox.useradm("import --from csv -").stdin(format!("{header}\na,s3cret12\n"));
        let said = format!("error: Invalid input: [..]{reason}[..]\nhint: [..]{hint}[..]\n");
        run.status(6).stderr(said).check_unchanged();
        let run = sandbox.useradm("import --from csv -").stdin(format!("{header}\na,s3cret12\n"));
        run.error(6, "invalid_input").check_unchanged();
    }
}

#[test]
fn a_header_alone_is_what_export_makes_of_no_users() {
    for input in ["username,password\n", "username,password", "id,username,password_hash\n\n"] {
        take(input, &[]);
    }
}

#[test]
fn refuses_a_header_that_names_a_column_twice_or_an_unknown_one() {
    let said = |header: &str, says: &str| {
        let sandbox = Sandbox::application(&[]);
        let run = sandbox.useradm("import --from csv -").stdin(format!("{header}\na,b,c\n"));
        let said = format!("error: Invalid input: [..]{says}[..]\nhint: [..]\n");
        run.status(6).stderr(said).check_unchanged();
    };
    said("username,password,username", "username");
    said("username,password,password", "password");
    said("username,password,colour", "1 unknown column: colour");
    said("username,passwort", "1 unknown column, at position 2");
    said("username,Password", "Password");
    said("username,\u{1b}[31m", "position 2");
    said("username,id,\u{202e}evil", "position 3");
    said("username,id,colour,shape", "colour, shape");
    // It may be the first user's row, with a password.
    said("username,s3cret", "position 2");
    refuse("username,,password\nbob,,correct horse\n", "");
    refuse(b"username,\xff\xfe\n", "");
}

#[test]
fn takes_columns_in_any_order_and_rows_with_either_credential() {
    let ready = hash("battery staple");
    let input = format!("password_hash,id,password,username\n,,correct horse,a\n{ready},7,,b\n");
    let sandbox = take(input, &["a", "b"]);
    assert!(is_application_hash(&sandbox.hash_of("a"), PASSWORD.as_bytes(), 1000));
    assert_eq!(sandbox.hash_of("b"), ready);
}

#[test]
fn takes_a_byte_order_mark_and_windows_line_breaks() {
    take("\u{feff}username,password\na,correct horse\n", &["a"]);
    take("\u{feff}\"username\",password\na,correct horse\n", &["a"]);
    let sandbox = take("username,password\r\na,correct horse\r\nb,battery staple\r\n", &["a", "b"]);
    assert!(is_application_hash(&sandbox.hash_of("a"), PASSWORD.as_bytes(), 1000));
    take("username,password\na,correct horse", &["a"]);
    take("username,password\r\na,correct horse\r\n\r\n\n", &["a"]);
}

#[test]
fn takes_quotes_commas_and_doubled_quotes_as_rfc_4180_says() {
    let input =
        "\"username\",\"password\"\n\"o'neil, jr\",\"say \"\"friend\"\"\"\n\"b\",\" spaced \"\n";
    let sandbox = take(input, &["o'neil, jr", "b"]);
    let stored = sandbox.hash_of("o'neil, jr");
    assert!(is_application_hash(&stored, b"say \"friend\"", 1000));
    assert!(is_application_hash(&sandbox.hash_of("b"), b" spaced ", 1000));
}

#[test]
fn counts_the_lines_inside_of_quotes_and_empty_ones() {
    let input = "username,password\n\n\"a\nb\",correct horse\r\n\n\"c\r\n\r\nd\",correct horse\n\
                 ok,correct horse\ne,\n";
    refuse(input, "line 3: a\\nb: [..]\nline 6: c\\r\\n\\r\\nd: [..]\nline 10: e: [..]\n");
    let input = "\"username\",\n\"pass\nword\"\n";
    refuse(input, "");
}

#[test]
fn counts_the_lines_of_a_file_whose_lines_end_with_cr_alone() {
    let input = "username,password\rok,correct horse\r\ra,\r\nb,\r\r\n\n\rc,\r";
    refuse(input, "line 4: a: [..]\nline 5: b: [..]\nline 9: c: [..]\n");
}

#[test]
fn a_password_may_not_hold_a_line_break() {
    refuse("username,password\nbob,\"correct\nhorse\"\n", "line 2: bob: [..]\n");
    refuse("username,password\nbob,\"correct\r\nhorse\"\n", "line 2: bob: [..]\n");
}

#[test]
fn refuses_a_quote_that_is_never_closed() {
    refuse("username,password\na,\"correct horse\n", "line 2: a: [..]\n");
    refuse("username,password\nok,correct horse\n\"a,correct horse\nb,x\n", "line 3: [..]\n");
    refuse("username,password\na,\"correct horse", "line 2: a: [..]\n");
    refuse("\"username,password\na,correct horse\n", "");
    // Stray quotes neither hide it nor look like it.
    refuse(
        "username,password\nsix\" pipe,\n\"a,correct horse\nb,x\n",
        "line 2: [..]\nline 3: [..]\n",
    );
    let sandbox = take("username,password\nsix\" pipe,correct horse", &["six\" pipe"]);
    assert!(is_application_hash(&sandbox.hash_of("six\" pipe"), PASSWORD.as_bytes(), 1000));
    let swallowed = "a,correct horse\n".repeat(20_000);
    refuse(format!("username,password\n\"{swallowed}"), "line 2: [..]\n");
}

#[test]
fn refuses_nul_bytes_and_what_is_not_utf_8() {
    refuse("username,password\na\0b,correct horse\n", "line 2: a\\u{0}b: [..]\n");
    refuse("username,password\nbob,correct\0horse\n", "line 2: bob: [..]\n");
    refuse(b"username,password\ncaf\xe9,correct horse\n", "line 2: caf\\xe9: [..]\n");
    refuse(b"username,password\nbob,correct\xffhorse\n", "line 2: bob: [..]\n");
    refuse(vec![0; 100_000], "");
}

#[test]
fn refuses_rows_with_more_or_fewer_fields_than_the_header() {
    refuse("username,password\nbob\n", "line 2: bob: [..]1[..]2[..]\n");
    refuse("username,password\nbob,correct horse,x\n", "line 2: bob: [..]3[..]2[..]\n");
    refuse("username,password\nbob,correct horse,\n", "line 2: bob: [..]\n");
    refuse("username,password,id\nbob,correct horse\n", "line 2: bob: [..]\n");
}

#[test]
fn refuses_a_hundred_thousand_columns() {
    let many = "x,".repeat(100_000);
    refuse(format!("{many}\n"), "");
    refuse(format!("username,password{}\nbob,correct horse\n", ",x".repeat(100_000)), "");
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --from csv -");
    let run = run.stdin(format!("username,password\nok,correct horse\n{many}\n"));
    run.status(6).stderr("error: Invalid input: [..]line 3[..]\n").check_unchanged();
}

#[test]
fn needs_exactly_one_credential_for_each_row() {
    let ready = hash("battery staple");
    refuse(
        format!(
            "username,password,password_hash\nok,correct horse,\nboth,correct horse,{ready}\n\nnone,,\n"
        ),
        "line 3: both: [..]password[..]\nline 5: none: [..]password[..]\n",
    );
    refuse("username\nbob\n", "line 2: bob: [..]password[..]\n");
    refuse("username,password\nbob,\n", "line 2: bob: [..]\n");
    refuse("username,password_hash\nbob,\"\"\n", "line 2: bob: [..]\n");
    refuse("username,password\n,correct horse\n", "line 2:[..]\n");
}
