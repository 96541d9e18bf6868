//! Apple's channel, beside the bare client that it is built on, Node's http2 and aioapns.

use std::path::Path;
use std::time::Duration;

use revocation_rules::channel::Channel;
use serde_json::json;

use crate::error::BenchError;
use crate::events::messages;
use crate::figure::Figure;
use crate::peer;
use crate::scene::{BATCH, Scene};

const ROUNDS: usize = 5;
/// As many as Apple's servers let one connection have.
const STREAMS: usize = 1_000;
/// How far away Apple is, for throughput.
const LATENCY_MS: u64 = 50;
const REQUESTS: usize = 20_000;

pub async fn apple(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    let work = scene.revoked("apple", Channel::Apns).await?;
    scene.fakes.freeze(true)?;
    let one = messages([work.dispatch.as_str()]);
    let ten = messages([work.dispatch.as_str(); 10]);
    let rounds = scene.options.runs(ROUNDS);
    let deliveries = f64::from(u32::try_from(BATCH)?);

    // The peers in turn with ours.
    let (mut own, mut bare) = (Vec::new(), Vec::new());
    let dispatcher = scene.dispatcher(Channel::Apns).await?;
    for _ in 0..rounds {
        own.extend(scene.dispatch_cpu_us(&dispatcher, &one, 1, 10).await?);
        let took = hyper(scene, 10 * BATCH, STREAMS / 2).await?;
        bare.push(took.cpu_seconds * 1e6 / 10.0);
    }
    let (own, bare) = (
        Figure::new("dispatch_apns_1000_cpu_us", "us", own),
        Figure::new("hyper_1000_cpu_us", "us", bare),
    );
    let ratio = own.value() / bare.value();
    let mut figures = vec![
        own.ratio(ratio),
        bare,
        Figure::one("dispatch_apns_to_hyper", "times", ratio).at_most(1.25),
    ];

    scene.fakes.tell(&json!({"vendor_wait_ms": [LATENCY_MS, LATENCY_MS]}))?;
    let (mut own, mut bare, mut node, mut python) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..scene.options.runs(3) {
        scene.fakes.devices_asked()?;
        let invoked = dispatcher.invoke(&ten, Duration::from_mins(1)).await?;
        scene.were_asked(10)?;
        own.push(10.0 * deliveries / invoked.took.as_secs_f64());
        bare.push(per_second(&hyper(scene, REQUESTS, STREAMS).await?, REQUESTS));
        node.push(per_second(&by_node(scene, REQUESTS).await?, REQUESTS));
        python.push(per_second(&by_python(scene, REQUESTS / 10).await?, REQUESTS / 10));
    }
    dispatcher.stop().await?;
    scene.fakes.tell(&json!({"vendor_wait_ms": [0, 0]}))?;
    let own = Figure::new("dispatch_apns_per_second", "/s at 50 ms", own).at_least(16_000.0);
    let bare = Figure::new("hyper_per_second", "/s at 50 ms", bare);
    let node = Figure::new("node_http2_per_second", "/s at 50 ms", node);
    let python = Figure::new("aioapns_per_second", "/s at 50 ms", python);
    let ratios = [own.value() / node.value(), own.value() / python.value()];
    figures.extend([
        own,
        bare,
        node.ratio(ratios[0]),
        python.ratio(ratios[1]),
        Figure::one("dispatch_apns_to_node", "times", ratios[0]).at_least(8.0),
        Figure::one("dispatch_apns_to_aioapns", "times", ratios[1]).at_least(30.0),
    ]);
    Ok(figures)
}

fn per_second(took: &peer::Took, requests: usize) -> f64 {
    u32::try_from(requests).map_or(0.0, f64::from) / took.seconds
}

async fn hyper(scene: &Scene, requests: usize, streams: usize) -> Result<peer::Took, BenchError> {
    let bench = std::env::current_exe()?;
    peer::run(&[&bench, Path::new("hyper")], &arguments(scene, requests, streams)).await
}

async fn by_node(scene: &Scene, requests: usize) -> Result<peer::Took, BenchError> {
    let program = scene.peers.folder.join("node/apns.mjs");
    peer::run(&[&scene.peers.node, &program], &arguments(scene, requests, STREAMS)).await
}

async fn by_python(scene: &Scene, requests: usize) -> Result<peer::Took, BenchError> {
    let program = scene.peers.folder.join("python/apns.py");
    let mut arguments = arguments(scene, requests, STREAMS);
    arguments.push(scene.fakes.apple_key_file.display().to_string());
    peer::run(&[&scene.peers.python, &program], &arguments).await
}

fn arguments(scene: &Scene, requests: usize, streams: usize) -> Vec<String> {
    vec![
        scene.fakes.apple.clone(),
        scene.fakes.ca_file.display().to_string(),
        requests.to_string(),
        streams.to_string(),
    ]
}
