//! Resident memory, at most, after a hundred requests or ten batches of 1,000.

use revocation_rules::channel::Channel;
use std::time::Duration;

use crate::error::BenchError;
use crate::events::messages;
use crate::figure::Figure;
use crate::function::Function;
use crate::scene::{Scene, revoke_event};

pub async fn memory(scene: &Scene) -> Result<Vec<Figure>, BenchError> {
    scene.recorded("memory", Channel::Huawei).await?;
    let huawei = scene.revoked("memory-huawei", Channel::Huawei).await?;
    let apple = scene.revoked("memory-apns", Channel::Apns).await?;
    scene.fakes.freeze(true)?;
    let event = revoke_event("memory");
    let revoke = scene.function("revoke").await?;
    for _ in 0..100 {
        revoke.invoke(&event, Duration::from_secs(30)).await?;
    }
    let mut figures = vec![most("revoke_memory_mb", &revoke, 20.0)?];
    revoke.stop().await?;
    for (name, channel, work, limit) in [
        ("dispatch_huawei_memory_mb", Channel::Huawei, huawei, 20.0),
        ("dispatch_apns_memory_mb", Channel::Apns, apple, 40.0),
    ] {
        let dispatcher = scene.dispatcher(channel).await?;
        // Ten messages are one event, and worked on at once.
        let event = messages([work.dispatch.as_str(); 10]);
        dispatcher.invoke(&event, Duration::from_mins(1)).await?;
        figures.push(most(name, &dispatcher, limit)?);
        dispatcher.stop().await?;
    }
    Ok(figures)
}

fn most(name: &str, function: &Function, limit: f64) -> Result<Figure, BenchError> {
    Ok(Figure::one(name, "MB", function.process.memory_mb()?.1).at_most(limit))
}
