//! Wrong command lines: what is said of them, and what is never shown.

use crate::support::{Run, Sandbox};

/// What a wrong command line is told, in lines and in JSON.
fn told(sandbox: &Sandbox, line: &str, arguments: &[&str]) -> (String, String) {
    let mut told = Vec::new();
    for format in ["table", "json"] {
        let run = sandbox.useradm(line).env("USERADM_FORMAT", format).status(2);
        let run = arguments.iter().fold(run, Run::arg);
        told.push(run.stderr("[..]error[..]\n[...]").check().1);
    }
    let [lines, json] = <[String; 2]>::try_from(told).unwrap();
    assert!(lines.lines().count() <= 2, "{line}: {lines}");
    let mut kinds = lines.lines().map(|line| line.split(' ').next().unwrap());
    assert_eq!(kinds.next(), Some("error:"), "{lines}");
    assert!(kinds.all(|kind| kind == "hint:"), "{lines}");
    assert_eq!(json.lines().count(), 1, "{json}");
    (lines, json)
}

#[test]
fn a_line_break_in_an_argument_forges_no_line() {
    let sandbox = Sandbox::application(&["alice"]);
    let forged = "x\nhint: rm -rf ~\r\n\u{1b}[2K\u{202e}";
    for line in [
        "",
        "list",
        "list --format",
        "list --db",
        "show alice",
        "list --limit",
        "list --fields",
        "add --rounds",
        "show --id",
        "import --on-conflict",
        "list --timeout",
    ] {
        for argument in [forged.to_owned(), format!("--{forged}"), format!("--limit={forged}")] {
            let (lines, json) = if line == "list --db" {
                let name = format!("sqlite:{argument}");
                told(&sandbox, line, &[&name])
            } else {
                told(&sandbox, line, &[&argument])
            };
            for text in [lines, json] {
                assert!(!text.contains("\nhint: rm"), "{text}");
                assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text}");
                let hint = text.split("hint").nth(2).unwrap_or_default();
                assert!(!hint.contains("rm -rf"), "{text}");
            }
        }
    }
}

#[test]
fn a_value_is_blamed_on_the_variable_that_it_came_from() {
    let sandbox = Sandbox::application(&["alice"]);
    for (variable, value, option) in [
        ("USERADM_ROUNDS", "abc", "--rounds"),
        ("USERADM_TIMEOUT", "soon", "--timeout"),
        ("USERADM_FORMAT", "xml", "--format"),
        ("USERADM_DB", ":memory:", "--db"),
    ] {
        for line in ["list", "add -- --rounds"] {
            let run = sandbox.useradm(line).env(variable, value).status(2);
            run.stderr(format!(
                "error: Invalid value '{value}' of the variable {variable}: [..]\nhint: unset it; \
                 {option} would win over it\n"
            ))
            .check();
        }
        for line in [format!("list {option} {value}"), format!("list {option}={value}")] {
            let run = sandbox.useradm(&line).env(variable, value).status(2);
            let says = format!("error: Invalid value '{value}' of {option}: [..]\n");
            run.stderr(says).check();
        }
    }
    // A variable that is not needed is not looked at.
    let line = "list --count --db users.db --format csv --timeout 1 --rounds 1000";
    let run = sandbox.useradm(line).env("USERADM_DB", "").env("USERADM_FORMAT", "xml");
    run.env("USERADM_TIMEOUT", "x").env("USERADM_ROUNDS", "x").stdout("1\n").check();
}

#[test]
fn a_password_in_a_refused_uri_is_not_shown() {
    let sandbox = Sandbox::application(&["alice"]);
    for uri in [
        "postgresql://u:s3cr3t@host/db",
        "sqlite://u:s3cr3t@/users.db",
        "mysql+pymysql://s3cr3t@host",
        "sqlite:///x?uri=s3cr3t",
    ] {
        let (lines, json) = told(&sandbox, "list --db", &[uri]);
        assert!(!lines.contains("s3cr3t") && !json.contains("s3cr3t"), "{lines}{json}");
        assert!(
            lines.contains("--db") && lines.contains("sqlite:///") || uri.contains('?'),
            "{lines}"
        );
        let run = sandbox.useradm("list").env("USERADM_DB", uri).status(2);
        let (_, stderr) = run.stderr("error: [..]USERADM_DB[..]\nhint: [..]\n").check();
        assert!(!stderr.contains("s3cr3t"), "{stderr}");
    }
}

#[test]
fn a_surplus_argument_is_a_password_only_where_one_is_possible() {
    let sandbox = Sandbox::application(&["alice"]);
    for line in ["list foo", "init foo", "import a.csv foo", "export a.csv foo"] {
        let (lines, _) = told(&sandbox, line, &[]);
        assert!(lines.contains("'foo'") && !lines.contains("password"), "{lines}");
    }
    let (lines, _) = told(&sandbox, "show alice foo", &[]);
    assert!(!lines.contains("password"), "{lines}");
    for line in ["add alice foo", "login alice foo", "update alice --password foo"] {
        let (lines, _) = told(&sandbox, line, &[]);
        assert!(lines.contains("may be a password") && !lines.contains("foo"), "{lines}");
        assert!(lines.contains("\nhint: ") && lines.contains("--password-stdin"), "{lines}");
    }
    // An option of that name is what such a person looks for, not `--password-env`.
    for line in ["add alice --password foo", "login alice -p foo", "register alice --pass=foo"] {
        let (lines, _) = told(&sandbox, line, &[]);
        assert!(!lines.contains("did you mean") && !lines.contains("foo"), "{lines}");
        assert!(lines.contains("a password is never an argument"), "{lines}");
    }
}

#[test]
fn a_length_that_is_none_is_called_so() {
    let sandbox = Sandbox::application(&["alice"]);
    for value in ["7", "129", "x", "-1", "s3cr3tpw", ""] {
        let (lines, _) = told(&sandbox, "add bob", &[&format!("--generate-password={value}")]);
        let says = "error: Invalid value of --generate-password: not a length from 8 to 128";
        assert!(lines.starts_with(says), "{lines}");
        assert!(!lines.contains("s3cr3tpw") && !lines.contains("may be"), "{lines}");
    }
    let (lines, _) = told(&sandbox, "add bob --generate-password 12", &[]);
    assert!(lines.contains("after an equal sign") && !lines.contains("may be"), "{lines}");
}

#[test]
fn numbers_are_explained_in_plain_words() {
    let sandbox = Sandbox::application(&["alice"]);
    for (line, says) in [
        ("list --limit x", "'x' of --limit: not a whole number from 0 on"),
        ("list --offset 1.5", "'1.5' of --offset: not a whole number from 0 on"),
        ("import --jobs 0 a.csv", "'0' of --jobs: not a whole number from 1 to 1024"),
        ("import --batch +5 a.csv", "'+5' of --batch: not a whole number from 1 on"),
        ("import --max-errors z a.csv", "'z' of --max-errors: not a whole number from 0 on"),
        ("list --rounds 5", "'5' of --rounds: not a whole number from 1000 to 10000000"),
    ] {
        assert_eq!(told(&sandbox, line, &[]).0, format!("error: Invalid value {says}\n"));
    }
}

#[test]
fn an_id_is_what_the_database_shows() {
    let sandbox = Sandbox::application(&["alice"]);
    sandbox.sql("INSERT INTO user VALUES (0, 'zero', 'x'), (-5, 'minus', 'x'), (7, 'seven', 'x')");
    for (id, name) in [("0", "zero"), ("-5", "minus"), ("7", "seven")] {
        let run = sandbox.useradm("list --format plain --fields username --match").arg(name);
        run.stdout(format!("{name}\n")).check();
        let (stdout, _) =
            sandbox.useradm("show --format json --id").arg(id).stdout("[..]\n").check();
        assert!(stdout.contains(name), "{stdout}");
    }
    for id in ["+1", "-0", "007", " 1", "1 ", "\u{661}", "0x1", "1.0", "", "9223372036854775808"] {
        for line in ["show", "update --username x", "delete --yes"] {
            let run = sandbox.useradm(line).arg(format!("--id={id}"));
            run.status(2).stderr("error: Invalid value [..] of --id: [..]\n").check();
        }
    }
    assert_eq!(sandbox.usernames(), ["minus", "zero", "alice", "seven"]);
}

#[test]
fn the_program_alone_prints_its_help_whatever_is_set() {
    let sandbox = Sandbox::empty();
    let (_, bare) =
        sandbox.useradm("").env_remove("USERADM_ROUNDS").status(2).stderr("[...]").check();
    assert!(bare.contains("Usage: useradm [OPTIONS] <COMMAND>\n"), "{bare}");
    let variables = [
        ("USERADM_DB", "x.db"),
        ("USERADM_ROUNDS", "1000"),
        ("USERADM_FORMAT", "json"),
        ("USERADM_FORMAT", "no such format"),
    ];
    for (variable, value) in variables {
        let run = sandbox.useradm("").env(variable, value).status(2);
        run.stderr(&bare).check();
    }
    sandbox.useradm("--format json").error(2, "usage").check();
    sandbox.useradm("-q").status(2).stderr("error: No command was given\nhint: [..]\n").check();
}

#[test]
fn other_names_of_commands_are_understood() {
    let sandbox = Sandbox::application(&["passwd", "bob"]);
    sandbox.useradm("ls --format plain").stdout("1\tpasswd\n2\tbob\n").check();
    let run = sandbox.useradm("passwd bob --password-stdin --format json").stdin("battery staple");
    run.stdout("{\"message\":\"User updated successfully\",[..]\"changed\":true[..]}\n").check();
    let run = sandbox.useradm("-q login bob --password-stdin").stdin("battery staple");
    run.check();
    sandbox.useradm("passwd --id 2 --generate-password -q").stdout("[..]\n").check();
    sandbox.useradm("passwd bob --no-input").status(2).stderr("error: [..]\nhint: [..]\n").check();
    sandbox.useradm("passwd").status(2).stderr("error: [..]missing\nhint: [..]\n").check();
    // The name of the command may stand elsewhere too.
    let run = sandbox.useradm("--timeout 5 rename bob rename --quiet");
    run.check();
    sandbox.useradm("-q rename passwd bob").check();
    let run = sandbox.useradm("rename -- bob -bob").stderr("User updated successfully: -bob\n");
    run.check();
    let run = sandbox.useradm("rename -q rename Rename --allow-lookalike --db users.db");
    run.check();
    sandbox.useradm("rename a").status(2).stderr("error: NEW is missing\nhint: [..]\n").check();
    assert_eq!(sandbox.usernames(), ["-bob", "Rename"]);
    sandbox.useradm("rm --yes -q Rename -- -bob").check();
    assert!(sandbox.usernames().is_empty());
    for line in ["passwd --help", "rename -h"] {
        let (stdout, _) = sandbox.useradm(line).stdout("[...]").check();
        assert!(stdout.contains("Usage: useradm "), "{stdout}");
    }
}

#[test]
fn what_other_tools_call_their_commands_gets_a_hint() {
    let sandbox = Sandbox::application(&["alice"]);
    for (names, command) in [
        ("create new adduser useradd", "add USERNAME"),
        ("remove del userdel deluser", "delete USERNAME"),
        ("verify check auth authenticate", "login USERNAME"),
        ("get info view", "show USERNAME"),
        ("modify usermod edit set", "update USERNAME --username NEW"),
        ("chpasswd password reset-password", "update USERNAME --password"),
        ("users", "list"),
        ("dump", "export FILE"),
        ("load", "import FILE"),
    ] {
        for name in names.split(' ') {
            let says = format!(
                "error: There is no command '{name}'\nhint: the command for that is `useradm \
                 {command}`\n"
            );
            sandbox.useradm(name).arg("alice").status(2).stderr(says).check();
            let run = sandbox.useradm(name).env("USERADM_FORMAT", "json").status(2);
            run.stderr(format!("[..]useradm {command}[..]\n")).check();
        }
    }
    let (help, _) = sandbox.useradm("--help").stdout("[...]").check();
    for name in ["  ls", "  rm", "passwd", "rename", "useradd"] {
        assert!(!help.contains(name), "{help}");
    }
}

#[test]
fn the_name_that_the_program_was_started_by_is_not_printed() {
    let sandbox = Sandbox::application(&["alice"]);
    let script = "exec -a \"$(printf 'x\\nhint: rm')\" \"$0\" show";
    let run = sandbox.bash(script).status(2);
    run.stderr("error: USERNAME or --id <ID> is missing\nhint: `useradm show --help` [..]\n")
        .check();
    let (stdout, _) = sandbox.bash(&format!("{script} --help")).stdout("[...]").check();
    assert!(!stdout.contains("hint: rm"), "{stdout}");
}
