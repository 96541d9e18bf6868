//! Which calls each function makes, written down a second time beside its role: each call is allowed, and each
//! statement of a role, and each action of it, is there for a call. Against the local AWS, which enforces the roles,
//! the end-to-end tests make these calls; what a call is for stands beside it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::roles::calls_a_vendor;
use crate::template::{Template, list, referred, variables};

/// A call, and what it is made on.
type Call = (String, String);

/// Calls on the table of pushes, its indexes, and the other tables: `operations on resource`.
fn tables(function: &str) -> &'static [&'static str] {
    match function {
        // keys, pushes, revocations; batches, numbers, late deliveries; revocations that are opened again
        // record-queued: the same, but of the keys who may record for whom
        "record" | "record-queued" => &["GetItem PutItem UpdateItem on PushesTable", "GetItem on AccessKeysTable"],
        // the push and its revocations; headers for a dry run; the closure and the revocation in one transaction
        "revoke" => &[
            "GetItem BatchGetItem Query PutItem UpdateItem on PushesTable",
            "GetItem on AccessKeysTable",
        ],
        // the same, lists of pushes, and what was signed once
        "mpaas" => &[
            "GetItem BatchGetItem Query PutItem UpdateItem on PushesTable",
            "Query on PushesTable/index/listed",
            "GetItem on AccessKeysTable",
            "PutItem on RpcNoncesTable",
        ],
        // pages of outcomes with their payloads, counters, lists
        "lookup" => &[
            "GetItem BatchGetItem Query on PushesTable",
            "GetItem BatchGetItem Query on PushesTable/index/listed",
            "GetItem on AccessKeysTable",
        ],
        // one consistent read, and one for each revocation that lists targets
        "gate" => &["GetItem on PushesTable", "GetItem on AccessKeysTable"],
        // headers, progress, cursors, counters
        "fanout" | "unsupported" | "receipts-queued" => &["GetItem BatchGetItem Query PutItem UpdateItem on PushesTable"],
        // receipts of batches, counts of those that came early
        "receipts" => &[
            "GetItem BatchGetItem on PushesTable",
            "BatchWriteItem UpdateItem on PushesTable",
            "GetItem on AccessKeysTable",
        ],
        // tokens, and the connections that began with them
        "devices" => &["Query PutItem DeleteItem on ConnectionsTable", "GetItem on AccessKeysTable"],
        // connections that begin and end, instructions that wait; receipts of what was carried out
        "socket" => &[
            "GetItem Query PutItem DeleteItem on ConnectionsTable",
            "GetItem BatchGetItem on PushesTable",
            "BatchWriteItem UpdateItem on PushesTable",
        ],
        // what is due, and that it was looked at
        "sweep" => &["GetItem UpdateItem on PushesTable", "Query on PushesTable/index/open"],
        // lease, deliveries, receipts, progress; instructions and where devices are connected
        "dispatch-self-built" => &[
            "GetItem BatchGetItem Query PutItem UpdateItem on PushesTable",
            "Query BatchWriteItem DeleteItem on ConnectionsTable",
        ],
        // the same; sessions and pauses
        vendor if vendor.starts_with("dispatch-") => &[
            "GetItem BatchGetItem Query PutItem UpdateItem on PushesTable",
            "GetItem PutItem on VendorSessionsTable",
        ],
        _ => &[],
    }
}

/// Every call of a function, by its environment and its queue.
fn needs(template: &Template, name: &str, function: &Value) -> BTreeSet<Call> {
    let short = function["FunctionName"]["Fn::Sub"].as_str().unwrap();
    let short = short.strip_prefix("${AWS::StackName}-").unwrap();
    let mut needs = BTreeSet::new();
    let mut calls = |service: &str, operations: &str, on: &str| {
        needs.extend(operations.split(' ').map(|one| (format!("{service}:{one}"), on.to_owned())));
    };
    for line in tables(short) {
        let (operations, on) = line.split_once(" on ").unwrap();
        calls("dynamodb", operations, on);
    }
    // Lambda writes in its name.
    calls("logs", "CreateLogStream PutLogEvents", &name.replace("Function", "Log"));
    // Jobs are sent wherever a queue is named.
    for (variable, value) in variables(function).iter().filter(|(name, _)| name.contains("QUEUE_URL")) {
        let queues: Vec<&str> = match referred(value) {
            Some(queue) => vec![queue],
            None => crate::template::placeholders(value["Fn::Sub"].as_str().expect(variable)),
        };
        for queue in queues {
            calls("sqs", "SendMessage SendMessageBatch", queue);
        }
    }
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
    if calls_a_vendor(function) {
        calls("secretsmanager", "GetSecretValue", "secrets");
    }
    match short {
        "dispatch-self-built" => calls("execute-api", "ManageConnections", "POST"),
        "devices" => calls("execute-api", "ManageConnections", "DELETE"),
        "socket" => {
            // what they missed; connections beyond the fifth
            calls("execute-api", "ManageConnections", "POST");
            calls("execute-api", "ManageConnections", "DELETE");
        }
        // opens the secret of the key that signed
        "mpaas" => calls("kms", "Decrypt", "RpcSecretsKey"),
        _ => {}
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
