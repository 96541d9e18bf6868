//! Functions end in time, and can use what their environment names.

use std::collections::BTreeSet;

use revocation_rules::channel::Channel;
use serde_json::json;

use crate::template::{Template, behind, placeholders, referred, variables};

/// Each function's folder is a binary, and `make package` builds them all.
#[test]
fn the_template_deploys_exactly_the_binaries_that_are_packaged() {
    let template = Template::read();
    let deployed: BTreeSet<_> = template
        .functions()
        .iter()
        .map(|(name, function)| {
            let path = function["CodeUri"].as_str().unwrap();
            let binary = path.strip_prefix("../target/lambda/");
            binary.and_then(|path| path.strip_suffix("/bootstrap.zip")).expect(name).to_owned()
        })
        .collect();
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../functions")).unwrap();
    let packaged = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    assert_eq!(deployed, packaged.collect());
}

/// API Gateway gives up after 30 seconds, on a frame after 29, and would answer for a function that is still writing.
#[test]
fn functions_behind_the_api_end_before_api_gateway_gives_up() {
    let template = Template::read();
    for (name, integration) in template.of_type("AWS::ApiGatewayV2::Integration") {
        let function = template.resource(behind(integration));
        assert!(template.timeout_of(function) < 29, "{name}");
        let api = template.resource(referred(&integration["ApiId"]).unwrap());
        let format = &integration["PayloadFormatVersion"];
        if api["ProtocolType"] == "HTTP" {
            assert_eq!(format, "2.0", "{name}");
        } else {
            // A WebSocket API has one format only.
            assert!(format.is_null(), "{name}");
        }
    }
}

#[test]
fn one_sweep_ends_before_the_next_begins() {
    let template = Template::read();
    let rule = template.resource("SweepSchedule");
    assert_eq!(rule["ScheduleExpression"], "rate(1 minute)");
    assert!(template.timeout_of(template.resource("SweepFunction")) < 60);
}

#[test]
fn a_function_may_use_every_table_and_queue_its_environment_names() {
    let template = Template::read();
    for (name, function) in template.functions() {
        for (variable, value) in variables(function) {
            let needs: &[&str] = match variable.as_str() {
                "PUSHES_TABLE" | "ACCESS_KEYS_TABLE" => &["dynamodb:GetItem"],
                "VENDOR_SESSIONS_TABLE" => &["dynamodb:GetItem", "dynamodb:PutItem"],
                "FANOUT_QUEUE_URL" | "DISPATCH_QUEUE_URL" | "DISPATCH_QUEUE_URLS" | "UNSUPPORTED_QUEUE_URL" | "RECEIPTS_QUEUE_URL" => {
                    &["sqs:SendMessage", "sqs:SendMessageBatch"]
                }
                _ => continue,
            };
            for resource in named(value) {
                for action in needs {
                    assert!(
                        template.may(function, action, &resource),
                        "{name} may not {action} on {resource}, which {variable} names"
                    );
                }
            }
        }
    }
}

#[test]
fn a_consumer_may_take_delay_and_delete_what_is_on_its_queue() {
    let template = Template::read();
    for (name, source) in template.of_type("AWS::Lambda::EventSourceMapping") {
        let function = template.resource(referred(&source["FunctionName"]).unwrap());
        let queue = referred(&source["EventSourceArn"]).unwrap();
        for action in ["Receive", "Delete"].map(|verb| format!("sqs:{verb}Message")) {
            assert!(template.may(function, &action, queue), "{name}: {action}");
        }
        for action in ["sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"] {
            assert!(template.may(function, action, queue), "{name}: {action}");
        }
    }
}

#[test]
fn every_channel_that_can_take_something_back_has_a_dispatcher() {
    let template = Template::read();
    let deployed: BTreeSet<_> = template.dispatchers().iter().map(|(channel, _)| *channel).collect();
    assert_eq!(deployed, Channel::dispatched().map(Channel::as_str).collect());
    assert_eq!(deployed.len(), template.dispatchers().len());
}

#[test]
fn every_channel_has_its_queue_wherever_jobs_are_queued() {
    let template = Template::read();
    let dispatchers: BTreeSet<_> = template
        .dispatchers()
        .iter()
        .map(|(channel, function)| {
            let queue = referred(&variables(function)["DISPATCH_QUEUE_URL"]).unwrap();
            format!("{channel}=${{{queue}}}")
        })
        .collect();
    for (name, function) in template.functions() {
        if let Some(urls) = variables(function).get("DISPATCH_QUEUE_URLS") {
            let urls = urls["Fn::Sub"].as_str().unwrap();
            let queues: BTreeSet<_> = urls.split(',').map(str::to_owned).collect();
            assert_eq!(queues, dispatchers, "{name}");
        }
    }
}

/// What is promised when a push is recorded or revoked is what the dispatcher does.
#[test]
fn every_channel_is_listed_with_the_strategy_of_its_dispatcher() {
    let template = Template::read();
    let dispatchers: BTreeSet<_> = template
        .dispatchers()
        .iter()
        .map(|(channel, function)| {
            let strategy = &variables(function)["STRATEGY"];
            if let Some(parameter) = referred(strategy) {
                return format!("{channel}=${{{parameter}}}");
            }
            let default = Channel::parse(channel).unwrap().facts().strategies[0];
            assert_eq!(strategy, default.as_str(), "{channel}");
            (*channel).to_owned()
        })
        .collect();
    let mut listed = 0;
    for (name, function) in template.functions() {
        if let Some(channels) = variables(function).get("CHANNELS") {
            let channels = channels["Fn::Sub"].as_str().unwrap();
            let channels: BTreeSet<_> = channels.split(',').map(str::to_owned).collect();
            assert_eq!(channels, dispatchers, "{name}");
            listed += 1;
        }
    }
    assert!(listed > 0);
}

#[test]
fn a_strategy_can_be_chosen_exactly_where_a_channel_has_several() {
    let template = Template::read();
    for (channel, function) in template.dispatchers() {
        let strategies = Channel::parse(channel).unwrap().facts().strategies;
        let names: Vec<_> = strategies.iter().map(|strategy| strategy.as_str()).collect();
        match referred(&variables(function)["STRATEGY"]) {
            Some(parameter) => {
                let parameter = &template.0["Parameters"][parameter];
                assert_eq!(parameter["AllowedValues"], json!(names), "{channel}");
                assert_eq!(parameter["Default"], names[0], "{channel}");
            }
            None => assert_eq!(names.len(), 1, "{channel}"),
        }
    }
}

#[test]
fn every_function_writes_to_a_log_that_expires() {
    let template = Template::read();
    for (name, function) in template.functions() {
        let log = template.resource(referred(&function["LoggingConfig"]["LogGroup"]).unwrap());
        assert_eq!(referred(&log["RetentionInDays"]), Some("LogRetentionDays"), "{name}");
        let group = log["LogGroupName"]["Fn::Sub"].as_str().unwrap();
        let function = function["FunctionName"]["Fn::Sub"].as_str().unwrap();
        assert_eq!(group, format!("/aws/lambda/{function}"));
    }
}

/// The resources a variable names, be it by one reference or by several in a text.
fn named(value: &serde_json::Value) -> Vec<String> {
    match referred(value) {
        Some(resource) => vec![resource.to_owned()],
        None => placeholders(value["Fn::Sub"].as_str().unwrap())
            .into_iter()
            .map(str::to_owned)
            .collect(),
    }
}
