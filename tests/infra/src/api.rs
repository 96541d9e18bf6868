//! Every route reaches a function that API Gateway may call and that may do what the method says.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::template::{Resource, Template, behind, referred};

const HTTP: &str = "Api";
const SOCKET: &str = "SocketApi";

pub(crate) fn routes<'t>(template: &'t Template, api: &str) -> Vec<Resource<'t>> {
    let all = template.of_type("AWS::ApiGatewayV2::Route");
    all.into_iter()
        .filter(|(_, route)| referred(&route["ApiId"]) == Some(api))
        .collect()
}

pub(crate) fn key(route: &Value) -> &str {
    route["RouteKey"].as_str().unwrap()
}

/// The integration a route leads to, by its name in the template.
fn integration_of(route: &Value) -> &str {
    let target = route["Target"]["Fn::Sub"].as_str().unwrap();
    let name = target.strip_prefix("integrations/${");
    name.and_then(|rest| rest.strip_suffix('}')).unwrap()
}

/// The function behind a route, by its name in the template.
fn function_of<'t>(template: &'t Template, route: &'t Value) -> &'t str {
    behind(template.resource(integration_of(route)))
}

/// Every route of the HTTP API, and the binary that is deployed for it.
pub(crate) fn http_routes(template: &Template) -> Vec<(String, String)> {
    let binary_of = |route| {
        let package = template.resource(function_of(template, route))["CodeUri"].as_str().unwrap();
        package
            .trim_start_matches("../target/lambda/")
            .trim_end_matches("/bootstrap.zip")
            .to_owned()
    };
    let routes = routes(template, HTTP).into_iter();
    routes.map(|(_, route)| (key(route).to_owned(), binary_of(route))).collect()
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
    for (api, _) in template.of_type("AWS::ApiGatewayV2::Api") {
        let behind_routes: BTreeSet<_> = routes(&template, api)
            .iter()
            .map(|(_, route)| function_of(&template, route))
            .collect();
        assert!(!behind_routes.is_empty(), "{api}");
        assert_eq!(callable(&template, "apigateway.amazonaws.com", api), behind_routes, "{api}");
    }
}

#[test]
fn a_route_leads_to_an_integration_of_its_own_api() {
    let template = Template::read();
    for (name, route) in template.of_type("AWS::ApiGatewayV2::Route") {
        let integration = template.resource(integration_of(route));
        assert_eq!(route["ApiId"], integration["ApiId"], "{name}");
        assert_eq!(integration["IntegrationType"], "AWS_PROXY", "{name}");
    }
}

/// `GET /` is a call like any other there: what it does is in its parameters.
#[test]
fn reading_routes_reach_the_function_that_can_only_read() {
    let template = Template::read();
    for (name, route) in routes(&template, HTTP).into_iter().filter(|(_, route)| !is_page(route)) {
        if key(route).ends_with(" /") {
            assert_eq!(function_of(&template, route), "MpaasFunction", "{name}");
            continue;
        }
        let reads = key(route).starts_with("GET ") || key(route) == "$default";
        let function = function_of(&template, route);
        assert_eq!(
            reads,
            ["LookupFunction", "GateFunction"].contains(&function),
            "{name}: {}",
            key(route)
        );
        assert_eq!(function == "GateFunction", key(route).ends_with("/gate"), "{name}: {}", key(route));
    }
}

#[test]
fn the_page_can_be_read_and_nothing_else_of_the_api_serves_it() {
    let template = Template::read();
    let routes = routes(&template, HTTP);
    for (name, route) in &routes {
        assert_eq!(is_page(route), function_of(&template, route) == "ConsoleFunction", "{name}");
    }
    let page: BTreeSet<_> = routes
        .iter()
        .filter(|(_, route)| is_page(route))
        .map(|(_, route)| key(route))
        .collect();
    let paths = ["/console", "/console/{file}"];
    let expected: BTreeSet<_> = ["GET", "HEAD"]
        .iter()
        .flat_map(|method| paths.map(|path| format!("{method} {path}")))
        .collect();
    assert_eq!(page, expected.iter().map(String::as_str).collect());
}

fn is_page(route: &Value) -> bool {
    key(route).contains(" /console")
}

#[test]
fn messages_and_tasks_have_the_same_routes() {
    let template = Template::read();
    let routes = routes(&template, HTTP);
    let keys: BTreeSet<_> = routes.iter().map(|(_, route)| key(route)).collect();
    assert_eq!(keys.len(), routes.len());
    for key in &keys {
        assert!(keys.contains(key.replace("/v1/tasks/", "/v1/messages/").as_str()), "{key}");
        assert!(keys.contains(key.replace("/v1/messages/", "/v1/tasks/").as_str()), "{key}");
    }
    assert!(keys.contains("$default"), "unknown paths have no problem document");
}

#[test]
fn connecting_leaving_and_every_frame_reach_one_function() {
    let template = Template::read();
    let api = template.resource(SOCKET);
    assert_eq!(api["ProtocolType"], "WEBSOCKET");
    assert_eq!(api["RouteSelectionExpression"], "$request.body.type");
    let routes = routes(&template, SOCKET);
    let keys: BTreeSet<_> = routes.iter().map(|(_, route)| key(route)).collect();
    assert_eq!(keys, BTreeSet::from(["$connect", "$default", "$disconnect"]));
    for (name, route) in routes {
        assert_eq!(function_of(&template, route), "SocketFunction", "{name}");
    }
}

#[test]
fn every_api_is_served_and_throttled_and_paths_have_no_stage() {
    let template = Template::read();
    let stages = template.of_type("AWS::ApiGatewayV2::Stage");
    for (api, limits_of) in [(HTTP, "Api"), (SOCKET, "Socket")] {
        let own: Vec<_> = stages.iter().filter(|(_, stage)| referred(&stage["ApiId"]) == Some(api)).collect();
        let [(_, stage)] = own.as_slice() else {
            panic!("{api} has {} stages", own.len());
        };
        assert_eq!(stage["AutoDeploy"], true, "{api}");
        let limits = &stage["DefaultRouteSettings"];
        for (limit, kind) in [("ThrottlingRateLimit", "RateLimit"), ("ThrottlingBurstLimit", "BurstLimit")] {
            let parameter = format!("{limits_of}{kind}");
            assert_eq!(referred(&limits[limit]), Some(parameter.as_str()), "{api}");
        }
        if api == HTTP {
            assert_eq!(stage["StageName"], "$default");
        }
    }
}

/// It is named as text: those behind the API cannot refer to its stage without a circle.
#[test]
fn who_sends_to_devices_names_the_stage_that_exists() {
    let template = Template::read();
    let stage = template.resource("SocketStage")["StageName"].as_str().unwrap();
    let mut found = 0;
    for text in template.texts() {
        // A permission is for whatever calls; all others name one stage.
        if let Some((_, rest)) = text.split_once("${SocketApi}")
            && rest != "/*"
        {
            let path = rest.strip_prefix(".execute-api.${AWS::Region}.${AWS::URLSuffix}").unwrap_or(rest);
            assert_eq!(path.split('/').nth(1), Some(stage), "{text}");
            found += 1;
        }
    }
    assert!(found > 0);
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
