//! A tenant, a few phones that show a wrong push, and the lines with which somebody takes it back.
//!
//! The lines are a shell script that is also read by people: they may be pasted one by one or run as a whole.

use std::time::UNIX_EPOCH;

use jiff::{Timestamp, Unit};

use crate::error::StandError;
use crate::stand::Stand;
use crate::tenant::Tenant;

const TITLE: &str = "50% off everyting";
const NOTIFY_ID: u32 = 842_863;
const COLLAPSE_ID: &str = "sale-20842863";
const OWN_PHONE: &str = "own-phone-1";
const TASK: &str = "/v1/tasks/20842863";
/// Fails when the answer is an error, and shows it; ends the answer with a new line.
const CURL: &str = r"curl -sS --fail-with-body -w '\n'";

/// Makes the tenant shop/default and its phones, and returns the lines.
///
/// `api` is what a path such as `/v1/pushes` is put behind.
///
/// # Errors
/// When the stand does not do as it is told.
pub async fn try_out(stand: &Stand, api: &str) -> Result<String, StandError> {
    let tenant = stand.tenant("shop", "default").await?;
    let huawei: Vec<_> = (1..=3).map(|n| format!("huawei-phone-{n}")).collect();
    let apns: Vec<_> = (1..=3).map(|n| format!("a991{n:060x}")).collect();
    for (vendor, tokens, key) in [("huawei", &huawei, NOTIFY_ID.to_string()), ("apns", &apns, COLLAPSE_ID.to_owned())] {
        stand.devices.register(vendor, &tenant.app_at(vendor), tokens, "active").await?;
        stand.devices.deliver(vendor, tokens, Some(&key), TITLE).await?;
    }
    Ok(format!("{}{}{}", keys(stand, &tenant, api), requests(&huawei, &apns)?, aws(stand)?))
}

fn keys(stand: &Stand, tenant: &Tenant, api: &str) -> String {
    let devices = stand.control();
    format!(
        "\
# The API, and a key for each role of the tenant {app}/{workspace}
export API={api}
export SENDER={sender}
export VIEWER={viewer}
export OPERATOR={operator}
export ADMIN={admin}
# The console, in a browser: {api}/console
# The simulated vendors and their devices (tests/vendor-sim/README.md)
export DEVICES={devices}
",
        app = tenant.app,
        workspace = tenant.workspace,
        sender = tenant.sender.key,
        viewer = tenant.viewer.key,
        operator = tenant.operator.key,
        admin = tenant.admin.key,
    )
}

fn requests(huawei: &[String], apns: &[String]) -> Result<String, StandError> {
    let sent_at = now()?;
    let deliveries = |tokens: &[String]| {
        let deliveries: Vec<_> = tokens.iter().map(|token| format!(r#"{{"token":"{token}"}}"#)).collect();
        deliveries.join(",")
    };
    let (huawei_phone, opened, apns_phone) = (&huawei[0], &huawei[1], &apns[0]);
    let (huawei, apns) = (deliveries(huawei), deliveries(apns));
    Ok(format!(
        r#"
# A phone shows a push with a mistake
{CURL} "$DEVICES/devices/huawei/{huawei_phone}"
# Its sender registers the push
{CURL} -X PUT "$API{TASK}" -H "Authorization: Bearer $SENDER" \
  --json '{{"type":"batch","title":"{TITLE}","sent_at":"{sent_at}"}}'
# and records what was delivered, over Huawei and over Apple
{CURL} "$API{TASK}/deliveries" -H "Authorization: Bearer $SENDER" \
  --json '{{"batch_id":"1","channel":"huawei","notify_id":{NOTIFY_ID},"deliveries":[{huawei}]}}'
{CURL} "$API{TASK}/deliveries" -H "Authorization: Bearer $SENDER" \
  --json '{{"batch_id":"2","channel":"apns","collapse_id":"{COLLAPSE_ID}","deliveries":[{apns}]}}'
# A user of ours opened it: her app says so, and no revocation shows her a new notification
{CURL} "$API/v1/receipts" -H "Authorization: Bearer $SENDER" \
  --json '{{"receipts":[{{"kind":"task","id":"20842863","batch_id":"1","token":"{opened}","event":"opened"}}]}}'
# A device of the self-built channel gets its token. With that and in another shell it connects,
#   DEVICE_TOKEN=<device_token> cargo run -q -p device-client -- <socket_url>
# and shows the push when this is typed there: show task 20842863 {NOTIFY_ID} 3 {TITLE}
{CURL} -X PUT "$API/v1/devices/{OWN_PHONE}/token" -H "Authorization: Bearer $SENDER" --json '{{}}'
{CURL} "$API{TASK}/deliveries" -H "Authorization: Bearer $SENDER" \
  --json '{{"batch_id":"3","channel":"self_built","notify_id":{NOTIFY_ID},"deliveries":[{{"token":"{OWN_PHONE}"}}]}}'
# May the sender go on sending? Yes
{CURL} "$API{TASK}/gate" -H "Authorization: Bearer $SENDER"
# What would a revocation do?
{CURL} "$API{TASK}/revocations" -H "Authorization: Bearer $OPERATOR" \
  --json '{{"reason":"wrong price","dry_run":true}}'
# Revoke it; the answer says where to follow it
REVOCATION=$(curl -sS --fail-with-body -o /dev/null -w '%header{{location}}' \
  "$API{TASK}/revocations" -H "Authorization: Bearer $OPERATOR" --json '{{"reason":"wrong price"}}')
# May the sender go on sending? No
{CURL} "$API{TASK}/gate" -H "Authorization: Bearer $SENDER"
# Follow it until nothing is outstanding
until {CURL} "$API$REVOCATION" -H "Authorization: Bearer $VIEWER" | grep '"state":"settled"'; do sleep 1; done
# What became of each delivery
{CURL} "$API$REVOCATION/outcomes" -H "Authorization: Bearer $VIEWER"
# What the phones show now
{CURL} "$DEVICES/devices/huawei/{huawei_phone}"
{CURL} "$DEVICES/devices/apns/{apns_phone}"
"#
    ))
}

fn aws(stand: &Stand) -> Result<String, StandError> {
    use std::fmt::Write as _;

    let mut lines = String::from(
        "
# For the AWS command line or an SDK, and for make keys
",
    );
    for (name, value) in stand.aws.client_env() {
        // Cannot fail: writing to a String.
        let _ = writeln!(lines, "export {name}={value}");
    }
    let _ = writeln!(lines, "export ACCESS_KEYS_TABLE={}", stand.stack.get("AccessKeysTableName")?);
    let _ = writeln!(lines, "export RPC_SECRETS_KEY={}", stand.stack.get("RpcSecretsKeyId")?);
    let _ = writeln!(lines, "export PUSHES_TABLE={}", stand.stack.get("PushesTableName")?);
    lines.push_str(
        "# What a function wrote
.tools/venv/bin/sam logs --cw-log-group /aws/lambda/message-revoke-dispatch-huawei
",
    );
    Ok(lines)
}

/// When the push was sent: now, to the second.
fn now() -> Result<Timestamp, StandError> {
    let since_1970 = UNIX_EPOCH.elapsed().unwrap_or_default();
    Timestamp::try_from(UNIX_EPOCH + since_1970)
        .and_then(|now| now.round(Unit::Second))
        .map_err(|error| StandError::Unexpected(error.to_string()))
}
