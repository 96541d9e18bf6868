//! Checks a value against a schema of the description.

use serde_json::{Value, json};

/// Follows a reference into the document's components.
pub fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| document.pointer(reference.trim_start_matches('#')))
        .unwrap_or(value)
}

/// What is wrong with `value`, each with its place. Never quotes a value: it may be a token.
pub fn mistakes(document: &Value, schema: &Value, value: &Value, side: &str) -> Vec<String> {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": { "schemas": document["components"]["schemas"] },
    });
    close(&mut schema);
    match jsonschema::options().should_validate_formats(true).build(&schema) {
        Ok(validator) => validator
            .iter_errors(value)
            .map(|error| format!("{side} {}: {}", error.instance_path(), error.masked()))
            .collect(),
        Err(error) => vec![format!("the {side}'s schema is no schema: {error}")],
    }
}

/// Lets no field through that is not described. A part of an `allOf` that only
/// narrows another one says no `type`, and stays open.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("type") == Some(&json!("object")) && fields.contains_key("properties") {
                fields.entry("additionalProperties").or_insert(json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
