//! Switches functions from one version to the other, one after another.

use std::time::Duration;

use stand::StandError;

use crate::versions::{Version, Versions};

/// One step of a linear congruential generator; its upper bits are good enough to choose by.
const fn next(random: u64) -> u64 {
    random
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407)
}

/// In an order that the seed decides.
pub fn shuffled(functions: &[String], seed: u64) -> Vec<String> {
    let (mut left, mut random, mut order) = (functions.to_vec(), seed, Vec::new());
    while !left.is_empty() {
        random = next(random);
        let nth = usize::try_from(random >> 33).unwrap_or_default() % left.len();
        order.push(left.swap_remove(nth));
    }
    order
}

/// Switches all of them, with a pause after each.
pub async fn switch(versions: &Versions, order: &[String], to: Version, pause: Duration) -> Result<(), StandError> {
    for function in order {
        versions
            .switch(function, to)
            .map_err(|error| StandError::Unexpected(format!("{function} was not switched: {error}")))?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_the_order_and_nobody_is_left_out() {
        let functions: Vec<String> = (0..12).map(|n| format!("f{n}")).collect();
        let order = shuffled(&functions, 7);
        assert_eq!(order, shuffled(&functions, 7));
        assert_ne!(order, shuffled(&functions, 8));
        let mut sorted = order;
        sorted.sort_by_key(|name| name[1..].parse::<u32>().unwrap());
        assert_eq!(sorted, functions);
    }
}
