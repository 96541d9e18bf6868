//! A bar for each channel; without a terminal, a line whenever something has changed.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use revocation_http::wire::{ChannelProgress, RevocationAnswer, Word};
use revocation_rules::channel::Channel;
use revocation_rules::outcome::Outcome;
use tokio::time::Instant;

use crate::exit::FAILURES;
use crate::screen::{Screen, clean};
use crate::text::number;

/// Lines come no closer than this: they end up in logs.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

pub enum Bars {
    Drawn {
        all: MultiProgress,
        channels: BTreeMap<Word<Channel>, ProgressBar>,
    },
    Lines {
        last: Option<Instant>,
    },
}

impl Bars {
    pub fn on(screen: &Screen) -> Self {
        if screen.has_bars() {
            Self::Drawn {
                all: MultiProgress::new(),
                channels: BTreeMap::new(),
            }
        } else {
            Self::Lines { last: None }
        }
    }

    /// Something has changed.
    pub fn show(&mut self, revocation: &RevocationAnswer<'_>, screen: &Screen) {
        match self {
            Self::Drawn { all, channels } => {
                for (channel, progress) in &revocation.progress.channels {
                    let bar = channels
                        .entry(channel.clone())
                        .or_insert_with(|| all.add(new_bar(channel, progress)));
                    set(bar, progress);
                }
            }
            Self::Lines { last } => {
                if last.is_none_or(|last| last.elapsed() >= BETWEEN_LINES) {
                    *last = Some(Instant::now());
                    screen.note(&line(revocation));
                }
            }
        }
    }

    /// They have said what they had to say.
    pub fn end(&self) {
        match self {
            Self::Drawn { channels, .. } => channels.values().for_each(ProgressBar::abandon),
            Self::Lines { .. } => {}
        }
    }
}

/// As it is first drawn: where it is added to the others, and not before.
fn new_bar(channel: &Word<Channel>, progress: &ChannelProgress) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    // Cannot fail: the template is a constant, and a test draws it.
    let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_prefix(clean(&channel.to_string()));
    set(&bar, progress);
    bar
}

/// As wide as the terminal, which may be narrow.
const TEMPLATE: &str = "{prefix:>10} [{wide_bar}] {human_pos}/{human_len} {msg}";

fn set(bar: &ProgressBar, progress: &ChannelProgress) {
    // How much there is may not be known yet: then it is what there is so far, and not full.
    bar.set_length(progress.requested.unwrap_or(progress.ended + 1));
    bar.set_position(progress.ended);
    bar.set_message(failed(progress));
}

fn failed(progress: &ChannelProgress) -> String {
    let count: u64 = FAILURES
        .iter()
        .filter_map(|outcome: &Outcome| progress.outcomes.get(&Word::Known(*outcome)))
        .sum();
    if count == 0 {
        String::new()
    } else {
        format!("{} failed", number(count))
    }
}

fn line(revocation: &RevocationAnswer<'_>) -> String {
    let of = |requested: Option<u64>| requested.map_or_else(|| "?".to_owned(), number);
    let total = &revocation.progress.total;
    let channels = revocation.progress.channels.iter();
    let channels: Vec<_> = channels
        .map(|(channel, one)| format!("{} {}/{}", clean(&channel.to_string()), number(one.ended), of(one.requested)))
        .collect();
    let channels = if channels.is_empty() {
        String::new()
    } else {
        format!(" ({})", channels.join(", "))
    };
    format!(
        "{}: {} of {} ended{channels}",
        clean(&revocation.state),
        number(total.ended),
        of(total.requested)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_of_a_bar_is_one() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
