//! Events as AWS hands them over.

use serde_json::{Value, json};

const GATEWAY: &str = include_str!("../../../shared/lambda/src/fixtures/api_gateway.json");

/// The key that every request here comes with.
pub const KEY: &str = "bench";
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A request through the gateway.
pub fn request(method: &str, path: &str, query: &str, body: &Value) -> Value {
    // Cannot fail: the fixture is JSON.
    let mut event: Value = serde_json::from_str(GATEWAY).unwrap_or_default();
    event["rawPath"] = path.into();
    event["rawQueryString"] = query.into();
    event["requestContext"]["http"]["method"] = method.into();
    event["requestContext"]["http"]["path"] = path.into();
    event["headers"]["authorization"] = format!("Bearer {KEY}.{SECRET}").into();
    if !body.is_null() {
        let text = body.to_string();
        event["headers"]["content-type"] = json!("application/json");
        event["headers"]["content-length"] = text.len().to_string().into();
        event["body"] = text.into();
    }
    event
}

/// Messages of a queue.
pub fn messages<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Value {
    let records = bodies.into_iter().enumerate().map(|(nth, body)| {
        json!({
            "messageId": format!("059f36b4-87a3-44ab-83d2-{nth:012}"),
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO", "ApproximateFirstReceiveTimestamp": "1545082649185"
            },
            "messageAttributes": {},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
            "awsRegion": "eu-central-1"
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}
