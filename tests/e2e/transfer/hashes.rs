//! Ready hashes and passwords: what an import takes is what `add` takes.

use serde_json::json;

use crate::support::{PASSWORD, Sandbox, hash, hash_with_salt, lines};

#[track_caller]
fn check(rows: &[serde_json::Value], options: &str, wrong: &[usize]) {
    let sandbox = Sandbox::application(&[]);
    let input = lines(rows.iter(), |row| format!("{row}\n"));
    let said = lines(wrong.iter(), |line| format!("line {line}: [..]\n"));
    let run = sandbox.useradm(&format!("import --from jsonl --max-errors 100 - {options}"));
    let run = run.stdin(input);
    if wrong.is_empty() {
        run.stderr("[...]imported[..]\n").check();
        assert_eq!(sandbox.count(), rows.len());
    } else {
        // A weak password has a hint.
        let said = format!("{said}error: Invalid input: {} row[..]\n[...]", wrong.len());
        run.status(6).stderr(said).check_unchanged();
    }
}

#[test]
fn refuses_hashes_that_the_application_could_not_verify() {
    let good = hash(PASSWORD);
    let row = |hash: &str| json!({"username": "bob", "password_hash": hash});
    for bad in [
        good.replace("$1000$", "$0$"),
        good.replace("$1000$", "$10000001$"),
        good.replace("$1000$", "$01000$"),
        good.replace("$1000$", "$+1000$"),
        good.replace("$1000$", "$-1000$"),
        good.replace("$1000$", "$99999999999999999999$"),
        good.replace("$1000$", "$$"),
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
        good.to_uppercase(),
        good.replace("pbkdf2-sha256", "pbkdf2-sha512"),
        hash_with_salt(PASSWORD.as_bytes(), 10_000, &[7; 42]),
        "s3cret".to_owned(),
        String::new(),
    ] {
        check(&[row(&bad)], "", &[1]);
    }
    let longest = hash_with_salt(PASSWORD.as_bytes(), 1000, &[7; 42]);
    assert_eq!(longest.len(), 120);
    check(&[row(&longest)], "", &[]);
    check(&[row(&hash_with_salt(PASSWORD.as_bytes(), 1, b""))], "", &[]);
    check(&[row(&good.replace("$1000$", "$10000000$"))], "", &[]);
}

#[test]
fn passwords_follow_the_rules_of_add() {
    let long = "x".repeat(4097);
    let passwords = [
        "1234567",
        "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}",
        "correct\nhorse",
        "correct\rhorse",
        "correct\0horse",
        "the same as my name",
        &long,
    ];
    let name = |password| if password == passwords[5] { passwords[5] } else { "bob" };
    for password in passwords {
        let row = json!({"username": name(password), "password": password});
        check(&[row], "", &[1]);
    }
    for password in ["x", passwords[0], passwords[5]] {
        let row = json!({"username": name(password), "password": password});
        check(&[row], "--allow-weak-password", &[]);
    }
    for password in ["", passwords[2], passwords[4], &long] {
        let row = json!({"username": "bob", "password": password});
        check(&[row], "--allow-weak-password", &[1]);
    }
    for password in
        ["12345678", " \ttab\u{e9}  ", "\u{1f980}\u{1f980}\u{1f980}\u{1f980}12\u{2028}3"]
    {
        check(&[json!({"username": "bob", "password": password})], "", &[]);
    }
}

#[test]
fn warns_of_passwords_that_another_keyboard_may_not_produce() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --from csv -");
    let run = run.stdin("username,password\nbob,cafe\u{301} cafe\u{301}\n");
    run.stderr("[..]\nwarning: [..]NFC[..]\nimported 1, skipped 0, updated 0\n").check();
    let run = sandbox.useradm("login -q bob --password-stdin").stdin("cafe\u{301} cafe\u{301}");
    run.check();
}

#[test]
fn names_follow_the_rules_of_add() {
    let long = "x".repeat(81);
    let names = [
        "",
        " ",
        " bob",
        "bob ",
        "bob\u{a0}",
        "b\nb",
        "b\tb",
        "b\rb",
        "\u{1b}[31mb",
        "b\u{7f}",
        "b\u{85}",
        "b\u{200b}b",
        "b\u{ad}b",
        "b\u{feff}b",
        "b\u{202e}b",
        "b\u{2028}b",
        "b\u{e000}",
        "b\u{378}",
        "b\u{fe0f}",
        "b\u{3164}b",
        "a\0b",
        &long,
    ];
    let row = |name: &str| json!({"username": name, "password": PASSWORD});
    let rows: Vec<_> = names.iter().map(|name| row(name)).collect();
    check(&rows, "", &(1..=names.len()).collect::<Vec<_>>());
    let longest = "\u{e9}".repeat(80);
    let names = ["0", "123", "-", "--help", ".", "o'neil", "Bob Smith", "\u{1f980}", "*", &longest];
    check(&names.map(row), "", &[]);
}

#[test]
fn escapes_names_in_messages() {
    let sandbox = Sandbox::application(&["a\u{202e}b"]);
    let rows = [
        json!({"username": "\u{1b}]0;x\u{7}", "password": PASSWORD}),
        json!({"username": "b\u{9b}31m\u{200b}", "password": PASSWORD}),
        json!({"username": "line\nline 9: mallory", "password": PASSWORD}),
    ];
    let input = lines(rows.iter(), |row| format!("{row}\n"));
    let run = sandbox.useradm("import --from jsonl -").stdin(input);
    let said = "line 1: \\u{1b}]0;x\\u{7}: [..]\nline 2: b\\u{9b}31m\\u{200b}: [..]\n\
                line 3: line\\nline 9: mallory: [..]\nerror: [..]\n";
    run.status(6).stderr(said).check_unchanged();
    let run = sandbox.useradm("import --keep-ids --from jsonl -");
    let row = json!({"id": 7, "username": "a\u{202e}b", "password": PASSWORD});
    let said = "line 1: a\\u{202e}b: [..]\nerror: User already exists: a\\u{202e}b\n[...]";
    run.stdin(row.to_string()).status(4).stderr(said).check_unchanged();
}
