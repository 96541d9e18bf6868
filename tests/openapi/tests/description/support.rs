//! What several tests walk over.

use openapi_check::Description;
use serde_json::Value;

pub struct Op<'a> {
    /// Upper case.
    pub method: String,
    pub path: &'a str,
    pub operation: &'a Value,
}

impl Op<'_> {
    pub fn id(&self) -> &str {
        self.operation["operationId"].as_str().unwrap()
    }

    /// The path with every parameter replaced by something that it may be.
    pub fn a_path(&self) -> String {
        self.path
            .replace("{id}", "20842863")
            .replace("{revocation_id}", "rvk_1")
            .replace("{channel}", "huawei")
            .replace("{device}", "phone-7F3A")
    }
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub fn operations(description: &Description) -> Vec<Op<'_>> {
    let mut found = Vec::new();
    for (path, item) in description.document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if METHODS.contains(&method.as_str()) {
                found.push(Op {
                    method: method.to_ascii_uppercase(),
                    path,
                    operation,
                });
            }
        }
    }
    found
}

/// The thing a reference names, or the thing itself.
pub fn resolved<'a>(description: &'a Description, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => description.document().pointer(&reference[1..]).unwrap(),
        None => value,
    }
}

/// Every media type's examples.
pub fn examples(media: &Value) -> impl Iterator<Item = &Value> {
    media["examples"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(_, example)| &example["value"])
}
