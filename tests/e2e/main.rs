//! End-to-end tests: the built program, run as a person, a script or the application would meet it.
//!
//! They are written from the promises to those, so a failure here means that somebody who relies
//! on one of them is let down. A test of a command or an option goes to [`cli`], one of import and
//! export to [`transfer`], and one that needs a terminal, a signal, another process or another
//! user to [`system`].

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test like the test itself")]

mod cli;
mod layouts;
mod support;
mod system;
mod transfer;
