//! Which rows were skipped, and why.

use crate::support::{PASSWORD, Sandbox, hash};

#[test]
fn says_which_rows_were_skipped_before_the_counts() {
    let sandbox = Sandbox::application(&["bob", "carol", "a\u{202e}b"]);
    let rows = "username,password\ncarol,correct horse\nnew,correct horse\nbob,battery staple\n\
                a\u{202e}b,correct horse\n";
    let run = sandbox.useradm("import --from csv --on-conflict skip -");
    let run = run.stdin(rows.replace("a\u{202e}b", "dave"));
    run.stderr(
        "line 2: carol: the user exists already, skipped\n\
         line 4: bob: the user exists already, skipped\n\
         Database locked for [..] s\n\
         imported 2, skipped 2, updated 0\n",
    )
    .check();
    let run = sandbox.useradm("import --from csv --on-conflict update -");
    run.stdin("username,password\nbob,correct horse\ncarol,battery staple\n")
        .stderr(
            "line 2: bob: the user has this password already, skipped\n[..]\n\
             imported 0, skipped 1, updated 1\n",
        )
        .check();
}

#[test]
fn a_dry_run_says_it_too() {
    let sandbox = Sandbox::application(&["bob", "carol"]);
    let rows = "username,password\nbob,correct horse\ncarol,battery staple\nnew,correct horse\n";
    for (action, said, counts) in [
        (
            "skip",
            "line 2: bob: [..], skipped\nline 3: carol: [..], skipped\n",
            "1, skipped 2, updated 0",
        ),
        ("update", "line 2: bob: [..], skipped\n", "1, skipped 1, updated 1"),
    ] {
        let run = sandbox.useradm(&format!("import --dry-run --from csv --on-conflict {action} -"));
        let run = run.stdin(rows).stderr(format!("{said}[..]dry run[..]\nimported {counts}\n"));
        run.check_unchanged();
    }
}

#[test]
fn hashes_of_other_schemes_are_named_among_them_in_the_order_of_the_input() {
    let sandbox = Sandbox::application(&["bob"]);
    let ready = hash(PASSWORD);
    let rows =
        format!("username,password_hash\nx,$2b$12$abc\nbob,{ready}\ny,$6$abc$def\nnew,{ready}\n");
    let run = sandbox.useradm("import --from csv --on-conflict skip --skip-unsupported -");
    run.stdin(rows)
        .stderr(
            "line 2: x: [..]bcrypt[..], skipped\nline 3: bob: [..], skipped\n\
             line 4: y: [..]sha512_crypt[..], skipped\n[..]\nimported 1, skipped 3, updated 0\n",
        )
        .check();
}

#[test]
fn only_so_many_are_shown_and_json_has_them_as_objects() {
    let sandbox = Sandbox::application(&["a", "b", "c"]);
    let rows = "username,password\na,correct horse\nb,correct horse\nc,correct horse\n";
    let run = sandbox.useradm("import --from csv --on-conflict skip --max-errors 1 -").stdin(rows);
    run.stderr("line 2: a: [..], skipped\nand 2 more skipped\n[..]\nimported 0, [..]\n").check();
    let run = sandbox.useradm("import --from csv --on-conflict skip --max-errors 0 -").stdin(rows);
    run.stderr("Database[..]\nimported 0, skipped 3, updated 0\n").check();
    let run = sandbox.useradm("import -q --from csv --on-conflict skip -").stdin(rows);
    run.check();
    let run =
        sandbox.useradm("import --from csv --on-conflict skip --max-errors 2 --format json -");
    let (stdout, _) = run.stdin(rows).stdout("{[..]}\n").check();
    let answer: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let reason = "the user exists already";
    let skips = serde_json::json!([
        {"line": 2, "username": "a", "reason": reason},
        {"line": 3, "username": "b", "reason": reason},
    ]);
    assert_eq!((&answer["skipped"], &answer["skips"]), (&3.into(), &skips));
    let run = sandbox.useradm("import --from csv --format json -");
    let (stdout, _) = run.stdin("username,password\nd,correct horse\n").stdout("{[..]}\n").check();
    assert!(!stdout.contains("skips"), "{stdout}");
}
