//! What a page costs whoever walks a push, in CPU of the process: answers that are ready, and no network.
//!
//! `cargo test --release -p revocation-aws --test contract -- --ignored --nocapture page_costs`

use std::fs;
use std::hint::black_box;

use aws_sdk_dynamodb::types::AttributeValue;
use revocation_app::ports::{BatchHeaders as _, BatchRecorder as _, BatchWorkStore as _, ProgressList as _};
use revocation_rules::outcome::Outcome;
use revocation_rules::progress::BatchProgress;
use revocation_rules::walk::Reading;
use serde_json::{Map, Value, json};

use super::support::*;

/// Items of a page.
const PAGE: usize = 500;
/// Times each is read.
const ROUNDS: u32 = 40;

fn value_of(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": aws_smithy_types::base64::encode(bytes.as_ref()) }),
        other => panic!("we write no {other:?}"),
    }
}

/// A page of an item under as many batch ids, with some of its attributes.
fn page_of(item: &Item, prefix: &str, attributes: Option<&[&str]>) -> String {
    let items: Vec<Value> = (0..PAGE)
        .map(|nth| {
            let kept = item
                .iter()
                .filter(|(name, _)| attributes.is_none_or(|some| some.contains(&name.as_str())));
            let mut json: Map<String, Value> = kept.map(|(name, value)| (name.clone(), value_of(value))).collect();
            if json.contains_key("sk") {
                json.insert("sk".to_owned(), json!({ "S": format!("{prefix}huawei-{nth:05}") }));
            }
            Value::Object(json)
        })
        .collect();
    json!({ "Items": items, "Count": PAGE, "ScannedCount": PAGE }).to_string()
}

/// Of this thread, in microseconds.
fn cpu_us() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse::<u64>().unwrap() / 1_000
}

#[tokio::test]
#[ignore = "it measures, and says what it found"]
async fn page_costs() {
    let stand = Stand::new().await;
    let push = task("t1");
    let sent = deliveries(1_000);
    let header = a_header(&a_push(&push), "b1", &sent);
    stand.store.record(&header, &sent).await.unwrap();
    let id = revocation_id("r");
    let mut progress = BatchProgress::fresh(&header);
    for slot in 0..1_000 {
        // One in twenty, here and there.
        let outcome = if slot * 7 % 20 == 0 {
            Outcome::TargetGone
        } else {
            Outcome::Overwritten
        };
        progress.slots.end(slot, outcome, "huawei:80000000");
    }
    let all: Vec<usize> = (0..1_000).collect();
    let change = progress.book(&id, &all);
    stand.store.finish(&progress, &[(id.clone(), change)]).await.unwrap();
    let (header, progress) = (stand.item("batch#").await, stand.item("outcome#").await);
    let outline = ["v", "sk", "channel", "count", "sent_at", "recorded_at"];
    let count = ["v", "channel", "count", "without_handle", "sending", "sent_at"];
    let tally = [
        "v",
        "sk",
        "channel",
        "count",
        "version",
        "not_before_at",
        "recorded_at",
        "expires_at",
        "counted",
        "before",
        "finished",
        "replays",
        "met",
    ];
    let bodies = [
        ("header", page_of(&header, "batch#", None)),
        ("outline", page_of(&header, "batch#", Some(&outline))),
        ("count", page_of(&header, "batch#", Some(&count))),
        ("progress", page_of(&progress, "outcome#", None)),
        ("tally", page_of(&progress, "outcome#", Some(&tally))),
    ];
    for (what, body) in &bodies {
        let before = cpu_us();
        for _ in 0..ROUNDS {
            stand.faults.plan("Query", Fault::Says(200, body.clone()));
            let read = match *what {
                "header" => black_box(stand.store.headers(&push, 0, None).await.unwrap().items).len(),
                "outline" => black_box(stand.store.outlines(&push, 0, None, Reading::Eventual).await.unwrap().items).len(),
                "count" => black_box(stand.store.counts(&push, 0, None).await.unwrap().items).len(),
                "progress" => black_box(stand.store.progresses(&push, 0, None).await.unwrap().items).len(),
                _ => black_box(stand.store.tallies(&push, 0, None, &id, Reading::Eventual).await.unwrap().items).len(),
            };
            assert_eq!(read, PAGE);
        }
        let took = (cpu_us() - before) / u64::from(ROUNDS);
        println!("{what}_page_cpu_us {took} bytes {}", body.len());
    }
}
