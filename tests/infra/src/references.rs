//! Every name leads somewhere, and every parameter is used.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::template::{Template, placeholders};

#[derive(Default)]
struct Names {
    /// Of resources, parameters and AWS itself.
    things: BTreeSet<String>,
    conditions: BTreeSet<String>,
    mappings: BTreeSet<String>,
}

#[test]
fn every_reference_leads_somewhere() {
    let template = Template::read();
    let mut used = Names::default();
    collect(&template.0, &mut used);

    let resources = template.section("Resources");
    let parameters = template.section("Parameters");
    let things: Vec<_> = used
        .things
        .iter()
        .filter(|name| !(resources.contains_key(*name) || parameters.contains_key(*name) || name.starts_with("AWS::")))
        .collect();
    assert!(things.is_empty(), "no such resource or parameter: {things:?}");
    for condition in &used.conditions {
        assert!(template.section("Conditions").contains_key(condition), "{condition}");
    }
    for mapping in &used.mappings {
        assert!(template.section("Mappings").contains_key(mapping), "{mapping}");
    }
}

#[test]
fn every_parameter_is_used() {
    let template = Template::read();
    let mut used = Names::default();
    collect(&template.0, &mut used);
    for parameter in template.section("Parameters").keys() {
        assert!(used.things.contains(parameter), "nothing uses {parameter}");
    }
}

/// The local AWS compares the concurrency with a number, and a parameter arrives as text.
#[test]
fn each_allowed_concurrency_is_a_number_of_its_own() {
    let template = Template::read();
    let numbers = template.0["Mappings"]["Concurrency"].as_object().unwrap();
    for (name, number) in numbers {
        assert_eq!(number["AsNumber"].as_u64(), name.parse().ok(), "{name}");
    }
    let keys: BTreeSet<_> = numbers.keys().map(String::as_str).collect();
    for (name, parameter) in template.section("Parameters") {
        if name.ends_with("MaximumConcurrency") {
            let allowed = parameter["AllowedValues"].as_array().unwrap();
            let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
            assert_eq!(keys, allowed.iter().map(String::as_str).collect(), "{name}");
        }
    }
}

fn collect(value: &Value, used: &mut Names) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, used)),
        Value::Object(entries) => {
            for (key, value) in entries {
                note(key, value, used);
                collect(value, used);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn note(function: &str, argument: &Value, used: &mut Names) {
    match function {
        "Ref" => used.things.extend(argument.as_str().map(str::to_owned)),
        "Fn::GetAtt" => used.things.extend(argument[0].as_str().map(str::to_owned)),
        "Fn::If" => used.conditions.extend(argument[0].as_str().map(str::to_owned)),
        "Condition" => used.conditions.extend(argument.as_str().map(str::to_owned)),
        "Fn::FindInMap" => used.mappings.extend(argument[0].as_str().map(str::to_owned)),
        "Fn::Sub" => {
            // With names of its own, it is a list: the text, and what they stand for.
            let text = argument.as_str().or(argument[0].as_str()).unwrap();
            let names = placeholders(text).into_iter().filter(|name| argument[1][*name].is_null());
            used.things.extend(names.map(str::to_owned));
        }
        _ => {}
    }
}
