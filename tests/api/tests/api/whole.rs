//! Nothing is left out: every route and every problem stands in a snapshot.

use std::path::Path;

use revocation_http::problem::ProblemKind;
use revocation_http::route::deployed;

fn snapshots() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/snapshots");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn every_route_is_asked_and_answered_in_a_snapshot() {
    let all = snapshots();
    let missing: Vec<_> = deployed()
        .into_iter()
        .map(|route| route.key)
        .filter(|key| !all.contains(&format!("## {key}\n")))
        .collect();
    assert!(missing.is_empty(), "no snapshot has {missing:#?}");
}

#[test]
fn every_problem_is_answered_whole_in_a_snapshot() {
    let all = snapshots();
    let missing: Vec<_> = ProblemKind::ALL
        .iter()
        .map(|kind| kind.slug())
        .filter(|slug| !all.contains(&format!("\"code\": \"{slug}\",")))
        .collect();
    assert!(missing.is_empty(), "no snapshot has {missing:#?}");
}
