//! Ready hashes of schemes that an application does not read.

use crate::support::{PASSWORD, Sandbox, hash};

const BCRYPT: &str = "$2b$04$/OJ2PX7nIbbT9DG/szds/eDCnb.p2m85pYjwJVNax.8mPPnBE8CWK";
const OTHER: &str = "$argon2id$v=19$m=64,t=2,p=1$ZoHCjUNxtsl8RRUNSjZkHw$r5eY6KEB0P+2Ytj/o6Am0l1NELwBRgJgUsh4eJn/GME";
const LAYOUT: &str = "--layout table=people,username=login,hash=pw,scheme=bcrypt";

/// A table of another application's, whose hashes are of bcrypt.
fn people() -> Sandbox {
    Sandbox::with_schema(&format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, login TEXT UNIQUE NOT NULL, pw TEXT);
         INSERT INTO people VALUES (1, 'alice', '{BCRYPT}')"
    ))
}

#[test]
fn a_ready_hash_that_the_application_does_not_read_is_a_mismatch() {
    let sandbox = people();
    for line in ["add bob", "update alice"] {
        let line = format!("{line} --hashed --password-stdin {LAYOUT}");
        for foreign in [OTHER, &hash(PASSWORD), "$apr1$12345678$aeaaaaaaaaaaaaaaaaaaaa"] {
            let run = sandbox.useradm(&line).stdin(foreign);
            run.error(8, "scheme_mismatch").check_unchanged();
        }
        // These are no hashes of any scheme, or damaged ones of the right scheme.
        for damaged in ["a new secret", "!", &BCRYPT[..59], ""] {
            let run = sandbox.useradm(&line).stdin(damaged);
            run.error(6, "invalid_hash").check_unchanged();
        }
    }
    let says = "error: [..]stores bcrypt hashes[..]argon2id[..]\nhint: [..]adopt[..]\n";
    let run = sandbox.useradm(&format!("update alice --hashed --password-stdin {LAYOUT}"));
    run.stdin(OTHER).status(8).stderr(says).check_unchanged();
}

#[test]
fn the_first_application_calls_it_an_invalid_hash() {
    for layout in ["", "--layout passlib"] {
        let sandbox = Sandbox::application(&["alice"]);
        for line in ["add bob", "update alice"] {
            let line = format!("{line} --hashed --password-stdin {layout}");
            let run = sandbox.useradm(&line).stdin(BCRYPT);
            run.error(6, "invalid_hash").check_unchanged();
        }
        let rows = format!("username,password_hash\nbob,{BCRYPT}\n");
        let run = sandbox.useradm(&format!("import --from csv - {layout}")).stdin(&rows);
        run.error(6, "invalid_input").check_unchanged();
    }
}

#[test]
fn rows_of_another_scheme_are_rejected_and_the_import_with_them() {
    let sandbox = people();
    let line = format!("import --from csv - {LAYOUT}");
    let rows =
        format!("username,password_hash\nbob,{BCRYPT}\ncarol,\"{OTHER}\"\ndan,\"{OTHER}\"\n");
    let says = "line 3: carol: [..]argon2id, which the application does not read\n\
                line 4: dan: [..]argon2id[..]\nerror: [..]stores bcrypt hashes[..]\nhint: [..]\n";
    sandbox.useradm(&line).stdin(&rows).status(8).stderr(says).check_unchanged();
    sandbox.useradm(&line).stdin(&rows).error(8, "scheme_mismatch").check_unchanged();
    // Other rows that are wrong are the input's own fault.
    for wrong in ["eve,short", "dan,", "carol,$2b$04$x"] {
        let rows = format!("{rows}{wrong}\n");
        sandbox.useradm(&line).stdin(&rows).error(6, "invalid_input").check_unchanged();
    }
    let says = "line 3: carol: [..]argon2id[..], skipped\nline 4: dan: [..], skipped\n[..]\n\
                imported 1, skipped 2, updated 0\n";
    let run = sandbox.useradm(&format!("{line} --skip-unsupported")).stdin(&rows);
    run.stderr(says).check();
    assert_eq!(sandbox.rows("SELECT login FROM people"), ["alice", "bob"]);
}
