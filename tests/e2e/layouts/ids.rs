//! Ids that are text, and odd ones among them.

use super::BCRYPT;
use crate::support::{PASSWORD, Sandbox};

const UUID: &str = "7161a14f-73e8-4fef-9285-74a8f362bbc8";
const LAYOUT: &str = "--layout=table=users,username=email,hash=pw,scheme=bcrypt:12";

/// Users with odd ids among UUIDs.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE users (id CHAR(36), email VARCHAR(320) UNIQUE, pw TEXT NOT NULL)",
    );
    for (id, name) in [
        (format!("'{UUID}'"), "alice"),
        ("'007'".to_owned(), "bond"),
        ("''".to_owned(), "empty"),
        ("NULL".to_owned(), "null"),
        ("'f407052f-c681-403d-8977-9408723210b0'".to_owned(), "bob"),
    ] {
        sandbox.sql(&format!("INSERT INTO users VALUES ({id}, '{name}', '{BCRYPT}')"));
    }
    sandbox
}

#[test]
fn odd_ids_among_uuids_are_shown_as_they_are() {
    let sandbox = sandbox();
    let expected = format!(
        "{{\"id\":\"{UUID}\",\"username\":\"alice\"}}\n{{\"id\":\"007\",\"username\":\"bond\"}}\n\
         {{\"id\":\"\",\"username\":\"empty\"}}\n{{\"id\":null,\"username\":\"null\"}}\n\
         {{\"id\":\"f407052f-c681-403d-8977-9408723210b0\",\"username\":\"bob\"}}\n"
    );
    let run = sandbox.useradm("list --format jsonl").arg(LAYOUT);
    run.stdout(&expected).check_unchanged();
    let run = sandbox.useradm("list --format csv --fields id,username --match=bo*").arg(LAYOUT);
    let rest = "007,bond\nf407052f-c681-403d-8977-9408723210b0,bob\n";
    run.stdout(format!("id,username\n{rest}")).check_unchanged();
}

#[test]
fn users_are_selected_by_ids_that_are_text() {
    let sandbox = sandbox();
    for (id, name) in [(UUID, "alice"), ("007", "bond"), ("", "empty")] {
        let run = sandbox.useradm("show --format plain").arg(LAYOUT).arg(format!("--id={id}"));
        run.stdout(format!("{id}\t{name}\tbcrypt\t12\n")).check_unchanged();
    }
    for id in ["7", "07", "0", "null", "NULL", "-1", &UUID.to_uppercase(), "alice"] {
        let run = sandbox.useradm("show").arg(LAYOUT).arg(format!("--id={id}"));
        run.error(3, "user_not_found").check_unchanged();
    }
    let run = sandbox.useradm("update --id 007 --username=james -q").arg(LAYOUT);
    run.check();
    sandbox.useradm("delete --yes -q --id").arg("").arg(LAYOUT).check();
    sandbox.useradm("delete --yes -q null").arg(LAYOUT).check();
    let select = "SELECT email FROM users ORDER BY rowid";
    assert_eq!(sandbox.rows(select), ["alice", "james", "bob"]);
}

#[test]
fn a_new_id_has_the_form_of_the_others() {
    let sandbox = sandbox();
    let run =
        sandbox.useradm("add dave@example.org --password-stdin -q").stdin(PASSWORD).arg(LAYOUT);
    run.check();
    let id = &sandbox.rows("SELECT id FROM users WHERE email = 'dave@example.org'")[0];
    let is_uuid = id.char_indices().all(|(at, character)| match at {
        8 | 13 | 18 | 23 => character == '-',
        14 => character == '4',
        _ => character.is_ascii_digit() || ('a'..='f').contains(&character),
    });
    assert!(id.len() == 36 && is_uuid, "{id}");
    // Without hyphens where the others have none.
    sandbox.sql("UPDATE users SET id = upper(replace(id, '-', '')) WHERE length(id) = 36");
    let run =
        sandbox.useradm("add erin@example.org --password-stdin -q").stdin(PASSWORD).arg(LAYOUT);
    run.check();
    let id = &sandbox.rows("SELECT id FROM users WHERE email = 'erin@example.org'")[0];
    let is_hex = id.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c));
    assert!(id.len() == 32 && is_hex, "{id}");
}

#[test]
fn text_ids_go_through_export_and_import() {
    let sandbox = sandbox();
    // A row without an id can be given no such id back, which is said before anything is written.
    sandbox.useradm("export odd.csv -q").arg(LAYOUT).check();
    let run = sandbox.useradm("import odd.csv --keep-ids --on-conflict update").arg(LAYOUT);
    run.error(6, "invalid_input").check_unchanged();
    sandbox.sql("DELETE FROM users WHERE id = '' OR id IS NULL");
    sandbox.useradm("export users.csv -q").arg(LAYOUT).check();
    let before = sandbox.rows("SELECT * FROM users");
    sandbox.sql("DELETE FROM users");
    sandbox.useradm("import users.csv --keep-ids -q").arg(LAYOUT).check();
    assert_eq!(sandbox.rows("SELECT * FROM users"), before);
}

#[test]
fn where_there_is_no_id_the_name_is_one() {
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE users (name TEXT, password_hash TEXT, admin SMALLINT DEFAULT 0 NOT NULL, UNIQUE (name));
         INSERT INTO users VALUES ('alice', '{BCRYPT}', 0), ('bob', '{BCRYPT}', 0)"
    ));
    sandbox.useradm("list --format plain").stdout("alice\talice\nbob\tbob\n").check_unchanged();
    sandbox.useradm("adopt --yes -q").check();
    sandbox.useradm("add dave --password-stdin -q").stdin(PASSWORD).check();
    sandbox.useradm("update --id bob --username=robert -q").check();
    sandbox.useradm("delete alice --yes -q").check();
    let select = "SELECT name, admin FROM users ORDER BY rowid";
    assert_eq!(sandbox.rows(select), ["robert|0", "dave|0"]);
    let run = sandbox.useradm("login dave --password-stdin").stdin(PASSWORD);
    run.stderr("Login successful: dave\n").check();
}
