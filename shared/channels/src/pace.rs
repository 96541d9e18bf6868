//! No faster than the channel allows.
//!
//! The rate is the channel's; each of its workers keeps to its share without
//! asking the others. Promises, for each worker:
//!
//! - In any stretch of time it asks for no more deliveries than its share of
//!   that time and one second's share on top, however long it had nothing to do.
//!   A share below one a second is one at a time.
//! - Orders at the same time wait in the order in which they came.
//! - What has no turn before `call_until` is not tried.
//! - When a piece of an order was told to wait, that settings are wrong or that
//!   the day's quota is used up, the rest of that order is not asked, as it
//!   would not be without a rate.
//!
//! A delivery counts once, also when its recall is followed by an overwrite.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use revocation_app::ports::{ChannelClient, Clock, Order};
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::fcm;

/// Longer than any worker has.
const LONGEST: Duration = Duration::from_hours(1);
/// Apple's; all other throttling, and every wrong setting, is about everybody unless its channel says otherwise.
const ABOUT_ONE_DEVICE: &[&str] = &["apns:TooManyRequests"];

/// A worker's share of its channel's rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// How long one delivery takes of the share's time.
    each: Duration,
    /// One second's worth of deliveries, at least one.
    most: u32,
}

impl Share {
    /// `None` when there is no limit.
    pub fn new(rate_per_second: u32, workers: u32) -> Option<Self> {
        let workers = workers.max(1);
        (rate_per_second > 0).then(|| Self {
            // Rounded up: rather too slow by a nanosecond than too fast.
            each: Duration::from_nanos((u64::from(workers) * 1_000_000_000).div_ceil(u64::from(rate_per_second))),
            most: (rate_per_second / workers).max(1),
        })
    }

    fn time_for(self, deliveries: u32) -> Duration {
        self.each.saturating_mul(deliveries)
    }
}

pub(crate) struct Paced {
    inner: Box<dyn ChannelClient>,
    clock: Arc<dyn Clock>,
    share: Share,
    /// When the share is whole again: that much of it is taken.
    whole_at: Mutex<Instant>,
}

impl Paced {
    pub fn new(inner: Box<dyn ChannelClient>, share: Share, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner,
            clock,
            share,
            whole_at: Mutex::new(Instant::now()),
        }
    }

    /// Waits for so many, at most a second's worth. `false` when their turn
    /// does not come before `until`; nothing is taken then.
    async fn turn(&self, deliveries: u32, until: Instant) -> bool {
        // Held while waiting: who comes next waits behind.
        let Ok(mut whole_at) = timeout_at(until, self.whole_at.lock()).await else {
            return false;
        };
        let others = self.share.time_for(self.share.most - deliveries.min(self.share.most));
        let from = whole_at.checked_sub(others).unwrap_or(*whole_at);
        if from.max(Instant::now()) >= until {
            return false;
        }
        sleep_until(from).await;
        *whole_at = whole_at.max(Instant::now()) + self.share.time_for(deliveries);
        true
    }

    /// `call_until` on the clock that waits are measured with.
    fn until(&self, order: &Order<'_>) -> Instant {
        let left = order.call_until.duration_since(self.clock.now());
        Instant::now() + Duration::try_from(left).unwrap_or_default().min(LONGEST)
    }

    async fn ask(&self, order: &Order<'_>) -> Vec<(usize, Answer)> {
        let mut answers = Vec::with_capacity(order.calls.len());
        let mut left = order.calls;
        while !left.is_empty() {
            let (piece, rest) = left.split_at(left.len().min(self.share.most as usize));
            let deliveries = u32::try_from(piece.len()).unwrap_or(self.share.most);
            if !self.turn(deliveries, self.until(order)).await {
                answers.extend(same(left, &Answer::NotTried));
                break;
            }
            let told = self.inner.revoke(&Order { calls: piece, ..*order }).await;
            let stopped = for_the_rest(&told);
            answers.extend(told);
            left = rest;
            if let Some(answer) = stopped {
                answers.extend(same(left, &answer));
                break;
            }
        }
        answers
    }
}

/// The answer of all that is left of an order after these; nothing when it goes on.
fn for_the_rest(told: &[(usize, Answer)]) -> Option<Answer> {
    // A channel ends a delivery as failed only when the day's quota is used up.
    let used_up = told.iter().map(|(_, answer)| answer).find(|answer| {
        matches!(
            answer,
            Answer::Ended {
                outcome: Outcome::Failed,
                ..
            }
        )
    });
    let is_about_one = |reason: &str| ABOUT_ONE_DEVICE.iter().chain(fcm::ABOUT_ONE_DEVICE).any(|one| *one == reason);
    let stops = |answer: &Answer| match answer {
        Answer::Failed(AttemptFailure::Throttled { reason, .. } | AttemptFailure::Misconfigured { reason }) => !is_about_one(reason),
        Answer::NotTried => true,
        Answer::Failed(AttemptFailure::Transient { .. }) | Answer::Ended { .. } | Answer::Unknown { .. } => false,
    };
    used_up
        .cloned()
        .or_else(|| told.iter().any(|(_, answer)| stops(answer)).then_some(Answer::NotTried))
}

fn same(calls: &[ToCall<'_>], answer: &Answer) -> impl Iterator<Item = (usize, Answer)> {
    calls.iter().map(|call| (call.slot, answer.clone()))
}

impl ChannelClient for Paced {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        self.ask(order).boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as StdMutex;

    use futures::future::join_all;
    use jiff::Timestamp;
    use proptest::prelude::*;
    use revocation_testkit::Case;

    use super::*;
    use crate::answers::{misconfigured, overwritten, quota_used_up, throttled, transient};

    /// Shows the time of tokio, which the tests hold still.
    struct TokioClock(Instant);

    impl Clock for TokioClock {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH + self.0.elapsed()
        }
    }

    type Asked = Arc<StdMutex<Vec<(Instant, Vec<usize>)>>>;

    /// Takes its time, and writes down when it was asked for which slots.
    #[derive(Default)]
    struct Vendor {
        asked: Asked,
        takes: Duration,
        says: Option<(usize, Answer)>,
    }

    impl ChannelClient for Vendor {
        fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
            let slots: Vec<usize> = order.calls.iter().map(|call| call.slot).collect();
            self.asked.lock().unwrap().push((Instant::now(), slots.clone()));
            async move {
                tokio::time::sleep(self.takes).await;
                let answer = |slot| match &self.says {
                    Some((at, answer)) if *at == slot => answer.clone(),
                    _ => overwritten(),
                };
                slots.into_iter().map(|slot| (slot, answer(slot))).collect()
            }
            .boxed()
        }
    }

    fn paced(rate: u32, workers: u32, vendor: Vendor, clock: &Arc<TokioClock>) -> (Paced, Asked) {
        let asked = Arc::clone(&vendor.asked);
        let share = Share::new(rate, workers).unwrap();
        (Paced::new(Box::new(vendor), share, Arc::<TokioClock>::clone(clock)), asked)
    }

    /// An order of so many deliveries, to be done within `secs`.
    async fn revoke(client: &Paced, deliveries: usize, secs: i64) -> Vec<Answer> {
        let case = Case::new((0..deliveries).map(|n| (format!("t{n}"), None)));
        let until = client.clock.now() + jiff::SignedDuration::from_secs(secs);
        case.revoke_until(client, until).await
    }

    fn clock() -> Arc<TokioClock> {
        Arc::new(TokioClock(Instant::now()))
    }

    fn count(answers: &[Answer], wanted: &Answer) -> usize {
        answers.iter().filter(|answer| *answer == wanted).count()
    }

    #[test]
    fn a_share_is_the_rate_over_the_workers() {
        let share = |rate, workers| Share::new(rate, workers).map(|share| (share.each.as_millis(), share.most));
        assert_eq!(share(0, 4), None);
        assert_eq!(share(100, 4), Some((40, 25)));
        assert_eq!(share(100, 0), Some((10, 100)));
        assert_eq!(share(1, 10), Some((10_000, 1)), "one every ten seconds");
    }

    #[tokio::test(start_paused = true)]
    async fn an_order_is_asked_in_pieces_of_a_second_in_the_order_of_its_slots() {
        let (client, asked) = paced(100, 10, Vendor::default(), &clock());
        let started = Instant::now();
        let answers = revoke(&client, 35, 60).await;
        assert_eq!(answers, vec![overwritten(); 35]);
        let asked = asked.lock().unwrap();
        let sizes: Vec<usize> = asked.iter().map(|(_, slots)| slots.len()).collect();
        assert_eq!(sizes, [10, 10, 10, 5]);
        assert!(asked.iter().flat_map(|(_, slots)| slots).copied().eq(0..35));
        let at: Vec<u128> = asked.iter().map(|(at, _)| (*at - started).as_millis()).collect();
        assert_eq!(at, [0, 1_000, 2_000, 2_500]);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_long_pause_there_is_one_second_in_store_and_no_more() {
        let (client, asked) = paced(10, 1, Vendor::default(), &clock());
        revoke(&client, 10, 60).await;
        tokio::time::sleep(Duration::from_hours(1)).await;
        let started = Instant::now();
        revoke(&client, 30, 60).await;
        let at: Vec<u128> = asked.lock().unwrap()[1..]
            .iter()
            .map(|(at, _)| (*at - started).as_millis())
            .collect();
        assert_eq!(at, [0, 1_000, 2_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_no_turn_in_time_is_not_tried() {
        let (client, asked) = paced(10, 1, Vendor::default(), &clock());
        let answers = revoke(&client, 1_000, 3).await;
        assert_eq!(answers.len(), 1_000);
        assert_eq!(count(&answers, &overwritten()), 30);
        assert_eq!(count(&answers, &Answer::NotTried), 970);
        assert_eq!(asked.lock().unwrap().len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn orders_at_once_share_the_rate_and_the_last_gives_up_in_time() {
        let (client, asked) = paced(10, 1, Vendor::default(), &clock());
        let started = Instant::now();
        let all = join_all((0..5).map(|_| revoke(&client, 10, 3))).await;
        let done: Vec<usize> = all.iter().map(|answers| count(answers, &overwritten())).collect();
        assert_eq!(done, [10, 10, 10, 0, 0]);
        assert_eq!(asked.lock().unwrap().len(), 3);
        assert!(started.elapsed() <= Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn what_would_be_told_the_same_is_not_asked() {
        let used_up = quota_used_up("v:1".to_owned());
        for (told, rest, pieces) in [
            (Answer::Failed(throttled("v:1", None)), Answer::NotTried, 1),
            (Answer::Failed(misconfigured("v:1")), Answer::NotTried, 1),
            (Answer::NotTried, Answer::NotTried, 1),
            (used_up.clone(), used_up, 1),
            (Answer::Failed(transient("v:1")), overwritten(), 3),
            (Answer::Failed(throttled("apns:TooManyRequests", None)), overwritten(), 3),
            (Answer::Failed(misconfigured("fcm:THIRD_PARTY_AUTH_ERROR")), overwritten(), 3),
        ] {
            let vendor = Vendor {
                says: Some((4, told.clone())),
                ..Vendor::default()
            };
            let (client, asked) = paced(10, 1, vendor, &clock());
            let answers = revoke(&client, 30, 60).await;
            assert_eq!(answers.len(), 30);
            assert_eq!(answers[4], told);
            assert!(answers[10..].iter().all(|answer| *answer == rest), "{told:?}");
            assert_eq!(asked.lock().unwrap().len(), pieces, "{told:?}");
        }
    }

    /// What one worker is given: pauses and orders, and how long its vendor takes.
    type Work = (Vec<(u64, usize)>, u64);

    async fn work(rate: u32, all: Vec<Work>) -> (Vec<(Instant, usize)>, usize, usize) {
        let (clock, workers) = (clock(), u32::try_from(all.len()).unwrap());
        let given: usize = all.iter().flat_map(|(orders, _)| orders).map(|(_, deliveries)| deliveries).sum();
        let done = all.into_iter().map(|(orders, takes)| {
            let vendor = Vendor {
                takes: Duration::from_millis(takes),
                ..Vendor::default()
            };
            let (client, asked) = paced(rate, workers, vendor, &clock);
            async move {
                let mut answers = 0;
                for (pause, deliveries) in orders {
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    answers += revoke(&client, deliveries, 100_000).await.len();
                }
                let asked: Vec<_> = asked.lock().unwrap().iter().map(|(at, slots)| (*at, slots.len())).collect();
                (asked, answers)
            }
        });
        let done = join_all(done).await;
        let answered = done.iter().map(|(_, answers)| answers).sum();
        let mut asked: Vec<_> = done.into_iter().flat_map(|(asked, _)| asked).collect();
        asked.sort_unstable();
        (asked, given, answered)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever the workers are given and whenever: together they ask for no
        /// more than the channel's rate, and a second's worth each on top.
        #[test]
        fn workers_together_keep_to_the_rate_of_the_channel(
            rate in 1_u32..400,
            work_of in prop::collection::vec((prop::collection::vec((0_u64..5_000, 1_usize..120), 1..4), 0_u64..3_000), 1..9),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            let workers = u32::try_from(work_of.len()).unwrap();
            let (asked, given, answered) = runtime.block_on(work(rate, work_of));
            prop_assert_eq!(given, answered);
            prop_assert_eq!(given, asked.iter().map(|(_, deliveries)| deliveries).sum::<usize>());
            let on_top = f64::from(workers * (rate / workers).max(1));
            for (first, (from, _)) in asked.iter().enumerate() {
                let mut sum = 0_u32;
                for (to, deliveries) in &asked[first..] {
                    sum += u32::try_from(*deliveries).unwrap();
                    let allowed = f64::from(rate) * (*to - *from).as_secs_f64() + on_top;
                    prop_assert!(f64::from(sum) <= allowed + 1e-6, "{} in {:?}", sum, *to - *from);
                }
            }
        }
    }
}
