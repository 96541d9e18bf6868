//! Least privilege: what a function can not need, its role does not have.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::template::{Template, list, referred, variables};

#[test]
fn every_function_has_a_role_of_its_own() {
    let template = Template::read();
    let functions = template.functions();
    let roles: BTreeSet<_> = functions
        .iter()
        .map(|(name, function)| referred(&function["Role"]).expect(name))
        .collect();
    assert_eq!(roles.len(), functions.len());
    for (name, function) in functions {
        assert!(function["Policies"].is_null(), "{name}: SAM ignores them beside a role");
    }
}

#[test]
fn only_lambda_may_take_a_role_and_nothing_is_added_from_elsewhere() {
    for (name, role) in Template::read().of_type("AWS::IAM::Role") {
        let trust = list(&role["AssumeRolePolicyDocument"]["Statement"]);
        assert_eq!(trust.len(), 1, "{name}");
        assert_eq!(trust[0]["Principal"]["Service"], "lambda.amazonaws.com", "{name}");
        assert!(role["ManagedPolicyArns"].is_null(), "{name}");
    }
}

#[test]
fn no_action_is_a_wildcard() {
    let template = Template::read();
    for (name, function) in template.functions() {
        for statement in template.statements(function) {
            for action in &statement.actions {
                assert!(!action.contains(['*', '?']), "{name}: {action}");
            }
        }
    }
}

#[test]
fn no_resource_is_a_wildcard_but_the_tenants_of_one_channel() {
    let template = Template::read();
    for (name, function) in template.functions() {
        for statement in template.statements(function) {
            for resource in &statement.resources {
                let secrets = *resource == secrets_of_own_channel(function);
                let text = resource.to_string();
                assert!(secrets || !text.contains(['*', '?']), "{name}: {text}");
            }
        }
    }
}

#[test]
fn a_dispatcher_reads_the_secrets_of_its_own_channel_and_nobody_else_reads_any() {
    let template = Template::read();
    for (name, function) in template.functions() {
        let readable: Vec<_> = template
            .statements(function)
            .into_iter()
            .filter(|statement| statement.actions.iter().any(|a| a.starts_with("secretsmanager:")))
            .flat_map(|statement| {
                let read = BTreeSet::from(["secretsmanager:GetSecretValue".to_owned()]);
                assert_eq!(statement.actions, read, "{name}");
                statement.resources
            })
            .collect();
        if variables(function).contains_key("CHANNEL") {
            assert_eq!(readable, [secrets_of_own_channel(function)], "{name}");
        } else {
            assert!(readable.is_empty(), "{name} reads {readable:?}");
        }
    }
}

#[test]
fn lookup_can_only_read() {
    let template = Template::read();
    let read = ["GetItem", "BatchGetItem", "Query"].map(|action| format!("dynamodb:{action}"));
    let log = ["CreateLogStream", "PutLogEvents"].map(|action| format!("logs:{action}"));
    let allowed: BTreeSet<_> = read.into_iter().chain(log).collect();
    for statement in template.statements(template.resource("LookupFunction")) {
        assert!(statement.actions.is_subset(&allowed), "{:?}", statement.actions);
    }
}

#[test]
fn nobody_scans_or_deletes_and_nobody_writes_access_keys() {
    let template = Template::read();
    for (name, function) in template.functions() {
        for action in ["Scan", "DeleteItem"].map(|action| format!("dynamodb:{action}")) {
            assert!(!template.may(function, &action, "PushesTable"), "{name}: {action}");
        }
        for action in ["PutItem", "UpdateItem", "DeleteItem", "Scan", "Query"] {
            let action = format!("dynamodb:{action}");
            assert!(!template.may(function, &action, "AccessKeysTable"), "{name}: {action}");
        }
    }
}

/// The six characters are those that Secrets Manager adds to a name.
fn secrets_of_own_channel(function: &Value) -> Value {
    let channel = variables(function).get("CHANNEL").and_then(Value::as_str);
    serde_json::json!({ "Fn::Sub": format!(
        "arn:${{AWS::Partition}}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:${{SecretPrefix}}/*/{}-??????",
        channel.unwrap_or("no channel")
    ) })
}
