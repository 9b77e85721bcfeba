//! Listings in the order of the names, from tables without an index that has it.

use crate::support::{PASSWORD, Sandbox};

#[test]
fn the_order_is_that_of_the_stored_bytes_whatever_index_there_is() {
    for schema in [
        "username TEXT",
        "username TEXT COLLATE NOCASE UNIQUE",
        "username",
        "username TEXT UNIQUE",
        "username TEXT, UNIQUE (username DESC)",
    ] {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, password_hash TEXT, {schema});
             INSERT OR IGNORE INTO user (username) VALUES ('b'), (NULL), ('B'), ('a'), (x'61'), (''), (x''),
                 ('ab'), ('a' || char(0)), (10), (9), (-1), (-2.5), (9.5), (NULL), ('\u{e9}'),
                 (CAST(x'ff' AS TEXT)), (char(0)), (x'6100'), (x'00')"
        ));
        for (option, order) in [("", ""), ("--reverse", "DESC")] {
            let expected =
                format!("SELECT id FROM user ORDER BY username COLLATE BINARY {order}, id {order}");
            let expected = sandbox.rows(&expected).join("\n") + "\n";
            let line = format!("list --fields id --format plain --sort username {option}");
            sandbox.useradm(&line).stdout(expected).check();
        }
    }
}

#[test]
fn what_is_printed_is_the_same_as_with_an_index() {
    let mut printed = Vec::new();
    for unique in ["", "UNIQUE"] {
        let sandbox = Sandbox::with_schema(&format!(
            "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT {unique}, password_hash TEXT);
             INSERT INTO user VALUES (1, NULL, 'x'), (2, 'zoe', '$2b$12$abc'), (3, '', NULL)"
        ));
        sandbox.insert("alice");
        sandbox.insert("bob");
        for format in ["table", "plain", "csv", "json", "jsonl"] {
            for options in ["", "--match *e", "--offset 1 --limit 2", "--reverse --limit 3"] {
                let line = format!(
                    "list --sort username --fields id,username,scheme,rounds --format {format} \
                     {options}"
                );
                let (stdout, _) = sandbox.useradm(&line).stdout("[...]").check();
                printed.push(stdout);
            }
        }
    }
    let (without, with) = printed.split_at(printed.len() / 2);
    assert_eq!(without, with);
}

#[test]
fn more_users_than_are_sorted_in_memory_come_in_order() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90000)
         INSERT INTO user SELECT i, printf('%.*c%05d', 800, 'x', i * 7919 % 90001), 'x' FROM n",
    );
    for (option, order) in [("", ""), ("--reverse", "DESC")] {
        let expected = sandbox.rows(&format!("SELECT id FROM user ORDER BY username {order}"));
        let line = format!("list --fields id --format plain --sort username {option}");
        sandbox.useradm(&line).stdout(expected.join("\n") + "\n").check();
    }
    let run = sandbox.shell("ulimit -v 262144 && exec \"$0\" list --sort username --format csv");
    run.stdin(PASSWORD).stdout("id,username\n[...]").check();
}
