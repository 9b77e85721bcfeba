//! The channels to whoever runs the program: data on standard output, messages on standard error, and
//! questions on the terminal. `progress.rs` shows how far an import is; `secret.rs` asks for passwords.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};

use anyhow::Result;

use super::failure::Failure;
use super::process::start::standard_output;
use super::session::Session;
use super::terminal::Terminal;
use useradm::Error;

/// Writes to standard output, at once and whole.
pub(crate) fn data(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = standard_output()?;
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Prints what was asked for.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Failure> {
    data(bytes).map_err(Failure::Output)
}

/// Writes to standard error.
pub(crate) fn messages(text: &[u8]) -> io::Result<()> {
    io::stderr().write_all(text)
}

/// Whether there is somebody who may be asked.
pub(crate) fn can_ask(session: &Session) -> bool {
    !session.no_input && io::stdin().is_terminal()
}

/// The username that was given, or else is asked for.
pub(crate) fn username(session: &Session, given: Option<OsString>) -> Result<Vec<u8>> {
    if let Some(name) = given {
        return Ok(name.into_encoded_bytes());
    }
    if !can_ask(session) {
        return Err(Failure::usage(
            "no USERNAME was given, and there is no terminal to ask on",
            "give the username as an argument",
        )
        .into());
    }
    let name = Terminal::open(session.interrupt())?.ask_line("Username: ")?;
    let ended = || Error::InvalidUsername("the input ended before there was one".to_owned());
    Ok(name.ok_or_else(ended)?)
}

/// Asks a question that only `y` and `yes` agree to; without a yes it is an error, which says what was
/// not done and what does it without asking.
pub(crate) fn require_consent(
    session: &Session,
    question: &str,
    not_done: &str,
    hint: &'static str,
) -> Result<()> {
    let message = match confirm(session, question)? {
        Some(true) => return Ok(()),
        Some(false) => not_done.to_owned(),
        None if session.no_input => format!("--no-input forbids asking; {not_done}"),
        None => format!("this is not a terminal, so nobody can be asked; {not_done}"),
    };
    Err(Failure::NotConfirmed { message, hint }.into())
}

/// Asks such a question; nothing if nobody can be asked.
fn confirm(session: &Session, question: &str) -> Result<Option<bool>> {
    if !can_ask(session) {
        return Ok(None);
    }
    let answer = Terminal::open(session.interrupt())?.ask_line(question)?.unwrap_or_default();
    let answer = answer.trim_ascii().to_ascii_lowercase();
    Ok(Some(answer == b"y" || answer == b"yes"))
}
