//! Paths and methods.
//!
//! The same table serves behind API Gateway and behind `cargo lambda watch`,
//! so a function reads the path itself.

use http::Method;
use percent_encoding::percent_decode_str;
use revocation_rules::ids::{DeviceToken, PushId, PushKind, PushRef, RevocationId, Tenant};
use revocation_rules::visible::Visible;

use crate::problem::{Problem, ProblemKind};
use crate::vendor_receipts::Vendor;

/// What a request is about; the tenant comes from its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    Register(PushName),
    Record(PushName),
    Gate(PushName),
    Revoke(PushName),
    Push(PushName),
    Revocation(PushName, RevocationId),
    Outcomes(PushName, RevocationId),
    Replay(PushName, RevocationId),
    /// What is recorded as delivered.
    Totals(PushName),
    Pushes,
    /// Whose key is this?
    Me,
    ReadNotice,
    WriteNotice,
    Receipts,
    /// A vendor's own callback.
    VendorReceipts(Vendor),
    /// A device of the self-built channel gets a token.
    DeviceToken(DeviceToken),
    OpenApi,
}

/// A push as a path names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushName {
    pub kind: PushKind,
    pub id: PushId,
}

impl PushName {
    pub fn of(self, tenant: Tenant) -> PushRef {
        PushRef {
            tenant,
            kind: self.kind,
            id: self.id,
        }
    }
}

/// Reads a path (percent-encoded, without query) and method.
///
/// # Errors
/// 404 for an unknown path, 405 for a known path with another method, 400 for an id that can not be one.
pub fn route(method: &Method, path: &str) -> Result<Route, Problem> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["v1", "openapi.json"] => only(method, &Method::GET, || Ok(Route::OpenApi)),
        ["v1", "notice"] if method == Method::GET => Ok(Route::ReadNotice),
        ["v1", "notice"] if method == Method::PUT => Ok(Route::WriteNotice),
        ["v1", "notice"] => Err(not_allowed("GET, PUT")),
        ["v1", "me"] => only(method, &Method::GET, || Ok(Route::Me)),
        ["v1", "pushes"] => only(method, &Method::GET, || Ok(Route::Pushes)),
        ["v1", "receipts"] => only(method, &Method::POST, || Ok(Route::Receipts)),
        ["v1", "receipts", channel] => {
            let vendor = Vendor::parse(channel).ok_or(Problem::new(ProblemKind::NotFound))?;
            only(method, &Method::POST, || Ok(Route::VendorReceipts(vendor)))
        }
        ["v1", "devices", device, "token"] => only(method, &Method::PUT, || {
            let device = decoded(device, "{device}")?;
            // Not quoted: it is where a delivery goes.
            let Visible(device) = device.parse().map_err(|error| Problem::invalid("{device}", error))?;
            Ok(Route::DeviceToken(device))
        }),
        ["v1", kind, id, rest @ ..] => {
            let kind = match *kind {
                "messages" => PushKind::Message,
                "tasks" => PushKind::Task,
                _ => return Err(Problem::new(ProblemKind::NotFound)),
            };
            let push = || {
                decoded(id, "{id}").and_then(|id| match id.parse() {
                    Ok(id) => Ok(PushName { kind, id }),
                    Err(error) => Err(Problem::invalid("{id}", error)),
                })
            };
            of_push(method, rest, push)
        }
        _ => Err(Problem::new(ProblemKind::NotFound)),
    }
}

fn of_push(method: &Method, rest: &[&str], push: impl Fn() -> Result<PushName, Problem>) -> Result<Route, Problem> {
    match rest {
        [] if method == Method::PUT => Ok(Route::Register(push()?)),
        [] if method == Method::GET => Ok(Route::Push(push()?)),
        [] => Err(not_allowed("GET, PUT")),
        ["deliveries"] => only(method, &Method::POST, || Ok(Route::Record(push()?))),
        ["gate"] => only(method, &Method::GET, || Ok(Route::Gate(push()?))),
        ["totals"] => only(method, &Method::GET, || Ok(Route::Totals(push()?))),
        ["revocations"] => only(method, &Method::POST, || Ok(Route::Revoke(push()?))),
        ["revocations", id] => only(method, &Method::GET, || Ok(Route::Revocation(push()?, revocation(id)?))),
        ["revocations", id, "replays"] => only(method, &Method::POST, || Ok(Route::Replay(push()?, revocation(id)?))),
        ["revocations", id, "outcomes"] => only(method, &Method::GET, || Ok(Route::Outcomes(push()?, revocation(id)?))),
        _ => Err(Problem::new(ProblemKind::NotFound)),
    }
}

/// An id that can not be a revocation's is an unknown revocation.
fn revocation(segment: &str) -> Result<RevocationId, Problem> {
    decoded(segment, "{revocation_id}")?
        .parse()
        .map_err(|_| Problem::new(ProblemKind::RevocationNotFound))
}

fn only(method: &Method, allowed: &Method, route: impl FnOnce() -> Result<Route, Problem>) -> Result<Route, Problem> {
    if method == allowed {
        route()
    } else {
        Err(not_allowed(allowed.as_str()))
    }
}

fn not_allowed(allowed: &str) -> Problem {
    Problem::new(ProblemKind::MethodNotAllowed).with_detail(format!("use {allowed}"))
}

fn decoded(segment: &str, pointer: &str) -> Result<String, Problem> {
    percent_decode_str(segment)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Problem::invalid(pointer, "is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_decoded_once() {
        let name = |path: &str| match route(&Method::GET, path) {
            Ok(Route::Push(name)) => name.id.as_str().to_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(name("/v1/tasks/20842863"), "20842863");
        assert_eq!(name("/v1/messages/a%2Fb%20c%23%25"), "a/b c#%");
        assert_eq!(name("/v1/tasks/%E4%BF%83"), "促");
    }

    #[test]
    fn a_device_may_have_any_name_and_is_not_shown() {
        let device = |path: &str| route(&Method::PUT, path);
        match device("/v1/devices/%E6%9C%BA%2F1%23/token") {
            Ok(Route::DeviceToken(device)) => assert_eq!(device.as_str(), "机/1#"),
            other => panic!("{other:?}"),
        }
        let long = format!("/v1/devices/{}/token", "x".repeat(513));
        assert_eq!(device(&long).unwrap_err().kind, ProblemKind::InvalidRequest);
        assert!(!format!("{:?}", device("/v1/devices/planted/token")).contains("planted"));
        assert_eq!(device("/v1/devices/d").unwrap_err().kind, ProblemKind::NotFound);
    }

    #[test]
    fn a_wrong_path_method_or_id_has_its_own_answer() {
        let kind = |method: Method, path: &str| route(&method, path).map_err(|problem| problem.kind);
        assert_eq!(kind(Method::GET, "/v2/tasks/1"), Err(ProblemKind::NotFound));
        assert_eq!(kind(Method::GET, "/v1/tasks/1/nothing"), Err(ProblemKind::NotFound));
        assert_eq!(kind(Method::DELETE, "/v1/tasks/1"), Err(ProblemKind::MethodNotAllowed));
        assert_eq!(kind(Method::GET, "/v1/tasks/1/revocations"), Err(ProblemKind::MethodNotAllowed));
        assert_eq!(kind(Method::POST, "/v1/receipts/apns"), Err(ProblemKind::NotFound));
        assert_eq!(kind(Method::GET, "/v1/receipts/huawei"), Err(ProblemKind::MethodNotAllowed));
        assert_eq!(kind(Method::GET, "/v1/tasks/%00"), Err(ProblemKind::InvalidRequest));
        assert_eq!(kind(Method::GET, "/v1/tasks/%ff"), Err(ProblemKind::InvalidRequest));
        assert_eq!(
            kind(Method::GET, "/v1/tasks/1/revocations/nope"),
            Err(ProblemKind::RevocationNotFound)
        );
    }
}
