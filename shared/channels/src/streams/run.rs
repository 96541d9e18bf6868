//! One order: many requests, one connection at a time.
//!
//! Whatever happens to the connection, what was answered stays answered. A
//! request whose connection ended is repeated on the next one (it names the same
//! notification, so the device shows the same thing), on a bounded number of connections.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use futures::future::{Either, select};
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use revocation_app::ports::{Clock, Order};
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};
use tokio::sync::OwnedSemaphorePermit;

use super::link::{Link, Retired};
use super::links::Links;
use super::vendor::{About, Vendor};
use crate::answers::{misconfigured, transient};
use crate::driver::Told;
use crate::https::NoReply;
use crate::meaning::Meaning;
use crate::retry_after::retry_after;
use crate::single_flight::Kept;

/// Connections that may end under one order before it gives up for now.
const MAX_ENDED_LINKS: u32 = 5;

/// A request may be in flight on this connection.
struct Turn {
    link: Kept<Arc<Link>>,
    permit: OwnedSemaphorePermit,
}

/// Why there is none.
enum NoTurn {
    /// The connection ended, and the order's time is over.
    Late,
    Failed(AttemptFailure),
}

pub(super) struct Run<'a, V: Vendor> {
    credentials: &'a V::Credentials,
    vendor: &'a V,
    links: &'a Links<V>,
    clock: &'a dyn Clock,
    common: V::Common<'a>,
    call_until: Timestamp,
    link: Mutex<Kept<Arc<Link>>>,
    pass: Mutex<Kept<V::Pass>>,
    ended_links: AtomicU32,
    /// Something is wrong that every other request would meet too.
    halted: AtomicBool,
    /// The wait that the vendor asked everybody for.
    wait: Mutex<Option<AttemptFailure>>,
}

impl<'a, V: Vendor> Run<'a, V> {
    pub async fn start(
        order: &'a Order<'a>,
        credentials: &'a V::Credentials,
        vendor: &'a V,
        links: &'a Links<V>,
        clock: &'a dyn Clock,
    ) -> Result<Self, AttemptFailure> {
        let channel = V::CHANNEL;
        let now = clock.now();
        let account = V::account(credentials);
        let pass = vendor.pass(account, now, order.call_until).await?;
        if clock.now() >= order.call_until {
            return Err(transient(format!("{channel}:session_wait")));
        }
        let link = links.current(account, vendor.origin(account)).await?;
        let common = vendor.common(order, credentials, now);
        Ok(Self {
            credentials,
            vendor,
            links,
            clock,
            common: common.ok_or_else(|| misconfigured(format!("{channel}:bad_settings")))?,
            call_until: order.call_until,
            link: Mutex::new(link),
            pass: Mutex::new(pass),
            ended_links: AtomicU32::new(0),
            halted: AtomicBool::new(false),
            wait: Mutex::new(None),
        })
    }

    /// One answer for each of `calls`. What has no turn yet takes no memory.
    pub async fn finish(&self, calls: &[ToCall<'_>]) -> Vec<(usize, Answer)> {
        let mut answers = Vec::with_capacity(calls.len());
        let mut asked = FuturesUnordered::new();
        let mut turn = pin!(self.turn());
        let mut waiting = calls.iter();
        while let Some(call) = waiting.next() {
            let ask = match V::first(self.credentials, call) {
                Ok(ask) => ask,
                Err(answer) => {
                    answers.push((call.slot, answer));
                    continue;
                }
            };
            let taken = loop {
                match select(turn.as_mut(), asked.next()).await {
                    Either::Left((taken, _)) => break taken,
                    Either::Right((Some(answer), _)) => answers.push(answer),
                    Either::Right((None, _)) => break turn.as_mut().await,
                }
            };
            turn.set(self.turn());
            let over = match taken {
                Ok(_) if self.is_over() => Answer::NotTried,
                Ok(taken) => {
                    asked.push(async move { (call.slot, self.deliver(call, ask, taken).await) });
                    continue;
                }
                Err(NoTurn::Late) => Answer::NotTried,
                Err(NoTurn::Failed(failure)) => Answer::Failed(failure),
            };
            // So it is for all that are left.
            answers.extend(std::iter::once(call).chain(waiting.by_ref()).map(|call| (call.slot, over.clone())));
        }
        while let Some(answer) = asked.next().await {
            answers.push(answer);
        }
        answers
    }

    /// The wait that the vendor asked everybody for, if it did.
    pub fn wait(&self) -> Option<AttemptFailure> {
        self.wait.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until another request may be in flight, on the connection that there is by then.
    async fn turn(&self) -> Result<Turn, NoTurn> {
        loop {
            let link = self.link();
            match link.value.turn().await {
                Ok(permit) => return Ok(Turn { link, permit }),
                Err(Retired) if self.clock.now() >= self.call_until => return Err(NoTurn::Late),
                Err(Retired) => self.relink(&link).await.map_err(NoTurn::Failed)?,
            }
        }
    }

    /// Nothing more is to be sent in this order.
    fn is_over(&self) -> bool {
        self.halted.load(Ordering::Relaxed) || self.clock.now() >= self.call_until
    }

    async fn deliver(&self, call: &ToCall<'_>, ask: V::Ask<'_>, turn: Turn) -> Answer {
        let channel = V::CHANNEL;
        let mut turn = turn;
        let mut renewed = false;
        // What came of the request so far; nothing when it was not sent yet.
        let mut so_far = Answer::NotTried;
        loop {
            if self.is_over() {
                return so_far;
            }
            let Turn { link, permit } = turn;
            let pass = self.pass();
            let (request, body) = match V::request(&self.common, call, ask, &pass.value) {
                Ok(request) => request,
                Err(answer) => return answer,
            };
            let asked = link.value.ask(request, body).await;
            drop(permit);
            match asked {
                Ok(reply) => {
                    let told = Told {
                        status: reply.status,
                        retry_after: retry_after(&reply.headers, self.clock.now()),
                        body: &reply.body,
                    };
                    if V::is_plain_yes(&told) {
                        return V::accepted(ask);
                    }
                    let (said, about) = V::read(&told);
                    if said.meaning != Meaning::SessionRefused || renewed {
                        return match (said.answer(V::accepted(ask)), about) {
                            (Answer::Failed(failure), About::Everyone) => self.halt(failure),
                            (answer, About::One | About::Everyone) => answer,
                        };
                    }
                    renewed = true;
                    so_far = Answer::Failed(transient(said.reason));
                    if let Err(failure) = self.renew(&pass).await {
                        if self.clock.now() >= self.call_until {
                            return so_far;
                        }
                        return self.halt(failure);
                    }
                }
                Err(none @ (NoReply::Timeout | NoReply::TooLong)) => {
                    return Answer::Failed(transient(format!("{channel}:{}", none.as_str())));
                }
                Err(none @ (NoReply::Broken | NoReply::NotConnected)) => {
                    link.value.retire();
                    so_far = Answer::Failed(transient(format!("{channel}:{}", none.as_str())));
                }
            }
            turn = match self.turn().await {
                Ok(turn) => turn,
                Err(NoTurn::Late) => return so_far,
                Err(NoTurn::Failed(failure)) => return Answer::Failed(failure),
            };
        }
    }

    /// Nothing new is sent in this order.
    fn halt(&self, failure: AttemptFailure) -> Answer {
        self.halted.store(true, Ordering::Relaxed);
        if failure.is_throttled() {
            *self.wait.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.clone());
        }
        Answer::Failed(failure)
    }

    fn link(&self) -> Kept<Arc<Link>> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn pass(&self) -> Kept<V::Pass> {
        self.pass.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on with the next connection after `ended`.
    async fn relink(&self, ended: &Kept<Arc<Link>>) -> Result<(), AttemptFailure> {
        if self.halted.load(Ordering::Relaxed) || self.ended_links.load(Ordering::Relaxed) >= MAX_ENDED_LINKS {
            return Err(transient(format!("{}:connection_broken", V::CHANNEL)));
        }
        let account = V::account(self.credentials);
        let next = self.links.after(account, self.vendor.origin(account), Some(ended.version)).await;
        let next = next.inspect_err(|_| self.halted.store(true, Ordering::Relaxed))?;
        let mut link = self.link.lock().unwrap_or_else(PoisonError::into_inner);
        if link.version != next.version {
            *link = next;
            self.ended_links.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Goes on with what lets us in after `refused`.
    async fn renew(&self, refused: &Kept<V::Pass>) -> Result<(), AttemptFailure> {
        let account = V::account(self.credentials);
        let next = self.vendor.pass_after(account, self.clock.now(), self.call_until, refused).await?;
        *self.pass.lock().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }
}
