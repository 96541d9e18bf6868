//! Chance from a seed: the same seed gives the same run.

use std::sync::{Arc, Mutex};

use revocation_app::ports::Dice;
use revocation_rules::ids::RevocationId;

/// A small generator (splitmix64). Not for secrets.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, and not including, `end`. 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            return 0;
        }
        usize::try_from(self.number() % end as u64).unwrap()
    }

    /// True `chances` times in a thousand.
    pub fn in_thousand(&mut self, chances: usize) -> bool {
        self.below(1_000) < chances
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A number from 0 to 1, in steps of a thousandth.
    pub fn spread(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(1_001)).unwrap()) / 1_000.0
    }
}

/// The [`Dice`] of a seeded run.
#[derive(Debug, Clone)]
pub struct SeededDice(Arc<Mutex<Chance>>);

impl SeededDice {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Chance::new(seed))))
    }
}

impl Dice for SeededDice {
    fn spread(&self) -> f64 {
        self.0.lock().unwrap().spread()
    }

    fn revocation_id(&self) -> RevocationId {
        format!("rvk_{:016x}", self.0.lock().unwrap().number()).parse().unwrap()
    }
}
