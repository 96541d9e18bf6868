//! It is an `OpenAPI` 3.1 document, in itself.

use std::collections::BTreeSet;

use openapi_check::Description;
use serde_json::{Value, json};

use crate::support::{examples, operations, resolved};

/// <https://spec.openapis.org/oas/3.1/schema/2022-10-07>, unchanged (Apache-2.0).
const OAS: &str = include_str!("../oas-3.1.schema.json");

#[test]
fn it_follows_the_official_schema_of_openapi_3_1() {
    let description = Description::load();
    let schema: Value = serde_json::from_str(OAS).unwrap();
    let validator = jsonschema::options().build(&schema).unwrap();
    let wrong: Vec<String> = validator
        .iter_errors(description.document())
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_schema_is_a_schema() {
    let description = Description::load();
    for (name, schema) in description.document()["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}");
    }
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let description = Description::load();
    let document = description.document();
    let mut found = Vec::new();
    references(document, &mut found);
    for reference in &found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
    let used: BTreeSet<_> = found.into_iter().collect();
    for part in ["schemas", "responses", "parameters", "headers"] {
        for name in document["components"][part].as_object().unwrap().keys() {
            let reference = format!("#/components/{part}/{name}");
            // What every undescribed method answers belongs to no operation.
            assert!(used.contains(reference.as_str()) || name == "MethodNotAllowed", "{reference}");
        }
    }
}

#[test]
fn every_example_is_as_its_schema_says() {
    let description = Description::load();
    let mut seen = 0;
    for op in operations(&description) {
        let request = examples(&op.operation["requestBody"]["content"]["application/json"]).next();
        for (status, response) in op.operation["responses"].as_object().unwrap() {
            let status: u16 = status.parse().unwrap();
            for (content_type, media) in resolved(&description, response)["content"].as_object().unwrap() {
                for example in examples(media) {
                    seen += 1;
                    let checked = description.check_exchange(&op.method, &op.a_path(), status, content_type, request, example);
                    assert_eq!(checked, Ok(()), "{}", op.id());
                }
            }
        }
    }
    assert!(seen > 150, "{seen}");
}

#[test]
fn every_operation_has_an_id_of_its_own_a_summary_and_a_request_id() {
    let description = Description::load();
    let mut ids = BTreeSet::new();
    for op in operations(&description) {
        assert!(ids.insert(op.id().to_owned()), "{}", op.id());
        assert!(op.operation["summary"].is_string(), "{}", op.id());
        for (status, response) in op.operation["responses"].as_object().unwrap() {
            let headers = &resolved(&description, response)["headers"];
            assert!(headers["x-request-id"].is_object(), "{} {status}", op.id());
        }
    }
}

#[test]
fn only_the_description_itself_is_read_without_a_key() {
    let description = Description::load();
    assert_eq!(description.document()["security"], json!([{ "bearerAuth": [] }]));
    for op in operations(&description) {
        let expected = match op.path {
            "/v1/openapi.json" => Some(json!([])),
            // Vendors send no header of ours.
            "/v1/receipts/{channel}" => Some(json!([{ "callbackKey": [] }])),
            _ => None,
        };
        assert_eq!(op.operation.get("security"), expected.as_ref(), "{}", op.id());
    }
}
