//! What is missing or wrong in an item is named, and what is newer is ignored.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use revocation_app::ports::{
    BatchRecorder as _, BatchWorkStore as _, Counters as _, PushOverview as _, PushStore as _, RevocationStore as _, StoreError,
};
use revocation_rules::batch::BatchHeader;
use revocation_rules::channel::Channel;
use revocation_rules::notice::Notices;
use revocation_rules::outcome::Counts;
use revocation_rules::progress::Earlier;

use super::support::*;

/// A stand with one of everything.
async fn full() -> (Stand, BatchHeader) {
    let stand = Stand::new().await;
    let mut push = a_push(&task("t1"));
    push.registration.notices = Some(Notices::default());
    push.registration.send_until = Some(later(60));
    stand.store.insert_push(&push).await.unwrap();
    let revocation = a_revocation(&push, "r");
    stand.store.insert_revocation(&push, &revocation).await.unwrap();
    let sent = deliveries(100);
    let header = a_header(&push, "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    // With everything that a progress may do without.
    let mut progress = claimed(&header);
    let id = &revocation.id;
    progress.suspected.insert(id.clone(), 1);
    progress.replays.insert(id.clone(), 1);
    progress.met.insert(id.clone(), "01".to_owned().try_into().unwrap());
    let earlier = Earlier {
        recorded_at: header.recorded_at,
        counts: Counts::default(),
    };
    progress.before.insert(id.clone(), earlier);
    stand.store.claim(&progress).await.unwrap();
    stand.store.add_late(&task("t1"), &revocation.id, Channel::Huawei, 5).await.unwrap();
    (stand, header)
}

/// Reads everything there is.
async fn read(stand: &Stand, header: &BatchHeader) -> Result<(), StoreError> {
    let id = revocation_id("r");
    stand.store.overview(&task("t1")).await?;
    stand.store.push(&task("t1")).await?;
    stand.store.revocation(&task("t1"), &id).await?;
    stand.store.counters(&task("t1"), &id).await?;
    stand.store.work(&header.batch, &id, None).await?;
    stand.store.unasked_work(&header.batch).await?;
    Ok(())
}

/// Keys of the table and of indexes, and what nobody decides by.
const NOT_READ: [&str; 7] = ["pk", "sk", "expires_at", "listed_pk", "listed_sk", "open_pk", "written_by"];
const OPTIONAL: &[&str] = &[
    "before",
    "pauses",
    "met",
    "replays",
    "suspected",
    "send_until_at",
    "due_at",
    "not_before_at",
    "huawei_late",
];

#[tokio::test]
async fn every_damaged_attribute_is_named() {
    let (stand, header) = full().await;
    read(&stand, &header).await.unwrap();
    let items = [
        ("push", "push"),
        ("revocation", "revocation#"),
        ("counters", "counters"),
        ("batch header", "batch#"),
        ("batch payload", "payload#"),
        ("batch progress", "outcome#"),
    ];
    let mut damaged = 0;
    for (what, sk) in items {
        let whole = stand.item(sk).await;
        for attribute in whole.keys().filter(|name| !NOT_READ.contains(&name.as_str())) {
            let here = (what, attribute.as_str());
            let optional = OPTIONAL.contains(&here.1) || [("push", "notice"), ("batch progress", "recorded_at")].contains(&here);
            let mut missing = whole.clone();
            missing.remove(attribute);
            let mut wrong = whole.clone();
            wrong.insert(attribute.clone(), AttributeValue::Bool(true));
            let mut nonsense = whole.clone();
            let value = match &whole[attribute] {
                AttributeValue::N(_) => AttributeValue::N("-1.5".to_owned()),
                AttributeValue::B(_) => AttributeValue::B(Blob::new(*b"\x02abc")),
                _ => AttributeValue::S(String::from("\u{7}")),
            };
            nonsense.insert(attribute.clone(), value);
            for (how, item) in [("missing", missing), ("wrong", wrong), ("nonsense", nonsense)] {
                let free_text = ["title", "reason", "digest"].contains(&attribute.as_str());
                // DynamoDB itself refuses another type for the key of an index.
                let refused = how == "wrong" && attribute == "due_at";
                if refused || (how == "missing" && optional) || (how == "nonsense" && free_text) {
                    continue;
                }
                stand.put(item).await;
                match read(&stand, &header).await {
                    Err(StoreError::Damaged { item, attribute: named }) => assert_eq!((item, named), (what, attribute.as_str()), "{how}"),
                    other => panic!("{what}, {attribute} {how}: {other:?}"),
                }
                damaged += 1;
            }
        }
        stand.put(whole).await;
    }
    read(&stand, &header).await.unwrap();
    assert!(damaged > 100, "{damaged}");
}

#[tokio::test]
async fn what_a_newer_version_added_is_ignored() {
    let (stand, header) = full().await;
    let before = stand.store.overview(&task("t1")).await.unwrap();
    for sk in ["push", "revocation#", "counters", "batch#", "payload#", "outcome#"] {
        let mut item = stand.item(sk).await;
        item.insert("newer".to_owned(), AttributeValue::Bool(true));
        stand.put(item).await;
    }
    let mut unknown = stand.item("push").await;
    unknown.insert("sk".to_owned(), AttributeValue::S("zz#newer".to_owned()));
    stand.put(unknown).await;
    assert_eq!(stand.store.overview(&task("t1")).await.unwrap(), before);
    read(&stand, &header).await.unwrap();
}

#[tokio::test]
async fn outcomes_that_do_not_fit_their_batch_are_damaged() {
    let (stand, header) = full().await;
    let mut other = header.clone();
    other.count = 99;
    let mut progress = claimed(&other);
    progress.version = 2;
    stand.store.claim(&progress).await.unwrap();
    let read = stand.store.unasked_work(&header.batch).await;
    assert!(
        matches!(
            read,
            Err(StoreError::Damaged {
                item: "batch progress",
                attribute: "count"
            })
        ),
        "{read:?}"
    );
}

#[tokio::test]
async fn outcomes_that_nobody_can_have_written_are_damaged() {
    let (stand, header) = full().await;
    // A code that no outcome has, in as many slots as the batch has.
    let slots = serde_json::json!({ "codes": vec![99; 100], "reason_of": vec![0; 100], "reasons": ["x"] });
    let mut bytes = vec![1];
    bytes.extend(zstd::bulk::compress(slots.to_string().as_bytes(), 1).unwrap());
    let mut item = stand.item("outcome#").await;
    item.insert("slots".to_owned(), AttributeValue::B(Blob::new(bytes)));
    stand.put(item).await;
    match read(&stand, &header).await {
        Err(StoreError::Damaged { item, attribute }) => assert_eq!((item, attribute), ("batch progress", "slots")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn no_error_shows_what_was_stored() {
    let (stand, header) = full().await;
    stand
        .faults
        .plan("GetItem", Fault::Says(200, r#"{"Item":{"title":{"S":"planted"#.to_owned()));
    stand
        .faults
        .plan("GetItem", Fault::Says(200, r#"{"Item":{"title":{"S":"planted"#.to_owned()));
    stand
        .faults
        .plan("GetItem", Fault::Says(200, r#"{"Item":{"title":{"S":"planted"#.to_owned()));
    let error = stand.store.push(&task("t1")).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("planted"), "{error:?}");
    let mut payload = stand.item("payload#").await;
    payload.insert("payload".to_owned(), AttributeValue::S("planted".to_owned()));
    stand.put(payload).await;
    let error = stand.store.unasked_work(&header.batch).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("planted"), "{error:?}");
}
