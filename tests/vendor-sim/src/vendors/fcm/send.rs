//! `POST /v1/projects/{project}/messages:send`.

use http::{Method, StatusCode};
use serde_json::json;

use super::message::{Checked, Target};
use super::{Fcm, errors, message};
use crate::bars::{Effect, Keep, Notification, Standing};
use crate::clock::now_ms;
use crate::desk::refusal_of_push;
use crate::sessions::Known;
use crate::wire::{Answer, Call, Reply};

impl Fcm {
    pub(super) fn send(&self, call: &Call, project: &str) -> Reply {
        self.desk.stats.call();
        if call.method != Method::POST {
            return self.desk.broken("send: not POST", Answer::empty(StatusCode::NOT_FOUND));
        }
        if let Err(reply) = self.check_session(call, project) {
            return reply;
        }
        // Clients that others wrote say `application/json; UTF-8`, which is no parameter, and are served.
        let content_type = call.header("content-type").unwrap_or_default();
        if !content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/json")
        {
            let answer = errors::bad_request("", "the content type is not application/json");
            return self.desk.broken("send: the content type is not application/json", answer);
        }
        let checked = match message::check(&call.body) {
            Ok(checked) => checked,
            Err(wrong) => {
                let what = format!("send: {}: {}", wrong.field, wrong.what);
                return self.desk.broken(&what, errors::bad_request(&wrong.field, &wrong.what));
            }
        };
        if let Some(fault) = refusal_of_push(self, project, 1) {
            return fault;
        }
        self.apply(project, checked)
    }

    fn check_session(&self, call: &Call, project: &str) -> Result<(), Reply> {
        let refused = |reason| errors::plain(StatusCode::UNAUTHORIZED, reason);
        let Some(credential) = call.bearer() else {
            return Err(self.desk.broken("send: no bearer token", refused("CREDENTIALS_MISSING")));
        };
        let Some(known) = self.sessions.find(credential) else {
            let answer = refused("ACCESS_TOKEN_TYPE_UNSUPPORTED");
            return Err(self.desk.broken("send: an access token that was never issued", answer));
        };
        self.desk.stats.session(credential);
        match known {
            Known::Expired => Err(refused("ACCESS_TOKEN_EXPIRED").into()),
            Known::Good(of) if of != project => {
                let answer = errors::plain(StatusCode::FORBIDDEN, "IAM_PERMISSION_DENIED");
                Err(self.desk.broken("send: another project's access token", answer))
            }
            Known::Good(_) => Ok(()),
        }
    }

    fn apply(&self, project: &str, message: Checked) -> Reply {
        let name = format!("projects/{project}/messages/0:{}%{:016x}", now_ms(), rand::random::<u64>());
        if let Target::Device(token) = &message.target {
            let ordered = self.desk.faults().code_for(token).map(errors::answer);
            if let Some(answer) = ordered {
                return answer.into();
            }
            let mut bars = self.desk.bars();
            let refused = match bars.standing(project, token) {
                Standing::Reachable => None,
                Standing::Unknown => Some(errors::INVALID_ARGUMENT),
                Standing::OtherApp => Some(errors::SENDER_ID_MISMATCH),
                Standing::Unregistered => Some(errors::UNREGISTERED),
            };
            if let Some(code) = refused {
                self.desk.stats.answered(1);
                return errors::answer(code).into();
            }
            if !message.validate_only {
                let effect = message.notification.map_or(Effect::Background, |shown| {
                    Effect::Show(Notification {
                        vendor_request_id: Some(name.clone()),
                        ..shown
                    })
                });
                let keep = Keep {
                    group: message.collapse_key,
                    until_ms: now_ms() + message.ttl_ms,
                };
                bars.push(token, effect, keep);
                drop(bars);
                self.desk.stats.pushes(1);
            }
        }
        if self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(1);
        Answer::json(StatusCode::OK, &json!({ "name": name })).into()
    }
}
