//! What goes wrong is raised by the SDK as the exception it is, with its code.

use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use libtest_mimic::Failed;
use serde_json::{Value, json};
use stand::{Stand, Tenant};

use crate::Outcome;
use crate::fixture::{aws, check, expect, task, text};
use crate::mpaas::{Sdk, parameters};
use crate::turns::Alone;

/// Demands an exception of the SDK.
fn raised(answer: &Value, class: &str, status: u16, code: &str) -> Outcome {
    let error = &answer["error"];
    check(
        error["class"] == class && error["status"] == status && error["code"] == code && error["unexpected"].is_null(),
        || format!("not {class} {status} {code}: {answer}"),
    )?;
    check(!text(&error["request_id"]).is_empty(), || format!("without a request id: {answer}"))
}

/// Keys that are refused.
struct Keys {
    wrong_secret: String,
    unknown: String,
    foreign: String,
    disabled: String,
}

/// A key, an action, its parameters, and the status and code that this is answered with.
fn mistakes<'a>(tenant: &'a Tenant, keys: &'a Keys) -> Vec<(&'a String, &'static str, Value, u16, &'static str)> {
    let good = &tenant.operator.key;
    let whole = parameters(tenant, json!({"TaskId": "1"}));
    let mut foreign_workspace = whole.clone();
    foreign_workspace["WorkspaceId"] = "elsewhere".into();
    vec![
        (good, "RevokePushTask", json!({}), 400, "MissingAppId"),
        (good, "RevokePushTask", json!({"AppId": tenant.app}), 400, "MissingWorkspaceId"),
        (
            good,
            "RevokePushTask",
            json!({"AppId": tenant.app, "WorkspaceId": ""}),
            400,
            "MissingWorkspaceId",
        ),
        (good, "RevokePushTask", parameters(tenant, json!({})), 400, "MissingTaskId"),
        (
            good,
            "RevokePushTask",
            parameters(tenant, json!({"TaskId": ""})),
            400,
            "MissingTaskId",
        ),
        (
            good,
            "RevokePushMessage",
            parameters(tenant, json!({"TargetId": "u"})),
            400,
            "MissingMessageId",
        ),
        (
            good,
            "RevokePushMessage",
            parameters(tenant, json!({"MessageId": "m"})),
            400,
            "MissingTargetId",
        ),
        (
            good,
            "QueryPushAnalysisTaskList",
            parameters(tenant, json!({})),
            400,
            "MissingStartTime",
        ),
        (
            good,
            "QueryPushAnalysisTaskList",
            parameters(tenant, json!({"StartTime": 0, "PageSize": 101})),
            400,
            "InvalidParameter.PageSize",
        ),
        (
            good,
            "QueryPushAnalysisTaskDetail",
            parameters(tenant, json!({})),
            400,
            "MissingTaskId",
        ),
        (good, "PushSimple", whole.clone(), 404, "InvalidApi.NotFound"),
        (&keys.unknown, "RevokePushTask", whole.clone(), 404, "InvalidAccessKeyId.NotFound"),
        (&keys.disabled, "RevokePushTask", whole.clone(), 400, "InvalidAccessKeyId.Inactive"),
        (&keys.wrong_secret, "RevokePushTask", whole.clone(), 400, "SignatureDoesNotMatch"),
        (&keys.foreign, "RevokePushTask", whole.clone(), 403, "NoPermission"),
        (good, "RevokePushTask", foreign_workspace.clone(), 403, "NoPermission"),
        (&tenant.viewer.key, "RevokePushTask", whole.clone(), 403, "NoPermission"),
        (
            &tenant.sender.key,
            "RevokePushTask",
            whole.clone(),
            400,
            "InvalidAccessKeyId.NotSigning",
        ),
        (
            &tenant.sender.key,
            "QueryPushAnalysisTaskDetail",
            whole.clone(),
            400,
            "InvalidAccessKeyId.NotSigning",
        ),
    ]
}

pub async fn each_error_is_the_right_exception(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("rpc-errors", "default").await?;
    let other = stand.tenant("rpc-errors-2", "default").await?;
    task(&tenant, "1").await?;
    let disabled = stand.new_rpc_key("rpc-errors", "default", "operator").await?;
    stand.keys(&["disable", disabled.split('.').next().unwrap_or_default()]).await?;
    let mut sdk = Sdk::start(stand)?;
    let keys = Keys {
        wrong_secret: format!("{}.wrong", tenant.operator.key.split('.').next().unwrap_or_default()),
        unknown: "nobody.secret".to_owned(),
        foreign: other.operator.key.clone(),
        disabled,
    };
    for client in ["acs3", "v2"] {
        for (key, action, asked, status, code) in mistakes(&tenant, &keys) {
            let answer = sdk.call(key, client, action, asked).await?;
            raised(&answer, "ClientException", status, code)?;
            let said = text(&answer["error"]["message"]);
            match code {
                "InvalidApi.NotFound" => check(said.contains("PushSimple"), || said.to_owned())?,
                "NoPermission" => check(answer["error"]["access_denied_detail"].is_object(), || answer.to_string())?,
                _ => {}
            }
        }
    }
    let revocations = tenant.viewer.get("/v1/tasks/1").await?;
    expect(&revocations, 200)?;
    check(revocations.body["revocations"] == json!([]), || {
        format!("something was revoked: {}", revocations.body)
    })
}

pub async fn a_request_is_good_for_a_while_and_once(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("rpc-once", "default").await?;
    task(&tenant, "1").await?;
    let mut sdk = Sdk::start(stand)?;
    let asked = parameters(&tenant, json!({"TaskId": "1"}));
    let key = tenant.viewer.key.clone();
    let mut call = async |with: Value| {
        let mut call = json!({"action": "QueryPushAnalysisTaskDetail", "parameters": asked});
        if let (Some(call), Value::Object(with)) = (call.as_object_mut(), with) {
            call.extend(with);
        }
        sdk.call_with(&key, call).await
    };
    for client in ["acs3", "v2"] {
        for (ahead, good) in [(-1_000, false), (-800, true), (800, true), (1_000, false)] {
            let answer = call(json!({"client": client, "clock_ahead_s": ahead})).await?;
            if good {
                check(answer["status"] == 200, || format!("{ahead} s ahead: {answer}"))?;
            } else {
                raised(&answer, "ClientException", 400, "InvalidTimeStamp.Expired")?;
            }
        }
        let nonce = format!("said once by {client}");
        let first = call(json!({"client": client, "nonce": nonce})).await?;
        check(first["status"] == 200, || first.to_string())?;
        let again = call(json!({"client": client, "nonce": nonce})).await?;
        raised(&again, "ClientException", 400, "SignatureNonceUsed")?;
        let token = call(json!({"client": client, "security_token": "a-token"})).await?;
        raised(&token, "ClientException", 400, "InvalidSecurityToken.NotSupported")?;
        // A request that is not believed spends no nonce.
        let nonce = format!("not believed by {client}");
        let wrong = call(json!({"client": client, "nonce": nonce, "secret": "wrong"})).await?;
        raised(&wrong, "ClientException", 400, "SignatureDoesNotMatch")?;
        let right = call(json!({"client": client, "nonce": nonce})).await?;
        check(right["status"] == 200, || right.to_string())?;
    }
    Ok(())
}

pub async fn the_older_client_reads_errors_too_and_may_use_get(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("rpc-core", "default").await?;
    task(&tenant, "1").await?;
    let mut sdk = Sdk::start(stand)?;
    let asked = parameters(&tenant, json!({"TaskId": "1", "TaskName": ""}));
    for (client, secret, parameters, class, status, code) in [
        ("core", None, json!({}), "ServerException", 400, "MissingAppId"),
        (
            "core",
            Some("wrong"),
            asked.clone(),
            "ServerException",
            400,
            "SignatureDoesNotMatch",
        ),
        // It compares what it signed with what should have been signed, and draws its own conclusion.
        (
            "rpc",
            Some("wrong"),
            asked.clone(),
            "ServerException",
            400,
            "InvalidAccessKeySecret",
        ),
    ] {
        let mut call = json!({"client": client, "action": "QueryPushAnalysisTaskDetail", "parameters": parameters});
        if let Some(secret) = secret {
            call["secret"] = secret.into();
        }
        raised(&sdk.call_with(&tenant.viewer.key, call).await?, class, status, code)?;
    }
    let call = json!({"client": "core", "method": "GET", "action": "QueryPushAnalysisTaskDetail", "parameters": asked});
    let got = sdk.call_with(&tenant.viewer.key, call).await?;
    check(got["body"]["ResultContent"]["Data"]["TaskId"] == 1, || got.to_string())
}

pub async fn a_store_that_does_not_answer_is_told_with_the_time_to_ask_again(stand: &Stand, _: &mut Alone<'_>) -> Outcome {
    let tenant = stand.tenant("rpc-down", "default").await?;
    task(&tenant, "1").await?;
    let mut sdk = Sdk::start(stand)?;
    let asked = parameters(&tenant, json!({"TaskId": "1"}));
    let dynamo = aws_sdk_dynamodb::Client::new(&aws(stand).await);
    let table = stand.stack.get("RpcNoncesTableName")?;
    dynamo.delete_table().table_name(table).send().await?;
    let mut answers = Vec::new();
    for client in ["acs3", "v2"] {
        let call = sdk.call(&tenant.operator.key, client, "RevokePushTask", asked.clone()).await;
        answers.push(call);
    }
    create(&dynamo, table).await?;
    for answer in answers {
        let answer = answer?;
        raised(&answer, "ThrottlingException", 503, "ServiceUnavailable")?;
        check(answer["error"]["retry_after"].as_i64() > Some(0), || answer.to_string())?;
    }
    let after = sdk.call(&tenant.operator.key, "acs3", "RevokePushTask", asked).await?;
    check(after["body"]["PushResult"]["Success"] == true, || after.to_string())
}

async fn create(dynamo: &aws_sdk_dynamodb::Client, table: &str) -> Result<(), Failed> {
    dynamo
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name("pk")
                .attribute_type(ScalarAttributeType::S)
                .build()?,
        )
        .key_schema(KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build()?)
        .send()
        .await?;
    Ok(())
}
