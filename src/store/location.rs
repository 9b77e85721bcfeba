//! Which file an admin means: a path or an SQLAlchemy URI, always made absolute.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Reads the name of a database.
///
/// An SQLAlchemy URI has three slashes before a relative path and four before an absolute one;
/// what follows a `?` are options of the Python driver. In-memory databases, empty names and
/// SQLite's own `file:` URIs are refused: each of them would open and then lose the users.
///
/// # Errors
/// Why the name cannot be that of a database file.
pub fn parse(name: &OsStr) -> Result<PathBuf, String> {
    let text = name.to_string_lossy();
    let path = if let Some((scheme, rest)) = text.split_once("://") {
        // The drivers whose files are plain SQLite databases.
        if !["sqlite", "sqlite+pysqlite", "sqlite+aiosqlite"].contains(&scheme) {
            return Err(format!("only sqlite:/// URIs are supported, not {scheme}://"));
        }
        let path = rest.split('?').next().unwrap_or_default();
        match path.strip_prefix('/') {
            Some(path) => PathBuf::from(path),
            None if path.is_empty() => PathBuf::new(),
            None => return Err("an sqlite URI needs three slashes: sqlite:///users.db".to_owned()),
        }
    } else {
        PathBuf::from(name)
    };
    let first = path.as_os_str().as_encoded_bytes();
    if first.is_empty() {
        return Err("the name of the database is empty".to_owned());
    }
    if first == b":memory:" {
        return Err("an in-memory database would lose every user at once".to_owned());
    }
    if first.len() >= 5 && first[..5].eq_ignore_ascii_case(b"file:") {
        return Err("SQLite's file: URIs are not supported, name the file itself".to_owned());
    }
    if first.contains(&0) {
        return Err("the name holds a NUL character".to_owned());
    }
    std::path::absolute(&path).map_err(|error| error.to_string())
}

/// The file of the same name in the `instance` folder, where Flask-SQLAlchemy 3 keeps it.
pub(super) fn in_instance_folder(path: &Path) -> Option<PathBuf> {
    let candidate = path.parent()?.join("instance").join(path.file_name()?);
    candidate.is_file().then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_uris_name_the_same_file() {
        let here = std::env::current_dir().unwrap();
        for (name, path) in [
            ("users.db", here.join("users.db")),
            ("./file:x", here.join("./file:x")),
            ("sqlite:///users.db", here.join("users.db")),
            ("sqlite:////srv/app/users.db", "/srv/app/users.db".into()),
            ("sqlite+pysqlite:////srv/u.db?timeout=9", "/srv/u.db".into()),
            ("/srv/app/users.db", "/srv/app/users.db".into()),
        ] {
            assert_eq!(
                parse(OsStr::new(name)).unwrap(),
                std::path::absolute(path).unwrap(),
                "{name}"
            );
        }
    }

    #[test]
    fn names_that_would_lose_the_users_are_refused() {
        for name in [
            "",
            ":memory:",
            "file:users.db",
            "FILE:users.db?mode=memory",
            "sqlite://",
            "sqlite:///",
            "sqlite:///:memory:",
            "sqlite:///file:users.db?uri=true",
            "sqlite://users.db",
            "postgresql://host/users",
            "sqlitex:///users.db",
            "sqlite+pysqlcipher:///users.db",
        ] {
            assert!(parse(OsStr::new(name)).is_err(), "{name}");
        }
    }
}
