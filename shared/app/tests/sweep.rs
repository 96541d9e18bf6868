//! The sweep: much that is due at once, what fails, and a deadline.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::{Clock as _, DUE_PARTS, DuePage, DuePlace, Job, JobQueue, QueueError, RevocationStore, Saved, StoreError};
use revocation_app::sweep;
use revocation_rules::ids::{PushRef, RevocationId};
use revocation_rules::push::Push;
use revocation_rules::revocation::Revocation;
use revocation_testkit::builders::{a_push, a_revocation, noon};
use revocation_testkit::{ManualClock, run};

/// Revocations of one push, in order of their due times; and how many are read, and not yet moved, at once.
struct Many {
    clock: ManualClock,
    template: Revocation,
    due: Mutex<BTreeSet<(u8, Timestamp, usize)>>,
    at: Mutex<BTreeMap<usize, Timestamp>>,
    /// They cannot be read.
    damaged: BTreeSet<usize>,
    in_hand: AtomicUsize,
    most_in_hand: AtomicUsize,
}

fn name(nth: usize) -> RevocationId {
    format!("rvk_{nth:08}").parse().unwrap()
}

fn number(id: &RevocationId) -> usize {
    id.as_str()["rvk_".len()..].parse().unwrap()
}

fn part(nth: usize) -> u8 {
    u8::try_from(nth % usize::from(DUE_PARTS)).unwrap()
}

impl Many {
    fn due_at_once(count: usize, damaged: impl IntoIterator<Item = usize>) -> Self {
        let template = a_revocation().of(&a_push().build()).build();
        let at = |nth: usize| noon() + SignedDuration::from_millis(i64::try_from(nth).unwrap());
        Self {
            clock: ManualClock::at(noon() + SignedDuration::from_hours(1)),
            template,
            due: Mutex::new((0..count).map(|nth| (part(nth), at(nth), nth)).collect()),
            at: Mutex::new((0..count).map(|nth| (nth, at(nth))).collect()),
            damaged: damaged.into_iter().collect(),
            in_hand: AtomicUsize::new(0),
            most_in_hand: AtomicUsize::new(0),
        }
    }

    fn still_due(&self) -> Vec<usize> {
        let now = self.clock.now();
        let at = self.at.lock().unwrap();
        at.iter().filter(|(_, at)| **at <= now).map(|(nth, _)| *nth).collect()
    }
}

impl RevocationStore for Many {
    async fn insert_revocation(&self, _: &Push, _: &Revocation) -> Result<Saved, StoreError> {
        unreachable!("a sweep inserts nothing")
    }

    async fn revocation(&self, _: &PushRef, id: &RevocationId) -> Result<Option<Revocation>, StoreError> {
        if self.damaged.contains(&number(id)) {
            return Err(StoreError::Damaged {
                item: "revocation",
                attribute: "state",
            });
        }
        let in_hand = self.in_hand.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_in_hand.fetch_max(in_hand, Ordering::Relaxed);
        let due_at = Some(self.at.lock().unwrap()[&number(id)]);
        Ok(Some(Revocation {
            id: id.clone(),
            due_at,
            ..self.template.clone()
        }))
    }

    async fn save_revocation(&self, moved: &Revocation) -> Result<Saved, StoreError> {
        // What one costs on the machine of a sweep: a read, a tenth of a call to the queue, a write.
        self.clock.advance(SignedDuration::from_millis(4));
        self.in_hand.fetch_sub(1, Ordering::Relaxed);
        let (nth, due_at) = (number(&moved.id), moved.due_at.unwrap());
        let before = self.at.lock().unwrap().insert(nth, due_at).unwrap();
        let mut due = self.due.lock().unwrap();
        assert!(due.remove(&(part(nth), before, nth)));
        due.insert((part(nth), due_at, nth));
        Ok(Saved::Yes)
    }

    async fn due(&self, part: u8, now: Timestamp, after: Option<&DuePlace>, limit: usize) -> Result<DuePage, StoreError> {
        let due = self.due.lock().unwrap();
        let from = after.map_or((part, Timestamp::MIN, 0), |place| {
            let (at, nth) = place.0.split_once('#').unwrap();
            (part, at.parse().unwrap(), nth.parse::<usize>().unwrap() + 1)
        });
        let mut found = due.range(from..=(part, now, usize::MAX)).copied();
        let page: Vec<_> = found.by_ref().take(limit).collect();
        let next = page.last().map(|(_, at, nth)| DuePlace(format!("{at}#{nth}")));
        Ok(DuePage {
            next: next.filter(|_| found.next().is_some()),
            due: page
                .into_iter()
                .map(|(_, _, nth)| (self.template.push.clone(), name(nth)))
                .collect(),
        })
    }
}

#[derive(Default)]
struct Counting {
    calls: AtomicUsize,
    jobs: Mutex<BTreeMap<RevocationId, usize>>,
}

impl JobQueue for Counting {
    async fn send(&self, jobs: &[Job], _: Duration) -> Result<(), QueueError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        for job in jobs {
            let Job::Fanout { revocation, .. } = job else {
                panic!("they are all to be walked: {job:?}")
            };
            *self.jobs.lock().unwrap().entry(revocation.clone()).or_default() += 1;
        }
        Ok(())
    }
}

/// How long one sweep may take.
const LONGEST: SignedDuration = SignedDuration::from_secs(45);

#[test]
fn a_hundred_thousand_that_are_due_at_once_are_handed_on_minute_by_minute() {
    let (many, queue) = (Many::due_at_once(100_000, []), Counting::default());
    let mut handed_on = Vec::new();
    while queue.jobs.lock().unwrap().len() < 100_000 {
        let began = many.clock.now();
        let swept = run(sweep(&many, &queue, &many.clock, began + LONGEST)).unwrap();
        let took = many.clock.now().duration_since(began);
        // Those that were begun are ended.
        assert!(took < LONGEST + SignedDuration::from_secs(1), "{took:?}");
        assert_eq!(swept.failed, 0);
        handed_on.push(swept.handed_on);
        assert!(handed_on.len() < 20, "{handed_on:?}");
    }
    assert!(handed_on[0] > 10_000, "ten thousand at once are nothing: {handed_on:?}");
    // Those of the first minute are due again before the last ones have had their turn, and wait for it: in its part of
    // the index nobody is handed on a second time while another waits for the first.
    let in_all: usize = handed_on.iter().sum();
    assert!(in_all < 100_000 + 2 * handed_on[0], "{handed_on:?}");
    assert!(queue.calls.load(Ordering::Relaxed) <= in_all / 10 + 1_000, "in tens");
    assert!(many.most_in_hand.load(Ordering::Relaxed) <= 40, "{:?}", many.most_in_hand);
}

#[test]
fn what_fails_for_ever_hides_nothing() {
    // The first thousand of each part.
    let damaged: Vec<usize> = (0..17_000).collect();
    let (many, queue) = (Many::due_at_once(18_000, damaged), Counting::default());
    for _ in 0..2 {
        let deadline = many.clock.now() + LONGEST;
        let swept = run(sweep(&many, &queue, &many.clock, deadline)).unwrap();
        assert_eq!(swept.failed, 17_000);
    }
    assert_eq!(many.still_due(), (0..17_000).collect::<Vec<_>>());
    assert_eq!(queue.jobs.lock().unwrap().len(), 1_000);
}

/// The last part has what an older version wrote, which nobody else looks for.
#[test]
fn no_part_of_the_index_is_left_out() {
    let (many, queue) = (Many::due_at_once(usize::from(DUE_PARTS), []), Counting::default());
    let swept = run(sweep(&many, &queue, &many.clock, many.clock.now() + LONGEST)).unwrap();
    assert_eq!((swept.handed_on, swept.failed), (usize::from(DUE_PARTS), 0));
    assert_eq!(many.still_due(), [0_usize; 0]);
}

struct Down;

impl JobQueue for Down {
    async fn send(&self, jobs: &[Job], _: Duration) -> Result<(), QueueError> {
        Err(QueueError::NotSent {
            failed: jobs.len(),
            all: jobs.len(),
        })
    }
}

#[test]
fn what_the_queue_does_not_take_stays_due() {
    let many = Many::due_at_once(100, []);
    let swept = run(sweep(&many, &Down, &many.clock, many.clock.now() + LONGEST)).unwrap();
    assert_eq!((swept.handed_on, swept.failed), (0, 100));
    assert_eq!(many.still_due(), (0..100).collect::<Vec<_>>());
}
