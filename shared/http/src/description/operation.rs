//! What is said of a route: for people, and what it takes and answers.

use revocation_rules::ids::PushKind;
use revocation_rules::role::{Permission, Role};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::schemas::Schemas;
use crate::route::{RouteSpec, kind_word};

/// For whom an operation is.
#[derive(Clone, Copy)]
pub enum Tag {
    Sending,
    Revoking,
    Description,
}

type BodyOf = fn(PushKind, &mut Schemas) -> Value;
type SchemaOf = fn(&mut SchemaGenerator) -> Schema;
/// Examples by name, of messages and of tasks.
type Examples = fn(PushKind) -> Value;

struct Reply {
    status: u16,
    about: &'static str,
    schema: SchemaOf,
    location: Option<&'static str>,
    examples: Examples,
}

/// One operation of the document, or two: `{kind}` and `{Kind}` stand for message and task.
pub struct Operation {
    id: &'static str,
    tag: Tag,
    summary: &'static str,
    about: &'static str,
    query: Vec<(Value, SchemaOf)>,
    body: Option<(BodyOf, Examples)>,
    form: Option<Value>,
    answers: Vec<Reply>,
    problems: Vec<(u16, &'static str)>,
    follow: Option<&'static str>,
}

impl Operation {
    pub fn new(id: &'static str, tag: Tag, summary: &'static str, about: &'static str) -> Self {
        Self {
            id,
            tag,
            summary,
            about,
            query: Vec::new(),
            body: None,
            form: None,
            answers: Vec::new(),
            problems: Vec::new(),
            follow: None,
        }
    }

    /// `more` is what else is said of the parameter: its description, an example, whether it is required.
    pub fn query<T: JsonSchema>(self, name: &'static str, more: Value) -> Self {
        self.query_as(name, more, SchemaGenerator::subschema_for::<T>)
    }

    pub fn query_as(mut self, name: &'static str, mut more: Value, schema: SchemaOf) -> Self {
        more["name"] = name.into();
        more["in"] = "query".into();
        self.query.push((more, schema));
        self
    }

    pub fn body<T: JsonSchema>(self, examples: Examples) -> Self {
        self.body_as(|_, schemas| schemas.input::<T>(), examples)
            .problem(415, "UnsupportedMediaType")
    }

    /// A body that may be called anything.
    pub fn body_as(mut self, schema: BodyOf, examples: Examples) -> Self {
        self.body = Some((schema, examples));
        self.problem(400, "InvalidRequest").problem(413, "PayloadTooLarge")
    }

    /// Takes a form as well.
    pub fn form(mut self, schema: Value) -> Self {
        self.form = Some(schema);
        self
    }

    pub fn answer<T: JsonSchema>(self, status: u16, about: &'static str, examples: Examples) -> Self {
        self.answer_as(status, about, SchemaGenerator::subschema_for::<T>, examples)
    }

    pub fn answer_as(mut self, status: u16, about: &'static str, schema: SchemaOf, examples: Examples) -> Self {
        self.answers.push(Reply {
            status,
            about,
            schema,
            location: None,
            examples,
        });
        self
    }

    /// The last answer has a `Location`, as this header is described.
    pub fn at(mut self, header: &'static str) -> Self {
        if let Some(answer) = self.answers.last_mut() {
            answer.location = Some(header);
        }
        self
    }

    /// What was accepted is followed with that operation.
    pub fn follow(mut self, operation: &'static str) -> Self {
        self.follow = Some(operation);
        self
    }

    /// Answers with one of the responses of `problems`. Those that follow from the route itself are there already.
    pub fn problem(mut self, status: u16, response: &'static str) -> Self {
        self.problems.push((status, response));
        self
    }

    pub(super) fn describe(&self, spec: &RouteSpec, kind: PushKind, schemas: &mut Schemas) -> Value {
        let mut operation = json!({
            "operationId": of_kind(self.id, kind),
            "tags": [match self.tag {
                Tag::Sending => "sending",
                Tag::Revoking => "revoking",
                Tag::Description => "description",
            }],
            "summary": of_kind(self.summary, kind),
            "responses": self.responses(spec, kind, schemas),
        });
        let about = [self.about.to_owned(), roles(spec)].join(" ");
        if !about.trim().is_empty() {
            operation["description"] = about.trim().into();
        }
        match spec.permission {
            None => operation["security"] = json!([]),
            // Vendors send no header of ours.
            Some(Permission::CallBack) => operation["security"] = json!([{ "callbackKey": [] }]),
            // As the whole document says.
            Some(Permission::Identify | Permission::Send | Permission::AskGate | Permission::Read | Permission::Revoke) => {}
        }
        if !self.query.is_empty() {
            let parameters = self.query.iter().map(|(parameter, schema)| {
                let mut parameter = parameter.clone();
                parameter["schema"] = schemas.input_as(*schema);
                parameter
            });
            operation["parameters"] = parameters.collect();
        }
        if let Some((schema, examples)) = self.body {
            let json = json!({ "schema": schema(kind, schemas), "examples": examples(kind) });
            operation["requestBody"] = json!({ "required": true, "content": { "application/json": json } });
            if let Some(form) = &self.form {
                operation["requestBody"]["content"]["application/x-www-form-urlencoded"] = json!({ "schema": form });
            }
        }
        operation
    }

    fn responses(&self, spec: &RouteSpec, kind: PushKind, schemas: &mut Schemas) -> Value {
        let reference = |response: &str| json!({ "$ref": format!("#/components/responses/{response}") });
        let own = self.problems.iter().copied();
        let mut responses: Map<String, Value> = of_route(spec, !self.query.is_empty())
            .into_iter()
            .chain(own)
            .map(|(status, response)| (status.to_string(), reference(response)))
            .collect();
        for answer in &self.answers {
            let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
            let mut response = json!({
                "description": answer.about,
                "headers": { "x-request-id": header("RequestId") },
                "content": { "application/json": { "schema": schemas.output_as(answer.schema) } },
            });
            let examples = (answer.examples)(kind);
            if !examples.is_null() {
                response["content"]["application/json"]["examples"] = examples;
            }
            if let Some(location) = answer.location {
                response["headers"]["Location"] = header(location);
            }
            if let (Some(operation), 202) = (self.follow, answer.status) {
                response["links"] = json!({ "follow": {
                    "operationId": of_kind(operation, kind),
                    "parameters": { "id": "$request.path.id", "revocation_id": "$response.body#/id" },
                    "description": "Follow its progress."
                } });
            }
            responses.insert(answer.status.to_string(), response);
        }
        responses.into()
    }
}

/// What is said of the document itself.
pub(crate) fn itself() -> Operation {
    Operation::new("readDescription", Tag::Description, "This document", "").answer_as(
        200,
        "This document.",
        |_| {
            json_schema!({
                "type": "object",
                "required": ["openapi", "info", "paths"],
                "properties": {
                    "openapi": { "type": "string", "pattern": r"^3\.1\." }, "info": { "type": "object" }, "paths": { "type": "object" }
                },
                "additionalProperties": true
            })
        },
        |_| Value::Null,
    )
}

/// The problems that follow from the route itself.
fn of_route(spec: &RouteSpec, has_query: bool) -> Vec<(u16, &'static str)> {
    let mut problems = vec![(429, "TooManyRequests"), (500, "Internal"), (503, "Unavailable")];
    let names = |name: &str| spec.path().contains(name);
    if has_query || names("{") {
        problems.push((400, "InvalidRequest"));
    }
    if spec.permission.is_some() {
        problems.extend([(401, "Unauthenticated"), (403, "Forbidden")]);
    }
    if names("{channel}") {
        problems.push((404, "NotFound"));
    }
    if names("{kind}") {
        problems.push((404, if names("{rvk}") { "RevocationNotFound" } else { "PushNotFound" }));
    }
    problems
}

/// Whose keys may do it.
fn roles(spec: &RouteSpec) -> String {
    let Some(permission) = spec.permission else { return String::new() };
    let (may, may_not): (Vec<_>, Vec<_>) = Role::ALL.into_iter().partition(|role| role.may(permission));
    let list = |roles: &[Role]| roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    match may_not.as_slice() {
        [one] => format!("Roles: all but {}.", one.as_str()),
        _ => format!("Roles: {}.", list(&may)),
    }
}

fn of_kind(text: &str, kind: PushKind) -> String {
    text.replace("{kind}", kind.as_str()).replace("{Kind}", kind_word(kind))
}
