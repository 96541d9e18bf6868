//! Reads the template: its tags become the long form, so `!Ref A` is `{"Ref": "A"}`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

pub(crate) struct Template(pub(crate) Value);

/// A resource: its name and what the template says about it.
pub(crate) type Resource<'t> = (&'t str, &'t Value);

impl Template {
    pub(crate) fn read() -> Self {
        /// Read once: some tests change it hundreds of times.
        static READ: LazyLock<Value> = LazyLock::new(|| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/template.yaml");
            let text = std::fs::read_to_string(path).unwrap();
            let documents = Yaml::load_from_str(&text).unwrap();
            long_form(&documents[0])
        });
        Self(READ.clone())
    }

    pub(crate) fn section(&self, name: &str) -> &Map<String, Value> {
        self.0[name].as_object().unwrap()
    }

    pub(crate) fn of_type(&self, kind: &str) -> Vec<Resource<'_>> {
        let found: Vec<_> = self
            .section("Resources")
            .iter()
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
            .collect();
        assert!(!found.is_empty(), "the template has no {kind}");
        found
    }

    pub(crate) fn resource(&self, name: &str) -> &Value {
        &self.0["Resources"][name]["Properties"]
    }

    /// The template with other values; `Value::Null` takes a place away. Each place is a JSON pointer and must exist.
    pub(crate) fn changed(changes: &[(&str, Value)]) -> Self {
        let mut template = Self::read();
        for (place, value) in changes {
            let (parent, last) = place.rsplit_once('/').unwrap();
            match template.0.pointer_mut(parent).expect(place) {
                Value::Object(entries) if value.is_null() => {
                    let last = last.replace("~1", "/");
                    assert!(entries.remove(&last).is_some(), "{place}");
                }
                Value::Array(values) if value.is_null() => {
                    values.remove(last.parse().unwrap());
                }
                _ => *template.0.pointer_mut(place).expect(place) = value.clone(),
            }
        }
        template
    }

    /// Every text of the template, wherever it stands.
    pub(crate) fn texts(&self) -> Vec<&str> {
        fn collect<'t>(value: &'t Value, texts: &mut Vec<&'t str>) {
            match value {
                Value::String(text) => texts.push(text),
                Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
                Value::Object(entries) => entries.values().for_each(|value| collect(value, texts)),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        let mut texts = Vec::new();
        collect(&self.0, &mut texts);
        texts
    }

    pub(crate) fn functions(&self) -> Vec<Resource<'_>> {
        self.of_type("AWS::Serverless::Function")
    }

    /// The functions that revoke over a channel, and its name.
    pub(crate) fn dispatchers(&self) -> Vec<(&str, &Value)> {
        let dispatchers = self.functions().into_iter();
        let found: Vec<_> = dispatchers
            .filter_map(|(_, function)| Some((variables(function).get("CHANNEL")?.as_str()?, function)))
            .collect();
        assert!(!found.is_empty());
        found
    }

    pub(crate) fn timeout_of(&self, function: &Value) -> u64 {
        let own = &function["Timeout"];
        let global = &self.0["Globals"]["Function"]["Timeout"];
        own.as_u64().or(global.as_u64()).unwrap()
    }

    /// The statements of the one policy document of a function's role, without those for traces, which are its own
    /// policy (`protection` has them).
    pub(crate) fn statements(&self, function: &Value) -> Vec<Statement> {
        let role = self.resource(referred(&function["Role"]).unwrap());
        list(&role["Policies"])
            .iter()
            .filter(|policy| policy["Fn::If"][0] != "IsTraced")
            .flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]))
            .map(|statement| {
                assert_eq!(statement["Effect"], "Allow");
                Statement {
                    actions: list(&statement["Action"])
                        .iter()
                        .map(|action| action.as_str().unwrap().to_owned())
                        .collect(),
                    resources: list(&statement["Resource"]),
                    condition: statement["Condition"].clone(),
                }
            })
            .collect()
    }

    /// May the function do this to that resource of the template?
    pub(crate) fn may(&self, function: &Value, action: &str, resource: &str) -> bool {
        self.statements(function).iter().any(|statement| {
            let named = statement.resources.iter().any(|named| referred(named) == Some(resource));
            named && statement.actions.contains(action)
        })
    }
}

pub(crate) struct Statement {
    pub(crate) actions: BTreeSet<String>,
    pub(crate) resources: Vec<Value>,
    /// Null for none.
    pub(crate) condition: Value,
}

/// The resource that a `Ref` or `GetAtt` names.
pub(crate) fn referred(value: &Value) -> Option<&str> {
    value["Ref"].as_str().or(value["Fn::GetAtt"][0].as_str())
}

/// The function behind an integration, by its name in the template.
pub(crate) fn behind(integration: &Value) -> &str {
    let uri = &integration["IntegrationUri"];
    referred(uri).unwrap_or_else(|| {
        // A WebSocket API wants the address of the invocation.
        let uri = uri["Fn::Sub"].as_str().unwrap();
        let (_, function) = uri.split_once("/functions/${").unwrap();
        function.strip_suffix(".Arn}/invocations").unwrap()
    })
}

/// The names in a text such as `a=${First},b=${Second.Arn}`.
pub(crate) fn placeholders(text: &str) -> Vec<&str> {
    let names = text.split("${").skip(1);
    names
        .map(|rest| {
            let (name, _) = rest.split_once('}').unwrap();
            name.split('.').next().unwrap_or(name)
        })
        .collect()
}

/// One thing or several: IAM takes both.
pub(crate) fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

pub(crate) fn variables(function: &Value) -> &Map<String, Value> {
    /// Of a function that has none.
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    function["Environment"]["Variables"].as_object().unwrap_or(&NONE)
}

fn long_form(node: &Yaml) -> Value {
    match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(value)) => json!(value),
        Yaml::Sequence(nodes) => nodes.iter().map(long_form).collect(),
        Yaml::Mapping(nodes) => nodes
            .iter()
            .map(|(key, node)| match long_form(key) {
                Value::String(key) => (key, long_form(node)),
                key => panic!("the key {key} is not text"),
            })
            .collect(),
        Yaml::Tagged(tag, node) => match (tag.suffix.as_str(), long_form(node)) {
            ("Ref", name) => json!({ "Ref": name }),
            ("Condition", name) => json!({ "Condition": name }),
            ("GetAtt", Value::String(path)) => {
                let (resource, attribute) = path.split_once('.').unwrap();
                json!({ "Fn::GetAtt": [resource, attribute] })
            }
            (function, argument) => json!({ format!("Fn::{function}"): argument }),
        },
        node => panic!("not understood: {node:?}"),
    }
}
