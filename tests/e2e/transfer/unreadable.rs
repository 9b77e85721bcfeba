//! Hashes that cannot be stored, in backups that have some of them.

use crate::support::{PASSWORD, Sandbox, hash, hash_with_salt};

/// A table in which anything is stored, with a hash of each kind that cannot be.
fn mixed() -> (Sandbox, String) {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT)",
    );
    let good = hash(PASSWORD);
    let long = hash_with_salt(PASSWORD.as_bytes(), 1000, &[7; 60]);
    for (id, name, hash) in [
        (1, "good", format!("'{good}'")),
        (2, "bcrypt", "'$2b$12$s3cret'".to_owned()),
        (3, "malformed", "'$pbkdf2-sha256$0$s3cret$x'".to_owned()),
        (4, "empty", "''".to_owned()),
        (5, "null", "NULL".to_owned()),
        (6, "bytes", "CAST(x'ff00e9' AS TEXT)".to_owned()),
        (7, "blob", "x'2432ff'".to_owned()),
        (8, "long", format!("'{long}'")),
        (9, "also good", format!("'{good}'")),
    ] {
        sandbox.sql(&format!("INSERT INTO user VALUES ({id}, '{name}', {hash})"));
    }
    (sandbox, good)
}

#[test]
fn a_backup_that_holds_some_is_given_back_without_them() {
    let (source, good) = mixed();
    for format in ["csv", "jsonl"] {
        source.useradm(&format!("export -q users.{format}")).check();
        let file = source.path(&format!("users.{format}"));
        let copy = Sandbox::initialised();
        let run = copy.useradm("import --keep-ids").arg(&file);
        let (_, stderr) = run.status(6).stderr("[...]").check_unchanged();
        assert!(stderr.contains("7 rows were rejected"), "{format}: {stderr}");
        let run = copy.useradm("import --keep-ids --skip-unsupported").arg(&file);
        let (_, stderr) = run.counts(2, 7, 0).check();
        let names = ["bcrypt", "malformed", "empty", "null", "bytes", "blob", "long"];
        for (name, said) in names.iter().zip(stderr.lines()) {
            assert!(said.contains(&format!(": {name}: ")) && said.ends_with(", skipped"), "{said}");
        }
        let users = copy.rows("SELECT id, username, password_hash FROM user");
        assert_eq!(users, [format!("1|good|{good}"), format!("9|also good|{good}")]);
    }
}

#[test]
fn json_lines_hold_every_hash_as_it_is() {
    let (sandbox, _) = mixed();
    sandbox.sql("INSERT INTO user VALUES (10, 'number', 0)");
    sandbox.useradm("export -q users.jsonl").check();
    let text = sandbox.text("users.jsonl");
    for line in [
        r#"{"id":3,"username":"malformed","password_hash":"$pbkdf2-sha256$0$s3cret$x"}"#,
        r#"{"id":4,"username":"empty","password_hash":""}"#,
        r#"{"id":5,"username":"null","password_hash":null}"#,
        r#"{"id":6,"username":"bytes","password_hash_hex":"ff00e9"}"#,
        r#"{"id":7,"username":"blob","password_hash_hex":"2432ff"}"#,
        r#"{"id":10,"username":"number","password_hash":"0"}"#,
    ] {
        assert!(text.lines().any(|it| it == line), "{line} is not in {text}");
    }
}

#[test]
fn a_hash_in_hexadecimal_is_read_as_its_bytes() {
    let sandbox = Sandbox::application(&[]);
    let ready = hash(PASSWORD);
    let hex = crate::support::lines(ready.bytes(), |byte| format!("{byte:02x}"));
    let run = sandbox.useradm("import --from jsonl -");
    let row = format!("{{\"username\":\"a\",\"password_hash_hex\":\"{hex}\"}}");
    run.stdin(row).counts(1, 0, 0).check();
    assert_eq!(sandbox.hash_of("a"), ready);
    for (fields, says) in [
        ("\"password_hash_hex\":\"zz\"", "hexadecimal"),
        ("\"password_hash_hex\":\"f\"", "hexadecimal"),
        ("\"password_hash_hex\":\"ff\"", "hash"),
        ("\"password_hash_hex\":\"ff\",\"password_hash\":\"s3cret\"", "both"),
        ("\"password_hash_hex\":\"ff\",\"password\":\"s3cret12\"", "both"),
    ] {
        let run = sandbox.useradm("import --from jsonl -");
        let run = run.stdin(format!("{{\"username\":\"b\",{fields}}}"));
        run.status(6).stderr(format!("line 1: b: [..]{says}[..]\nerror: [..]\n")).check_unchanged();
    }
}

#[test]
fn a_row_that_brings_nothing_is_left_out_only_where_it_gets_no_password() {
    let sandbox = Sandbox::application(&[]);
    let rows = "{\"username\":\"a\",\"password_hash\":null}\n";
    let run = sandbox.useradm("import --skip-unsupported --from jsonl -").stdin(rows);
    run.stderr("line 1: a: [..]neither[..], skipped\n[..]\nimported 0, skipped 1, updated 0\n")
        .check();
    let run =
        sandbox.useradm("import --skip-unsupported --generate-passwords new.csv --from jsonl -");
    run.stdin(rows).counts(1, 0, 0).check();
}

#[test]
fn only_hashes_may_be_unsupported() {
    let sandbox = Sandbox::application(&[]);
    for rows in ["username,password\na,short\n", "username,password_hash\n \u{1b},x\n"] {
        let run = sandbox.useradm("import --skip-unsupported --from csv -").stdin(rows);
        run.error(6, "invalid_input").check_unchanged();
    }
}
