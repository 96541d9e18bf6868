//! `POST /v1/{clientId}/messages:revoke`.
//!
//! The answer is about the call and never about a device: a success says neither who was reached, nor whether there
//! was anything to take away.

use super::message::{self, Recall};
use super::{Harmony, codes};
use crate::bars::Standing;
use crate::desk::refusal_of_push;
use crate::wire::{Answer, Call, Reply};

impl Harmony {
    pub(super) fn revoke(&self, call: &Call, client_id: &str) -> Reply {
        let project = match self.check_head(call, "revoke") {
            Ok(project) => project,
            Err(reply) => return reply,
        };
        if self.project_of(client_id) != Some(project) {
            return self.wrong(
                "revoke",
                codes::NO_RIGHT_TO_PUSH,
                "not the client id of an app of the token's project",
            );
        }
        let recall = match message::check_recall(&call.body) {
            Ok(recall) => recall,
            Err(wrong) => return self.wrong("revoke", wrong.code, &wrong.what),
        };
        if let Some(fault) = refusal_of_push(self, client_id, recall.tokens.len()) {
            return fault;
        }
        match self.reached(client_id, &recall) {
            Ok(good) => self.take_back(&recall, &good),
            Err(answer) => {
                self.desk.stats.answered(recall.tokens.len());
                answer.into()
            }
        }
    }

    /// The devices that the recall goes to.
    fn reached<'r>(&self, client_id: &str, recall: &'r Recall) -> Result<Vec<&'r String>, Answer> {
        let faults = self.desk.faults();
        let bars = self.desk.bars();
        let (mut good, mut others) = (Vec::new(), 0);
        for token in &recall.tokens {
            match faults.code_for(token) {
                Some(code) if codes::is_reason(code) || [codes::ALL_TOKENS_BAD, codes::SOME_TOKENS_BAD].contains(&code) => {}
                Some(code) => return Err(codes::answer(code, "ordered by the control API")),
                None => match bars.standing(client_id, token) {
                    Standing::Reachable => good.push(token),
                    Standing::OtherApp => others += 1,
                    Standing::Unregistered | Standing::Unknown => {}
                },
            }
        }
        match (others, good.is_empty()) {
            (0, false) => Ok(good),
            (0, true) => Err(codes::answer(codes::ALL_TOKENS_BAD, "All the tokens are invalid")),
            (_, true) if others == recall.tokens.len() => Err(codes::answer(codes::ANOTHER_APP, "tokens of another app")),
            _ => Err(codes::answer(codes::SEVERAL_APPS, "tokens of several apps")),
        }
    }

    fn take_back(&self, recall: &Recall, good: &[&String]) -> Reply {
        let mut bars = self.desk.bars();
        for token in good {
            bars.recall_key(token, &recall.key);
        }
        drop(bars);
        self.desk.stats.pushes(good.len());
        self.desk.stats.recall();
        if self.desk.faults().drop_after_effect() {
            return Reply::Dropped;
        }
        self.desk.stats.answered(recall.tokens.len());
        codes::answer(codes::SUCCESS, "Success").into()
    }
}
