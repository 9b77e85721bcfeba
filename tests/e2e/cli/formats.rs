//! Every format, with names that try to break out of it.

use serde_json::Value;

use crate::support::{PASSWORD, Sandbox};

/// Names that the application let in, and as `plain` and `table` show them.
const HOSTILE: [(&str, &str); 16] = [
    ("a,b", "a,b"),
    ("  edges  ", "  edges  "),
    ("", ""),
    ("say \"hi\"", "say \"hi\""),
    ("two\nlines", "two\\nlines"),
    ("cr\r\nlf", "cr\\r\\nlf"),
    ("tab\there", "tab\\there"),
    ("\u{1b}[31mred\u{7f}", "\\u{1b}[31mred\\u{7f}"),
    ("c1\u{9b}x\u{85}", "c1\\u{9b}x\\u{85}"),
    ("\u{202e}evil\u{2069}", "\\u{202e}evil\\u{2069}"),
    ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
    ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
    ("nul\0x", "nul\\u{0}x"),
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ("\u{5c71}\u{7530} \u{e9} \u{1f980}", "\u{5c71}\u{7530} \u{e9} \u{1f980}"),
    ("</script><b>&amp;", "</script><b>&amp;"),
];

fn hostile() -> Sandbox {
    Sandbox::application(&HOSTILE.map(|(name, _)| name))
}

#[test]
fn plain_escapes_what_would_break_a_line_or_a_terminal() {
    let line = |(id, (_, shown))| format!("{id}\t{shown}\n");
    let lines: Vec<String> = (1..).zip(HOSTILE).map(line).collect();
    hostile().useradm("list --format plain").stdout(lines.concat()).check();
}

#[test]
fn a_table_shows_the_same_and_stays_straight() {
    let row = |(id, (_, shown))| format!("[..] {id} [..] {shown} [..]\n");
    let rows = (1..).zip(HOSTILE).map(row).collect::<Vec<String>>().concat();
    let expected = format!("[..]\n[..]\n[..]\n{rows}[..]\n");
    let (table, _) = hostile().useradm("list").stdout(expected).check();
    let is_wide = |c: char| matches!(c, '\u{5c71}' | '\u{7530}' | '\u{1f980}');
    let width = |line: &str| line.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum::<usize>();
    let widths: Vec<usize> = table.lines().map(width).collect();
    assert!(widths.iter().all(|&width| width == widths[0]), "{table}");
}

#[test]
fn csv_gives_names_as_they_are_quoted_where_needed() {
    let quoted = |name: &str| {
        // NULL is an empty field without quotes.
        if name.is_empty() || name.contains(['"', ',', '\n', '\r']) {
            format!("\"{}\"", name.replace('"', "\"\""))
        } else {
            name.to_owned()
        }
    };
    let line = |(id, (name, _))| format!("{id},{}\n", quoted(name));
    let lines = (1..).zip(HOSTILE).map(line).collect::<Vec<String>>().concat();
    hostile().useradm("list --format csv").stdout(format!("id,username\n{lines}")).check();
}

#[test]
fn json_reads_back_and_shows_nothing_invisible() {
    let sandbox = hostile();
    let (json, _) = sandbox.useradm("list --format json").stdout("[{[..]}]\n").check();
    let (jsonl, _) = sandbox.useradm("list --format jsonl").stdout("[...]").check();
    let users: Vec<Value> = serde_json::from_str(&json).unwrap();
    let lines: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(users, lines);
    let names: Vec<&str> = users.iter().map(|user| user["username"].as_str().unwrap()).collect();
    assert_eq!(names, HOSTILE.map(|(name, _)| name));
    let is_hidden = |c: char| {
        c != '\n' && c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    assert!(!json.contains(is_hidden) && !jsonl.contains(is_hidden), "{json}{jsonl}");
    assert!(json.contains("\\u202eevil\\u2069") && json.contains("c1\\u009bx\\u0085"), "{json}");
}

#[test]
fn answers_in_json_escape_names_too() {
    let sandbox = hostile();
    let run = sandbox.useradm("login --password-stdin --format json").arg("\u{202e}evil\u{2069}");
    let answer = "{\"message\":\"Login successful\",\"user\":{\"id\":10,\
                  \"username\":\"\\u202eevil\\u2069\"},[..]}\n";
    run.stdin(PASSWORD).stdout(answer).check();
    let error = "{\"error\":{\"code\":\"user_not_found\",\
                 \"message\":\"User not found: \\u202e\\u001b\",\"exit_code\":3}}\n";
    sandbox.useradm("show --format json").arg("\u{202e}\u{1b}").status(3).stderr(error).check();
}

#[test]
fn formats_for_programs_have_no_banner_and_no_colour() {
    let sandbox = Sandbox::application(&["alice"]);
    for format in ["plain", "csv", "json", "jsonl", "table"] {
        for line in ["list", "show alice", "list --count"] {
            let run = sandbox.useradm(line).env("CLICOLOR_FORCE", "1").env("TERM", "xterm");
            let (stdout, _) = run.env("USERADM_FORMAT", format).stdout("[...]").check();
            assert!(!stdout.contains('\u{1b}'), "{stdout}");
            assert!(stdout.ends_with('\n') && !stdout.contains('\r'), "{stdout}");
        }
    }
    let run = sandbox.useradm("show bob").env("CLICOLOR_FORCE", "1").env("FORCE_COLOR", "1");
    run.status(3).stderr("error: User not found: bob\n").check();
    let (_, stderr) =
        sandbox.useradm("lst").env("CLICOLOR_FORCE", "1").status(2).stderr("error: [...]").check();
    assert!(!stderr.contains('\u{1b}'), "{stderr}");
}

#[test]
fn errors_are_one_object_in_json() {
    let sandbox = Sandbox::application(&["alice"]);
    let taken = "{\"error\":{\"code\":\"user_exists\",\"message\":\"User already exists: alice\",\
                 \"exit_code\":4,\"hint\":\"[..]\"}}\n";
    for format in ["json", "jsonl"] {
        let run = sandbox.useradm("add alice --password-stdin --format").arg(format);
        run.stdin(PASSWORD).status(4).stderr(taken).check();
    }
    for format in ["table", "plain", "csv"] {
        let run = sandbox.useradm("add alice --password-stdin --format").arg(format);
        let error = "error: User already exists: alice\nhint: [..]\n";
        run.stdin(PASSWORD).status(4).stderr(error).check();
    }
}

#[test]
fn usage_errors_are_one_object_in_json_wherever_it_is_asked_for() {
    let sandbox = Sandbox::empty();
    for line in ["lst --format json", "add alice bob --format=json", "--format json list --limit"] {
        let object = "{\"error\":{\"code\":\"usage\",\"message\":\"[..]\",\"exit_code\":2[..]}}\n";
        sandbox.useradm(line).status(2).stderr(object).check();
    }
    // After two dashes everything is a name.
    let line = "show -- --format=json --format=json";
    sandbox.useradm(line).status(2).stderr("error: [...]").check();
}

#[test]
fn usage_errors_are_one_object_in_json() {
    let sandbox = Sandbox::empty();
    for line in [
        "",
        "--no-such-option",
        "nosuchcommand",
        "list --limit x",
        "list --fields",
        "add",
        "add alice bob",
        "add alice",
        "update",
        "update alice",
        "delete",
        "show --id x",
        "--rounds 1 list",
        "--timeout x list",
        "list --db :memory:",
        "init -z",
    ] {
        for format in ["--format json", "--format=jsonl"] {
            let run = sandbox.useradm(&format!("{format} {line}")).status(if needs_file(line) {
                8
            } else {
                2
            });
            let (_, stderr) = run.stderr("{\"error\":{\"code\":[..]}}\n").check();
            let object: Value = serde_json::from_str(&stderr).unwrap();
            assert!(object["error"]["message"].is_string(), "{stderr}");
            if !needs_file(line) {
                assert_eq!(object["error"]["code"], "usage");
                assert_eq!(object["error"]["exit_code"], 2);
            }
        }
        // Without any argument it is help that is asked for.
        if !needs_file(line) && !line.is_empty() {
            sandbox.useradm(line).error(2, "usage").check();
        }
    }
}

/// Without a file the missing file is told before the missing password, and before what only the
/// table can tell.
fn needs_file(line: &str) -> bool {
    ["add alice", "show --id x"].contains(&line)
}

#[test]
fn a_name_of_any_length_is_listed_whole() {
    let long = "x".repeat(100_000);
    let sandbox = Sandbox::application(&[&long, "bob"]);
    sandbox.useradm("list --format plain").stdout(format!("1\t{long}\n2\tbob\n")).check();
    let json =
        format!("[{{\"id\":1,\"username\":\"{long}\"}},{{\"id\":2,\"username\":\"bob\"}}]\n");
    sandbox.useradm("list --format json").stdout(json).check();
    let (table, _) = sandbox.useradm("list").stdout("[...]bob[...]").check();
    assert_eq!(table.matches('x').count(), long.len());
}
