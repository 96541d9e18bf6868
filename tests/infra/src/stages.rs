//! The stages of `make deploy` set what the template has, and production is the one that is kept.

use serde_json::Value;

use crate::template::Template;

const CONFIG: &str = include_str!("../../../infra/samconfig.toml");

/// The stages in their order, each with the parameters it sets.
fn stages(config: &str) -> Vec<(String, Vec<(String, String)>)> {
    let config: toml::Table = config.parse().unwrap();
    let mut stages = Vec::new();
    for (name, stage) in config.iter().filter(|(_, stage)| stage.is_table()) {
        let deploy = &stage["deploy"]["parameters"];
        let set = deploy["parameter_overrides"].as_array().unwrap().iter();
        let set = set.map(|one| {
            let (name, value) = one.as_str().unwrap().split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        stages.push((name.clone(), set.collect()));
    }
    stages
}

/// What a deployment would refuse, or nobody would notice.
fn faults(config: &str) -> Vec<String> {
    let template = Template::read();
    let mut faults = Vec::new();
    for (stage, set) in stages(config) {
        for (name, value) in set {
            let parameter = &template.0["Parameters"][&name];
            let allowed = match &parameter["AllowedValues"] {
                Value::Array(allowed) => allowed.iter().any(|one| text(one) == value),
                _ => parameter["Type"] != "Number" || value.parse::<u64>().is_ok(),
            };
            if parameter.is_null() {
                faults.push(format!("{stage}: there is no parameter {name}"));
            } else if !allowed {
                faults.push(format!("{stage}: {name} can not be {value}"));
            } else if text(&parameter["Default"]) == value {
                faults.push(format!("{stage}: {name} is {value} anyway"));
            }
        }
    }
    let kept = [("DeletionProtection", "enabled"), ("DispatchersReservedConcurrency", "maximum")];
    for (name, value) in kept {
        for (stage, set) in stages(config) {
            let has = set.contains(&(name.to_owned(), value.to_owned()));
            if has != (stage == "production") {
                faults.push(format!("{stage}: {name} is production's alone"));
            }
        }
    }
    faults
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn every_stage_sets_what_the_template_has_and_production_alone_is_protected() {
    let names: Vec<_> = stages(CONFIG).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["dev", "production", "staging"]);
    assert_eq!(faults(CONFIG), Vec::<String>::new());
}

#[test]
fn a_stage_that_is_wrong_is_seen() {
    for (from, to, fault) in [
        ("\"ReadRateLimit=20\"", "\"ReadLimit=20\"", "dev: there is no parameter ReadLimit"),
        ("\"ReadRateLimit=20\"", "\"ReadRateLimit=21\"", "dev: ReadRateLimit can not be 21"),
        ("\"ReadRateLimit=20\"", "\"ReadRateLimit=200\"", "dev: ReadRateLimit is 200 anyway"),
        (
            "    \"DeletionProtection=enabled\",\n",
            "",
            "production: DeletionProtection is production's alone",
        ),
    ] {
        let changed = CONFIG.replace(from, to);
        assert_ne!(changed, CONFIG, "{from}");
        assert_eq!(faults(&changed), [fault]);
    }
}

/// What the deployer may do is written down for a person to hand to whoever grants it.
#[test]
fn the_deployers_policy_is_json_with_every_service_of_the_template() {
    let text = include_str!("../../../infra/deployer-policy.json");
    let policy: Value = serde_json::from_str(text).unwrap();
    let mut granted = std::collections::BTreeSet::new();
    for statement in policy["Statement"].as_array().unwrap() {
        for action in crate::template::list(&statement["Action"]) {
            granted.insert(action.as_str().unwrap().split_once(':').unwrap().0.to_owned());
        }
    }
    let template = Template::read();
    for resource in template.section("Resources").values() {
        let kind = resource["Type"].as_str().unwrap();
        let service = match kind.split("::").nth(1).unwrap() {
            "ApiGatewayV2" => "apigateway",
            "Budgets" => "budgets",
            "CloudWatch" => "cloudwatch",
            "DynamoDB" => "dynamodb",
            "Events" => "events",
            "IAM" => "iam",
            "KMS" => "kms",
            "Lambda" | "Serverless" => "lambda",
            "Logs" => "logs",
            "SQS" => "sqs",
            other => panic!("{other}: who deploys may need a right for it"),
        };
        assert!(granted.contains(service), "the deployer may not make {kind}");
    }
    for service in ["cloudformation", "s3"] {
        assert!(granted.contains(service), "{service}");
    }
}
