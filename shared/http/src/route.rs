//! Paths and methods.
//!
//! The same table serves behind API Gateway and behind `cargo lambda watch`,
//! so a function reads the path itself. It comes decoded: what is in a segment
//! stands for itself.

use http::Method;
use revocation_rules::ids::{DeviceToken, PushId, PushKind, PushRef, RevocationId, Tenant};
use revocation_rules::visible::visible;

use crate::problem::{Problem, ProblemKind};
use crate::vendor_receipts::Vendor;

/// The longest path is `v1/{kind}/{id}/revocations/{revocation_id}/outcomes`.
const MOST_SEGMENTS: usize = 6;

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
    /// A device's token is good no more.
    WithdrawDeviceToken(DeviceToken),
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

/// Reads a path (decoded, without query) and method. No slash is passed over:
/// an id that ends with one is another id.
///
/// # Errors
/// 404 for an unknown path, 405 for a known path with another method, 400 for an id that can not be one.
pub fn route(method: &Method, path: &str) -> Result<Route, Problem> {
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).splitn(MOST_SEGMENTS + 1, '/').collect();
    // Some proxies make one slash of two: what has an empty segment names nothing, or something else.
    if segments.contains(&"") {
        return Err(Problem::new(ProblemKind::NotFound));
    }
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
        ["v1", "devices", id, "token"] if method == Method::PUT => {
            nameable(id, "{device}")?;
            visible(id).map_err(|error| Problem::invalid("{device}", error))?;
            Ok(Route::DeviceToken(device(id)?))
        }
        ["v1", "devices", id, "token"] if method == Method::DELETE => Ok(Route::WithdrawDeviceToken(device(id)?)),
        ["v1", "devices", _, "token"] => Err(not_allowed("PUT, DELETE")),
        ["v1", kind, id, rest @ ..] => {
            let kind = match *kind {
                "messages" => PushKind::Message,
                "tasks" => PushKind::Task,
                _ => return Err(Problem::new(ProblemKind::NotFound)),
            };
            let push = || match id.parse() {
                Ok(id) => Ok(PushName { kind, id }),
                Err(error) => Err(Problem::invalid("{id}", error)),
            };
            if rest.is_empty() && method == Method::PUT {
                nameable(id, "{id}")?;
            }
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

/// Not quoted in a problem: it is where a delivery goes.
fn device(segment: &str) -> Result<DeviceToken, Problem> {
    segment.parse().map_err(|error| Problem::invalid("{device}", error))
}

/// An id that can not be a revocation's is an unknown revocation.
fn revocation(segment: &str) -> Result<RevocationId, Problem> {
    segment.parse().map_err(|_| Problem::new(ProblemKind::RevocationNotFound))
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

/// Does a new name come back as it is, whatever a path goes through on its way?
///
/// A browser takes `.` and `..` out of an address, encoded or not. API Gateway
/// ends a path at a `?`, splits it at a `/`, and decodes what comes after a `%`
/// once more, all of them encoded as they should be. And U+FFFD stands for bytes
/// that were no text, whichever they were.
fn nameable(name: &str, pointer: &str) -> Result<(), Problem> {
    let wrong = if matches!(name, "." | "..") {
        "is `.` or `..`, which browsers take out of a path"
    } else if name.contains(['/', '?', '%']) {
        "has a `/`, `?` or `%`, which gateways do not hand over as it was sent"
    } else if name.contains(char::REPLACEMENT_CHARACTER) {
        "is not UTF-8"
    } else {
        return Ok(());
    };
    Err(Problem {
        kind: ProblemKind::UnusableId,
        ..Problem::invalid(pointer, wrong)
    })
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
