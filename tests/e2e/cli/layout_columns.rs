//! `--email`, `--admin`, `--enable` and `--disable`, by a layout that says what they mean.

use crate::support::{PASSWORD, Sandbox, hash};

const TOML: &str = "[layout]\ntable = 'users'\nusername = 'name'\nhash = 'pw'\nemail = 'mail'\n\
    scheme = 'pbkdf2_sha256'\n[layout.add]\nlocale = 'en'\nsince = '@now'\n[layout.admin]\n\
    is_admin = 1\n[layout.enable]\nactive = 1\nfails = 0\n[layout.disable]\nactive = 0\n";

fn sandbox() -> Sandbox {
    let hash = hash(PASSWORD);
    let sandbox = Sandbox::with_schema(&format!(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, pw TEXT, mail TEXT UNIQUE,
             locale TEXT NOT NULL, since DATETIME NOT NULL, is_admin BOOLEAN NOT NULL DEFAULT 0,
             active BOOLEAN NOT NULL DEFAULT 1, fails INTEGER NOT NULL DEFAULT 0);
         INSERT INTO users VALUES (1, 'ann', '{hash}', 'a@x.org', 'de', '2024-01-01', 0, 1, 3)"
    ));
    sandbox.write("useradm.toml", TOML);
    sandbox
}

const COLUMNS: &str = "SELECT name, mail, locale, is_admin, active, fails FROM users ORDER BY id";
const ANN: &str = "ann|a@x.org|de|0|1|3";

#[test]
fn a_new_user_has_what_the_layout_says() {
    let sandbox = sandbox();
    let line = "add bob --email b@x.org --admin --password-stdin --quiet";
    sandbox.useradm(line).stdin(PASSWORD).check();
    let line = "add eve --set locale=fr --password-stdin --quiet";
    sandbox.useradm(line).stdin(PASSWORD).check();
    assert_eq!(sandbox.rows(COLUMNS), [ANN, "bob|b@x.org|en|1|1|0", "eve|NULL|fr|0|1|0"]);
    assert_eq!(sandbox.rows("SELECT count(*) FROM users WHERE since LIKE '20__-__-__ %'"), ["2"]);
    let line = "add dan --email b@x.org --password-stdin";
    sandbox.useradm(line).stdin(PASSWORD).error(8, "constraint_failed").check_unchanged();
    let line = "add dan --email d --set mail=d --password-stdin";
    sandbox.useradm(line).stdin(PASSWORD).error(2, "usage").check_unchanged();
}

#[test]
fn a_user_is_kept_out_and_let_in_again() {
    let sandbox = sandbox();
    sandbox.useradm("update ann --disable").stderr("User updated[..]\n").check();
    assert_eq!(sandbox.rows(COLUMNS), ["ann|a@x.org|de|0|0|3"]);
    sandbox.useradm("update ann --disable").stderr("User unchanged[..]\n").check_unchanged();
    sandbox.useradm("update ann --enable --email new --admin").stderr("User updated[..]\n").check();
    assert_eq!(sandbox.rows(COLUMNS), ["ann|new|de|1|1|0"]);
    let object = "[{\"username\":\"ann\",\"active\":1,\"fails\":0}]\n";
    let line = "list --fields username,active,fails --format json";
    sandbox.useradm(line).stdout(object).check();
}

#[test]
fn the_columns_of_the_layout_are_no_further_ones() {
    let sandbox = sandbox();
    for set in ["name=x", "pw=x", "id=1"] {
        sandbox.useradm("update ann --set").arg(set).error(2, "usage").check_unchanged();
    }
    let run = sandbox.useradm("list --fields pw").status(2);
    run.stderr("error: Invalid column `pw`: only `export` writes hashes\n").check_unchanged();
    sandbox.useradm("list --fields name,mail --format plain").stdout("ann\ta@x.org\n").check();
}

#[test]
fn imports_by_the_layout() {
    let sandbox = sandbox();
    let input = "username,password,mail,active\nbob,correct horse,b@x.org,false\n";
    sandbox.useradm("import --from csv - --admin --quiet").stdin(input).check();
    assert_eq!(sandbox.rows(COLUMNS), [ANN, "bob|b@x.org|en|1|0|0"]);
    // `name` and `pw` are `username` and `password_hash` here.
    let input = "username,password,pw\neve,correct horse,x\n";
    let run = sandbox.useradm("import --from csv -").stdin(input);
    run.error(6, "invalid_input").check_unchanged();
}
