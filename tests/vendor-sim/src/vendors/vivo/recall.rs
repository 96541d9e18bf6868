//! `POST /message/recall`: takes a task back from every device.
//!
//! The vendor has such a call; where it is and what it takes is not in any source we could read.
//! An app can be registered without it.

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::{App, Vivo, check_app, codes, read};
use crate::desk::{lock, refusal_of_push};
use crate::wire::{Answer, Call, Reply};
use crate::wrong::{Wrong, wrong};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Recall {
    app_id: i64,
    task_id: Option<String>,
}

impl Vivo {
    pub(super) fn recall(&self, call: &Call) -> Result<Reply, Reply> {
        self.desk.stats.call();
        let app = self.check_session(call)?;
        if !app.recall {
            // As if it did not exist; not a violation, since trying is the only way to know.
            return Err(Answer::empty(StatusCode::NOT_FOUND).into());
        }
        let task = check(call, &app).map_err(|wrong| self.wrong(&wrong))?;
        if let Some(fault) = refusal_of_push(self, &app.id.to_string(), 1) {
            return Err(fault);
        }
        let reached = self.desk.bars().recall_task(&app.id.to_string(), &task);
        let saved = lock(&self.saved).get(&task).is_some_and(|saved| saved.app_id == app.id);
        if reached.is_none() && !saved {
            return Err(codes::error(codes::NO_MESSAGE, "消息不存在或已过期").into());
        }
        self.desk.stats.pushes(reached.unwrap_or(0));
        self.desk.stats.recall();
        if self.desk.faults().drop_after_effect() {
            return Err(Reply::Dropped);
        }
        self.desk.stats.answered(reached.unwrap_or(0));
        Ok(codes::ok(json!({})).into())
    }
}

fn check(call: &Call, app: &App) -> Result<String, Wrong> {
    let recall: Recall = read(call, codes::BAD_PARAMETER)?;
    check_app(app, recall.app_id)?;
    match recall.task_id.filter(|task| !task.is_empty()) {
        Some(task) => Ok(task),
        None => wrong(codes::NO_TASK, "taskId is missing"),
    }
}
