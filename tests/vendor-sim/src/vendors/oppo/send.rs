//! `POST /server/v1/message/notification/unicast` and `unicast_batch`.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::message::{Checked, Message};
use super::{Oppo, codes, message};
use crate::bars::{Effect, Keep, Notification, Standing};
use crate::clock::now_ms;
use crate::desk::{lock, refusal_of_push};
use crate::forms::Form;
use crate::sessions::Known;
use crate::wire::{Call, Reply, without_values};
use crate::wrong::{Wrong, wrong};

const BATCH_LIMIT: usize = 1000;

/// What became of a message: its id, or the code for this device.
type Fate = Result<String, i64>;

impl Oppo {
    pub(super) fn unicast(&self, call: &Call) -> Reply {
        let (app_key, message) = match self.read(call, "message") {
            Ok(read) => read,
            Err(reply) => return reply,
        };
        let checked = match message::check(message) {
            Ok(checked) => checked,
            Err(wrong) => return self.wrong(&wrong),
        };
        self.apply(&app_key, vec![checked], |fates| match fates.into_iter().next() {
            Some((_, Ok(id))) => codes::ok(&json!({ "messageId": id })).into(),
            Some((_, Err(code))) => codes::error(code, meaning(code)).into(),
            None => codes::ok(&json!({})).into(),
        })
    }

    pub(super) fn unicast_batch(&self, call: &Call) -> Reply {
        let (app_key, messages): (_, Vec<Message>) = match self.read(call, "messages") {
            Ok(read) => read,
            Err(reply) => return reply,
        };
        let checked = match check_batch(messages) {
            Ok(checked) => checked,
            Err(wrong) => return self.wrong(&wrong),
        };
        self.apply(&app_key, checked, |fates| {
            let data: Vec<Value> = fates
                .into_iter()
                .map(|(target, fate)| match fate {
                    Ok(id) => json!({ "messageId": id, "registrationId": target }),
                    Err(code) => json!({ "registrationId": target, "errorCode": code, "errorMessage": meaning(code) }),
                })
                .collect();
            codes::ok(&json!(data)).into()
        })
    }

    /// The app of the session, and the JSON in the form.
    fn read<T: DeserializeOwned>(&self, call: &Call, name: &str) -> Result<(String, T), Reply> {
        self.desk.stats.call();
        let form = Form::read(call)
            .or_else(|what| wrong(codes::BAD_ARGUMENT, what))
            .map_err(|wrong| self.wrong(&wrong))?;
        let app_key = self.check_session(&form)?;
        let read = if form.has_only(&["auth_token", name]) {
            match form.filled(name) {
                None => wrong(codes::MISSING_ARGUMENT, &format!("{name} is missing")),
                Some(text) => serde_json::from_str(text).map_err(|error| Wrong {
                    code: codes::BAD_ARGUMENT,
                    what: format!("{name}: {}", without_values(&error)),
                }),
            }
        } else {
            wrong(codes::BAD_ARGUMENT, "an unknown parameter")
        };
        read.map(|read| (app_key, read)).map_err(|wrong| self.wrong(&wrong))
    }

    fn check_session(&self, form: &Form) -> Result<String, Reply> {
        let Some(token) = form.filled("auth_token") else {
            let answer = codes::error(codes::MISSING_TOKEN, "Missing AuthToken");
            return Err(self.desk.broken("no auth_token in the form", answer));
        };
        let Some(known) = self.sessions.find(token) else {
            let answer = codes::error(codes::BAD_TOKEN, "Invalid AuthToken");
            return Err(self.desk.broken("an auth_token that was never issued", answer));
        };
        self.desk.stats.session(token);
        match known {
            Known::Good(app_key) => Ok(app_key),
            Known::Expired => Err(codes::error(codes::BAD_TOKEN, "Invalid AuthToken").into()),
        }
    }

    fn apply(&self, app_key: &str, messages: Vec<Checked>, answer: impl FnOnce(Vec<(String, Fate)>) -> Reply) -> Reply {
        if let Some(fault) = refusal_of_push(self, app_key, messages.len()) {
            return fault;
        }
        if let Some(code) = self.code_for_all(&messages) {
            return codes::error(code, meaning(code)).into();
        }
        let fates: Vec<(String, Fate)> = messages
            .into_iter()
            .map(|message| (message.target.clone(), self.push(app_key, message)))
            .collect();
        let pushed = fates.iter().filter(|(_, fate)| fate.is_ok()).count();
        self.desk.stats.pushes(pushed);
        if pushed > 0 && self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(fates.len());
        answer(fates)
    }

    /// A device that was told to fail with a code that is not about a device fails the whole call.
    fn code_for_all(&self, messages: &[Checked]) -> Option<i64> {
        let faults = self.desk.faults();
        let codes = messages.iter().filter_map(|message| faults.code_for(&message.target)?.parse().ok());
        codes.into_iter().find(|code| !codes::OF_A_TARGET.contains(code))
    }

    fn push(&self, app_key: &str, message: Checked) -> Fate {
        if let Some(code) = self.desk.faults().code_for(&message.target).and_then(|code| code.parse().ok()) {
            return Err(code);
        }
        let mut bars = self.desk.bars();
        if bars.standing(app_key, &message.target) != Standing::Reachable {
            return Err(codes::BAD_TARGET);
        }
        if let Some(app_message_id) = message.app_message_id
            && !lock(&self.pushed).insert((message.target.clone(), app_message_id))
        {
            return Err(codes::DUPLICATE);
        }
        let id = codes::message_id();
        let effect = Effect::Show(Notification {
            vendor_request_id: Some(id.clone()),
            ..message.notification
        });
        let keep = Keep {
            group: None,
            until_ms: now_ms() + message.ttl_ms,
        };
        bars.push(&message.target, effect, keep);
        Ok(id)
    }
}

fn check_batch(messages: Vec<Message>) -> Result<Vec<Checked>, Wrong> {
    if messages.is_empty() {
        return wrong(codes::MISSING_ARGUMENT, "messages is empty");
    }
    if messages.len() > BATCH_LIMIT {
        return wrong(codes::BAD_ARGUMENT, "more than 1000 messages");
    }
    messages.into_iter().map(message::check).collect()
}

fn meaning(code: i64) -> &'static str {
    match code {
        codes::BAD_TARGET => "Invalid RegistrationId",
        codes::DUPLICATE => "Data Duplicate",
        codes::BAD_ARGUMENT => "Invalid Arguments: registration_id",
        _ => "ordered by the control API",
    }
}
