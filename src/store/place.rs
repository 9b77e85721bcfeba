//! Which file an admin means: a path or an SQLAlchemy URI, always made absolute. Nothing is opened.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::Database;
use crate::error::system_words;

/// Where a database is, as an admin named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The absolute path.
    pub path: PathBuf,
    /// The path that the name would have if `%` were an ordinary character, where that is another.
    pub undecoded: Option<PathBuf>,
}

impl Place {
    /// Reads the name of a database.
    ///
    /// An SQLAlchemy URI has three slashes before a relative path and four before an absolute one, and
    /// is read as SQLAlchemy 2.1 does (`sqlalchemy.engine.make_url` and the dialect `pysqlite`): `%20`
    /// is a space, `+`, `@` and `#` are themselves, what follows a `?` are options of the Python driver,
    /// and `..` is resolved by its name alone. In-memory databases, empty names and SQLite's own `file:`
    /// URIs are refused: each of them would open and then lose the users.
    ///
    /// # Errors
    /// Why the name cannot be that of a database file. A user, password or host that the name may hold
    /// is not in it.
    pub fn parse(name: &OsStr) -> Result<Self, String> {
        // A path may hold this too, but not before its first slash.
        let scheme = name.as_encoded_bytes().split(|&byte| byte == b'/').next().unwrap_or_default();
        if !scheme.ends_with(b":") || !name.as_encoded_bytes()[scheme.len()..].starts_with(b"//") {
            if scheme.len() >= 7 && scheme[..7].eq_ignore_ascii_case(b"sqlite:") {
                return Err(THREE_SLASHES.to_owned());
            }
            if name.as_encoded_bytes().ends_with(b"/") || name.as_encoded_bytes().ends_with(b"/.") {
                return Err("it is the name of a directory".to_owned());
            }
            return Ok(Place { path: absolute(Path::new(name))?, undecoded: None });
        }
        let uri = name.to_str().ok_or("the URI is not valid UTF-8")?;
        let (scheme, rest) = uri.split_once("://").unwrap_or_default();
        // The drivers whose files are plain SQLite databases.
        if !["sqlite", "sqlite+pysqlite", "sqlite+aiosqlite"].contains(&scheme) {
            return Err("only sqlite:/// URIs are supported".to_owned());
        }
        let (path, options) = rest.split_once('?').unwrap_or((rest, ""));
        let path = match path.strip_prefix('/') {
            Some(path) => path,
            None if path.is_empty() => path,
            None => return Err(THREE_SLASHES.to_owned()),
        };
        if is_uri_to_the_driver(options) {
            return Err("the option uri=true is not supported, name the file itself".to_owned());
        }
        let decoded =
            String::from_utf8(decoded(path)).map_err(|_| "the decoded name is not valid UTF-8")?;
        let undecoded = (decoded != path).then(|| absolute(Path::new(path))).transpose()?;
        Ok(Place { path: by_name_alone(&absolute(Path::new(&decoded))?), undecoded })
    }
}

const THREE_SLASHES: &str = "an SQLite URI needs three slashes: sqlite:///users.db";

/// The absolute path of a file that keeps its users.
fn absolute(path: &Path) -> Result<PathBuf, String> {
    let bytes = path.as_os_str().as_encoded_bytes();
    let refused = if bytes.is_empty() {
        "the name of the database is empty"
    } else if bytes == b":memory:" {
        "an in-memory database would lose every user at once"
    } else if bytes.len() >= 5 && bytes[..5].eq_ignore_ascii_case(b"file:") {
        "SQLite's file: URIs are not supported, name the file itself"
    } else if bytes.contains(&0) {
        "the name holds a NUL character"
    } else {
        return std::path::absolute(path).map_err(|error| system_words(&error));
    };
    Err(refused.to_owned())
}

/// The bytes that a text stands for in which some are written as `%` and two hexadecimal digits;
/// any other `%` stands for itself, as for Python's `urllib.parse.unquote`.
fn decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
        let byte = (*first == b'%').then(|| Some(digit(0)? << 4 | digit(1)?)).flatten();
        let byte = byte.and_then(|byte| u8::try_from(byte).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    bytes
}

/// Whether SQLAlchemy would have the driver read the name as a URI of SQLite's, which names another
/// file: its option `uri` is a word that is not false, or is there twice.
fn is_uri_to_the_driver(options: &str) -> bool {
    let decoded = |text: &str| decoded(&text.replace('+', " "));
    let values: Vec<Vec<u8>> = options
        .split('&')
        .filter_map(|option| option.split_once('='))
        .filter(|(key, value)| decoded(key) == b"uri" && !value.is_empty())
        .map(|(_, value)| decoded(value).trim_ascii().to_ascii_lowercase())
        .collect();
    let falsehoods = [&b"false"[..], b"no", b"off", b"n", b"f", b"0"];
    values.len() > 1 || values.iter().any(|value| !falsehoods.contains(&value.as_slice()))
}

/// The path without `..`, as Python's `os.path.abspath` has it: links are not looked at.
fn by_name_alone(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(made.pop()),
            component => made.push(component),
        }
    }
    made
}

impl Database {
    /// A file that is there and may be meant where this one is not: that of the undecoded name, or
    /// the one in the `instance` folder, where Flask-SQLAlchemy 3 keeps it.
    pub(super) fn elsewhere(&self) -> Option<PathBuf> {
        self.undecoded().or_else(|| in_instance_folder(&self.path))
    }

    /// The file of the undecoded name, if it is there.
    pub(super) fn undecoded(&self) -> Option<PathBuf> {
        self.undecoded.clone().filter(|path| path.is_file())
    }
}

fn in_instance_folder(path: &Path) -> Option<PathBuf> {
    let candidate = path.parent()?.join("instance").join(path.file_name()?);
    candidate.is_file().then_some(candidate)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn a_name_means_the_file_that_sqlalchemy_would_open() {
        let here = std::env::current_dir().unwrap();
        // From SQLAlchemy 2.1.9: each name with the path that `make_url` and the dialect's
        // `create_connect_args` give, from this directory on; null where the users would be lost.
        let vectors = include_str!("../../tests/vectors/sqlalchemy_uris.json");
        let vectors: Vec<(String, Option<String>)> = serde_json::from_str(vectors).unwrap();
        assert!(vectors.len() > 200, "only {} vectors are left", vectors.len());
        for (name, path) in vectors {
            let found = Place::parse(OsStr::new(&name)).ok().map(|place| place.path);
            assert_eq!(found, path.map(|path| here.join(path)), "{name:?}");
        }
    }

    #[test]
    fn paths_are_taken_as_they_are() {
        let here = std::env::current_dir().unwrap();
        for name in ["users.db", "./file:x", "my%20app/u.db", "a/b://c", "/srv/app/users.db", "x:y"]
        {
            let place = Place { path: here.join(name.trim_start_matches("./")), undecoded: None };
            assert_eq!(Place::parse(OsStr::new(name)).unwrap(), place, "{name}");
        }
        let undecoded = Place::parse(OsStr::new("sqlite:///my%20app/u.db")).unwrap().undecoded;
        assert_eq!(undecoded.unwrap(), here.join("my%20app/u.db"));
    }

    #[test]
    fn names_that_would_lose_the_users_are_refused() {
        for name in [
            &b""[..],
            b":memory:",
            b"file:users.db",
            b"users.db/",
            b"users.db/.",
            b"FILE:users.db?mode=memory",
            b"sqlite:users.db",
            b"SQLite:/users.db",
            b"sqlite:///file:users.db?uri=true",
            b"sqlite:///%FF.db",
            b"sqlite:///\xff.db",
            b"postgresql://u:secret@host/users",
            b"sqlite+pysqlcipher:///users.db",
        ] {
            let refused = Place::parse(OsStr::from_bytes(name)).unwrap_err();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
