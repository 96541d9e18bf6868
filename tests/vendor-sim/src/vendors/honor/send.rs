//! `POST /api/v1/{appId}/sendMessage`.

use http::{Method, StatusCode};

use super::message::Checked;
use super::{Honor, codes, message};
use crate::bars::{Effect, Keep, Notification, Standing};
use crate::clock::now_ms;
use crate::desk::{lock, refusal_of_push};
use crate::sessions::Known;
use crate::wire::{Answer, Call, Reply};
use crate::wrong::{Wrong, wrong};

/// How far the header `timestamp` may be from the server's time.
const CLOCK_TOLERANCE_MS: u64 = 10 * 60 * 1000;
const TIMESTAMP_DIGITS: usize = 13;

impl Honor {
    pub(super) fn send(&self, call: &Call, app_id: &str) -> Reply {
        self.desk.stats.call();
        if call.method != Method::POST {
            return self.desk.broken("send: not POST", Answer::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        if let Err(wrong) = check_timestamp(call.header("timestamp")) {
            return self.wrong(&wrong);
        }
        let self_classified = match self.check_session(call, app_id) {
            Ok(self_classified) => self_classified,
            Err(reply) => return reply,
        };
        if !call.is_utf8("application/json") {
            return self.wrong(&Wrong {
                code: codes::BAD_PARAMETER,
                what: "the content type is not application/json in UTF-8".to_owned(),
            });
        }
        let checked = match message::check(&call.body, self_classified) {
            Ok(checked) => checked,
            Err(wrong) => return self.wrong(&wrong),
        };
        if let Some(fault) = refusal_of_push(self, app_id, checked.tokens.len()) {
            return fault;
        }
        self.apply(app_id, &checked)
    }

    /// Whether the app may classify its messages itself.
    fn check_session(&self, call: &Call, app_id: &str) -> Result<bool, Reply> {
        let refused = |what: &str| codes::answer(codes::UNAUTHENTICATED, what);
        let Some(credential) = call.bearer() else {
            return Err(self.desk.broken("send: no bearer token", refused("the access token is missing")));
        };
        let Some(known) = self.sessions.find(credential) else {
            let answer = refused("the access token is unknown");
            return Err(self.desk.broken("send: an access token that was never issued", answer));
        };
        self.desk.stats.session(credential);
        let client = match known {
            Known::Expired => return Err(refused("the access token has expired").into()),
            Known::Good(client) => client,
        };
        let apps = lock(&self.apps);
        let own = apps.get(app_id).filter(|app| app.client_id == client);
        own.map(|app| app.self_classified).ok_or_else(|| {
            let answer = codes::answer(codes::BAD_APP, "not an app of the access token");
            self.desk.broken("send: another client's access token", answer)
        })
    }

    fn wrong(&self, wrong: &Wrong) -> Reply {
        self.desk
            .broken(&format!("send: {}", wrong.what), codes::answer(wrong.code, &wrong.what))
    }

    fn apply(&self, app_id: &str, message: &Checked) -> Reply {
        let request_id = codes::request_id(app_id);
        let mut bars = self.desk.bars();
        let (mut good, mut failed, mut expired) = (Vec::new(), Vec::new(), Vec::new());
        {
            let faults = self.desk.faults();
            for token in message.tokens.iter().map(String::as_str) {
                match faults.code_for(token).and_then(|code| code.parse().ok()) {
                    Some(codes::ALL_TOKENS_BAD | codes::SOME_TOKENS_BAD) => failed.push(token),
                    Some(code) => return codes::answer(code, "ordered by the control API").into(),
                    None => match bars.standing(app_id, token) {
                        Standing::Reachable => good.push(token),
                        Standing::Unregistered => expired.push(token),
                        Standing::OtherApp | Standing::Unknown => failed.push(token),
                    },
                }
            }
        }
        let total = message.tokens.len();
        if good.is_empty() {
            self.desk.stats.answered(total);
            return codes::sent(codes::ALL_TOKENS_BAD, "All the tokens are invalid", &request_id, &failed, &expired).into();
        }
        let effect = message.notification.clone().map_or(Effect::Background, |shown| {
            Effect::Show(Notification {
                vendor_request_id: Some(request_id.clone()),
                ..shown
            })
        });
        let keep = Keep {
            group: None,
            until_ms: now_ms() + message.ttl_ms,
        };
        for token in &good {
            bars.push(token, effect.clone(), keep.clone());
        }
        self.desk.stats.pushes(good.len());
        drop(bars);
        if self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(total);
        let (code, message) = if good.len() == total {
            (codes::SUCCESS, "Success")
        } else {
            (codes::SOME_TOKENS_BAD, "Some tokens are invalid")
        };
        codes::sent(code, message, &request_id, &failed, &expired).into()
    }
}

/// Milliseconds since 1970, near the server's own.
fn check_timestamp(timestamp: Option<&str>) -> Result<(), Wrong> {
    let Some(timestamp) = timestamp.filter(|timestamp| !timestamp.is_empty()) else {
        return wrong(codes::NO_TIMESTAMP, "no header timestamp");
    };
    let ms = Some(timestamp)
        .filter(|text| text.len() == TIMESTAMP_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|text| text.parse::<u64>().ok());
    match ms {
        Some(ms) if ms.abs_diff(now_ms()) <= CLOCK_TOLERANCE_MS => Ok(()),
        Some(_) => wrong(codes::BAD_TIMESTAMP, "timestamp is more than ten minutes off"),
        None => wrong(codes::BAD_TIMESTAMP, "timestamp is not milliseconds"),
    }
}
