//! Which row is to blame, and for what, where ids and rules of the table stand in the way.

use crate::support::{PASSWORD, Sandbox, hash, lines};

const LENIENT: &str =
    "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT)";

fn rows(rows: &[(i64, &str)]) -> String {
    let ready = hash(PASSWORD);
    let rows = lines(rows.iter(), |(id, name)| format!("{id},{name},{ready}\n"));
    format!("id,username,password_hash\n{rows}")
}

#[test]
fn an_id_that_is_taken_is_told_with_whose_it_is() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    for action in ["fail", "skip", "update"] {
        let line = format!("import --keep-ids --on-conflict {action} --from csv -");
        let run = sandbox.useradm(&line).stdin(rows(&[(5, "eve"), (1, "mallory")]));
        let said = "line 3: mallory: its id 1 belongs to alice\n\
                    error: The id 1 belongs to alice\n\
                    hint: without --keep-ids the row gets a new id\n";
        run.status(4).stderr(said).check_unchanged();
    }
    let run = sandbox.useradm("import --keep-ids --from csv -");
    let said = "[..]\n[..]\nerror: The id 1 belongs to alice, and 1 more conflict\nhint: [..]\n";
    run.stdin(rows(&[(1, "x"), (2, "y")])).status(4).stderr(said).check_unchanged();
    let run = sandbox.useradm("import --keep-ids --from csv -");
    run.stdin(rows(&[(1, "x"), (2, "y")])).error(4, "user_exists").check_unchanged();
    let run = sandbox.useradm("import --from csv -").stdin(rows(&[(1, "x")]));
    run.stderr("[..]\nwarning: [..]\nimported 1, skipped 0, updated 0\n").check();
    assert_eq!(sandbox.rows("SELECT username FROM user WHERE id = 3"), ["x"]);
}

#[test]
fn an_id_of_a_user_without_a_name_is_told_too() {
    let sandbox = Sandbox::with_schema(LENIENT);
    sandbox.sql("INSERT INTO user VALUES (7, NULL, 'x')");
    let run = sandbox.useradm("import --keep-ids --from csv -").stdin(rows(&[(7, "eve")]));
    let said = "line 2: eve: its id 7 belongs to a user without a name\nerror: [..]\nhint: [..]\n";
    run.status(4).stderr(said).check_unchanged();
}

#[test]
fn of_two_rows_with_one_id_the_later_is_to_blame_whatever_their_names() {
    let sandbox = Sandbox::with_schema(LENIENT);
    for (first, second, third) in [("zoe", "adam", "mia"), ("adam", "zoe", "mia"), ("zoe", "", "")]
    {
        let input = rows(&[(0, first), (0, second), (0, third)]);
        let run = sandbox.useradm("import --keep-ids --from csv -").stdin(input);
        let said = "line 3:[..] its id 0 is that of line 2\n\
                    line 4:[..] its id 0 is that of line [..]\n\
                    error: Invalid input: 2 rows [..]\n";
        run.status(6).stderr(said).check_unchanged();
    }
    let input = rows(&[(9, "zoe"), (9, "adam"), (9, "mia")]);
    let run = sandbox.useradm("import --keep-ids --from csv -").stdin(input);
    let said = "line 3: [..]line 2\nline 4: mia: its id 9 is that of line 2\nerror: [..]\n";
    run.status(6).stderr(said).check_unchanged();
}

#[test]
fn a_row_that_the_table_refuses_is_named_by_its_line() {
    let sandbox = Sandbox::application(&["alice"]);
    let refused = |options: &str, input: &str, words: &str| {
        let run = sandbox.useradm(&format!("import --from csv - {options}")).stdin(input);
        let said = format!("error: The database refuses the change: {words}\n");
        run.status(8).stderr(said).check_unchanged();
    };
    let null = rows(&[(3, "bob"), (4, "")]);
    let words = "line 3: NOT NULL constraint failed: user.username";
    refused("--keep-ids", &null, words);
    refused("--keep-ids --batch 2", &null, words);
    sandbox.sql(
        "CREATE TRIGGER i BEFORE INSERT ON user WHEN new.username = 'eve'
         BEGIN SELECT RAISE(ABORT, 'no eve'); END;
         CREATE TRIGGER u BEFORE UPDATE ON user BEGIN SELECT RAISE(ABORT, 'no change'); END",
    );
    refused("", "username,password\nbob,correct horse\neve,correct horse\n", "line 3: no eve");
    let input = "username,password\nbob,correct horse\nalice,battery staple\n";
    refused("--on-conflict update", input, "line 3: no change");
}
