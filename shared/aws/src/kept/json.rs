//! Items as `DynamoDB` writes them down: `{"S": ..}`, `{"N": ..}`, `{"B": ..}`.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value, json};

use crate::items::Item;

pub fn read(item: &Value) -> Item {
    let attribute = |(name, value): (&String, &Value)| {
        let text = |kind: &str| value[kind].as_str();
        let read = match (text("S"), text("N"), text("B")) {
            (Some(text), None, None) => AttributeValue::S(text.to_owned()),
            (None, Some(digits), None) => AttributeValue::N(digits.to_owned()),
            (None, None, Some(bytes)) => AttributeValue::B(Blob::new(BASE64_STANDARD.decode(bytes).unwrap())),
            _ => panic!("{name} is {value}"),
        };
        (name.clone(), read)
    };
    item.as_object().unwrap().iter().map(attribute).collect()
}

/// As it stands in a file of fixtures.
pub fn line(kind: &str, item: &Item) -> String {
    let attribute = |(name, value): (&String, &AttributeValue)| {
        let written = match value {
            AttributeValue::S(text) => json!({ "S": text }),
            AttributeValue::N(digits) => json!({ "N": digits }),
            AttributeValue::B(bytes) => json!({ "B": BASE64_STANDARD.encode(bytes) }),
            other => panic!("{name} is {other:?}"),
        };
        (name.clone(), written)
    };
    let item: Map<String, Value> = item.iter().map(attribute).collect();
    format!("\n  {}: {},\n", json!(kind), Value::Object(item))
}
