//! Every kind of item, as each version writes it, is read by this one: `tests/fixtures/items/<version>.json`.
//!
//! A file is only ever added to. Where this version comes to write an item in another way, a file of a new version takes
//! it, and the old ones stay. Whatever a file lacks, the test that misses it prints as the line to add.

mod json;
mod samples;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::types::AttributeValue;
use revocation_app::ports::StoreError;
use serde_json::Value;

use crate::items::Item;
use samples::kinds;

/// The version that writes as this code does.
const THIS: &str = "0.2";

/// The items of one version, by their kinds.
type Set = BTreeMap<String, Item>;

/// A kind of item.
struct Kind {
    name: &'static str,
    /// What errors call it; several kinds may be called the same.
    called: &'static str,
    /// As this version writes it; `None` for what only older ones wrote.
    write: Option<fn() -> Item>,
    /// What is read of it, in words. Some are read beside others.
    read: fn(&Item, &Set) -> Result<String, StoreError>,
}

fn shown<T: Debug>(read: Result<T, StoreError>) -> Result<String, StoreError> {
    read.map(|read| format!("{read:?}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/items")
}

/// What every version wrote.
fn versions() -> BTreeMap<String, Set> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    files
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let items: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
            let set = items.into_iter().map(|(kind, item)| (kind, json::read(&item))).collect();
            (file.file_stem().unwrap().to_string_lossy().into_owned(), set)
        })
        .collect()
}

fn this_version() -> Set {
    let written = |kind: &Kind| Some((kind.name.to_owned(), (kind.write?)()));
    kinds().filter_map(written).collect()
}

/// What is packed may be packed better.
fn is_packed(value: &AttributeValue) -> bool {
    matches!(value, AttributeValue::B(_))
}

#[test]
fn what_every_version_wrote_is_read() {
    let versions = versions();
    assert!(versions.len() > 1 && versions.contains_key(THIS), "{:?}", versions.keys());
    for (version, set) in &versions {
        for (name, item) in set {
            let kind = kinds().find(|kind| kind.name == name);
            let kind = kind.unwrap_or_else(|| panic!("nothing reads {name} of {version} any more"));
            (kind.read)(item, set).unwrap_or_else(|error| panic!("{name} of {version}: {error}"));
        }
    }
}

#[test]
fn this_version_writes_what_its_fixtures_say_and_reads_them_as_what_was_written() {
    let (fixtures, written) = (versions().remove(THIS).unwrap(), this_version());
    let missing = written.iter().filter(|(name, _)| !fixtures.contains_key(*name));
    let missing: String = missing.map(|(name, item)| json::line(name, item)).collect();
    assert!(missing.is_empty(), "{THIS} lacks:{missing}");
    for (name, item) in &written {
        let fixture = &fixtures[name];
        let names = |item: &Item| item.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(names(fixture), names(item), "{name} is written anew: {}", json::line(name, item));
        for (attribute, value) in item {
            let same = &fixture[attribute] == value || is_packed(value);
            assert!(same, "`{attribute}` of {name} is written anew: {}", json::line(name, item));
        }
        let kind = kinds().find(|kind| kind.name == name).unwrap();
        let read = |item, set| (kind.read)(item, set).unwrap();
        assert_eq!(read(fixture, &fixtures), read(item, &written), "{name}");
    }
}

/// Whatever there is a reader for is called by some name, and stands here under it.
#[test]
fn every_kind_of_item_has_a_fixture() {
    let mut called = BTreeSet::new();
    for source in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = std::fs::read_to_string(&source).unwrap();
        for call in text.split("Reader::new(").skip(1) {
            let what = call.split([',', ')']).next().unwrap().trim();
            let name = match what.strip_prefix('"') {
                Some(name) => name.trim_end_matches('"').to_owned(),
                None => constant(&text, what).unwrap_or_else(|| panic!("{}: what is {what}?", source.display())),
            };
            called.insert(name);
        }
    }
    let known: BTreeSet<String> = kinds().map(|kind| kind.called.to_owned()).collect();
    let unread = ["spent nonce", "count of early receipts"].map(str::to_owned);
    let missing: Vec<_> = called.difference(&known).collect();
    assert!(missing.is_empty(), "no fixture of {missing:?}: add a kind to `samples`");
    let strange: Vec<_> = known.difference(&called).filter(|name| !unread.contains(name)).collect();
    assert!(strange.is_empty(), "nothing reads {strange:?}");
}

fn constant(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("const {name}: &str = \""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}

/// All but these tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "kept") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("reader.rs") {
            found.push(path);
        }
    }
    found
}
