//! Joins the parts: credentials, a run over the order, its line in the log.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use revocation_app::ports::{ChannelClient, Clock, Order};
use revocation_rules::channel::Channel;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;
use tokio::time::Instant;

use super::hosts::Hosts;
use super::order::Run;
use super::resolve::by_the_system;
use super::settings::{WebPushCredentials, parse, push_hosts};
use super::vapid::Tokens;
use crate::answers::{all_failed, codes, is_misconfigured, none_tried, unanswered};
use crate::around::Around;
use crate::credentials::CredentialCache;
use crate::dial::DialError;
use crate::elapsed::elapsed_ms;

pub(crate) struct WebPushClient {
    credentials: CredentialCache<WebPushCredentials>,
    hosts: Hosts,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
}

impl WebPushClient {
    pub fn new(around: Around<'_>) -> Result<Self, DialError> {
        Ok(Self {
            credentials: CredentialCache::new(Channel::WebPush, around.credentials, parse),
            hosts: Hosts::new(push_hosts(around.settings)?, by_the_system, around.settings, around.timeouts)?,
            tokens: Tokens::default(),
            clock: around.clock,
        })
    }

    async fn run<'a>(&'a self, order: &'a Order<'a>, credentials: &'a WebPushCredentials, calls: &[ToCall<'a>]) -> Vec<(usize, Answer)> {
        let started = Instant::now();
        let run = Run {
            order,
            credentials,
            hosts: &self.hosts,
            tokens: &self.tokens,
            clock: self.clock.as_ref(),
        };
        let answers = run.finish(calls).await;
        // One line an order: a line a request would be 1,000 lines a batch.
        let codes = codes(&answers);
        tracing::info!(
            revocation.id = %order.revocation,
            channel = "web_push",
            call = "send",
            deliveries = answers.len(),
            ?codes,
            duration_ms = elapsed_ms(started),
            "asked push services to overwrite {} notifications",
            answers.len()
        );
        answers
    }

    /// Asks for all; where a key is refused, the credentials are read anew, once: a key may have been added.
    async fn ask(&self, order: &Order<'_>) -> Vec<(usize, Answer)> {
        if self.clock.now() >= order.call_until {
            return none_tried(order);
        }
        let tenant = &order.push.tenant;
        let credentials = match self.credentials.read(tenant, self.clock.now(), None).await {
            Ok(credentials) => credentials,
            Err(failure) => return all_failed(order, &failure),
        };
        let mut answers = self.run(order, &credentials.value, order.calls).await;
        if !answers.iter().any(|(_, answer)| is_misconfigured(answer)) {
            return answers;
        }
        let newer = self.credentials.read(tenant, self.clock.now(), Some(credentials.version)).await;
        let Some(newer) = newer.ok().filter(|newer| newer.value != credentials.value) else {
            return answers;
        };
        answers.retain(|(_, answer)| !is_misconfigured(answer));
        let left = unanswered(order, &answers);
        answers.extend(self.run(order, &newer.value, &left).await);
        answers
    }
}

impl ChannelClient for WebPushClient {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        self.ask(order).boxed()
    }
}
