//! Which calls each function makes, as they were observed beside its role: each call is allowed, and each statement of
//! a role, and each action of it, is there for a call.
//!
//! `calls.txt` is what the local AWS, which enforces the roles, was asked for in the end-to-end tests; they compare it
//! with each run (`tests/e2e/tests/e2e/roles.rs`). Lambda's own calls are not asked of it, and stand below.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::template::{Template, list, referred, variables};

/// A line for each call, `function service:Action resource`; after a `#` why the end-to-end tests need not make it.
const CALLS: &str = include_str!("../calls.txt");

/// A call, and what it is made on.
type Call = (String, String);

/// What was observed of a function, but where its jobs go to: that depends on what was sent.
fn observed(function: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = CALLS.lines().map(|line| line.split('#').next().unwrap().trim());
    lines.filter_map(move |line| {
        let (by, call) = line.split_once(' ')?;
        (by == function).then(|| call.split_once(' ').unwrap())
    })
}

/// Every call of a function, by what was observed, its environment and its queue.
fn needs(template: &Template, name: &str, function: &Value) -> BTreeSet<Call> {
    let short = function["FunctionName"]["Fn::Sub"].as_str().unwrap();
    let short = short.strip_prefix("${AWS::StackName}-").unwrap();
    let mut needs = BTreeSet::new();
    let mut calls = |service: &str, operations: &str, on: &str| {
        needs.extend(operations.split(' ').map(|one| (format!("{service}:{one}"), on.to_owned())));
    };
    let mut sends = false;
    for (action, on) in observed(short) {
        if on == "queues" {
            sends = true;
        } else {
            let (service, operation) = action.split_once(':').unwrap();
            calls(service, operation, on);
        }
    }
    // Lambda writes in its name.
    calls("logs", "CreateLogStream PutLogEvents", &name.replace("Function", "Log"));
    // Jobs are sent wherever a queue is named. IAM knows one action for both calls, the local AWS one for each.
    let mut named = false;
    for (variable, value) in variables(function).iter().filter(|(name, _)| name.contains("QUEUE_URL")) {
        let queues: Vec<&str> = match referred(value) {
            Some(queue) => vec![queue],
            None => crate::template::placeholders(value["Fn::Sub"].as_str().expect(variable)),
        };
        named = true;
        for queue in queues {
            calls("sqs", "SendMessage SendMessageBatch", queue);
        }
    }
    assert_eq!(sends, named, "{short} sends where a queue is named, and nowhere else");
    // Lambda takes from the queue in its name.
    for (_, source) in template.of_type("AWS::Lambda::EventSourceMapping") {
        if referred(&source["FunctionName"]) == Some(name) {
            let queue = referred(&source["EventSourceArn"]).unwrap();
            calls(
                "sqs",
                "ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes",
                queue,
            );
        }
    }
    needs
}

/// What a statement is on, in the words above.
fn on(resource: &Value) -> String {
    if let Some(name) = referred(resource) {
        return name.to_owned();
    }
    let text = resource["Fn::Sub"].as_str().or(resource["Fn::Sub"][0].as_str()).unwrap();
    if let Some((table, index)) = text.split_once(".Arn}") {
        return format!("{}{index}", table.trim_start_matches("${"));
    }
    if text.contains(":secret:") {
        return "secrets".to_owned();
    }
    let (_, path) = text.split_once("/live/").expect("neither a secret nor a connection");
    path.split('/').next().unwrap().to_owned()
}

fn faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, function) in template.functions() {
        let needed = needs(template, name, function);
        let mut allowed = BTreeSet::new();
        for statement in template.statements(function) {
            for resource in &statement.resources {
                for action in &statement.actions {
                    // Two statements for one call: either could be removed and nobody would notice.
                    if !allowed.insert((action.clone(), on(resource))) {
                        faults.push(format!("{name} is allowed {action} on {} twice", on(resource)));
                    }
                }
            }
        }
        for (action, on) in needed.difference(&allowed) {
            faults.push(format!("{name} may not {action} on {on}, which it calls"));
        }
        for (action, on) in allowed.difference(&needed) {
            faults.push(format!("{name} may {action} on {on}, which it never calls"));
        }
    }
    faults
}

#[test]
fn every_call_is_allowed_and_everything_that_is_allowed_is_called() {
    assert_eq!(faults(&Template::read()), Vec::<String>::new());
}

/// The roles, each with its statements as they stand in the template.
fn roles(template: &Template) -> Vec<(String, String, Vec<Value>)> {
    let roles = template.functions().into_iter().map(|(name, function)| {
        let role = referred(&function["Role"]).unwrap();
        let policy = &template.resource(role)["Policies"][0]["PolicyDocument"];
        (name.to_owned(), role.to_owned(), list(&policy["Statement"]))
    });
    roles.collect()
}

#[test]
fn removing_any_statement_of_any_role_or_any_action_of_it_is_seen() {
    let mut removed = 0;
    for (name, role, statements) in roles(&Template::read()) {
        let place = format!("/Resources/{role}/Properties/Policies/0/PolicyDocument/Statement");
        for (nth, statement) in statements.iter().enumerate() {
            let without = Template::changed(&[(&format!("{place}/{nth}"), Value::Null)]);
            let found = faults(&without);
            assert!(
                !found.is_empty() && found.iter().all(|fault| fault.starts_with(&format!("{name} may not "))),
                "{role}, statement {nth}: {found:?}"
            );
            removed += 1;
            for action in 0..list(&statement["Action"]).len() {
                let without = Template::changed(&[(&format!("{place}/{nth}/Action/{action}"), Value::Null)]);
                assert!(!faults(&without).is_empty(), "{role}, statement {nth}, action {action}");
            }
        }
    }
    assert!(removed > 80, "{removed}");
}

#[test]
fn a_statement_that_nothing_calls_is_seen() {
    let mut template = Template::read();
    let statements = &mut template.0["Resources"]["GateRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let more = json!({ "Effect": "Allow", "Action": ["dynamodb:Query"], "Resource": { "Fn::GetAtt": ["PushesTable", "Arn"] } });
    statements.as_array_mut().unwrap().push(more);
    assert_eq!(
        faults(&template),
        ["GateFunction may dynamodb:Query on PushesTable, which it never calls"]
    );
}
