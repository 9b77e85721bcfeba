//! `add` and `update` with columns that are neither id, name nor hash.

use crate::support::{PASSWORD, Sandbox, hash};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT,
             email TEXT UNIQUE NOT NULL, locale TEXT NOT NULL, age INTEGER, seen DATETIME,
             twice AS (2 * id))",
    );
    let hash = hash(PASSWORD);
    sandbox
        .sql(&format!("INSERT INTO user VALUES (1, 'alice', '{hash}', 'a@x.org', 'en', 7, NULL)"));
    sandbox
}

const COLUMNS: &str = "SELECT username, email, locale, age, seen FROM user ORDER BY id";

#[test]
fn a_new_user_gets_what_is_said() {
    let sandbox = sandbox();
    let line = "add bob --password-stdin --set email=b@x.org --set locale= --set age=-1 \
                --set seen=2024-05-01 --quiet";
    sandbox.useradm(line).stdin(PASSWORD).check();
    let rows = ["alice|a@x.org|en|7|NULL", "bob|b@x.org||-1|2024-05-01 00:00:00.000000"];
    assert_eq!(sandbox.rows(COLUMNS), rows);
    sandbox.useradm("login bob --password-stdin --quiet").stdin(PASSWORD).check();
    let fragment = "locale=x'); DELETE FROM user; --";
    let run = sandbox.useradm("add eve --password-stdin --quiet --set email=e --set");
    run.arg(fragment).stdin(PASSWORD).check();
    assert_eq!(sandbox.rows("SELECT locale FROM user WHERE id = 3"), ["x'); DELETE FROM user; --"]);
    assert_eq!(sandbox.count(), 3);
}

#[test]
fn values_can_be_made() {
    let sandbox = sandbox();
    let line = "update alice --set email=@uuid4 --set locale=@uuid4hex --set seen=@now \
                --set age=@null --quiet";
    sandbox.useradm(line).check();
    let lengths = "SELECT length(email), length(locale), seen LIKE '20__-__-__ __:__:__.______', age \
                   FROM user";
    assert_eq!(sandbox.rows(lengths), ["36|32|1|NULL"]);
    sandbox.useradm("update alice --set locale=@username --set email=@alice --quiet").check();
    assert_eq!(sandbox.rows("SELECT locale, email FROM user"), ["alice|@alice"]);
}

#[test]
fn changing_columns_needs_no_password_and_nothing_changes_where_nothing_differs() {
    let sandbox = sandbox();
    let before = sandbox.hash_of("alice");
    sandbox.useradm("update alice --set age=8").stderr("User updated[..]\n").check();
    let line = "update alice --set age=8 --set locale=en";
    sandbox.useradm(line).stderr("User unchanged: alice\n").check_unchanged();
    let json = "{\"message\":\"User updated successfully\",\"user\":{\"id\":1,\"username\":\"alice\"},\
                \"changed\":true,[..]}\n";
    sandbox.useradm("update --id 1 --set locale=fr --format json").stdout(json).check();
    assert_eq!(sandbox.rows(COLUMNS), ["alice|a@x.org|fr|8|NULL"]);
    assert_eq!(sandbox.hash_of("alice"), before);
    let line = "update alice --username ann --set age=9 --quiet";
    sandbox.useradm(line).check();
    assert_eq!(sandbox.rows(COLUMNS), ["ann|a@x.org|fr|9|NULL"]);
}

#[test]
fn columns_that_a_new_row_lacks_are_all_named() {
    let sandbox = sandbox();
    let says = "error: The database refuses the change: a new user needs a value in user.email, \
                user.locale, which nothing gives\n\
                hint: --set email=VALUE --set locale=VALUE says what they get\n";
    let run = sandbox.useradm("add bob --password-stdin").stdin(PASSWORD);
    run.status(8).stderr(says).check_unchanged();
    let run = sandbox.useradm("add bob --password-stdin --set locale=en").stdin(PASSWORD);
    run.error(8, "constraint_failed").check_unchanged();
}

#[test]
fn what_cannot_be_set_changes_nothing() {
    let sandbox = sandbox();
    for set in [
        "id=5",
        "username=x",
        "password_hash=x",
        "Password_Hash=x",
        "colour=red",
        "twice=1",
        "age=old",
        "age=1;DROP",
        "age=",
        "seen=yesterday",
        "locale=@null",
        "=x",
        "age",
        "",
    ] {
        let update = || sandbox.useradm("update alice --set").arg(set);
        update().error(2, "usage").check_unchanged();
        update().arg("--quiet").status(2).stderr("error: [...]").check_unchanged();
        let add = sandbox.useradm("add bob --password-stdin --set email=b --set locale=x --set");
        add.arg(set).stdin(PASSWORD).error(2, "usage").check_unchanged();
    }
    sandbox.useradm("update alice --set age=1 --set age=2").error(2, "usage").check_unchanged();
    for option in ["--email a@x.org", "--admin", "--enable", "--disable"] {
        // The layout does not say how.
        sandbox.useradm(&format!("update alice {option}")).error(2, "usage").check_unchanged();
    }
    sandbox.useradm("update alice --enable --disable").error(2, "usage").check_unchanged();
    let run = sandbox.useradm("add bob --password-stdin --set email=a@x.org --set locale=en");
    run.stdin(PASSWORD).error(8, "constraint_failed").check_unchanged();
}

#[test]
fn a_trigger_that_stores_something_else_is_an_error() {
    let sandbox = sandbox();
    sandbox.sql(
        "CREATE TRIGGER lower AFTER UPDATE ON user BEGIN
             UPDATE user SET locale = 'none' WHERE id = new.id; END",
    );
    let says = "error: [..]the column `locale` stores something else than it was given\n";
    sandbox.useradm("update alice --set locale=de").status(8).stderr(says).check_unchanged();
}

#[test]
fn a_table_that_is_to_be_made_has_no_further_columns() {
    let sandbox = Sandbox::empty();
    let run = sandbox.useradm("add bob --create --password-stdin --set email=x").stdin(PASSWORD);
    run.error(2, "usage").check();
    assert_eq!(sandbox.files(), [""; 0]);
}
