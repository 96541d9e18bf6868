//! Receives, sends, deletes, in this order: what is lost in between comes twice, which no handler minds, and is never
//! lost. May be ended anywhere, and started again.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use revocation_app::ports::Clock;

/// Looks in a row that find nothing before the queue counts as empty: SQS may hand over nothing while there is something.
const EMPTY_LOOKS: u32 = 2;

pub trait Letter {
    fn id(&self) -> &str;
    /// When it was sent to its queue for the first time, in milliseconds since 1970; being parked changes nothing of it.
    fn sent_at_ms(&self) -> Option<i64>;
}

/// A queue of dead letters, and the queue they came from.
pub trait Queues {
    type Error;
    type Letter: Letter;

    /// Some letters, which nobody else gets for a minute.
    async fn receive(&self) -> Result<Vec<Self::Letter>, Self::Error>;
    async fn send(&self, letter: &Self::Letter) -> Result<(), Self::Error>;
    async fn delete(&self, letter: &Self::Letter) -> Result<(), Self::Error>;
}

/// How far a run goes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Letters.
    pub most: u64,
    /// From its start; a letter that was begun is finished.
    pub time: Duration,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Empty,
    Most,
    Time,
}

#[derive(Debug, PartialEq, Eq)]
pub struct SentBack {
    pub sent: u64,
    pub ended: Ended,
}

/// Sends back what is there, each letter once. One that was sent after the start is what has come back already and
/// failed again: it stays.
///
/// # Errors
/// When a queue fails. What was sent until then is sent; the letter at hand is there again in a minute.
pub async fn send_back<Q: Queues>(queues: &Q, clock: &impl Clock, bounds: Bounds, mut say: impl FnMut(u64)) -> Result<SentBack, Q::Error> {
    let began = clock.now();
    let until = began.saturating_add(bounds.time).unwrap_or(Timestamp::MAX);
    let mut sent = HashSet::new();
    let mut empty = 0;
    let end = |sent: &HashSet<String>, ended| SentBack {
        sent: sent.len() as u64,
        ended,
    };
    while empty < EMPTY_LOOKS {
        if clock.now() >= until {
            return Ok(end(&sent, Ended::Time));
        }
        let mut moved = 0;
        for letter in queues.receive().await? {
            if letter.sent_at_ms().is_some_and(|at| at > began.as_millisecond()) {
                continue;
            }
            if !sent.contains(letter.id()) {
                if sent.len() as u64 >= bounds.most {
                    return Ok(end(&sent, Ended::Most));
                }
                if clock.now() >= until {
                    return Ok(end(&sent, Ended::Time));
                }
                queues.send(&letter).await?;
                sent.insert(letter.id().to_owned());
            }
            queues.delete(&letter).await?;
            moved += 1;
        }
        if moved == 0 {
            empty += 1;
        } else {
            empty = 0;
            say(sent.len() as u64);
        }
    }
    Ok(end(&sent, Ended::Empty))
}

#[cfg(test)]
#[path = "send_back_tests.rs"]
mod tests;
