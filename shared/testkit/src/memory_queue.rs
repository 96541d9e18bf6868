//! A queue that delivers at least once and in any order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{Clock, Job, JobQueue, QueueError};

use crate::{ManualClock, Weather};

/// The longest delay the real queue knows.
const LONGEST_DELAY: Duration = Duration::from_mins(15);

/// One delivery of one job. Given back with [`MemoryQueue::done`]; a receipt
/// that is forgotten comes back after its visibility timeout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub id: u64,
    pub job: Job,
    /// How often this job was handed out before.
    pub redelivered: u32,
}

#[derive(Debug, Clone)]
struct Waiting {
    job: Job,
    visible_at: Timestamp,
    received: u32,
}

#[derive(Debug, Default)]
struct Inner {
    next_id: u64,
    waiting: BTreeMap<u64, Waiting>,
    parked: Vec<Job>,
    sent: Vec<Job>,
}

#[derive(Debug, Clone)]
pub struct MemoryQueue {
    clock: ManualClock,
    weather: Weather,
    max_receives: u32,
    inner: Arc<Mutex<Inner>>,
}

impl MemoryQueue {
    pub fn new(clock: &ManualClock) -> Self {
        Self {
            clock: clock.clone(),
            weather: Weather::calm(),
            max_receives: u32::MAX,
            inner: Arc::default(),
        }
    }

    #[must_use]
    pub fn in_weather(mut self, weather: &Weather) -> Self {
        self.weather = weather.clone();
        self
    }

    /// A job handed out this often and never done is parked.
    #[must_use]
    pub fn parking_after(mut self, receives: u32) -> Self {
        self.max_receives = receives;
        self
    }

    /// How many jobs could be received now.
    pub fn visible(&self) -> usize {
        let now = self.clock.now();
        self.inner
            .lock()
            .unwrap()
            .waiting
            .values()
            .filter(|waiting| waiting.visible_at <= now)
            .count()
    }

    /// Hands out the `nth` visible job, in whatever order the caller likes,
    /// and hides it for `hidden_for`. None hidden: it is delivered twice.
    pub fn receive(&self, nth: usize, hidden_for: SignedDuration) -> Option<Receipt> {
        let now = self.clock.now();
        let mut inner = self.inner.lock().unwrap();
        let (id, _) = inner.waiting.iter().filter(|(_, waiting)| waiting.visible_at <= now).nth(nth)?;
        let id = *id;
        let waiting = inner.waiting.get_mut(&id)?;
        if waiting.received >= self.max_receives {
            let job = waiting.job.clone();
            inner.waiting.remove(&id);
            inner.parked.push(job);
            return None;
        }
        waiting.received += 1;
        waiting.visible_at = now + hidden_for;
        Some(Receipt {
            id,
            job: waiting.job.clone(),
            redelivered: waiting.received - 1,
        })
    }

    /// The job of `receipt` is done and is not delivered again.
    pub fn done(&self, receipt: &Receipt) {
        self.inner.lock().unwrap().waiting.remove(&receipt.id);
    }

    /// When the next hidden or delayed job can be received; `None` when the queue is empty.
    pub fn next_visible_at(&self) -> Option<Timestamp> {
        self.inner.lock().unwrap().waiting.values().map(|waiting| waiting.visible_at).min()
    }

    pub fn is_empty(&self) -> bool {
        self.inner.lock().unwrap().waiting.is_empty()
    }

    /// Jobs that were put aside for a person.
    pub fn parked(&self) -> Vec<Job> {
        self.inner.lock().unwrap().parked.clone()
    }

    /// Every job that was ever sent.
    pub fn sent(&self) -> Vec<Job> {
        self.inner.lock().unwrap().sent.clone()
    }

    fn push(&self, job: &Job, delay: Duration) {
        let visible_at = self.clock.now() + SignedDuration::try_from(delay.min(LONGEST_DELAY)).unwrap();
        let mut inner = self.inner.lock().unwrap();
        inner.next_id += 1;
        let id = inner.next_id;
        inner.sent.push(job.clone());
        inner.waiting.insert(
            id,
            Waiting {
                job: job.clone(),
                visible_at,
                received: 0,
            },
        );
    }
}

impl JobQueue for MemoryQueue {
    /// Takes the jobs one after the other: a crash in between leaves some of them queued.
    async fn send(&self, jobs: &[Job], delay: Duration) -> Result<(), QueueError> {
        for job in jobs {
            self.weather.before().await?;
            self.push(job, delay);
        }
        if !jobs.is_empty() {
            self.weather.after().await?;
        }
        Ok(())
    }
}
