//! What a command is told.

use crate::deliveries::{Mix, PER_BATCH};
use crate::report::Throttling;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    pub deliveries: u64,
    pub mix: Mix,
    pub runs: Vec<Throttling>,
    /// Processes killed, where that is measured.
    pub kills: u64,
}

/// Why the arguments are not understood; for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong(pub String);

impl Options {
    /// `--deliveries N`, `--mix`, `--runs a,b`, `--kills N`; what is left out stays as given.
    pub fn read(self, arguments: impl IntoIterator<Item = String>) -> Result<Self, Wrong> {
        let mut read = self;
        let mut arguments = arguments.into_iter();
        while let Some(flag) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| Wrong(format!("{flag} needs a value")));
            match flag.as_str() {
                "--deliveries" => read.deliveries = number(&flag, &value()?)?,
                "--kills" => read.kills = number(&flag, &value()?)?,
                "--mix" => read.mix = Mix::All,
                "--runs" => read.runs = value()?.split(',').map(throttling).collect::<Result<_, _>>()?,
                _ => return Err(Wrong(format!("unknown flag {flag}"))),
            }
        }
        if read.deliveries == 0 || !read.deliveries.is_multiple_of(PER_BATCH) {
            return Err(Wrong(format!(
                "{} deliveries: it must be a multiple of {PER_BATCH}",
                read.deliveries
            )));
        }
        Ok(read)
    }
}

fn number(flag: &str, value: &str) -> Result<u64, Wrong> {
    value
        .replace(['_', ','], "")
        .parse()
        .map_err(|_| Wrong(format!("{flag} needs a number, not {value}")))
}

fn throttling(value: &str) -> Result<Throttling, Wrong> {
    let known = Throttling::ALL.into_iter().find(|throttling| throttling.flag() == value);
    known.ok_or_else(|| Wrong(format!("there is no run {value}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options, Wrong> {
        let given = Options {
            deliveries: 1_000_000,
            mix: Mix::Huawei,
            runs: vec![Throttling::None],
            kills: 0,
        };
        given.read(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn what_is_left_out_stays_as_given() {
        let options = read(&["--mix", "--runs", "quota,quota-unpaced"]).unwrap();
        assert_eq!((options.deliveries, options.mix), (1_000_000, Mix::All));
        assert_eq!(options.runs, [Throttling::QuotaPaced, Throttling::Quota]);
        assert_eq!(read(&["--deliveries", "10_000"]).unwrap().deliveries, 10_000);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let wrong = [
            &["--deliveries", "1500"][..],
            &["--deliveries", "0"],
            &["--deliveries"],
            &["--deliveries", "many"],
            &["--runs", "fast"],
            &["--fast"],
        ];
        for arguments in wrong {
            assert!(read(arguments).is_err(), "{arguments:?}");
        }
    }
}
