//! Every route reaches a function that API Gateway may call and that may do what the method says.

use std::collections::BTreeSet;

use crate::template::{Template, referred};

/// The function behind a route, by its name in the template.
fn function_of<'t>(template: &'t Template, route: &'t serde_json::Value) -> &'t str {
    let target = route["Target"]["Fn::Sub"].as_str().unwrap();
    let integration = target
        .strip_prefix("integrations/${")
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap();
    referred(&template.resource(integration)["IntegrationUri"]).unwrap()
}

/// The functions that `principal` may call from `source`, a resource of the template.
fn callable<'t>(template: &'t Template, principal: &str, source: &str) -> BTreeSet<&'t str> {
    template
        .of_type("AWS::Lambda::Permission")
        .into_iter()
        .filter(|(_, permission)| {
            let arn = &permission["SourceArn"];
            let within = arn["Fn::Sub"]
                .as_str()
                .is_some_and(|arn| arn.ends_with(&format!(":${{{source}}}/*")));
            permission["Principal"] == principal
                && permission["Action"] == "lambda:InvokeFunction"
                && (within || referred(arn) == Some(source))
        })
        .map(|(_, permission)| referred(&permission["FunctionName"]).unwrap())
        .collect()
}

#[test]
fn api_gateway_may_call_the_function_of_every_route_and_no_other() {
    let template = Template::read();
    let behind_routes: BTreeSet<_> = template
        .of_type("AWS::ApiGatewayV2::Route")
        .iter()
        .map(|(_, route)| function_of(&template, route))
        .collect();
    assert_eq!(callable(&template, "apigateway.amazonaws.com", "Api"), behind_routes);
}

#[test]
fn reading_routes_reach_the_function_that_can_only_read() {
    let template = Template::read();
    for (name, route) in template.of_type("AWS::ApiGatewayV2::Route") {
        let key = route["RouteKey"].as_str().unwrap();
        let reads = key.starts_with("GET ") || key == "$default";
        let reader = function_of(&template, route) == "LookupFunction";
        assert_eq!(reads, reader, "{name}: {key}");
    }
}

#[test]
fn messages_and_tasks_have_the_same_routes() {
    let template = Template::read();
    let keys: BTreeSet<_> = template
        .of_type("AWS::ApiGatewayV2::Route")
        .iter()
        .map(|(_, route)| route["RouteKey"].as_str().unwrap())
        .collect();
    assert_eq!(keys.len(), template.of_type("AWS::ApiGatewayV2::Route").len());
    for key in &keys {
        assert!(keys.contains(key.replace("/v1/tasks/", "/v1/messages/").as_str()), "{key}");
        assert!(keys.contains(key.replace("/v1/messages/", "/v1/tasks/").as_str()), "{key}");
    }
    assert!(keys.contains("$default"), "unknown paths have no problem document");
}

#[test]
fn the_api_is_served_throttled_and_without_a_stage_in_its_paths() {
    let template = Template::read();
    for (name, stage) in template.of_type("AWS::ApiGatewayV2::Stage") {
        assert_eq!(stage["StageName"], "$default", "{name}");
        assert_eq!(stage["AutoDeploy"], true, "{name}");
        let limits = &stage["DefaultRouteSettings"];
        assert_eq!(referred(&limits["ThrottlingRateLimit"]), Some("ApiRateLimit"));
        assert_eq!(referred(&limits["ThrottlingBurstLimit"]), Some("ApiBurstLimit"));
    }
}

#[test]
fn the_schedule_may_call_its_function() {
    let template = Template::read();
    for (name, rule) in template.of_type("AWS::Events::Rule") {
        let function = referred(&rule["Targets"][0]["Arn"]).unwrap();
        let callable = callable(&template, "events.amazonaws.com", name);
        assert_eq!(callable, BTreeSet::from([function]));
    }
}
