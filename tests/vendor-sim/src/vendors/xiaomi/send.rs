//! `POST /v3/message/regid`, and the same of v2 and v4.

use super::message::Checked;
use super::{Secret, Xiaomi, codes, message, reached};
use crate::bars::{Effect, Keep, Notification};
use crate::clock::now_ms;
use crate::desk::refusal_of_push;
use crate::forms::Form;
use crate::wire::{Call, Reply};
use crate::wrong::{Wrong, wrong};

impl Xiaomi {
    pub(super) fn send(&self, call: &Call, version: &str) -> Reply {
        let secret = match self.check_secret(call) {
            Ok(secret) => secret,
            Err(reply) => return reply,
        };
        let (package, checked) = match self.check_send(call, version, &secret) {
            Ok(checked) => checked,
            Err(wrong) => return self.wrong(&wrong),
        };
        if let Some(fault) = refusal_of_push(self, &package, checked.targets.len()) {
            return fault;
        }
        self.apply(&package, checked)
    }

    fn check_send(&self, call: &Call, version: &str, secret: &Secret) -> Result<(String, Checked), Wrong> {
        let form = Form::read(call).or_else(|what| wrong(codes::BAD_PARAMETER, what))?;
        let checked = message::check(&form)?;
        if version == "v2" && checked.packages.len() > 1 {
            return wrong(codes::BAD_PARAMETER, "v2 takes one package");
        }
        for package in &checked.packages {
            self.check_package(secret, package)?;
        }
        let package = checked.packages.first().cloned().unwrap_or_default();
        Ok((package, checked))
    }

    fn apply(&self, package: &str, message: Checked) -> Reply {
        let bad = match self.bad_targets(package, &message.targets) {
            Ok(bad) => bad,
            Err(code) => return codes::error(code, "ordered by the control API").into(),
        };
        let good: Vec<&String> = message.targets.iter().filter(|target| !bad.contains(*target)).collect();
        if good.is_empty() {
            self.desk.stats.answered(message.targets.len());
            return codes::error(codes::ALL_TARGETS_BAD, "all targets are invalid").into();
        }
        let id = codes::message_id();
        let effect = message.notification.map_or(Effect::Background, |shown| {
            Effect::Show(Notification {
                vendor_request_id: Some(id.clone()),
                ..shown
            })
        });
        let keep = Keep {
            group: None,
            until_ms: now_ms() + message.ttl_ms,
        };
        let mut bars = self.desk.bars();
        for target in &good {
            bars.push(target, effect.clone(), keep.clone());
        }
        drop(bars);
        self.desk.stats.pushes(good.len());
        if self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(message.targets.len());
        reached(&message.targets, &bad, Some(&id)).into()
    }
}
