//! Least privilege: what a function cannot need, its role does not have.

use std::collections::BTreeSet;

use revocation_channels::shares_sessions;
use revocation_rules::channel::Channel;
use serde_json::{Value, json};

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
fn no_resource_is_a_wildcard_but_the_tenants_of_one_channel_and_the_connected_devices() {
    let template = Template::read();
    for (name, function) in template.functions() {
        for statement in template.statements(function) {
            for resource in &statement.resources {
                let devices = ["POST", "DELETE"].map(connected_devices);
                let known = *resource == secrets_of_own_channel(function) || devices.contains(resource);
                let text = resource.to_string();
                assert!(known || !text.contains(['*', '?']), "{name}: {text}");
            }
        }
    }
}

/// The self-built channel is ours: nobody asks for a secret.
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
        if calls_a_vendor(function) {
            assert_eq!(readable, [secrets_of_own_channel(function)], "{name}");
        } else {
            assert!(readable.is_empty(), "{name} reads {readable:?}");
        }
    }
}

#[test]
fn two_stacks_in_one_account_share_no_secret_unless_somebody_says_so() {
    let template = Template::read();
    assert_eq!(template.0["Parameters"]["SecretPrefix"]["Default"], "");
    assert_eq!(
        template.0["Conditions"]["HasSecretPrefix"],
        json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "SecretPrefix" }, ""] }] })
    );
    for (name, function) in template.functions() {
        // A dispatcher without a vendor asks for none, and is told like the others.
        if channel(function).is_some() {
            assert_eq!(variables(function)["SECRET_PREFIX"], secret_prefix(), "{name}");
        }
    }
}

#[test]
fn a_dispatcher_uses_the_sessions_of_its_own_channel_and_nobody_else_uses_any() {
    let template = Template::read();
    for (name, function) in template.functions() {
        let statements = template.statements(function);
        let sessions: Vec<_> = statements
            .iter()
            .filter(|statement| statement.resources.iter().any(|r| referred(r) == Some("VendorSessionsTable")))
            .collect();
        let named = variables(function).contains_key("VENDOR_SESSIONS_TABLE");
        assert_eq!(
            named,
            channel(function).and_then(Channel::parse).is_some_and(shares_sessions),
            "{name}"
        );
        assert_eq!(sessions.len(), usize::from(named), "{name}");
        for statement in sessions {
            let own = format!("{}#*", channel(function).unwrap());
            assert_eq!(
                statement.condition,
                json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": own } }),
                "{name}"
            );
            assert_eq!(statement.resources.len(), 1, "{name}: the condition is for the sessions");
        }
    }
}

/// Encrypting is for who makes keys, and that is no function.
#[test]
fn the_secrets_of_keys_that_sign_are_opened_by_mpaas_alone_each_for_its_own_key() {
    let template = Template::read();
    for (name, function) in template.functions() {
        let statements = template.statements(function);
        let kms: Vec<_> = statements
            .iter()
            .filter(|statement| statement.actions.iter().any(|action| action.starts_with("kms:")))
            .collect();
        assert_eq!(kms.len(), usize::from(name == "MpaasFunction"), "{name}");
        for statement in kms {
            assert_eq!(statement.actions, BTreeSet::from(["kms:Decrypt".to_owned()]));
            assert_eq!(
                statement.resources.iter().map(referred).collect::<Vec<_>>(),
                [Some("RpcSecretsKey")]
            );
            assert_eq!(
                statement.condition,
                json!({ "ForAllValues:StringEquals": { "kms:EncryptionContextKeys": ["key_id"] } })
            );
        }
    }
}

#[test]
fn the_key_of_those_secrets_is_rotated_and_outlives_the_stack_as_their_table_does() {
    let template = Template::read();
    let whole = &template.0["Resources"]["RpcSecretsKey"];
    assert_eq!(whole["Properties"]["EnableKeyRotation"], true);
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        assert_eq!(whole[policy], template.0["Resources"]["AccessKeysTable"][policy], "{policy}");
    }
}

/// Who gives instructions sends; who lets devices in ends connections as well; who takes tokens back only ends them.
#[test]
fn only_who_knows_where_devices_are_connected_may_send_to_them_or_end_their_connections() {
    let template = Template::read();
    for (name, function) in template.functions() {
        let reached: Vec<_> = template
            .statements(function)
            .into_iter()
            .filter(|statement| statement.actions.iter().any(|a| a.starts_with("execute-api:")))
            .flat_map(|statement| {
                let manage = BTreeSet::from(["execute-api:ManageConnections".to_owned()]);
                assert_eq!(statement.actions, manage, "{name}");
                statement.resources
            })
            .collect();
        let own: &[&str] = match name {
            "DispatchSelfBuiltFunction" => &["POST"],
            "SocketFunction" => &["POST", "DELETE"],
            "DevicesFunction" => &["DELETE"],
            _ => &[],
        };
        let own: Vec<_> = own.iter().copied().map(connected_devices).collect();
        assert_eq!(reached, own, "{name}");
        assert_eq!(variables(function).contains_key("SOCKET_API_URL"), !own.is_empty(), "{name}");
    }
}

/// Who tells devices leaves word for them and finds out where they are; who lets them in knows their token.
#[test]
fn each_does_with_the_devices_what_is_its_own_and_no_more() {
    let template = Template::read();
    for (name, function) in template.functions() {
        let own: &[&str] = match name {
            "DispatchSelfBuiltFunction" => &["BatchWriteItem", "DeleteItem", "Query"],
            "SocketFunction" => &["DeleteItem", "GetItem", "PutItem", "Query"],
            "DevicesFunction" => &["DeleteItem", "PutItem", "Query"],
            _ => &[],
        };
        let actions: BTreeSet<_> = template
            .statements(function)
            .into_iter()
            .filter(|statement| statement.resources.iter().any(|r| referred(r) == Some("ConnectionsTable")))
            .flat_map(|statement| statement.actions)
            .collect();
        assert_eq!(actions, own.iter().map(|action| format!("dynamodb:{action}")).collect(), "{name}");
        let named = variables(function).contains_key("CONNECTIONS_TABLE");
        assert_eq!(named, !own.is_empty(), "{name}");
    }
}

#[test]
fn nobody_touches_a_table_or_queue_that_their_environment_does_not_name() {
    let template = Template::read();
    for (name, function) in template.functions() {
        let named = serde_json::Value::Object(variables(function).clone()).to_string();
        let role = referred(&function["Role"]).unwrap().to_owned();
        for statement in template.statements(function) {
            let consumes = statement.actions.contains("sqs:ReceiveMessage");
            for resource in statement.resources.iter().filter_map(referred).filter(|_| !consumes) {
                let log = resource == role.replace("Role", "Log");
                let mentioned = named.contains(&format!("\"{resource}\"")) || named.contains(&format!("${{{resource}}}"));
                assert!(log || mentioned, "{name} may use {resource}");
            }
        }
    }
}

#[test]
fn lookup_and_the_gate_can_only_read() {
    let template = Template::read();
    let read = ["GetItem", "BatchGetItem", "Query"].map(|action| format!("dynamodb:{action}"));
    let log = ["CreateLogStream", "PutLogEvents"].map(|action| format!("logs:{action}"));
    let allowed: BTreeSet<_> = read.into_iter().chain(log).collect();
    for function in ["LookupFunction", "GateFunction"] {
        for statement in template.statements(template.resource(function)) {
            assert!(statement.actions.is_subset(&allowed), "{:?}", statement.actions);
        }
    }
}

#[test]
fn the_page_s_function_can_do_nothing_but_log() {
    let template = Template::read();
    let console = template.resource("ConsoleFunction");
    let log = BTreeSet::from(["logs:CreateLogStream".to_owned(), "logs:PutLogEvents".to_owned()]);
    for statement in template.statements(console) {
        assert_eq!(statement.actions, log);
    }
    assert!(variables(console).is_empty());
}

fn channel(function: &Value) -> Option<&str> {
    variables(function).get("CHANNEL").and_then(Value::as_str)
}

pub(crate) fn calls_a_vendor(function: &Value) -> bool {
    channel(function).is_some_and(|channel| channel != "self_built")
}

/// The six characters are those that Secrets Manager adds to a name.
fn secrets_of_own_channel(function: &Value) -> Value {
    let channel = channel(function).unwrap_or("no channel");
    let arn = format!("arn:${{AWS::Partition}}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:${{Prefix}}/*/{channel}-??????");
    json!({ "Fn::Sub": [arn, { "Prefix": secret_prefix() }] })
}

/// Of this stack, unless somebody says otherwise: two stacks in one account share no secrets by accident.
fn secret_prefix() -> Value {
    json!({ "Fn::If": ["HasSecretPrefix", { "Ref": "SecretPrefix" }, { "Ref": "AWS::StackName" }] })
}

fn connected_devices(method: &str) -> Value {
    let arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketApi}/live";
    json!({ "Fn::Sub": format!("{arn}/{method}/@connections/*") })
}
