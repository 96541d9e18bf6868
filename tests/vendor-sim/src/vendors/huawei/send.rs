//! `POST /v1/{appId}/messages:send`.

use std::collections::HashSet;

use http::{Method, StatusCode};
use serde_json::json;

use super::message::{Checked, Wrong};
use super::{Huawei, codes, message};
use crate::bars::{Effect, Keep, Notification, Standing};
use crate::clock::now_ms;
use crate::desk::{lock, refusal_of_push};
use crate::sessions::Known;
use crate::wire::{Call, Reply};

impl Huawei {
    pub(super) fn send(&self, call: &Call, app_id: &str) -> Reply {
        self.desk.stats.call();
        if call.method != Method::POST {
            return self.desk.broken("send: not POST", codes::http_only(StatusCode::METHOD_NOT_ALLOWED));
        }
        if let Err(reply) = self.check_session(call, app_id) {
            return reply;
        }
        if !call.is_utf8("application/json") {
            return self.wrong(&Wrong {
                code: codes::BAD_PARAMETER,
                what: "the content type is not application/json in UTF-8".to_owned(),
            });
        }
        let high_importance = lock(&self.apps).get(app_id).is_some_and(|app| app.high_importance);
        let checked = match message::check(&call.body, high_importance) {
            Ok(checked) => checked,
            Err(wrong) => return self.wrong(&wrong),
        };
        if let Some(fault) = refusal_of_push(self, app_id, checked.tokens.len()) {
            return fault;
        }
        self.apply(app_id, checked)
    }

    fn check_session(&self, call: &Call, app_id: &str) -> Result<(), Reply> {
        let Some(credential) = call.bearer() else {
            let answer = codes::answer(codes::UNAUTHENTICATED, "the access token is missing");
            return Err(self.desk.broken("send: no bearer token", answer));
        };
        let Some(known) = self.sessions.find(credential) else {
            let answer = codes::answer(codes::UNAUTHENTICATED, "the access token is unknown");
            return Err(self.desk.broken("send: an access token that was never issued", answer));
        };
        self.desk.stats.session(credential);
        match known {
            Known::Expired => Err(codes::answer(codes::SESSION_EXPIRED, "the access token has expired").into()),
            Known::Good(of) if of != app_id => {
                let answer = codes::answer(codes::APP_NOT_ALLOWED, "not the app of the access token");
                Err(self.desk.broken("send: another app's access token", answer))
            }
            Known::Good(_) => Ok(()),
        }
    }

    fn wrong(&self, wrong: &Wrong) -> Reply {
        self.desk
            .broken(&format!("send: {}", wrong.what), codes::answer(wrong.code, &wrong.what))
    }

    fn apply(&self, app_id: &str, message: Checked) -> Reply {
        let request_id = codes::request_id();
        let mut bars = self.desk.bars();
        let mut illegal = HashSet::new();
        {
            let faults = self.desk.faults();
            for token in &message.tokens {
                match faults.code_for(token) {
                    Some(codes::ALL_TOKENS_BAD | codes::SOME_TOKENS_BAD) => {
                        illegal.insert(token.clone());
                    }
                    Some(code) => {
                        return codes::answer(code, "ordered by the control API").into();
                    }
                    None if bars.standing(app_id, token) != Standing::Reachable => {
                        illegal.insert(token.clone());
                    }
                    None => {}
                }
            }
        }
        let total = message.tokens.len();
        let success = message.tokens.iter().filter(|token| !illegal.contains(*token)).count();
        if total > 0 && success == 0 {
            self.desk.stats.answered(total);
            return codes::answer(codes::ALL_TOKENS_BAD, "All the tokens are invalid").into();
        }
        if !message.validate_only {
            let effect = message.notification.map_or(Effect::Background, |shown| {
                Effect::Show(Notification {
                    vendor_request_id: Some(request_id.clone()),
                    ..shown
                })
            });
            let keep = Keep {
                group: message.group,
                until_ms: now_ms() + message.ttl_ms,
            };
            for token in &message.tokens {
                if !illegal.contains(token) {
                    bars.push(token, effect.clone(), keep.clone());
                }
            }
            self.desk.stats.pushes(success);
        }
        drop(bars);
        if self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(total);
        if illegal.is_empty() {
            return codes::answer_as(StatusCode::OK, codes::SUCCESS, "Success", &request_id).into();
        }
        let details = json!({
            "success": success,
            "failure": total - success,
            "illegal_tokens": message
                .tokens
                .iter()
                .filter(|token| illegal.contains(*token))
                .collect::<Vec<_>>(),
        });
        codes::answer_as(StatusCode::OK, codes::SOME_TOKENS_BAD, &details.to_string(), &request_id).into()
    }
}
