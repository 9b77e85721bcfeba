//! Command lines that a hint shows: what is copied from a terminal into a shell is what was meant.
//! Which hint an error gets is decided in `report/hint.rs`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use useradm::store::Place;
use useradm::user::is_unprintable;

/// A command of this program in backquotes, on the database that this process was told to use: the
/// same words on another one could delete somebody else.
pub(super) fn command(words: &str) -> String {
    command_with(&["--layout", "--config", "--pepper-file"], words)
}

/// The same, where what this process was told of the layout proved wrong.
pub(super) fn without_layout(words: &str) -> String {
    command_with(&["--pepper-file"], words)
}

/// Whether this process was given this option.
pub(super) fn is_given(option: &str) -> bool {
    values_of(option, &arguments()).next().is_some()
}

fn command_with(options: &[&str], words: &str) -> String {
    let arguments = arguments();
    let mut line = "useradm".to_owned();
    if let Some(name) = database(&arguments, std::env::var_os("USERADM_DB")) {
        line = format!("{line} --db {}", quoted(&name));
    }
    for option in options {
        if let Some(value) = values_of(option, &arguments).last() {
            line = format!("{line} {option} {}", quoted(value));
        }
    }
    format!("`{line} {words}`")
}

/// The arguments that choose one user.
pub(super) fn user(id: &str, name: &str) -> String {
    // Bytes that are not UTF-8 came as replacement characters.
    if name.is_empty() || name.starts_with('-') || name.contains(char::REPLACEMENT_CHARACTER) {
        return format!("--id={}", quoted(id.as_ref()));
    }
    quoted(name.as_ref())
}

/// The arguments that name a user, after all others.
pub(super) fn named(name: &str) -> String {
    let name = quoted(name.as_ref());
    if name.starts_with('-') { format!("-- {name}") } else { name }
}

/// The options that give values to columns.
pub(super) fn assignments(columns: &[String]) -> String {
    let option = |column: &String| format!("--set {}", quoted(format!("{column}=VALUE").as_ref()));
    columns.iter().map(option).collect::<Vec<_>>().join(" ")
}

/// The values of an option on a command line, right or wrong as the rest of it may be.
pub(super) fn values_of<'a>(
    option: &'a str,
    arguments: &'a [OsString],
) -> impl Iterator<Item = &'a OsStr> {
    let arguments = arguments.split(|it| it == "--").next().unwrap_or_default();
    arguments.iter().enumerate().filter_map(move |(at, argument)| {
        if argument == option {
            return arguments.get(at + 1).map(OsString::as_os_str);
        }
        let rest = argument.as_bytes().strip_prefix(option.as_bytes())?.strip_prefix(b"=")?;
        Some(OsStr::from_bytes(rest))
    })
}

/// The name of the database as an option gave it, or else the variable; none where that is refused,
/// since it may hold a password.
fn database(arguments: &[OsString], variable: Option<OsString>) -> Option<OsString> {
    let given = values_of("--db", arguments).last().map(OsStr::to_owned);
    given.or(variable).filter(|name| Place::parse(name).is_ok())
}

/// The variables that the same command line needs, of those that are set.
fn variables(arguments: &[OsString], is_set: impl Fn(&str) -> bool) -> Vec<String> {
    let named = values_of("--password-env", arguments).filter_map(OsStr::to_str);
    let settings =
        ["USERADM_ROUNDS", "USERADM_FORMAT", "USERADM_TIMEOUT", "USERADM_LAYOUT", "USERADM_CONFIG"];
    // The list that sudo takes is separated by commas.
    let needed = named.chain(settings).filter(|name| is_set(name) && !name.contains(','));
    needed.map(str::to_owned).collect()
}

/// The command that takes a file out of SQLite's sight, and keeps it.
pub(super) fn move_away(path: &Path) -> String {
    let mut away = path.as_os_str().to_owned();
    away.push(".away");
    format!("mv -n {} {}", quoted(path.as_os_str()), quoted(&away))
}

/// The same command line, run as the owner of the database.
pub(super) fn as_owner(owner: &str, path: &Path) -> String {
    let arguments = arguments();
    let mut words: Vec<OsString> = vec!["sudo".into(), "-u".into(), owner.into()];
    let variables = variables(&arguments, |name| std::env::var_os(name).is_some());
    if !variables.is_empty() {
        words.push(format!("--preserve-env={}", variables.join(",")).into());
    }
    words.push("useradm".into());
    // sudo passes on only the variables that it is told to, so the database must be named.
    if database(&arguments, None).is_none() {
        words.extend(["--db".into(), path.as_os_str().to_owned()]);
    }
    words.extend(arguments);
    line(&words)
}

/// The same command line of an export, with standard output in place of a file that only the
/// caller's shell may make.
pub(super) fn to_standard_output(file: &OsStr, format: &str) -> String {
    let mut words = arguments();
    if let Some(at) = words.iter().rposition(|word| word == file) {
        words.remove(at);
    }
    words.retain(|word| word != "--force" && word != "--");
    if values_of("--to", &words).next().is_none() {
        words.extend(["--to".into(), format.into()]);
    }
    if database(&words, None).is_none()
        && let Some(name) = std::env::var_os("USERADM_DB")
    {
        words.splice(0..0, ["--db".into(), name]);
    }
    format!("useradm {} - > {}", line(&words), quoted(file))
}

/// What this process was told to do.
fn arguments() -> Vec<OsString> {
    std::env::args_os().skip(1).collect()
}

fn line(words: &[OsString]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// A word as a shell reads it, and as it shows on a terminal.
pub(super) fn quoted(word: &OsStr) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    match word.to_str() {
        Some(text) if !text.is_empty() && text.chars().all(plain) => text.to_owned(),
        Some(text) if !text.chars().any(is_unprintable) => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => {
            // POSIX.1-2024, section 2.2.4; three octal digits end by themselves.
            let byte = |byte: &u8| match byte {
                b'\\' | b'\'' => format!("\\{}", char::from(*byte)),
                b' '..=b'~' => char::from(*byte).to_string(),
                byte => format!("\\{byte:03o}"),
            };
            let text: Vec<String> = word.as_bytes().iter().map(byte).collect();
            format!("$'{}'", text.concat())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn sudo_is_told_which_variables_the_command_needs() {
        let line = |words: &str| words.split(' ').map(OsString::from).collect::<Vec<_>>();
        let is_set = |name: &str| ["PW", "A,B", "USERADM_ROUNDS"].contains(&name);
        for (words, names) in [
            ("list", &["USERADM_ROUNDS"][..]),
            ("add bob --password-env PW", &["PW", "USERADM_ROUNDS"]),
            ("add bob --password-env=PW", &["PW", "USERADM_ROUNDS"]),
            ("add bob --password-env=NO", &["USERADM_ROUNDS"]),
            ("add bob --password-env A,B", &["USERADM_ROUNDS"]),
            ("add -- --password-env PW", &["USERADM_ROUNDS"]),
        ] {
            assert_eq!(variables(&line(words), is_set), names, "{words}");
        }
    }

    #[test]
    fn the_database_is_the_one_that_was_named() {
        let named = |words: &str, variable: Option<&str>| {
            let words: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            database(&words, variable.map(OsString::from))
        };
        assert_eq!(named("list", None), None);
        assert_eq!(named("list --db a.db", Some("b.db")), Some("a.db".into()));
        assert_eq!(named("--db=a.db list", None), Some("a.db".into()));
        assert_eq!(named("add -- --db=a.db", Some("b.db")), Some("b.db".into()));
        assert_eq!(named("list --db postgresql://u:secret@host/x", None), None);
    }

    #[test]
    fn a_shell_reads_quoted_words_as_they_were() {
        let words: [&[u8]; 9] = [
            b"alice",
            b"",
            b"o'neil",
            b"a b",
            "né".as_bytes(),
            b"a\nb'\\c\x1b7",
            b"\xff",
            b"$(x)`y`!",
            "\u{202e}x".as_bytes(),
        ];
        for word in words {
            let shown = quoted(OsStr::from_bytes(word));
            assert!(!shown.chars().any(is_unprintable), "{shown}");
            // A plain POSIX shell of before 2024 does not know the form with a dollar sign.
            let script = format!("printf %s {shown}");
            let read = Command::new("bash").args(["-c", &script]).output().unwrap().stdout;
            assert_eq!(read, word, "{shown}");
        }
    }
}
