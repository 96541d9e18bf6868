//! Every problem is described, with its own status and title.

use std::collections::BTreeSet;

use openapi_check::Description;
use revocation_http::problem::{Problem, ProblemKind};
use serde_json::Value;

use crate::support::examples;

#[test]
fn every_kind_belongs_to_a_response() {
    let description = Description::load();
    let mut found = BTreeSet::new();
    for (name, response) in description.document()["components"]["responses"].as_object().unwrap() {
        let codes = response["x-problem-codes"].as_array().unwrap();
        let examples = examples(&response["content"]["application/problem+json"]);
        let shown: Vec<_> = examples.map(|example| &example["code"]).collect();
        assert!(shown.iter().all(|code| codes.contains(code)), "{name}");
        found.extend(codes.iter().map(|code| code.as_str().unwrap().to_owned()));
    }
    assert_eq!(found.len(), ProblemKind::ALL.len());
}

/// Documents as the API makes them, in the place where they are described.
#[test]
fn a_problem_of_every_kind_is_as_described() {
    let description = Description::load();
    for kind in ProblemKind::ALL {
        let mut problem = Problem::new(*kind).with_detail("said to the caller").with_retry_after_s(1);
        problem.closed_at = Some("2026-11-30T08:00:00Z".parse().unwrap());
        if *kind == ProblemKind::InvalidRequest {
            problem = Problem::invalid("/reason", "must have 1 to 500 characters");
        }
        let document: Value = serde_json::to_value(problem.document("8f5c0a1e")).unwrap();
        let (method, path) = match kind {
            ProblemKind::MethodNotAllowed => ("DELETE", "/v1/tasks/1"),
            ProblemKind::NotFound => ("GET", "/v2"),
            ProblemKind::PushConflict | ProblemKind::UnusableId => ("PUT", "/v1/tasks/1"),
            ProblemKind::BatchConflict => ("POST", "/v1/tasks/1/deliveries"),
            ProblemKind::RevocationNotFound => ("GET", "/v1/tasks/1/revocations/rvk_1"),
            ProblemKind::InvalidRequest
            | ProblemKind::Unauthenticated
            | ProblemKind::Forbidden
            | ProblemKind::PushNotFound
            | ProblemKind::WindowClosed
            | ProblemKind::ChannelsUnable
            | ProblemKind::TooManyRevocations
            | ProblemKind::PayloadTooLarge
            | ProblemKind::UnsupportedMediaType
            | ProblemKind::TooManyRequests
            | ProblemKind::StoreUnavailable
            | ProblemKind::Internal => ("POST", "/v1/tasks/1/revocations"),
        };
        let status = kind.status().as_u16();
        let checked = description.check_exchange(method, path, status, "application/problem+json", None, &document);
        assert_eq!(checked, Ok(()), "{}", kind.slug());
    }
}
