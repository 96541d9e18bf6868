//! What the template sets and what a binary reads are the same names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use revocation_channels::settings;
use revocation_rules::channel::Channel;
use serde_json::json;

use crate::template::{Template, variables};

/// What is as short as this and in capitals may be a method of HTTP instead.
const LONGEST_METHOD: &str = "DELETE";

/// Where adapters are made of settings.
const WIRING: &str = include_str!("../../../shared/wiring/src/wiring.rs");

/// The texts that look like the name of a setting.
fn names(text: &str) -> impl Iterator<Item = String> {
    let quoted = text.split('"').filter(|part| {
        part.len() > LONGEST_METHOD.len()
            && part.starts_with(|first: char| first.is_ascii_uppercase())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    });
    quoted.map(str::to_owned)
}

/// What a binary's own sources name, and what the adapters read that they ask for.
fn names_in_sources(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("a function without sources") {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(names_in_sources(&path));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        found.extend(names(&text));
        let (wiring, _) = WIRING.split_once("#[cfg(test)]").unwrap();
        for method in wiring.split("pub fn ").skip(1) {
            let (name, _) = method.split_once('(').unwrap();
            if text.contains(&format!("wiring.{name}(")) {
                found.extend(names(method));
            }
        }
    }
    found
}

#[test]
fn a_binary_reads_every_setting_that_it_gets_and_gets_every_setting_that_it_reads() {
    let template = Template::read();
    let everywhere: BTreeSet<_> = template.0["Globals"]["Function"]["Environment"]["Variables"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let mut given: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (_, function) in template.functions() {
        let binary = function["CodeUri"].as_str().unwrap().split('/').nth(3).unwrap();
        given.entry(binary).or_default().extend(variables(function).keys().cloned());
        assert!(
            variables(function).keys().all(|name| !everywhere.contains(name)),
            "{binary} says again what is said for all"
        );
    }
    for (binary, given) in given {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../functions")
            .join(binary)
            .join("src");
        let mut read = names_in_sources(&sources);
        if binary == "dispatch" {
            read.extend(Channel::ALL.into_iter().flat_map(settings).map(|setting| setting.name.to_owned()));
        }
        let read: BTreeSet<_> = read.difference(&everywhere).cloned().collect();
        let unread: Vec<_> = given.difference(&read).collect();
        let missing: Vec<_> = read.difference(&given).collect();
        assert!(unread.is_empty(), "{binary} does not read {unread:?}");
        assert!(missing.is_empty(), "{binary} does not get {missing:?}");
    }
}

const CHANNELS: &str = include_str!("../../../docs/channels.md");

/// `HuaweiAuthUrl` for `HUAWEI_AUTH_URL`.
fn parameter(name: &str) -> String {
    let part = |part: &str| part[..1].to_owned() + &part[1..].to_lowercase();
    name.split('_').map(part).collect()
}

#[test]
fn every_dispatcher_gets_the_settings_of_its_own_vendor_as_they_are_declared_and_described() {
    let template = Template::read();
    let all: BTreeSet<_> = Channel::ALL.into_iter().flat_map(settings).map(|setting| setting.name).collect();
    for (channel, function) in template.dispatchers() {
        let own = settings(Channel::parse(channel).unwrap());
        let given: Vec<_> = variables(function).keys().filter(|name| all.contains(name.as_str())).collect();
        assert_eq!(given.len(), own.len(), "{channel} gets {given:?}");
        for setting in own {
            let name = parameter(setting.name);
            assert_eq!(variables(function)[setting.name], json!({ "Ref": name }), "{channel}");
            let parameter = &template.0["Parameters"][&name];
            assert_eq!(parameter["Default"], setting.default, "{name}");
            assert_eq!(parameter["Description"].as_str().unwrap_or_default(), setting.description, "{name}");
            assert!(CHANNELS.contains(&format!("`{name}`")), "{name} is not in docs/channels.md");
        }
    }
}
