//! Rows without an id, or with an empty one, in tables whose ids are texts.

use crate::support::{PASSWORD, Sandbox, hash};

fn sandbox() -> Sandbox {
    let sandbox =
        Sandbox::with_schema("CREATE TABLE people (id TEXT, name TEXT, pw TEXT, note TEXT)");
    sandbox.write(
        "useradm.toml",
        "[layout]\ntable = 'people'\nusername = 'name'\nhash = 'pw'\nscheme = 'pbkdf2_sha256'\n",
    );
    sandbox
}

const ALL: &str = "SELECT id, typeof(id), name FROM people ORDER BY name";

#[test]
fn rows_that_are_exported_come_back_or_are_named() {
    for format in ["csv", "jsonl"] {
        let sandbox = self::sandbox();
        let hash = hash(PASSWORD);
        sandbox.sql(&format!(
            "INSERT INTO people VALUES ('7', 'ann', '{hash}', ''), ('', 'bob', '{hash}', NULL),
                 (NULL, 'cat', '{hash}', NULL), ('007', 'dan', '{hash}', 'x'),
                 ('a,\"b\"', 'eve', '{hash}', NULL)"
        ));
        let (exported, _) =
            sandbox.useradm(&format!("export - --to {format}")).stdout("[...]").check();
        let before = sandbox.rows(ALL);
        let copy = self::sandbox();
        let line = format!("import --keep-ids --from {format} -");
        let run = copy.useradm(&line).stdin(&exported);
        let line_of_cat = if format == "csv" { 4 } else { 3 };
        let says = format!(
            "line {line_of_cat}: cat: [..]it has no id to keep[..]\nerror: [..]1 row was rejected[..]\n"
        );
        run.status(6).stderr(says).check_unchanged();
        let without: String =
            exported.split_inclusive('\n').filter(|line| !line.contains("cat")).collect();
        copy.useradm(&line).stdin(&without).counts(4, 0, 0).check();
        let rest: Vec<String> = before.iter().filter(|row| !row.contains("cat")).cloned().collect();
        assert_eq!(copy.rows(ALL), rest);
        // Without their ids all of them are taken, and every one gets an id.
        let anew = self::sandbox();
        let line = format!("import --quiet --from {format} -");
        anew.useradm(&line).stdin(&exported).check();
        let ids = "SELECT count(DISTINCT id), min(length(id)), max(length(id)) FROM people";
        assert_eq!(anew.rows(ids), ["5|36|36"]);
    }
}

#[test]
fn an_empty_id_is_given_once() {
    let sandbox = self::sandbox();
    let rows = format!("id,username,password\n\"\",ann,{PASSWORD}\n\"\",bob,{PASSWORD}\n");
    let run = sandbox.useradm("import --keep-ids --from csv -").stdin(&rows);
    run.status(6)
        .stderr("line 3: bob: its id [..]is that of line 2\nerror: [..]\n")
        .check_unchanged();
}
