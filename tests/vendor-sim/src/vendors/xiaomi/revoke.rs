//! `POST /v3/message/{regid,alias,user_account}/revoke`.
//!
//! The addresses are announced; the parameters are those of v1, which the official SDK still has.

use std::collections::HashSet;

use super::{Secret, Xiaomi, codes, message, reached};
use crate::desk::refusal_of_push;
use crate::forms::Form;
use crate::wire::{Call, Reply};
use crate::wrong::{Wrong, wrong};

struct Checked {
    package: String,
    targets: Vec<String>,
    key: String,
}

impl Xiaomi {
    pub(super) fn revoke(&self, call: &Call, kind: &str) -> Reply {
        let secret = match self.check_secret(call) {
            Ok(secret) => secret,
            Err(reply) => return reply,
        };
        let checked = match self.check_revoke(call, kind, &secret) {
            Ok(checked) => checked,
            Err(wrong) => return self.wrong(&wrong),
        };
        if let Some(fault) = refusal_of_push(self, &checked.package, checked.targets.len()) {
            return fault;
        }
        if kind == "regid" {
            self.recall(&checked)
        } else {
            // Simulated devices have no aliases and no accounts: this reaches nobody.
            self.desk.stats.recall();
            reached(&[], &HashSet::new(), None).into()
        }
    }

    fn check_revoke(&self, call: &Call, kind: &str, secret: &Secret) -> Result<Checked, Wrong> {
        let form = Form::read(call).or_else(|what| wrong(codes::BAD_PARAMETER, what))?;
        let targets = match kind {
            "regid" => "registration_ids",
            "alias" => "aliases",
            _ => "user_accounts",
        };
        if !form.has_only(&[targets, "restricted_package_name", "notify_id"]) {
            return wrong(codes::BAD_PARAMETER, "an unknown parameter");
        }
        let Some(package) = form.filled("restricted_package_name") else {
            return wrong(codes::MISSING_PARAMETER, "restricted_package_name is missing");
        };
        let Some(id) = message::check_notify_id(&form)? else {
            return wrong(codes::MISSING_PARAMETER, "notify_id is missing");
        };
        self.check_package(secret, package)?;
        Ok(Checked {
            package: package.to_owned(),
            targets: message::check_targets(&form, targets)?,
            key: id.to_string(),
        })
    }

    fn recall(&self, checked: &Checked) -> Reply {
        let bad = match self.bad_targets(&checked.package, &checked.targets) {
            Ok(bad) => bad,
            Err(code) => return codes::error(code, "ordered by the control API").into(),
        };
        let good: Vec<&String> = checked.targets.iter().filter(|target| !bad.contains(*target)).collect();
        if good.is_empty() {
            self.desk.stats.answered(checked.targets.len());
            return codes::error(codes::ALL_TARGETS_BAD, "all targets are invalid").into();
        }
        let mut bars = self.desk.bars();
        for target in &good {
            bars.recall_key(target, &checked.key);
        }
        drop(bars);
        self.desk.stats.pushes(good.len());
        self.desk.stats.recall();
        if self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(checked.targets.len());
        reached(&checked.targets, &bad, None).into()
    }
}
