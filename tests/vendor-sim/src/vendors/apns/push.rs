//! `POST /3/device/{token}`.

use http::{Method, StatusCode};

use super::headers::Headers;
use super::provider_token::TokenError;
use super::{Apns, headers, payload, reasons};
use crate::bars::{Effect, Keep, Notification, Standing};
use crate::desk::{lock, refusal_of_push};
use crate::serve::Link;
use crate::wire::{Answer, Call, Reply};

impl Apns {
    /// Every answer, good or bad, carries an `apns-id`.
    pub(super) fn push(&self, call: &Call, link: &Link) -> Reply {
        self.desk.stats.call();
        let id = headers::request_id(call).map_or_else(made_up_id, str::to_owned);
        let reply = self.checked(call, link, &id).unwrap_or_else(|refused| refused);
        match reply {
            Reply::Answer(answer) => answer.with("apns-id", id).into(),
            Reply::Dropped => Reply::Dropped,
        }
    }

    fn checked(&self, call: &Call, link: &Link, id: &str) -> Result<Reply, Reply> {
        if call.method != Method::POST {
            return Err(self.refused("MethodNotAllowed", "not POST"));
        }
        let Some(token) = call.path.strip_prefix("/3/device") else {
            return Err(self.refused("BadPath", "an unknown path"));
        };
        let token = match token.strip_prefix('/') {
            None if !token.is_empty() => return Err(self.refused("BadPath", "an unknown path")),
            None | Some("") => {
                return Err(self.refused("MissingDeviceToken", "the device token is missing"));
            }
            Some(token) if token.contains('/') => {
                return Err(self.refused("BadPath", "an unknown path"));
            }
            Some(token) => token,
        };
        let team_id = self.check_provider_token(call)?;
        link.prove();
        if call.headers.contains_key("content-encoding") {
            self.desk.stats.violation("push: a compressed payload");
        }
        let headers = headers::check(call).map_err(|(reason, what)| self.refused(reason, what))?;
        if lock(&self.topics).get(&headers.bundle_id) != Some(&team_id) {
            return Err(self.refused("TopicDisallowed", "not a topic of the key's team"));
        }
        let payload = payload::check(&call.body, headers.push_type).map_err(|(reason, what)| self.refused(reason, what))?;
        // The sender's data, not the contract: no violation.
        if !is_device_token(token) {
            return Err(reasons::answer("BadDeviceToken").into());
        }
        if let Some(fault) = refusal_of_push(self, &headers.bundle_id, 1) {
            return Err(fault);
        }
        Ok(self.apply(token, headers, payload.notification, id))
    }

    fn check_provider_token(&self, call: &Call) -> Result<String, Reply> {
        let Some(token) = call.bearer() else {
            return Err(self.refused("MissingProviderToken", "no bearer token"));
        };
        let checked = lock(&self.keys).check(token);
        if !matches!(checked, Err(TokenError::Invalid(_))) {
            self.desk.stats.session(token);
        }
        checked.map_err(|error| match error {
            TokenError::Invalid(what) => self.refused("InvalidProviderToken", &format!("provider token: {what}")),
            TokenError::TooOld => self.refused("ExpiredProviderToken", "provider token: an hour old"),
            TokenError::Expired => reasons::answer("ExpiredProviderToken").into(),
            TokenError::TooManyUpdates => self.refused("TooManyProviderTokenUpdates", "provider token: too many within 20 minutes"),
        })
    }

    fn apply(&self, token: &str, headers: Headers, notification: Option<Notification>, id: &str) -> Reply {
        let ordered = self.desk.faults().code_for(token).map(reasons::answer);
        if let Some(answer) = ordered {
            return answer.into();
        }
        let mut bars = self.desk.bars();
        let refused = match bars.standing(&headers.bundle_id, token) {
            Standing::Reachable => None,
            Standing::Unknown => Some("BadDeviceToken"),
            Standing::OtherApp => Some("DeviceTokenNotForTopic"),
            Standing::Unregistered => Some("Unregistered"),
        };
        if let Some(reason) = refused {
            self.desk.stats.answered(1);
            return reasons::answer(reason).into();
        }
        let effect = notification.map_or(Effect::Background, |shown| {
            Effect::Show(Notification {
                key: headers.collapse_id,
                vendor_request_id: Some(id.to_owned()),
                ..shown
            })
        });
        // One push is stored per bundle id, and a device of ours has one bundle.
        let keep = Keep {
            group: Some(headers.bundle_id),
            until_ms: headers.stored_until_s.saturating_mul(1000),
        };
        bars.push(token, effect, keep);
        drop(bars);
        self.desk.stats.pushes(1);
        if self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(1);
        Answer::empty(StatusCode::OK).into()
    }

    /// Answers a request that broke the contract.
    fn refused(&self, reason: &str, what: &str) -> Reply {
        self.desk.broken(&format!("push: {what}"), reasons::answer(reason))
    }
}

/// 32 to 100 bytes in hex. Apple warns not to count on a length.
fn is_device_token(token: &str) -> bool {
    (64..=200).contains(&token.len()) && token.len().is_multiple_of(2) && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn made_up_id() -> String {
    let bits: u128 = rand::random();
    // Version 4, variant 1.
    let bits = (bits & !(0xf000 << 64) & !(0xc << 60)) | (0x4000 << 64) | (0x8 << 60);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
