//! The model makes the calls that the real adapters make: the same use cases on both, one call compared with the other.
//!
//! On one side `shared/aws` with the real SDK over an emulator, on the other the model's stores. Compared are the
//! operations, the partitions they touch, and the units of what is written.

#![expect(clippy::unwrap_used, reason = "in tests, helpers included, a failure is a panic")]

mod real;
mod scene;

use scale_model::sim::Sim;

use crate::real::Real;
use crate::scene::{Steps, play};

#[tokio::test]
async fn the_model_makes_the_calls_that_the_adapters_make() {
    let real = Real::new().await;
    let theirs = play(&real.store, &real.queue, &real.vendor, &|| real.take()).await;
    let ours = modelled();
    assert_eq!(theirs.len(), ours.len());
    for ((step, theirs), (_, ours)) in theirs.iter().zip(&ours) {
        assert!(!theirs.is_empty(), "{step}: nothing was asked");
        assert_eq!(ours, theirs, "{step}: on the left the model's");
    }
}

/// The same scene, in simulated time.
fn modelled() -> Steps {
    let (world, meter) = scene::model();
    let store = scale_model::store::Metered::new(&meter);
    let found = std::sync::Arc::new(std::sync::Mutex::new(None));
    let seen = std::sync::Arc::clone(&found);
    let of_world = std::sync::Arc::clone(&world);
    let sim: Sim = world.sim.clone();
    sim.spawn(async move {
        let vendor = revocation_testkit::FakeChannel::new(&scene::clock());
        let take = || scene::taken(&of_world);
        let steps = play(&store, &store, &vendor, &take).await;
        *seen.lock().unwrap() = Some(steps);
    });
    sim.run(u64::MAX, || found.lock().unwrap().is_some());
    found.lock().unwrap().take().unwrap()
}
