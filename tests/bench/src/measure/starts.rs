//! From the start of a process to the answer to its first event: ours, and peers that do the same work.

use std::path::Path;
use std::time::{Duration, Instant};

use revocation_rules::channel::Channel;
use serde_json::{Value, json};

use crate::error::BenchError;
use crate::figure::Figure;
use crate::function::Function;
use crate::quota::Quota;
use crate::scene::{Scene, revoke_event};

const RUNS: usize = 20;
const PEER_RUNS: usize = 7;
const QUOTA_RUNS: usize = 20;
/// As the template has it for `revoke`.
const MEMORY_MB: f64 = 256.0;

pub async fn starts(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    scene.recorded("start", Channel::Huawei).await?;
    scene.fakes.freeze(true)?;
    let event = revoke_event("start");
    let (revoke, lookup) = (scene.binary("revoke"), scene.binary("lookup"));
    let python = scene.peers.python_revoke();
    let ours: [&Path; 1] = [&revoke];
    let node = scene.peers.node_command();
    let python: [&Path; 2] = [&scene.peers.python, &python];

    // One after the other in turn, so that whatever disturbs the machine disturbs all.
    let (mut own, mut by_node, mut by_python) = (Vec::new(), Vec::new(), Vec::new());
    let (mut calls, mut peers_calls) = (Vec::new(), Vec::new());
    for run in 0..scene.options.runs(RUNS) {
        own.push(start(scene, &ours, &event, &mut calls).await?);
        if run < scene.options.runs(PEER_RUNS) {
            by_node.push(start(scene, &node, &event, &mut peers_calls).await?);
            by_python.push(start(scene, &python, &event, &mut peers_calls).await?);
        }
    }
    // A peer that asks more often than ours would be slower for that alone.
    if peers_calls.iter().any(|called| called > &calls[0]) {
        return Err(BenchError::new(format!(
            "the peers do more: AWS calls {peers_calls:?}, ours {calls:?}"
        )));
    }
    let gate = crate::events::request("GET", "/v1/tasks/start/gate", "channel=huawei", &Value::Null);
    let lookup: [&Path; 1] = [&lookup];
    let mut gates = Vec::new();
    for _ in 0..scene.options.runs(RUNS) {
        gates.push(start(scene, &lookup, &gate, &mut Vec::new()).await?);
    }
    let own = Figure::new("revoke_start_ms", "ms", own).at_most(6.0);
    let (by_node, by_python) = (
        Figure::new("node_revoke_start_ms", "ms", by_node),
        Figure::new("python_revoke_start_ms", "ms", by_python),
    );
    let ratios = [by_node.value() / own.value(), by_python.value() / own.value()];
    let mut figures = vec![
        own,
        by_node.ratio(ratios[0]),
        by_python.ratio(ratios[1]),
        Figure::one("node_revoke_start_ratio", "times", ratios[0]).at_least(22.0),
        Figure::one("python_revoke_start_ratio", "times", ratios[1]).at_least(40.0),
        Figure::new("gate_start_ms", "ms", gates),
        Figure::one("revoke_start_aws_calls", "calls", calls[0]),
    ];
    figures.extend(first_answers(scene, &ours, &node, &python, &event).await?);
    Ok(figures)
}

/// Milliseconds from start to answer, and how many calls of AWS that took.
async fn start(scene: &Scene, command: &[&Path], event: &Value, calls: &mut Vec<f64>) -> Result<f64, BenchError> {
    scene.fakes.counts()?;
    let (function, took) = Function::from_start(command, &scene.fakes, &[], event).await?;
    function.stop().await?;
    let called = u32::try_from(scene.fakes.counts()?.all_calls())?;
    calls.push(f64::from(called));
    Ok(took.as_secs_f64() * 1e3)
}

/// After init, which has a whole CPU: the first answer with the CPU of 256 MB, and AWS as far away as it is.
async fn first_answers(scene: &Scene, ours: &[&Path], node: &[&Path], python: &[&Path], event: &Value) -> Result<Vec<Figure>, BenchError> {
    scene.fakes.tell(&json!({"aws_wait_ms": [5, 10]}))?;
    let mut figures = Vec::new();
    for (name, command, runs) in [
        ("revoke_first_answer_256mb_ms", ours, QUOTA_RUNS),
        ("node_first_answer_256mb_ms", node, PEER_RUNS),
        ("python_first_answer_256mb_ms", python, PEER_RUNS),
    ] {
        let mut all = Vec::new();
        for _ in 0..scene.options.runs(runs) {
            let function = Function::up(command, &scene.fakes, &[]).await?;
            // What it does after it has asked for an event, such as opening connections, belongs to init no longer.
            let quota = Quota::of(function.process, MEMORY_MB);
            let began = Instant::now();
            function.invoke(event, Duration::from_secs(30)).await?;
            all.push(began.elapsed().as_secs_f64() * 1e3);
            drop(quota);
            function.stop().await?;
        }
        figures.push(Figure::new(name, "ms", all));
    }
    scene.fakes.tell(&json!({"aws_wait_ms": [0, 0]}))?;
    let own = figures[0].value();
    let target = figures.remove(0).at_most(30.0);
    let mut figures: Vec<Figure> = figures
        .into_iter()
        .map(|figure| {
            let ratio = figure.value() / own;
            figure.ratio(ratio)
        })
        .collect();
    figures.insert(0, target);
    Ok(figures)
}
