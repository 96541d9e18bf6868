//! SQS, and what takes from it.

mod send;
mod source;

use std::collections::VecDeque;
use std::sync::Mutex;

use revocation_app::ports::Job;
use revocation_rules::channel::Channel;

use crate::lambda::{Function, pascal};
use crate::sim::{Micros, lock};
use crate::template;

pub use source::pump;

/// A queue of a run. There is one of dispatches, of the run's channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    Fanout,
    Dispatch,
    Receipts,
}

impl Name {
    pub const ALL: [Self; 3] = [Self::Fanout, Self::Dispatch, Self::Receipts];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fanout => "fanout",
            Self::Dispatch => "dispatch",
            Self::Receipts => "receipts",
        }
    }

    const fn function(self) -> Function {
        match self {
            Self::Fanout => Function::Fanout,
            Self::Dispatch => Function::Dispatch,
            Self::Receipts => Function::ReceiptsQueued,
        }
    }

    const fn of(job: &Job) -> Self {
        match job {
            Job::Fanout { .. } | Job::Check { .. } | Job::Recount(_) => Self::Fanout,
            Job::Dispatch(_) => Self::Dispatch,
            Job::Confirm { .. } => Self::Receipts,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Message {
    job: Job,
    received: u32,
}

#[derive(Debug)]
pub(super) struct Queue {
    facts: template::Queue,
    visible: VecDeque<Message>,
    in_flight: usize,
    /// Batches that are worked on, or on their way to somebody.
    taken: usize,
    /// Since when there is more than can be taken.
    busy_since: Option<Micros>,
    parked: usize,
    pub most_waiting: usize,
}

/// All queues of a run.
pub struct Queues([Mutex<Queue>; 3]);

impl Queues {
    /// # Errors
    /// When the template lacks one of them.
    pub fn of_the_template(channel: Channel) -> Result<Self, String> {
        let channel = pascal(channel.as_str());
        let queue = |name: String, parameter: &str| {
            let facts = template::queue(&name, parameter).ok_or_else(|| format!("the template has no queue {name}"))?;
            Ok::<_, String>(Mutex::new(Queue {
                facts,
                visible: VecDeque::new(),
                in_flight: 0,
                taken: 0,
                busy_since: None,
                parked: 0,
                most_waiting: 0,
            }))
        };
        Ok(Self([
            queue("Fanout".to_owned(), "Fanout")?,
            queue(format!("Dispatch{channel}"), &channel)?,
            queue("Receipts".to_owned(), "Receipts")?,
        ]))
    }

    fn get(&self, name: Name) -> &Mutex<Queue> {
        match name {
            Name::Fanout => &self.0[0],
            Name::Dispatch => &self.0[1],
            Name::Receipts => &self.0[2],
        }
    }

    /// Takes so many batches at once instead of what the template says.
    pub fn set_workers(&self, name: Name, workers: usize) {
        lock(self.get(name)).facts.workers = workers;
    }

    pub fn workers(&self, name: Name) -> usize {
        lock(self.get(name)).facts.workers
    }

    pub fn parked(&self, name: Name) -> usize {
        lock(self.get(name)).parked
    }

    /// The most that waited at once.
    pub fn most_waiting(&self, name: Name) -> usize {
        lock(self.get(name)).most_waiting
    }
}
