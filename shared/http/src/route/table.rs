//! Every route, declared once: the routes of the template, of `make watch` and of
//! the API's description come from here, and so does what a key must be allowed.

use revocation_rules::ids::{DeviceToken, PushKind, RevocationId};
use revocation_rules::role::Permission::{self, AskGate, CallBack, Identify, Read, Revoke, Send};

use super::path::{Path, PushName, collection};
use crate::problem::Problem;
use crate::vendor_receipts::Vendor;
use Function::{Console, Devices, Lookup, Mpaas, Receipts, Record};

/// The functions that answer over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Record,
    Revoke,
    Lookup,
    Receipts,
    Devices,
    Console,
    Mpaas,
}

impl Function {
    /// Its folder in `functions`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Revoke => "revoke",
            Self::Lookup => "lookup",
            Self::Receipts => "receipts",
            Self::Devices => "devices",
            Self::Console => "console",
            Self::Mpaas => "mpaas",
        }
    }
}

type Reader = fn(&Path<'_>) -> Result<Route, Problem>;

/// One route, of messages and tasks alike.
pub struct RouteSpec {
    /// Its logical id in the template without `Route`. It never changes: `CloudFormation` cannot put a
    /// route under another id while the first one is there.
    pub name: &'static str,
    /// Method and path, as API Gateway and the audit write them.
    pub key: &'static str,
    pub function: Function,
    /// What a key must be allowed; `None` where the route asks for none, or its function for one of its own.
    pub permission: Option<Permission>,
    /// `None` where the function reads the path itself.
    pub(super) read: Option<Reader>,
}

impl RouteSpec {
    /// `$default`, which stands for every other path, has none.
    pub fn method(&self) -> &'static str {
        self.key.split_once(' ').map_or("", |(method, _)| method)
    }

    pub fn path(&self) -> &'static str {
        self.key.split_once(' ').map_or("", |(_, path)| path)
    }

    fn of(&self, kind: PushKind) -> Deployed {
        let word = match kind {
            PushKind::Message => "Message",
            PushKind::Task => "Task",
        };
        Deployed {
            name: self.name.replace("{Kind}", word),
            key: self.key.replace("{kind}", collection(kind)),
            function: self.function,
        }
    }
}

/// What a request is about; the tenant comes from its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    Record(RecordRoute),
    Revoke(RevokeRoute),
    Lookup(LookupRoute),
    Receipts(ReceiptsRoute),
    Devices(DevicesRoute),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordRoute {
    Register(PushName),
    Record(PushName),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevokeRoute {
    Revoke(PushName),
    Replay(PushName, RevocationId),
    WriteNotice,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupRoute {
    Push(PushName),
    Gate(PushName),
    Revocation(PushName, RevocationId),
    Outcomes(PushName, RevocationId),
    /// What is recorded as delivered.
    Totals(PushName),
    Pushes,
    ReadNotice,
    /// Whose key is this?
    Me,
    OpenApi,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptsRoute {
    Receipts,
    /// A vendor's own callback.
    Vendor(Vendor),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DevicesRoute {
    /// A device of the self-built channel gets a token.
    Issue(DeviceToken),
    /// A device's token is good no more.
    Withdraw(DeviceToken),
}

/// In the order in which the answer 405 names the methods of a path.
#[rustfmt::skip]
pub const ROUTES: &[RouteSpec] = &[
    row("{Kind}", "GET /v1/{kind}/{id}", Lookup, Some(Read), |at| Ok(LookupRoute::Push(at.push()?).into())),
    row("Register{Kind}", "PUT /v1/{kind}/{id}", Record, Some(Send), |at| Ok(RecordRoute::Register(at.new_push()?).into())),
    row("Record{Kind}", "POST /v1/{kind}/{id}/deliveries", Record, Some(Send), |at| Ok(RecordRoute::Record(at.push()?).into())),
    row("{Kind}Gate", "GET /v1/{kind}/{id}/gate", Lookup, Some(AskGate), |at| Ok(LookupRoute::Gate(at.push()?).into())),
    row("{Kind}Totals", "GET /v1/{kind}/{id}/totals", Lookup, Some(Read), |at| Ok(LookupRoute::Totals(at.push()?).into())),
    row("Revoke{Kind}", "POST /v1/{kind}/{id}/revocations", Function::Revoke, Some(Revoke), |at| Ok(RevokeRoute::Revoke(at.push()?).into())),
    row("{Kind}Revocation", "GET /v1/{kind}/{id}/revocations/{rvk}", Lookup, Some(Read), |at| Ok(LookupRoute::Revocation(at.push()?, at.revocation()?).into())),
    row("Replay{Kind}", "POST /v1/{kind}/{id}/revocations/{rvk}/replays", Function::Revoke, Some(Revoke), |at| Ok(RevokeRoute::Replay(at.push()?, at.revocation()?).into())),
    row("{Kind}Outcomes", "GET /v1/{kind}/{id}/revocations/{rvk}/outcomes", Lookup, Some(Read), |at| Ok(LookupRoute::Outcomes(at.push()?, at.revocation()?).into())),
    row("TakeReceipts", "POST /v1/receipts", Receipts, Some(Send), |_| Ok(ReceiptsRoute::Receipts.into())),
    row("VendorReceipts", "POST /v1/receipts/{channel}", Receipts, Some(CallBack), |at| Ok(ReceiptsRoute::Vendor(at.vendor()?).into())),
    row("DeviceToken", "PUT /v1/devices/{device}/token", Devices, Some(Send), |at| Ok(DevicesRoute::Issue(at.new_device()?).into())),
    row("WithdrawDeviceToken", "DELETE /v1/devices/{device}/token", Devices, Some(Send), |at| Ok(DevicesRoute::Withdraw(at.device()?).into())),
    row("Notice", "GET /v1/notice", Lookup, Some(Read), |_| Ok(LookupRoute::ReadNotice.into())),
    row("SetNotice", "PUT /v1/notice", Function::Revoke, Some(Revoke), |_| Ok(RevokeRoute::WriteNotice.into())),
    row("Pushes", "GET /v1/pushes", Lookup, Some(Read), |_| Ok(LookupRoute::Pushes.into())),
    row("OpenApi", "GET /v1/openapi.json", Lookup, None, |_| Ok(LookupRoute::OpenApi.into())),
    row("Me", "GET /v1/me", Lookup, Some(Identify), |_| Ok(LookupRoute::Me.into())),
    elsewhere("Console", "GET /console", Console),
    elsewhere("ConsoleHead", "HEAD /console", Console),
    elsewhere("ConsoleFile", "GET /console/{file}", Console),
    elsewhere("ConsoleFileHead", "HEAD /console/{file}", Console),
    // The calls of mPaaS SDKs; their older signature may come as GET.
    elsewhere("Rpc", "POST /", Mpaas),
    elsewhere("RpcGet", "GET /", Mpaas),
    // The problem document for every path that is not ours.
    elsewhere("Unknown", "$default", Lookup),
];

const fn row(name: &'static str, key: &'static str, function: Function, permission: Option<Permission>, read: Reader) -> RouteSpec {
    RouteSpec {
        name,
        key,
        function,
        permission,
        read: Some(read),
    }
}

/// A route that its function reads itself.
const fn elsewhere(name: &'static str, key: &'static str, function: Function) -> RouteSpec {
    RouteSpec {
        name,
        key,
        function,
        permission: None,
        read: None,
    }
}

/// A function's own routes, in and out of all of them.
macro_rules! own {
    ($($function:ident($own:ident)),*) => {$(
        impl From<$own> for Route {
            fn from(own: $own) -> Self {
                Self::$function(own)
            }
        }

        impl TryFrom<Route> for $own {
            /// It is another function's.
            type Error = Route;

            fn try_from(route: Route) -> Result<Self, Route> {
                if let Route::$function(own) = route { Ok(own) } else { Err(route) }
            }
        }
    )*};
}

own!(
    Record(RecordRoute),
    Revoke(RevokeRoute),
    Lookup(LookupRoute),
    Receipts(ReceiptsRoute),
    Devices(DevicesRoute)
);

/// A route as it is deployed: of messages, of tasks, or of neither.
#[derive(Debug, PartialEq, Eq)]
pub struct Deployed {
    pub name: String,
    pub key: String,
    pub function: Function,
}

/// What API Gateway has to know: first all that messages have, then all that tasks have, then the rest.
pub fn deployed() -> Vec<Deployed> {
    let (of_push, others): (Vec<_>, Vec<_>) = ROUTES.iter().partition(|spec| spec.key.contains("{kind}"));
    let of_kinds = PushKind::ALL
        .into_iter()
        .flat_map(|kind| of_push.iter().map(move |spec| spec.of(kind)));
    of_kinds.chain(others.iter().map(|spec| spec.of(PushKind::Message))).collect()
}
