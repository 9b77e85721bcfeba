//! The layers of the source: each module knows only those below it, no two files of the program know
//! each other, no command knows another, and each dependency has its place.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The lines of code of each file, without comments and without its tests.
fn code() -> Vec<(String, Vec<String>)> {
    let root = root().join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    let code = paths.into_iter().map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        (name, lines.map(str::to_owned).collect())
    });
    code.collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The path of a file's module, as `cli::format::csv`.
fn module(file: &str) -> String {
    file.trim_end_matches(".rs").replace('/', "::")
}

/// The modules of the program, each with those that it names: those of its own folder, as `mod` or
/// not, and those that a path leads to.
fn program() -> BTreeMap<String, BTreeSet<String>> {
    let code: Vec<_> = code().into_iter().filter(|(file, _)| file.starts_with("cli")).collect();
    let modules: BTreeSet<String> = code.iter().map(|(file, _)| module(file)).collect();
    let known = code.iter().map(|(file, lines)| {
        let own = module(file);
        let folder = lines.iter().filter_map(|line| {
            let (_, name) = line.strip_suffix(';')?.rsplit_once("mod ")?;
            Some(format!("{own}::{name}"))
        });
        let text = lines.join(" ");
        let paths = folder.chain(paths(&text).map(|path| absolute(&own, &path)));
        let known = paths.filter_map(|path| module_of(&path, &modules));
        (own.clone(), known.filter(|module| *module != own).collect())
    });
    known.collect()
}

/// The paths that begin at the root of the program or above a module, as a `use` or anywhere.
fn paths(text: &str) -> impl Iterator<Item = String> {
    let begins = ["crate::cli::", "super::"].into_iter().flat_map(|it| text.match_indices(it));
    let begins = begins.filter(|(at, _)| !text[..*at].ends_with(|c| is_word(c) || c == ':'));
    begins.flat_map(|(at, _)| {
        let end = text[at..].find(|c| !is_word(c) && c != ':').unwrap_or(text.len() - at);
        let (path, after) = text[at..].split_at(end);
        let list = after.strip_prefix('{').and_then(|list| list.split('}').next()).unwrap_or("");
        assert!(!list.contains('{'), "braces within braces are not understood here: {list}");
        let names = list.trim_end().trim_end_matches(',').split(',');
        names.map(|name| format!("{path}{}", name.trim())).collect::<Vec<_>>()
    })
}

/// The path from the crate's root of one that a module names.
fn absolute(own: &str, path: &str) -> String {
    let mut parts: Vec<&str> = own.split("::").collect();
    let mut rest = path;
    if let Some(below) = path.strip_prefix("crate::") {
        return below.to_owned();
    }
    while let Some(above) = rest.strip_prefix("super::") {
        parts.pop();
        rest = above;
    }
    parts.push(rest);
    parts.join("::")
}

/// The module at the longest beginning of a path; what stands after it is an item of that one.
fn module_of(path: &str, modules: &BTreeSet<String>) -> Option<String> {
    let mut beginning = path;
    while !modules.contains(beginning) {
        beginning = beginning.rsplit_once("::")?.0;
    }
    Some(beginning.to_owned())
}

#[test]
fn no_files_of_the_program_know_each_other() {
    fn visit<'a>(
        at: &'a str,
        known: &'a BTreeMap<String, BTreeSet<String>>,
        way: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) {
        assert!(!way.contains(&at), "a cycle: {} -> {at}", way.join(" -> "));
        if done.insert(at) {
            way.push(at);
            for next in &known[at] {
                visit(next, known, way, done);
            }
            way.pop();
        }
    }
    let known = program();
    let mut done = BTreeSet::new();
    for module in known.keys() {
        visit(module, &known, &mut Vec::new(), &mut done);
    }
    let all = |name: &str| known[name].len();
    assert!(all("cli") > 10 && all("cli::commands") > 10 && all("cli::commands::add") > 5);
}

#[test]
fn no_command_knows_another() {
    let command = |module: &str| {
        module.strip_prefix("cli::commands::").map(|it| it.split("::").next().unwrap().to_owned())
    };
    for (module, known) in program() {
        let Some(own) = command(&module) else { continue };
        let other = known.iter().find(|it| command(it).is_some_and(|it| it != own));
        assert!(other.is_none(), "{module} knows {other:?}");
    }
}

/// Where each dependency may be named: one file or folder, or several that each have a reason.
const PLACES: &[(&str, &[&str])] = &[
    ("anyhow", &["cli"]),
    // This and bcrypt have namesakes there, which are all that name them.
    ("argon2", &["hash"]),
    // Each library has its own.
    ("base64", &["hash"]),
    ("bcrypt", &["hash"]),
    ("caps", &["cli/identity"]),
    ("clap", &["cli"]),
    ("comfy-table", &["cli/format/table"]),
    ("csv-core", &["cli/format/csv"]),
    // Salts and passwords are made by what uses them; a draft without a name needs one for a while.
    ("getrandom", &["accounts", "files/draft"]),
    ("hmac", &["hash/passlib", "hash/pepper"]),
    ("indicatif", &["cli/progress"]),
    ("itoa", &["cli/format"]),
    ("md-5", &["hash/crypt"]),
    // The system is asked by whoever opens files, and by the program about its process and terminal.
    ("nix", &["files", "store/sqlite", "cli"]),
    ("pbkdf2", &["hash"]),
    ("rayon", &["hash/argon2"]),
    ("rpassword", &["cli/terminal/line"]),
    ("rusqlite", &["store/sqlite"]),
    ("scrypt", &["hash/work"]),
    ("serde", &["cli"]),
    ("serde_json", &["cli/format"]),
    ("sha-crypt", &["hash/crypt"]),
    ("sha1", &["hash/work"]),
    ("sha2", &["hash"]),
    ("signal-hook", &["cli/process", "cli/terminal"]),
    // Checksums and passwords are compared where they are.
    ("subtle", &["hash", "password"]),
    // Files without a name: for sorting, for SQLite, for drafts, for what waits to be written out.
    ("tempfile", &["sort", "store/sqlite", "files/draft", "cli/commands/export"]),
    // Each of both has errors of its own.
    ("thiserror", &["error", "cli/failure"]),
    ("toml", &["layout/file"]),
    ("toml_writer", &["layout/file"]),
    // Names are compared in one form, a password that is in another gets a warning, and a pepper is
    // mixed with one.
    ("unicode-normalization", &["user", "password", "hash/pepper"]),
    ("unicode-properties", &["user"]),
    ("unicode-width", &["cli/format/table"]),
    // Whatever holds a secret wipes it.
    ("zeroize", &["password", "hash", "sort", "accounts", "cli"]),
];

#[test]
fn each_dependency_has_its_place() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let sections = manifest.split("\n[").filter(|section| {
        let name = section.split(']').next().unwrap();
        name.ends_with("dependencies") && !name.ends_with("dev-dependencies")
    });
    let lines = sections.flat_map(|section| section.lines().skip(1));
    let dependencies: BTreeSet<&str> =
        lines.filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
    let placed: BTreeSet<&str> = PLACES.iter().map(|(name, _)| *name).collect();
    assert_eq!(dependencies, placed, "a dependency without a place, or a place without one");
    for (file, lines) in code() {
        for (dependency, places) in PLACES {
            let path = format!("{}::", dependency.replace('-', "_"));
            let is_here = places.iter().any(|place| {
                file == format!("{place}.rs") || file.starts_with(&format!("{place}/"))
            });
            let line = lines.iter().find(|line| {
                line.match_indices(&path)
                    .any(|(at, _)| !line[..at].ends_with(|c| is_word(c) || c == ':'))
            });
            assert!(is_here || line.is_none(), "{file} names {dependency}: {line:?}");
        }
    }
}

#[test]
fn modules_use_only_those_below_them() {
    let order = [
        "error",
        "interrupt",
        "user",
        "password",
        "hash",
        "layout",
        "sort",
        "files",
        "store",
        "accounts",
    ];
    for (file, lines) in code() {
        let module = file.split(['/', '.']).next().unwrap();
        let Some(own) = order.iter().position(|&name| name == module) else { continue };
        for above in &order[own + 1..] {
            let used = format!("crate::{above}");
            let line = lines.iter().find(|line| line.contains(&used));
            assert!(line.is_none(), "{file} uses {above}: {line:?}");
        }
    }
}

#[test]
fn the_library_prints_nothing_and_ends_nothing() {
    for (file, lines) in code() {
        if file.starts_with("cli") || file == "main.rs" {
            continue;
        }
        for call in ["print!(", "println!(", "stdout(", "stderr(", "exit("] {
            let line = lines.iter().find(|line| line.contains(call));
            assert!(line.is_none(), "{file} calls {call}: {line:?}");
        }
    }
}
