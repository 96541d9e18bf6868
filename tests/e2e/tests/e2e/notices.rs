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
