//! Files that are damaged.

use std::fs;

use crate::support::{APPLICATION_TABLE, PASSWORD, Sandbox};

const PAGE: usize = 4096;

/// A database of the application with enough users for several pages.
fn thousand_users() -> Sandbox {
    let sandbox = Sandbox::with_schema(APPLICATION_TABLE);
    sandbox.sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
         INSERT INTO user (username, password_hash)
         SELECT printf('user%04d', i), printf('%0100d', i) FROM n",
    );
    sandbox
}

/// Overwrites a page, counted from 1 as SQLite does.
fn damage(sandbox: &Sandbox, page: usize) {
    let mut bytes = sandbox.bytes();
    bytes[(page - 1) * PAGE..page * PAGE].fill(0xa5);
    sandbox.write("users.db", bytes);
}

fn root_of(sandbox: &Sandbox, kind: &str) -> usize {
    let sql = format!("SELECT rootpage FROM sqlite_schema WHERE type = '{kind}'");
    sandbox.rows(&sql)[0].parse().unwrap()
}

#[test]
fn a_damaged_table_is_an_error_for_every_command() {
    let sandbox = thousand_users();
    damage(&sandbox, root_of(&sandbox, "table"));
    let before = sandbox.bytes();
    for line in [
        "list",
        "list --sort username --fields id,username,scheme",
        "show user0500",
        "show --id 500",
        "login user0500 --password-stdin",
        "add alice --password-stdin",
        "update user0500 --password-stdin",
        "delete --yes user0500",
    ] {
        let run = sandbox.useradm(line).stdin(PASSWORD).status(8);
        run.stdout("[...]").stderr("error: [..]\n[...]").check();
        let run = sandbox.useradm(line).stdin(PASSWORD).stdout("[...]");
        run.error(8, "database_corrupt").check();
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_damaged_index_is_an_error_where_it_is_needed() {
    let sandbox = thousand_users();
    damage(&sandbox, root_of(&sandbox, "index"));
    let before = sandbox.bytes();
    for line in ["show user0500", "add alice --password-stdin", "delete --yes user0500"] {
        let run = sandbox.useradm(line).stdin(PASSWORD);
        run.error(8, "database_corrupt").check();
    }
    assert_eq!(sandbox.bytes(), before);
    let (json, _) = sandbox.useradm("list --format json").stdout("[...]").check();
    assert_eq!(json.matches("username").count(), 1000);
}

#[test]
fn a_listing_that_breaks_off_is_an_error() {
    let sandbox = thousand_users();
    // Some page after the first leaf, which still lists.
    let last = sandbox.bytes().len() / PAGE - 3;
    for page in last - 2..=last {
        damage(&sandbox, page);
    }
    for format in ["csv", "plain", "jsonl"] {
        let run = sandbox.useradm("list --format").arg(format).status(8);
        run.stdout("[...]").stderr("[..]error[..]\n[...]").check();
    }
}

#[test]
fn a_file_that_was_cut_off_is_an_error() {
    let sandbox = thousand_users();
    let whole = sandbox.bytes();
    for length in [PAGE, 2 * PAGE, whole.len() / 2, 1000] {
        sandbox.write("users.db", &whole[..length]);
        for line in ["list", "show user0999", "add alice --password-stdin"] {
            let run = sandbox.useradm(line).stdin(PASSWORD).status(8);
            run.stdout("[...]").stderr("error: [...]").check();
        }
        assert_eq!(sandbox.bytes(), &whole[..length]);
    }
}

#[test]
fn random_damage_never_makes_it_panic() {
    let sandbox = thousand_users();
    let whole = sandbox.bytes();
    let mut state = 7_u64;
    for _ in 0..40 {
        let mut bytes = whole.clone();
        for _ in 0..16 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = usize::try_from(state >> 33).unwrap() % bytes.len();
            bytes[at] = state.to_le_bytes()[3];
        }
        sandbox.write("users.db", &bytes);
        let run = sandbox.shell(
            "for line in 'list --format csv' 'show user0500' 'delete --yes user0500'; do
                 \"$0\" -q $line >out 2>err
                 case $? in 0|3|8) ;; *) echo \"$line: $?\"; cat err ;; esac
             done",
        );
        run.check();
        let _ = fs::remove_file(sandbox.path("users.db-journal"));
    }
}
