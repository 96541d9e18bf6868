//! The whole document: what is said once, and each route's operation.

use revocation_rules::ids::{PushId, PushKind, RevocationId};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::problems;
use super::schemas::{Schemas, words};
use crate::problem::ProblemDocument;
use crate::route::{ROUTES, collection, kind_word};
use crate::vendor_receipts::Vendor;

const ABOUT: &str = "Senders register a push, ask the gate while they send, and record what they delivered. Operators revoke it, by message id (simple push) or by task id (batch push), for 7 days after a delivery was sent.

Every request may be sent twice: the second one changes nothing and says the same. Input with unknown fields or parameters is refused; output may gain fields.

Every answer of the API that is not 2xx is an RFC 9457 document (`application/problem+json`); `x-problem-codes` says which `code` it may have where. An unknown path is answered 404 `not-found`, another method 405 `method-not-allowed`. The gateway in front may answer 413, 429, 500 or 503 itself; those bodies have a `message` only.";

const NEW_NAME: &str = "A new one is not `.` or `..` and has no `/`, `?` or `%`.";

/// The description of the API, as `OpenAPI` 3.1.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let parameters = parameters(&mut schemas);
    let paths = paths(&mut schemas);
    schemas.output_as(SchemaGenerator::subschema_for::<ProblemDocument>);
    let mut named = schemas.named();
    named.insert(
        "GatewayAnswer".to_owned(),
        json!({
            "type": "object",
            "description": "The gateway in front of the API gave up before a function was asked.",
            "properties": { "message": { "type": ["string", "null"] } }
        }),
    );
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "message-revoke",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Takes back push messages that were already sent.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": ABOUT,
        },
        "servers": [{ "url": "/" }],
        "security": [{ "bearerAuth": [] }],
        "tags": [
            { "name": "sending", "description": "For those who send pushes." },
            { "name": "revoking", "description": "For those who take them back and look what happened." },
            { "name": "description" }
        ],
        "paths": paths,
        "components": {
            "securitySchemes": security_schemes(),
            "parameters": parameters,
            "headers": headers(),
            "responses": problems::responses(),
            "schemas": named,
        },
    })
}

fn paths(schemas: &mut Schemas) -> Value {
    let mut paths = Map::new();
    for kind in PushKind::ALL {
        for spec in ROUTES {
            let Some(operation) = spec.operation else { continue };
            let path = spec.path().replace("{kind}", collection(kind)).replace("{rvk}", "{revocation_id}");
            let item = paths.entry(path).or_insert_with(|| path_item(spec.path(), kind));
            item[spec.method().to_ascii_lowercase()] = operation().describe(spec, kind, schemas);
        }
    }
    paths.into()
}

/// What every operation of a path has in its path.
fn path_item(pattern: &str, kind: PushKind) -> Value {
    let id = format!("{}Id", kind_word(kind));
    let named = [
        ("{id}", id.as_str()),
        ("{rvk}", "RevocationId"),
        ("{device}", "Device"),
        ("{channel}", "VendorChannel"),
    ];
    let parameters: Vec<_> = named
        .iter()
        .filter(|(name, _)| pattern.contains(name))
        .map(|(_, parameter)| json!({ "$ref": format!("#/components/parameters/{parameter}") }))
        .collect();
    if parameters.is_empty() {
        json!({})
    } else {
        json!({ "parameters": parameters })
    }
}

fn parameters(schemas: &mut Schemas) -> Value {
    let id = schemas.input::<PushId>();
    let vendors = words(Vendor::all().map(|vendor| vendor.channel.as_str()));
    json!({
        "MessageId": {
            "name": "id", "in": "path", "required": true, "schema": id, "example": "order-9134-shipped",
            "description": format!("The message id, percent-encoded. {NEW_NAME}"),
        },
        "TaskId": {
            "name": "id", "in": "path", "required": true, "schema": id, "example": "20842863",
            "description": format!("The task id, percent-encoded. {NEW_NAME}"),
        },
        "Device": {
            "name": "device", "in": "path", "required": true, "schema": { "type": "string", "minLength": 1, "maxLength": 512 },
            "example": "phone-7F3A",
            "description": "The device as deliveries name it in `token`, percent-encoded: at most 512 bytes of UTF-8, visible characters only, no blank at either end, not `.` or `..`, and no `/`, `?` or `%`.",
        },
        "RevocationId": {
            "name": "revocation_id", "in": "path", "required": true, "schema": schemas.input::<RevocationId>(), "example": "rvk_7Zk2mVQ0sXn4bT9cLr1d",
        },
        "VendorChannel": {
            "name": "channel", "in": "path", "required": true, "schema": { "type": "string", "enum": vendors }, "example": "huawei",
            "description": "Whose callback it is.",
        },
    })
}

fn headers() -> Value {
    let location = json!({ "type": "string", "pattern": "^/v1/(messages|tasks)/[^/]+/revocations/rvk_" });
    json!({
        "RequestId": { "description": "What to report; the problem documents have it, too.", "required": true, "schema": { "type": "string" } },
        "Location": {
            "description": "The path of the revocation.", "required": true, "schema": location,
            "example": "/v1/tasks/20842863/revocations/rvk_7Zk2mVQ0sXn4bT9cLr1d"
        },
        "LocationIfRevoked": { "description": "The path of the revocation. Not in the answer to a dry run.", "schema": location },
        "RetryAfter": { "description": "Seconds to wait.", "schema": { "type": "integer", "minimum": 1 }, "example": 1 },
        "WwwAuthenticate": { "required": true, "schema": { "type": "string", "const": "Bearer" } },
    })
}

fn security_schemes() -> Value {
    json!({
        "bearerAuth": {
            "type": "http", "scheme": "bearer", "bearerFormat": "<key id>.<secret>",
            "description": "An access key. It names the tenant (app and workspace) and the role. A disabled key may work for another minute."
        },
        "callbackKey": {
            "type": "apiKey", "in": "query", "name": "access_key",
            "description": "`<key id>.<secret>` of a key with the role callback that was made for this channel, for vendors that send no header of ours. A URL is seen by more eyes than a header: such a key is good for nothing else. A sender's key is taken as well for as long as the deployment allows it."
        },
    })
}
