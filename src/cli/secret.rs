//! Where a password or a ready hash comes from: standard input, a file, a variable, the terminal, or the
//! system's random source. What is read here is wiped when it is dropped, and never copied elsewhere.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal, Read};

use anyhow::Result;
use zeroize::Zeroizing;

use super::args::{Given, Source};
use super::failure::Failure;
use super::files;
use super::format::escape::escaped_bytes;
use super::process::start::standard_output;
use super::session::Session;
use super::terminal::{Terminal, reason};
use super::ui::can_ask;
use useradm::Error;
use useradm::accounts::{self, Credential};
use useradm::error::{shown, system_words};
use useradm::hash::HashString;
use useradm::password::{MAX_PASSWORD_BYTES, Password};

/// Gets what a user of this name is to log in with, and the password if it was made here.
pub(crate) fn credential(
    session: &Session,
    source: &Source,
    given: &Given,
    name: &[u8],
) -> Result<(Credential, Option<Password>)> {
    if let Some(length) = given.generate_password {
        // A password that cannot be printed must not be set.
        drop(standard_output().map_err(Failure::Output)?);
        let made = Password::generate(length, accounts::random)?;
        return Ok((Credential::Password(made.clone()), Some(made)));
    }
    let credential = if given.hashed {
        Credential::Hash(HashString::from_ready(&hash(session, source, name)?)?)
    } else {
        Credential::Password(new_password(session, source, name)?)
    };
    Ok((credential, None))
}

/// Gets a password that is being set: on a terminal it is asked for twice.
pub(crate) fn new_password(session: &Session, source: &Source, name: &[u8]) -> Result<Password> {
    if let Some(bytes) = read(source, session)? {
        return Ok(Password::new(bytes)?);
    }
    let questions = [&format!("Password for {}: ", escaped_bytes(name)), "Repeat password: "];
    let [first, second] = terminal(session)?.ask_hidden(questions)?;
    if first != second {
        return Err(Error::InvalidPassword("the two passwords differ".to_owned()).into());
    }
    Ok(first)
}

/// Gets a password that is being checked.
pub(crate) fn known_password(session: &Session, source: &Source, name: &[u8]) -> Result<Password> {
    if let Some(bytes) = read(source, session)? {
        return Ok(Password::new(bytes)?);
    }
    let question = format!("Password for {}: ", escaped_bytes(name));
    let [password] = terminal(session)?.ask_hidden([&question])?;
    Ok(password)
}

fn hash(session: &Session, source: &Source, name: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let given = read(source, session).map_err(|error| match error.downcast() {
        Ok(Error::InvalidPassword(reason)) => Error::InvalidHash(reason).into(),
        Ok(error) => error.into(),
        Err(error) => error,
    })?;
    if let Some(bytes) = given {
        return Ok(bytes);
    }
    let question = format!("Password hash for {}: ", escaped_bytes(name));
    let [hash] = terminal(session)?.ask_hidden([&question])?;
    Ok(Zeroizing::new(hash.as_bytes().to_vec()))
}

/// Reads the source that was named, if one was.
fn read(source: &Source, session: &Session) -> Result<Option<Zeroizing<Vec<u8>>>> {
    if source.stdin || source.file.as_ref().is_some_and(|path| path == "-") {
        return standard_input(session).map(Some);
    }
    if let Some(path) = &source.file {
        let from = format!("the file {}", shown(path));
        let cannot = |error: io::Error| unreadable(&from, system_words(&error));
        let file = File::open(path).map_err(cannot)?;
        if file.is_terminal() {
            let terminal = Terminal::named(path, file, session.interrupt()).map_err(cannot)?;
            return Ok(Some(typed(&terminal)?));
        }
        return Ok(Some(read_limited(file, cannot)?));
    }
    if let Some(name) = &source.variable {
        let Some(value) = env::var_os(name) else {
            return Err(unset(name));
        };
        return Ok(Some(Zeroizing::new(value.into_encoded_bytes())));
    }
    Ok(None)
}

fn terminal(session: &Session) -> Result<Terminal> {
    if can_ask(session) {
        return Ok(Terminal::open(session.interrupt())?);
    }
    let message = if session.no_input {
        "a password is needed, and --no-input forbids to ask for it"
    } else {
        "a password is needed, and there is no terminal to ask for it on"
    };
    let hint = "--password-stdin, --password-file <PATH> or --password-env <VAR> gives it; \
                add and update can also --generate-password";
    Err(Failure::usage(message, hint).into())
}

fn standard_input(session: &Session) -> Result<Zeroizing<Vec<u8>>> {
    let cannot = |error: io::Error| unreadable("standard input", system_words(&error));
    if io::stdin().is_terminal() {
        // Somebody types it: it must not show.
        return Ok(typed(&Terminal::open(session.interrupt())?)?);
    }
    let stdin = files::standard_input().map_err(cannot)?;
    Ok(read_limited(stdin, cannot)?)
}

/// Reads what is typed to its end.
fn typed(terminal: &Terminal) -> useradm::Result<Zeroizing<Vec<u8>>> {
    terminal.read_hidden(|keys| read_limited(keys, reason))
}

/// Reads no more than the longest password and its line break, which is left out; anything longer is
/// refused.
fn read_limited(
    mut input: impl Read,
    cannot: impl Fn(io::Error) -> Error,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    // The buffer never grows, so it leaves no copies behind.
    let mut bytes = Zeroizing::new(vec![0; MAX_PASSWORD_BYTES + 3]);
    let mut length = 0;
    while length < bytes.len() {
        match input.read(&mut bytes[length..]) {
            Ok(0) => {
                bytes.truncate(length);
                return Ok(without_line_break(bytes));
            }
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(cannot(error)),
        }
    }
    Err(Password::too_long())
}

/// Removes exactly one line break from the end.
fn without_line_break(mut bytes: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    if bytes.ends_with(b"\n") {
        let line_break = if bytes.ends_with(b"\r\n") { 2 } else { 1 };
        let length = bytes.len() - line_break;
        bytes.truncate(length);
    }
    bytes
}

/// The failure to find a variable. What does not look like the name of one may be a password.
fn unset(name: &OsStr) -> anyhow::Error {
    let part = |byte: &u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    let is_name = match name.as_encoded_bytes() {
        [] | [b'0'..=b'9', ..] => false,
        bytes => bytes.iter().all(part),
    };
    let cannot = |from: &str| unreadable(from, "it is not set".to_owned());
    if is_name {
        return cannot(&format!("the variable {}", name.display())).into();
    }
    let error = cannot("the variable that --password-env names");
    let hint = "--password-env takes the name of a variable, never the password";
    Failure::helped(error, hint).into()
}

fn unreadable(from: &str, reason: String) -> Error {
    Error::UnreadableSource { from: from.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_line_break_is_removed() {
        for (given, kept) in [
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            ("a\r", "a\r"),
            ("\n", ""),
            (" a ", " a "),
        ] {
            let bytes = without_line_break(Zeroizing::new(given.as_bytes().to_vec()));
            assert_eq!(bytes.as_slice(), kept.as_bytes(), "{given:?}");
        }
    }

    #[test]
    fn input_beyond_the_limit_is_not_read_to_its_end() {
        let mut endless = io::repeat(b'x');
        assert!(read_limited(&mut endless, |_| Password::too_long()).is_err());
        let longest = vec![b'x'; MAX_PASSWORD_BYTES + 2];
        assert_eq!(
            read_limited(longest.as_slice(), |_| Password::too_long()).unwrap().len(),
            longest.len()
        );
    }
}
