//! Where a password or a ready hash comes from: standard input, a file, a variable, the terminal, or the
//! system's random source. What is read here is wiped when it is dropped, and never copied elsewhere.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use anyhow::Result;
use zeroize::Zeroizing;

use super::args::{Given, Source};
use super::failure::Failure;
use super::files::{self, read_at_most, unreadable};
use super::format::escape::escaped_bytes;
use super::process::start::standard_output;
use super::session::Session;
use super::terminal::{Terminal, reason};
use super::ui::can_ask;
use useradm::Error;
use useradm::accounts::{self, Credential};
use useradm::error::{shown, system_words};
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
        Credential::Hash(hash(session, source, name)?.to_vec())
    } else {
        Credential::Password(new_password(session, source, name)?)
    };
    Ok((credential, None))
}

/// Whether somebody is going to be asked for it on a terminal.
pub(crate) fn is_asked_for(session: &Session, source: &Source, given: &Given) -> bool {
    !source.is_given() && given.generate_password.is_none() && can_ask(session)
}

/// Gets a password that is being set: on a terminal it is asked for twice.
pub(crate) fn new_password(session: &Session, source: &Source, name: &[u8]) -> Result<Password> {
    match read(source, session)? {
        Some(bytes) => Ok(Password::new(bytes)?),
        None => ask(session, "Password", name, Some("Repeat password: ")),
    }
}

/// Gets a password that is being checked.
pub(crate) fn known_password(session: &Session, source: &Source, name: &[u8]) -> Result<Password> {
    match read(source, session)? {
        Some(bytes) => Ok(Password::new(bytes)?),
        None => ask(session, "Password", name, None),
    }
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
    let hash = ask(session, "Password hash", name, None)?;
    Ok(Zeroizing::new(hash.as_bytes().to_vec()))
}

/// Reads the source that was named, if one was.
fn read(source: &Source, session: &Session) -> Result<Option<Zeroizing<Vec<u8>>>> {
    if let Some(name) = &source.variable {
        let value = env::var_os(name).ok_or_else(|| unset(name))?;
        return Ok(Some(Zeroizing::new(value.into_encoded_bytes())));
    }
    let path = match &source.file {
        Some(path) => path.as_path(),
        None if source.stdin => Path::new("-"),
        None => return Ok(None),
    };
    let is_stdin = path == "-";
    let from =
        if is_stdin { "standard input".to_owned() } else { format!("the file {}", shown(path)) };
    let cannot = |error: io::Error| unreadable(&from, system_words(&error));
    let file = if is_stdin { files::standard_input() } else { File::open(path) };
    let file = file.map_err(cannot)?;
    if !file.is_terminal() {
        return Ok(Some(read_limited(file, cannot)?));
    }
    // Somebody types it: it must not show.
    let terminal = if is_stdin {
        Terminal::open(session.interrupt())?
    } else {
        Terminal::named(path, file, session.interrupt()).map_err(cannot)?
    };
    Ok(Some(terminal.read_hidden(|keys| read_limited(keys, reason))?))
}

/// Asks for a secret on the terminal, and for the same once more where there is a second question.
fn ask(session: &Session, what: &str, name: &[u8], again: Option<&str>) -> Result<Password> {
    if can_ask(session) {
        let question = format!("{what} for {}: ", escaped_bytes(name));
        return Ok(Terminal::open(session.interrupt())?.ask_hidden(&question, again)?);
    }
    let message = if session.no_input {
        "a password is needed, and --no-input forbids asking for it"
    } else {
        "a password is needed, and there is no terminal to ask for it on"
    };
    let hint = "--password-stdin, --password-file <PATH> or --password-env <VAR> gives it; \
                add and update can also --generate-password";
    Err(Failure::usage(message, hint).into())
}

/// Reads no more than the longest password and its line break, which is left out; anything longer is
/// refused.
fn read_limited(
    input: impl Read,
    cannot: impl Fn(io::Error) -> Error,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    read_at_most(MAX_PASSWORD_BYTES, input, cannot)?.ok_or_else(Password::too_long)
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

#[cfg(test)]
mod tests {
    use super::*;

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
