//! Command lines that went astray, and hints that must not lead further: to another database, to a
//! password on the command line, or nowhere.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::support::{PASSWORD, Run, Sandbox};

/// Runs that end with a hint that is a command: their status, and the rest of that command.
const HINTED: [(&str, i32, &str); 4] = [
    ("add alice --password-stdin", 4, "update alice"),
    ("login old --password-stdin", 8, "update old --password"),
    ("list", 8, "delete --id=3"),
    ("useradd bob", 2, "add USERNAME"),
];

#[test]
fn a_hint_stays_with_the_database_that_was_named() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql("INSERT INTO user VALUES (2, 'old', '$2b$12$x'), (3, hex(zeroblob(1000000)), 'x')");
    std::fs::rename(sandbox.path("users.db"), sandbox.path("it's my.db")).unwrap();
    for (line, status, hinted) in HINTED {
        let expected = format!(r"`useradm --db 'it'\''s my.db' {hinted}`");
        let by_variable = sandbox.useradm(line).env("USERADM_DB", "it's my.db");
        let words = line.split(' ');
        let by_option = words.fold(sandbox.useradm("--db").arg("it's my.db"), Run::arg);
        for run in [by_variable, by_option] {
            let run = run.stdin(PASSWORD).status(status);
            let (_, stderr) = run.stderr("error: [..]\nhint: [..]\n").check();
            assert!(stderr.contains(&expected), "{line}: {stderr}");
        }
    }
    let missing = sandbox.useradm("list --db=sqlite:///app.db").status(8);
    missing.stderr("error: [..]\nhint: [..] `useradm --db sqlite:///app.db init` [..]\n").check();
    std::fs::write(sandbox.path("empty.db"), "").unwrap();
    let run = sandbox.useradm("list").env("USERADM_DB", "empty.db").status(8);
    run.stderr("error: [..]\nhint: `useradm --db empty.db init` adds the table\n").check();
    // What was refused may hold a password.
    let run = sandbox.useradm("list users --db postgresql://u:s3cret@host/x").status(2);
    let (_, stderr) = run.stderr("error: [...]").check();
    assert!(!stderr.contains("s3cret"), "{stderr}");
}

#[test]
fn a_user_whose_hash_cannot_be_read_is_named_so_that_a_shell_finds_them() {
    let sandbox = Sandbox::application(&["alice"]);
    for (name, words) in
        [("o'neil", r"'o'\''neil'"), ("-old", "--id=3"), ("a\nb", r"$'a\012b'"), ("x", "x")]
    {
        let sql = "INSERT INTO user (username, password_hash) VALUES (?1, '$2b$12$x')";
        sandbox.connection().execute(sql, [name]).unwrap();
        let run = sandbox.useradm("login --password-stdin --").arg(name).stdin(PASSWORD).status(8);
        run.stderr(format!(
            "error: [..]\nhint: `useradm update {words} --password` gives the user a new one\n"
        ))
        .check();
    }
}

#[test]
fn whoever_misspells_an_option_for_a_password_is_told_where_one_comes_from() {
    let sandbox = Sandbox::application(&["alice"]);
    for option in [
        "--passwd",
        "--pw",
        "--pwd",
        "--pasword",
        "--passwort",
        "--Password",
        "--pass-word",
        "-p",
        "--new-password",
    ] {
        for line in ["add bob", "update alice", "login alice", "register bob", "passwd alice"] {
            for value in [" s3cretpw", "=s3cretpw"] {
                let run = sandbox.useradm(&format!("{line} {option}{value}")).status(2);
                let (_, stderr) = run.stderr("error: [..]\nhint: [..]\n").check();
                assert!(stderr.contains("hint: a password is never an argument: "), "{stderr}");
                assert!(!stderr.contains("s3cretpw"), "{stderr}");
            }
        }
    }
    // The name of a source with a slip in it is another thing.
    let run = sandbox.useradm("add bob --pasword-stdin").status(2);
    run.stderr(
        "error: There is no option '--pasword-stdin'\nhint: did you mean '--password-stdin'?\n",
    )
    .check();
}

#[test]
fn a_password_in_the_place_of_a_variable_is_not_shown() {
    let sandbox = Sandbox::application(&["alice"]);
    let hint = "hint: --password-env takes the name of a variable, never the password\n";
    for (name, shown) in [
        ("hunter2", "that --password-env names"),
        ("Hunter2", "that --password-env names"),
        ("1A", "that --password-env names"),
        ("A B", "that --password-env names"),
        ("PW_2", "PW_2"),
        ("_", "_"),
    ] {
        let run = sandbox.useradm("login alice --password-env").arg(name).env_remove("_");
        let hint = if name == shown { "" } else { hint };
        let says = format!("error: Cannot read the variable {shown}: it is not set\n{hint}");
        run.status(6).stderr(says).check();
        let run = sandbox.useradm("add bob --hashed --password-env").arg(name).env_remove("_");
        run.error(6, "unreadable_source").check();
    }
}

#[test]
fn two_files_of_an_import_are_two_files() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.write("in.csv", "username,password\nbob,correct horse\n");
    let before = sandbox.files();
    for (line, says) in [
        ("--rejects -", "--rejects writes a file, never standard output"),
        ("--generate-passwords -", "--generate-passwords writes a file, never standard output"),
        (
            "--rejects x --generate-passwords ./x",
            "--rejects and --generate-passwords name the same file",
        ),
    ] {
        let run = sandbox.useradm(&format!("import in.csv {line}")).status(2);
        run.stderr(format!("error: {says}\nhint: give each a new file of its own\n")).check();
    }
    assert_eq!(sandbox.files(), before);
    assert_eq!(sandbox.usernames(), ["alice"]);
}

#[test]
fn an_empty_name_of_a_file_is_called_so() {
    let sandbox = Sandbox::application(&["alice"]);
    for command in ["export", "import"] {
        let run = sandbox.useradm(command).arg("").status(2);
        run.stderr("error: FILE is empty\nhint: give the name of a file, or - for [..]\n").check();
    }
}

#[test]
fn only_what_can_be_a_username_is_taken_for_one() {
    let sandbox = Sandbox::application(&["-bob"]);
    for line in ["show -v", "add alice -u", "login -f", "list -bob", "update alice -v", "rm -u"] {
        let (_, stderr) =
            sandbox.useradm(line).status(2).stderr("error: There is no option [...]").check();
        assert!(!stderr.contains("dash"), "{stderr}");
    }
    for (line, hinted) in [
        ("delete -bob", "delete --yes -- -bob"),
        ("show -bob", "show -- -NAME"),
        ("login -s3cret", "login -- -NAME"),
    ] {
        let says = format!(
            "error: There is no option [..]\nhint: a username that begins with a \
                            dash stands last, after two dashes: `useradm {hinted}`\n"
        );
        sandbox.useradm(line).status(2).stderr(says).check();
    }
    for option in ["--force", "-f"] {
        let run = sandbox.useradm("delete alice").arg(option).status(2);
        run.stderr("error: [..]\nhint: --yes deletes without asking\n").check();
    }
    sandbox.useradm("-q delete --yes -- -bob").check();
    assert!(sandbox.usernames().is_empty());
}

#[test]
fn help_knows_the_other_names_of_commands() {
    let sandbox = Sandbox::empty();
    for (name, usage) in [
        ("rename", "rename [OPTIONS] <OLD> <NEW>"),
        ("passwd", "passwd [OPTIONS] "),
        ("ls", "list [OPTIONS]"),
        ("rm", "delete [OPTIONS] "),
    ] {
        let (stdout, _) = sandbox.useradm("help").arg(name).stdout("[...]").check();
        assert!(stdout.contains(&format!("Usage: useradm {usage}")), "{stdout}");
    }
}

#[test]
fn the_name_of_a_directory_is_no_database() {
    let sandbox = Sandbox::application(&["alice"]);
    let reason = "it is the name of a directory";
    for name in ["users.db/", "users.db/."] {
        let run = sandbox.useradm("list --db").arg(name).status(2);
        run.stderr(format!("error: Invalid value '{name}' of --db: {reason}\n")).check();
        let run = sandbox.useradm("list").env("USERADM_DB", name).status(2);
        let variable = "the variable USERADM_DB";
        run.stderr(format!("error: Invalid value '{name}' of {variable}: {reason}\nhint: [..]\n"))
            .check();
    }
}

#[test]
fn a_path_that_is_not_utf_8_is_shown_byte_by_byte() {
    let sandbox = Sandbox::application(&["alice"]);
    let name = OsStr::from_bytes(b"caf\xe9.db");
    let missing = r"error: Database not found: [DIR]/caf\xe9.db";
    let hint = r"`useradm --db $'caf\351.db' init` makes a new one";
    let run = sandbox.useradm("list").env("USERADM_DB", name).status(8);
    run.stderr(format!("{missing}\nhint: --db names another file; {hint}\n")).check();
    let run = sandbox.useradm("init").env("USERADM_DB", name);
    run.stderr("Database initialised: [DIR]/caf\\xe9.db\n").check();
    let run = sandbox.useradm("init --if-not-exists --format json").env("USERADM_DB", name);
    run.stdout("{[..]\"database\":\"[DIR]/caf\\\\xe9.db\",[..]}\n").check();
    for (line, path) in [
        ("add bob --password-file", &b"\xff"[..]),
        ("import --from csv", b"\xff.csv"),
        ("export", b"\xff/a.csv"),
    ] {
        let run =
            sandbox.useradm(line).arg_bytes(path).status(if line == "export" { 1 } else { 6 });
        let (_, stderr) = run.stderr("error: [...]").check();
        assert!(stderr.contains(r"\xff") && !stderr.contains('\u{fffd}'), "{stderr}");
    }
}

#[test]
fn one_is_not_many() {
    let sandbox = Sandbox::application(&["alice", "zoe"]);
    let run = sandbox.useradm("import --from csv -").status(4);
    let (_, stderr) = run
        .stdin("username,password\nzoe,correct horse\nalice,correct horse\n")
        .stderr("[...]error: [...]")
        .check();
    assert!(stderr.contains("error: User already exists: zoe, and 1 more conflict\n"), "{stderr}");
    let run = sandbox.useradm("import --from csv -").stdin("username,password\nbob\n").status(6);
    run.stderr("line 2: bob: it has 1 field, the header has 2\nerror: [...]").check();
    let run = sandbox.useradm("add bob --hashed --password-stdin").stdin("plain").status(6);
    run.stderr("error: [..] only pbkdf2_sha256 can be stored, and its scheme is unknown\n").check();
}

#[test]
fn a_user_without_a_name_is_told_by_their_id() {
    let sandbox = Sandbox::with_schema(
        "CREATE TABLE user (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password_hash TEXT)",
    );
    sandbox.sql("INSERT INTO user VALUES (7, NULL, 'x')");
    let run = sandbox.useradm("export --to htpasswd -").status(6);
    run.stderr("error: [..] htpasswd cannot hold the user with id 7, who has no name\n").check();
}
