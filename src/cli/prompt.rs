//! Where secrets and answers come from. The only reader of standard input.

mod keys;
mod terminal;

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal, Read};

use anyhow::Result;
use zeroize::Zeroizing;

use super::args::{Given, Source};
use super::exit::Failure;
use super::format::escape::escaped_bytes;
use super::session::Session;
use super::start;
use terminal::Terminal;
pub(crate) use terminal::show_what_is_typed;
use useradm::Error;
use useradm::accounts;
use useradm::error::{shown, system_words};
use useradm::password::{MAX_PASSWORD_BYTES, Password};

impl Given {
    /// Whether anything was given.
    pub(crate) fn is_given(&self) -> bool {
        self.generate_password.is_some() || self.hashed
    }

    /// Makes the password that is to be generated, if one is.
    pub(crate) fn generate(&self) -> Result<Option<Password>> {
        if self.generate_password.is_some() {
            // A password that cannot be printed must not be set.
            drop(start::standard_output().map_err(Failure::Output)?);
        }
        let made =
            self.generate_password.map(|length| Password::generate(length, accounts::random));
        Ok(made.transpose()?)
    }
}

/// Whose password is asked for, and how.
pub(crate) struct Asking {
    label: String,
    twice: bool,
}

impl Asking {
    /// A password that is being set is asked for twice.
    pub(crate) fn new_password(name: &[u8]) -> Self {
        Asking { label: escaped_bytes(name), twice: true }
    }

    /// A password that is being checked is asked for once.
    pub(crate) fn known_password(name: &[u8]) -> Self {
        Asking { label: escaped_bytes(name), twice: false }
    }
}

impl Source {
    /// Whether a source was named.
    pub(crate) fn is_given(&self) -> bool {
        self.stdin || self.file.is_some() || self.variable.is_some()
    }

    /// Gets the password from its source, or from the terminal.
    pub(crate) fn password(&self, session: &Session, asking: &Asking) -> Result<Password> {
        if let Some(bytes) = self.read(session)? {
            return Ok(Password::new(bytes)?);
        }
        let terminal = terminal_for(session)?;
        let question = format!("Password for {}: ", asking.label);
        if !asking.twice {
            let [password] = terminal.ask_hidden([&question])?;
            return Ok(password);
        }
        let [first, second] = terminal.ask_hidden([&question, "Repeat password: "])?;
        if first != second {
            return Err(invalid("the two passwords differ").into());
        }
        Ok(first)
    }

    /// Gets a ready hash from its source, or from the terminal.
    pub(crate) fn hash(&self, session: &Session, asking: &Asking) -> Result<Zeroizing<Vec<u8>>> {
        let given = self.read(session).map_err(|error| match error.downcast() {
            Ok(Error::InvalidPassword(reason)) => Error::InvalidHash(reason).into(),
            Ok(error) => error.into(),
            Err(error) => error,
        })?;
        if let Some(bytes) = given {
            return Ok(bytes);
        }
        let question = format!("Password hash for {}: ", asking.label);
        let [hash] = terminal_for(session)?.ask_hidden([&question])?;
        Ok(Zeroizing::new(hash.as_bytes().to_vec()))
    }

    /// Reads the source that was named, if one was.
    fn read(&self, session: &Session) -> Result<Option<Zeroizing<Vec<u8>>>> {
        if self.stdin || self.file.as_ref().is_some_and(|path| path == "-") {
            return standard_input(session).map(Some);
        }
        if let Some(path) = &self.file {
            let from = format!("the file {}", shown(path));
            let cannot = |error: io::Error| unreadable(&from, system_words(&error));
            let file = File::open(path).map_err(cannot)?;
            if file.is_terminal() {
                let terminal = Terminal::named(path, file, session.interrupt()).map_err(cannot)?;
                return Ok(Some(without_line_break(terminal.read_hidden_to_end()?)));
            }
            return Ok(Some(without_line_break(read_limited(file, cannot)?)));
        }
        if let Some(name) = &self.variable {
            let Some(value) = env::var_os(name) else {
                return Err(unset(name));
            };
            return Ok(Some(Zeroizing::new(value.into_encoded_bytes())));
        }
        Ok(None)
    }
}

/// Asks for a username on the terminal.
pub(crate) fn username(session: &Session) -> Result<Vec<u8>> {
    if session.no_input || !io::stdin().is_terminal() {
        let message = "no USERNAME was given, and there is no terminal to ask on".to_owned();
        let hint = "give the username as an argument".to_owned();
        return Err(Failure::Usage { message, hint }.into());
    }
    let name = terminal_for(session)?.ask_line("Username: ")?;
    let ended = || Error::InvalidUsername("the input ended before there was one".to_owned());
    Ok(name.ok_or_else(ended)?)
}

/// Asks a question that only `y` and `yes` agree to; nothing if nobody can be asked.
pub(crate) fn confirm(session: &Session, question: &str) -> Result<Option<bool>> {
    if session.no_input || !io::stdin().is_terminal() {
        return Ok(None);
    }
    let answer = terminal_for(session)?.ask_line(question)?.unwrap_or_default();
    let answer = answer.trim_ascii().to_ascii_lowercase();
    Ok(Some(answer == b"y" || answer == b"yes"))
}

/// Standard input, without the buffer of the standard library.
pub(crate) fn standard_input_file() -> io::Result<File> {
    terminal::duplicate(io::stdin())
}

fn terminal_for(session: &Session) -> Result<Terminal> {
    if session.no_input || !io::stdin().is_terminal() {
        let message = if session.no_input {
            "a password is needed, and --no-input forbids to ask for it"
        } else {
            "a password is needed, and there is no terminal to ask for it on"
        };
        let hint = "--password-stdin, --password-file <PATH> or --password-env <VAR> gives it; \
                    add and update can also --generate-password";
        return Err(Failure::Usage { message: message.to_owned(), hint: hint.to_owned() }.into());
    }
    open_terminal(session)
}

fn open_terminal(session: &Session) -> Result<Terminal> {
    let cannot = |error: io::Error| {
        Error::Internal(format!("the terminal cannot be used: {}", system_words(&error)))
    };
    Ok(Terminal::open(session.interrupt()).map_err(cannot)?)
}

fn standard_input(session: &Session) -> Result<Zeroizing<Vec<u8>>> {
    let cannot = |error: io::Error| unreadable("standard input", system_words(&error));
    if io::stdin().is_terminal() {
        // Somebody types it: it must not show.
        return Ok(without_line_break(open_terminal(session)?.read_hidden_to_end()?));
    }
    let stdin = standard_input_file().map_err(cannot)?;
    Ok(without_line_break(read_limited(stdin, cannot)?))
}

/// Reads no more than the longest password and its line break; anything longer is refused.
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
                return Ok(bytes);
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

fn invalid(reason: &str) -> Error {
    Error::InvalidPassword(reason.to_owned())
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
    Failure::Helped { error: Box::new(error), hint: hint.to_owned() }.into()
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
        assert!(read_limited(&mut endless, |_| invalid("")).is_err());
        let longest = vec![b'x'; MAX_PASSWORD_BYTES + 2];
        assert_eq!(read_limited(longest.as_slice(), |_| invalid("")).unwrap().len(), longest.len());
    }
}
