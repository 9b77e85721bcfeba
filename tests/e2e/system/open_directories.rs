//! What root is told of directories to which others may write.

use std::os::unix::fs::chown;

use super::harness::{PASSWORD, Running, Sandbox};
use super::owner::{GROUP, is_root, set_mode};

#[test]
fn a_database_that_is_not_there_yet_is_not_to_be_given_away() {
    if !is_root() {
        return;
    }
    for (mode, who) in [
        (0o1777, "everybody".to_owned()),
        (0o777, "everybody".to_owned()),
        (0o775, format!("its group ({GROUP})")),
    ] {
        for line in [&["init"][..], &["add", "bob", "--create", "--password-stdin"]] {
            let sandbox = Sandbox::empty();
            chown(sandbox.directory(), Some(0), Some(GROUP)).unwrap();
            set_mode(sandbox.directory(), mode);
            let outcome = Running::start_with(sandbox.useradm(line), PASSWORD).finish();
            let directory = sandbox.directory().display();
            let says =
                format!("error: {directory} can be changed by {who}, so root does not trust it\n");
            outcome.assert_code(8).assert_says(&says);
            outcome.assert_says("another directory");
            let database = sandbox.database();
            let hint = format!(
                "`sudo -u USER --preserve-env=USERADM_ROUNDS useradm --db {} {}`",
                database.display(),
                line.join(" ")
            );
            outcome.assert_says(&hint);
            assert!(!outcome.stderr.contains("chown"), "{outcome:?}");
            assert!(!outcome.stderr.contains("belongs to"), "{outcome:?}");
            assert!(sandbox.files().is_empty());
        }
    }
}
