//! Rows whose users exist, and names that look alike.

use crate::support::{PASSWORD, Sandbox, hash, is_application_hash, lines};

#[test]
fn imports_nothing_by_default_and_reports_every_conflict() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let input = "username,password\nnew,correct horse\nbob,correct horse\nalice,battery staple\n";
    let said = "line 3: bob: [..]exists[..]\nline 4: alice: [..]exists[..]\n\
                error: User already exists: [..]\nhint: [..]\n";
    for options in ["", "--on-conflict fail"] {
        let run = sandbox.useradm(&format!("import --from csv - {options}")).stdin(input);
        run.status(4).stderr(said).check_unchanged();
    }
    let run = sandbox.useradm("import --from csv --format json -").stdin(input);
    let (_, stderr) = run.status(4).stderr("{[..]}\n").check_unchanged();
    let error: serde_json::Value = serde_json::from_str(&stderr).unwrap();
    assert_eq!(error["error"]["code"], "user_exists");
    assert_eq!(error["error"]["rejected"], 2);
}

#[test]
fn skips_users_who_exist_and_leaves_them_as_they_are() {
    let sandbox = Sandbox::application(&["alice", "bob"]);
    let before = sandbox.hash_of("bob");
    let ready = hash("battery staple");
    let run = sandbox.useradm("import --on-conflict skip --from csv -");
    let run = run.stdin(format!(
        "username,password,password_hash\nnew,correct horse,\nbob,battery staple,\nalice,,{ready}\n"
    ));
    run.counts(1, 2, 0).check();
    assert_eq!(sandbox.usernames(), ["alice", "bob", "new"]);
    assert_eq!((sandbox.hash_of("bob"), sandbox.hash_of("alice")), (before.clone(), before));
}

#[test]
fn updates_only_hashes_that_differ() {
    let sandbox = Sandbox::application(&["same", "other", "plain", "plainother", "untouched"]);
    let before = sandbox.hash_of("same");
    let ready = hash("battery staple");
    let input = format!(
        "username,password,password_hash\nsame,,{before}\nother,,{ready}\nplain,{PASSWORD},\n\
         plainother,battery staple,\nnew,{PASSWORD},\n"
    );
    let ids = "SELECT id, username FROM user ORDER BY id LIMIT 5";
    let users = sandbox.rows(ids);
    let run = sandbox.useradm("import --dry-run --on-conflict update --from csv -").stdin(&input);
    let predicted = "[...]\nimported 1, skipped 2, updated 2\n";
    run.stderr(predicted).check_unchanged();
    let run = sandbox.useradm("import --on-conflict update --from csv -").stdin(&input);
    run.counts(1, 2, 2).check();
    assert_eq!(sandbox.hash_of("same"), before);
    assert_eq!(sandbox.hash_of("other"), ready);
    assert_eq!(sandbox.hash_of("plain"), before, "its password was the stored one");
    assert!(is_application_hash(&sandbox.hash_of("plainother"), b"battery staple", 1000));
    assert_eq!(sandbox.hash_of("untouched"), before);
    assert_eq!(sandbox.rows(ids), users);
    // Once more, and nothing differs.
    let run = sandbox.useradm("import --on-conflict update --from csv -").stdin(&input);
    run.counts(0, 5, 0).check_unchanged();
}

#[test]
fn updates_hashes_that_the_application_cannot_verify() {
    let sandbox = Sandbox::application(&["alice", "bob", "carol"]);
    sandbox.sql("UPDATE user SET password_hash = '$2b$12$x' WHERE username <> 'carol'");
    let run = sandbox.useradm("import --on-conflict update --from csv -");
    let ready = hash(PASSWORD);
    let input = format!("username,password,password_hash\nalice,{PASSWORD},\nbob,,{ready}\n");
    run.stdin(input).counts(0, 0, 2).check();
    sandbox.useradm("login -q alice --password-stdin").stdin(PASSWORD).check();
    assert_eq!(sandbox.hash_of("bob"), ready);
}

#[test]
fn finds_conflicts_in_a_table_of_any_size() {
    // A small input is looked up row by row, a large one is compared as a whole.
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import -q --from csv -").stdin(crate::support::ready_rows(300));
    run.check();
    let run = sandbox.useradm("import --from csv -").stdin(crate::support::ready_rows(1));
    run.error(4, "user_exists").check_unchanged();
    let run =
        sandbox.useradm("import --from csv -").stdin("username,password\nUSER0007,eight888\n");
    run.status(4)
        .stderr("line 2: USER0007: [..]user0007\nerror: [..]\nhint: [..]\n")
        .check_unchanged();
    let run = sandbox.useradm("import --on-conflict skip --from csv -");
    run.stdin(crate::support::ready_rows(301)).counts(1, 300, 0).check();
    let run = sandbox.useradm("import --on-conflict update --from csv -");
    let row = format!("username,password_hash\nuser0123,{}\n", hash("battery staple"));
    run.stdin(row).counts(0, 0, 1).check();
}

#[test]
fn refuses_a_name_that_comes_twice_whatever_is_done_with_conflicts() {
    let sandbox = Sandbox::application(&["alice"]);
    let input = "username,password\nbob,correct horse\nalice,correct horse\n\nbob,battery staple\n\
                 alice,battery staple\nbob,correct horse\n";
    let said = "[...]line 5: bob: [..]line 2[..]\nline 6: alice: [..]line 3[..]\n\
                line 7: bob: [..]line 2[..]\nerror: Invalid input: [..]\n";
    for action in ["fail", "skip", "update"] {
        for options in ["", "--allow-lookalike"] {
            let run = sandbox.useradm(&format!("import --on-conflict {action} --from csv -"));
            let run = run.arg("--dry-run").stdin(input);
            run.status(6).stderr(said).check_unchanged();
            let line = format!("import --on-conflict {action} --from csv - {options}");
            sandbox.useradm(&line).stdin(input).status(6).stderr(said).check_unchanged();
        }
    }
}

#[test]
fn refuses_names_that_look_like_users() {
    for (existing, asked) in [
        ("bob", "Bob"),
        ("BOB", "bob"),
        ("ren\u{e9}", "rene\u{301}"),
        ("\u{c5}sa", "\u{212b}sa"),
        ("\u{ac00}", "\u{1100}\u{1161}"),
    ] {
        let sandbox = Sandbox::application(&["aaa", existing, "zzz"]);
        let input = format!("username,password\nok,correct horse\n{asked},correct horse\n");
        for action in ["fail", "skip", "update"] {
            let run = sandbox.useradm(&format!("import --on-conflict {action} --from csv -"));
            let said = format!("line 3: {asked}: [..]{existing}\nerror: [..]\nhint: [..]\n");
            run.stdin(&input).status(4).stderr(said).check_unchanged();
            let run = sandbox.useradm(&format!("import --on-conflict {action} --from csv -"));
            run.stdin(&input).error(4, "lookalike_exists").check_unchanged();
        }
        let run = sandbox.useradm("import --allow-lookalike --from csv -").stdin(&input);
        run.counts(2, 0, 0).check();
        assert_eq!(sandbox.count(), 5);
    }
}

#[test]
fn refuses_names_that_look_alike_within_the_file() {
    let sandbox = Sandbox::application(&[]);
    let input = "username,password\nbob,correct horse\nren\u{e9},correct horse\nBOB,correct horse\n\
                 rene\u{301},correct horse\nBob,correct horse\n";
    let run = sandbox.useradm("import --from csv -").stdin(input);
    let said = "line 4: BOB: [..]bob[..]line 2\nline 5: rene\u{301}: [..]ren\u{e9}[..]line 3\n\
                line 6: Bob: [..]bob[..]line 2\nerror: Invalid input: 3 rows [..]\n";
    run.status(6).stderr(said).check_unchanged();
    let run = sandbox.useradm("import --allow-lookalike --from csv -").stdin(input);
    run.counts(5, 0, 0).check();
}

#[test]
fn users_who_exist_may_look_alike() {
    let sandbox = Sandbox::application(&["bob", "Bob"]);
    let ready = hash("battery staple");
    for names in [&["Bob"][..], &["bob", "Bob"], &["Bob", "bob"]] {
        let rows = lines(names.iter(), |name| format!("{name},{ready}\n"));
        let input = format!("username,password_hash\n{rows}");
        let run = sandbox.useradm("import --on-conflict skip --from csv -").stdin(&input);
        run.counts(0, names.len() as u64, 0).check_unchanged();
    }
    let input = format!("username,password_hash\nBob,{ready}\nbob,{ready}\n");
    let run = sandbox.useradm("import --on-conflict update --from csv -").stdin(&input);
    run.counts(0, 0, 2).check();
    let input = format!("username,password_hash\nBob,{ready}\nbob,{ready}\nBob,{ready}\n");
    let run = sandbox.useradm("import --on-conflict update --from csv -").stdin(input);
    run.status(6).stderr("line 4: Bob: [..]line 2\nerror: [..]\n").check_unchanged();
    let input = format!("username,password_hash\nBob,{ready}\nBOB,{ready}\n");
    let run = sandbox.useradm("import --on-conflict update --from csv -").stdin(input);
    run.status(4).stderr("line 3: BOB: [..]\nerror: [..]\nhint: [..]\n").check_unchanged();
}

#[test]
fn a_row_that_is_wrong_weighs_more_than_a_conflict() {
    let sandbox = Sandbox::application(&["alice"]);
    let run = sandbox.useradm("import --from csv -");
    let run = run.stdin("username,password\nalice,correct horse\nbob,\n");
    let said = "line 2: alice: [..]\nline 3: bob: [..]\nerror: Invalid input: 2 rows [..]\n";
    run.status(6).stderr(said).check_unchanged();
}
