//! `POST /v3/{projectId}/messages:send`.

use std::collections::{BTreeMap, HashMap, HashSet};

use http::StatusCode;
use serde_json::json;

use super::message::{self, Checked};
use super::{Harmony, codes};
use crate::bars::{Effect, Keep, Notification, Standing};
use crate::clock::now_ms;
use crate::desk::{lock, refusal_of_push};
use crate::wire::{Answer, Call, Reply};

/// Whose the tokens of a call are, and why some are not taken.
#[derive(Default)]
struct Sorted {
    /// By token.
    illegal: HashMap<String, String>,
    /// The apps of those that are taken.
    apps: HashSet<String>,
}

impl Harmony {
    pub(super) fn send(&self, call: &Call, project_id: &str) -> Reply {
        let project = match self.check_head(call, "send") {
            Ok(project) => project,
            Err(reply) => return reply,
        };
        if project != project_id {
            return self.wrong("send", codes::UNAUTHENTICATED, "another project's token");
        }
        let checked = match message::check(&call.body) {
            Ok(checked) => checked,
            Err(wrong) => return self.wrong("send", wrong.code, &wrong.what),
        };
        if let Some(fault) = refusal_of_push(self, project_id, checked.tokens.len()) {
            return fault;
        }
        let sorted = match self.sort(project_id, &checked.tokens) {
            Ok(sorted) => sorted,
            Err(answer) => return answer.into(),
        };
        if sorted.apps.len() > 1 {
            // Whoever records tokens under the wrong app is not us.
            return codes::answer(codes::SEVERAL_APPS, "tokens of several apps").into();
        }
        self.apply(checked, &sorted)
    }

    fn sort(&self, project_id: &str, tokens: &[String]) -> Result<Sorted, Answer> {
        let projects = lock(&self.projects);
        let apps: Vec<&String> = projects
            .iter()
            .filter(|(_, project)| *project == project_id)
            .map(|(app, _)| app)
            .collect();
        let faults = self.desk.faults();
        let bars = self.desk.bars();
        let mut sorted = Sorted::default();
        for token in tokens {
            let reason = match faults.code_for(token) {
                Some(codes::ALL_TOKENS_BAD | codes::SOME_TOKENS_BAD) => codes::TOKEN_FORMAT,
                Some(code) if codes::is_reason(code) => code,
                Some(code) => return Err(codes::answer(code, "ordered by the control API")),
                None => {
                    if let Some(app) = apps.iter().find(|app| bars.standing(app, token) == Standing::Reachable) {
                        sorted.apps.insert((*app).clone());
                        continue;
                    }
                    let is_another_projects = apps.iter().all(|app| bars.standing(app, token) == Standing::OtherApp);
                    if is_another_projects {
                        codes::NO_RIGHT
                    } else {
                        codes::TOKEN_FORMAT
                    }
                }
            };
            sorted.illegal.insert(token.clone(), reason.to_owned());
        }
        Ok(sorted)
    }

    fn apply(&self, message: Checked, sorted: &Sorted) -> Reply {
        let request_id = codes::request_id();
        let total = message.tokens.len();
        let good: Vec<&String> = message.tokens.iter().filter(|token| !sorted.illegal.contains_key(*token)).collect();
        // The tokens by what is wrong with them, in the order of the call.
        let mut illegal: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
        for token in &message.tokens {
            if let Some(reason) = sorted.illegal.get(token) {
                illegal.entry(reason).or_default().push(token);
            }
        }
        if good.is_empty() {
            self.desk.stats.answered(total);
            let details = json!({ "illegalTokens": illegal, "failure": total });
            return codes::answer(codes::ALL_TOKENS_BAD, &details.to_string()).into();
        }
        let effect = Effect::Show(Notification {
            vendor_request_id: Some(request_id.clone()),
            ..message.notification
        });
        let keep = Keep {
            group: message.group,
            until_ms: now_ms() + message.ttl_ms,
        };
        let mut bars = self.desk.bars();
        for token in &good {
            bars.push(token, effect.clone(), keep.clone());
        }
        drop(bars);
        self.desk.stats.pushes(good.len());
        if self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(total);
        if illegal.is_empty() {
            return codes::answer_as(StatusCode::OK, codes::SUCCESS, "Success", &request_id).into();
        }
        let details = json!({ "illegalTokens": illegal, "success": good.len(), "failure": total - good.len() });
        codes::answer_as(StatusCode::OK, codes::SOME_TOKENS_BAD, &details.to_string(), &request_id).into()
    }
}
