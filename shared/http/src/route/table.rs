//! Every route, declared once: the routes of the template, of `make watch` and of
//! the API's description come from here, and so does what a key must be allowed.

use revocation_rules::ids::{DeviceToken, PushKind, RevocationId};
use revocation_rules::role::Permission::{self, AskGate, CallBack, Identify, Read, Revoke, Send};

use super::path::{Path, PushName, collection};
use crate::problem::Problem;
use crate::vendor_receipts::Vendor;
#[cfg(feature = "description")]
use crate::wire::{device, gate, list, me, notice, outcomes, push, receipts, record, register, revoke, totals};

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
    #[cfg(feature = "description")]
    pub(crate) operation: Option<fn() -> crate::description::Operation>,
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
        Deployed {
            name: self.name.replace("{Kind}", kind_word(kind)),
            key: self.key.replace("{kind}", collection(kind)),
            function: self.function,
            permission: self.permission,
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

macro_rules! routes {
    ($($name:literal: $key:literal, $permission:expr => |$at:pat_param| $function:ident($route:expr), $operation:path;)*
     elsewhere: $($other:literal: $other_key:literal => $other_function:ident;)*) => {
        /// In the order in which the answer 405 names the methods of a path. Each with its logical id, its method
        /// and path, what a key must be allowed, what it is to its function, and what is said of it.
        pub const ROUTES: &[RouteSpec] = &[
            $(RouteSpec {
                name: $name,
                key: $key,
                function: Function::$function,
                permission: $permission,
                read: Some(|$at| Ok(Route::$function($route))),
                #[cfg(feature = "description")]
                operation: Some($operation),
            },)*
            $(RouteSpec {
                name: $other,
                key: $other_key,
                function: Function::$other_function,
                permission: None,
                read: None,
                #[cfg(feature = "description")]
                operation: None,
            },)*
        ];
    };
}

routes! {
    "{Kind}": "GET /v1/{kind}/{id}", Some(Read)
        => |at| Lookup(LookupRoute::Push(at.push()?)), push::described::push;
    "Register{Kind}": "PUT /v1/{kind}/{id}", Some(Send)
        => |at| Record(RecordRoute::Register(at.new_push()?)), register::described::register;
    "Record{Kind}": "POST /v1/{kind}/{id}/deliveries", Some(Send)
        => |at| Record(RecordRoute::Record(at.push()?)), record::described::record;
    "{Kind}Gate": "GET /v1/{kind}/{id}/gate", Some(AskGate)
        => |at| Lookup(LookupRoute::Gate(at.push()?)), gate::described::gate;
    "{Kind}Totals": "GET /v1/{kind}/{id}/totals", Some(Read)
        => |at| Lookup(LookupRoute::Totals(at.push()?)), totals::described::totals;
    "Revoke{Kind}": "POST /v1/{kind}/{id}/revocations", Some(Revoke)
        => |at| Revoke(RevokeRoute::Revoke(at.push()?)), revoke::described::revoke;
    "{Kind}Revocation": "GET /v1/{kind}/{id}/revocations/{rvk}", Some(Read)
        => |at| Lookup(LookupRoute::Revocation(at.push()?, at.revocation()?)), push::described::revocation;
    "Replay{Kind}": "POST /v1/{kind}/{id}/revocations/{rvk}/replays", Some(Revoke)
        => |at| Revoke(RevokeRoute::Replay(at.push()?, at.revocation()?)), push::described::replay;
    "{Kind}Outcomes": "GET /v1/{kind}/{id}/revocations/{rvk}/outcomes", Some(Read)
        => |at| Lookup(LookupRoute::Outcomes(at.push()?, at.revocation()?)), outcomes::described::outcomes;
    "TakeReceipts": "POST /v1/receipts", Some(Send)
        => |_| Receipts(ReceiptsRoute::Receipts), receipts::described::receipts;
    "VendorReceipts": "POST /v1/receipts/{channel}", Some(CallBack)
        => |at| Receipts(ReceiptsRoute::Vendor(at.vendor()?)), receipts::described::vendor_receipts;
    "DeviceToken": "PUT /v1/devices/{device}/token", Some(Send)
        => |at| Devices(DevicesRoute::Issue(at.new_device()?)), device::described::issue;
    "WithdrawDeviceToken": "DELETE /v1/devices/{device}/token", Some(Send)
        => |at| Devices(DevicesRoute::Withdraw(at.device()?)), device::described::withdraw;
    "Notice": "GET /v1/notice", Some(Read)
        => |_| Lookup(LookupRoute::ReadNotice), notice::described::read;
    "SetNotice": "PUT /v1/notice", Some(Revoke)
        => |_| Revoke(RevokeRoute::WriteNotice), notice::described::write;
    "Pushes": "GET /v1/pushes", Some(Read)
        => |_| Lookup(LookupRoute::Pushes), list::described::pushes;
    "OpenApi": "GET /v1/openapi.json", None
        => |_| Lookup(LookupRoute::OpenApi), crate::description::itself;
    "Me": "GET /v1/me", Some(Identify)
        => |_| Lookup(LookupRoute::Me), me::described::me;
    elsewhere:
    "Console": "GET /console" => Console;
    "ConsoleHead": "HEAD /console" => Console;
    "ConsoleFile": "GET /console/{file}" => Console;
    "ConsoleFileHead": "HEAD /console/{file}" => Console;
    // The calls of mPaaS SDKs; their older signature may come as GET.
    "Rpc": "POST /" => Mpaas;
    "RpcGet": "GET /" => Mpaas;
    // The problem document for every path that is not ours.
    "Unknown": "$default" => Lookup;
}

/// A function's own routes, out of all of them.
macro_rules! own {
    ($($function:ident($own:ident)),*) => {$(
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
    /// As of [`RouteSpec`].
    pub permission: Option<Permission>,
}

/// As it stands in the middle of a name.
pub(crate) const fn kind_word(kind: PushKind) -> &'static str {
    match kind {
        PushKind::Message => "Message",
        PushKind::Task => "Task",
    }
}

/// What API Gateway has to know: first all that messages have, then all that tasks have, then the rest.
pub fn deployed() -> Vec<Deployed> {
    let (of_push, others): (Vec<_>, Vec<_>) = ROUTES.iter().partition(|spec| spec.key.contains("{kind}"));
    let of_kinds = PushKind::ALL
        .into_iter()
        .flat_map(|kind| of_push.iter().map(move |spec| spec.of(kind)));
    of_kinds.chain(others.iter().map(|spec| spec.of(PushKind::Message))).collect()
}
