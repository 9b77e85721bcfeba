//! Hashes and passwords that would cost too much, or be cut.

use super::{LAYOUT, people, with_password};
use crate::support::{PASSWORD, Sandbox};

const SALT: &str = "dBwZXagKMWpoM3rO";

/// Well-formed hashes that nobody should compute, and some that have impossible parameters.
fn absurd() -> Vec<String> {
    let scrypt = |parameters: &str| format!("scrypt:{parameters}${SALT}${}", "ab".repeat(64));
    let argon = |parameters: &str| {
        format!(
            "$argon2id$v=19${parameters}$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME"
        )
    };
    let digest =
        "hkG/pwaqVXIJ1MXN96w.J0oKfE/vxOX4vu.YdpQRtc3al2TuR.NxSc0Dmpw.1IR84yk.DwWs/50ef6cFh8XAo/";
    vec![
        scrypt("2147483648:8:1"),
        scrypt("32767:8:1"),
        scrypt("32768:32768:32768"),
        scrypt("32768:0:1"),
        scrypt("1:8:1"),
        argon("m=4194304,t=3,p=4"),
        argon("m=65536,t=4294967295,p=4"),
        argon("m=65536,t=3,p=0"),
        argon("m=8,t=3,p=16777216"),
        "$2b$31$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S".to_owned(),
        "$2b$03$bms2BrkFQbPmTyt3hcoXsuPlIW0tX6ReW.be5sfwj0hEWnCI/YA9S".to_owned(),
        format!("$6$rounds=999999999$7ZKGUqPZxhzpYjYG${digest}"),
        format!("$6$rounds=1000000000$7ZKGUqPZxhzpYjYG${digest}"),
        "pbkdf2_sha256$4294967295$P99XYCsVevmQgm7zU4WTLm$+dAjWatE1E8a6JHmZZx5vT/hBiYd+JZxl/seIWevLPI="
            .to_owned(),
        format!("pbkdf2:sha256:999999999${SALT}${}", "ab".repeat(32)),
    ]
}

#[test]
fn a_stored_hash_that_costs_too_much_is_not_computed() {
    for hash in absurd() {
        let sandbox = people("");
        sandbox
            .connection()
            .execute("UPDATE people SET pw = ?1 WHERE name = 'alice'", [&hash])
            .unwrap();
        let run = with_password(&sandbox, "login alice --password-stdin").arg(LAYOUT);
        run.error(8, "unreadable_hash").check_unchanged();
        // Nobody else has to pay for it.
        let run = with_password(&sandbox, "login nobody --password-stdin").arg(LAYOUT);
        run.error(5, "invalid_credentials").check_unchanged();
        let run = with_password(&sandbox, "login bob --password-stdin").arg(LAYOUT);
        run.stderr("Login successful: bob\n").check_unchanged();
        sandbox.useradm("list --count").arg(LAYOUT).stdout("2\n").check_unchanged();
    }
}

#[test]
fn a_ready_hash_that_costs_too_much_is_not_stored() {
    for hash in absurd() {
        let sandbox = people("");
        let run =
            sandbox.useradm("update alice --hashed --password-stdin").stdin(&hash).arg(LAYOUT);
        let outcome = run.outcome();
        assert!([6, 8].contains(&outcome.status), "{hash}: {}", outcome.stderr);
        assert_eq!(sandbox.rows("SELECT count(*) FROM people WHERE pw LIKE '$2b$12$bms2%'"), ["2"]);
    }
}

#[test]
fn parameters_that_cost_too_much_are_refused_before_anything_is_computed() {
    for scheme in [
        "bcrypt:31",
        "bcrypt:3",
        "bcrypt:",
        "bcrypt:12:1",
        "werkzeug_scrypt:2147483648:8:1",
        "werkzeug_scrypt:32767:8:1",
        "werkzeug_scrypt:32768:32768:32768",
        "werkzeug_scrypt:32768:8",
        "argon2id:4194304:3:4",
        "argon2id:65536:4294967295:4",
        "argon2id:65536:3:0",
        "sha512_crypt:999999999",
        "django_pbkdf2_sha256:4294967295",
        "django_pbkdf2_sha256:-1",
        "pbkdf2_sha256:1e6",
        "argon2i:65536:3:4",
        "rot13",
        "",
    ] {
        let sandbox = people("");
        let run = with_password(&sandbox, "update alice --password-stdin").arg(LAYOUT);
        let run = run.arg(format!("--scheme={scheme}"));
        run.error(2, "usage").check_unchanged();
    }
}

#[test]
fn a_password_that_bcrypt_would_cut_is_refused() {
    let sandbox = people("");
    for (password, is_taken) in [
        ("x".repeat(72), true),
        ("x".repeat(73), false),
        ("é".repeat(36), true),
        ("é".repeat(37), false),
        ("with a\0NUL".to_owned(), false),
    ] {
        for line in ["update bob --password-stdin -q", "add dave --password-stdin -q"] {
            let run = sandbox.useradm(line).stdin(&password).arg(LAYOUT);
            if is_taken {
                run.check();
                let name = line.split(' ').nth(1).unwrap();
                let run =
                    sandbox.useradm(&format!("login {name} --password-stdin")).stdin(&password);
                run.stderr(format!("Login successful: {name}\n")).check();
                sandbox.sql("DELETE FROM people WHERE name = 'dave'");
            } else {
                run.error(6, "invalid_password").check_unchanged();
            }
        }
        let rows = format!("username,password\nerin,{password}\n");
        let run = sandbox.useradm("import --from csv - -q").stdin(rows).arg(LAYOUT);
        if is_taken {
            run.outcome();
            assert_eq!(
                sandbox.rows("DELETE FROM people WHERE name = 'erin' RETURNING name"),
                ["erin"]
            );
        } else {
            run.error(6, "invalid_input").check_unchanged();
        }
    }
    // A longer one that somebody tries is only wrong.
    for password in ["x".repeat(73), "x".repeat(4096), format!("{PASSWORD}\0")] {
        let run = sandbox.useradm("login alice --password-stdin").stdin(password);
        run.error(5, "invalid_credentials").check_unchanged();
    }
}

/// A table of the first application that has a hash of this many rounds.
fn first(rounds: &str) -> Sandbox {
    let sandbox = Sandbox::application(&[]);
    let checksum = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let hash = format!("$pbkdf2-sha256${rounds}$AAAAAAAAAAAAAAAAAAAAAA${checksum}");
    sandbox.sql(&format!("INSERT INTO user (username, password_hash) VALUES ('alice', '{hash}')"));
    sandbox
}

#[test]
fn the_first_applications_limit_is_as_it_was() {
    for (rounds, code) in [("10000001", "unreadable_hash"), ("0", "unreadable_hash")] {
        let sandbox = first(rounds);
        with_password(&sandbox, "login alice --password-stdin").error(8, code).check_unchanged();
    }
}
