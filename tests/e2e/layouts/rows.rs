//! What new rows get, and how names are found, as the layout says and as the rows show.

use super::BCRYPT;
use crate::support::{PASSWORD, Sandbox};

const SCHEME: &str = "bcrypt";

/// The table `people` of these columns and rows, with a layout of these further lines.
fn sandbox(columns: &str, rows: &[&str], toml: &str) -> Sandbox {
    let sandbox = Sandbox::with_schema(&format!("CREATE TABLE people ({columns})"));
    for row in rows {
        let row = row.replace("HASH", &format!("'{BCRYPT}'"));
        sandbox.sql(&format!("INSERT INTO people VALUES ({row})"));
    }
    let head =
        format!("[layout]\ntable = 'people'\nusername = 'name'\nhash = 'pw'\nscheme = '{SCHEME}'");
    sandbox.write("useradm.toml", format!("{head}\n{toml}\n"));
    sandbox
}

fn add(sandbox: &Sandbox, name: &str) {
    let run = sandbox.useradm("add --quiet --password-stdin --scheme bcrypt:4").arg(name);
    run.stdin(PASSWORD).check();
}

#[test]
fn a_hash_is_stored_in_the_class_of_the_others() {
    let class = "SELECT typeof(pw) FROM people WHERE name = 'dave'";
    let import = "username,password_hash\nerin,HASH\n".replace("HASH", BCRYPT);
    for (kind, row, expected) in [
        ("TEXT", "1, 'alice', HASH", "text"),
        ("BLOB", "1, 'alice', CAST(HASH AS BLOB)", "blob"),
        // The rows count, not the declaration.
        ("TEXT", "1, 'alice', CAST(HASH AS BLOB)", "blob"),
        ("BLOB", "1, 'alice', HASH", "text"),
        ("", "1, 'alice', CAST(HASH AS BLOB)", "blob"),
        // Without a row the declaration does.
        ("BLOB", "1, 'alice', NULL", "blob"),
        ("VARCHAR(60)", "1, 'alice', NULL", "text"),
    ] {
        let columns = format!("id INTEGER PRIMARY KEY, name TEXT UNIQUE, pw {kind}");
        let sandbox = sandbox(&columns, &[row], "");
        add(&sandbox, "dave");
        assert_eq!(sandbox.rows(class), [expected], "{kind} {row}");
        sandbox.useradm("import --from csv --quiet -").stdin(&import).check();
        let line = "update alice --quiet --password-stdin --scheme bcrypt:4";
        sandbox.useradm(line).stdin(PASSWORD).check();
        assert_eq!(sandbox.rows("SELECT DISTINCT typeof(pw) FROM people"), [expected], "{kind}");
        sandbox.useradm("login alice --password-stdin --quiet").stdin(PASSWORD).check();
    }
}

#[test]
fn a_name_is_as_long_as_the_column_while_the_rows_keep_to_it() {
    let columns = "id INTEGER PRIMARY KEY, name VARCHAR(10) UNIQUE, pw VARCHAR(60)";
    let sandbox = sandbox(columns, &["1, 'alice', HASH"], "");
    let long = "alice@example.org";
    let run = sandbox.useradm("add --password-stdin").arg(long).stdin(PASSWORD);
    run.error(6, "invalid_username").check_unchanged();
    let run = sandbox.useradm("update alice --username").arg(long);
    run.error(6, "invalid_username").check_unchanged();
    sandbox.sql("UPDATE people SET name = 'alice@example' WHERE id = 1");
    add(&sandbox, long);
    // Where nothing is declared, far longer ones are names, up to what a line takes.
    let sandbox =
        self::sandbox("id INTEGER PRIMARY KEY, name TEXT, pw TEXT", &["1, 'a', HASH"], "");
    add(&sandbox, &"x".repeat(320));
    let run = sandbox.useradm("add --password-stdin").arg("x".repeat(1001)).stdin(PASSWORD);
    run.error(6, "invalid_username").check_unchanged();
}

#[test]
fn case_is_ignored_where_the_applications_log_in_ignores_it() {
    let columns = "id INTEGER PRIMARY KEY, name TEXT UNIQUE, pw TEXT";
    let rows = ["1, 'Alice', HASH", "2, 'bob', HASH"];
    let sandbox = self::sandbox(columns, &rows, "case = 'fold'");
    sandbox.useradm("show ALICE --fields username --format plain").stdout("Alice\n").check();
    let run = sandbox.useradm("login aLICE --password-stdin --quiet").stdin(PASSWORD);
    run.check_unchanged();
    for line in ["add ALICE --password-stdin", "add ALICE --allow-lookalike --password-stdin"] {
        let run = sandbox.useradm(line).stdin(PASSWORD).status(4);
        run.stderr("error: User already exists[..]\n[...]").check_unchanged();
    }
    let input = format!("username,password\nALICE,{PASSWORD}\n");
    let run = sandbox.useradm("import --from csv --allow-lookalike -").stdin(input);
    run.status(4).stderr("[...]").check_unchanged();
    let run = sandbox.useradm("update BOB --username alice --allow-lookalike").status(4);
    run.stderr("[...]").check_unchanged();
    // Another spelling of their own is nobody else's.
    sandbox.useradm("update ALICE --username alice --quiet").check();
    sandbox.useradm("update BOB --username Bobby --quiet").check();
    sandbox.useradm("delete bOBBY --yes --quiet").check();
    assert_eq!(sandbox.rows("SELECT name FROM people"), ["alice"]);
    // Elsewhere each spelling is somebody.
    let sandbox = self::sandbox(columns, &rows, "");
    sandbox.useradm("show ALICE").error(3, "user_not_found").check_unchanged();
    let run = sandbox.useradm("login ALICE --password-stdin").stdin(PASSWORD);
    run.error(5, "invalid_credentials").check_unchanged();
}

#[test]
fn of_two_spellings_the_one_that_is_typed_is_meant_or_none() {
    let columns = "id INTEGER PRIMARY KEY, name TEXT, pw TEXT";
    let rows = ["1, 'Eve', HASH", "2, 'eve', HASH"];
    let sandbox = self::sandbox(columns, &rows, "case = 'fold'");
    sandbox.useradm("show eve --fields id --format plain").stdout("2\n").check();
    let run = sandbox.useradm("delete EVE --yes").status(8);
    run.stderr("error: [..]2 users are called EVE, with the ids 1, 2; [..]\n").check_unchanged();
}

#[test]
fn the_words_of_a_file_mean_the_layouts_own_columns() {
    let columns = "uid INTEGER PRIMARY KEY, name TEXT UNIQUE, pw TEXT, id TEXT, username TEXT,
         password TEXT, password_hash TEXT";
    let row = "7, 'alice', HASH, 'its id', 'nick', 'hint', 'old'";
    let sandbox = self::sandbox(columns, &[row], "id = 'uid'");
    let input = format!("id,username,password\n9,dave,{PASSWORD}\n");
    let run = sandbox.useradm("import --keep-ids --from csv - --quiet --scheme bcrypt:4");
    run.stdin(input).check();
    let all = "SELECT uid, name, id, username, password, password_hash FROM people";
    let alice = "7|alice|its id|nick|hint|old";
    assert_eq!(sandbox.rows(all), [alice, "9|dave|NULL|NULL|NULL|NULL"]);
    sandbox.useradm("login dave --password-stdin --quiet").stdin(PASSWORD).check();
    let update = format!("username,password_hash\ndave,{BCRYPT}\n");
    let run = sandbox.useradm("import --on-conflict update --from csv - --quiet");
    run.stdin(update).check();
    assert_eq!(sandbox.rows("SELECT pw FROM people WHERE uid = 9"), [BCRYPT]);
    let (exported, _) = sandbox.useradm("export - --to csv").stdout("[...]").check();
    let expected = format!("id,username,password_hash\n7,alice,{BCRYPT}\n9,dave,{BCRYPT}\n");
    assert_eq!(exported, expected);
    // The others are further columns like any.
    let sets = "--set username=d --set password=p --set password_hash=q --set id=i";
    sandbox.useradm(&format!("update dave --quiet {sets}")).check();
    assert_eq!(sandbox.rows(all), [alice, "9|dave|i|d|p|q"]);
    let run = sandbox.useradm("update dave --set uid=3").status(2);
    run.stderr("error: Invalid column `uid`: users keep their ids\n").check_unchanged();
    let fields = "list --format plain --fields id,username,people.id,people.username";
    sandbox.useradm(fields).stdout("7\talice\tits id\tnick\n9\tdave\ti\td\n").check();
}

#[test]
fn the_layout_fills_new_rows_and_what_is_said_wins() {
    let columns = "id INTEGER PRIMARY KEY, name TEXT UNIQUE, pw TEXT, uuid CHAR(36) NOT NULL,
         code CHAR(32) NOT NULL, at DATETIME NOT NULL, day DATE, seconds INTEGER NOT NULL,
         mail TEXT NOT NULL, note TEXT DEFAULT 'x', ok BOOLEAN NOT NULL, rank REAL, nick TEXT NOT NULL";
    let toml = "[layout.add]\nuuid = '@uuid4'\ncode = '@uuid4hex'\nat = '@now'\nday = '@now'\n\
                seconds = '@now'\nmail = '@username'\nnote = '@null'\nok = true\nrank = 1.5\nnick = ''";
    let sandbox = self::sandbox(columns, &[], toml);
    add(&sandbox, "ann@x.org");
    let shapes = "SELECT length(uuid), length(code), typeof(at) || length(at), length(day),
         seconds > 1700000000, mail, note, ok, rank, nick FROM people WHERE name = ";
    let expected = "36|32|text26|10|1|ann@x.org|NULL|1|1.5|";
    assert_eq!(sandbox.rows(&format!("{shapes}'ann@x.org'")), [expected]);
    let line = "add bob --quiet --password-stdin --scheme bcrypt:4 --set seconds=7 --set nick=b \
                --set at=2024-05-01 --set ok=false --set mail=m";
    sandbox.useradm(line).stdin(PASSWORD).check();
    let expected = "36|32|text26|10|0|m|NULL|0|1.5|b";
    assert_eq!(sandbox.rows(&format!("{shapes}'bob'")), [expected]);
    // In a file the columns of a row win, and those of other rows are filled.
    let input = format!(
        "{{\"username\":\"eve\",\"password_hash\":\"{BCRYPT}\",\"nick\":\"e\",\"note\":\"\"}}\n\
         {{\"username\":\"zoe\",\"password_hash\":\"{BCRYPT}\",\"mail\":\"z\",\"ok\":false}}\n"
    );
    sandbox.useradm("import --from jsonl --quiet -").stdin(input).check();
    let few = "SELECT mail, note, ok, nick, length(uuid) FROM people WHERE name IN ('eve', 'zoe')";
    assert_eq!(sandbox.rows(few), ["eve||1|e|36", "z|NULL|0||36"]);
    assert_eq!(sandbox.rows("SELECT count(DISTINCT uuid) FROM people"), ["4"]);
    assert_eq!(sandbox.rows("SELECT count(DISTINCT code) FROM people"), ["4"]);
}
