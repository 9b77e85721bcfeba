//! How rejected rows are reported: all of them, by line, name and reason.

use std::fmt::Write;

use crate::support::{PASSWORD, Sandbox, lines};

/// So many rows with passwords that are too short, and one that is right in between.
fn short_passwords(count: usize) -> String {
    let mut text = "username,password\nok,correct horse\n".to_owned();
    for number in 0..count {
        writeln!(text, "user{number},s3cret").unwrap();
    }
    text
}

#[test]
fn reports_all_that_is_wrong_in_the_order_of_the_lines() {
    let sandbox = Sandbox::application(&["alice"]);
    let input = "username,password\n\
                 alice,correct horse\n\
                 bob,short\n\
                 b\u{1b}b,correct horse\n\
                 carol,correct horse\n\
                 carol,correct horse\n\
                 CAROL,correct horse\n\
                 Alice,correct horse\n\
                 dave\n";
    let run = sandbox.useradm("import --from csv -").stdin(input);
    let said = "line 2: alice: [..]exists[..]\n\
                line 3: bob: Invalid password: it has fewer than 8 characters\n\
                line 4: b\\u{1b}b: [..]\n\
                line 6: carol: [..]line 5[..]\n\
                line 7: CAROL: [..]carol[..]line 5[..]\n\
                line 8: Alice: [..]alice[..]\n\
                line 9: dave: [..]\n\
                error: Invalid input: 7 rows were rejected; nothing was written\n\
                hint: --allow-weak-password takes a weak password all the same\n";
    run.status(6).stderr(said).check_unchanged();
}

#[test]
fn shows_twenty_and_counts_the_rest() {
    let sandbox = Sandbox::application(&[]);
    let line = |number: usize| format!("line {}: user{number}: [..]\n", number + 3);
    let all = "error: Invalid input: 30 rows [..]\nhint: --allow-weak-password [..]\n";
    for (options, shown) in [
        ("", 20),
        ("--max-errors 3", 3),
        ("--max-errors 0", 0),
        ("--max-errors 29", 29),
        ("--max-errors 30", 30),
        ("--max-errors 1000000000000", 30),
    ] {
        let run = sandbox.useradm(&format!("import --from csv {options} -"));
        let rest = match 30 - shown {
            0 => String::new(),
            more => format!("and {more} more\n"),
        };
        let lines = lines(0..shown, line);
        let run = run.stdin(short_passwords(30)).status(6);
        run.stderr(format!("{lines}{rest}{all}")).check_unchanged();
    }
}

#[test]
fn answers_scripts_with_the_rows_and_their_number() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import --from csv --format json --max-errors 2 -");
    let run = run.stdin(short_passwords(5));
    let (_, stderr) = run.status(6).stderr("{[..]}\n").check_unchanged();
    let error: serde_json::Value = serde_json::from_str(&stderr).unwrap();
    let error = &error["error"];
    assert_eq!((&error["code"], &error["exit_code"]), (&"invalid_input".into(), &6.into()));
    assert_eq!(error["rejected"], 5);
    assert_eq!(error["rejects"].as_array().unwrap().len(), 2);
    let first = &error["rejects"][0];
    assert_eq!((&first["line"], &first["username"]), (&3.into(), &"user0".into()));
    assert!(first["reason"].as_str().unwrap().contains("8 characters"));
}

#[test]
fn writes_every_rejected_row_to_a_private_file() {
    let sandbox = Sandbox::application(&["alice"]);
    let run =
        sandbox.shell("umask 0; \"$0\" import --from csv --max-errors 1 --rejects bad.jsonl -");
    let run = run.stdin(format!("{}alice,correct horse\nb\u{202e},x\n", short_passwords(30)));
    run.status(6)
        .stderr("line 3: user0: [..]\nand 31 more\nerror: [..]32 rows[..]\nhint: [..]\n")
        .check();
    assert_eq!(sandbox.mode("bad.jsonl"), 0o600);
    assert_eq!(sandbox.usernames(), ["alice"]);
    let text = sandbox.text("bad.jsonl");
    assert!(!text.contains("s3cret") && !text.contains(PASSWORD), "{text}");
    assert!(text.contains("b\\u202e"), "{text}");
    let rows: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut lines: Vec<u64> = rows.iter().map(|row| row["line"].as_u64().unwrap()).collect();
    lines.sort_unstable();
    assert_eq!(lines, (3..=34).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row["username"].is_string() && row["reason"].is_string()));
}

#[test]
fn files_beside_the_database_are_private_and_can_be_read_whatever_the_umask() {
    for umask in ["0", "0277", "0777"] {
        let sandbox = Sandbox::application(&[]);
        let options = "--rejects bad.jsonl --generate-passwords new.csv";
        let line = format!("umask {umask}; exec \"$0\" import -q --from csv {options} -");
        sandbox.shell(&line).stdin("username\nalice\n").check();
        let run = sandbox.shell(&line.replace("new.csv", "more.csv"));
        run.stdin("username\na\u{1b}\n").status(6).stderr("line 2[...]").check();
        assert_eq!((sandbox.mode("bad.jsonl"), sandbox.mode("new.csv")), (0o600, 0o600), "{umask}");
    }
}

#[test]
fn a_file_of_rejected_rows_is_there_only_if_rows_were_rejected() {
    let sandbox = Sandbox::application(&[]);
    let line = "import -q --from csv --dry-run --rejects bad.jsonl -";
    sandbox.useradm(line).stdin(short_passwords(0)).check_unchanged();
    sandbox.useradm(line).stdin(short_passwords(3)).status(6).stderr("line 3[...]").check();
    assert_eq!(sandbox.text("bad.jsonl").lines().count(), 3);
    assert_eq!(sandbox.count(), 0);
}

#[test]
fn a_file_of_rejected_rows_never_takes_the_place_of_another() {
    let sandbox = Sandbox::application(&[]);
    sandbox.write("bad.jsonl", "precious");
    std::os::unix::fs::symlink("nowhere", sandbox.path("link.jsonl")).unwrap();
    for count in [0, 3] {
        for name in ["bad.jsonl", "link.jsonl"] {
            let run = sandbox.useradm("import --from csv - --rejects").arg(name);
            let run = run.stdin(short_passwords(count));
            run.error(4, "file_exists").check_unchanged();
        }
    }
}

#[test]
fn rejected_rows_never_overwrite_the_database_or_the_input() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.write("people.csv", short_passwords(3));
    std::os::unix::fs::symlink("users.db", sandbox.path("link.db")).unwrap();
    std::fs::hard_link(sandbox.path("users.db"), sandbox.path("hard.db")).unwrap();
    std::os::unix::fs::symlink("people.csv", sandbox.path("link.csv")).unwrap();
    for target in ["users.db", "./users.db", "link.db", "hard.db", "people.csv", "link.csv"] {
        let run = sandbox.useradm("import people.csv --rejects").arg(target);
        run.error(6, "invalid_input").check_unchanged();
    }
    let sandbox = Sandbox::empty();
    sandbox.write("people.csv", short_passwords(3));
    for option in ["--rejects", "--generate-passwords"] {
        let run = sandbox.useradm("import people.csv --create").arg(option).arg("users.db");
        run.error(6, "invalid_input").check_unchanged();
    }
}

#[test]
fn a_file_that_cannot_be_written_ends_the_import_before_it_begins() {
    let sandbox = Sandbox::application(&[]);
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    for target in ["folder", "nowhere/bad.jsonl"] {
        for option in ["--rejects", "--generate-passwords"] {
            let run = sandbox.useradm("import --from csv -").arg(option).arg(target);
            let run = run.stdin("username,password\nalice,correct horse\n");
            let (status, code) =
                if target == "folder" { (4, "file_exists") } else { (1, "output_failed") };
            run.error(status, code).check_unchanged();
        }
    }
}
