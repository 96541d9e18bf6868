//! What a revocation covers, and what becomes of the rest.

use serde_json::json;
use stand::Stand;

use crate::Outcome;
use crate::fixture::{
    NOTIFY_ID, TITLE, all_show, aws, batch, check, deliver, expect, expect_problem, now, outcomes, registered, revoke, settled, show, task,
    text, tokens,
};

pub async fn text_messages_stay_sent_while_the_rest_is_revoked(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("sms", "default").await?;
    let push = task(&tenant, "t1").await?;
    let devices = tokens("apns", "sms", 10);
    deliver(stand, &tenant, &push, "apns", "b1", &devices).await?;
    let warned = deliver(stand, &tenant, &push, "sms", "b2", &tokens("sms", "sms", 4)).await?;
    check(warned.body["warnings"][0]["code"] == "channel_cannot_revoke", || {
        format!("{}", warned.body)
    })?;
    deliver(stand, &tenant, &push, "sms", "b3", &tokens("sms", "sms-more", 1)).await?;

    // Text messages alone are refused, with the reason.
    let path = format!("{push}/revocations");
    let refused = tenant
        .operator
        .post(&path, &json!({"reason": "r", "scope": {"channels": ["sms"]}}))
        .await?;
    expect_problem(&refused, 409, "channels-unable")?;
    check(text(&refused.body["detail"]).contains("sms: channel_cannot_revoke"), || {
        format!("{}", refused.body)
    })?;

    let revocation = revoke(&tenant, &push).await?;
    let settled = settled(&tenant, &revocation, 15).await?;
    check(settled["progress"]["channels"]["sms"]["outcomes"]["unsupported"] == 5, || {
        settled.to_string()
    })?;
    let reasons = outcomes(&tenant, &revocation).await?;
    check(
        reasons
            .iter()
            .filter(|(_, outcome, reason)| outcome == "unsupported" && reason == "channel_cannot_revoke")
            .count()
            == 5,
        || format!("{reasons:?}"),
    )?;
    all_show(stand, "apns", &devices, "Message revoked").await
}

pub async fn a_partial_scope_closes_the_gate_for_its_part_only(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("partial", "default").await?;
    let push = task(&tenant, "t1").await?;
    let (huawei, apple) = (tokens("huawei", "partial", 10), tokens("apns", "partial", 10));
    deliver(stand, &tenant, &push, "huawei", "b1", &huawei).await?;
    deliver(stand, &tenant, &push, "apns", "b2", &apple).await?;
    let path = format!("{push}/revocations");
    let part = tenant
        .operator
        .post(
            &path,
            &json!({"reason": "r", "scope": {"channels": ["huawei"]}, "notice": {"title": "Sorry", "text": "Sent by mistake"}}),
        )
        .await?;
    expect(&part, 202)?;
    for (query, gate) in [("", "open"), ("?channel=apns", "open"), ("?channel=huawei", "revoked")] {
        let answer = tenant.sender.get(&format!("{push}/gate{query}")).await?;
        check(answer.body["gate"] == gate, || format!("gate{query} says {}", answer.body))?;
    }
    settled(&tenant, &format!("{path}/{}", text(&part.body["id"])), 10).await?;
    all_show(stand, "huawei", &huawei, "Sorry").await?;
    all_show(stand, "apns", &apple, TITLE).await?;

    // The whole push afterwards: what is ended already is not called again.
    let whole = revoke(&tenant, &push).await?;
    settled(&tenant, &whole, 20).await?;
    all_show(stand, "huawei", &huawei, "Sorry").await?;
    all_show(stand, "apns", &apple, "Message revoked").await?;
    let bars = stand.devices.bars("huawei", &huawei).await?;
    check(bars.values().all(|bar| bar.pushes == 1), || {
        "an ended delivery was called again".to_owned()
    })
}

pub async fn an_id_hides_no_query_and_is_read_once(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("odd-ids", "default").await?;
    for (nth, id) in ["x#y", "x;y", "x+y", "x y", "促销#1", "x&y=z", "x\\y"].into_iter().enumerate() {
        let push = task(&tenant, id).await?;
        let found = tenant.viewer.get(&push).await?;
        check(found.body["id"] == id, || format!("{id}: {}", found.body))?;
        let devices = tokens("huawei", &format!("odd{nth}"), 1);
        deliver(stand, &tenant, &push, "huawei", "b1", &devices).await?;
        let part = json!({"reason": "r", "scope": {"channels": ["huawei"]}});
        let answer = tenant.operator.post(&format!("{push}/revocations"), &part).await?;
        expect(&answer, 202)?;
        for (query, gate) in [("", "open"), ("?channel=apns", "open"), ("?channel=huawei", "revoked")] {
            let answer = tenant.sender.get(&format!("{push}/gate{query}")).await?;
            check(answer.body["gate"] == gate, || format!("{id}: gate{query} says {}", answer.body))?;
        }
        // Where it says it is, it is; and a cursor that is none is noticed.
        let location = answer
            .headers
            .get("location")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        expect(&tenant.viewer.get(location).await?, 200)?;
        expect_problem(
            &tenant.viewer.get(&format!("{location}/outcomes?cursor=nonsense")).await?,
            400,
            "invalid-request",
        )?;
    }
    // What not every gateway hands over as it was sent is no new id.
    for id in ["x%25y", "x%2523y", "x%3Fy"] {
        let body = json!({"type": "batch", "title": TITLE, "sent_at": now().to_string()});
        expect_problem(&tenant.sender.put(&format!("/v1/tasks/{id}"), &body).await?, 400, "unusable-id")?;
    }
    Ok(())
}

pub async fn a_message_is_revoked_for_one_of_its_targets(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("target", "default").await?;
    let body = json!({"type": "simple", "title": TITLE, "sent_at": now().to_string()});
    let push = registered(&tenant, "messages", "1578807462788", &body).await?;
    let devices = tokens("huawei", "target", 3);
    show(stand, &tenant, "huawei", &devices).await?;
    // Two devices of one user, one of another.
    let deliveries: Vec<_> = devices
        .iter()
        .zip(["user-1", "user-1", "user-2"])
        .map(|(token, user)| json!({"token": token, "target": user, "notify_id": NOTIFY_ID}))
        .collect();
    let batch = json!({"batch_id": "b1", "channel": "huawei", "deliveries": deliveries});
    expect(&tenant.sender.post(&format!("{push}/deliveries"), &batch).await?, 200)?;

    let path = format!("{push}/revocations");
    let answer = tenant
        .operator
        .post(&path, &json!({"reason": "r", "scope": {"targets": ["user-1"]}}))
        .await?;
    expect(&answer, 202)?;
    settled(&tenant, &format!("{path}/{}", text(&answer.body["id"])), 2).await?;
    all_show(stand, "huawei", &devices[..2], "Message revoked").await?;
    all_show(stand, "huawei", &devices[2..], TITLE).await?;
    for (query, gate) in [("", "open"), ("?target=user-1", "revoked"), ("?target=user-2", "open")] {
        let answer = tenant.sender.get(&format!("{push}/gate{query}")).await?;
        check(answer.body["gate"] == gate, || format!("gate{query} says {}", answer.body))?;
    }
    let more = json!({"batch_id": "b2", "channel": "huawei", "notify_id": 5, "deliveries": [{"token": "t9", "target": "user-1"}, {"token": "t8", "target": "user-3"}]});
    let told = tenant.sender.post(&format!("{push}/deliveries"), &more).await?;
    check(
        told.body["revoked_targets"] == json!(["user-1"]) && told.body["gate"] == "open",
        || format!("{}", told.body),
    )
}

pub async fn targets_without_a_delivery_are_named(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("unmatched", "default").await?;
    let body = json!({"type": "simple", "title": TITLE, "sent_at": now().to_string()});
    let push = registered(&tenant, "messages", "m1", &body).await?;
    let devices = tokens("huawei", "unmatched", 2);
    show(stand, &tenant, "huawei", &devices).await?;
    // One names its user, the other goes by a name that is made of its token.
    let deliveries = json!([{"token": devices[0], "target": "user-77"}, {"token": devices[1]}]);
    let batch = json!({"batch_id": "b1", "channel": "huawei", "notify_id": NOTIFY_ID, "deliveries": deliveries});
    expect(&tenant.sender.post(&format!("{push}/deliveries"), &batch).await?, 200)?;

    let path = format!("{push}/revocations");
    let scope = json!({"targets": ["user-77", "User-77", devices[1]]});
    let preview = tenant
        .operator
        .post(&path, &json!({"reason": "r", "scope": scope, "dry_run": true}))
        .await?;
    expect(&preview, 200)?;
    let nobody = json!({"count": 1, "names": ["User-77"]});
    check(
        preview.body["deliveries"] == 2 && preview.body["exact"] == true && preview.body["unmatched_targets"] == nobody,
        || preview.body.to_string(),
    )?;
    // What cannot be seen gets in neither here nor there.
    let unseen = json!({"reason": "r", "scope": {"targets": ["user-77\u{200b}"]}});
    let refused = tenant.operator.post(&path, &unseen).await?;
    expect_problem(&refused, 400, "invalid-request")?;
    check(text(&refused.body["detail"]).contains("U+200B"), || refused.body.to_string())?;
    let odd = format!("/v1/messages/{}", stand::in_path("m2\u{feff}"));
    expect_problem(&tenant.sender.put(&odd, &body).await?, 400, "invalid-request")?;

    let answer = tenant.operator.post(&path, &json!({"reason": "r", "scope": scope})).await?;
    expect(&answer, 202)?;
    check(answer.body["unmatched_targets"] == nobody, || answer.body.to_string())?;
    let revocation = format!("{path}/{}", text(&answer.body["id"]));
    let settled = settled(&tenant, &revocation, 2).await?;
    check(settled["unmatched_targets"] == nobody, || settled.to_string())?;
    all_show(stand, "huawei", &devices, "Message revoked").await?;
    let told = outcomes(&tenant, &revocation).await?;
    let no_token = |(target, ..): &(String, String, String)| target == "user-77" || target.starts_with("device-");
    check(told.len() == 2 && told.iter().all(no_token), || format!("{told:?}"))
}

/// The message says that it is the other tenant's; AWS says who sent it, and that sender is not bound there.
pub async fn a_recording_from_the_queue_is_revoked_too_and_one_in_another_s_name_is_not_recorded(stand: &Stand) -> Outcome {
    let (tenant, other) = (
        stand.tenant("queued", "default").await?,
        stand.tenant("queued-other", "default").await?,
    );
    stand.bind_queue_sender("queued", "default").await?;
    let (push, others_push) = (task(&tenant, "t1").await?, task(&other, "t1").await?);
    let devices = tokens("huawei", "queued", 12);
    show(stand, &tenant, "huawei", &devices).await?;
    let revocation = revoke(&tenant, &push).await?;
    let sqs = aws_sdk_sqs::Client::new(&aws(stand).await);
    for app in ["queued-other", "queued"] {
        let recording = json!({"v": "1", "tenant": {"app": app, "workspace": "default"}, "kind": "task", "id": "t1",
                               "batch": batch("huawei", "b1", &devices)});
        let send = sqs.send_message().queue_url(stand.stack.get("RecordingsQueueUrl")?);
        send.message_body(recording.to_string()).send().await?;
    }
    settled(&tenant, &revocation, 12).await?;
    all_show(stand, "huawei", &devices, "Message revoked").await?;
    // It was sent first, so it was tried by now; the queue hides it for three minutes.
    let totals = other.viewer.get(&format!("{others_push}/totals")).await?;
    expect(&totals, 200)?;
    check(totals.body["deliveries"] == 0, || format!("{}", totals.body))
}
