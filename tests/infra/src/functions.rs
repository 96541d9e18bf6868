//! Functions end in time, and can use what their environment names.

use std::collections::BTreeSet;

use crate::template::{Template, referred, variables};

#[test]
fn the_template_deploys_exactly_the_binaries_that_are_packaged() {
    let template = Template::read();
    let deployed: BTreeSet<_> = template
        .functions()
        .iter()
        .map(|(name, function)| {
            let path = function["CodeUri"].as_str().unwrap();
            let binary = path.strip_prefix("../target/lambda/");
            binary.and_then(|path| path.strip_suffix("/bootstrap.zip")).expect(name)
        })
        .collect();
    assert_eq!(deployed, BTreeSet::from(local_stack::FUNCTIONS));
}

/// API Gateway gives up after 30 seconds and would answer for a function that is still writing.
#[test]
fn functions_behind_the_api_end_before_api_gateway_gives_up() {
    let template = Template::read();
    for (name, integration) in template.of_type("AWS::ApiGatewayV2::Integration") {
        let function = template.resource(referred(&integration["IntegrationUri"]).unwrap());
        assert!(template.timeout_of(function) < 30, "{name}");
        assert_eq!(integration["PayloadFormatVersion"], "2.0", "{name}");
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
                "PUSHES_TABLE" => &["dynamodb:GetItem", "dynamodb:Query"],
                "ACCESS_KEYS_TABLE" => &["dynamodb:GetItem"],
                "FANOUT_QUEUE_URL" | "DISPATCH_QUEUE_URL" | "DISPATCH_QUEUE_URLS" => &["sqs:SendMessage", "sqs:SendMessageBatch"],
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
fn every_channel_has_its_queue_wherever_jobs_are_queued() {
    let template = Template::read();
    let dispatchers: BTreeSet<_> = template
        .functions()
        .iter()
        .filter_map(|(_, function)| {
            let own = variables(function);
            let channel = own.get("CHANNEL")?.as_str()?;
            let queue = referred(&own["DISPATCH_QUEUE_URL"])?;
            Some(format!("{channel}=${{{queue}}}"))
        })
        .collect();
    assert!(!dispatchers.is_empty());
    for (name, function) in template.functions() {
        let own = variables(function);
        if let Some(urls) = own.get("DISPATCH_QUEUE_URLS") {
            let urls = urls["Fn::Sub"].as_str().unwrap();
            let queues: BTreeSet<_> = urls.split(',').map(str::to_owned).collect();
            assert_eq!(queues, dispatchers, "{name}");
        }
        if let Some(channels) = own.get("CHANNELS") {
            let listed: BTreeSet<_> = channels.as_str().unwrap().split(',').collect();
            let deployed = dispatchers.iter().map(|d| d.split('=').next().unwrap());
            assert_eq!(listed, deployed.collect(), "{name}");
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
    if let Some(resource) = referred(value) {
        return vec![resource.to_owned()];
    }
    let text = value["Fn::Sub"].as_str().unwrap();
    let names = text.split("${").skip(1);
    names.map(|rest| rest.split('}').next().unwrap().to_owned()).collect()
}
