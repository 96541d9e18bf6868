//! What is played: for each section of the runbook what makes its alarm fire, with the vendors' simulator.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use jiff::{SignedDuration, Unit};
use serde_json::{Value, json};
use stand::{Stand, StandError, Tenant};
use tokio::process::Command;

use crate::now;

/// More than any rehearsal needs.
const MANY: u32 = 1_000_000;
const NOTIFY_ID: u32 = 4_711;

/// One rehearsal.
pub struct Play {
    /// As the section of the runbook is addressed.
    pub name: &'static str,
    pub cause: &'static str,
    /// As the template calls it.
    pub alarm: &'static str,
    /// Whose lines have its metric.
    pub functions: &'static [&'static str],
    /// Whose length it is, by the stack's output.
    pub queue: Option<&'static str>,
    /// Parameters of the template that differ from the defaults.
    pub parameters: &'static [(&'static str, &'static str)],
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    VendorDown,
    WrongSecret,
    QuotaUsedUp,
    Throttled,
    RevocationStuck,
    SweepBehind,
    DeadLetters,
    OneTenantFloods,
}

const NOTHING_SPECIAL: Play = Play {
    name: "",
    cause: "",
    alarm: "",
    functions: &[],
    queue: None,
    parameters: &[],
    what: What::VendorDown,
};

pub const PLAYS: [Play; 8] = [
    Play {
        name: "vendor-down",
        cause: "Huawei answers 502 to everything",
        alarm: "HuaweiVendorDownAlarm",
        functions: &["dispatch-huawei"],
        what: What::VendorDown,
        ..NOTHING_SPECIAL
    },
    Play {
        name: "wrong-secret",
        cause: "Huawei's secret of an app is changed, ours is not",
        alarm: "HuaweiWrongSecretAlarm",
        functions: &["dispatch-huawei"],
        what: What::WrongSecret,
        ..NOTHING_SPECIAL
    },
    Play {
        name: "quota-used-up",
        cause: "Xiaomi takes no more today",
        alarm: "XiaomiQuotaUsedUpAlarm",
        functions: &["dispatch-xiaomi"],
        what: What::QuotaUsedUp,
        ..NOTHING_SPECIAL
    },
    Play {
        name: "revocation-stuck",
        cause: "Huawei lets nothing through, and the revocation is set back by an hour and a half",
        alarm: "RevocationStuckAlarm",
        functions: &["sweep"],
        what: What::RevocationStuck,
        ..NOTHING_SPECIAL
    },
    Play {
        name: "sweep-behind",
        cause: "the rule that starts the sweep is disabled",
        alarm: "SweepBehindAlarm",
        functions: &["sweep"],
        what: What::SweepBehind,
        ..NOTHING_SPECIAL
    },
    Play {
        name: "dead-letters",
        cause: "a message that is no job is in the queue of fan-outs",
        alarm: "FanoutDeadLettersAlarm",
        queue: Some("FanoutDeadLettersUrl"),
        what: What::DeadLetters,
        ..NOTHING_SPECIAL
    },
    Play {
        name: "throttled",
        cause: "Huawei throttles everything",
        alarm: "HuaweiThrottledAlarm",
        functions: &["dispatch-huawei"],
        what: What::Throttled,
        ..NOTHING_SPECIAL
    },
    Play {
        name: "one-tenant-floods",
        cause: "a tenant asks for its pushes without a pause",
        alarm: "TenantFloodsAlarm",
        functions: &["lookup"],
        // The API of the local AWS passes some 20 requests a second.
        parameters: &[("TenantFloodPerMinute", "60")],
        what: What::OneTenantFloods,
        ..NOTHING_SPECIAL
    },
];

type Cause<'a> = Pin<Box<dyn Future<Output = Result<Infallible, StandError>> + 'a>>;

impl Play {
    /// Makes it happen, and goes on until it is dropped.
    pub fn start<'a>(&'a self, stand: &'a Stand) -> Cause<'a> {
        Box::pin(async move {
            match self.what {
                What::VendorDown => misbehaves(stand, "huawei", &json!({"error_next": {"n": MANY, "status": 502, "code": ""}})).await?,
                What::Throttled => misbehaves(stand, "huawei", &json!({"throttle_next": MANY})).await?,
                What::QuotaUsedUp => {
                    misbehaves(stand, "xiaomi", &json!({"error_next": {"n": MANY, "status": 200, "code": "10034"}})).await?;
                }
                What::WrongSecret => {
                    let tenant = stand.tenant("shop", "default").await?;
                    tenant.change_secret_at(stand, "huawei").await?;
                    revoke(stand, &tenant, "huawei").await?;
                }
                What::RevocationStuck => {
                    misbehaves(stand, "huawei", &json!({"throttle_next": MANY})).await?;
                    set_back(stand).await?;
                }
                What::SweepBehind => sweep_rule(stand, "AWSEvents.DisableRule").await?,
                What::DeadLetters => park(stand).await?,
                What::OneTenantFloods => {
                    let tenant = stand.tenant("shop", "default").await?;
                    loop {
                        tenant.viewer.get("/v1/pushes").await?;
                    }
                }
            }
            std::future::pending().await
        })
    }

    /// Does what the runbook says, where that is a command, and says what came of it.
    pub async fn mend(&self, stand: &Stand) -> Result<Option<String>, StandError> {
        match self.what {
            What::SweepBehind => {
                sweep_rule(stand, "AWSEvents.EnableRule").await?;
                Ok(Some("the rule is enabled again".to_owned()))
            }
            What::DeadLetters => replay(stand).await.map(Some),
            What::VendorDown | What::WrongSecret | What::QuotaUsedUp | What::Throttled | What::RevocationStuck | What::OneTenantFloods => {
                Ok(None)
            }
        }
    }
}

async fn misbehaves(stand: &Stand, vendor: &str, fault: &Value) -> Result<(), StandError> {
    let mut fault = fault.clone();
    fault["vendor"] = vendor.into();
    stand.devices.fault(&fault).await?;
    let tenant = stand.tenant("shop", "default").await?;
    revoke(stand, &tenant, vendor).await
}

/// A push to three devices, and its revocation.
async fn revoke(stand: &Stand, tenant: &Tenant, vendor: &str) -> Result<(), StandError> {
    let tokens: Vec<String> = (1..=3).map(|nth| format!("phone-{nth}")).collect();
    stand.devices.register(vendor, &tenant.app_at(vendor), &tokens, "active").await?;
    stand
        .devices
        .deliver(vendor, &tokens, Some(&NOTIFY_ID.to_string()), "50% off everyting")
        .await?;
    let sent_at = now().round(Unit::Second).unwrap_or_else(|_| now());
    let push = "/v1/tasks/20842863";
    let deliveries: Vec<_> = tokens.iter().map(|token| json!({"token": token})).collect();
    let push_body = json!({"type": "batch", "title": "50% off everyting", "sent_at": sent_at.to_string()});
    let batch = json!({"batch_id": "1", "channel": vendor, "notify_id": NOTIFY_ID, "deliveries": deliveries});
    for answer in [
        tenant.sender.put(push, &push_body).await?,
        tenant.sender.post(&format!("{push}/deliveries"), &batch).await?,
        tenant
            .operator
            .post(&format!("{push}/revocations"), &json!({"reason": "wrong price"}))
            .await?,
    ] {
        if !answer.status.is_success() {
            return Err(StandError::Unexpected(format!("answered {}: {}", answer.status, answer.body)));
        }
    }
    println!("  three messages over {vendor} are revoked");
    Ok(())
}

/// Nobody waits for an hour: what is under way has been so for longer, as its item says.
async fn set_back(stand: &Stand) -> Result<(), StandError> {
    let table = stand.stack.get("PushesTableName")?;
    let scan = json!({
        "TableName": table, "FilterExpression": "contains(#state, :dispatched)", "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":dispatched": {"S": "dispatched_at"}},
    });
    let item = loop {
        let found = stand.aws.ask("dynamodb", "DynamoDB_20120810.Scan", &scan).await?;
        match &found["Items"][0] {
            Value::Null => tokio::time::sleep(Duration::from_millis(500)).await,
            item => break item.clone(),
        }
    };
    let since = now() - SignedDuration::from_mins(90);
    let state = json!({"name": "dispatched", "dispatched_at": since.to_string()}).to_string();
    let update = json!({
        "TableName": table, "Key": {"pk": item["pk"], "sk": item["sk"]}, "UpdateExpression": "SET #state = :state",
        "ExpressionAttributeNames": {"#state": "state"}, "ExpressionAttributeValues": {":state": {"S": state}},
    });
    stand.aws.ask("dynamodb", "DynamoDB_20120810.UpdateItem", &update).await?;
    println!("  it has been under way since {since:.0}");
    Ok(())
}

async fn sweep_rule(stand: &Stand, what: &'static str) -> Result<(), StandError> {
    let rules = stand.aws.ask("events", "AWSEvents.ListRules", &json!({})).await?;
    let rules = rules["Rules"].as_array().into_iter().flatten();
    let mut names = rules
        .filter_map(|rule| rule["Name"].as_str())
        .filter(|name| name.contains("SweepSchedule"));
    let name = names
        .next()
        .ok_or_else(|| StandError::Unexpected("there is no rule for the sweep".to_owned()))?;
    stand.aws.ask("events", what, &json!({ "Name": name })).await?;
    Ok(())
}

/// A message that is no job; half an hour of failures is made short.
async fn park(stand: &Stand) -> Result<(), StandError> {
    let (queue, dead) = (stand.stack.get("FanoutQueueUrl")?, stand.stack.get("FanoutDeadLettersUrl")?);
    let arn = json!({ "QueueUrl": dead, "AttributeNames": ["QueueArn"] });
    let arn = stand.aws.ask("sqs", "AmazonSQS.GetQueueAttributes", &arn).await?;
    let redrive = json!({ "deadLetterTargetArn": arn["Attributes"]["QueueArn"], "maxReceiveCount": 2 }).to_string();
    let hurry = json!({ "QueueUrl": queue, "Attributes": { "VisibilityTimeout": "1", "RedrivePolicy": redrive } });
    stand.aws.ask("sqs", "AmazonSQS.SetQueueAttributes", &hurry).await?;
    let message = json!({ "QueueUrl": queue, "MessageBody": "no job" });
    stand.aws.ask("sqs", "AmazonSQS.SendMessage", &message).await?;
    Ok(())
}

/// Sends it back with the command of the runbook, and waits until its function has counted it.
async fn replay(stand: &Stand) -> Result<String, StandError> {
    let (queue, dead) = (stand.stack.get("FanoutQueueUrl")?, stand.stack.get("FanoutDeadLettersUrl")?);
    let told = command(stand, &["look", "--from", dead]).await? + &command(stand, &["send", "--from", dead, "--to", queue]).await?;
    for _ in 0..60 {
        if stand.aws.function_log("fanout").await?.contains("\"dead_letters_replayed\":") {
            return Ok(told.trim().replace('\n', "; ") + "; dead_letters_replayed is noted");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Err(StandError::Unexpected(format!("nobody noted a dead letter that came back: {told}")))
}

async fn command(stand: &Stand, arguments: &[&str]) -> Result<String, StandError> {
    let program = local_stack::built_binaries()?.join("revocation-replay");
    let failed = |output: String| StandError::Command {
        command: format!("revocation-replay {}", arguments.join(" ")),
        output,
    };
    let ran = Command::new(program).args(arguments).envs(stand.aws.client_env()).output().await;
    let ran = ran.map_err(|error| failed(error.to_string()))?;
    if ran.status.success() {
        Ok(String::from_utf8_lossy(&ran.stdout).into_owned())
    } else {
        Err(failed(String::from_utf8_lossy(&ran.stderr).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The runbook says of every rehearsal how it is played, and names none that there is not.
    #[test]
    fn the_runbook_names_every_rehearsal_where_it_belongs() {
        let runbook = include_str!("../../../../../docs/runbook.md");
        let mut named = Vec::new();
        for section in runbook.split("\n## ").skip(1) {
            let address = section.lines().next().unwrap().to_lowercase().replace(' ', "-");
            if section.contains(&format!("`make rehearse NAME={address}`")) {
                named.push(address);
            }
        }
        named.sort();
        let mut played: Vec<_> = PLAYS.iter().map(|play| play.name).collect();
        played.sort_unstable();
        assert_eq!(named, played);
        assert_eq!(
            runbook.matches("`make rehearse NAME=").count(),
            PLAYS.len() + 1,
            "and one as an example"
        );
    }
}
