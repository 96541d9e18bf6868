//! The mPaaS SDK, unchanged, against the deployed system: what it revokes is gone from the devices, and what
//! it asks for it can read.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use stand::{Stand, Tenant, in_path};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use libtest_mimic::Failed;

use crate::Outcome;
use crate::fixture::{
    NOTIFY_ID, PATIENCE, TITLE, ago, all_show, batch, check, deliver, expect, now, registered, settled, show, task, text, tokens,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// The mPaaS SDK, the same with its older signature, and the client before it.
const CLIENTS: [&str; 3] = ["acs3", "v2", "core"];

/// A Python process that makes the calls it is told to.
pub struct Sdk {
    endpoint: String,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Sdk {
    pub fn start(stand: &Stand) -> Result<Self, Failed> {
        let python = Path::new(ROOT).join(".tools/mpaas/bin/python");
        check(python.exists(), || {
            "the mPaaS SDK is not installed: run `make test`, which installs it".to_owned()
        })?;
        let mut process = Command::new(python)
            .arg(Path::new(ROOT).join("tests/mpaas-sdk/call.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("the SDK's process has no pipes".into());
        };
        // The path that it signs is `/`, so the API must be found by its host.
        let gateway = stand.aws.endpoint().trim_start_matches("http://").to_owned();
        let port = gateway.rsplit(':').next().unwrap_or_default();
        Ok(Self {
            endpoint: format!("{}.execute-api.localhost:{port}", stand.stack.get("ApiId")?),
            stdin,
            lines: BufReader::new(stdout).lines(),
            _process: process,
        })
    }

    /// What one call came to: `{status, body}` or `{error}`.
    pub async fn call(&mut self, key: &str, client: &str, action: &str, parameters: Value) -> Result<Value, Failed> {
        self.call_with(key, json!({"client": client, "action": action, "parameters": parameters}))
            .await
    }

    /// The same with anything else that `call.py` knows.
    pub async fn call_with(&mut self, key: &str, mut call: Value) -> Result<Value, Failed> {
        let (id, secret) = key.split_once('.').ok_or("a key without a secret")?;
        call["key"] = id.into();
        call["secret"] = call.get("secret").cloned().unwrap_or_else(|| secret.into());
        call["endpoint"] = self.endpoint.as_str().into();
        self.stdin.write_all(format!("{call}\n").as_bytes()).await?;
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await??;
        Ok(serde_json::from_str(&line.ok_or("the SDK's process ended")?)?)
    }
}

/// The parameters of every call, and `more`.
pub fn parameters(tenant: &Tenant, more: Value) -> Value {
    let mut all = json!({"AppId": tenant.app, "WorkspaceId": tenant.workspace});
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    all
}

/// Demands that it was accepted. Returns the revocation's id.
fn accepted(answer: &Value) -> Result<String, Failed> {
    let body = &answer["body"];
    let result = &body["PushResult"];
    check(
        answer["status"] == 200 && body["ResultCode"] == "OK" && result["Success"] == true && result["ResultMsg"] == "",
        || format!("not accepted: {answer}"),
    )?;
    check(!text(&body["RequestId"]).is_empty(), || format!("without a request id: {answer}"))?;
    Ok(text(&result["Data"]).to_owned())
}

/// Demands that it was refused, as a business: no exception, and a code.
fn refused(answer: &Value, code: &str) -> Outcome {
    let body = &answer["body"];
    check(
        answer["status"] == 200
            && body["ResultCode"] == code
            && body["PushResult"]["Success"] == false
            && body["PushResult"]["ResultMsg"] == code,
        || format!("not {code}: {answer}"),
    )
}

/// A message shown on three devices: two of `user`, one of another.
async fn message(stand: &Stand, tenant: &Tenant, id: &str, user: &str, devices: &[String]) -> Result<String, Failed> {
    let body = json!({"type": "simple", "title": TITLE, "sent_at": now().to_string()});
    let push = registered(tenant, "messages", id, &body).await?;
    show(stand, tenant, "huawei", devices).await?;
    let deliveries: Vec<_> = devices
        .iter()
        .zip([user, user, "another"])
        .map(|(token, user)| json!({"token": token, "target": user, "notify_id": NOTIFY_ID}))
        .collect();
    let batch = json!({"batch_id": "b1", "channel": "huawei", "deliveries": deliveries});
    expect(&tenant.sender.post(&format!("{push}/deliveries"), &batch).await?, 200)?;
    Ok(push)
}

/// Revokes it for `user` and waits until the devices show so.
async fn revoke_message(stand: &Stand, tenant: &Tenant, sdk: &mut Sdk, client: &str, id: &str, user: &str, of: &str) -> Outcome {
    let devices = tokens("huawei", of, 3);
    let push = message(stand, tenant, id, user, &devices).await?;
    let asked = parameters(tenant, json!({"MessageId": id, "TargetId": user}));
    let first = sdk.call(&tenant.operator.key, client, "RevokePushMessage", asked.clone()).await?;
    let revocation = accepted(&first)?;
    settled(tenant, &format!("{push}/revocations/{revocation}"), 2).await?;
    all_show(stand, "huawei", &devices[..2], "Message revoked").await?;
    all_show(stand, "huawei", &devices[2..], TITLE).await?;
    // Asking twice has the same answer, and nobody is told twice.
    let second = sdk.call(&tenant.operator.key, client, "RevokePushMessage", asked).await?;
    check(accepted(&second)? == revocation, || format!("{first} and {second}"))?;
    let overview = tenant.viewer.get(&push).await?;
    check(overview.body["revocations"].as_array().is_some_and(|all| all.len() == 1), || {
        format!("{}", overview.body)
    })?;
    let bars = stand.devices.bars("huawei", &devices[..2]).await?;
    check(bars.values().all(|bar| bar.pushes == 1), || {
        format!("{client}: told more than once")
    })
}

pub async fn each_client_revokes_a_message_for_one_target(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("rpc-message", "default").await?;
    let mut sdk = Sdk::start(stand)?;
    for (n, client) in CLIENTS.into_iter().enumerate() {
        let id = format!("157880746278{n}");
        revoke_message(stand, &tenant, &mut sdk, client, &id, "user1024", &format!("rpc-{client}")).await?;
    }
    Ok(())
}

pub async fn each_client_revokes_a_task(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("rpc-task", "default").await?;
    let mut sdk = Sdk::start(stand)?;
    for (client, id) in CLIENTS.into_iter().zip(["20842863", "summer-sale 促销", "9007199254740993"]) {
        let push = task(&tenant, id).await?;
        let devices = tokens("huawei", &format!("rpc-task-{client}"), 5);
        deliver(stand, &tenant, &push, "huawei", "b1", &devices).await?;
        // As REST tells it; the id itself, where it is such a number.
        let number = tenant.viewer.get(&push).await?.body["task_number"].to_string();
        check((number == id) == (id == "20842863"), || format!("{id} goes by {number}"))?;
        let asked = parameters(&tenant, json!({"TaskId": number, "TenantId": "ZXCXMAHQ"}));
        let first = sdk.call(&tenant.operator.key, client, "RevokePushTask", asked).await?;
        let revocation = accepted(&first)?;
        settled(&tenant, &format!("{push}/revocations/{revocation}"), 5).await?;
        all_show(stand, "huawei", &devices, "Message revoked").await?;
        // By its own id too, which is what it was registered under; and again.
        let asked = parameters(&tenant, json!({"TaskId": id}));
        let second = sdk.call(&tenant.operator.key, client, "RevokePushTask", asked).await?;
        check(accepted(&second)? == revocation, || format!("{first} and {second}"))?;
        let bars = stand.devices.bars("huawei", &devices).await?;
        check(bars.values().all(|bar| bar.pushes == 1), || {
            format!("{client}: told more than once")
        })?;
    }
    Ok(())
}

pub async fn odd_texts_and_long_ids_name_what_they_name(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("rpc-odd", "default").await?;
    let mut sdk = Sdk::start(stand)?;
    let odd = "user 1024/测~*+&=%23#\"";
    // A message is registered by its path, and not every text comes through one.
    let odd_id = odd.replace(['/', '%'], "|");
    let (long_id, long_user) = ("m".repeat(4_096), format!("{}用户", "u".repeat(4_090)));
    for (n, (id, user)) in [(odd_id.as_str(), odd), (long_id.as_str(), long_user.as_str())]
        .into_iter()
        .enumerate()
    {
        for (nth, client) in CLIENTS.into_iter().enumerate() {
            let id = if n == 0 {
                format!("{id}{nth}")
            } else {
                format!("{nth}{}", &id[1..])
            };
            revoke_message(stand, &tenant, &mut sdk, client, &id, user, &format!("rpc-odd-{n}-{client}")).await?;
        }
    }
    // Of 4,096 bytes exactly: unknown is an answer, and one more is too much.
    let asked = |id: String| parameters(&tenant, json!({"MessageId": id, "TargetId": long_user}));
    let known = sdk
        .call(&tenant.operator.key, "acs3", "RevokePushMessage", asked("é".repeat(2_048)))
        .await?;
    refused(&known, "MESSAGE_NOT_FOUND")?;
    let long = sdk
        .call(&tenant.operator.key, "acs3", "RevokePushMessage", asked("x".repeat(4_097)))
        .await?;
    check(long["error"]["code"] == "InvalidParameter.MessageId", || long.to_string())
}

pub async fn a_refusal_is_an_answer_with_a_code(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("rpc-refused", "default").await?;
    let mut sdk = Sdk::start(stand)?;
    let simple = json!({"type": "simple", "title": TITLE, "sent_at": now().to_string()});
    registered(&tenant, "messages", "m1", &simple).await?;
    task(&tenant, "t1").await?;
    let soon = SignedDuration::from_hours(7 * 24) - SignedDuration::from_secs(4);
    let old = json!({"type": "broadcast", "title": TITLE, "sent_at": ago(soon).to_string()});
    registered(&tenant, "tasks", "77", &old).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    for (action, asked, code) in [
        (
            "RevokePushMessage",
            json!({"MessageId": "m2", "TargetId": "u"}),
            "MESSAGE_NOT_FOUND",
        ),
        ("RevokePushMessage", json!({"MessageId": "t1", "TargetId": "u"}), "WRONG_PUSH_TYPE"),
        ("RevokePushTask", json!({"TaskId": "t2"}), "TASK_NOT_FOUND"),
        ("RevokePushTask", json!({"TaskId": "5203118023412020"}), "TASK_NOT_FOUND"),
        ("RevokePushTask", json!({"TaskId": "bad\u{7}id"}), "TASK_NOT_FOUND"),
        ("RevokePushTask", json!({"TaskId": "m1"}), "WRONG_PUSH_TYPE"),
        ("RevokePushTask", json!({"TaskId": "77"}), "REVOKE_WINDOW_CLOSED"),
    ] {
        for client in CLIENTS {
            let answer = sdk
                .call(&tenant.operator.key, client, action, parameters(&tenant, asked.clone()))
                .await?;
            refused(&answer, code)?;
        }
    }
    // A target that nothing was recorded for: the gate is closed for what may still come.
    let asked = parameters(&tenant, json!({"MessageId": "m1", "TargetId": "late"}));
    accepted(&sdk.call(&tenant.operator.key, "acs3", "RevokePushMessage", asked).await?)?;
    let gate = tenant.sender.get("/v1/messages/m1/gate?target=late").await?;
    check(gate.body["gate"] == "revoked", || format!("{}", gate.body))
}

pub async fn lists_and_details_are_read_by_the_sdks_own_types(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("rpc-lists", "default").await?;
    let mut sdk = Sdk::start(stand)?;
    let start = ago(SignedDuration::from_hours(5));
    for (n, (id, push_type)) in [("1001", "batch"), ("winter-sale", "broadcast"), ("1003", "batch")]
        .into_iter()
        .enumerate()
    {
        let sent_at = start + SignedDuration::from_mins(60 * i64::try_from(n)?);
        let body =
            json!({"type": push_type, "title": format!("Task {n}"), "sent_at": sent_at.to_string(), "send_until": now().to_string()});
        registered(&tenant, "tasks", id, &body).await?;
    }
    let mut batch = batch("huawei", "b1", &tokens("huawei", "rpc-lists", 6));
    batch["sent_at"] = (start + SignedDuration::from_secs(3_600 + 61)).to_string().into();
    let mut held = self::batch("apns", "b2", &tokens("apns", "rpc-lists", 2));
    held["held_back"] = true.into();
    for batch in [batch, held] {
        let path = format!("/v1/tasks/{}/deliveries", in_path("winter-sale"));
        expect(&tenant.sender.post(&path, &batch).await?, 200)?;
    }
    let number = tenant.viewer.get("/v1/tasks/winter-sale").await?.body["task_number"].clone();
    let from = start.as_millisecond();

    let list = async |sdk: &mut Sdk, client: &str, more: Value| {
        let mut asked = parameters(&tenant, json!({"StartTime": from}));
        if let (Some(asked), Value::Object(more)) = (asked.as_object_mut(), more) {
            asked.extend(more);
        }
        let answer = sdk.call(&tenant.viewer.key, client, "QueryPushAnalysisTaskList", asked).await?;
        check(answer["body"]["ResultCode"] == "OK", || answer.to_string())?;
        Ok::<_, Failed>(answer["body"]["ResultContent"]["Data"].as_array().cloned().unwrap_or_default())
    };
    let ids = |tasks: &[Value]| tasks.iter().map(|task| text(&task["TaskId"]).to_owned()).collect::<Vec<_>>();
    for client in CLIENTS {
        let all = list(&mut sdk, client, json!({})).await?;
        check(ids(&all) == ["1003".to_owned(), number.to_string(), "1001".to_owned()], || {
            format!("{all:?}")
        })?;
        check(
            all[1]["TaskName"] == "Task 1" && all[1]["Type"] == 3 && all[2]["Type"] == 2 && all[1]["GmtCreate"].as_i64() > Some(from),
            || format!("{all:?}"),
        )?;
    }
    for (more, expected) in [
        (json!({"PageSize": 2, "PageNumber": 1}), vec!["1003".to_owned(), number.to_string()]),
        (json!({"PageSize": 2, "PageNumber": 2}), vec!["1001".to_owned()]),
        (json!({"PageSize": 2, "PageNumber": 3}), vec![]),
        (json!({"TaskName": "Task 0"}), vec!["1001".to_owned()]),
        (json!({"TaskName": "Task"}), vec![]),
        (json!({"TaskId": number.to_string()}), vec![number.to_string()]),
        (json!({"TaskId": "1003", "TaskName": "Task 0"}), vec![]),
        (json!({"StartTime": from + 1}), vec!["1003".to_owned(), number.to_string()]),
    ] {
        let found = list(&mut sdk, "acs3", more.clone()).await?;
        check(ids(&found) == expected, || format!("{more}: {found:?}"))?;
    }

    let asked = parameters(&tenant, json!({"TaskId": number.to_string()}));
    for client in CLIENTS {
        let answer = sdk
            .call(&tenant.viewer.key, client, "QueryPushAnalysisTaskDetail", asked.clone())
            .await?;
        let detail = &answer["body"]["ResultContent"]["Data"];
        let sent = from + 3_600_000;
        check(
            detail["TaskId"] == number
                && detail["PushNum"] == 8.0
                && detail["PushSuccessNum"] == 6.0
                && detail["PushArrivalNum"] == 6.0
                && detail["StartTime"] == sent
                && detail["EndTime"] == sent + 61_000
                && detail["Duration"] == "00:01:01",
            || format!("{client}: {answer}"),
        )?;
    }
    let asked = parameters(&tenant, json!({"TaskId": "404"}));
    let unknown = sdk.call(&tenant.viewer.key, "acs3", "QueryPushAnalysisTaskDetail", asked).await?;
    check(
        unknown["status"] == 200 && unknown["body"]["ResultCode"] == "TASK_NOT_FOUND" && unknown["body"]["ResultContent"].is_null(),
        || unknown.to_string(),
    )
}
