//! Joins the parts: credentials, a run over the order, its line in the log.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use revocation_app::ports::{ChannelClient, Clock, Order};
use revocation_rules::channel::Channel;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};
use tokio::time::Instant;

use super::links::Links;
use super::order::Run;
use super::settings::{ApnsCredentials, parse};
use super::token::ProviderTokens;
use crate::answers::{all_failed, codes, none_tried};
use crate::around::Around;
use crate::credentials::CredentialCache;
use crate::dial::DialError;
use crate::elapsed::elapsed_ms;

pub(crate) struct ApnsClient {
    credentials: CredentialCache<ApnsCredentials>,
    links: Links,
    tokens: ProviderTokens,
    clock: Arc<dyn Clock>,
}

impl ApnsClient {
    pub fn new(around: Around<'_>) -> Result<Self, DialError> {
        Ok(Self {
            credentials: CredentialCache::new(Channel::Apns, around.credentials, parse),
            links: Links::new(around.settings, around.timeouts)?,
            tokens: ProviderTokens::new(around.sessions, Arc::clone(&around.clock)),
            clock: around.clock,
        })
    }

    async fn run(&self, order: &Order<'_>, credentials: &ApnsCredentials, calls: &[ToCall<'_>]) -> Vec<(usize, Answer)> {
        let started = Instant::now();
        let answers = match Run::start(order, credentials, &self.links, &self.tokens, self.clock.as_ref()).await {
            Ok(run) => run.finish(calls).await,
            // Whatever came of waiting for a token or a connection: nothing was asked for these.
            Err(_) if self.clock.now() >= order.call_until => calls.iter().map(|call| (call.slot, Answer::NotTried)).collect(),
            Err(failure) => calls.iter().map(|call| (call.slot, Answer::Failed(failure.clone()))).collect(),
        };
        // One line an order: a line a request would be 1,000 lines a batch.
        let codes = codes(&answers);
        tracing::info!(
            revocation.id = %order.revocation,
            channel = "apns",
            call = "send",
            deliveries = answers.len(),
            ?codes,
            duration_ms = elapsed_ms(started),
            "asked apns to overwrite {} notifications",
            answers.len()
        );
        answers
    }

    /// Asks for all; credentials that are refused are read anew, once: they may have been rotated.
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
        answers.retain(|(_, answer)| matches!(answer, Answer::Ended { .. } | Answer::Unknown { .. }));
        let left: Vec<ToCall<'_>> = order
            .calls
            .iter()
            .filter(|call| !answers.iter().any(|(slot, _)| *slot == call.slot))
            .copied()
            .collect();
        answers.extend(self.run(order, &newer.value, &left).await);
        answers
    }
}

const fn is_misconfigured(answer: &Answer) -> bool {
    matches!(answer, Answer::Failed(AttemptFailure::Misconfigured { .. }))
}

impl ChannelClient for ApnsClient {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        self.ask(order).boxed()
    }
}
