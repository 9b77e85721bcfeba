//! Somebody who types what a hint says, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::applications::Application;
use super::mistakes::{Mistake, NEW, OLD, SETUPS};
use crate::support::Sandbox;

/// After so many hints nobody goes on.
const PATIENCE: usize = 6;

/// Options of which a second one takes the place of the first.
const ONCE: [&str; 8] =
    ["--db", "--layout", "--config", "--scheme", "--rounds", "--pepper-file", "--fields", "--like"];

/// Commands that hints name.
const VERBS: [&str; 6] = ["add", "adopt", "init", "list", "show", "update"];

/// Where following hints led.
pub(super) struct Trail {
    pub(super) steps: Vec<Step>,
    setup: &'static str,
    /// What is wrong with the database now.
    harm: Option<String>,
    /// Whether the last hint was followed before, where it had the same to say.
    pub(super) is_known: bool,
}

/// One command line, and what came of it.
#[derive(Clone)]
pub(super) struct Step {
    line: String,
    pub(super) status: i32,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// What was typed, and what is to be typed again when the last line has done its work.
#[derive(Clone)]
struct Typed {
    lines: Vec<String>,
    again: Option<String>,
}

/// Follows each way that the hints of a mistake name, to its end; but none that was followed before, on
/// such a database, for such a command.
pub(super) fn follow(
    application: &Application,
    mistake: &Mistake,
    followed: &mut BTreeSet<String>,
) -> Vec<Trail> {
    let mut trails = Vec::new();
    let mut open = vec![Typed { lines: vec![mistake.line.clone()], again: None }];
    while let Some(typed) = open.pop() {
        let sandbox = application.sandbox();
        for sql in SETUPS.iter().find(|(name, _)| *name == mistake.setup).unwrap().1 {
            sandbox.sql(&application.filled(sql));
        }
        let before = State::of(application, &sandbox);
        let steps: Vec<Step> = typed.lines.iter().map(|it| step(&sandbox, mistake, it)).collect();
        let last = steps.last().unwrap();
        let harm = before.harm(&State::of(application, &sandbox), application, &sandbox, &steps);
        let (mut next, mut is_known) = (Vec::new(), false);
        if harm.is_none() && !leads_back(&steps) && typed.lines.len() < PATIENCE {
            next = match (&last.hint, &typed.again) {
                (None, Some(again)) if last.status == 0 => vec![(again.clone(), None)],
                (Some(hint), _) => {
                    let mut ways = ways(hint, &typed, application);
                    let all = ways.len();
                    ways.retain(|(line, _)| followed.insert(mistake.key(hint, line)));
                    is_known = ways.len() < all;
                    ways
                }
                (None, _) => Vec::new(),
            };
        }
        if next.is_empty() {
            trails.push(Trail { setup: mistake.setup, harm, is_known, steps });
            continue;
        }
        open.extend(next.into_iter().map(|(line, again)| {
            let mut lines = typed.lines.clone();
            lines.push(line);
            Typed { lines, again }
        }));
    }
    trails
}

/// Whether the last line came to where another one was before.
pub(super) fn leads_back(steps: &[Step]) -> bool {
    let Some((last, before)) = steps.split_last() else { return false };
    last.status != 0 && before.iter().any(|step| step.message == last.message)
}

fn step(sandbox: &Sandbox, mistake: &Mistake, line: &str) -> Step {
    let has = |word: &str| line.split(' ').any(|it| it == word);
    let input = match &mistake.input {
        Some(input) if !has("adopt") => input.clone(),
        _ if has("login") || has("adopt") => OLD.to_owned(),
        _ => NEW.to_owned(),
    };
    sandbox.write("secret", &input);
    // What is shown is typed as it stands, quotation marks included.
    let run = sandbox.bash(&format!("useradm() {{ \"$0\" \"$@\"; }}; {line}"));
    let run = run.env("SECRET", &input).env("USERADM_FORMAT", "json").stdin(input);
    let outcome = run.outcome();
    let last = outcome.stderr.lines().last().unwrap_or_default();
    let error = serde_json::from_str::<Value>(last).unwrap_or_default();
    let text = |key: &str| error["error"][key].as_str().map(str::to_owned);
    Step {
        line: line.to_owned(),
        status: outcome.status,
        code: text("code").unwrap_or_default(),
        message: text("message").unwrap_or(outcome.stderr),
        hint: text("hint"),
    }
}

/// The command lines that a hint names, each with what is typed again after it: those that it shows, or
/// the one before with other options.
fn ways(hint: &str, typed: &Typed, application: &Application) -> Vec<(String, Option<String>)> {
    let last = typed.lines.last().unwrap();
    let (mut ways, mut rest) = (Vec::new(), String::new());
    for (at, part) in hint.split('`').enumerate() {
        if at % 2 == 0 {
            rest.push_str(part);
        } else if part.starts_with("useradm ") {
            let again = typed.again.as_ref().unwrap_or(last);
            // Some only tell, or do what was meant in another way; and a file says where the users are
            // once they are adopted.
            let again = match part.split(' ').rfind(|word| VERBS.contains(word)) {
                Some("adopt") => Some(without(again, "--layout")),
                Some("update") if !last.contains(" add ") => Some(again.clone()),
                _ => None,
            };
            ways.push((part.to_owned(), again));
        }
    }
    let rest = rest.replace("; add and update can also --generate-password", "");
    for way in rest.split("; ").flat_map(|it| it.split(" or ")).flat_map(|it| it.split(", ")) {
        let line = changed(last, way);
        if line != *last {
            ways.push((line, typed.again.clone()));
        }
    }
    ways.into_iter().map(|(way, again)| (application.with_placeholders(&way), again)).collect()
}

/// A command line with the options that a text names, or without those that it says to leave out.
fn changed(line: &str, way: &str) -> String {
    let mut line = line.to_owned();
    let options = options(way);
    for word in ["leave ", "without "] {
        if let Some(option) = options.first()
            && way.trim_start().starts_with(word)
        {
            return without(&line, option);
        }
    }
    let replaced: &[&str] = if way.contains("in its place") {
        &["--admin", "--enable", "--disable"]
    } else if way.contains("--password-") {
        &["--password"]
    } else {
        &[]
    };
    for option in replaced {
        line = without(&line, option);
    }
    for option in &options {
        let name = option.split(' ').next().unwrap();
        if ONCE.contains(&name) {
            line = without(&line, name);
        }
        line = format!("{line} {option}");
    }
    line
}

/// A command line without an option and its value.
fn without(line: &str, option: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    if let Some(at) = words.iter().position(|word| *word == option) {
        words.remove(at);
        if ONCE.contains(&option) {
            words.remove(at);
        }
    }
    words.join(" ")
}

/// The options that a text names, each with its value if it has one.
fn options(text: &str) -> Vec<String> {
    let mut options: Vec<String> = Vec::new();
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        if !word.starts_with("--") {
            continue;
        }
        let is_value = |word: &&str| {
            word.contains(['=', '\'', '/'])
                || word.chars().any(char::is_uppercase)
                || word.starts_with('<')
        };
        match words.next_if(is_value) {
            Some(value) => options.push(format!("{word} {value}")),
            None => options.push(word.to_owned()),
        }
    }
    options
}

impl Mistake {
    /// What is the same in a hint that has the same to say.
    fn key(&self, hint: &str, line: &str) -> String {
        let verb = line.split(' ').find(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()));
        let verb = verb.filter(|verb| *verb != "useradm");
        let has_file = line.contains("adopt") || line.contains("--layout");
        format!("{} {verb:?} {has_file} {hint} {}", self.setup, options(line).join(" "))
    }
}

impl Application {
    /// Puts what an admin knows in the place of the words that stand for it.
    fn with_placeholders(&self, line: &str) -> String {
        let alice = self.name("alice");
        let mut line = line.to_owned();
        for (placeholder, value) in [
            ("--password-file <PATH>", "--password-file secret"),
            ("<VAR>", "SECRET"),
            ("<NEW>", "alicia"),
            ("email=VALUE", "email=dave@example.org"),
            ("COLUMN=VALUE", "email=dave@example.org"),
            ("=VALUE", "=1"),
            ("<USERNAME>", alice.as_str()),
            ("USERNAME", alice.as_str()),
            ("COLUMN", self.username),
            (":...", ""),
            ("SCHEME", self.scheme),
            ("<PATH>", "pepper"),
        ] {
            line = line.replace(placeholder, value);
        }
        line
    }

    /// The same in SQL.
    fn filled(&self, sql: &str) -> String {
        let Application { table, username, hash, .. } = self;
        sql.replace("{table}", table).replace("{username}", username).replace("{hash}", hash)
    }
}

/// What must stay as it is.
struct State {
    tables: Vec<String>,
    hashes: BTreeMap<String, String>,
}

impl State {
    fn of(application: &Application, sandbox: &Sandbox) -> Self {
        let rows = |sql: &str| sandbox.rows(&application.filled(sql));
        let hashes = rows("SELECT {username} || char(10) || coalesce({hash}, '') FROM \"{table}\"");
        let pair = |row: &String| row.split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned()));
        State {
            tables: rows("SELECT name FROM sqlite_schema ORDER BY name"),
            hashes: hashes.iter().filter_map(pair).collect(),
        }
    }

    /// What somebody lost who was not named, or got who cannot use it.
    fn harm(
        &self,
        now: &State,
        application: &Application,
        sandbox: &Sandbox,
        steps: &[Step],
    ) -> Option<String> {
        if now.tables != self.tables {
            return Some(format!("there are other tables now: {:?}", now.tables));
        }
        let asked = |verbs: &[&str], name: &str| {
            steps.iter().any(|step| {
                let words: Vec<&str> = step.line.split(' ').collect();
                words.contains(&name) && verbs.iter().any(|verb| words.contains(verb))
            })
        };
        for (name, hash) in &self.hashes {
            match now.hashes.get(name) {
                None if !asked(&["delete", "--username"], name) => {
                    return Some(format!("{name} is gone"));
                }
                Some(new) if new != hash && !asked(&["update"], name) => {
                    return Some(format!("{name} has another hash"));
                }
                _ => {}
            }
        }
        let is_new = |(name, hash): &(&String, &String)| self.hashes.get(*name) != Some(*hash);
        for (name, hash) in now.hashes.iter().filter(is_new) {
            let is_readable = application.begins.iter().any(|it| hash.starts_with(it));
            if !is_readable {
                return Some(format!("{name} got a hash of another kind: {hash:.20}"));
            }
            let is_unknown = ["--hashed", "import", "--generate-password"]
                .iter()
                .any(|word| steps.iter().any(|step| step.line.contains(word)));
            if is_unknown || self.hashes.values().any(|old| old == hash) {
                continue;
            }
            let line = format!("login {name} --password-stdin {}", application.pepper_option());
            let run = sandbox.useradm(&line).args(["--layout", &application.in_full()]).stdin(NEW);
            let outcome = run.outcome();
            if outcome.status != 0 {
                return Some(format!("{name} cannot log in: {}", outcome.stderr));
            }
        }
        None
    }
}

impl Trail {
    /// What is wrong with the database now.
    pub(super) fn harm(&self) -> Result<(), String> {
        self.harm.clone().map_or(Ok(()), Err)
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  ({})", self.setup)?;
        for Step { line, status, message, hint, .. } in &self.steps {
            writeln!(f, "  $ {line}\n  {status} {message}")?;
            if let Some(hint) = hint {
                writeln!(f, "  hint: {hint}")?;
            }
        }
        Ok(())
    }
}
