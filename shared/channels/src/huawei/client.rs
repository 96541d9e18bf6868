//! Joins the parts: group, ask, read the answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use http::Request;
use http::header::CONTENT_TYPE;
use http_body_util::Full;
use revocation_app::ports::{ChannelClient, Clock, CredentialStore, Order, SessionStore};
use revocation_rules::channel::Channel;
use revocation_rules::ids::Tenant;
use revocation_rules::retry::{Answer, AttemptFailure};
use tokio::time::Instant;

use super::answer::{Reading, Verdict, classify};
use super::request::{Group, body, group, path};
use super::session::{Session, Sessions, authorize};
use super::settings::{HuaweiCredentials, parse};
use crate::answers::{all_failed, gone, misconfigured, none_tried, overwritten, refused, transient, without_handle};
use crate::credentials::CredentialCache;
use crate::dial::{DialError, origin};
use crate::elapsed::elapsed_ms;
use crate::https::Https;
use crate::retry_after::retry_after;
use crate::settings::{Settings, Timeouts};
use crate::single_flight::Kept;

/// Calls of one order at the same time.
const CALLS_AT_ONCE: usize = 4;

pub(crate) struct HuaweiClient {
    push_url: String,
    credentials: CredentialCache<HuaweiCredentials>,
    sessions: Sessions,
    https: Arc<Https>,
    clock: Arc<dyn Clock>,
}

/// Who is calling, and in which session.
struct Caller {
    credentials: Kept<Arc<HuaweiCredentials>>,
    session: Kept<Session>,
}

impl HuaweiClient {
    pub fn new(
        settings: &Settings,
        timeouts: Timeouts,
        credentials: Arc<dyn CredentialStore>,
        sessions: Arc<dyn SessionStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, DialError> {
        let https = Arc::new(Https::new(settings, timeouts)?);
        Ok(Self {
            push_url: origin(&settings.huawei_push_url)?,
            credentials: CredentialCache::new(Channel::Huawei, credentials, parse),
            sessions: Sessions::new(origin(&settings.huawei_auth_url)?, Arc::clone(&https), sessions, Arc::clone(&clock)),
            https,
            clock,
        })
    }

    /// The tenant's credentials and a session of theirs. Credentials that are
    /// refused are read anew, once: they may have been rotated.
    async fn caller(&self, tenant: &Tenant) -> Result<Caller, AttemptFailure> {
        let credentials = self.credentials.read(tenant, self.clock.now(), None).await?;
        match self.sessions.open(&credentials.value.account, None).await {
            Ok(session) => Ok(Caller { credentials, session }),
            Err(AttemptFailure::Misconfigured { reason }) => {
                let newer = self.credentials.read(tenant, self.clock.now(), Some(credentials.version)).await?;
                if newer.value.account == credentials.value.account {
                    return Err(misconfigured(reason));
                }
                let session = self.sessions.open(&newer.value.account, None).await?;
                Ok(Caller {
                    credentials: newer,
                    session,
                })
            }
            Err(failure) => Err(failure),
        }
    }

    /// Another session than the one `before` was refused with.
    async fn caller_after(&self, tenant: &Tenant, before: &Caller) -> Result<Caller, AttemptFailure> {
        let credentials = self
            .credentials
            .read(tenant, self.clock.now(), Some(before.credentials.version))
            .await?;
        let account = &credentials.value.account;
        let same = *account == before.credentials.value.account;
        let session = self.sessions.open(account, same.then_some(before.session.version)).await?;
        Ok(Caller { credentials, session })
    }

    async fn ask_once(&self, order: &Order<'_>, group: &Group<'_>, caller: &Caller) -> Verdict {
        let started = Instant::now();
        let verdict = match self.request(group, caller) {
            None => Verdict {
                reason: "huawei:bad_settings".to_owned(),
                reading: Reading::Failed(misconfigured("huawei:bad_settings")),
            },
            Some(request) => match self.https.call(request).await {
                Ok(reply) => {
                    let wait = retry_after(&reply.headers, self.clock.now());
                    let tokens = group.deliveries.iter().map(|(_, token)| *token);
                    classify(reply.status, wait, &reply.body, tokens)
                }
                Err(none) => {
                    let reason = format!("huawei:{}", none.as_str());
                    Verdict {
                        reading: Reading::Failed(transient(reason.clone())),
                        reason,
                    }
                }
            },
        };
        let code = &verdict.reason;
        tracing::info!(
            revocation.id = %order.revocation,
            channel = "huawei",
            call = "send",
            deliveries = group.deliveries.len(),
            code,
            duration_ms = elapsed_ms(started),
            "asked huawei to overwrite: {code}"
        );
        verdict
    }

    /// `None` only for settings that do not make an address; they were checked.
    fn request(&self, group: &Group<'_>, caller: &Caller) -> Option<Request<Full<Bytes>>> {
        let credentials = &caller.credentials.value;
        let body = body(group, credentials).ok()?;
        let mut request = Request::post(format!("{}{}", self.push_url, path(&credentials.account)))
            .header(CONTENT_TYPE, "application/json;charset=utf-8")
            .body(Full::new(Bytes::from(body)))
            .ok()?;
        authorize(&mut request, &caller.session.value);
        Some(request)
    }

    /// Asks for one group; a refused session is renewed once.
    async fn ask(&self, order: &Order<'_>, group: &Group<'_>) -> Verdict {
        let tenant = &order.push.tenant;
        let failed = |failure: AttemptFailure| Verdict {
            reason: failure.reason().to_owned(),
            reading: Reading::Failed(failure),
        };
        let caller = match self.caller(tenant).await {
            Ok(caller) => caller,
            Err(failure) => return failed(failure),
        };
        let first = self.ask_once(order, group, &caller).await;
        if first.reading != Reading::SessionRefused {
            return first;
        }
        let caller = match self.caller_after(tenant, &caller).await {
            Ok(caller) => caller,
            Err(failure) => return failed(failure),
        };
        if self.clock.now() >= order.call_until {
            return failed(transient(first.reason));
        }
        let second = self.ask_once(order, group, &caller).await;
        if second.reading == Reading::SessionRefused {
            // A session minutes old is refused too: the app's right to push is at fault.
            return failed(misconfigured(second.reason));
        }
        second
    }

    async fn ask_in_time(&self, order: &Order<'_>, group: &Group<'_>, halted: &AtomicBool) -> Vec<(usize, Answer)> {
        if halted.load(Ordering::Relaxed) || self.clock.now() >= order.call_until {
            return group.deliveries.iter().map(|(slot, _)| (*slot, Answer::NotTried)).collect();
        }
        let verdict = self.ask(order, group).await;
        if let Reading::Failed(AttemptFailure::Throttled { .. } | AttemptFailure::Misconfigured { .. }) = verdict.reading {
            // The next call would be told the same.
            halted.store(true, Ordering::Relaxed);
        }
        answers(group, &verdict)
    }
}

/// One answer for each delivery of the group.
fn answers(group: &Group<'_>, verdict: &Verdict) -> Vec<(usize, Answer)> {
    let answer = |token: &str| match &verdict.reading {
        Reading::AcceptedBut(illegal) if illegal.contains(token) => gone("huawei:illegal_token".to_owned()),
        Reading::Accepted | Reading::AcceptedBut(_) => overwritten(),
        Reading::AllGone => gone(verdict.reason.clone()),
        Reading::Refused => refused(verdict.reason.clone()),
        Reading::SessionRefused => Answer::Failed(misconfigured(verdict.reason.clone())),
        Reading::Failed(failure) => Answer::Failed(failure.clone()),
    };
    group.deliveries.iter().map(|(slot, token)| (*slot, answer(token))).collect()
}

impl ChannelClient for HuaweiClient {
    fn revoke<'a>(&'a self, order: &'a Order<'a>) -> BoxFuture<'a, Vec<(usize, Answer)>> {
        async move {
            let (groups, without_id) = group(order.calls);
            let halted = AtomicBool::new(false);
            if self.clock.now() >= order.call_until {
                return none_tried(order);
            }
            if let Err(failure) = self.caller(&order.push.tenant).await {
                return all_failed(order, &failure);
            }
            let mut all: Vec<_> = without_id.into_iter().map(|slot| (slot, without_handle())).collect();
            let mut waiting = groups.iter();
            let mut asked = FuturesUnordered::new();
            loop {
                let next = waiting.by_ref().take(CALLS_AT_ONCE - asked.len());
                asked.extend(next.map(|group| self.ask_in_time(order, group, &halted)));
                match asked.next().await {
                    Some(answers) => all.extend(answers),
                    None => return all,
                }
            }
        }
        .boxed()
    }
}
