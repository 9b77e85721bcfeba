//! What an export holds, and how it is made.

use std::fs::{self, OpenOptions};

use crate::support::{PASSWORD, Sandbox, hash, lines};

fn csv(names: &[&str]) -> String {
    let ready = hash(PASSWORD);
    let row = |(id, name): (usize, &&str)| format!("{},{name},{ready}\n", id + 1);
    let rows = lines(names.iter().enumerate(), row);
    format!("id,username,password_hash\n{rows}")
}

#[test]
fn writes_csv_to_standard_output_by_default() {
    let sandbox = Sandbox::application(&["zoe", "alice"]);
    for line in ["export", "export -", "export --to csv", "export --quiet", "export --format json"]
    {
        sandbox.useradm(line).stdout(csv(&["zoe", "alice"])).check_unchanged();
    }
}

#[test]
fn writes_what_each_format_says() {
    let sandbox =
        Sandbox::application(&["alice", "a,b", "say \"x\"", "two\nlines\r", "", "a\u{202e}"]);
    let names = ["alice", "\"a,b\"", "\"say \"\"x\"\"\"", "\"two\nlines\r\"", "\"\"", "a\u{202e}"];
    sandbox.useradm("export --to csv -").stdout(csv(&names)).check();
    let names = ["alice", "a,b", "say \\\"x\\\"", "two\\nlines\\r", "", "a\\u202e"];
    let ready = hash(PASSWORD);
    let line = |(id, name): (usize, &&str)| {
        format!("{{\"id\":{},\"username\":\"{name}\",\"password_hash\":\"{ready}\"}}\n", id + 1)
    };
    let lines = lines(names.iter().enumerate(), line);
    sandbox.useradm("export --to jsonl -").stdout(lines).check();
    let sandbox = Sandbox::application(&["alice", "Bob Smith"]);
    let lines = format!("alice:{ready}\nBob Smith:{ready}\n");
    sandbox.useradm("export --to htpasswd -").stdout(lines).check();
}

#[test]
fn nobody_is_a_header_or_nothing() {
    let sandbox = Sandbox::application(&[]);
    sandbox.useradm("export").stdout("id,username,password_hash\n").check();
    sandbox.useradm("export --to jsonl -").check();
    sandbox.useradm("export --to htpasswd -").check();
}

#[test]
fn writes_a_file_in_the_format_of_its_ending() {
    let sandbox = Sandbox::application(&["alice"]);
    let first = [
        ("users.csv", "id,username,password_hash"),
        ("users.CSV", "id,username,password_hash"),
        ("users.jsonl", "{\"id\":1,"),
        ("users.ndjson", "{\"id\":1,"),
        ("users.htpasswd", "alice:$pbkdf2"),
        (".htpasswd", "alice:$pbkdf2"),
    ];
    for (name, beginning) in first {
        let said = format!("exported 1: [DIR]/{name}\n");
        sandbox.useradm("export").arg(name).stderr(said).check();
        assert!(sandbox.text(name).starts_with(beginning), "{name}");
    }
    sandbox.useradm("export -q --to htpasswd other.csv").check();
    assert!(sandbox.text("other.csv").starts_with("alice:"));
    assert_eq!(sandbox.files().len(), first.len() + 2);
    sandbox.useradm("export --to xml -").error(2, "usage").check_unchanged();
}

#[test]
fn refuses_an_ending_that_tells_no_format() {
    let sandbox = Sandbox::application(&["alice"]);
    for name in ["users.json", "users.csv.gz", "users.txt", "users", "-x"] {
        let says = "error: The name of the file does not tell its format\nhint: --to csv[..]\n";
        sandbox.useradm("export --").arg(name).status(2).stderr(says).check_unchanged();
        sandbox.useradm("export --").arg(name).error(2, "usage").check_unchanged();
    }
    sandbox.useradm("export -q --to csv users.txt").check();
    assert!(sandbox.text("users.txt").starts_with("id,username"));
}

#[test]
fn answers_scripts_with_one_object() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let run = sandbox.useradm("export --format json users.csv");
    let (stdout, _) = run.stdout("{[..]}\n").check();
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&answer["exported"], &answer["changed"]), (&2.into(), &false.into()));
    assert_eq!(answer["file"], sandbox.path("users.csv").to_str().unwrap());
    assert_eq!(answer["database"], sandbox.path("users.db").to_str().unwrap());
    assert!(!stdout.contains('$'), "{stdout}");
}

#[test]
fn a_file_is_private_whatever_the_umask() {
    let sandbox = Sandbox::application(&["alice"]);
    for umask in ["0", "022", "077", "0277", "0777"] {
        let name = format!("{umask}.csv");
        let run = sandbox.shell(&format!("umask {umask}; exec \"$0\" export -q {name}"));
        run.check();
        assert_eq!(sandbox.mode(&name), 0o600, "umask {umask}");
    }
    sandbox.write("open.csv", "old");
    fs::set_permissions(
        sandbox.path("open.csv"),
        std::os::unix::fs::PermissionsExt::from_mode(0o666),
    )
    .unwrap();
    sandbox.useradm("export -q --force open.csv").check();
    assert_eq!(sandbox.mode("open.csv"), 0o600);
}

#[test]
fn names_that_are_not_utf_8_keep_their_bytes() {
    let sandbox = Sandbox::application(&["caf\u{e9}"]);
    sandbox.sql("UPDATE user SET username = CAST(x'636166e9' AS TEXT)");
    let ready = hash(PASSWORD);
    let expected =
        format!("{{\"id\":1,\"username_hex\":\"636166e9\",\"password_hash\":\"{ready}\"}}\n");
    sandbox.useradm("export --to jsonl -").stdout(expected).check();
    let mut expected = b"id,username,password_hash\n1,caf\xe9,".to_vec();
    expected.extend_from_slice(format!("{ready}\n").as_bytes());
    sandbox.useradm("export").stdout(expected).check();
}

#[test]
fn refuses_names_that_htpasswd_cannot_hold() {
    for name in ["a:b", "a\nb", "a\rb", "#a", ":", "\0"] {
        let sandbox = Sandbox::application(&["alice", name]);
        let shown = name.escape_default().to_string();
        let says = format!("error: Invalid input: [..]{shown}\n");
        let run = sandbox.useradm("export --to htpasswd -");
        run.status(6).stderr(says).check_unchanged();
        sandbox.useradm("export users.htpasswd").error(6, "invalid_input").check_unchanged();
    }
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql("UPDATE user SET password_hash = 'a:b'");
    let says = "error: Invalid input: [..]alice\n";
    sandbox.useradm("export --to htpasswd -").status(6).stderr(says).check_unchanged();
}

#[test]
fn says_what_is_wrong_with_a_database_and_makes_no_file() {
    let sandbox = Sandbox::empty();
    for target in ["users.csv", "-"] {
        let line = format!("export {target}");
        sandbox.useradm(&line).error(8, "database_missing").check_unchanged();
        sandbox.useradm(&line).arg("--db=.").error(8, "not_a_database").check_unchanged();
    }
    sandbox.write("users.db", "nonsense ".repeat(1000));
    sandbox.useradm("export users.csv").error(8, "not_a_database").check_unchanged();
    let sandbox = Sandbox::with_schema("CREATE TABLE other (x)");
    sandbox.useradm("export users.csv").error(8, "wrong_schema").check_unchanged();
    let _lock = sandbox.locked("EXCLUSIVE");
    sandbox.useradm("export --timeout 0 users.csv").error(7, "database_busy").check();
    assert!(!sandbox.files().contains(&"users.csv".to_owned()));
}

#[test]
fn a_part_is_no_copy() {
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import -q --from csv -").stdin(crate::support::ready_rows(5000));
    run.check();
    // `list` is read by people, who may have seen enough.
    for (line, says, status) in [
        ("export", "error: Cannot write standard output: Broken pipe[..]\n", "1"),
        ("export -", "error: Cannot write standard output: Broken pipe[..]\n", "1"),
        ("list --format csv", "", "0"),
    ] {
        let run = sandbox.shell(&format!("{{ \"$0\" {line}; echo $? >status; }} | head -1"));
        run.stdout("id,username[..]\n").stderr(says).check();
        assert_eq!(sandbox.text("status").trim(), status, "{line}");
    }
    std::fs::remove_file(sandbox.path("status")).unwrap();
    if cfg!(target_os = "linux") {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        sandbox.useradm("export -").stdout_to(full).error(1, "output_failed").check_unchanged();
    }
}
