//! What the device shows instead: per revocation, per app, per language.

use serde_json::json;
use stand::Stand;

use crate::Outcome;
use crate::fixture::{all_show, batch, check, expect, expect_problem, revoke, settled, show, task, tokens};

pub async fn each_user_reads_the_apps_notice_in_their_language(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("notices", "default").await?;
    let notice = json!({"title": "Withdrawn", "text": "We sent this by mistake.",
                        "locales": {"zh": {"title": "消息已撤回", "text": "该消息已被撤回"}}});
    expect_problem(&tenant.viewer.put("/v1/notice", &notice).await?, 403, "forbidden")?;
    let default = tenant.viewer.get("/v1/notice").await?;
    check(default.body["title"] == "Message revoked", || format!("{}", default.body))?;
    expect(&tenant.operator.put("/v1/notice", &notice).await?, 200)?;
    check(tenant.viewer.get("/v1/notice").await?.body == notice, || {
        "not the notice that was written".to_owned()
    })?;

    let push = task(&tenant, "t1").await?;
    let (english, chinese) = (tokens("xiaomi", "notices-en", 5), tokens("xiaomi", "notices-zh", 5));
    for (id, devices, locale) in [("b1", &english, "en-GB"), ("b2", &chinese, "zh-Hans-CN")] {
        show(stand, &tenant, "xiaomi", devices).await?;
        let mut batch = batch("xiaomi", id, devices);
        batch["locale"] = locale.into();
        expect(&tenant.sender.post(&format!("{push}/deliveries"), &batch).await?, 200)?;
    }
    let revocation = revoke(&tenant, &push).await?;
    settled(&tenant, &revocation, 10).await?;
    all_show(stand, "xiaomi", &english, "Withdrawn").await?;
    all_show(stand, "xiaomi", &chinese, "消息已撤回").await
}

pub async fn a_notice_that_a_channel_would_refuse_is_refused_at_once(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("long-notices", "default").await?;
    let push = task(&tenant, "t1").await?;
    let path = format!("{push}/revocations");
    // 21 Chinese characters are 42 for vivo, which takes 40.
    let notice = json!({"title": "撤".repeat(21), "text": "t"});
    let refused = tenant.operator.post(&path, &json!({"reason": "r", "notice": notice})).await?;
    expect_problem(&refused, 400, "invalid-request")?;
    check(refused.body["errors"][0]["pointer"] == "/notice/title", || {
        format!("{}", refused.body)
    })?;
    let apple_only = json!({"reason": "r", "notice": notice, "scope": {"channels": ["apns"]}, "dry_run": true});
    expect(&tenant.operator.post(&path, &apple_only).await?, 200)
}
