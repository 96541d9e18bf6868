//! Joins the parts: credentials, a run over the order, its line in the log.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use revocation_app::ports::{ChannelClient, Clock, Order};
use revocation_rules::plan::ToCall;
use revocation_rules::retry::{Answer, AttemptFailure};
use tokio::time::Instant;

use super::links::Links;
use super::run::Run;
use super::vendor::Vendor;
use crate::answers::{all_failed, codes, is_misconfigured, none_tried, unanswered};
use crate::around::Around;
use crate::credentials::CredentialCache;
use crate::dial::DialError;
use crate::driver::Pauses;
use crate::elapsed::elapsed_ms;
use crate::sessions;

pub(crate) struct Client<V: Vendor> {
    vendor: V,
    credentials: CredentialCache<V::Credentials>,
    links: Links<V>,
    /// Where the vendor asks an account to wait.
    pauses: Option<Pauses>,
    clock: Arc<dyn Clock>,
}

impl<V: Vendor> Client<V> {
    pub fn new(vendor: V, around: Around<'_>) -> Result<Self, DialError> {
        Ok(Self {
            vendor,
            credentials: CredentialCache::new(V::CHANNEL, around.credentials, V::parse),
            links: Links::new(around.settings, around.timeouts)?,
            pauses: None,
            clock: around.clock,
        })
    }

    /// What one worker is told to wait, the others wait as well.
    pub fn sharing(self, pauses: Pauses) -> Self {
        Self {
            pauses: Some(pauses),
            ..self
        }
    }

    async fn run(&self, order: &Order<'_>, credentials: &V::Credentials, calls: &[ToCall<'_>]) -> Vec<(usize, Answer)> {
        let channel = V::CHANNEL;
        let started = Instant::now();
        let answers = match Run::start(order, credentials, &self.vendor, &self.links, self.clock.as_ref()).await {
            Ok(run) => {
                let answers = run.finish(calls).await;
                if let (Some(pauses), Some(wait)) = (&self.pauses, run.wait()) {
                    let key = sessions::key(channel, V::account(credentials));
                    pauses.note(&key, &wait, self.clock.now()).await;
                }
                answers
            }
            // Whatever came of waiting for a session or a connection: nothing was asked for these.
            Err(_) if self.clock.now() >= order.call_until => calls.iter().map(|call| (call.slot, Answer::NotTried)).collect(),
            Err(failure) => calls.iter().map(|call| (call.slot, Answer::Failed(failure.clone()))).collect(),
        };
        // One line an order: a line a request would be 1,000 lines a batch.
        let codes = codes(&answers);
        tracing::info!(
            revocation.id = %order.revocation,
            channel = %channel,
            call = "send",
            deliveries = answers.len(),
            ?codes,
            duration_ms = elapsed_ms(started),
            "asked {channel} to overwrite {} notifications",
            answers.len()
        );
        answers
    }

    /// What calling for the account would come to now, if it was asked for a pause.
    async fn pause(&self, account: &V::Account) -> Option<AttemptFailure> {
        let key = sessions::key(V::CHANNEL, account);
        self.pauses.as_ref()?.of(&key, self.clock.now()).await
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
        if let Some(failure) = self.pause(V::account(&credentials.value)).await {
            return all_failed(order, &failure);
        }
        let mut answers = self.run(order, &credentials.value, order.calls).await;
        if !answers.iter().any(|(_, answer)| is_misconfigured(answer)) {
            return answers;
        }
        let newer = self.credentials.read(tenant, self.clock.now(), Some(credentials.version)).await;
        let Some(newer) = newer.ok().filter(|newer| newer.value != credentials.value) else {
            return answers;
        };
        answers.retain(|(_, answer)| matches!(answer, Answer::Ended { .. } | Answer::Unknown { .. }));
        let left = unanswered(order, &answers);
        answers.extend(self.run(order, &newer.value, &left).await);
        answers
    }
}

impl<V: Vendor> ChannelClient for Client<V> {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        self.ask(order).boxed()
    }
}
