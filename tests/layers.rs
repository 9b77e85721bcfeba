//! The layers of the source: each module knows only those below it, and each dependency is known in
//! one place.

#![cfg(test)]

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

/// The lines of code of each file, without comments and without its tests.
fn code() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
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

fn names(line: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_word) && !line[at + word.len()..].starts_with(is_word)
    })
}

#[test]
fn each_dependency_is_named_in_one_place() {
    let places = [
        ("rusqlite", &["store"][..]),
        ("pbkdf2", &["hash"]),
        ("sha2", &["hash"]),
        ("base64", &["hash"]),
        ("tempfile", &["store", "sort", "cli"]),
        ("clap", &["cli", "main"]),
        ("comfy_table", &["cli"]),
        ("anyhow", &["cli", "main"]),
        ("rpassword", &["cli"]),
        ("serde_json", &["cli"]),
        ("indicatif", &["cli"]),
    ];
    for (file, lines) in code() {
        for (dependency, places) in places {
            let path = format!("{dependency}::");
            let is_here = places.iter().any(|place| {
                file == format!("{place}.rs") || file.starts_with(&format!("{place}/"))
            });
            for line in lines.iter().filter(|line| line.contains(&path)) {
                let named = names(line, dependency);
                assert!(is_here || !named, "{file} names {dependency}: {line}");
            }
        }
    }
}

#[test]
fn modules_use_only_those_below_them() {
    let order =
        ["error", "interrupt", "user", "password", "hash", "sort", "files", "store", "accounts"];
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
        for word in ["println", "eprintln", "stdout", "stderr", "exit"] {
            let line = lines.iter().find(|line| names(line, word));
            assert!(line.is_none(), "{file} names {word}: {line:?}");
        }
    }
}
