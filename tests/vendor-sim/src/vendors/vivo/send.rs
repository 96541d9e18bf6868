//! `POST /message/send`: one message for one device.

use http::StatusCode;
use serde_json::json;

use super::message::{Checked, Message};
use super::{App, Vivo, codes, message, read};
use crate::bars::{Effect, Keep, Notification};
use crate::clock::now_ms;
use crate::desk::refusal_of_push;
use crate::wire::{Call, Reply};
use crate::wrong::{Wrong, wrong};

impl Vivo {
    pub(super) fn send(&self, call: &Call) -> Result<Reply, Reply> {
        self.desk.stats.call();
        let app = self.check_session(call)?;
        let (target, message) = check(call, &app).map_err(|wrong| self.wrong(&wrong))?;
        if let Some(fault) = refusal_of_push(self, &app.id.to_string(), 1) {
            return Err(fault);
        }
        let status = self
            .status(&app, &target)
            .map_err(|code| codes::error(code, "ordered by the control API"))?;
        if let Some(status) = status {
            self.desk.stats.answered(1);
            let user = json!({ "invalidUser": { "status": status, "userid": target } });
            return Ok(codes::answer(StatusCode::OK, codes::BAD_TARGET, "regId不合法", user).into());
        }
        let task = codes::task_id();
        self.show(&target, &message, &task, &task);
        self.desk.stats.pushes(1);
        if self.desk.faults().drop_after_effect() {
            return Err(Reply::Dropped);
        }
        self.desk.stats.answered(1);
        Ok(codes::ok(json!({ "taskId": task })).into())
    }

    pub(super) fn show(&self, target: &str, message: &Checked, task: &str, request: &str) {
        let effect = Effect::Show(Notification {
            task: Some(task.to_owned()),
            vendor_request_id: Some(request.to_owned()),
            ..message.notification.clone()
        });
        let keep = Keep {
            group: None,
            until_ms: now_ms() + message.ttl_ms,
        };
        self.desk.bars().push(target, effect, keep);
    }
}

fn check(call: &Call, app: &App) -> Result<(String, Checked), Wrong> {
    let message: Message = read(call, codes::BAD_PARAMETER)?;
    let checked = message::check(&message, app)?;
    if message.alias.is_some() {
        return wrong(codes::BAD_PARAMETER, "alias is not simulated");
    }
    match message.reg_id.filter(|target| !target.is_empty()) {
        Some(target) => Ok((target, checked)),
        None => wrong(codes::NO_TARGET, "regId is missing"),
    }
}
