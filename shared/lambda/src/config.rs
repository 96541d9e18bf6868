//! Reads the settings of a function once, from its environment. What is missing or wrong is reported all at once.

use std::str::FromStr;

/// Every setting that is missing or wrong, in one message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad configuration: {}", .0.join("; "))]
pub struct ConfigError(Vec<String>);

/// Reads settings by name and collects what is wrong with them.
pub struct Settings<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    wrong: Vec<String>,
}

impl<'a> Settings<'a> {
    /// The lookup is an argument so that tests change no process state.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, wrong: Vec::new() }
    }

    /// A setting that must be there. Empty counts as missing.
    pub fn text(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.wrong.push(format!("`{name}` is not set"));
            String::new()
        })
    }

    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// A setting that must be there and be a `T`. `expected` completes "is not ...".
    pub fn parsed<T: FromStr>(&mut self, name: &str, expected: &str) -> Option<T> {
        self.read(name, expected, |text| text.parse().ok())
    }

    pub fn read<T>(&mut self, name: &str, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name);
        if text.is_empty() {
            return None;
        }
        let value = read(&text);
        if value.is_none() {
            self.wrong.push(format!("`{name}` is not {expected}"));
        }
        value
    }

    /// # Errors
    /// When any setting was missing or wrong; names all of them.
    pub fn finish(self) -> Result<(), ConfigError> {
        if self.wrong.is_empty() {
            Ok(())
        } else {
            Err(ConfigError(self.wrong))
        }
    }
}

/// The process's environment.
#[expect(clippy::disallowed_methods, reason = "the one place where settings are read")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_environment_is_reported_whole() {
        let lookup = |name: &str| (name == "NUMBER").then(|| "seven".to_owned());
        let mut settings = Settings::new(&lookup);
        settings.text("TABLE");
        settings.parsed::<u32>("NUMBER", "a number");
        assert_eq!(
            settings.finish().unwrap_err().to_string(),
            "bad configuration: `TABLE` is not set; `NUMBER` is not a number"
        );
    }
}
