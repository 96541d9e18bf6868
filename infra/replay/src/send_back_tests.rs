//! Letters in memory, and what goes wrong between two steps.

use std::cell::{Cell, RefCell};

use jiff::SignedDuration;
use revocation_testkit::builders::noon;
use revocation_testkit::{ManualClock, run};

use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    id: String,
    sent_at_ms: i64,
}

impl Letter for Note {
    fn id(&self) -> &str {
        &self.id
    }

    fn sent_at_ms(&self) -> Option<i64> {
        Some(self.sent_at_ms)
    }
}

/// Hands over a few at a time; what is not deleted comes again.
struct Desk {
    clock: ManualClock,
    there: RefCell<Vec<Note>>,
    sent: RefCell<Vec<String>>,
    /// So many deletions are lost.
    lost: Cell<usize>,
    /// The letter that cannot be sent.
    stuck: Option<&'static str>,
    takes: SignedDuration,
}

impl Desk {
    fn with(count: usize) -> Self {
        let before = noon().as_millisecond() - 1_000;
        let note = |nth| Note {
            id: format!("m{nth}"),
            sent_at_ms: before,
        };
        Self {
            clock: ManualClock::at(noon()),
            there: RefCell::new((0..count).map(note).collect()),
            sent: RefCell::default(),
            lost: Cell::new(0),
            stuck: None,
            takes: SignedDuration::ZERO,
        }
    }

    fn send(&self, most: u64, seconds: u64) -> Result<SentBack, &'static str> {
        let time = Duration::from_secs(seconds);
        run(send_back(self, &self.clock, Bounds { most, time }, |_| {}))
    }
}

impl Queues for Desk {
    type Error = &'static str;
    type Letter = Note;

    async fn receive(&self) -> Result<Vec<Note>, &'static str> {
        let there = self.there.borrow();
        let some: Vec<_> = there.iter().take(3).cloned().collect();
        drop(there);
        // The next look sees others first.
        let len = some.len();
        self.there.borrow_mut().rotate_left(len);
        Ok(some)
    }

    async fn send(&self, letter: &Note) -> Result<(), &'static str> {
        if self.stuck == Some(letter.id()) {
            return Err("stuck");
        }
        self.clock.advance(self.takes);
        self.sent.borrow_mut().push(letter.id.clone());
        Ok(())
    }

    async fn delete(&self, letter: &Note) -> Result<(), &'static str> {
        if self.lost.get() > 0 {
            self.lost.set(self.lost.get() - 1);
            return Ok(());
        }
        self.there.borrow_mut().retain(|other| other != letter);
        Ok(())
    }
}

fn distinct(desk: &Desk) -> usize {
    let sent = desk.sent.borrow();
    sent.iter().collect::<HashSet<_>>().len()
}

#[test]
fn every_letter_is_sent_once_and_gone() {
    let desk = Desk::with(10);
    let ended = Ended::Empty;
    assert_eq!(desk.send(u64::MAX, 60), Ok(SentBack { sent: 10, ended }));
    assert_eq!((desk.sent.borrow().len(), distinct(&desk)), (10, 10));
    assert!(desk.there.borrow().is_empty());
    assert_eq!(desk.send(u64::MAX, 60), Ok(SentBack { sent: 0, ended }));
}

#[test]
fn a_letter_whose_deletion_was_lost_is_deleted_and_not_sent_again() {
    let desk = Desk::with(7);
    desk.lost.set(4);
    assert_eq!(desk.send(u64::MAX, 60).unwrap().sent, 7);
    assert_eq!((desk.sent.borrow().len(), distinct(&desk)), (7, 7));
    assert!(desk.there.borrow().is_empty());
}

#[test]
fn what_came_back_and_failed_again_is_left_where_it_is() {
    let desk = Desk::with(4);
    desk.there.borrow_mut()[1].sent_at_ms = noon().as_millisecond() + 1;
    assert_eq!(desk.send(u64::MAX, 60).unwrap().sent, 3);
    assert_eq!(desk.there.borrow().len(), 1);
}

#[test]
fn no_more_are_sent_than_were_asked_for() {
    let desk = Desk::with(10);
    let ended = Ended::Most;
    assert_eq!(desk.send(4, 60), Ok(SentBack { sent: 4, ended }));
    assert_eq!(desk.there.borrow().len(), 6);
}

#[test]
fn when_the_time_is_over_nothing_more_is_sent_and_another_run_goes_on() {
    let mut desk = Desk::with(10);
    desk.takes = SignedDuration::from_secs(20);
    let ended = Ended::Time;
    assert_eq!(desk.send(u64::MAX, 60), Ok(SentBack { sent: 3, ended }));
    assert_eq!(desk.there.borrow().len(), 7);
    desk.takes = SignedDuration::ZERO;
    assert_eq!(desk.send(u64::MAX, 60).unwrap().sent, 7);
    assert_eq!(distinct(&desk), 10);
}

#[test]
fn a_letter_that_can_not_be_sent_is_not_deleted() {
    let mut desk = Desk::with(5);
    desk.stuck = Some("m2");
    assert_eq!(desk.send(u64::MAX, 60), Err("stuck"));
    assert!(desk.there.borrow().iter().any(|note| note.id == "m2"));
    assert_eq!(desk.sent.borrow().len() + desk.there.borrow().len(), 5);
}
