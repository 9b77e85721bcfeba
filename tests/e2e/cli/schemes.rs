//! Schemes of other applications: what new hashes are made with, and what is refused before anything is
//! computed.

use std::collections::BTreeMap;

use crate::support::{PASSWORD, Sandbox, lines};

/// One hash of [`PASSWORD`] for each scheme, as its library made it.
fn vectors() -> BTreeMap<String, String> {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../vectors/schemes.json")).unwrap();
    let text = |vector: &serde_json::Value, name| vector[name].as_str().unwrap().to_owned();
    let vectors = vectors.as_array().unwrap().iter().filter(|it| it["password"] == PASSWORD);
    vectors.map(|vector| (text(vector, "scheme"), text(vector, "hash"))).collect()
}

/// A table of another application's with alice, who has this hash.
fn sandbox(hash: &str) -> Sandbox {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, login TEXT UNIQUE NOT NULL, pw TEXT)",
    );
    sandbox.sql(&format!("INSERT INTO people (login, pw) VALUES ('alice', '{hash}')"));
    sandbox
}

fn layout(scheme: &str) -> String {
    format!("--layout table=people,username=login,hash=pw,scheme={scheme}")
}

/// The scheme and the numbers of a user's hash.
fn recipe(sandbox: &Sandbox, name: &str) -> String {
    let line = format!("list --match {name} --fields scheme,parameters --format plain");
    let (stdout, _) = sandbox.useradm(&line).stdout("[..]\n").check();
    stdout.trim_end().replace('\t', ":")
}

const BCRYPT: &str = "$2b$04$/OJ2PX7nIbbT9DG/szds/eDCnb.p2m85pYjwJVNax.8mPPnBE8CWK";

#[test]
fn every_scheme_logs_in() {
    let schemes = vectors();
    assert_eq!(schemes.len(), 20);
    for (scheme, hash) in schemes {
        let sandbox = sandbox(&hash);
        sandbox.useradm("login -q alice --password-stdin").stdin(PASSWORD).check_unchanged();
        let run = sandbox.useradm("login alice --password-stdin").stdin("wrong horse");
        run.error(5, "invalid_credentials").check_unchanged();
        let (stdout, _) =
            sandbox.useradm("list --fields scheme --format plain").stdout("[..]\n").check();
        assert_eq!(stdout.trim_end(), scheme);
    }
}

#[test]
fn a_new_password_is_hashed_as_the_layout_says_and_as_the_option_does() {
    for scheme in [
        "werkzeug_scrypt:128:8:1",
        "werkzeug_pbkdf2_sha512:1000",
        "django_pbkdf2_sha256:1000",
        "django_argon2:64:2:8",
        "django_scrypt:128:8:2",
        "django_bcrypt_sha256:4",
        "pbkdf2_sha512:1000",
        "bcrypt_sha256:4",
        "sha512_crypt:1000",
        "sha256_crypt:1000",
        "argon2id:32:2:4",
        "bcrypt:4",
    ] {
        let name = scheme.split(':').next().unwrap();
        let hash = &vectors()[name];
        let sandbox = sandbox(hash);
        let layout = layout(name);
        let secret = "a new secret";
        for line in ["add bob", "update alice"] {
            let line = format!("{line} -q --password-stdin --scheme {scheme} {layout}");
            sandbox.useradm(&line).stdin(secret).check();
        }
        for user in ["alice", "bob"] {
            assert_eq!(recipe(&sandbox, user), scheme);
            let line = format!("login -q {user} --password-stdin");
            sandbox.useradm(&line).stdin(secret).check();
        }
    }
}

#[test]
fn a_cost_that_is_higher_than_the_default_is_kept() {
    let secret = "a new secret";
    let high = "$5$rounds=600000$xJI16sZaM9DOu1qh$Gnl45Ii.Dv8LMZjvpTCyTxTQ2GMhvD88warEToGdZn0";
    let sandbox = sandbox(high);
    // A hash of a user's own counts more than the newest.
    sandbox.sql("INSERT INTO people (login, pw) VALUES ('bob', '$5$x$z3kLuj8aeg8UsTDzfeF/fHaaSmU23tq/jus4ZEktEx1')");
    let layout = layout("sha256_crypt");
    for user in ["alice", "bob"] {
        // The rounds of the variable would win.
        let line = format!("update {user} -q --password-stdin {layout}");
        sandbox.useradm(&line).env_remove("USERADM_ROUNDS").stdin(secret).check();
    }
    assert_eq!(recipe(&sandbox, "alice"), "sha256_crypt:600000");
    assert_eq!(recipe(&sandbox, "bob"), "sha256_crypt:535000");
}

#[test]
fn rounds_are_for_schemes_that_have_them() {
    let sandbox = sandbox(BCRYPT);
    let line = format!("add bob --password-stdin --scheme bcrypt:4 {}", layout("bcrypt"));
    let run = sandbox.useradm(&format!("{line} --rounds 1000")).stdin("a new secret");
    run.error(2, "usage").check_unchanged();
    // A variable is for all commands and applications.
    sandbox.useradm(&line).env("USERADM_ROUNDS", "1000").arg("-q").stdin("a new secret").check();
    assert_eq!(recipe(&sandbox, "bob"), "bcrypt:4");
}

#[test]
fn a_scheme_that_the_application_cannot_read_is_refused() {
    let sandbox = sandbox(BCRYPT);
    let layout = layout("bcrypt");
    for line in ["add bob", "update alice"] {
        let line = format!("{line} --password-stdin --scheme argon2id {layout}");
        let run = sandbox.useradm(&line).stdin("a new secret");
        run.error(8, "scheme_mismatch").check_unchanged();
    }
    for scheme in ["md5", "argon2i", "bcrypt:31", "bcrypt:", "argon2id:65536:3:0", ""] {
        let run = sandbox.useradm("add bob --password-stdin").arg("--scheme").arg(scheme);
        run.stdin("a new secret").error(2, "usage").check_unchanged();
    }
}

#[test]
fn what_bcrypt_would_cut_is_never_set_and_never_logs_in() {
    let sandbox = sandbox(BCRYPT);
    let layout = layout("bcrypt");
    let longest = "x".repeat(72);
    for long in [format!("{longest}y"), format!("{}\u{e9}", &longest[1..])] {
        assert_eq!(long.len(), 73);
        for line in ["add bob", "update alice"] {
            let run = sandbox.useradm(&format!("{line} --password-stdin {layout}")).stdin(&long);
            run.error(6, "invalid_password").check_unchanged();
        }
        let rows = format!("username,password\nbob,a new secret\ncarol,{long}\n");
        let line = format!("import --from csv - {layout}");
        let rejected =
            "line 3: carol: [..]73 bytes[..]bcrypt[..]72: use a shorter one\nerror: [..]\n";
        sandbox.useradm(&line).stdin(&rows).status(6).stderr(rejected).check_unchanged();
    }
    let line = format!("update alice -q --password-stdin --scheme bcrypt:4 {layout}");
    sandbox.useradm(&line).stdin(&longest).check();
    sandbox.useradm("login -q alice --password-stdin").stdin(&longest).check();
    for other in [format!("{longest}y"), format!("{longest}\0"), longest[1..].to_owned()] {
        let run = sandbox.useradm("login alice --password-stdin").stdin(&other);
        run.error(5, "invalid_credentials").check();
    }
}

#[test]
fn a_hash_that_would_cost_too_much_is_read_by_nobody() {
    let phc = "ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME";
    let hex = "0".repeat(128);
    for (scheme, hash) in [
        ("bcrypt", BCRYPT.replace("$04$", "$31$")),
        ("werkzeug_scrypt", format!("scrypt:2147483648:8:1$salt${hex}")),
        ("werkzeug_scrypt", format!("scrypt:32767:8:1$salt${hex}")),
        ("werkzeug_scrypt", format!("scrypt:2:536870912:2$salt${hex}")),
        ("argon2id", format!("$argon2id$v=19$m=4194304,t=1,p=1${phc}")),
        ("argon2id", format!("$argon2id$v=19$m=65536,t=4294967295,p=1${phc}")),
        ("argon2id", format!("$argon2id$v=19$m=65536,t=3,p=0${phc}")),
        ("sha512_crypt", format!("$6$rounds=999999999$salt${}", "A".repeat(86))),
    ] {
        let sandbox = sandbox(&hash);
        let line = format!("login alice --password-stdin {}", layout(scheme));
        let run = sandbox.useradm(&line).stdin(PASSWORD);
        run.error(8, "unreadable_hash").check_unchanged();
    }
}

#[test]
fn a_batch_may_have_users_of_several_schemes() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, login TEXT UNIQUE NOT NULL, pw TEXT)",
    );
    let vectors = vectors();
    for (scheme, hash) in &vectors {
        sandbox.sql(&format!("INSERT INTO people (login, pw) VALUES ('{scheme}', '{hash}')"));
    }
    let row = |scheme| format!("{scheme},{PASSWORD}\n");
    let rows = format!("username,password\n{}", lines(vectors.keys(), row));
    // The passwords are those that the users have: nothing is to be changed.
    let line = format!("import --from csv - --on-conflict update {}", layout("bcrypt"));
    let run = sandbox.useradm(&line).stdin(&rows);
    run.counts(0, 20, 0).check_unchanged();
}
