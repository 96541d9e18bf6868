//! The runs: one push of so many deliveries, and so many revocations at once.

mod deliveries;
mod figures;
mod revocations;

pub use deliveries::{Push, one_push};
pub use figures::{Figures, Size};
pub use revocations::many_revocations;

use std::sync::Arc;

use revocation_rules::batch::{Delivery, Handle};
use revocation_rules::channel::{Channel, HandleKind};

use crate::functions::{MINUTE, sweep_once};
use crate::lambda::{Function, invoke};
use crate::world::World;

/// So many deliveries of a channel, with tokens as long as a vendor's.
///
/// # Panics
/// Never: digits are ids and tokens.
pub fn deliveries(channel: Channel, count: usize) -> Vec<Delivery> {
    let mut chance = revocation_testkit::Chance::new(7);
    let hexadecimal = |chance: &mut revocation_testkit::Chance| format!("{:016x}", chance.number());
    let one = |nth: usize| {
        let token = (0..4).map(|_| hexadecimal(&mut chance)).collect::<String>();
        // Cannot fail: digits are ids and tokens.
        #[expect(clippy::unwrap_used, reason = "digits are ids and tokens")]
        let mut delivery = Delivery::new(format!("user-{nth:09}").parse().unwrap(), token.parse().unwrap());
        delivery.handle = Some(match channel.facts().handle {
            HandleKind::NotifyId => Handle::NotifyId(730_021),
            HandleKind::CollapseId => Handle::CollapseId("autumn-sale-2026".to_owned()),
            HandleKind::Tag => Handle::Tag("autumn-sale-2026".to_owned()),
            HandleKind::NotifyKey => Handle::NotifyKey("sale2026".to_owned()),
        });
        delivery
    };
    (0..count).map(one).collect()
}

/// A sweep every minute, as `EventBridge` asks for it.
pub(crate) fn sweep_every_minute(world: &Arc<World>) {
    let world = Arc::clone(world);
    world.sim.clone().spawn(async move {
        loop {
            world.sim.sleep(MINUTE).await;
            let other = Arc::clone(&world);
            world.sim.spawn(async move {
                invoke(&other, Function::Sweep, async |meter, end| sweep_once(&meter, end).await).await;
            });
        }
    });
}
