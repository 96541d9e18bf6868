//! The routes of the HTTP API as the sources of the template see them.

pub(crate) struct Deployed {
    /// `RegisterMessage`
    pub(crate) name: &'static str,
    /// Method and path: `PUT /v1/messages/{id}`; or `$default`
    pub(crate) key: String,
    /// The function behind it: `record`
    pub(crate) function: &'static str,
}

const ROUTES: &[(&str, &str, &str)] = &[
    ("RegisterMessage", "PUT /v1/messages/{id}", "record"),
    ("RecordMessage", "POST /v1/messages/{id}/deliveries", "record"),
    ("RevokeMessage", "POST /v1/messages/{id}/revocations", "revoke"),
    ("Message", "GET /v1/messages/{id}", "lookup"),
    ("MessageGate", "GET /v1/messages/{id}/gate", "lookup"),
    ("MessageRevocation", "GET /v1/messages/{id}/revocations/{rvk}", "lookup"),
    ("ReplayMessage", "POST /v1/messages/{id}/revocations/{rvk}/replays", "revoke"),
    ("MessageOutcomes", "GET /v1/messages/{id}/revocations/{rvk}/outcomes", "lookup"),
    ("RegisterTask", "PUT /v1/tasks/{id}", "record"),
    ("RecordTask", "POST /v1/tasks/{id}/deliveries", "record"),
    ("RevokeTask", "POST /v1/tasks/{id}/revocations", "revoke"),
    ("Task", "GET /v1/tasks/{id}", "lookup"),
    ("TaskGate", "GET /v1/tasks/{id}/gate", "lookup"),
    ("TaskRevocation", "GET /v1/tasks/{id}/revocations/{rvk}", "lookup"),
    ("ReplayTask", "POST /v1/tasks/{id}/revocations/{rvk}/replays", "revoke"),
    ("TaskOutcomes", "GET /v1/tasks/{id}/revocations/{rvk}/outcomes", "lookup"),
    ("TakeReceipts", "POST /v1/receipts", "receipts"),
    ("VendorReceipts", "POST /v1/receipts/{channel}", "receipts"),
    ("DeviceToken", "PUT /v1/devices/{device}/token", "devices"),
    ("WithdrawDeviceToken", "DELETE /v1/devices/{device}/token", "devices"),
    ("Notice", "GET /v1/notice", "lookup"),
    ("SetNotice", "PUT /v1/notice", "revoke"),
    ("Pushes", "GET /v1/pushes", "lookup"),
    ("OpenApi", "GET /v1/openapi.json", "lookup"),
    ("Me", "GET /v1/me", "lookup"),
    ("TaskTotals", "GET /v1/tasks/{id}/totals", "lookup"),
    ("MessageTotals", "GET /v1/messages/{id}/totals", "lookup"),
    ("Console", "GET /console", "console"),
    ("ConsoleHead", "HEAD /console", "console"),
    ("ConsoleFile", "GET /console/{file}", "console"),
    ("ConsoleFileHead", "HEAD /console/{file}", "console"),
    ("Rpc", "POST /", "mpaas"),
    ("RpcGet", "GET /", "mpaas"),
    ("Unknown", "$default", "lookup"),
];

pub(crate) fn deployed() -> Vec<Deployed> {
    let all = ROUTES.iter();
    all.map(|&(name, key, function)| Deployed {
        name,
        key: key.to_owned(),
        function,
    })
    .collect()
}
