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
            Form::Text => print(text),
            Form::Json => json(&Line::of(self.command, said)),
        }
    }

    /// The last answer. Who reads it no more still learns from the exit code how it ended.
    pub fn end(&self, text: &str, said: Said<'_>, exit: Exit) -> Result<Exit, Failure> {
        let said = match self.form {
            Form::Text => print(text),
            Form::Json => json(&Line::of(self.command, said).last(exit.code())),
        };
        match said {
            Ok(()) | Err(Failure::NobodyReads) => Ok(exit),
            Err(failure) => Err(failure),
        }
    }

    /// For whoever looks on; nothing that a program would want.
    pub fn note(&self, text: &str) {
        match self.form {
            Form::Text => warn(text),
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
            | Failure::Unreadable { .. }
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
            let _ = json(&Line::of(self.command, said).last(failure.exit().code()));
        }
        let said = format!("{} {}", Style::new().for_stderr().red().bold().apply_to("revoke:"), clean(&detail));
        let errors = problem.iter().flat_map(|problem| &problem.errors);
        let errors = errors.map(|error| format!("{} {}", clean(&error.pointer), clean(&error.detail)));
        let named = problem.map(|problem| format!("problem {}, request {}", clean(&problem.code), clean(&problem.request_id)));
        let more = errors.chain(named).chain(advice);
        let lines: Vec<_> = std::iter::once(said).chain(more.map(|line| format!("  {line}"))).collect();
        warn(&lines.join("\n"));
    }
}

/// Text as it is, with a line's end. Nothing for nothing.
pub fn print(text: &str) -> Result<(), Failure> {
    if text.is_empty() {
        return Ok(());
    }
    let ended = if text.ends_with('\n') { "" } else { "\n" };
    written(&format!("{text}{ended}"))
}

fn json(line: &Line<'_>) -> Result<(), Failure> {
    let text = serde_json::to_string(line).map_err(|error| Failure::local("writing JSON")(error.into()))?;
    written(&format!("{text}\n"))
}

/// For whoever looks on, even where a program reads the answers.
pub fn warn(text: &str) {
    // Whoever has closed stderr wants no warnings.
    let _ = writeln!(io::stderr(), "{text}");
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

/// What others wrote, without what a terminal would obey: orders, other lines, and signs that turn the rest of a line round.
pub fn clean(text: &str) -> String {
    let is_order =
        |c: char| c.is_control() || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}');
    text.chars().map(|c| if is_order(c) { '\u{fffd}' } else { c }).collect()
}

/// A word as a shell reads it, for commands that are shown to be copied: an id may be anybody's text.
pub fn quoted(word: &str) -> String {
    let word = clean(word);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@%+,".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word;
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_gives_no_orders_to_a_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\r\nc"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}c");
        assert_eq!(clean("50\u{202e}% \u{2067}off\u{2028}"), "50\u{fffd}% \u{fffd}off\u{fffd}");
        assert_eq!(clean("促销 ❤\u{fe0f} שלום"), "促销 ❤\u{fe0f} שלום");
    }

    #[test]
    fn an_id_in_a_command_to_copy_is_one_word() {
        assert_eq!(quoted("20842863"), "20842863");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("'; reboot #"), r"''\''; reboot #'");
        assert_eq!(quoted("$(reboot)"), "'$(reboot)'");
        assert_eq!(quoted(""), "''");
    }
}
