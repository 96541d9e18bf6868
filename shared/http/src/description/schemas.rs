//! Schemas of the wire types. What is read refuses unknown fields; what is written may gain some.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// What a request may have, and what an answer has.
pub struct Schemas {
    input: SchemaGenerator,
    output: SchemaGenerator,
}

impl Schemas {
    pub fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                "/components/schemas".clone_into(settings.definitions_path.to_mut());
                settings.meta_schema = None;
            })
        };
        Self {
            input: settings().for_deserialize().into_generator(),
            output: settings().for_serialize().into_generator(),
        }
    }

    pub fn input<T: JsonSchema>(&mut self) -> Value {
        self.input_as(SchemaGenerator::subschema_for::<T>)
    }

    pub fn input_as(&mut self, schema: impl FnOnce(&mut SchemaGenerator) -> Schema) -> Value {
        let mut schema = schema(&mut self.input).to_value();
        tidy(&mut schema);
        schema
    }

    /// The schema of `T` with a change and a name of its own.
    pub fn input_named<T: JsonSchema>(&mut self, name: &str, change: impl FnOnce(&mut Value)) -> Value {
        let mut schema = T::json_schema(&mut self.input).to_value();
        change(&mut schema);
        self.input.definitions_mut().insert(name.to_owned(), schema);
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    pub fn output_as(&mut self, schema: impl FnOnce(&mut SchemaGenerator) -> Schema) -> Value {
        let mut schema = schema(&mut self.output).to_value();
        tidy(&mut schema);
        open(&mut schema);
        schema
    }

    /// Every schema with a name. What is read and written has one: the stricter.
    pub fn named(mut self) -> Map<String, Value> {
        let mut named = self.output.take_definitions(true);
        named.values_mut().for_each(open);
        named.extend(self.input.take_definitions(true));
        named.values_mut().for_each(tidy);
        named
    }
}

/// A text that is one of a few words.
pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    words.into_iter().collect()
}

/// An answer may gain fields, so a schema does not close it, unless it says `const`s only.
fn open(schema: &mut Value) {
    each_object(schema, &mut |fields| {
        if fields.contains_key("properties") && fields.get("additionalProperties") == Some(&json!(false)) {
            fields.remove("additionalProperties");
        }
    });
}

/// As a reader wants it: enums are lists of words, sentences have no line breaks in them,
/// a field that may be left out is not `null` beside that, and Rust's own formats are no one else's.
fn tidy(schema: &mut Value) {
    each_object(schema, &mut |fields| {
        listed(fields);
        without_null(fields);
        if let Some(Value::String(text)) = fields.get_mut("description") {
            *text = unbroken(text);
        }
        if fields
            .get("format")
            .and_then(Value::as_str)
            .is_some_and(|format| format.starts_with(['u', 'i']))
            && fields.get("type") != Some(&json!("string"))
        {
            fields.remove("format");
        }
    });
}

fn each_object(value: &mut Value, act: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            act(fields);
            fields.values_mut().for_each(|value| each_object(value, act));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| each_object(value, act)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `oneOf` words, some with a description, as an `enum` whose description has theirs.
fn listed(fields: &mut Map<String, Value>) {
    let Some(Value::Array(options)) = fields.get("oneOf") else { return };
    let mut words = Vec::new();
    let mut lines = Vec::new();
    for option in options {
        match (option.get("const"), option.get("enum")) {
            (Some(Value::String(word)), _) => {
                if let Some(about) = option["description"].as_str() {
                    lines.push(format!("- `{word}`: {}", unbroken(about)));
                }
                words.push(json!(word));
            }
            (None, Some(Value::Array(plain))) => words.extend(plain.iter().cloned()),
            _ => return,
        }
    }
    let about = fields.get("description").and_then(Value::as_str).map(unbroken);
    let text: Vec<String> = about
        .into_iter()
        .chain([lines.join("\n")])
        .filter(|text| !text.is_empty())
        .collect();
    fields.remove("oneOf");
    fields.insert("type".to_owned(), json!("string"));
    fields.insert("enum".to_owned(), words.into());
    fields.insert("description".to_owned(), text.join("\n\n").into());
}

fn without_null(fields: &mut Map<String, Value>) {
    let required = fields.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| {
        required
            .as_array()
            .is_some_and(|names| names.iter().any(|required| required == name))
    };
    let Some(Value::Object(properties)) = fields.get_mut("properties") else {
        return;
    };
    for (name, property) in properties {
        let Value::Object(property) = property else { continue };
        if is_required(name) {
            continue;
        }
        if let Some(Value::Array(types)) = property.get_mut("type") {
            types.retain(|known| known != "null");
            if let [one] = types.as_slice() {
                property["type"] = one.clone();
            }
        }
        if let Some(Value::Array(options)) = property.get_mut("anyOf") {
            options.retain(|option| option != &json!({ "type": "null" }));
            if let [Value::Object(one)] = options.as_slice() {
                let one = one.clone();
                property.remove("anyOf");
                for (name, value) in one {
                    property.entry(name).or_insert(value);
                }
            }
        }
        if property.get("default") == Some(&Value::Null) {
            property.remove("default");
        }
    }
}

/// Lines of a comment are broken anywhere; paragraphs and lists are not.
fn unbroken(text: &str) -> String {
    text.replace("\n\n", "\u{0}")
        .replace("\n- ", "\u{1}")
        .replace('\n', " ")
        .replace('\u{1}', "\n- ")
        .replace('\u{0}', "\n\n")
}
