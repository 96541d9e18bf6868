//! `POST` to an endpoint.

use http::StatusCode;

use super::vapid::{self, Credential, Seen};
use super::{WebPush, browser, decrypt, headers};
use crate::bars::{Keep, Standing};
use crate::clock::{now_ms, now_s};
use crate::desk::{lock, refusal_of_push};
use crate::wire::{Answer, Call, Reply};

impl WebPush {
    pub(super) fn push(&self, call: &Call) -> Result<Reply, Reply> {
        let endpoint = call.url().ok_or_else(|| self.refused(StatusCode::BAD_REQUEST, "no host"))?;
        let origin = endpoint.strip_suffix(call.path.as_str()).unwrap_or_default();
        let site = self.check_vapid(call, origin)?;
        let headers = headers::check(call).map_err(|(status, what)| self.refused(status, what))?;
        if let Some(fault) = refusal_of_push(self, site.key, 1) {
            return Err(fault);
        }
        if let Some(answer) = self.ordered(&endpoint) {
            return Ok(answer.into());
        }
        let standing = self.desk.bars().standing(site.key, &endpoint);
        let gone = match standing {
            Standing::Reachable => None,
            Standing::Unknown => Some(StatusCode::NOT_FOUND),
            Standing::Unregistered => Some(StatusCode::GONE),
            // Made with another key, for good. The sender's data, not the contract.
            Standing::OtherApp => Some(StatusCode::FORBIDDEN),
        };
        if let Some(status) = gone {
            self.desk.stats.answered(1);
            return Ok(Answer::empty(status).into());
        }
        self.deliver(call, &endpoint, headers);
        self.desk.stats.pushes(1);
        if self.desk.faults().drop_after_effect() {
            return Ok(Reply::Dropped);
        }
        self.desk.stats.answered(1);
        let message = format!("{origin}/message/{:016x}", rand::random::<u64>());
        Ok(Answer::empty(StatusCode::CREATED).with("location", message).into())
    }

    /// The push service can not read a message; it is the browser that drops one that is none.
    fn deliver(&self, call: &Call, endpoint: &str, headers: headers::Headers) {
        let read = browser::receiver(endpoint).ok_or("no such browser");
        match read.and_then(|receiver| decrypt::decrypt(&call.body, &receiver)) {
            Err(what) => self.desk.stats.violation(format!("push: a message that no browser reads: {what}")),
            Ok(text) => {
                // A TTL of 0 is for who is there now; else it waits, and of one topic only the latest.
                let keep = Keep {
                    group: headers.topic,
                    until_ms: if headers.ttl_s == 0 { 0 } else { now_ms() + headers.ttl_s * 1000 },
                };
                self.desk.bars().push(endpoint, browser::service_worker(&text), keep);
            }
        }
    }

    fn ordered(&self, endpoint: &str) -> Option<Answer> {
        let status = self.desk.faults().code_for(endpoint)?.parse().ok()?;
        StatusCode::from_u16(status).ok().map(Answer::empty)
    }

    fn check_vapid<'a>(&self, call: &'a Call, origin: &str) -> Result<Credential<'a>, Reply> {
        let header = call.header("authorization");
        let Some(header) = header else {
            return Err(self.refused(StatusCode::UNAUTHORIZED, "no authorization"));
        };
        let credential =
            vapid::credential(header).ok_or_else(|| self.refused(StatusCode::UNAUTHORIZED, "authorization is not vapid t=.., k=.."))?;
        vapid::check(credential, origin, now_s()).map_err(|what| self.refused(StatusCode::FORBIDDEN, &format!("VAPID: {what}")))?;
        self.desk.stats.session(credential.token);
        let mut seen = lock(&self.seen);
        let seen = seen.entry(credential.token.to_owned()).or_insert(Seen { expired: false });
        if seen.expired || !lock(&self.sites).contains(credential.key) {
            return Err(Answer::empty(StatusCode::FORBIDDEN).into());
        }
        Ok(credential)
    }

    /// Answers a request that broke the contract.
    fn refused(&self, status: StatusCode, what: &str) -> Reply {
        self.desk.broken(&format!("push: {what}"), Answer::empty(status))
    }
}
