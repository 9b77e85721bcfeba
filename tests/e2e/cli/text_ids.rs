//! Tables whose ids are texts, and tables in which every user has a row beside their own.

use crate::support::{PASSWORD, Sandbox, hash};

const A: &str = "0f8fad5bd9cb469fa16570867728950a";
const B: &str = "0f8fad5bd9cb469fa16570867728950b";

fn with_ids(kind: &str, ids: [&str; 2], more: &str) -> Sandbox {
    let hash = hash(PASSWORD);
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE users (id {kind}, username VARCHAR(320) UNIQUE, pw TEXT);
         INSERT INTO users VALUES ({}, 'bob', '{hash}'), ({}, 'ann', '{hash}'); {more}",
        ids[0], ids[1]
    ));
    let layout = "[layout]\ntable = \"users\"\nscheme = \"pbkdf2_sha256\"\n";
    sandbox.write("useradm.toml", layout);
    sandbox
}

fn with_uuids() -> Sandbox {
    with_ids("CHAR(32) PRIMARY KEY", [&format!("'{B}'"), &format!("'{A}'")], "")
}

#[test]
fn ids_that_are_texts_are_shown_and_selected_as_they_are() {
    let sandbox = with_uuids();
    sandbox.useradm("list --format plain").stdout(format!("{B}\tbob\n{A}\tann\n")).check();
    let json = format!(
        "[{{\"id\":\"{B}\",\"username\":\"bob\"}},{{\"id\":\"{A}\",\"username\":\"ann\"}}]\n"
    );
    sandbox.useradm("list --format json").stdout(json).check();
    let show = format!("show --format csv --fields username --id {A}");
    sandbox.useradm(&show).stdout("username\nann\n").check();
    sandbox.useradm("show --id 7").error(3, "user_not_found").check();
    let line = format!("update --id {A} --username anna --quiet");
    sandbox.useradm(&line).check();
    sandbox.useradm("login anna --password-stdin --quiet").stdin(PASSWORD).check();
    let line = format!("delete --yes --id {A} --format json");
    let json = format!(
        "{{[..]\"users\":[{{\"id\":\"{A}\",\"username\":\"anna\"}}],\"changed\":true,[..]}}\n"
    );
    sandbox.useradm(&line).stdout(json).check();
    assert_eq!(sandbox.rows("SELECT username FROM users"), ["bob"]);
}

#[test]
fn odd_ids_among_uuids_harm_nobody() {
    let sandbox = with_uuids();
    sandbox.sql("INSERT INTO users VALUES ('007', 'cat', ''), ('', 'dan', ''), (NULL, 'eve', '')");
    let plain = format!("{B}\tbob\n{A}\tann\n007\tcat\n\tdan\n\teve\n");
    sandbox.useradm("list --format plain").stdout(plain).check();
    for (id, name) in [("007", "cat"), ("", "dan")] {
        let run = sandbox.useradm("show --format plain --fields username --id").arg(id);
        run.stdout(format!("{name}\n")).check();
    }
    sandbox.useradm("show --id 7").error(3, "user_not_found").check();
    sandbox.useradm("show --id NULL").error(3, "user_not_found").check();
    sandbox.useradm("delete --yes eve --quiet").check();
    sandbox.useradm("add zoe --password-stdin --quiet").stdin(PASSWORD).check();
    let lengths = "SELECT length(id), substr(id, 13, 1) FROM users WHERE username = 'zoe'";
    assert_eq!(sandbox.rows(lengths), ["32|4"]);
}

#[test]
fn an_import_keeps_ids_or_makes_new_ones() {
    let sandbox = with_uuids();
    let (exported, _) = sandbox.useradm("export - --to jsonl").stdout("[...]").check();
    assert!(exported.starts_with(&format!("{{\"id\":\"{B}\",\"username\":\"bob\",")), "{exported}");
    sandbox.sql("DELETE FROM users WHERE username = 'bob'");
    let run = sandbox.useradm("import --keep-ids --on-conflict skip --from jsonl -");
    run.stdin(&exported).counts(1, 1, 0).check();
    assert_eq!(
        sandbox.rows("SELECT id, username FROM users ORDER BY id"),
        [format!("{A}|ann"), format!("{B}|bob")]
    );
    let csv = format!("id,username,password\n{A},cat,{PASSWORD}\n,dan,{PASSWORD}\n");
    let run = sandbox.useradm("import --keep-ids --from csv -").stdin(&csv);
    run.status(6)
        .stderr("line 2: cat: its id [..] belongs to ann\nline 3: dan: [..]\n[...]")
        .check_unchanged();
    sandbox.useradm("import --quiet --from csv -").stdin(&csv).check();
    let made = "SELECT count(DISTINCT id), min(length(id)), max(length(id)) FROM users";
    assert_eq!(sandbox.rows(made), ["4|32|32"]);
    sandbox.useradm("login dan --password-stdin --quiet").stdin(PASSWORD).check();
}

#[test]
fn a_number_that_nothing_gives_is_named() {
    let sandbox = with_ids("BIGINT PRIMARY KEY", ["70", "7"], "");
    let json = "[{\"id\":70,\"username\":\"bob\"},{\"id\":7,\"username\":\"ann\"}]\n";
    sandbox.useradm("list --format json").stdout(json).check();
    for line in ["add zoe --password-stdin", "import --from csv -"] {
        let input = if line.starts_with("add") {
            PASSWORD
        } else {
            "username,password\nzoe,correct horse\n"
        };
        let run = sandbox.useradm(line).stdin(input).status(8);
        run.stderr("error: [..]column `id`[..]\n").check_unchanged();
    }
    sandbox.useradm("update --id 7 --username anna --quiet").check();
    assert_eq!(sandbox.rows("SELECT id FROM users WHERE username = 'anna'"), ["7"]);
}

#[test]
fn a_user_gets_the_row_that_every_user_has() {
    let more = format!(
        "CREATE TABLE profile (id CHAR(32) PRIMARY KEY, username TEXT NOT NULL, role TEXT, seen_at BIGINT);
         INSERT INTO profile VALUES ('{B}', 'bob', 'user', 1714558830), ('{A}', 'ann', 'user', NULL);"
    );
    let ids = [format!("'{B}'"), format!("'{A}'")];
    let sandbox = with_ids("CHAR(32) PRIMARY KEY", [&ids[0], &ids[1]], &more);
    let run = sandbox.useradm("add zoe --password-stdin").stdin(PASSWORD).status(8);
    run.stderr("error: Every user has a row in the table `profile`[..]\nhint: --like [..]\n")
        .check_unchanged();
    let csv = format!("username,password\nzoe,{PASSWORD}\nyan,{PASSWORD}\n");
    let run = sandbox.useradm("import --from csv -").stdin(&csv).status(8);
    run.stderr("error: Every user has a row in [..]\nhint: [..]\n").check_unchanged();
    let update = format!("username,password\nbob,{PASSWORD}2\n");
    let run = sandbox.useradm("import --on-conflict update --from csv -").stdin(&update);
    run.counts(0, 0, 1).check();
    let run = sandbox.useradm("import --like bob --from csv -").stdin(&csv);
    run.stderr(
        "Database locked [..]\na row of its own in: profile\nimported 2, skipped 0, updated 0\n",
    )
    .check();
    let linked = "SELECT u.username, p.username, p.role, p.seen_at FROM users u JOIN profile p
                  ON p.id = u.id WHERE u.username IN ('zoe', 'yan') ORDER BY 1";
    assert_eq!(sandbox.rows(linked), ["yan|yan|user|NULL", "zoe|zoe|user|NULL"]);
    sandbox
        .useradm("add xia --without-companions --password-stdin --quiet")
        .stdin(PASSWORD)
        .check();
    assert_eq!(sandbox.rows("SELECT count(*) FROM profile"), ["4"]);
}

#[test]
fn a_name_is_as_long_as_its_column_and_told_before_anybody_is_asked() {
    let sandbox = with_uuids();
    let name = format!("{}@example.org", "x".repeat(200));
    sandbox.useradm("add --quiet --password-stdin").arg(&name).stdin(PASSWORD).check();
    let name = format!("{}@example.org", "x".repeat(320));
    for line in ["add --password-stdin", "register --password-stdin", "update bob --username"] {
        let run = sandbox.useradm(line).arg(&name).stdin(PASSWORD);
        run.status(6)
            .stderr("error: Invalid username: it has 332 characters, 320 are allowed\n")
            .check_unchanged();
    }
}

#[test]
fn a_name_that_is_the_key_is_the_id_too() {
    let hash = hash(PASSWORD);
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE users (username TEXT PRIMARY KEY, password TEXT NOT NULL);
         INSERT INTO users VALUES ('ann', '{hash}')"
    ));
    sandbox.write("useradm.toml", "[layout]\ntable = \"users\"\nscheme = \"pbkdf2_sha256\"\n");
    let added = "{[..]\"user\":{\"id\":\"bob\",\"username\":\"bob\"},\"changed\":true,[..]}\n";
    let add = sandbox.useradm("add bob --password-stdin --format json");
    add.stdin(PASSWORD).stdout(added).check();
    let rows = format!("username,password_hash\ncat,{hash}\n");
    sandbox.useradm("import - --from csv --quiet").stdin(rows).check();
    sandbox.useradm("update --id cat --username kit --quiet").check();
    sandbox.useradm("list --format plain").stdout("ann\tann\nbob\tbob\nkit\tkit\n").check();
    // What it exports it takes back, ids and all.
    sandbox.useradm("export users.csv --quiet").check();
    sandbox.sql("DELETE FROM users");
    sandbox.useradm("import users.csv --keep-ids --quiet").check();
    sandbox.useradm("login bob --password-stdin --quiet").stdin(PASSWORD).check();
    assert_eq!(sandbox.rows("SELECT username FROM users"), ["ann", "bob", "kit"]);
}
