//! Names and hashes that are too long to be read, and columns that compute such.

use crate::support::{APPLICATION_TABLE, PASSWORD, Run, Sandbox};

const NO_INDEX: &str =
    "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT)";

/// A run that may use no more than 256 MiB of memory, all its mappings included.
fn in_little_memory(sandbox: &Sandbox, line: &str) -> Run {
    sandbox.shell(&format!("ulimit -v 262144 && exec \"$0\" {line}")).stdin(PASSWORD)
}

#[test]
fn a_listing_names_the_user_whose_name_is_too_long_and_how_to_go_on() {
    for schema in [APPLICATION_TABLE, NO_INDEX] {
        for huge in ["zeroblob(5000000)", "printf('%.*c', 5000000, 'x')"] {
            let sandbox = Sandbox::with_schema(schema);
            sandbox.insert("alice");
            sandbox.sql(&format!("INSERT INTO user VALUES (-7, {huge}, 'x')"));
            for line in [
                "list",
                "list --format plain",
                "list --sort username --limit 3",
                "list --sort username --reverse --format csv",
                "list --match *",
                "list --count --match a*",
                "export -",
            ] {
                let says = "error: [..]id -7 has 5000000 bytes[..]\n\
                            hint: `useradm delete --id=-7` removes that user\n";
                in_little_memory(&sandbox, line).status(8).stdout("[...]").stderr(says).check();
            }
            in_little_memory(&sandbox, "list --count").stdout("2\n").check();
            let shown = "-7\t(5000000 bytes)\tunknown\t\n";
            in_little_memory(&sandbox, "show --id=-7 --format plain").stdout(shown).check();
            in_little_memory(&sandbox, "delete -q --yes --id=-7").check();
            assert_eq!(sandbox.usernames(), ["alice"]);
        }
    }
}

#[test]
fn a_huge_name_keeps_nobody_from_the_other_users() {
    for schema in [APPLICATION_TABLE, NO_INDEX] {
        for huge in ["zeroblob(5000000)", "printf('%.*c', 5000000, 'b')"] {
            let sandbox = Sandbox::with_schema(schema);
            sandbox.sql(&format!("INSERT INTO user VALUES (7, {huge}, 'x')"));
            sandbox.insert("alice");
            in_little_memory(&sandbox, "show alice --format plain")
                .stdout("8\talice\t[..]\n")
                .check();
            in_little_memory(&sandbox, "login -q alice --password-stdin").check();
            in_little_memory(&sandbox, "login nobody --password-stdin")
                .error(5, "invalid_credentials")
                .check();
            in_little_memory(&sandbox, "add -q bob --password-stdin").check();
            in_little_memory(&sandbox, "update -q bob --username robert").check();
            in_little_memory(&sandbox, "update -q --id 7 --password-stdin").check();
            in_little_memory(&sandbox, "update -q --id 7 --username small").check();
            in_little_memory(&sandbox, "delete -q --yes small robert").check();
            assert_eq!(sandbox.usernames(), ["alice"]);
        }
    }
}

#[test]
fn a_limit_that_ends_before_a_huge_name_never_meets_it() {
    let sandbox = Sandbox::with_schema(APPLICATION_TABLE);
    for name in ["a", "b", "c"] {
        sandbox.insert(name);
    }
    sandbox.sql("INSERT INTO user VALUES (9, printf('%.*c', 2000000, 'x'), 'x')");
    for options in ["", "--sort username"] {
        for limit in 0..=3 {
            let line = format!("list --fields username --format plain --limit {limit} {options}");
            let names = ["a\n", "b\n", "c\n"][..limit].concat();
            sandbox.useradm(&line).stdout(names).check();
        }
        let line = format!("list --fields username --format plain --limit 4 {options}");
        sandbox.useradm(&line).status(8).stdout("[...]").stderr("error: [...]").check();
    }
    let line = "list --sort username --reverse --limit 1 --fields username --format plain";
    sandbox.useradm(line).status(8).stderr("error: [...]").check();
}

#[test]
fn a_name_of_a_million_bytes_is_still_listed() {
    let sandbox = Sandbox::with_schema(APPLICATION_TABLE);
    sandbox.sql("INSERT INTO user VALUES (1, printf('%.*c', 1000000, 'x'), 'x')");
    let name = format!("{}\n", "x".repeat(1_000_000));
    for order in ["id", "username"] {
        let line = format!("list --fields username --format plain --sort {order}");
        sandbox.useradm(&line).stdout(&name).check();
    }
    sandbox.sql("UPDATE user SET username = username || 'x'");
    sandbox.useradm("list").error(8, "database_corrupt").check();
}

#[test]
fn a_hash_of_400_megabytes_needs_no_memory() {
    let sandbox = Sandbox::with_schema(&format!(
        "PRAGMA page_size = 65536; PRAGMA journal_mode = OFF;
         {APPLICATION_TABLE};
         INSERT INTO user VALUES (1, 'alice', zeroblob(400000000)), (2, 'bob', 'x');"
    ));
    let run = in_little_memory(&sandbox, "show alice --format plain");
    run.stdout("1\talice\tunknown\t\n").check();
    in_little_memory(&sandbox, "list --count").stdout("2\n").check();
    let rows = "1\talice\tunknown\n2\tbob\tunknown\n";
    let line = "list --fields id,username,scheme --format plain";
    in_little_memory(&sandbox, line).stdout(rows).check();
    in_little_memory(&sandbox, "login alice --password-stdin").error(8, "unreadable_hash").check();
    in_little_memory(&sandbox, "login nobody --password-stdin")
        .error(5, "invalid_credentials")
        .check();
    let says = "error: [..]the password hash of the user with id 1 has 400000000 bytes[..]\n\
                hint: `useradm update --id=1 --password` gives that user a new one\n";
    in_little_memory(&sandbox, "export -").status(8).stderr(says).check();
    in_little_memory(&sandbox, "add -q carol --password-stdin").check();
    in_little_memory(&sandbox, "delete -q --yes bob").check();
    in_little_memory(&sandbox, "update -q alice --password-stdin").check();
    assert_eq!(sandbox.rows("SELECT id FROM user ORDER BY id"), ["1", "3"]);
}

#[test]
fn a_name_of_450_megabytes_needs_no_memory() {
    let sandbox = Sandbox::with_schema(&format!(
        "PRAGMA page_size = 65536; PRAGMA journal_mode = OFF;
         {NO_INDEX};
         INSERT INTO user VALUES (1, zeroblob(450000000), 'x')"
    ));
    sandbox.insert("alice");
    for line in ["list --sort username", "list --match a", "list --count --match a"] {
        let run = in_little_memory(&sandbox, line).stdout("[...]");
        run.error(8, "database_corrupt").check();
    }
    let shown = "1\t(450000000 bytes)\tunknown\t\n";
    in_little_memory(&sandbox, "show --id 1 --format plain").stdout(shown).check();
    in_little_memory(&sandbox, "login -q alice --password-stdin").check();
    in_little_memory(&sandbox, "add -q bob --password-stdin").check();
    in_little_memory(&sandbox, "delete -q --yes --id 1").check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}

#[test]
fn users_are_found_though_an_index_compares_them_with_a_name_of_200_megabytes() {
    let sandbox = Sandbox::with_schema(&format!(
        "PRAGMA page_size = 65536; PRAGMA journal_mode = OFF; {APPLICATION_TABLE}"
    ));
    sandbox.insert("alice");
    sandbox.sql("INSERT INTO user VALUES (2, CAST(zeroblob(200000000) AS TEXT), 'x')");
    in_little_memory(&sandbox, "login -q alice --password-stdin").check();
    in_little_memory(&sandbox, "show bob").error(3, "user_not_found").check();
    in_little_memory(&sandbox, "show --id 2 --format plain").stdout("2\t(200000000[...]").check();
    let run = in_little_memory(&sandbox, "list").stdout("[...]");
    run.error(8, "database_corrupt").check();
    // What has to be written to the index has to be compared with it.
    for line in ["add bob --password-stdin", "delete --id 2 --yes"] {
        let run = in_little_memory(&sandbox, line);
        run.error(8, "database_corrupt").check();
    }
    assert_eq!(sandbox.rows("SELECT id FROM user ORDER BY id"), ["1", "2"]);
}

#[test]
fn columns_that_compute_without_measure_are_errors() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT, password_hash TEXT,
             username TEXT AS (printf('%.*c', 450000000, name)) VIRTUAL);
         INSERT INTO user VALUES (1, 'alice', 'x')",
    );
    for line in ["list", "list --sort username", "list --match a", "show --id 1", "show alice"] {
        let run = in_little_memory(&sandbox, line).stdout("[...]");
        run.error(8, "database_corrupt").check();
    }
    in_little_memory(&sandbox, "list --count").stdout("1\n").check();
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, hash TEXT,
             password_hash TEXT AS (hex(zeroblob(450000000)) || hash) VIRTUAL);
         INSERT INTO user VALUES (1, 'alice', 'x')",
    );
    in_little_memory(&sandbox, "list --format plain").stdout("1\talice\n").check();
    for line in ["login alice --password-stdin", "show alice", "list --fields scheme"] {
        in_little_memory(&sandbox, line).error(8, "database_corrupt").check();
    }
}

#[test]
fn a_trigger_that_needs_too_much_memory_is_an_error_that_changes_nothing() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql(
        "CREATE TABLE log (what BLOB);
         CREATE TRIGGER i AFTER INSERT ON user BEGIN
             INSERT INTO log VALUES (hex(zeroblob(400000000))); END;
         CREATE TRIGGER d AFTER DELETE ON user BEGIN
             INSERT INTO log SELECT group_concat(a.sql || hex(randomblob(30000000)))
             FROM sqlite_schema a, sqlite_schema b; END;",
    );
    let before = sandbox.bytes();
    for line in ["add bob --password-stdin", "delete --yes alice"] {
        in_little_memory(&sandbox, line).error(8, "database_corrupt").check();
        let run = in_little_memory(&sandbox, line).status(8);
        run.stderr("error: [..] more than 128 MiB of memory[..]\n").check();
    }
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn a_change_carries_long_values_of_other_columns_and_tables_along() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, photo BLOB, username TEXT UNIQUE,
             password_hash TEXT);
         CREATE TABLE past (photo BLOB);
         CREATE TRIGGER d AFTER DELETE ON user BEGIN
             INSERT INTO past VALUES (OLD.photo); END;",
    );
    sandbox.insert("alice");
    sandbox.sql("UPDATE user SET photo = randomblob(3000000)");
    sandbox.useradm("update -q alice --username ann --password-stdin").stdin(PASSWORD).check();
    sandbox.useradm("delete -q --yes ann").check();
    assert_eq!(sandbox.rows("SELECT length(photo) FROM past"), ["3000000"]);
}

/// Too little memory makes SQLite end the whole transaction, and what came next would be stored by
/// itself.
#[test]
fn nothing_is_stored_after_the_transaction_was_ended() {
    let sandbox = Sandbox::with_schema(APPLICATION_TABLE);
    sandbox.sql("INSERT INTO user VALUES (7, hex(zeroblob(75000000)), 'x')");
    sandbox.insert("bob");
    let before = sandbox.hash_of("bob");
    sandbox.sql(
        "CREATE TRIGGER spoils AFTER UPDATE OF password_hash ON user BEGIN
             UPDATE user SET password_hash = 'spoilt' WHERE id = new.id;
         END",
    );
    let refused = "error: [..]another password hash[..]\n";
    sandbox
        .useradm("update bob --password-stdin")
        .stdin(PASSWORD)
        .status(8)
        .stderr(refused)
        .check();
    assert_eq!(sandbox.hash_of("bob"), before);
    sandbox.sql("DROP TRIGGER spoils");
    // The names are read one by one, under the lock too.
    sandbox.useradm("update -q bob --password-stdin").stdin("another password").check();
    sandbox.useradm("login -q bob --password-stdin").stdin("another password").check();
}

#[test]
fn the_hint_names_what_has_the_memory_that_this_program_may_not_use() {
    let sandbox = Sandbox::with_schema(APPLICATION_TABLE);
    sandbox.sql("INSERT INTO user VALUES (7, zeroblob(100000000), 'x')");
    let says = "error: [..]id 7 has 100000000 bytes[..]\n\
                hint: sqlite3 [DIR]/users.db 'DELETE FROM user WHERE id = 7' removes that user\n";
    sandbox.useradm("list").status(8).stdout("[...]").stderr(says).check();
}
