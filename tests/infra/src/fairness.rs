//! No tenant waits behind another one's work.

use std::collections::BTreeSet;

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
