//! What the SDKs parse. `PushResult` and `ResultContent` are objects: for a
//! text, as some of the original's documents have it, an SDK gives no body at all.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use revocation_app::DeliveryCount;
use revocation_rules::ids::RevocationId;
use revocation_rules::push::{Push, PushType};
use revocation_rules::task_number::TaskNumber;
use serde::Serialize;

use super::fault::{Fault, FaultKind};
use super::refusal::Refusal;
use crate::respond::secure;

const OK: &str = "OK";

/// `RevokePushMessage` and `RevokePushTask`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RevokeAnswer {
    request_id: String,
    result_code: &'static str,
    result_message: &'static str,
    push_result: PushResult,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PushResult {
    success: bool,
    result_msg: &'static str,
    data: String,
}

impl RevokeAnswer {
    /// `OK`, or the code of the refusal.
    pub const fn result(&self) -> &'static str {
        self.result_code
    }

    /// `Data` is ours: the revocation, for whoever wants to follow it.
    pub fn new(request_id: &str, revoked: Result<&RevocationId, Refusal>) -> Self {
        let (result_code, result_message, push_result) = match revoked {
            Ok(revocation) => (
                OK,
                "",
                PushResult {
                    success: true,
                    result_msg: "",
                    data: revocation.to_string(),
                },
            ),
            Err(refusal) => (
                refusal.code(),
                refusal.sentence(),
                PushResult {
                    success: false,
                    result_msg: refusal.code(),
                    data: String::new(),
                },
            ),
        };
        Self {
            request_id: request_id.to_owned(),
            result_code,
            result_message,
            push_result,
        }
    }
}

/// `QueryPushAnalysisTaskList`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskListAnswer {
    request_id: String,
    result_code: &'static str,
    result_message: &'static str,
    result_content: Content<Vec<ListedTask>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Content<T> {
    data: T,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListedTask {
    /// A text here, a number in the detail, as the SDKs have it.
    task_id: String,
    task_name: String,
    #[serde(rename = "Type")]
    push_type: u8,
    gmt_create: i64,
}

impl TaskListAnswer {
    pub fn new(request_id: &str, tasks: &[Push]) -> Self {
        let listed = |task: &Push| ListedTask {
            task_id: number_of(task).to_string(),
            task_name: task.registration.title.clone(),
            push_type: type_number(task.registration.push_type),
            gmt_create: task.registered_at.as_millisecond(),
        };
        Self {
            request_id: request_id.to_owned(),
            result_code: OK,
            result_message: "",
            result_content: Content {
                data: tasks.iter().map(listed).collect(),
            },
        }
    }
}

/// `QueryPushAnalysisTaskDetail`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskDetailAnswer {
    request_id: String,
    result_code: &'static str,
    result_message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_content: Option<Content<TaskDetail>>,
}

/// What is known of a task. A number that is not known is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskDetail {
    task_id: u64,
    push_num: f64,
    push_success_num: f64,
    push_arrival_num: f64,
    start_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
}

impl TaskDetail {
    pub fn new(task: &Push, count: &DeliveryCount) -> Self {
        let start = task.registration.sent_at;
        let end = count.last_sent_at.map(|end| end.max(start));
        Self {
            task_id: number_of(task),
            push_num: float(count.recorded),
            push_success_num: float(count.sent),
            push_arrival_num: float(count.taken_by_vendors),
            start_time: start.as_millisecond(),
            end_time: end.map(Timestamp::as_millisecond),
            duration: end.map(|end| clock_face(end.duration_since(start))),
        }
    }
}

impl TaskDetailAnswer {
    pub fn new(request_id: &str, found: Result<TaskDetail, Refusal>) -> Self {
        let (result_code, result_message, content) = match found {
            Ok(detail) => (OK, "", Some(Content { data: detail })),
            Err(refusal) => (refusal.code(), refusal.sentence(), None),
        };
        Self {
            request_id: request_id.to_owned(),
            result_code,
            result_message,
            result_content: content,
        }
    }
}

/// Only tasks come here, and every one of them has a number.
fn number_of(task: &Push) -> u64 {
    TaskNumber::of(&task.registration.push.id).get()
}

/// As the original numbers them.
const fn type_number(push_type: PushType) -> u8 {
    match push_type {
        PushType::Simple => 0,
        PushType::Template => 1,
        PushType::Batch => 2,
        PushType::Broadcast => 3,
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 deliveries")]
const fn float(count: u64) -> f64 {
    count as f64
}

/// `hh:mm:ss`.
fn clock_face(time: SignedDuration) -> String {
    let seconds = time.as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// The response to one call: always JSON, whatever `Format` says.
pub fn respond(request_id: &str, host: &str, result: Result<String, Fault>) -> Response<String> {
    let (status, body, retry_after_ms) = match result {
        Ok(body) => (StatusCode::OK, body, None),
        Err(fault) => {
            // Cannot fail: string keys only.
            let body = serde_json::to_string(&fault.document(request_id, host)).unwrap_or_default();
            (fault.kind.status(), body, fault.retry_after_ms)
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    secure(headers);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-acs-request-id"), id);
    }
    if let Some(wait) = retry_after_ms {
        headers.insert(HeaderName::from_static("x-acs-retry-after"), wait.into());
    }
    response
}

/// The response to a request that no handler could answer: it could not be read, or its handler panicked.
pub fn respond_to_fault(request_id: &str, status: StatusCode, detail: &'static str) -> Response<String> {
    let fault = match status {
        StatusCode::BAD_REQUEST => Fault::invalid("Encoding", detail),
        StatusCode::PAYLOAD_TOO_LARGE => Fault::new(FaultKind::RequestTooLarge),
        _ => Fault::new(FaultKind::Internal),
    };
    respond(&request_id.to_uppercase(), "", Err(fault))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_revocation_is_answered_with_objects_and_real_booleans() {
        let revocation = "rvk_1".parse().unwrap();
        assert_eq!(
            serde_json::to_value(RevokeAnswer::new("R", Ok(&revocation))).unwrap(),
            json!({"RequestId": "R", "ResultCode": "OK", "ResultMessage": "", "PushResult": {"Success": true, "ResultMsg": "", "Data": "rvk_1"}})
        );
        let refused = serde_json::to_value(RevokeAnswer::new("R", Err(Refusal::TaskNotFound))).unwrap();
        assert_eq!(
            refused["PushResult"],
            json!({"Success": false, "ResultMsg": "TASK_NOT_FOUND", "Data": ""})
        );
        assert_eq!(refused["ResultCode"], "TASK_NOT_FOUND");
    }

    #[test]
    fn every_answer_is_json_and_throttling_says_how_long() {
        let answer = respond("R", "h", Err(Fault::new(FaultKind::Throttled)));
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()["x-acs-retry-after"], "1000");
        assert_eq!(answer.headers()["content-type"], "application/json;charset=utf-8");
        let good = respond("R", "h", Ok("{}".to_owned()));
        assert!(good.headers().get("x-acs-retry-after").is_none());
        for answer in [answer, good] {
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            assert!(answer.headers().contains_key("strict-transport-security"));
        }
    }

    #[test]
    fn a_duration_is_read_as_on_a_clock() {
        assert_eq!(clock_face(SignedDuration::from_secs(0)), "00:00:00");
        assert_eq!(clock_face(SignedDuration::from_secs(100 * 3_600 + 61)), "100:01:01");
    }
}
