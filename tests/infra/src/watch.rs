//! `make watch` routes as API Gateway does: the same paths and methods, to the same binaries.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::api::http_routes;
use crate::template::Template;

/// The router of the root `Cargo.toml`: by method and path, a binary. `*` is every method.
fn watched() -> BTreeMap<(String, String), String> {
    let answer = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    let workspace: Value = serde_json::from_slice(&answer.stdout).unwrap();
    let router = workspace["metadata"]["lambda"]["watch"]["router"].as_object().unwrap();
    let mut watched = BTreeMap::new();
    for (path, to) in router {
        let mut route = |method: &Value, function: &Value| {
            let key = (method.as_str().unwrap().to_owned(), path.clone());
            watched.insert(key, function.as_str().unwrap().to_owned());
        };
        match to {
            Value::Array(methods) => methods.iter().for_each(|to| route(&to["method"], &to["function"])),
            function => route(&"*".into(), function),
        }
    }
    watched
}

/// A route of the template as the router writes it.
fn as_watched(key: &str) -> (String, String) {
    let (method, path) = key.split_once(' ').unwrap_or(("*", "/{*unknown}"));
    (method.to_owned(), path.to_owned())
}

#[test]
fn every_route_is_watched_and_leads_to_the_binary_that_is_deployed_for_it() {
    let template = Template::read();
    let mut watched = watched();
    let mut asked = BTreeMap::new();
    for (key, binary) in http_routes(&template) {
        let (method, path) = as_watched(&key);
        // What takes every method of a path takes this one.
        let method = if watched.contains_key(&("*".to_owned(), path.clone())) {
            "*".to_owned()
        } else {
            method
        };
        asked.insert((method, path), binary);
    }
    assert!(asked.len() > 5);
    for (route, binary) in asked {
        assert_eq!(watched.remove(&route), Some(binary), "{route:?}");
    }
    assert!(watched.is_empty(), "the template has no such routes: {watched:?}");
}
