//! One order: each host's deliveries beside those of the others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use revocation_app::ports::{Clock, Order};
use revocation_rules::batch::Handle;
use revocation_rules::notice::Notice;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;
use revocation_rules::web_push::{Endpoint, Subscription};

use super::answer::classify;
use super::encrypt::{Once, encrypt};
use super::hosts::{Host, Hosts, NoAnswer};
use super::request::{request, text};
use super::settings::{VapidKey, WebPushCredentials};
use super::vapid::{Token, Tokens};
use crate::answers::{misconfigured, overwritten, refused, transient, without_handle};
use crate::driver::Told;
use crate::https::NoReply;
use crate::meaning::Meaning;
use crate::retry_after::retry_after;

/// Requests at a host at the same time, each with a connection of its own.
const AT_ONCE: usize = 16;
/// Hosts at the same time. More than browsers have, and few enough for the files that a worker may open.
const HOSTS_AT_ONCE: usize = 32;
/// So many subscriptions one after the other refuse our key, and the others of the host are not asked: it is the key.
const REFUSALS: u32 = 20;

/// A delivery that can be asked for.
struct Ready<'a> {
    slot: usize,
    endpoint: Endpoint<'a>,
    subscription: &'a Subscription,
    key: &'a VapidKey,
    tag: &'a str,
    notice: &'a Notice,
}

pub(super) struct Run<'a> {
    pub order: &'a Order<'a>,
    pub credentials: &'a WebPushCredentials,
    pub hosts: &'a Hosts,
    pub tokens: &'a Tokens,
    pub clock: &'a dyn Clock,
}

impl<'a> Run<'a> {
    /// One answer for each of `calls`.
    pub async fn finish(&self, calls: &[ToCall<'a>]) -> Vec<(usize, Answer)> {
        let mut answers = Vec::with_capacity(calls.len());
        let mut at_hosts: BTreeMap<String, Vec<Ready<'a>>> = BTreeMap::new();
        for call in calls {
            match self.ready(call) {
                Ok(ready) => at_hosts.entry(ready.endpoint.authority()).or_default().push(ready),
                Err(answer) => answers.push((call.slot, answer)),
            }
        }
        let mut waiting = at_hosts.into_iter();
        let mut asked = FuturesUnordered::new();
        loop {
            while asked.len() < HOSTS_AT_ONCE
                && let Some((authority, ready)) = waiting.next()
            {
                asked.push(self.at_host(self.hosts.host(&authority), ready));
            }
            let Some(of_host) = asked.next().await else {
                return answers;
            };
            answers.extend(of_host);
        }
    }

    /// An answer when nothing is to be asked.
    fn ready(&self, call: &ToCall<'a>) -> Result<Ready<'a>, Answer> {
        let Some(Handle::Tag(tag)) = call.handle else {
            return Err(without_handle());
        };
        let Some(subscription) = call.subscription else {
            return Err(refused("web_push:no_keys".to_owned()));
        };
        // It was allowed when it was recorded; a deployment may have changed its mind.
        let endpoint = Endpoint::parse(call.token.as_str(), &self.hosts.allowed);
        let endpoint = endpoint.map_err(|_| refused("web_push:endpoint_not_allowed".to_owned()))?;
        let key = self.credentials.key(subscription.vapid_key.as_ref());
        Ok(Ready {
            slot: call.slot,
            endpoint,
            subscription,
            key: key.ok_or_else(|| Answer::Failed(misconfigured("web_push:unknown_vapid_key")))?,
            tag,
            notice: call.notice,
        })
    }

    async fn at_host(&self, host: Arc<Host>, ready: Vec<Ready<'a>>) -> Vec<(usize, Answer)> {
        let refusals = AtomicU32::new(0);
        let mut answers = Vec::with_capacity(ready.len());
        let mut waiting = ready.into_iter();
        let mut asked = FuturesUnordered::new();
        loop {
            while asked.len() < AT_ONCE
                && let Some(ready) = waiting.next()
            {
                let (host, refusals) = (&*host, &refusals);
                asked.push(async move { (ready.slot, self.deliver(host, refusals, &ready).await) });
            }
            let Some(answer) = asked.next().await else {
                return answers;
            };
            answers.push(answer);
        }
    }

    async fn deliver(&self, host: &Host, refusals: &AtomicU32, ready: &Ready<'a>) -> Answer {
        let (subject, origin) = (&self.credentials.subject, ready.endpoint.origin());
        let mut anew: Option<Arc<Token>> = None;
        // What came of the request so far; nothing when it was not sent yet.
        let mut so_far = Answer::NotTried;
        loop {
            let now = self.clock.now();
            if now >= self.order.call_until {
                return so_far;
            }
            if let Err(failure) = host.may_be_asked(now) {
                return Answer::Failed(failure);
            }
            if refusals.load(Ordering::Relaxed) >= REFUSALS {
                return Answer::Failed(misconfigured("web_push:vapid_key_refused"));
            }
            let signed_anew = anew.is_some();
            let Some(token) = anew.take().or_else(|| self.tokens.of(ready.key, subject, &origin, now)) else {
                return Answer::Failed(misconfigured("web_push:bad_credentials"));
            };
            let text = text(ready.notice, ready.tag, self.credentials.navigate.as_deref());
            // A new key and a new salt for each message, repeats among them.
            let message = Once::random().and_then(|once| encrypt(text.as_bytes(), ready.subscription, once));
            let Ok(message) = message else {
                return refused("web_push:bad_keys".to_owned());
            };
            let Some(request) = request(&ready.endpoint, ready.tag, &token, message) else {
                return refused("web_push:bad_endpoint".to_owned());
            };
            let reply = match host.ask(request).await {
                Ok(reply) => reply,
                Err(NoAnswer::NotAllowed) => return refused("web_push:endpoint_not_allowed".to_owned()),
                Err(NoAnswer::No(none)) => return self.unanswered(host, none),
            };
            let now = self.clock.now();
            let said = classify(&Told {
                status: reply.status,
                retry_after: retry_after(&reply.headers, now),
                body: &reply.body,
            });
            host.said(&said, now);
            if said.meaning != Meaning::SessionRefused {
                refusals.store(0, Ordering::Relaxed);
                return said.answer(overwritten());
            }
            anew = self.tokens.after(&token, ready.key, subject, &origin, now).filter(|_| !signed_anew);
            if anew.is_none() {
                refusals.fetch_add(1, Ordering::Relaxed);
                return said.answer(overwritten());
            }
            so_far = Answer::Failed(transient(said.reason));
        }
    }

    fn unanswered(&self, host: &Host, none: NoReply) -> Answer {
        let reason = format!("web_push:{}", none.as_str());
        host.failed(&reason, self.clock.now());
        Answer::Failed(transient(reason))
    }
}
