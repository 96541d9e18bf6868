//! Checks a value against a schema of the description.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

/// Follows a reference into the document's components.
pub fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| document.pointer(reference.trim_start_matches('#')))
        .unwrap_or(value)
}

/// Schemas that were used before, by their text: making one takes longer than using it.
#[derive(Default)]
pub struct Validators(Mutex<HashMap<String, Arc<Validator>>>);

impl Validators {
    /// What is wrong with `value`, each with its place. Never quotes a value: it may be a token.
    pub fn mistakes(&self, document: &Value, schema: &Value, value: &Value, side: &str) -> Vec<String> {
        match self.of(document, schema) {
            Ok(validator) => validator
                .iter_errors(value)
                .map(|error| format!("{side} {}: {}", error.instance_path(), error.masked()))
                .collect(),
            Err(error) => vec![format!("the {side}'s schema is no schema: {error}")],
        }
    }

    fn of(&self, document: &Value, schema: &Value) -> Result<Arc<Validator>, String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = known.get(&schema.to_string()) {
            return Ok(Arc::clone(validator));
        }
        let mut whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": { "schemas": document["components"]["schemas"] },
        });
        close(&mut whole);
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&whole)
            .map_err(|error| error.to_string())?;
        let validator = Arc::new(validator);
        known.insert(schema.to_string(), Arc::clone(&validator));
        Ok(validator)
    }
}

/// Lets no field through that is not described.
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
