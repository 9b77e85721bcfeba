//! Command lines that a hint shows: what is copied from a terminal into a shell is what was meant.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use useradm::user::is_unprintable;

/// The command that takes a file out of SQLite's sight, and keeps it.
pub(super) fn move_away(path: &Path) -> String {
    let mut away = path.as_os_str().to_owned();
    away.push(".away");
    format!("mv -n {} {}", quoted(path.as_os_str()), quoted(&away))
}

/// The same command line, run as the owner of the database.
pub(super) fn as_owner(
    owner: &str,
    path: &Path,
    arguments: impl Iterator<Item = OsString>,
) -> String {
    let arguments: Vec<OsString> = arguments.skip(1).collect();
    let mut words = vec!["sudo".into(), "-u".into(), owner.into(), "useradm".into()];
    let names_database =
        |it: &OsString| it == "--db" || it.as_encoded_bytes().starts_with(b"--db=");
    // sudo passes no environment on, so the database must be named.
    if !arguments.iter().take_while(|it| *it != "--").any(names_database) {
        words.extend(["--db".into(), path.as_os_str().to_owned()]);
    }
    words.extend(arguments);
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// The same command line of an export, with standard output in the place of a file that only the
/// caller's shell may make.
pub(super) fn to_standard_output(
    file: &OsStr,
    format: &str,
    arguments: impl Iterator<Item = OsString>,
) -> String {
    let mut words: Vec<OsString> = arguments.skip(1).collect();
    if let Some(at) = words.iter().rposition(|word| word == file) {
        words.remove(at);
    }
    words.retain(|word| word != "--force" && word != "--");
    let tells_format = |it: &OsString| it == "--to" || it.as_encoded_bytes().starts_with(b"--to=");
    if !words.iter().any(tells_format) {
        words.extend(["--to".into(), format.into()]);
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("useradm {} - > {}", words.join(" "), quoted(file))
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
            let text: Vec<String> = word.as_encoded_bytes().iter().map(byte).collect();
            format!("$'{}'", text.concat())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    use super::*;

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
