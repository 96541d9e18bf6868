//! Vendors that take many devices in a call; and a job whose batch has ended already.

use revocation_rules::channel::Channel;
use std::time::Duration;

use crate::error::BenchError;
use crate::events::messages;
use crate::figure::Figure;
use crate::scene::{BATCH, Scene};

const ROUNDS: usize = 5;
const TIMES: u32 = 20;

pub async fn batch_vendors(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    let mut figures = Vec::new();
    let deliveries = f64::from(u32::try_from(BATCH)?);
    for channel in [Channel::Huawei, Channel::Xiaomi, Channel::Oppo, Channel::Vivo] {
        let work = scene.revoked(&format!("vendor-{channel}"), channel).await?;
        scene.fakes.freeze(true)?;
        let dispatcher = scene.dispatcher(channel).await?;
        let event = messages([work.dispatch.as_str()]);
        let cpu = scene
            .dispatch_cpu_us(&dispatcher, &event, scene.options.runs(ROUNDS), TIMES)
            .await?;
        dispatcher.stop().await?;
        let each = cpu.iter().map(|us| us / deliveries).collect();
        figures.push(Figure::new(format!("dispatch_{channel}_1000_cpu_us"), "us", cpu));
        figures.push(Figure::new(format!("dispatch_{channel}_cpu_us_per_delivery"), "us", each).at_most(1.0));
    }
    let ended = scene.ended("vendor-done").await?;
    scene.fakes.freeze(true)?;
    let dispatcher = scene.dispatcher(Channel::Huawei).await?;
    let event = messages([ended.dispatch.as_str()]);
    let cpu = dispatcher.cpu_us(&event, scene.options.runs(ROUNDS), TIMES * 5).await?;
    scene.fakes.counts()?;
    dispatcher.invoke(&event, Duration::from_mins(1)).await?;
    let counts = scene.fakes.counts()?;
    dispatcher.stop().await?;
    figures.push(Figure::new("dispatch_done_cpu_us", "us", cpu).at_most(300.0));
    figures.push(Figure::one("dispatch_done_read_units", "units", counts.read_units).at_most(3.0));
    figures.push(Figure::one(
        "dispatch_done_aws_calls",
        "calls",
        f64::from(u32::try_from(counts.all_calls())?),
    ));
    Ok(figures)
}
