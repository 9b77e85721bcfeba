//! Standard streams that are closed.

use crate::support::{PASSWORD, Sandbox};

const CLOSED: &str = "error: Cannot write the output: standard output is closed\n";

#[test]
fn output_without_a_standard_output_is_an_error() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in [
        "list",
        "list --count",
        "show alice",
        "list --format csv",
        "--help",
        "--version",
        "export -",
    ] {
        for closed in [">&-", "1</dev/null"] {
            let run = sandbox.shell(&format!("exec \"$0\" {line} {closed}")).status(1);
            run.stderr(CLOSED).check();
        }
    }
    for line in ["list", "show alice", "init --if-not-exists"] {
        let run = sandbox.shell(&format!("exec \"$0\" {line} >&-")).error(1, "output_failed");
        run.check();
    }
    // Nothing is lost that somebody sends there on purpose.
    sandbox.shell("exec \"$0\" list >/dev/null").check();
}

#[test]
fn what_could_not_be_told_is_not_done() {
    let sandbox = Sandbox::application(&["alice"]);
    let before = sandbox.bytes();
    for line in ["add bob --generate-password", "update alice --generate-password"] {
        let run = sandbox.shell(&format!("exec \"$0\" {line} >&-")).status(1);
        run.stderr(CLOSED).check();
    }
    for line in [
        "add bob --password-stdin",
        "add bob --generate-password",
        "update alice --username alicia",
        "delete --yes alice",
        "init --db new.db",
        "add bob --create --password-stdin --db new.db",
    ] {
        let run = sandbox.shell(&format!("exec \"$0\" {line} >&-")).stdin(PASSWORD);
        run.error(1, "output_failed").check();
    }
    assert_eq!(sandbox.bytes(), before);
    assert_eq!(sandbox.files(), ["users.db"]);
}

#[test]
fn messages_do_not_need_a_standard_output() {
    let sandbox = Sandbox::application(&["alice"]);
    let run = sandbox.shell("exec \"$0\" update alice --username alicia >&-");
    run.stderr("User updated successfully: alicia\n").check();
    sandbox.shell("exec \"$0\" delete --yes alicia >&- 2>&-").check();
    assert!(sandbox.usernames().is_empty());
}

#[test]
fn without_a_standard_error_the_status_tells() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.shell("exec \"$0\" show bob 2>&-").status(3).check();
    sandbox.shell("exec \"$0\" list --format plain 2>&-").stdout("1\talice\n").check();
    sandbox.shell("exec \"$0\" add bob --password-stdin 2>&-").stdin(PASSWORD).check();
    sandbox.shell("exec \"$0\" frobnicate 2>&-").status(2).check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}

#[test]
fn a_closed_standard_input_is_empty_and_no_terminal() {
    let sandbox = Sandbox::application(&["alice"]);
    let run = sandbox.shell("exec \"$0\" add bob --password-stdin <&-");
    run.error(6, "invalid_password").check();
    sandbox.shell("exec \"$0\" add bob <&-").error(2, "usage").check();
    sandbox.shell("exec \"$0\" delete alice <&-").error(9, "not_confirmed").check();
    sandbox.shell("exec \"$0\" list --count <&-").stdout("1\n").check();
    let all = "exec \"$0\" add bob --password-env PW <&- >&- 2>&-";
    sandbox.shell(all).env("PW", PASSWORD).check();
    assert_eq!(sandbox.usernames(), ["alice", "bob"]);
}
