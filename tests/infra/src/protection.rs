//! What is refused, kept and watched over: only TLS, tables that nobody deletes by mistake, traces and a budget when
//! somebody asks for them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::template::{Template, list, referred};

/// Is this the statement that refuses whoever comes without TLS?
fn refuses_plain_text(statement: &Value, service: &str) -> bool {
    let told = json!({ "Bool": { "aws:SecureTransport": "false" } });
    statement["Effect"] == "Deny"
        && statement["Principal"] == "*"
        && statement["Action"] == format!("{service}:*")
        && statement["Condition"] == told
}

/// Queues that somebody may use without TLS, and keys.
fn open_to_plain_text(template: &Template) -> Vec<String> {
    let policies = template.of_type("AWS::SQS::QueuePolicy");
    let mut guarded = BTreeSet::new();
    let on_aws = json!({ "Fn::Equals": [{ "Ref": "LocalGateway" }, ""] });
    for (name, policy) in &policies {
        // The local AWS has no TLS.
        if template.0["Resources"][*name]["Condition"] != "IsOnAws" || template.0["Conditions"]["IsOnAws"] != on_aws {
            continue;
        }
        // A queue has one policy: a second one would take its place.
        let queues = list(&policy["Queues"]);
        let [queue] = &queues[..] else { continue };
        let statements = list(&policy["PolicyDocument"]["Statement"]);
        let refused = statements
            .iter()
            .find(|statement| refuses_plain_text(statement, "sqs"))
            .and_then(|statement| referred(&statement["Resource"]));
        if refused == referred(queue)
            && let Some(refused) = refused
            && !guarded.insert(refused.to_owned())
        {
            return vec![format!("{refused} has two policies")];
        }
    }
    let queues = template.of_type("AWS::SQS::Queue").into_iter();
    let keys = template.of_type("AWS::KMS::Key").into_iter().filter(|(_, key)| {
        let statements = list(&key["KeyPolicy"]["Statement"]);
        !statements
            .iter()
            .map(|statement| &statement["Fn::If"])
            .filter(|only| only[0] == "IsLocal" && only[1] == json!({ "Ref": "AWS::NoValue" }))
            .any(|only| refuses_plain_text(&only[2], "kms") && only[2]["Resource"] == "*")
    });
    queues
        .filter(|(name, _)| !guarded.contains(*name))
        .chain(keys)
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn every_queue_and_key_refuses_whoever_comes_without_tls() {
    assert_eq!(open_to_plain_text(&Template::read()), Vec::<String>::new());
    let statement = "/Resources/FanoutQueuePolicy/Properties/PolicyDocument/Statement/0";
    for (place, value) in [
        (format!("{statement}/Effect"), json!("Allow")),
        (format!("{statement}/Action"), json!("sqs:SendMessage")),
        (format!("{statement}/Condition/Bool/aws:SecureTransport"), json!("true")),
        (
            format!("{statement}/Resource"),
            json!({ "Fn::GetAtt": ["FanoutDeadLetters", "Arn"] }),
        ),
        ("/Resources/FanoutQueuePolicy".to_owned(), Value::Null),
        ("/Resources/FanoutQueuePolicy/Condition".to_owned(), json!("IsLocal")),
    ] {
        assert_eq!(
            open_to_plain_text(&Template::changed(&[(&place, value)])),
            ["FanoutQueue"],
            "{place}"
        );
    }
    let key = Template::changed(&[("/Resources/RpcSecretsKey/Properties/KeyPolicy/Statement/1", Value::Null)]);
    assert_eq!(open_to_plain_text(&key), ["RpcSecretsKey"]);
}

/// Who is let in by a queue itself, beside what IAM says.
fn let_in(template: &Template) -> Vec<(String, Value)> {
    let policies = template.of_type("AWS::SQS::QueuePolicy").into_iter();
    policies
        .flat_map(|(name, policy)| {
            let statements = list(&policy["PolicyDocument"]["Statement"]).into_iter();
            let others = statements.filter(|statement| !refuses_plain_text(statement, "sqs"));
            others.map(move |statement| (name.to_owned(), statement))
        })
        .collect()
}

#[test]
fn only_the_queue_of_recordings_lets_other_accounts_in_and_only_those_that_are_named() {
    let send = json!({
        "Effect": "Allow",
        "Principal": { "AWS": { "Ref": "RecordingsSenders" } },
        "Action": "sqs:SendMessage",
        "Resource": { "Fn::GetAtt": ["RecordingsQueue", "Arn"] },
    });
    let asked = json!({ "Fn::If": ["HasRecordingsSenders", send, { "Ref": "AWS::NoValue" }] });
    assert_eq!(let_in(&Template::read()), [("RecordingsQueuePolicy".to_owned(), asked)]);
    let everybody = Template::changed(&[(
        "/Resources/FanoutQueuePolicy/Properties/PolicyDocument/Statement/0/Principal",
        json!({ "AWS": "123456789012" }),
    )]);
    assert_eq!(let_in(&everybody).len(), 2);
}

/// Tables that outlive the stack and could still be deleted by hand where that is to be refused.
fn unprotected(template: &Template) -> Vec<&str> {
    let tables = template.of_type("AWS::DynamoDB::Table").into_iter();
    tables
        .filter(|(name, table)| {
            let kept = template.0["Resources"][name]["DeletionPolicy"] != "Delete";
            let expected = if kept {
                json!({ "Fn::If": ["IsProtected", true, false] })
            } else {
                // The stack could not be deleted any more.
                Value::Null
            };
            table["DeletionProtectionEnabled"] != expected
        })
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn tables_that_outlive_the_stack_can_be_protected_against_deletion() {
    let template = Template::read();
    assert_eq!(unprotected(&template), Vec::<&str>::new());
    assert_eq!(
        template.0["Conditions"]["IsProtected"],
        json!({ "Fn::Equals": [{ "Ref": "DeletionProtection" }, "enabled"] })
    );
    let place = |table: &str| format!("/Resources/{table}/Properties/DeletionProtectionEnabled");
    let changed = Template::changed(&[(&place("AccessKeysTable"), Value::Null)]);
    assert_eq!(unprotected(&changed), ["AccessKeysTable"]);
    let changed = Template::changed(&[(&place("ConnectionsTable"), json!(false))]);
    assert_eq!(unprotected(&changed), ["ConnectionsTable"]);
}

fn trace_faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    let parameter = &template.0["Parameters"]["Tracing"];
    if parameter["Default"] != "PassThrough" {
        faults.push("traces are sent unasked".to_owned());
    }
    if template.0["Globals"]["Function"]["Tracing"] != json!({ "Ref": "Tracing" }) {
        faults.push("traces can not be asked for".to_owned());
    }
    let statement = json!({
        "Effect": "Allow",
        "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        // X-Ray has nothing that a right could be narrowed to.
        "Resource": "*",
    });
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let policy = json!({ "PolicyName": "tracing", "PolicyDocument": document });
    let expected = json!({ "Fn::If": ["IsTraced", policy, { "Ref": "AWS::NoValue" }] });
    for (name, function) in template.functions() {
        let role = template.resource(referred(&function["Role"]).unwrap());
        let policies = list(&role["Policies"]);
        if policies.len() != 2 || policies[1] != expected {
            faults.push(format!("{name} has another right to send traces"));
        }
    }
    faults
}

#[test]
fn traces_are_sent_when_somebody_asks_for_them_and_every_function_may_then() {
    assert_eq!(trace_faults(&Template::read()), Vec::<String>::new());
    let policy = "/Resources/RevokeRole/Properties/Policies/1";
    for (place, value, fault) in [
        ("/Parameters/Tracing/Default".to_owned(), json!("Active"), "traces are sent unasked"),
        (
            "/Globals/Function/Tracing".to_owned(),
            json!("PassThrough"),
            "traces can not be asked for",
        ),
        (policy.to_owned(), Value::Null, "RevokeFunction has another right to send traces"),
        (
            format!("{policy}/Fn::If/1/PolicyDocument/Statement/0/Action"),
            json!("xray:*"),
            "RevokeFunction has another right to send traces",
        ),
        (
            format!("{policy}/Fn::If/0"),
            json!("IsLocal"),
            "RevokeFunction has another right to send traces",
        ),
    ] {
        assert_eq!(trace_faults(&Template::changed(&[(&place, value)])), [fault], "{place}");
    }
}

fn budget_faults(template: &Template) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let whole = &template.0["Resources"]["Budget"];
    let asked = json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "BudgetEmail" }, ""] }] });
    let unasked = template.0["Parameters"]["BudgetEmail"]["Default"] != "";
    if whole["Condition"] != "HasBudget" || template.0["Conditions"]["HasBudget"] != asked || unasked {
        faults.push("there is a budget that nobody asked for");
    }
    let limit = &whole["Properties"]["Budget"]["BudgetLimit"]["Amount"];
    if referred(limit) != Some("BudgetUsd") {
        faults.push("its limit is not what was asked for");
    }
    let told: Vec<_> = list(&whole["Properties"]["NotificationsWithSubscribers"])
        .iter()
        .filter(|one| one["Subscribers"][0]["Address"] == json!({ "Ref": "BudgetEmail" }))
        .map(|one| {
            let of = &one["Notification"];
            format!("{} {}", of["NotificationType"].as_str().unwrap(), of["Threshold"])
        })
        .collect();
    if told != ["ACTUAL 80", "FORECASTED 100"] {
        faults.push("nobody is told in time");
    }
    faults
}

#[test]
fn whoever_gives_an_address_is_told_before_the_month_is_over_budget() {
    assert_eq!(budget_faults(&Template::read()), Vec::<&str>::new());
    let properties = "/Resources/Budget/Properties";
    for (place, value, fault) in [
        (
            "/Resources/Budget/Condition".to_owned(),
            Value::Null,
            "there is a budget that nobody asked for",
        ),
        (
            format!("{properties}/Budget/BudgetLimit/Amount"),
            json!(1_000_000),
            "its limit is not what was asked for",
        ),
        (
            format!("{properties}/NotificationsWithSubscribers/1/Subscribers/0/Address"),
            json!("x@example.com"),
            "nobody is told in time",
        ),
        (
            format!("{properties}/NotificationsWithSubscribers/0/Notification/Threshold"),
            json!(200),
            "nobody is told in time",
        ),
    ] {
        assert_eq!(budget_faults(&Template::changed(&[(&place, value)])), [fault], "{place}");
    }
}
