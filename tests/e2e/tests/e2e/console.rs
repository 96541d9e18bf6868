//! The operator's page, and what of the API is there for it.

use jiff::SignedDuration;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use stand::{Reply, Stand, Tenant};

use crate::Outcome;
use crate::fixture::{ago, check, expect, expect_problem, registered, tokens};

pub async fn the_page_is_served_and_may_load_nothing_from_elsewhere(stand: &Stand) -> Outcome {
    let anybody = stand.tenant("console", "page").await?.viewer.with_key("");
    let page = anybody.request(Method::GET, "/console").send().await?;
    check(page.status() == StatusCode::OK, || format!("the page is {}", page.status()))?;
    let policy = page.headers().get(header::CONTENT_SECURITY_POLICY).cloned();
    let policy = policy.as_ref().and_then(|policy| policy.to_str().ok()).unwrap_or_default();
    check(policy.contains("default-src 'none'") && !policy.contains("unsafe"), || {
        format!("the policy is {policy}")
    })?;
    check(page.headers().get(header::SET_COOKIE).is_none(), || {
        "the page sets a cookie".to_owned()
    })?;
    let page = page.text().await?;

    // Every file the page names, and every module those name, as a browser would ask for them.
    let mut wanted: Vec<String> = named(&page, "\"console/", '"');
    let mut seen = Vec::new();
    while let Some(name) = wanted.pop() {
        if seen.contains(&name) {
            continue;
        }
        let file = anybody.request(Method::GET, &format!("/console/{name}")).send().await?;
        check(file.status() == StatusCode::OK, || format!("{name} is {}", file.status()))?;
        let etag = file.headers().get(header::ETAG).cloned();
        let etag = etag.ok_or_else(|| format!("{name} has no ETag"))?;
        let again = anybody.request(Method::GET, &format!("/console/{name}"));
        let again = again.header(header::IF_NONE_MATCH, etag).send().await?;
        check(again.status() == StatusCode::NOT_MODIFIED, || {
            format!("{name}, known, is {}", again.status())
        })?;
        wanted.extend(named(&file.text().await?, "'./", '\''));
        seen.push(name);
    }
    check(seen.len() > 10, || format!("the page has {seen:?}"))?;
    let unknown = anybody.request(Method::GET, "/console/nothing.js").send().await?;
    check(unknown.status() == StatusCode::NOT_FOUND, || {
        format!("an unknown file is {}", unknown.status())
    })
}

/// What stands between `before` and `after` in a text, each time.
fn named(text: &str, before: &str, after: char) -> Vec<String> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.split(after).next())
        .map(str::to_owned)
        .collect()
}

pub async fn messages_are_found_by_their_target_and_tasks_are_not(stand: &Stand) -> Outcome {
    let tenant = stand.tenant("console", "targets").await?;
    let other = stand.tenant("console", "targets-of-others").await?;
    let target = "用户 #77/%";
    for (of, id, hours) in [(&tenant, "m1", 1), (&tenant, "m2", 40), (&other, "m3", 1)] {
        let sent_at = ago(SignedDuration::from_hours(hours)).to_string();
        let push = registered(of, "messages", id, &json!({"type": "simple", "title": id, "sent_at": sent_at})).await?;
        let deliveries: Vec<Value> = tokens("huawei", id, 2)
            .iter()
            .map(|token| json!({"token": token, "target": target}))
            .collect();
        let sent = json!({"batch_id": "b", "channel": "huawei", "notify_id": 1, "deliveries": deliveries});
        for _ in 0..2 {
            expect(&of.sender.post(&format!("{push}/deliveries"), &sent).await?, 200)?;
        }
    }
    let target = stand::in_path(target);
    let found = all_ids(&tenant, &format!("type=simple&limit=1&target={target}")).await?;
    check(found == ["m1", "m2"], || format!("the target finds {found:?}"))?;
    let filtered = all_ids(&tenant, &format!("type=simple&target={target}&name=M2&state=open")).await?;
    check(filtered == ["m2"], || format!("the target and the name find {filtered:?}"))?;
    for nothing in [format!("type=template&target={target}"), "type=simple&target=somebody".to_owned()] {
        let found = all_ids(&tenant, &nothing).await?;
        check(found.is_empty(), || format!("{nothing} finds {found:?}"))?;
    }
    let task = tenant.viewer.get(&format!("/v1/pushes?type=batch&target={target}")).await?;
    expect_problem(&task, 400, "invalid-request")
}

/// The ids of every page of a list.
async fn all_ids(tenant: &Tenant, query: &str) -> Result<Vec<String>, libtest_mimic::Failed> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    for _ in 0..50 {
        let page: Reply = tenant.viewer.get(&format!("/v1/pushes?{query}{cursor}")).await?;
        expect(&page, 200)?;
        let pushes = page.body["pushes"].as_array().into_iter().flatten();
        ids.extend(pushes.filter_map(|push| push["id"].as_str()).map(str::to_owned));
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(ids),
        }
    }
    Err("the list does not end".into())
}
