//! No tenant waits behind another one's work.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::template::{Template, referred, variables};

/// Whatever somebody may send to, and whoever takes from it.
fn consumer_of<'t>(template: &'t Template, queue: &str) -> Vec<&'t str> {
    let sources = template.of_type("AWS::Lambda::EventSourceMapping").into_iter();
    let of_queue = sources.filter(|(_, source)| referred(&source["EventSourceArn"]) == Some(queue));
    of_queue.filter_map(|(_, source)| referred(&source["FunctionName"])).collect()
}

/// What would let one tenant hold up the others.
fn faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, queue) in template.of_type("AWS::SQS::Queue") {
        // Groups, which are tenants, would be worked on one message after the other, and 20,000 in flight at most.
        if !queue["FifoQueue"].is_null() || !queue["ContentBasedDeduplication"].is_null() {
            faults.push(format!("{name} is a FIFO queue"));
        }
    }
    let mut apart = BTreeSet::new();
    for (name, function) in template.functions() {
        let own = variables(function);
        if !own.contains_key("DISPATCH_QUEUE_URLS") {
            continue;
        }
        let Some(unsupported) = own.get("UNSUPPORTED_QUEUE_URL").and_then(referred) else {
            faults.push(format!("{name} has no queue for channels without a dispatcher"));
            continue;
        };
        apart.insert(unsupported);
        // The queues that others wait for.
        let of_dispatchers = template.dispatchers();
        let mut busy: BTreeSet<_> = of_dispatchers
            .iter()
            .filter_map(|(_, dispatcher)| referred(&variables(dispatcher)["DISPATCH_QUEUE_URL"]))
            .collect();
        busy.extend(["FanoutQueue", "ReceiptsQueue", "RecordingsQueue"]);
        if busy.contains(unsupported) {
            faults.push(format!("{name} sends what no dispatcher takes to {unsupported}"));
        }
        if !template.may(function, "sqs:SendMessageBatch", unsupported) {
            faults.push(format!("{name} may not send to {unsupported}"));
        }
    }
    if apart.len() != 1 {
        faults.push(format!("channels without a dispatcher have {} queues", apart.len()));
    }
    for queue in apart {
        match consumer_of(template, queue)[..] {
            [function] if consumer_of(template, "FanoutQueue") != [function] => {}
            _ => faults.push(format!("{queue} has no workers of its own")),
        }
    }
    faults
}

#[test]
fn what_no_dispatcher_takes_holds_up_nothing_else_and_every_queue_can_be_fair() {
    assert_eq!(faults(&Template::read()), Vec::<String>::new());
}

/// Where messages are sent to SQS, in the sources of what is deployed: the files, and whether each names the tenant.
fn senders(folder: &Path, found: &mut Vec<(PathBuf, bool)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            senders(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            if let Some(grouped) = sends_for_a_tenant(&text) {
                found.push((path, grouped));
            }
        }
    }
}

/// `None` for what sends nothing, else whether every message gets a group.
fn sends_for_a_tenant(source: &str) -> Option<bool> {
    let messages = [".send_message()", "SendMessageBatchRequestEntry::builder()"];
    let sent: usize = messages.iter().map(|call| source.matches(call).count()).sum();
    (sent > 0).then(|| source.matches(".message_group_id(").count() == sent)
}

/// That the group is the tenant is tested where messages are made (`shared/aws/tests/contract/sending.rs`).
#[test]
fn whatever_is_sent_to_a_queue_has_its_tenant_for_a_group() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in ["shared/aws/src", "shared/wiring/src", "shared/lambda/src", "functions"] {
        senders(&root.join(folder), &mut found);
    }
    assert_eq!(found.len(), 1, "a second place that sends: {found:?}");
    assert!(found[0].1, "{found:?}");
    assert_eq!(sends_for_a_tenant("SendMessageBatchRequestEntry::builder().id(place)"), Some(false));
    assert_eq!(sends_for_a_tenant("client.send_message().message_body(body).send()"), Some(false));
}

/// The template, changed.
fn changed(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut template = Template::read();
    change(&mut template.0["Resources"]);
    faults(&template)
}

#[test]
fn a_queue_that_is_not_fair_is_seen() {
    let fifo = |resources: &mut Value| resources["DispatchHuaweiQueue"]["Properties"]["FifoQueue"] = json!(true);
    assert_eq!(changed(fifo), ["DispatchHuaweiQueue is a FIFO queue"]);

    let fanout = json!({ "Ref": "FanoutQueue" });
    let fanout = move |resources: &mut Value| {
        resources["RecordFunction"]["Properties"]["Environment"]["Variables"]["UNSUPPORTED_QUEUE_URL"] = fanout;
    };
    let found = changed(fanout);
    assert_eq!(found[0], "RecordFunction sends what no dispatcher takes to FanoutQueue");

    let none = |resources: &mut Value| {
        let variables = &mut resources["FanoutFunction"]["Properties"]["Environment"]["Variables"];
        variables.as_object_mut().unwrap().remove("UNSUPPORTED_QUEUE_URL");
    };
    assert_eq!(changed(none), ["FanoutFunction has no queue for channels without a dispatcher"]);

    let shared = |resources: &mut Value| {
        resources["UnsupportedSource"]["Properties"]["FunctionName"] = json!({ "Ref": "FanoutFunction" });
    };
    assert_eq!(changed(shared), ["UnsupportedQueue has no workers of its own"]);

    let silent = |resources: &mut Value| {
        resources["RecordRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"] = json!([]);
    };
    assert_eq!(changed(silent), ["RecordFunction may not send to UnsupportedQueue"]);
}
