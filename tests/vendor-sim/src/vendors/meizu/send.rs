//! `POST /garcia/api/server/push/varnished/pushByPushId`.

use std::collections::BTreeMap;

use super::message::{self, Checked};
use super::{Meizu, codes};
use crate::bars::{Effect, Keep, Notification, Standing};
use crate::clock::now_ms;
use crate::desk::{lock, refusal_of_push};
use crate::forms::Form;
use crate::wire::{Call, Reply};
use crate::wrong::{Wrong, wrong};

const PARAMETERS: [&str; 4] = ["appId", "pushIds", "messageJson", "sign"];
const DEVICE_LIMIT: usize = 100;
const SIGN_DIGITS: usize = 32;

/// A request that is signed.
struct Signed<'f> {
    app: &'f str,
    devices: Vec<&'f str>,
    message: &'f str,
}

impl Meizu {
    pub(super) fn send(&self, call: &Call) -> Reply {
        let form = match Form::read(call) {
            Ok(form) => form,
            Err(what) => {
                return self.wrong(&Wrong {
                    code: codes::BAD_PARAMETER,
                    what: what.to_owned(),
                });
            }
        };
        let [app, push_ids, message, sign] = match check_parameters(&form) {
            Ok(values) => values,
            Err(wrong) => return self.wrong(&wrong),
        };
        let Some(secret) = lock(&self.apps).get(app).cloned() else {
            // Not a violation, and neither is a wrong secret: the configuration is the operator's.
            return codes::error(codes::UNKNOWN_APP, "appId is not known").into();
        };
        if sign != signature(&form, &secret) {
            return codes::error(codes::BAD_SIGNATURE, "the signature is wrong").into();
        }
        let signed = Signed {
            app,
            devices: push_ids.split(',').collect(),
            message,
        };
        let checked = match check_message(&signed) {
            Ok(checked) => checked,
            Err(wrong) => return self.wrong(&wrong),
        };
        if let Some(fault) = refusal_of_push(self, signed.app, signed.devices.len()) {
            return fault;
        }
        self.apply(&signed, checked)
    }

    fn wrong(&self, wrong: &Wrong) -> Reply {
        self.desk.broken(&wrong.what, codes::error(wrong.code, &wrong.what))
    }

    fn apply(&self, signed: &Signed<'_>, message: Checked) -> Reply {
        let mut bars = self.desk.bars();
        let mut good = Vec::new();
        let mut bad: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        {
            let faults = self.desk.faults();
            for device in signed.devices.iter().copied() {
                let code = match faults.code_for(device).and_then(|code| code.parse().ok()) {
                    Some(code) if codes::OF_A_DEVICE.contains(&code) => code,
                    Some(code) => return codes::error(code, "ordered by the control API").into(),
                    None => match bars.standing(signed.app, device) {
                        Standing::Reachable => {
                            good.push(device);
                            continue;
                        }
                        Standing::Unregistered | Standing::OtherApp => codes::NOT_SUBSCRIBED,
                        Standing::Unknown => codes::NO_PUSH_ID,
                    },
                };
                bad.entry(code.to_string()).or_default().push(device);
            }
        }
        let message_id = codes::message_id();
        let effect = Effect::Show(Notification {
            vendor_request_id: Some(message_id.clone()),
            ..message.notification
        });
        let keep = Keep {
            group: None,
            until_ms: now_ms() + message.kept_ms,
        };
        for device in &good {
            bars.push(device, effect.clone(), keep.clone());
        }
        drop(bars);
        self.desk.stats.pushes(good.len());
        if self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(signed.devices.len());
        codes::taken(&bad, &message_id).into()
    }
}

fn check_parameters(form: &Form) -> Result<[&str; 4], Wrong> {
    if !form.has_only(&PARAMETERS) {
        return wrong(codes::BAD_PARAMETER, "an unknown parameter");
    }
    let [Some(app), Some(push_ids), Some(message), Some(sign)] = PARAMETERS.map(|name| form.filled(name)) else {
        return wrong(codes::EMPTY_PARAMETER, "a parameter is missing or empty");
    };
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if sign.len() != SIGN_DIGITS || !sign.bytes().all(is_digit) {
        return wrong(codes::BAD_SIGNATURE, "sign is not 32 hexadecimal digits in lower case");
    }
    Ok([app, push_ids, message, sign])
}

fn check_message(signed: &Signed<'_>) -> Result<Checked, Wrong> {
    if signed.devices.iter().any(|device| device.is_empty()) {
        return wrong(codes::BAD_PARAMETER, "pushIds has an empty place");
    }
    if signed.devices.len() > DEVICE_LIMIT {
        return wrong(codes::BAD_PARAMETER, "more than 100 pushIds");
    }
    message::check(signed.message)
}

/// All parameters but `sign` by their names, as they were before they were encoded, then the secret.
fn signature(form: &Form, secret: &str) -> String {
    let mut names: Vec<&str> = form.names().filter(|name| *name != "sign").collect();
    names.sort_unstable();
    let parts = names.into_iter().flat_map(|name| [name, "=", form.get(name).unwrap_or_default()]);
    let text: String = parts.chain([secret]).collect();
    format!("{:x}", md5::compute(text))
}
