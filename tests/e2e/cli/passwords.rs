//! Where passwords come from, and which may be set.

use std::fs::File;

use crate::support::{PASSWORD, Sandbox, hash, is_application_hash};

#[test]
fn every_source_gives_the_same_password() {
    let sandbox = Sandbox::initialised();
    sandbox.write("pw", format!("{PASSWORD}\n"));
    for (name, options) in [
        ("u1", "--password-stdin"),
        ("u2", "--password-file pw"),
        ("u3", "--password-file -"),
        ("u4", "--password-file=pw"),
        ("u5", "--password-env PW"),
        ("u6", "--password-file /dev/stdin"),
        ("u7", "--no-input --password-stdin"),
    ] {
        for line in [format!("add -q {name} {options}"), format!("login -q {name} {options}")] {
            sandbox.useradm(&line).env("PW", PASSWORD).stdin(PASSWORD).check();
        }
        let hash = sandbox.hash_of(name);
        assert!(is_application_hash(&hash, PASSWORD.as_bytes(), 1000), "{options}: {hash}");
    }
    sandbox.shell("exec \"$0\" -q login u1 --password-file /dev/fd/7 7<pw").check();
}

#[test]
fn one_line_break_is_removed_from_the_end_and_nothing_else() {
    let sandbox = Sandbox::initialised();
    for (i, (input, password)) in [
        ("correct horse\n", "correct horse"),
        ("correct horse\r\n", "correct horse"),
        ("  correct horse\t\n", "  correct horse\t"),
        ("\u{feff}correct horse", "\u{feff}correct horse"),
        ("correct\u{b}\u{c}horse\u{85}\u{2028}", "correct\u{b}\u{c}horse\u{85}\u{2028}"),
        ("correct\thorse\u{1b}[A\u{7f}", "correct\thorse\u{1b}[A\u{7f}"),
    ]
    .into_iter()
    .enumerate()
    {
        sandbox.write("pw", input);
        for source in ["--password-stdin", "--password-file=pw"] {
            let name = format!("u{i}{source}");
            sandbox.useradm("add -q").arg(&name).arg(source).stdin(input).check();
            let hash = sandbox.hash_of(&name);
            assert!(is_application_hash(&hash, password.as_bytes(), 1000), "{input:?} {source}");
        }
    }
}

#[test]
fn the_value_of_a_variable_is_taken_whole() {
    let sandbox = Sandbox::initialised();
    let run = sandbox.useradm("add alice --password-env PW").env("PW", "correct horse\n");
    run.error(6, "invalid_password").check();
    let hash = hash("correct horse\n");
    let run = sandbox.useradm("add -q alice --hashed --password-env PW").env("PW", &hash);
    run.check();
    let run = sandbox.useradm("login -q alice --password-env PW").env("PW", "correct horse\n");
    run.check();
    let run = sandbox.useradm("login alice --password-env PW").env("PW", "correct horse");
    run.error(5, "invalid_credentials").check();
}

#[test]
fn no_variable_is_read_unless_named() {
    let sandbox = Sandbox::initialised();
    for variable in ["PASSWORD", "USERADM_PASSWORD", "USERADM_PASSWORD_ENV"] {
        sandbox.useradm("add alice").env(variable, PASSWORD).error(2, "usage").check();
    }
}

#[test]
fn at_most_one_source_is_taken() {
    let sandbox = Sandbox::application(&["alice"]);
    for sources in [
        "--password-stdin --password-env PW",
        "--password-stdin --password-file pw",
        "--password-file pw --password-env PW",
        "--password-file pw --password-file pw",
        "--password-stdin --generate-password",
        "--generate-password --password-env PW",
    ] {
        for command in ["add bob", "update alice"] {
            let run = sandbox.useradm(&format!("{command} {sources}")).env("PW", PASSWORD);
            run.stdin(PASSWORD).status(2).stderr("error: [...]").check();
        }
    }
    let run = sandbox.useradm("login alice --password-stdin --password-env PW");
    run.env("PW", PASSWORD).stdin(PASSWORD).status(2).stderr("error: [...]").check();
}

#[test]
fn sources_that_cannot_be_read_are_named() {
    let sandbox = Sandbox::application(&["alice"]);
    for (source, names) in [
        ("--password-file nowhere", "nowhere"),
        ("--password-file .", "."),
        ("--password-file /dev/fd/99", "/dev/fd/99"),
        ("--password-env USERADM_TEST_UNSET", "USERADM_TEST_UNSET"),
    ] {
        for command in
            ["add bob", "update alice", "login alice", "register bob", "add bob --hashed"]
        {
            let line = format!("{command} {source}");
            let says = format!("error: Cannot read the [..] {names}: [..]\n");
            let (_, stderr) = sandbox.useradm(&line).status(6).stderr(says).check();
            assert!(!stderr.contains("os error"), "{stderr}");
            sandbox.useradm(&line).error(6, "unreadable_source").check();
        }
    }
    // A directory as standard input can be opened, but not read.
    let directory = || File::open(sandbox.path("")).unwrap();
    for command in ["add bob --password-stdin", "login alice --password-file -"] {
        let run = sandbox.useradm(command).stdin_from(directory()).status(6);
        run.stderr("error: Cannot read standard input: [..]\n").check();
        let run = sandbox.useradm(command).stdin_from(directory());
        run.error(6, "unreadable_source").check();
    }
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn a_new_password_follows_the_policy() {
    let (longest, long) = ("\u{e9}".repeat(4096), "\u{e9}".repeat(4097));
    let sandbox = Sandbox::application(&["alexandra"]);
    let before = sandbox.bytes();
    let refused: [&[u8]; 12] = [
        b"",
        b"\n",
        b"1234567",
        "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}".as_bytes(),
        b"correct\0horse",
        b"correct horse\0",
        b"correct\nhorse",
        b"correct horse\n\n",
        b"correct horse\r",
        b"correct horse\xff",
        b"\xed\xa0\x80correct horse",
        long.as_bytes(),
    ];
    for password in refused {
        for line in [
            "add bob --password-stdin",
            "register bob --password-stdin",
            "update alexandra --password-stdin",
        ] {
            sandbox.useradm(line).stdin(password).error(6, "invalid_password").check();
        }
    }
    sandbox
        .useradm("add gabriella --password-stdin")
        .stdin("gabriella")
        .error(6, "invalid_password")
        .check();
    assert_eq!(sandbox.bytes(), before);
    for (i, password) in ["12345678", &"\u{e9}".repeat(8), "Alexandra", &longest].iter().enumerate()
    {
        let run = sandbox.useradm("add -q --password-stdin").arg(format!("u{i}"));
        run.stdin(password).check();
        let run = sandbox.useradm("login -q --password-stdin").arg(format!("u{i}"));
        run.stdin(password).check();
    }
}

#[test]
fn a_refused_password_is_not_shown() {
    let sandbox = Sandbox::application(&["alice"]);
    for input in ["s3cr3t!", "s3cr3t! with\na break", "s3cr3t! \0"] {
        for command in ["add bob --password-stdin", "add bob --hashed --password-stdin"] {
            let run = sandbox.useradm(command).stdin(input).status(6);
            let (_, stderr) = run.stderr("error: [..]\n[...]").check();
            assert!(!stderr.contains("s3cr3t"), "{stderr}");
        }
    }
}

#[test]
fn a_weak_password_is_taken_when_told_to() {
    let sandbox = Sandbox::initialised();
    for (name, password) in [("a", "x"), ("gabriella", "gabriella"), ("c", "\u{1f980}")] {
        let line = "add -q --allow-weak-password --password-stdin";
        sandbox.useradm(line).arg(name).stdin(password).check();
        sandbox.useradm("login -q --password-stdin").arg(name).stdin(password).check();
    }
    for password in [&b""[..], b"\n", b"\0", b"a\nb", b"\xff"] {
        for command in ["add d", "register d", "update a"] {
            let line = format!("{command} --allow-weak-password --password-stdin");
            sandbox.useradm(&line).stdin(password).error(6, "invalid_password").check();
        }
    }
}

#[test]
fn a_hash_in_place_of_a_password_is_hashed_with_a_warning() {
    let sandbox = Sandbox::initialised();
    let hash = "$2b$12$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S";
    let run = sandbox.useradm("add alice --password-stdin").stdin(hash);
    run.stderr("User added successfully: alice\nwarning: [..]--hashed[..]\n").check();
    let run = sandbox.useradm("import --from csv -");
    let run = run.stdin(format!("username,password\nbob,{hash}\ncarol,{hash}\n"));
    run.stderr("[..]\nwarning: [..]password_hash[..]\nimported 2, skipped 0, updated 0\n").check();
    // What only begins like one is a password as any other.
    let run = sandbox.useradm("update alice --password-stdin").stdin(&hash[..50]);
    run.stderr("User updated successfully: alice\n").check();
}

#[test]
fn a_password_in_another_normal_form_is_stored_as_it_is_with_a_warning() {
    let sandbox = Sandbox::initialised();
    let (nfd, nfc) = ("cafe\u{301} cre\u{300}me", "caf\u{e9} cr\u{e8}me");
    let run = sandbox.useradm("add alice --password-stdin").stdin(nfd);
    run.stderr("User added successfully: alice\nwarning: [..]NFC[..]\n").check();
    assert!(is_application_hash(&sandbox.hash_of("alice"), nfd.as_bytes(), 1000));
    let run = sandbox.useradm("login alice --password-stdin").stdin(nfc);
    run.error(5, "invalid_credentials").check();
    let run = sandbox.useradm("update alice --password-stdin --format json").stdin(nfd);
    run.stdout("{[..],\"changed\":true,[..],\"warnings\":[\"[..]NFC[..]\"]}\n").check();
    let run = sandbox.useradm("update alice --password-stdin").stdin(nfc);
    run.stderr("User updated successfully: alice\n").check();
}

#[test]
fn any_password_that_the_application_stored_can_be_checked() {
    let longest = "\u{1f980}".repeat(4096);
    let passwords: [&[u8]; 9] = [
        b"",
        b"x",
        b"a\nb\r\nc",
        b"correct horse\n",
        b"a\0b",
        b"\xff\xfe",
        b"\r",
        b"alice",
        longest.as_bytes(),
    ];
    let sandbox = Sandbox::application(&["alice"]);
    for password in passwords {
        let hash = hash(password);
        sandbox.sql(&format!("UPDATE user SET password_hash = '{hash}'"));
        // One line break at the end is removed, so where there is one it is doubled.
        let end = if password.ends_with(b"\n") { "\n" } else { "" };
        let input = [password, end.as_bytes()].concat();
        sandbox.useradm("login -q alice --password-stdin").stdin(&input).check();
        let wrong = [b"x", &input[..input.len().min(4000)]].concat();
        let run = sandbox.useradm("login alice --password-file -").stdin(wrong);
        run.error(5, "invalid_credentials").check();
    }
}

#[test]
fn a_longer_password_than_the_application_takes_is_refused_for_everybody() {
    let sandbox = Sandbox::application(&["alice"]);
    for name in ["alice", "nobody"] {
        for password in ["x".repeat(4097), "\u{e9}".repeat(4097), "\u{1f980}".repeat(4097)] {
            let run = sandbox.useradm("login --password-stdin").arg(name).stdin(&password);
            run.error(6, "invalid_password").check();
            let run = sandbox.useradm("login --password-env PW").arg(name).env("PW", &password);
            run.error(6, "invalid_password").check();
        }
    }
}

#[test]
fn endless_input_is_refused_after_the_longest_password() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in [
        "login alice --password-file /dev/zero",
        "login nobody --password-file /dev/zero",
        "add bob --password-file /dev/zero",
        "add bob --hashed --password-file /dev/zero",
        "update alice --password-file /dev/urandom",
    ] {
        sandbox.useradm(line).status(6).stderr("error: [..]\n").check();
    }
    for line in ["login alice --password-stdin", "add bob --password-file -"] {
        let run = sandbox.useradm(line).stdin_from(File::open("/dev/zero").unwrap());
        run.error(6, "invalid_password").check();
    }
    let run = sandbox.useradm("add bob --password-stdin").stdin(vec![b'x'; 100_000_000]);
    run.error(6, "invalid_password").check();
}
