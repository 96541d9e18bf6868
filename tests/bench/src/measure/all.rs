//! All groups, one after the other, in one run.

use std::time::Instant;

use futures::FutureExt as _;
use futures::future::LocalBoxFuture;

use super::{apple, batch_vendors, cost, memory, requests, starts, walks, zips};
use crate::error::BenchError;
use crate::figure::Figure;
use crate::options::Options;
use crate::report;
use crate::scene::Scene;

type Measure = for<'a> fn(&'a Scene) -> LocalBoxFuture<'a, Result<Vec<Figure>, BenchError>>;

/// By their names, in the order of the table.
const GROUPS: [(&str, Measure); 8] = [
    ("starts", |scene| starts::starts(scene).boxed_local()),
    ("memory", |scene| memory::memory(scene).boxed_local()),
    ("requests", |scene| requests::requests(scene).boxed_local()),
    ("apple", |scene| apple::apple(scene).boxed_local()),
    ("vendors", |scene| batch_vendors::batch_vendors(scene).boxed_local()),
    ("walks", |scene| walks::walks(scene).boxed_local()),
    ("cost", |scene| cost::cost(scene).boxed_local()),
    ("zips", |scene| zips::zips(scene).boxed_local()),
];

pub async fn all(options: Options) -> Result<(), BenchError> {
    let began = Instant::now();
    let scene = Scene::set(options).await?;
    let mut figures = Vec::new();
    for (name, measure) in GROUPS {
        if !scene.options.wants(name) {
            continue;
        }
        eprintln!("{:>5.0} s  {name}", began.elapsed().as_secs_f64());
        let measured = measure(&scene)
            .await
            .map_err(|error| BenchError::new(format!("{name}: {error:?}")))?;
        figures.extend(measured);
        crate::swarm::shrink(&scene.fakes)?;
        scene.fakes.freeze(false)?;
    }
    eprintln!("{:>5.0} s  done", began.elapsed().as_secs_f64());
    report::write(&figures, &scene.options.out, scene.options.document.as_deref())
}
