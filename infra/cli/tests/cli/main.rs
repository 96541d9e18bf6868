//! The command as a process, in front of the real handlers: without a terminal, and at one.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod asking;
mod exits;
mod killed;
mod manual;
mod support;
#[cfg(unix)]
mod terminal;
