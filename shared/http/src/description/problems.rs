//! Answers that are problems: what each is about, and which codes it may have. The examples are problems
//! as the API makes them.

use revocation_app::{GateError, RecordError, RegisterError, ReplayError, RequestError};
use revocation_rules::channel::{Capability, Channel};
use revocation_rules::verdict::Refusal;
use serde_json::{Map, Value, json};

use super::example::at;
use crate::body::MAX_BODY_BYTES;
use crate::problem::{Problem, ProblemKind};

/// Who may give the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Us,
    /// Us, or the gateway in front of us, in words of its own.
    GatewayToo,
}

/// Every answer that is a problem.
pub(super) fn responses() -> Value {
    let all = of_the_caller().into_iter().chain(conflicts()).chain(of_bodies_and_us());
    all.collect::<Map<_, _>>().into()
}

type Response = (String, Value);

fn of(kind: ProblemKind) -> Problem {
    Problem::new(kind)
}

fn of_the_caller() -> Vec<Response> {
    vec![
        response(
            "InvalidRequest",
            "The path, query, a header or the body is not as described.",
            By::Us,
            &[Problem::invalid("/deliveries/1/token", "must not be empty")],
            &[ProblemKind::UnusableId],
        ),
        response(
            "Unauthenticated",
            "No access key, or not a valid one.",
            By::Us,
            &[of(ProblemKind::Unauthenticated).with_detail("send `Authorization: Bearer <key id>.<secret>`")],
            &[],
        ),
        response(
            "Forbidden",
            "The key's role does not allow this.",
            By::Us,
            &[of(ProblemKind::Forbidden).with_detail("a viewer key can not do this")],
            &[],
        ),
        response(
            "NotFound",
            "The path is not part of the API.",
            By::Us,
            &[of(ProblemKind::NotFound)],
            &[],
        ),
        response(
            "PushNotFound",
            "The push is not registered, or is another tenant's.",
            By::Us,
            &[Problem::from(&GateError::PushNotFound)],
            &[ProblemKind::NotFound],
        ),
        response(
            "RevocationNotFound",
            "The push or the revocation is not known, or another tenant's.",
            By::Us,
            &[Problem::from(&ReplayError::RevocationNotFound)],
            &[ProblemKind::PushNotFound, ProblemKind::NotFound],
        ),
        response(
            "MethodNotAllowed",
            "The path exists, but not for this method. Given for every method that is not described here.",
            By::Us,
            &[of(ProblemKind::MethodNotAllowed).with_detail("use GET, PUT")],
            &[],
        ),
    ]
}

fn conflicts() -> Vec<Response> {
    let window_closed = Problem::from(&RecordError::WindowClosed {
        closed_at: at("2026-11-30T08:00:00Z"),
    });
    let unable = Refusal::ChannelsUnable {
        channels: vec![(Channel::Sms, Capability::Impossible)],
    };
    vec![
        response(
            "PushConflict",
            "The id is taken by a push that was registered differently.",
            By::Us,
            &[Problem::from(&RegisterError::Conflict)],
            &[],
        ),
        response(
            "RecordConflict",
            "Nothing was stored.",
            By::Us,
            &[Problem::from(&RecordError::Conflict), window_closed.clone()],
            &[],
        ),
        response(
            "RevokeConflict",
            "The rules say no. Nothing was stored and the gate is unchanged.",
            By::Us,
            &[window_closed, Problem::from(&unable), Problem::from(&Refusal::TooManyRevocations)],
            &[],
        ),
    ]
}

fn of_bodies_and_us() -> Vec<Response> {
    vec![
        response(
            "PayloadTooLarge",
            "A body has at most 1 MiB, and a batch must fit in one item.",
            By::GatewayToo,
            &[of(ProblemKind::PayloadTooLarge).with_detail(format!("a body has at most {MAX_BODY_BYTES} bytes"))],
            &[],
        ),
        response(
            "UnsupportedMediaType",
            "The body is not called `application/json`.",
            By::Us,
            &[of(ProblemKind::UnsupportedMediaType).with_detail("send `Content-Type: application/json`")],
            &[],
        ),
        response(
            "TooManyRequests",
            "Wait, and send the same request again.",
            By::GatewayToo,
            &[Problem::from(&RequestError::Busy)],
            &[],
        ),
        response(
            "Internal",
            "Something is wrong on our side.",
            By::GatewayToo,
            &[of(ProblemKind::Internal)],
            &[],
        ),
        response(
            "Unavailable",
            "The store or the queue did not answer. Send the same request again: every request may be sent twice.",
            By::GatewayToo,
            &[of(ProblemKind::StoreUnavailable)
                .with_detail("nothing is lost: send the same request again")
                .with_retry_after_s(1)],
            &[],
        ),
    ]
}

/// `shown` are its examples, `others` what it may be besides.
fn response(name: &str, about: &str, by: By, shown: &[Problem], others: &[ProblemKind]) -> Response {
    let codes: Vec<_> = shown
        .iter()
        .map(|problem| problem.kind)
        .chain(others.iter().copied())
        .map(ProblemKind::slug)
        .collect();
    let example = |problem: &Problem| {
        let document = problem.document("8f5c0a1e-2f0b-4a55-9a1d-6f2f1d7c9b10");
        (problem.kind.slug().to_owned(), json!({ "value": document }))
    };
    let schema = |name: &str| json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } });
    let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let mut problem = schema("Problem");
    problem["examples"] = shown.iter().map(example).collect::<Map<_, _>>().into();
    let mut headers = match by {
        By::Us => json!({ "x-request-id": header("RequestId") }),
        By::GatewayToo => json!({ "x-request-id": { "description": "Absent when the gateway answers.", "schema": { "type": "string" } } }),
    };
    if shown.iter().any(|problem| problem.kind == ProblemKind::Unauthenticated) {
        headers["WWW-Authenticate"] = header("WwwAuthenticate");
    }
    if shown.iter().any(|problem| problem.retry_after_s.is_some()) {
        headers["Retry-After"] = header("RetryAfter");
    }
    let mut content = json!({ "application/problem+json": problem });
    if by == By::GatewayToo {
        content["application/json"] = schema("GatewayAnswer");
    }
    let response = json!({ "description": about, "x-problem-codes": codes, "headers": headers, "content": content });
    (name.to_owned(), response)
}
