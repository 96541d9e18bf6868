//! Access keys and what their roles allow.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use stand::{Stand, StandError};

use crate::Outcome;
use crate::fixture::{aws, check, expect, expect_problem, task};
use crate::mpaas::Sdk;

/// How long a function believes a key.
const KEEP: Duration = Duration::from_mins(1);

/// It is used all along, before and after: its minute must not start anew with every use.
pub async fn a_key_that_is_disabled_while_it_is_used_is_refused_within_a_minute(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("disabled", "default").await?;
    let key = stand.new_key("disabled", "default", "viewer").await?;
    let id = key.split('.').next().unwrap_or_default();
    let listed = stand.keys(&["list"]).await?;
    check(listed.contains(id) && !listed.contains(&key), || {
        "the list names keys without their secrets".to_owned()
    })?;
    let api = tenant.viewer.with_key(&key);
    let pushes = "/v1/pushes?type=batch";
    expect(&api.get(pushes).await?, 200)?;
    stand.keys(&["disable", id]).await?;
    let disabled = Instant::now();
    let refused = loop {
        let answer = api.get(pushes).await?;
        if answer.status != 200 {
            break answer;
        }
        check(disabled.elapsed() < KEEP + Duration::from_secs(15), || {
            format!("a key disabled {} s ago is taken", disabled.elapsed().as_secs())
        })?;
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    expect_problem(&refused, 401, "unauthenticated")?;
    // An environment that knew the key for longer may answer the next one.
    let until = disabled + KEEP + Duration::from_secs(5);
    tokio::time::sleep_until(until.into()).await;
    for _ in 0..5 {
        expect_problem(&api.get(pushes).await?, 401, "unauthenticated")?;
    }
    stand.keys(&["enable", id]).await?;
    expect(&api.get(pushes).await?, 200)?;
    check(stand.keys(&["disable", "key-unknown"]).await.is_err(), || {
        "an unknown key was disabled".to_owned()
    })
}

pub async fn a_label_is_shown_with_what_its_key_did(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("labels", "default").await?;
    let new = ["new", "--app", "labels", "--workspace", "default", "--role", "operator"];
    let key = stand.keys(&[&new[..], &["--label", "Night shift"]].concat()).await?;
    let key = key.trim();
    let id = key.split('.').next().unwrap_or_default();
    let api = tenant.operator.with_key(key);
    let me = api.get("/v1/me").await?;
    check(me.body["label"] == "Night shift", || me.body.to_string())?;
    let push = task(&tenant, "t1").await?;
    let revoked = api.post(&format!("{push}/revocations"), &json!({"reason": "wrong price"})).await?;
    expect(&revoked, 202)?;
    stand.keys(&["label", id, "Day shift"]).await?;
    let listed = stand.keys(&["list"]).await?;
    check(listed.contains("Day shift"), || listed)?;
    // The label that it had then.
    let seen = tenant.viewer.get(&push).await?;
    let revocation = &seen.body["revocations"][0];
    check(
        revocation["requested_by"] == id && revocation["requested_by_label"] == "Night shift",
        || revocation.to_string(),
    )
}

pub async fn a_callback_key_is_made_for_one_channel(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("callback", "default").await?;
    let new = ["new", "--app", "callback", "--workspace", "default", "--role", "callback"];
    let key = stand.keys(&[&new[..], &["--channel", "xiaomi"]].concat()).await?;
    check(stand.keys(&new).await.is_err(), || {
        "a callback key was made without a channel".to_owned()
    })?;
    let callback = async |channel: &str| {
        let path = format!("/v1/receipts/{channel}?access_key={}", key.trim());
        tenant.sender.with_key("").post(&path, &json!({})).await
    };
    expect(&callback("xiaomi").await?, 200)?;
    expect_problem(&callback("huawei").await?, 403, "forbidden")
}

/// As the first version wrote it. It works over both APIs, before and after.
pub async fn an_old_key_works_on_and_its_secret_is_put_out_of_sight(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("old-key", "default").await?;
    task(&tenant, "1").await?;
    let dynamo = aws_sdk_dynamodb::Client::new(&aws(stand).await);
    let table = stand.stack.get("AccessKeysTableName")?;
    // One is used before and after. The other is used after only: no function has read it while it was old.
    let ids = ["key-of-old", "key-of-old-2"];
    for id in ids {
        let mut put = dynamo.put_item().table_name(table).item("v", AttributeValue::N("1".to_owned()));
        for (name, value) in [
            ("pk", id),
            ("app", "old-key"),
            ("workspace", "default"),
            ("role", "viewer"),
            ("state", "active"),
            ("secret", "PLANTED-OLD-SECRET"),
        ] {
            put = put.item(name, AttributeValue::S(value.to_owned()));
        }
        put.item("created_at", AttributeValue::N("1795392000000".to_owned())).send().await?;
    }
    let asked = json!({"AppId": "old-key", "WorkspaceId": "default", "TaskId": "1"});
    let mut sdk = Sdk::start(stand)?;
    let mut both = async |id: &str| {
        let key = format!("{id}.PLANTED-OLD-SECRET");
        expect(&tenant.viewer.with_key(&key).get("/v1/tasks/1").await?, 200)?;
        let detail = sdk.call(&key, "acs3", "QueryPushAnalysisTaskDetail", asked.clone()).await?;
        check(detail["body"]["ResultCode"] == "OK", || detail.to_string())
    };
    both(ids[0]).await?;
    let sealed = stand.keys(&["seal"]).await?;
    for id in ids {
        check(sealed.lines().any(|line| line == id), || sealed.clone())?;
        let kept = dynamo.get_item().table_name(table);
        let kept = kept.key("pk", AttributeValue::S(id.to_owned())).send().await?;
        let kept = format!("{:?}", kept.item);
        check(!kept.contains("PLANTED") && kept.contains("sealed"), || kept)?;
    }
    let again = stand.keys(&["seal"]).await?;
    check(again.is_empty(), || again)?;
    both(ids[0]).await?;
    both(ids[1]).await
}

/// The lines of a function's log that are of the audit and of a tenant.
async fn audit(stand: &Stand, function: &str, tenant: &str) -> Result<Vec<Value>, StandError> {
    let log = stand.aws.function_log(function).await?;
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(lines.filter(|line| line["target"] == "audit" && line["tenant"] == tenant).collect())
}

pub async fn every_change_and_every_refusal_is_one_line_of_the_audit(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("audit", "default").await?;
    let push = task(&tenant, "PLANTED-PUSH").await?;
    let revocations = format!("{push}/revocations");
    let reason = json!({"reason": "wrong price"});
    let dry_run = json!({"reason": "wrong price", "dry_run": true});
    let wrong = format!("{}.wrong", tenant.operator.key.split('.').next().unwrap_or_default());
    expect(&tenant.operator.post(&revocations, &dry_run).await?, 200)?;
    expect_problem(
        &tenant.operator.with_key(&wrong).post(&revocations, &reason).await?,
        401,
        "unauthenticated",
    )?;
    expect_problem(&tenant.viewer.post(&revocations, &reason).await?, 403, "forbidden")?;
    let revoked = tenant.operator.post(&revocations, &reason).await?;
    expect(&revoked, 202)?;
    expect(&tenant.operator.post(&revocations, &reason).await?, 200)?;
    let replays = format!("{revocations}/{}/replays", revoked.body["id"].as_str().unwrap_or_default());
    expect(&tenant.operator.post_nothing(&replays).await?, 202)?;
    let notice = json!({"title": "PLANTED-TITLE", "text": "PLANTED-TITLE"});
    expect(&tenant.operator.put("/v1/notice", &notice).await?, 200)?;
    let results: Vec<_> = audit(stand, "revoke", "audit/default")
        .await?
        .iter()
        .map(|line| line["result"].clone())
        .collect();
    let expected = ["unauthenticated", "forbidden", "accepted", "already_revoked", "replayed", "written"];
    check(results == expected, || format!("{results:?}"))?;

    expect(&tenant.sender.put("/v1/devices/PLANTED-DEVICE-0/token", &json!({})).await?, 201)?;
    let devices = audit(stand, "devices", "audit/default").await?;
    check(devices.len() == 1 && devices[0]["result"] == "issued", || format!("{devices:?}"))?;

    expect_problem(&tenant.sender.get(&push).await?, 403, "forbidden")?;
    let read = audit(stand, "lookup", "audit/default").await?;
    check(read.len() == 1 && read[0]["push.digest"].is_string(), || format!("{read:?}"))?;
    for function in ["revoke", "devices", "lookup"] {
        for line in audit(stand, function, "audit/default").await? {
            let line = line.to_string();
            check(!line.contains("PLANTED") && !line.contains(".wrong"), || line)?;
        }
    }
    Ok(())
}
