//! Where it is said: answers on stdout, everything else on stderr.

use std::io::{self, IsTerminal as _, Write as _};

use console::Style;

use crate::arguments::Common;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::key::Somebody;
use crate::line::{ErrorSaid, Line, Said};

/// How answers are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    Json,
}

pub struct Screen {
    command: &'static str,
    pub form: Form,
    pub somebody: Somebody,
}

impl Screen {
    pub fn new(common: &Common, command: &'static str) -> Self {
        let there = !common.no_input && io::stdin().is_terminal() && io::stderr().is_terminal();
        Self {
            command,
            form: if common.json { Form::Json } else { Form::Text },
            somebody: if there { Somebody::There } else { Somebody::Nobody },
        }
    }

    /// May bars be drawn?
    pub fn has_bars(&self) -> bool {
        self.form == Form::Text && io::stderr().is_terminal()
    }

    /// An answer, and more to come.
    pub fn say(&self, text: &str, said: Said<'_>) -> Result<(), Failure> {
        match self.form {
            Form::Text => self.print(text),
            Form::Json => self.json(&Line::of(self.command, said)),
        }
    }

    /// The last answer.
    pub fn end(&self, text: &str, said: Said<'_>, exit: Exit) -> Result<Exit, Failure> {
        match self.form {
            Form::Text => self.print(text)?,
            Form::Json => self.json(&Line::of(self.command, said).last(exit.code()))?,
        }
        Ok(exit)
    }

    /// Text as it is, with a line's end. Nothing for nothing.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        let ended = if text.ends_with('\n') { "" } else { "\n" };
        written(&format!("{text}{ended}"))
    }

    fn json(&self, line: &Line<'_>) -> Result<(), Failure> {
        let text = serde_json::to_string(line).map_err(|error| Failure::local("writing JSON")(error.into()))?;
        written(&format!("{text}\n"))
    }

    /// For whoever looks on; nothing that a program would want.
    pub fn note(&self, text: &str) {
        match self.form {
            Form::Text => {
                // Whoever has closed stderr wants no notes.
                let _ = writeln!(io::stderr(), "{text}");
            }
            Form::Json => {}
        }
    }

    pub fn failed(&self, failure: &Failure) {
        let (detail, advice) = (failure.detail(), failure.advice());
        let problem = match failure {
            Failure::Call(error) => error.problem(),
            Failure::Input(_)
            | Failure::Refused { .. }
            | Failure::NotSettled
            | Failure::Interrupted { .. }
            | Failure::Local { .. }
            | Failure::Damaged { .. }
            | Failure::Keys(_)
            | Failure::NobodyReads => None,
        };
        if self.form == Form::Json {
            let error = ErrorSaid {
                code: failure.code(),
                detail: detail.clone(),
                advice: advice.clone(),
                problem,
            };
            let said = Said {
                error: Some(error),
                ..Said::default()
            };
            let _ = self.json(&Line::of(self.command, said).last(failure.exit().code()));
        }
        let mut text = format!("{} {}", Style::new().for_stderr().red().bold().apply_to("revoke:"), clean(&detail));
        for error in problem.iter().flat_map(|problem| &problem.errors) {
            text.push_str(&format!("\n  {} {}", clean(&error.pointer), clean(&error.detail)));
        }
        if let Some(problem) = problem {
            text.push_str(&format!(
                "\n  problem {}, request {}",
                clean(&problem.code),
                clean(&problem.request_id)
            ));
        }
        if let Some(advice) = advice {
            text.push_str(&format!("\n  {advice}"));
        }
        let _ = writeln!(io::stderr(), "{text}");
    }
}

fn written(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::NobodyReads,
            _ => Failure::local("writing the answer")(error),
        })
}

/// What others wrote, without what a terminal would obey.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_gives_no_orders_to_a_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\r\nc"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}c");
    }
}
