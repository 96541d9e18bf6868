//! The push services that are called: for each its own connections, and its own breaker.
//!
//! A host that does not answer, or answers nothing but its own trouble, is left alone for a while after a few requests; then one
//! more is made, and if that fails it is left alone again. A host that asks for a pause gets it. Either is nothing
//! to the others.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use jiff::{SignedDuration, Timestamp};
use revocation_rules::retry::AttemptFailure;
use revocation_rules::web_push::PushHosts;

use super::resolve::{LookUp, ResolveError, Resolver};
use crate::answers::{throttled, transient};
use crate::dial::{DialError, Offer, connector_by};
use crate::https::{NoReply, bounded};
use crate::meaning::{Meaning, Said};
use crate::read::plain;
use crate::settings::{Settings, Timeouts};

/// Connections older than this are not trusted to be alive still.
const IDLE_FOR: Duration = Duration::from_secs(30);
/// Longest answer that is read; those that are seen have some hundred bytes.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// So many requests one after the other without a good word, and the host is left alone.
const FAILURES: u32 = 5;
const LEFT_ALONE: SignedDuration = SignedDuration::from_secs(30);
/// Where a host does not say how long it wants to be left alone.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// Whatever it says.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// Hosts that are remembered at once.
const REMEMBERED: usize = 256;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The name leads to where nothing is called.
    NotAllowed,
    No(NoReply),
}

pub(super) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub(super) struct Hosts {
    pub allowed: Arc<PushHosts>,
    connector: HttpsConnector<HttpConnector<Resolver>>,
    timeouts: Timeouts,
    known: Mutex<HashMap<String, Arc<Host>>>,
}

impl Hosts {
    pub fn new(allowed: PushHosts, look_up: LookUp, settings: &Settings, timeouts: Timeouts) -> Result<Self, DialError> {
        let allowed = Arc::new(allowed);
        let resolver = Resolver {
            hosts: Arc::clone(&allowed),
            look_up,
        };
        Ok(Self {
            allowed,
            connector: connector_by(resolver, settings.extra_ca_pem.as_deref(), Offer::Http1, timeouts.connect)?,
            timeouts,
            known: Mutex::default(),
        })
    }

    /// The host of an authority such as `fcm.googleapis.com`.
    pub fn host(&self, authority: &str) -> Arc<Host> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = known.get(authority) {
            return Arc::clone(host);
        }
        if known.len() >= REMEMBERED {
            // Those that nobody is asking.
            known.retain(|_, host| Arc::strong_count(host) > 1);
        }
        let host = Arc::new(Host {
            client: Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_FOR)
                .build(self.connector.clone()),
            timeouts: self.timeouts,
            state: Mutex::default(),
        });
        known.insert(authority.to_owned(), Arc::clone(&host));
        host
    }
}

pub(super) struct Host {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    timeouts: Timeouts,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// One after the other.
    failures: u32,
    rest: Option<Rest>,
}

struct Rest {
    since: Timestamp,
    until: Timestamp,
    reason: String,
    why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    AskedFor,
    Failing,
}

impl Host {
    /// What a request would come to now, if the host is left alone.
    pub fn may_be_asked(&self, now: Timestamp) -> Result<(), AttemptFailure> {
        let state = self.state();
        // A clock that was set back ends a rest: nobody waits for a time that was wrong.
        let Some(rest) = state.rest.as_ref().filter(|rest| (rest.since..rest.until).contains(&now)) else {
            return Ok(());
        };
        let left = Duration::try_from(rest.until.duration_since(now)).unwrap_or_default();
        Err(match rest.why {
            Why::AskedFor => throttled(rest.reason.clone(), Some(left)),
            Why::Failing => transient(rest.reason.clone()),
        })
    }

    /// Follows no redirect: there is nothing here that would.
    pub async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Reply, NoAnswer> {
        let call = async {
            let response = self.client.request(request).await.map_err(|error| {
                if !error.is_connect() {
                    NoAnswer::No(NoReply::Broken)
                } else if leads_home(&error) {
                    NoAnswer::NotAllowed
                } else {
                    NoAnswer::No(NoReply::NotConnected)
                }
            })?;
            let (head, body) = response.into_parts();
            let body = bounded(body, MAX_BODY_BYTES).await.map_err(NoAnswer::No)?;
            Ok(Reply {
                status: head.status,
                body: plain(&head.headers, body, MAX_BODY_BYTES),
                headers: head.headers,
            })
        };
        let limit = self.timeouts.connect + self.timeouts.answer;
        tokio::time::timeout(limit, call)
            .await
            .unwrap_or(Err(NoAnswer::No(NoReply::Timeout)))
    }

    pub fn said(&self, said: &Said, now: Timestamp) {
        match said.meaning {
            Meaning::Throttled => self.pause(said, now),
            Meaning::Transient => self.failed(&said.reason, now),
            Meaning::Accepted
            | Meaning::Gone
            | Meaning::Unknown
            | Meaning::NotThere
            | Meaning::Refused
            | Meaning::QuotaUsedUp
            | Meaning::TooOften
            | Meaning::SessionRefused
            | Meaning::Misconfigured
            | Meaning::NotForUs => self.state().failures = 0,
        }
    }

    fn pause(&self, said: &Said, now: Timestamp) {
        let asked_for = said.retry_after.map(|wait| SignedDuration::try_from(wait).unwrap_or(LONGEST_PAUSE));
        let until = now.saturating_add(asked_for.unwrap_or(PAUSE).min(LONGEST_PAUSE)).unwrap_or(now);
        let mut state = self.state();
        if state.rest.as_ref().is_none_or(|rest| rest.until < until) {
            state.rest = Some(Rest {
                since: now,
                until,
                reason: said.reason.clone(),
                why: Why::AskedFor,
            });
        }
    }

    /// There was no answer, or one that says no more than that the host is in trouble.
    pub fn failed(&self, reason: &str, now: Timestamp) {
        let mut state = self.state();
        state.failures += 1;
        if state.failures < FAILURES {
            return;
        }
        // The next one decides.
        state.failures = FAILURES - 1;
        state.rest = Some(Rest {
            since: now,
            until: now.saturating_add(LEFT_ALONE).unwrap_or(now),
            reason: reason.to_owned(),
            why: Why::Failing,
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn leads_home(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if matches!(error.downcast_ref(), Some(ResolveError::NotPublic)) {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::super::resolve::by_the_system;
    use super::*;

    fn hosts() -> Hosts {
        Hosts::new(PushHosts::default(), by_the_system, &Settings::default(), Timeouts::default()).unwrap()
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + secs).unwrap()
    }

    fn said(meaning: Meaning, wait: Option<u64>) -> Said {
        Said::new("web_push:http_1", meaning).after(wait.map(Duration::from_secs))
    }

    #[test]
    fn a_host_that_fails_five_times_is_left_alone_and_tried_again() {
        let hosts = hosts();
        let host = hosts.host("fcm.googleapis.com");
        for _ in 0..4 {
            host.failed("web_push:timeout", at(0));
        }
        assert_eq!(host.may_be_asked(at(0)), Ok(()));
        host.failed("web_push:timeout", at(0));
        assert_eq!(host.may_be_asked(at(29)), Err(transient("web_push:timeout")));
        assert_eq!(hosts.host("web.push.apple.com").may_be_asked(at(0)), Ok(()), "another is not");
        assert!(
            hosts.host("fcm.googleapis.com").may_be_asked(at(0)).is_err(),
            "the next order knows it"
        );
        // One more decides.
        assert_eq!(host.may_be_asked(at(30)), Ok(()));
        host.failed("web_push:timeout", at(30));
        assert!(host.may_be_asked(at(59)).is_err());
        host.said(&said(Meaning::Gone, None), at(60));
        for _ in 0..4 {
            host.failed("web_push:timeout", at(61));
        }
        assert_eq!(host.may_be_asked(at(61)), Ok(()));
    }

    #[test]
    fn a_pause_that_a_host_asks_for_is_every_sites_there() {
        let hosts = hosts();
        let host = hosts.host("fcm.googleapis.com");
        host.said(&said(Meaning::Throttled, Some(60)), at(0));
        let left = Some(Duration::from_secs(50));
        assert_eq!(host.may_be_asked(at(10)), Err(throttled("web_push:http_1", left)));
        // A shorter one does not end it.
        host.said(&said(Meaning::Throttled, None), at(10));
        assert_eq!(
            host.may_be_asked(at(59)),
            Err(throttled("web_push:http_1", Some(Duration::from_secs(1))))
        );
        assert_eq!(host.may_be_asked(at(60)), Ok(()));
        host.said(&said(Meaning::Throttled, Some(86_400)), at(60));
        assert!(host.may_be_asked(at(60 + 899)).is_err());
        assert_eq!(
            host.may_be_asked(at(60 + 900)),
            Ok(()),
            "nobody is waited for longer than a quarter of an hour"
        );
        assert_eq!(host.may_be_asked(at(59)), Ok(()), "a clock that was set back");
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_not_dialled() {
        for home in [[127, 0, 0, 1], [169, 254, 169, 254], [10, 0, 0, 1]] {
            // One of the three for each, since a function remembers nothing.
            let look_up: LookUp = match home {
                [127, ..] => |_| async { Ok(vec![[127, 0, 0, 1].into()]) }.boxed(),
                [169, ..] => |_| async { Ok(vec![[17, 1, 2, 3].into(), [169, 254, 169, 254].into()]) }.boxed(),
                _ => |_| async { Ok(vec![[10, 0, 0, 1].into()]) }.boxed(),
            };
            let hosts = Hosts::new(PushHosts::default(), look_up, &Settings::default(), Timeouts::default()).unwrap();
            let request = Request::post("https://web.push.apple.com/a").body(Full::default()).unwrap();
            let asked = hosts.host("web.push.apple.com").ask(request).await;
            assert_eq!(asked.err(), Some(NoAnswer::NotAllowed), "{home:?}");
        }
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_is_no_answer() {
        let look_up: LookUp = |_| async { Err(std::io::Error::other("no such name")) }.boxed();
        let hosts = Hosts::new(PushHosts::default(), look_up, &Settings::default(), Timeouts::default()).unwrap();
        let request = Request::post("https://web.push.apple.com/a").body(Full::default()).unwrap();
        let asked = hosts.host("web.push.apple.com").ask(request).await;
        assert_eq!(asked.err(), Some(NoAnswer::No(NoReply::NotConnected)));
    }

    #[test]
    fn no_more_hosts_are_remembered_than_are_asked() {
        let hosts = hosts();
        let asked = hosts.host("fcm.googleapis.com");
        for nth in 0..1_000 {
            hosts.host(&format!("{nth}.push.apple.com"));
        }
        assert!(hosts.known.lock().unwrap().len() <= REMEMBERED);
        assert!(Arc::ptr_eq(&asked, &hosts.host("fcm.googleapis.com")));
    }
}
