//! Users whom only a careless application makes: ids of 0 and below, names that are NULL or empty.

use crate::support::{PASSWORD, Sandbox, hash};

/// A table that takes all of them.
const LENIENT: &str =
    "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT)";

fn odd() -> Sandbox {
    let sandbox = Sandbox::with_schema(LENIENT);
    let hash = hash(PASSWORD);
    for (id, name) in [
        ("-9223372036854775808", "'least'"),
        ("-1", "NULL"),
        ("0", "'nought'"),
        ("1", "''"),
        ("2", "NULL"),
        ("9223372036854775807", "'most'"),
    ] {
        sandbox.sql(&format!("INSERT INTO user VALUES ({id}, {name}, '{hash}')"));
    }
    sandbox
}

const ALL: &str = "SELECT id, typeof(username), username, password_hash FROM user ORDER BY id";

#[test]
fn an_export_of_them_is_taken_back_as_it_was() {
    for format in ["csv", "jsonl"] {
        let source = odd();
        source.useradm(&format!("export -q users.{format}")).check();
        for batch in ["", "--batch 1"] {
            let copy = Sandbox::with_schema(LENIENT);
            let run = copy.useradm(&format!("import --keep-ids {batch}"));
            run.arg(source.path(&format!("users.{format}"))).counts(6, 0, 0).check();
            assert_eq!(copy.rows(ALL), source.rows(ALL), "{format} {batch}");
        }
        // They are the same users, and stay what they are.
        for action in ["skip", "update"] {
            let line = format!("import --keep-ids --on-conflict {action} users.{format}");
            source.useradm(&line).counts(0, 6, 0).check();
        }
        let run = source.useradm(&format!("import --keep-ids users.{format}"));
        run.error(4, "user_exists").check();
        assert_eq!(source.rows("SELECT count(*) FROM user"), ["6"]);
    }
}

#[test]
fn a_user_with_the_id_0_counts_as_one() {
    for schema in [LENIENT, "CREATE TABLE user (id INTEGER PRIMARY KEY, username, password_hash)"] {
        let sandbox = Sandbox::with_schema(schema);
        let ready = hash(PASSWORD);
        sandbox.sql(&format!("INSERT INTO user VALUES (0, 'zero', '{ready}')"));
        let rows = format!("id,username,password_hash\n0,zero,{ready}\n5,five,{ready}\n");
        let run = sandbox.useradm("import --from csv --keep-ids --on-conflict skip -").stdin(&rows);
        run.counts(1, 1, 0).check();
        assert_eq!(sandbox.rows("SELECT id, username FROM user ORDER BY id"), ["0|zero", "5|five"]);
        let run = sandbox.useradm("import --from csv --keep-ids -").stdin(&rows);
        run.error(4, "user_exists").check();
        let rows = "username,password\nZero,correct horse\n";
        let run = sandbox.useradm("import --from csv -").stdin(rows);
        run.error(4, "lookalike_exists").check();
        assert_eq!(sandbox.count(), 2);
    }
}

#[test]
fn without_their_ids_nobody_gets_such_a_name() {
    let sandbox = Sandbox::with_schema(LENIENT);
    for (format, rows) in [
        ("csv", "username,password\n,correct horse\n"),
        ("csv", "username,password\n\"\",correct horse\n"),
        ("jsonl", "{\"username\":null,\"password\":\"correct horse\"}"),
        ("jsonl", "{\"username\":\"\",\"password\":\"correct horse\"}"),
        ("jsonl", "{\"password\":\"correct horse\"}"),
    ] {
        let run = sandbox.useradm(&format!("import --from {format} -")).stdin(rows);
        run.error(6, "invalid_input").check_unchanged();
    }
}

#[test]
fn a_name_that_is_null_cannot_be_stored_where_the_table_wants_one() {
    let sandbox = Sandbox::application(&[]);
    let rows = format!("id,username,password_hash\n3,,{}\n", hash(PASSWORD));
    let run = sandbox.useradm("import --keep-ids --from csv -").stdin(rows);
    run.error(8, "constraint_failed").check_unchanged();
}

#[test]
fn a_list_tells_null_from_empty_text_in_csv() {
    let sandbox = odd();
    let run = sandbox.useradm("list --format csv --limit 4 --fields username,id");
    run.stdout("username,id\nleast,-9223372036854775808\n,-1\nnought,0\n\"\",1\n").check();
    let run = sandbox.useradm("export --to htpasswd -");
    run.status(6).stderr("error: [..]htpasswd cannot hold[..]\n").check();
}
