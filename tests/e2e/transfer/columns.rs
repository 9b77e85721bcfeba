//! Imports of files that have more columns than id, name and hash.

use crate::support::{PASSWORD, Sandbox, hash};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT,
             email TEXT NOT NULL, age INTEGER, bio TEXT, active BOOLEAN NOT NULL DEFAULT 1,
             token TEXT, twice AS (2 * id))",
    );
    let hash = hash(PASSWORD);
    sandbox
        .sql(&format!("INSERT INTO user VALUES (1, 'ann', '{hash}', 'a@x.org', 7, 'me', 1, NULL)"));
    sandbox
}

const COLUMNS: &str = "SELECT username, email, age, bio, active FROM user ORDER BY id";
const ANN: &str = "ann|a@x.org|7|me|1";

#[test]
fn columns_of_a_csv_file_are_stored_as_they_are() {
    let sandbox = sandbox();
    let input = "bio,username,email,password,age,active\n\
                 ,bob,b@x.org,correct horse,,true\n\
                 \"\",eve,@now,correct horse,-3,0\n\
                 \"a,b\n\",zoe,\"\",correct horse,007,1\n";
    sandbox.useradm("import --from csv - --quiet").stdin(input).check();
    let rows = [ANN, "bob|b@x.org|NULL|NULL|1", "eve|@now|-3||0", "zoe||7|a,b\n|1"];
    assert_eq!(sandbox.rows(COLUMNS), rows);
    sandbox.useradm("login eve --password-stdin --quiet").stdin(PASSWORD).check();
}

#[test]
fn fields_of_json_lines_are_stored_and_those_that_are_not_there_have_their_defaults() {
    let sandbox = sandbox();
    let hash = hash(PASSWORD);
    let input = format!(
        "{{\"username\":\"bob\",\"password_hash\":\"{hash}\",\"email\":\"b\",\"age\":5,\"active\":false}}\n\
         {{\"bio\":null,\"username\":\"eve\",\"password_hash\":\"{hash}\",\"email\":\"\"}}\n\
         {{\"username\":\"zoe\",\"bio\":1.5,\"password_hash\":\"{hash}\",\"email\":\"z\"}}\n"
    );
    sandbox.useradm("import --from jsonl - --quiet").stdin(input).check();
    assert_eq!(
        sandbox.rows(COLUMNS),
        [ANN, "bob|b|5|NULL|0", "eve||NULL|NULL|1", "zoe|z|NULL|1.5|1"]
    );
}

#[test]
fn a_value_of_the_wrong_type_is_a_rejected_row() {
    let sandbox = sandbox();
    let input = "username,password,email,age\nbob,correct horse,b,old\neve,correct horse,,1\n\
                 zoe,correct horse,z,1\n";
    let says = "line 2: bob: [..]age[..]INTEGER[..]\nline 3: eve: [..]email[..]NULL[..]\n\
                error: Invalid input: 2 rows were rejected[..]\n";
    let run = sandbox.useradm("import --from csv -").stdin(input);
    run.status(6).stderr(says).check_unchanged();
    for value in ["[1]", "{\"a\":1}", "\"x\"", "18446744073709551615", "true "] {
        let input = format!(
            "{{\"username\":\"bob\",\"password\":\"correct horse\",\"email\":\"b\",\"age\":{value}}}\n"
        );
        let run = sandbox.useradm("import --from jsonl - --dry-run").stdin(input);
        if value == "true " {
            run.stderr("[...]").check_unchanged();
        } else {
            run.status(6).stderr("[...]").check_unchanged();
        }
    }
}

#[test]
fn columns_that_the_table_does_not_have_are_refused_and_can_be_left_out() {
    let sandbox = sandbox();
    for column in ["colour", "twice", "Email"] {
        let input = format!("username,password,email,{column}\nbob,correct horse,b,1\n");
        let run = sandbox.useradm("import --from csv -").stdin(&input);
        run.error(6, "invalid_input").check_unchanged();
        let run = sandbox.useradm("import --from csv - --dry-run --quiet --ignore-columns");
        run.arg(column).stdin(&input).check_unchanged();
        let object = format!(
            "{{\"username\":\"bob\",\"password\":\"correct horse\",\"email\":\"b\",\"{column}\":[1]}}\n"
        );
        let run = sandbox.useradm("import --from jsonl -").stdin(&object);
        run.status(6).stderr("line 1: unknown field [...]").check_unchanged();
        let run = sandbox.useradm("import --from jsonl - --dry-run --quiet --ignore-columns");
        run.arg(column).stdin(&object).check_unchanged();
    }
    let input = "username,password,email,colour\nbob,correct horse,b,1\n";
    let says = "[..]1 unknown column: colour\nhint: known are [..] id and email, age, bio, active, \
                token; --ignore-columns leaves others out\n";
    let run = sandbox.useradm("import --from csv -").stdin(input);
    run.status(6).stderr(says).check_unchanged();
    // The password of the first row is no column.
    let input = "username,s3cret\nbob,x\n";
    let run = sandbox.useradm("import --from csv -").stdin(input).status(6);
    run.stderr("[..]at position 2\n[..]\n").check_unchanged();
    let input = "id,username,password,email,age\n9,bob,correct horse,b,1\n";
    let run = sandbox.useradm("import --from csv - --quiet --ignore-columns id,age").stdin(input);
    run.check();
    assert_eq!(sandbox.rows(COLUMNS), [ANN, "bob|b|NULL|NULL|1"]);
}

#[test]
fn what_new_users_need_may_come_from_the_command() {
    let sandbox = sandbox();
    let input = "username,password\nbob,correct horse\neve,correct horse\n";
    let run = sandbox.useradm("import --from csv -").stdin(input);
    let says = "error: [..]a new user needs a value in user.email, which nothing gives\n\
                hint: --set email=VALUE [..]\n";
    run.status(8).stderr(says).check_unchanged();
    let line = "import --from csv - --quiet --set email=@username --set token=@uuid4hex";
    sandbox.useradm(line).stdin(input).check();
    assert_eq!(sandbox.rows(COLUMNS), [ANN, "bob|bob|NULL|NULL|1", "eve|eve|NULL|NULL|1"]);
    let tokens = "SELECT count(DISTINCT token), max(length(token)) FROM user";
    assert_eq!(sandbox.rows(tokens), ["2|32"]);
    // Who is there needs nothing more.
    let ready = hash("battery staple");
    let input = format!("username,password_hash\nann,{ready}\n");
    sandbox.useradm("import --from csv - --quiet --on-conflict update").stdin(input).check();
    assert_eq!(sandbox.hash_of("ann"), ready);
}

#[test]
fn a_column_of_the_file_and_of_the_command_is_an_error() {
    let sandbox = sandbox();
    let input = "username,password,email\nbob,correct horse,b\n";
    for set in ["email=x", "colour=x", "age=old", "id=1"] {
        let run = sandbox.useradm("import --from csv - --set").arg(set).stdin(input);
        run.error(2, "usage").check_unchanged();
    }
    let line = "import --from csv - --quiet --set email=x --ignore-columns email";
    sandbox.useradm(line).stdin(input).check();
    assert_eq!(sandbox.rows(COLUMNS), [ANN, "bob|x|NULL|NULL|1"]);
}

#[test]
fn on_conflict_update_makes_true_what_rows_say() {
    let sandbox = sandbox();
    let same = sandbox.hash_of("ann");
    let input = format!("username,password_hash,email,bio\nann,{same},new,\n");
    let update = |options: &str| {
        sandbox
            .useradm(&format!("import --from csv - --on-conflict update {options}"))
            .stdin(&input)
    };
    update("--dry-run").stderr("[...]imported 0, skipped 0, updated 1\n").check_unchanged();
    update("--set token=x").counts(0, 0, 1).check();
    assert_eq!(sandbox.rows(COLUMNS), ["ann|new|7|NULL|1"]);
    // Options are for new users.
    assert_eq!(sandbox.rows("SELECT token FROM user"), ["NULL"]);
    update("").stderr("[...]imported 0, skipped 1, updated 0\n").check_unchanged();
    assert_eq!(sandbox.hash_of("ann"), same);
    let skip = sandbox.useradm("import --from csv - --on-conflict skip");
    let input = format!("username,password_hash,email,bio\nann,{same},other,\n");
    skip.stdin(input).stderr("[...]imported 0, skipped 1, updated 0\n").check_unchanged();
}

#[test]
fn a_row_that_generates_a_password_changes_only_columns_of_a_user_who_is_there() {
    let sandbox = sandbox();
    let before = sandbox.hash_of("ann");
    let input = "username,email\nann,new\nbob,b\n";
    let line = "import --from csv - --on-conflict update --generate-passwords new.csv --quiet";
    sandbox.useradm(line).stdin(input).check();
    assert_eq!(sandbox.rows(COLUMNS), ["ann|new|7|me|1", "bob|b|NULL|NULL|1"]);
    assert_eq!(sandbox.hash_of("ann"), before);
    let written = sandbox.text("new.csv");
    assert!(written.contains("bob,") && !written.contains("ann,"));
}

#[test]
fn batches_and_many_columns_keep_rows_and_values_together() {
    let columns: Vec<String> = (0..300).map(|number| format!("c{number} INTEGER")).collect();
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT, {})",
        columns.join(", ")
    ));
    let ready = hash(PASSWORD);
    let names: Vec<String> = (0..300).map(|number| format!("c{number}")).collect();
    let mut input = format!("username,password_hash,{}\n", names.join(","));
    for row in 0..200 {
        let values: Vec<String> =
            (0..300).map(|number| (row * 1000 + number).to_string()).collect();
        input.extend([format!("user{row},{ready},"), values.join(","), "\n".to_owned()]);
    }
    sandbox.useradm("import --from csv - --quiet --batch 37").stdin(&input).check();
    let wrong = "SELECT count(*), sum(c0 <> (id - 1) * 1000), sum(c299 <> c0 + 299), \
                 sum(username <> 'user' || (id - 1)) FROM user";
    assert_eq!(sandbox.rows(wrong), ["200|0|0|0"]);
}

#[test]
fn the_first_application_has_no_further_columns() {
    let sandbox = Sandbox::application(&["ann"]);
    let input = "username,password,id,email\nbob,correct horse,,b\n";
    let run = sandbox.useradm("import --from csv -").stdin(input);
    let says = "error: [..]1 unknown column: email\nhint: known are [..]\n";
    run.status(6).stderr(says).check_unchanged();
    let sandbox = Sandbox::empty();
    let run =
        sandbox.useradm("import --from csv - --create --set email=x").stdin("username,password\n");
    run.error(2, "usage").check();
    assert_eq!(sandbox.files(), [""; 0]);
}
