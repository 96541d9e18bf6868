//! A vendor and the devices behind it.
//!
//! Knows what each device shows, answers as its mood is, and remembers every
//! call with what the test needs to judge it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use revocation_app::ports::{ChannelClient, Clock, Order};
use revocation_rules::batch::Handle;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::outcome::Outcome;
use revocation_rules::retry::{Answer, AttemptFailure};

use crate::{Chance, ManualClock, Running, Weather};

/// What a device shows of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Message,
    /// The notice took its place, or it was removed.
    Revoked,
}

/// How the vendor answers what is not scripted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Accepts everything.
    Well,
    /// Any answer there is.
    Erratic,
    /// Fails everything, for good.
    Down,
    /// Asks for a pause of up to a day.
    Throttling,
    /// Knows no device, since our setting is wrong.
    Misaddressed,
    /// The day's quota is used up: nothing more is tried today.
    Exhausted,
}

/// One delivery that the vendor was asked about.
#[derive(Debug, Clone)]
pub struct Call {
    pub push: PushRef,
    pub revocation: RevocationId,
    pub token: String,
    pub handle: Option<Handle>,
    /// What the calling worker's clock said.
    pub at: Timestamp,
    pub call_until: Timestamp,
    pub by: Running,
    pub answer: Answer,
}

#[derive(Debug)]
struct Inner {
    mood: Mood,
    chance: Chance,
    script: VecDeque<Answer>,
    shown: BTreeMap<String, Shown>,
    calls: Vec<Arc<Call>>,
}

/// One vendor. A worker calls it [through its own clock](FakeChannel::seen_by).
#[derive(Debug, Clone)]
pub struct FakeChannel {
    inner: Arc<Mutex<Inner>>,
    clock: ManualClock,
    weather: Weather,
    accepts: Outcome,
}

impl FakeChannel {
    pub fn new(clock: &ManualClock) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                mood: Mood::Well,
                chance: Chance::new(0),
                script: VecDeque::new(),
                shown: BTreeMap::new(),
                calls: Vec::new(),
            })),
            clock: clock.clone(),
            weather: Weather::calm(),
            accepts: Outcome::Overwritten,
        }
    }

    #[must_use]
    pub fn in_weather(mut self, weather: &Weather) -> Self {
        self.weather = weather.clone();
        self
    }

    #[must_use]
    pub fn with_chance(self, seed: u64) -> Self {
        self.inner.lock().unwrap().chance = Chance::new(seed);
        self
    }

    /// The same vendor, called by a worker with its own clock.
    #[must_use]
    pub fn seen_by(&self, clock: &ManualClock) -> Self {
        let mut seen = self.clone();
        seen.clock = clock.clone();
        seen
    }

    /// What it calls an accepted order: `overwritten`, or `recalled`.
    #[must_use]
    pub fn that_accepts_as(&self, outcome: Outcome) -> Self {
        let mut other = self.clone();
        other.accepts = outcome;
        other
    }

    pub fn mood(&self) -> Mood {
        self.inner.lock().unwrap().mood
    }

    pub fn is(&self, mood: Mood) {
        self.inner.lock().unwrap().mood = mood;
    }

    /// Answers the next deliveries so, before the mood answers again.
    pub fn answers_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.inner.lock().unwrap().script.extend(answers);
    }

    /// A device got the message.
    pub fn shows(&self, token: &str) {
        self.inner.lock().unwrap().shown.entry(token.to_owned()).or_insert(Shown::Message);
    }

    /// Other devices, or the same ones after they were cleared.
    pub fn forget_what_is_shown(&self) {
        self.inner.lock().unwrap().shown.clear();
    }

    pub fn shown(&self, token: &str) -> Option<Shown> {
        self.inner.lock().unwrap().shown.get(token).copied()
    }

    /// Every call from the `from`th on.
    pub fn calls_from(&self, from: usize) -> Vec<Arc<Call>> {
        self.inner.lock().unwrap().calls[from..].to_vec()
    }

    pub fn calls_of(&self, token: &str) -> usize {
        self.inner.lock().unwrap().calls.iter().filter(|call| call.token == token).count()
    }

    fn ask(&self, order: &Order<'_>, at: Timestamp, nth: usize) -> Answer {
        let to_call = &order.calls[nth];
        let mut inner = self.inner.lock().unwrap();
        let answer = match inner.script.pop_front() {
            Some(answer) => answer,
            None => answer(inner.mood, &mut inner.chance, self.accepts),
        };
        if answer == Answer::NotTried {
            return answer;
        }
        let token = to_call.token.as_str().to_owned();
        let accepted = matches!(answer, Answer::Ended { outcome, .. } if outcome == self.accepts);
        // A failure may be a lost answer: the device shows the notice, and nobody knows.
        let unheard = matches!(answer, Answer::Failed(AttemptFailure::Transient { .. })) && inner.chance.in_thousand(300);
        if accepted || unheard {
            inner.shown.insert(token.clone(), Shown::Revoked);
        }
        inner.calls.push(Arc::new(Call {
            push: order.push.clone(),
            revocation: order.revocation.clone(),
            token,
            handle: to_call.handle.cloned(),
            at,
            call_until: order.call_until,
            by: self.weather.running(),
            answer: answer.clone(),
        }));
        answer
    }
}

fn answer(mood: Mood, chance: &mut Chance, accepts: Outcome) -> Answer {
    let ended = |outcome, reason: &str| Answer::Ended {
        outcome,
        reason: reason.to_owned(),
    };
    let unknown = || Answer::Unknown {
        reason: "fake:unknown_device".to_owned(),
    };
    let transient = || AttemptFailure::Transient { reason: "fake:503".into() };
    match mood {
        Mood::Well => ended(accepts, "accepted_by_vendor"),
        Mood::Down => Answer::Failed(transient()),
        Mood::Misaddressed => unknown(),
        Mood::Exhausted => ended(Outcome::Failed, "fake:quota"),
        Mood::Throttling => {
            // Now and then a day, which is longer than any queue delays.
            let longest_s = if chance.in_thousand(50) { 100_000 } else { 3_000 };
            Answer::Failed(throttled(chance, longest_s))
        }
        Mood::Erratic => match chance.below(14) {
            0 => ended(Outcome::TargetGone, "fake:gone"),
            1 => ended(Outcome::Refused, "fake:400"),
            2 | 3 => Answer::Failed(transient()),
            4 => Answer::Failed(throttled(chance, 600)),
            5 => Answer::Failed(AttemptFailure::Misconfigured { reason: "fake:401".into() }),
            6 => Answer::NotTried,
            7 => ended(Outcome::Failed, "fake:quota"),
            8 => unknown(),
            _ => ended(accepts, "accepted_by_vendor"),
        },
    }
}

fn throttled(chance: &mut Chance, longest_s: usize) -> AttemptFailure {
    AttemptFailure::Throttled {
        retry_after: Some(Duration::from_secs(chance.below(longest_s) as u64)),
        reason: "fake:429".into(),
    }
}

impl ChannelClient for FakeChannel {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        Box::pin(async move {
            self.weather.pause().await;
            let mut answers = Vec::new();
            for nth in 0..order.calls.len() {
                let at = self.clock.now();
                let answer = if at < order.call_until {
                    self.ask(order, at, nth)
                } else {
                    Answer::NotTried
                };
                answers.push((order.calls[nth].slot, answer));
                self.weather.pause().await;
            }
            answers
        })
    }
}
