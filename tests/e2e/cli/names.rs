//! Which new names are taken, and how any stored name is reached.

use crate::support::{PASSWORD, Sandbox};

#[test]
fn takes_ordinary_names_of_any_language_as_they_are() {
    let longest = "\u{e9}".repeat(80);
    let names = [
        "a",
        "123",
        "0",
        ".",
        "..",
        "o'neil",
        "Bob Smith",
        "x; DROP TABLE user",
        "a/b\\c",
        "*",
        "Ren\u{e9}",
        "cafe\u{301}",
        "\u{5c71}\u{7530}",
        "\u{1f980}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
        &longest,
    ];
    for sandbox in [Sandbox::initialised(), Sandbox::application(&[])] {
        for name in names {
            let run = sandbox.useradm("add -q --password-stdin").arg(name);
            run.stdin(PASSWORD).check();
            let run = sandbox.useradm("login -q --password-stdin").arg(name);
            run.stdin(PASSWORD).check();
        }
        assert_eq!(sandbox.usernames(), names);
    }
}

#[test]
fn takes_a_name_that_begins_with_a_dash_after_two() {
    let sandbox = Sandbox::initialised();
    let run = sandbox.useradm("add --password-stdin -- -eve").stdin(PASSWORD);
    run.stderr("User added successfully: -eve\n").check();
    let run = sandbox.useradm("update --username=--yes -- -eve");
    run.stderr("User updated successfully: --yes\n").check();
    let run = sandbox.useradm("delete --yes -- --yes");
    run.stderr("User deleted successfully: --yes[..]\n").check();
}

#[test]
fn refuses_names_that_would_mislead() {
    let (long, longer) = ("x".repeat(81), "\u{e9}".repeat(10_000));
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    for name in [
        "",
        " ",
        " bob",
        "bob ",
        "bob\u{a0}",
        "\u{3000}bob",
        "bob\n",
        "b\tb",
        "b\rb",
        "\u{1b}[31mbob",
        "b\u{7f}b",
        "b\u{85}b",
        "b\u{9b}31mb",
        "b\u{200b}b",
        "b\u{200d}b",
        "b\u{ad}b",
        "b\u{feff}b",
        "b\u{202e}b",
        "b\u{2066}b",
        "b\u{2028}b",
        "b\u{2029}b",
        "b\u{e000}b",
        "b\u{378}b",
        "b\u{fdd0}b",
        "b\u{fe0f}",
        "b\u{e0100}",
        "b\u{180b}",
        "b\u{3164}b",
        "\u{115f}\u{1160}",
        "\u{ffa0}",
        "b\u{e0041}",
        &long,
        &longer,
    ] {
        let run = sandbox.useradm("add --generate-password").arg(name);
        let (_, stderr) = run.status(6).stderr("error: [..]\n[...]").check();
        let is_visible = |c: char| c == '\n' || !c.is_control() && !"\u{202e}\u{200b}".contains(c);
        assert!(stderr.chars().all(is_visible), "{stderr:?}");
        let run = sandbox.useradm("register --password-stdin").arg(name).stdin(PASSWORD);
        run.error(6, "invalid_username").check();
        let run = sandbox.useradm("update alice --username").arg(name);
        run.error(6, "invalid_username").check();
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn refuses_names_that_are_not_utf_8() {
    let sandbox = Sandbox::application(&["alice"]);
    for name in [&b"\xff"[..], b"caf\xe9", b"\xed\xa0\x80", b"\xc0\xaf"] {
        let run = sandbox.useradm("add --generate-password").arg_bytes(name);
        run.error(6, "invalid_username").check();
        let run = sandbox.useradm("update alice --username").arg_bytes(name);
        run.error(6, "invalid_username").check();
        let run = sandbox.useradm("register --password-stdin").arg_bytes(name).stdin(PASSWORD);
        run.error(6, "invalid_username").check();
    }
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn refuses_lookalikes_and_names_the_user_they_look_like() {
    for (existing, asked) in [
        ("bob", "Bob"),
        ("Bob", "bob"),
        ("bob", "BOB"),
        ("ren\u{e9}", "rene\u{301}"),
        ("rene\u{301}", "ren\u{e9}"),
        ("ren\u{e9}", "RENE\u{301}"),
        ("\u{c5}sa", "\u{212b}sa"),
        ("kelvin", "\u{212a}elvin"),
        ("\u{41f}\u{435}\u{442}\u{440}", "\u{43f}\u{435}\u{442}\u{440}"),
        ("\u{1e09}", "c\u{301}\u{327}"),
        ("\u{ac00}", "\u{1100}\u{1161}"),
        ("\u{3a3}\u{39f}\u{3a6}\u{39f}\u{3a3}", "\u{3c3}\u{3bf}\u{3c6}\u{3bf}\u{3c2}"),
    ] {
        let sandbox = Sandbox::application(&["aaa", existing, "zzz"]);
        let before = sandbox.bytes();
        let says = format!("error: [..]{existing}[..]\n[...]");
        let run = sandbox.useradm("add --generate-password").arg(asked);
        run.status(4).stderr(&says).check();
        let run = sandbox.useradm("add --generate-password").arg(asked);
        run.error(4, "lookalike_exists").check();
        let run = sandbox.useradm("register --password-stdin").arg(asked).stdin(PASSWORD);
        run.status(4).stderr(&says).check();
        sandbox.useradm("update aaa --username").arg(asked).error(4, "lookalike_exists").check();
        assert_eq!(sandbox.bytes(), before);
        sandbox.useradm("update -q aaa --allow-lookalike --username").arg(asked).check();
        let run = sandbox.useradm("delete -q --yes").arg(asked);
        run.check();
        let run = sandbox.useradm("add -q --allow-lookalike --password-stdin").arg(asked);
        run.stdin(PASSWORD).check();
        assert_eq!(sandbox.usernames(), [existing, "zzz", asked]);
    }
}

#[test]
fn finds_a_lookalike_among_many_similar_names() {
    let spelling = |mask: u32| {
        let letter = |(i, c): (usize, char)| match mask & (1 << i) {
            0 => c,
            _ => c.to_ascii_uppercase(),
        };
        "abcdef".char_indices().map(letter).collect::<String>() + "x"
    };
    let names: Vec<String> = (0..64).map(spelling).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let sandbox = Sandbox::application(&names);
    let run = sandbox.useradm("add -q --generate-password abcdef").stdout("[..]\n");
    run.check();
    let found = "error: [..]abcdef [..]\n[...]";
    sandbox.useradm("add --generate-password ABCDEF").status(4).stderr(found).check();
}

#[test]
fn takes_names_that_only_a_reader_would_mix_up() {
    for (existing, asked) in [
        ("stra\u{df}e", "strasse"),
        ("\u{fb01}n", "fin"),
        ("\u{ff41}bc", "abc"),
        ("x\u{b2}", "x2"),
        ("bob", "bobb"),
        ("bob", "bo"),
        ("admin", "adm\u{131}n"),
        ("rene", "ren\u{e9}"),
        ("\u{430}bc", "abc"),
    ] {
        let sandbox = Sandbox::application(&[existing]);
        let run = sandbox.useradm("add -q --password-stdin").arg(asked);
        run.stdin(PASSWORD).check();
        assert_eq!(sandbox.usernames(), [existing, asked]);
    }
}

#[test]
fn lets_a_user_have_a_new_spelling_of_their_own_name() {
    let sandbox = Sandbox::application(&["dora", "ren\u{e9}"]);
    let run = sandbox.useradm("update dora --username Dora");
    run.stderr("User updated successfully: Dora\n").check();
    sandbox.useradm("update -q --id 2 --username").arg("Rene\u{301}").check();
    assert_eq!(sandbox.usernames(), ["Dora", "Rene\u{301}"]);
    let run = sandbox.useradm("add DORA --generate-password");
    run.error(4, "lookalike_exists").check();
}

#[test]
fn refuses_a_new_spelling_that_looks_like_a_third_user() {
    let sandbox = Sandbox::application(&["dora", "DORA"]);
    let run = sandbox.useradm("update dora --username Dora");
    run.error(4, "lookalike_exists").check();
    sandbox.useradm("update dora --username DORA").error(4, "user_exists").check();
    assert_eq!(sandbox.usernames(), ["dora", "DORA"]);
}

#[test]
fn reaches_every_name_that_the_application_let_in() {
    let long = "x".repeat(10_000);
    let names = ["", " edge ", "\u{1b}[31mred", "a\nb", "\u{202e}evil", "-", "--help", &long];
    for name in names {
        let sandbox = Sandbox::application(&["other", name]);
        let run = sandbox.useradm("login -q --password-stdin --").arg(name);
        run.stdin(PASSWORD).check();
        let run = sandbox.useradm("show --format csv --").arg(name);
        run.stdout("id,username,scheme,rounds\n2,[...],pbkdf2_sha256,1000\n").check();
        let run = sandbox.useradm("update -q --password-stdin --").arg(name);
        run.stdin("another secret").check();
        let run = sandbox.useradm("login -q --password-stdin --").arg(name);
        run.stdin("another secret").check();
        sandbox.useradm("delete -q --yes --").arg(name).check();
        assert_eq!(sandbox.usernames(), ["other"], "{name:?}");
    }
}

#[test]
fn escapes_stored_names_in_messages() {
    let sandbox = Sandbox::application(&["\u{1b}]0;x\u{7}", "a\u{202e}b"]);
    let run = sandbox.useradm("update --id 1 --generate-password").stdout("[..]\n");
    run.stderr("User updated successfully: \\u{1b}]0;x\\u{7}\n").check();
    let run = sandbox.useradm("login --password-stdin").arg("a\u{202e}b").stdin(PASSWORD);
    run.stderr("Login successful: a\\u{202e}b\n").check();
    let run = sandbox.useradm("delete --yes --id 1 --id 2");
    run.stderr("User deleted successfully: \\u{1b}]0;x\\u{7}[..]a\\u{202e}b[..]\n").check();
    let run = sandbox.useradm("show").arg("\u{1b}[2J").status(3);
    run.stderr("error: User not found: \\u{1b}[2J\n").check();
}
