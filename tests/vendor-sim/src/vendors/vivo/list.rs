//! `POST /message/saveListPayload`, then `POST /message/pushToList` with 2 to 1,000 devices.

use serde::Deserialize;
use serde_json::json;

use super::message::{Checked, Message};
use super::{App, Saved, Vivo, check_app, check_request_id, codes, message, read};
use crate::desk::{lock, refusal_of_push};
use crate::wire::{Call, Reply};
use crate::wrong::{Wrong, wrong};

const LEAST_TARGETS: usize = 2;
const MOST_TARGETS: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct List {
    app_id: i64,
    reg_ids: Option<Vec<String>>,
    task_id: Option<String>,
    request_id: Option<String>,
    push_mode: Option<i64>,
}

impl Vivo {
    pub(super) fn save(&self, call: &Call) -> Result<Reply, Reply> {
        self.desk.stats.call();
        let app = self.check_session(call)?;
        let message = check_saved(call, &app).map_err(|wrong| self.wrong(&wrong))?;
        // It names no device yet.
        if let Some(fault) = refusal_of_push(self, &app.id.to_string(), 0) {
            return Err(fault);
        }
        let task = codes::task_id();
        let saved = Saved { app_id: app.id, message };
        lock(&self.saved).insert(task.clone(), saved);
        Ok(codes::ok(json!({ "taskId": task })).into())
    }

    pub(super) fn push_to_list(&self, call: &Call) -> Result<Reply, Reply> {
        self.desk.stats.call();
        let app = self.check_session(call)?;
        let list = self.check_list(call, &app).map_err(|wrong| self.wrong(&wrong))?;
        if let Some(fault) = refusal_of_push(self, &app.id.to_string(), list.targets.len()) {
            return Err(fault);
        }
        let mut invalid = Vec::new();
        let mut good = Vec::new();
        for target in &list.targets {
            match self.status(&app, target) {
                Err(code) => return Err(codes::error(code, "ordered by the control API").into()),
                Ok(Some(status)) => invalid.push(json!({ "status": status, "userid": target })),
                Ok(None) => good.push(target),
            }
        }
        for target in &good {
            self.show(target, &list.message, &list.task, &list.request_id);
        }
        self.desk.stats.pushes(good.len());
        if !good.is_empty() && self.desk.faults().drop_after_effect() {
            return Err(Reply::Dropped);
        }
        self.desk.stats.answered(list.targets.len());
        let mut more = json!({ "requestId": list.request_id });
        if !invalid.is_empty() {
            more["invalidUsers"] = json!(invalid);
        }
        Ok(codes::ok(more).into())
    }

    fn check_list(&self, call: &Call, app: &App) -> Result<CheckedList, Wrong> {
        let list: List = read(call, codes::BAD_PARAMETER)?;
        check_app(app, list.app_id)?;
        check_request_id(list.request_id.as_deref())?;
        if !matches!(list.push_mode, None | Some(0 | 1)) {
            return wrong(codes::BAD_PARAMETER, "pushMode is neither 0 nor 1");
        }
        let targets = match list.reg_ids {
            Some(targets) if (LEAST_TARGETS..=MOST_TARGETS).contains(&targets.len()) => targets,
            None => return wrong(codes::NO_TARGETS, "regIds is missing"),
            Some(targets) if targets.is_empty() => return wrong(codes::NO_TARGETS, "regIds is empty"),
            Some(_) => return wrong(codes::BAD_TARGET_COUNT, "regIds has not 2 to 1000 places"),
        };
        let Some(task) = list.task_id.filter(|task| !task.is_empty()) else {
            return wrong(codes::NO_TASK, "taskId is missing");
        };
        let saved = lock(&self.saved);
        let Some(saved) = saved.get(&task).filter(|saved| saved.app_id == app.id) else {
            return wrong(codes::BAD_TASK, "a taskId that saveListPayload never gave");
        };
        Ok(CheckedList {
            targets,
            task,
            message: saved.message.clone(),
            request_id: list.request_id.unwrap_or_default(),
        })
    }
}

struct CheckedList {
    targets: Vec<String>,
    task: String,
    message: Checked,
    request_id: String,
}

fn check_saved(call: &Call, app: &App) -> Result<Checked, Wrong> {
    let message: Message = read(call, codes::BAD_PARAMETER)?;
    if message.reg_id.is_some() || message.alias.is_some() || message.profile_id.is_some() {
        return wrong(codes::BAD_PARAMETER, "a message for lists with a target");
    }
    message::check(&message, app)
}
