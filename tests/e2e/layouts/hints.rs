//! Every hint is followed, on the databases of ten applications: what it says is typed as it stands, and
//! leads to the end or to the next hint. Whatever came of it, everybody has the hash that they had,
//! unless that was asked for, and there is no second table of users.
//!
//! What is tried is in [`mistakes`], and how a hint is read in [`follow`].

mod applications;
mod follow;
mod mistakes;

use std::collections::BTreeSet;

use applications::APPLICATIONS;
use follow::{Trail, follow, leads_back};
use mistakes::mistakes;

/// Errors that end well: what was asked for cannot be had, and whoever reads them knows why.
const ENDS: [&str; 12] = [
    "constraint_failed",
    "file_exists",
    "invalid_credentials",
    "invalid_hash",
    "invalid_input",
    "scheme_mismatch",
    "unreadable_hash",
    "unreadable_source",
    "usage",
    "user_exists",
    "user_not_found",
    "wrong_schema",
];

fn check(title: &str) {
    let application = APPLICATIONS.iter().find(|it| it.title == title).unwrap();
    let mut bad = Vec::new();
    let mut followed = BTreeSet::new();
    let mut tried = 0;
    for mistake in mistakes(application) {
        for trail in follow(application, &mistake, &mut followed) {
            tried += 1;
            if let Err(reason) = judged(&trail) {
                bad.push(format!("{reason}\n{trail}"));
            }
        }
    }
    assert!(bad.is_empty(), "{} of {tried}:\n{}", bad.len(), bad.join("\n"));
    assert!(tried > 50, "only {tried} were tried");
}

/// Whether somebody who followed the hints got somewhere.
fn judged(trail: &Trail) -> Result<(), String> {
    let last = trail.steps.last().unwrap();
    trail.harm()?;
    if last.status == 0 || trail.is_known {
        return Ok(());
    }
    if leads_back(&trail.steps) {
        return Err("the hint leads back to where it came from".to_owned());
    }
    if !ENDS.contains(&last.code.as_str()) {
        return Err(format!("it ends with {}", last.code));
    }
    Ok(())
}

macro_rules! tests {
    ($($title:ident)*) => {
        $(#[test]
        fn $title() {
            check(stringify!($title));
        })*

        #[test]
        fn no_file_is_left_out() {
            let mut files: Vec<String> = std::fs::read_dir("tests/field")
                .unwrap()
                .filter_map(|it| it.unwrap().file_name().into_string().unwrap().strip_suffix(".db").map(str::to_owned))
                .collect();
            files.sort();
            assert_eq!(files, [$(stringify!($title)),*]);
        }
    };
}

tests! { calibre django_auth fab flaskbb flaskr fsec fu jh microblog teclado }
