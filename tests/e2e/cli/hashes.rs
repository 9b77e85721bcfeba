//! Stored hashes: those of the real passlib, and broken ones.

use serde_json::Value;

use crate::support::{PASSWORD, Sandbox, hash, hash_with_salt, is_application_hash};

/// A string of passlib's own making with the verdict to give.
struct Vector {
    password: Vec<u8>,
    hash: String,
    expect: String,
}

fn vectors() -> Vec<Vector> {
    let document = include_str!("../../vectors/pbkdf2_sha256.json");
    let document: Value = serde_json::from_str(document).unwrap();
    let vectors = document["vectors"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    vectors
        .map(|vector| Vector {
            password: match vector.get("password_hex") {
                Some(hex) => bytes_of(&text(hex)),
                None => text(&vector["password"]).into_bytes(),
            },
            hash: text(&vector["hash"]),
            expect: text(&vector["expect"]),
        })
        .collect()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

/// The part of a hash that nobody may see.
fn secret_of(hash: &str) -> Option<&str> {
    hash.rsplit('$').find(|field| field.len() > 16)
}

#[test]
fn login_gives_the_verdict_of_every_vector() {
    let sandbox = Sandbox::application(&["alice"]);
    for Vector { password, hash, expect } in vectors() {
        let sql = "UPDATE user SET password_hash = ?1";
        sandbox.connection().execute(sql, [&hash]).unwrap();
        let input = [&password[..], b"\n"].concat();
        let run = sandbox.useradm("login alice --password-stdin").stdin(input);
        let run = match expect.as_str() {
            "match" => run.stderr("Login successful: alice\n"),
            "mismatch" => run.error(5, "invalid_credentials"),
            _ => run.error(8, "unreadable_hash"),
        };
        let (_, stderr) = run.check();
        assert!(secret_of(&hash).is_none_or(|secret| !stderr.contains(secret)), "{stderr}");
    }
}

#[test]
fn a_ready_hash_is_taken_exactly_if_it_can_be_read_and_fits() {
    let sandbox = Sandbox::application(&[]);
    let (mut taken, mut refused) = (0, 0);
    for Vector { hash, expect, .. } in vectors() {
        let is_good = expect != "malformed" && hash.len() <= 120;
        // A variable is taken whole, so that a line break at the end of a hash stays there.
        let run = sandbox.useradm("add alice --hashed --password-env HASH").env("HASH", &hash);
        if is_good {
            run.stderr("User added successfully: alice\n").check();
            assert_eq!(sandbox.hash_of("alice"), hash);
            sandbox.sql("DELETE FROM user");
            taken += 1;
        } else {
            let (_, stderr) = run.error(6, "invalid_hash").check();
            assert!(secret_of(&hash).is_none_or(|secret| !stderr.contains(secret)), "{stderr}");
            refused += 1;
        }
    }
    assert!(taken > 50 && refused > 50, "{taken} taken, {refused} refused");
}

#[test]
fn a_hash_of_more_than_120_bytes_is_not_stored() {
    let sandbox = Sandbox::application(&[]);
    for (salt, status) in [(42, 0), (43, 6)] {
        let hash = hash_with_salt(PASSWORD.as_bytes(), 1000, &vec![7; salt]);
        assert_eq!(hash.len() <= 120, status == 0, "{}", hash.len());
        let run = sandbox.useradm("add alice -q --hashed --password-stdin").stdin(&hash);
        if status == 0 {
            run.check()
        } else {
            run.error(6, "invalid_hash").check()
        };
        sandbox.sql("DELETE FROM user");
    }
}

#[test]
fn rounds_beyond_the_limit_are_refused_at_once() {
    let sandbox = Sandbox::application(&["alice"]);
    for rounds in ["0", "10000001", "4294967295", "18446744073709551616", "-1", "01000", "+1000"] {
        let hash = hash(PASSWORD);
        let hash = hash.replace("$1000$", &format!("${rounds}$"));
        sandbox.sql(&format!("UPDATE user SET password_hash = '{hash}'"));
        let run = sandbox.useradm("login alice --password-stdin").stdin(PASSWORD);
        run.error(8, "unreadable_hash").check();
        let run = sandbox.useradm("add bob --hashed --password-stdin").stdin(&hash);
        run.error(6, "invalid_hash").check();
        let object = "{\"id\":1,\"username\":\"alice\",\"scheme\":\"pbkdf2_sha256\",\
                      \"rounds\":null}\n";
        sandbox.useradm("show alice --format json").stdout(object).check();
    }
}

#[test]
fn a_plain_password_is_no_ready_hash() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    for input in ["", "\n", "hunter2hunter2", "$", "$pbkdf2-sha256$", "$2b$12$abcdefghijklmnopqrst"]
    {
        for command in ["add bob", "update alice"] {
            let line = format!("{command} --hashed --password-stdin");
            let run = sandbox.useradm(&line).stdin(input);
            let (_, stderr) = run.error(6, "invalid_hash").check();
            assert!(!stderr.contains("hunter2"), "{stderr}");
        }
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn new_hashes_have_the_rounds_that_were_asked_for() {
    let sandbox = Sandbox::initialised();
    for (name, rounds) in [("a", 1000), ("b", 1001), ("c", 20_000)] {
        let line = format!("add -q {name} --password-stdin --rounds {rounds}");
        sandbox.useradm(&line).stdin(PASSWORD).check();
        assert!(is_application_hash(&sandbox.hash_of(name), PASSWORD.as_bytes(), rounds));
    }
    let run = sandbox.useradm("add -q d --password-stdin").env_remove("USERADM_ROUNDS");
    run.stdin(PASSWORD).check();
    assert!(is_application_hash(&sandbox.hash_of("d"), PASSWORD.as_bytes(), 600_000));
    let run = sandbox.useradm("update -q a --password-stdin --rounds 2000").stdin(PASSWORD);
    run.check();
    assert!(is_application_hash(&sandbox.hash_of("a"), PASSWORD.as_bytes(), 2000));
}
