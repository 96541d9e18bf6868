//! Nobody takes what others need: requests, workers, and what a table gives.

use serde_json::{Value, json};

use crate::api::{key, routes};
use crate::template::{Template, referred};

/// Whose limit a route must have, by its method and path; `None` for that which senders share.
fn limit_of(key: &str) -> Option<&'static str> {
    let (method, path) = key.split_once(' ')?;
    let revokes = ["/revocations", "/replays"].iter().any(|end| path.ends_with(end)) || path == "/v1/notice";
    let for_all = ["/v1/me", "/v1/openapi.json", "/console", "/console/{file}"].contains(&path) || path.ends_with("/gate");
    if path == "/" || (method != "GET" && revokes) {
        Some("Revoke")
    } else {
        (method == "GET" && !for_all).then_some("Read")
    }
}

/// What is wrong with the limits of single routes.
fn routes_without_their_limit(template: &Template) -> Vec<String> {
    let stage = template.resource("ApiStage");
    let first = &template.0["Resources"]["ApiStage"]["DependsOn"];
    let mut faults = Vec::new();
    for (name, route) in routes(template, "Api") {
        let settings = &stage["RouteSettings"][key(route)];
        let expected = limit_of(key(route)).map_or(Value::Null, |limit| {
            let limit = format!("{limit}RateLimit");
            let of = |what: &str| json!({ "Fn::FindInMap": ["Rates", { "Ref": limit }, what] });
            json!({ "ThrottlingRateLimit": of("ASecond"), "ThrottlingBurstLimit": of("AtOnce") })
        });
        if *settings != expected {
            faults.push(format!("{name} is not limited as it should be"));
        }
        // CloudFormation makes the stage first otherwise, and API Gateway knows no such route.
        if !settings.is_null() && !first.as_array().unwrap().contains(&json!(name)) {
            faults.push(format!("{name} is limited before it is there"));
        }
    }
    let known: Vec<_> = routes(template, "Api").into_iter().map(|(_, route)| key(route)).collect();
    for route in stage["RouteSettings"].as_object().unwrap().keys() {
        if !known.contains(&route.as_str()) {
            faults.push(format!("there is no {route}"));
        }
    }
    faults
}

#[test]
fn what_people_ask_for_is_limited_by_route_and_apart_from_what_senders_ask_for() {
    assert_eq!(routes_without_their_limit(&Template::read()), Vec::<String>::new());
    let settings = "/Resources/ApiStage/Properties/RouteSettings";
    for (change, fault) in [
        (
            (format!("{settings}/GET ~1v1~1pushes"), Value::Null),
            "PushesRoute is not limited as it should be",
        ),
        (
            (
                format!("{settings}/POST ~1v1~1tasks~1{{id}}~1revocations/ThrottlingRateLimit"),
                json!(1),
            ),
            "RevokeTaskRoute is not limited as it should be",
        ),
        (
            ("/Resources/ApiStage/DependsOn".to_owned(), json!(["NoticeRoute"])),
            "MessageRoute is limited before it is there",
        ),
        (
            ("/Resources/PushesRoute/Properties/RouteKey".to_owned(), json!("GET /v1/lists")),
            "there is no GET /v1/pushes",
        ),
    ] {
        let found = routes_without_their_limit(&Template::changed(&[(&change.0, change.1)]));
        assert!(found.iter().any(|found| found == fault), "{fault}: {found:?}");
    }
}

#[test]
fn a_rate_that_may_be_chosen_is_a_number_and_twice_as_many_may_come_at_once() {
    let template = Template::read();
    let rates = template.0["Mappings"]["Rates"].as_object().unwrap();
    for (name, rate) in rates {
        assert_eq!(rate["ASecond"].as_u64(), name.parse().ok(), "{name}");
        assert_eq!(rate["AtOnce"].as_u64(), rate["ASecond"].as_u64().map(|rate| 2 * rate), "{name}");
    }
    for parameter in ["ReadRateLimit", "RevokeRateLimit"] {
        let parameter = &template.0["Parameters"][parameter];
        let allowed = parameter["AllowedValues"].as_array().unwrap();
        assert_eq!(allowed.len(), rates.len());
        assert!(allowed.iter().all(|rate| rates.contains_key(&rate.to_string())));
        assert!(allowed.contains(&parameter["Default"]));
    }
}

/// Whether a function has workers of its own, if its parameter says so and not otherwise.
fn reservations_missing(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |name: &str, function: &Value, condition: &str, number: Value| {
        let reserved = json!({ "Fn::If": [condition, number, { "Ref": "AWS::NoValue" }] });
        if function["ReservedConcurrentExecutions"] != reserved {
            faults.push(format!("{name} keeps no workers"));
        }
    };
    for kept in ["Revoke", "Gate"] {
        let number = json!({ "Ref": format!("{kept}ReservedConcurrency") });
        let function = format!("{kept}Function");
        expect(&function, template.resource(&function), &format!("Reserves{kept}"), number);
    }
    for (channel, function) in template.dispatchers() {
        // The bound of its queue's workers: fewer would throttle them, more would be kept for nobody.
        let sources = template.of_type("AWS::Lambda::EventSourceMapping").into_iter();
        let mut own = sources.filter(|(_, source)| template.resource(referred(&source["FunctionName"]).unwrap()) == function);
        let (_, source) = own.next().unwrap();
        let most = source["ScalingConfig"]["MaximumConcurrency"].clone();
        expect(channel, function, "ReservesDispatchers", most);
    }
    for (condition, parameter, expected) in [
        ("ReservesRevoke", "RevokeReservedConcurrency", json!(0)),
        ("ReservesGate", "GateReservedConcurrency", json!(0)),
        ("ReservesDispatchers", "DispatchersReservedConcurrency", json!("none")),
    ] {
        // An account may have ten workers in all, and then none can be kept for anybody.
        if template.0["Parameters"][parameter]["Default"] != expected || template.0["Conditions"][condition].is_null() {
            faults.push(format!("{parameter} is not off by default"));
        }
    }
    faults
}

#[test]
fn revoking_the_gate_and_the_dispatchers_can_keep_workers_for_themselves() {
    assert_eq!(reservations_missing(&Template::read()), Vec::<String>::new());
    let reserved = |function: &str| format!("/Resources/{function}Function/Properties/ReservedConcurrentExecutions");
    for (place, value, fault) in [
        (reserved("Revoke"), Value::Null, "RevokeFunction keeps no workers"),
        (reserved("Gate"), json!(5), "GateFunction keeps no workers"),
        (
            reserved("DispatchHuawei") + "/Fn::If/1/Fn::FindInMap/1/Ref",
            json!("OppoMaximumConcurrency"),
            "huawei keeps no workers",
        ),
        (
            "/Parameters/GateReservedConcurrency/Default".to_owned(),
            json!(100),
            "GateReservedConcurrency is not off by default",
        ),
    ] {
        assert_eq!(reservations_missing(&Template::changed(&[(&place, value)])), [fault]);
    }
}

/// A request's path has ids in it, its query a vendor's key, and its address is a person's.
const LOGGED: [&str; 9] = [
    "requestId",
    "integration.requestId",
    "requestTimeEpoch",
    "routeKey",
    "status",
    "error.responseType",
    "responseLatency",
    "integrationLatency",
    "responseLength",
];

fn access_log_faults(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    let settings = &template.resource("ApiStage")["AccessLogSettings"];
    let Some(log) = referred(&settings["DestinationArn"]) else {
        return vec!["requests are not logged".to_owned()];
    };
    if referred(&template.resource(log)["RetentionInDays"]) != Some("LogRetentionDays") {
        faults.push("the log of requests is kept for ever".to_owned());
    }
    let format = settings["Format"].as_str().unwrap();
    let parsed: Value = serde_json::from_str(format).expect("each line is a JSON object");
    for value in parsed.as_object().unwrap().values() {
        let variable = value.as_str().unwrap().strip_prefix("$context.").unwrap();
        if !LOGGED.contains(&variable) {
            faults.push(format!("{variable} is logged"));
        }
    }
    faults
}

#[test]
fn requests_are_logged_by_route_without_path_query_header_or_address() {
    assert_eq!(access_log_faults(&Template::read()), Vec::<String>::new());
    let settings = "/Resources/ApiStage/Properties/AccessLogSettings";
    for variable in ["path", "identity.sourceIp", "authorizer.error", "requestOverride.querystring.key"] {
        let format = json!({ "x": format!("$context.{variable}") }).to_string();
        let found = access_log_faults(&Template::changed(&[(&format!("{settings}/Format"), json!(format))]));
        assert_eq!(found, [format!("{variable} is logged")]);
    }
    let none = access_log_faults(&Template::changed(&[(settings, Value::Null)]));
    assert_eq!(none, ["requests are not logged"]);
    let kept = access_log_faults(&Template::changed(&[("/Resources/ApiLog/Properties/RetentionInDays", Value::Null)]));
    assert_eq!(kept, ["the log of requests is kept for ever"]);
}

fn warm_faults(template: &Template) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let units = json!({
        "ReadUnitsPerSecond": { "Ref": "PushesWarmReadUnits" },
        "WriteUnitsPerSecond": { "Ref": "PushesWarmWriteUnits" },
    });
    let expected = json!({ "Fn::If": ["IsWarm", units, { "Ref": "AWS::NoValue" }] });
    if template.resource("PushesTable")["WarmThroughput"] != expected {
        faults.push("the table of pushes can not be warmed");
    }
    let asked = json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": "PushesWarmWriteUnits" }, 0] }] });
    if template.0["Parameters"]["PushesWarmWriteUnits"]["Default"] != 0 || template.0["Conditions"]["IsWarm"] != asked {
        faults.push("it is warmed unasked, which costs");
    }
    faults
}

#[test]
fn the_table_of_pushes_can_be_warmed_before_a_large_push_and_is_not_unasked() {
    assert_eq!(warm_faults(&Template::read()), Vec::<&str>::new());
    let cold = Template::changed(&[("/Resources/PushesTable/Properties/WarmThroughput", Value::Null)]);
    assert_eq!(warm_faults(&cold), ["the table of pushes can not be warmed"]);
    let costs = Template::changed(&[("/Parameters/PushesWarmWriteUnits/Default", json!(4_000))]);
    assert_eq!(warm_faults(&costs), ["it is warmed unasked, which costs"]);
}
