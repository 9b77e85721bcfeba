//! Users who are imported together get ids in the order in which they stand in the input.

use std::thread;
use std::time::Duration;

use crate::support::{PASSWORD, Sandbox, hash, lines};

/// Names whose order in the input is neither theirs nor its reverse.
const NAMES: [&str; 9] = ["zoe", "ann", "mia", "Bob", "\u{e9}mile", "aaa", "yan", "zack", "0"];

fn input(credential: &str, value: impl Fn(usize) -> String) -> String {
    let row = |(at, name): (usize, &&str)| format!("{name},{}\n", value(at));
    format!("username,{credential}\n{}", lines(NAMES.iter().enumerate(), row))
}

fn names_by_id(sandbox: &Sandbox) -> Vec<String> {
    sandbox.rows("SELECT username FROM user ORDER BY id")
}

#[test]
fn ids_follow_the_input_whatever_the_rows_bring_and_however_they_are_committed() {
    let ready = hash(PASSWORD);
    let passwords = input("password", |at| format!("password{at}"));
    let hashes = input("password_hash", |_| ready.clone());
    let both = |at| if at % 2 == 0 { ",password1".to_owned() } else { format!("{ready},") };
    let mixed = input("password_hash,password", both);
    for rows in [&passwords, &hashes, &mixed] {
        for options in ["", "--batch 1", "--batch 2", "--batch 4", "--batch 100"] {
            for known in [&["mia2", "\u{c9}mile2"][..], &[]] {
                let sandbox = Sandbox::application(known);
                let run = sandbox.useradm(&format!("import --from csv - {options}")).stdin(rows);
                run.counts(9, 0, 0).check();
                assert_eq!(names_by_id(&sandbox), [known, &NAMES].concat(), "{options}");
            }
        }
    }
    let sandbox = Sandbox::empty();
    let run = sandbox.useradm("import --create -q --from csv -").stdin(&mixed);
    run.check();
    assert_eq!(names_by_id(&sandbox), NAMES);
}

#[test]
fn ids_follow_an_input_that_is_larger_than_the_memory_for_it() {
    let ready = hash(PASSWORD);
    let names: Vec<String> = (0..200_000_u64)
        .map(|number| format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect();
    let rows = lines(names.iter(), |name| format!("{name},{ready}\n"));
    let sandbox = Sandbox::application(&[]);
    let run = sandbox.useradm("import -q --from csv -");
    run.stdin(format!("username,password_hash\n{rows}")).check();
    assert!(names_by_id(&sandbox) == names);
}

#[test]
fn ids_follow_the_input_beside_users_who_are_there_and_others_who_come() {
    let sandbox = Sandbox::application(&["mia", "Bob"]);
    let run = sandbox.useradm("import --from csv - --on-conflict skip --batch 3");
    let mut running = run.env("USERADM_ROUNDS", "500000").stderr("[...]").start();
    let rows = input("password", |at| format!("password{at}"));
    running.write(rows);
    thread::sleep(Duration::from_millis(100));
    sandbox.insert("zack");
    running.finish();
    let names = names_by_id(&sandbox);
    let imported: Vec<&String> = names[2..].iter().filter(|name| *name != "zack").collect();
    assert_eq!(imported, ["zoe", "ann", "\u{e9}mile", "aaa", "yan", "0"]);
}

#[test]
fn ids_that_are_not_kept_are_warned_of() {
    let sandbox = Sandbox::application(&[]);
    let rows = format!("id,username,password_hash\n7,a,{}\n", hash(PASSWORD));
    let run = sandbox.useradm("import --from csv --format json -").stdin(&rows);
    run.stdout("{[..]\"warnings\":[\"the ids [..] were not kept[..]--keep-ids[..]\"]}\n").check();
    let sandbox = Sandbox::application(&[]);
    sandbox.useradm("import --keep-ids --from csv -").stdin(&rows).counts(1, 0, 0).check();
    let sandbox = Sandbox::application(&[]);
    let rows = format!("id,username,password_hash\n,a,{}\n", hash(PASSWORD));
    sandbox.useradm("import --from csv -").stdin(&rows).counts(1, 0, 0).check();
}
