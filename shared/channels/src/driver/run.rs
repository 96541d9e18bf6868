//! One order, from its deliveries to their answers.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use revocation_app::ports::{ChannelClient, Order};
use revocation_rules::outcome::Outcome;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};
use tokio::time::Instant;

use super::client::{Caller, Client};
use super::group::group;
use super::vendor::{AccountOf, Call, Fate, Heard, Reading, Told, Vendor, VendorCredentials, Who};
use crate::answers::{all_failed, misconfigured, none_tried, quota_used_up, transient, waiting};
use crate::elapsed::elapsed_ms;
use crate::retry_after::retry_after;

/// Calls of one order at the same time.
const CALLS_AT_ONCE: usize = 4;

type CallOf<'a, V> = Call<'a, <V as Vendor>::Ask<'a>>;
type HeardOf<'a, V> = Heard<<V as Vendor>::Ask<'a>>;

pub(super) struct Run<'a, V: Vendor> {
    client: &'a Client<V>,
    order: &'a Order<'a>,
    stopped: Mutex<Stopped>,
}

/// Why no further call starts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stopped {
    No,
    /// The next call would be told the same.
    Halted,
    /// The code that said so.
    QuotaUsedUp(String),
}

/// What a turn left.
struct Turn<'a, V: Vendor> {
    answers: Vec<(usize, Answer)>,
    next: Vec<CallOf<'a, V>>,
}

impl<'a, V: Vendor> Run<'a, V> {
    pub fn new(client: &'a Client<V>, order: &'a Order<'a>) -> Self {
        Self {
            client,
            order,
            stopped: Mutex::new(Stopped::No),
        }
    }

    /// One answer for each delivery of the order.
    pub async fn finish(&self, account: &AccountOf<V>) -> Vec<(usize, Answer)> {
        let mut answers = Vec::with_capacity(self.order.calls.len());
        let mut to_ask = Vec::with_capacity(self.order.calls.len());
        for delivery in self.order.calls {
            match self.client.vendor.first(account, self.order.strategy, delivery) {
                Ok(ask) => to_ask.push((ask, *delivery)),
                Err(answer) => answers.push((delivery.slot, answer)),
            }
        }
        let mut waiting = VecDeque::from(group::<V>(self.order.strategy, to_ask, None));
        let mut asked = FuturesUnordered::new();
        loop {
            while asked.len() < CALLS_AT_ONCE
                && let Some(call) = waiting.pop_front()
            {
                asked.push(self.turn(call));
            }
            let Some(turn) = asked.next().await else {
                return answers;
            };
            answers.extend(turn.answers);
            // What was begun is finished first.
            for call in turn.next.into_iter().rev() {
                waiting.push_front(call);
            }
        }
    }

    async fn turn(&self, call: CallOf<'a, V>) -> Turn<'a, V> {
        let same = |answer: Answer| Turn {
            answers: call.deliveries.iter().map(|delivery| (delivery.slot, answer.clone())).collect(),
            next: Vec::new(),
        };
        if let Some(answer) = self.no_turn(&call) {
            return same(answer);
        }
        let Some(heard) = self.ask(&call).await else {
            return same(not_asked(&call));
        };
        match heard.reading {
            Reading::Each(fates) => self.sort(&call, fates.0, &heard.code),
            Reading::NotLetIn => same(Answer::Failed(self.failed(misconfigured(heard.code)))),
            Reading::QuotaUsedUp => {
                self.stop(Stopped::QuotaUsedUp(heard.code.clone()));
                same(quota_used_up(heard.code))
            }
            Reading::Failed(failure) => same(Answer::Failed(self.failed(failure))),
        }
    }

    /// The answers there are, and the calls that are to follow.
    fn sort(&self, call: &CallOf<'a, V>, fates: Vec<Fate<V::Ask<'a>>>, code: &str) -> Turn<'a, V> {
        let mut answers = Vec::with_capacity(call.deliveries.len());
        let mut to_ask: Vec<(V::Ask<'a>, ToCall<'a>)> = Vec::new();
        for (delivery, fate) in call.deliveries.iter().zip(fates) {
            match fate {
                Fate::Ends(Answer::Failed(failure)) => answers.push((delivery.slot, Answer::Failed(self.failed(failure)))),
                Fate::Ends(Answer::Ended {
                    outcome: Outcome::Failed,
                    reason,
                }) => {
                    // A vendor may say so of single deliveries, too.
                    self.stop(Stopped::QuotaUsedUp(reason.clone()));
                    answers.push((delivery.slot, quota_used_up(reason)));
                }
                Fate::Ends(answer) => answers.push((delivery.slot, answer)),
                Fate::Waits(failure) => answers.push((delivery.slot, Answer::Failed(failure))),
                Fate::Then(ask) => to_ask.push((ask, *delivery)),
            }
        }
        Turn {
            answers,
            next: group::<V>(call.strategy, to_ask, Some(code)),
        }
    }

    /// The answer to a call that is not to be made.
    fn no_turn(&self, call: &CallOf<'a, V>) -> Option<Answer> {
        match &*self.stopped.lock().unwrap_or_else(PoisonError::into_inner) {
            Stopped::QuotaUsedUp(code) => Some(quota_used_up(code.clone())),
            Stopped::Halted => Some(not_asked(call)),
            Stopped::No => (!self.in_time()).then(|| not_asked(call)),
        }
    }

    fn in_time(&self) -> bool {
        self.client.clock.now() < self.order.call_until
    }

    fn stop(&self, why: Stopped) {
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*stopped, Stopped::QuotaUsedUp(_)) {
            *stopped = why;
        }
    }

    fn failed(&self, failure: AttemptFailure) -> AttemptFailure {
        match &failure {
            AttemptFailure::Throttled { .. } | AttemptFailure::Misconfigured { .. } => self.stop(Stopped::Halted),
            AttemptFailure::Transient { .. } => {}
        }
        failure
    }

    /// Makes one call; who is not let in renews what lets us in, once. `None`
    /// when time ran out before anything was asked.
    async fn ask(&self, call: &CallOf<'a, V>) -> Option<HeardOf<'a, V>> {
        let tenant = &self.order.push.tenant;
        let failed = |failure: AttemptFailure| {
            Some(Heard {
                code: failure.reason().to_owned(),
                reading: Reading::Failed(failure),
            })
        };
        let caller = self.client.caller(tenant, self.order.call_until).await;
        if !self.in_time() {
            return None;
        }
        let caller = match caller {
            Ok(caller) => caller,
            Err(failure) => return failed(failure),
        };
        let first = self.ask_once(call, &caller).await;
        if !matches!(first.reading, Reading::NotLetIn) {
            return Some(first);
        }
        match self.client.caller_after(tenant, &caller, self.order.call_until).await {
            Ok(Some(_)) | Err(_) if !self.in_time() => failed(transient(first.code)),
            Err(failure) => failed(failure),
            // Not let in again, a session minutes old: the app's rights are at fault.
            Ok(Some(caller)) => Some(self.ask_once(call, &caller).await),
            Ok(None) => Some(first),
        }
    }

    async fn ask_once(&self, call: &CallOf<'a, V>, caller: &Caller<V>) -> HeardOf<'a, V> {
        let channel = V::CHANNEL;
        let started = Instant::now();
        let who = Who {
            credentials: &*caller.credentials.value,
            session: caller.session.as_ref().map(|session| &session.value),
            revocation: self.order.revocation,
            now: self.client.clock.now(),
        };
        let failed = |failure: AttemptFailure| Heard {
            code: failure.reason().to_owned(),
            reading: Reading::Failed(failure),
        };
        let heard = match self.client.vendor.request(call, &who) {
            None => failed(misconfigured(format!("{channel}:bad_settings"))),
            Some(request) => match self.client.https.call(request).await {
                Ok(reply) => {
                    let told = Told {
                        status: reply.status,
                        retry_after: retry_after(&reply.headers, self.client.clock.now()),
                        body: &reply.body,
                    };
                    let account = who.credentials.account();
                    let heard = patient(self.client.vendor.read(account, call, &told), told.retry_after);
                    if let Reading::Failed(failure) = &heard.reading {
                        self.client.failed(account, failure).await;
                    }
                    heard
                }
                Err(none) => failed(transient(format!("{channel}:{}", none.as_str()))),
            },
        };
        let (what, code) = (V::name(&call.ask), &heard.code);
        tracing::info!(
            revocation.id = %self.order.revocation,
            channel = %channel,
            call = what,
            deliveries = call.deliveries.len(),
            code,
            duration_ms = elapsed_ms(started),
            "asked {channel} to {what}: {code}"
        );
        heard
    }
}

impl<V: Vendor> ChannelClient for Client<V> {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        async move {
            if self.clock.now() >= order.call_until {
                return none_tried(order);
            }
            let tenant = &order.push.tenant;
            if let Err(failure) = self.pause(tenant).await {
                return all_failed(order, &failure);
            }
            // One login before the calls, and one answer for all when there is none.
            match self.caller(tenant, order.call_until).await {
                Ok(caller) => Run::new(self, order).finish(caller.credentials.value.account()).await,
                // Whatever came of waiting for a session: nothing was asked for these.
                Err(_) if self.clock.now() >= order.call_until => none_tried(order),
                Err(failure) => all_failed(order, &failure),
            }
        }
        .boxed()
    }
}

/// Keeps the wait that the vendor asked for.
fn patient<A>(heard: Heard<A>, asked_for: Option<Duration>) -> Heard<A> {
    let reading = match heard.reading {
        Reading::Failed(failure) => Reading::Failed(waiting(failure, asked_for)),
        other @ (Reading::Each(_) | Reading::NotLetIn | Reading::QuotaUsedUp) => other,
    };
    Heard { reading, ..heard }
}

/// Nothing was asked yet; or a first call was, which did not do it.
fn not_asked<A>(call: &Call<'_, A>) -> Answer {
    match &call.after {
        None => Answer::NotTried,
        Some(code) => Answer::Failed(transient(code.clone())),
    }
}
