//! A walk over the shards of a push, page by page, several shards side by side.
//!
//! Only shards that are begun and not done have to be remembered batch by batch: however many shards there are, a
//! place in a walk is no longer than [`SIDE_BY_SIDE`] batch ids, and travels in a job or a cursor.

use serde::{Deserialize, Serialize};

use crate::ids::BatchId;

/// Most shards of one walk that are begun and not done.
pub const SIDE_BY_SIDE: usize = 8;

/// How a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// Everything that was written before.
    Consistent,
    /// At half the price: what was written in the last moments may be missing, or as it was before.
    Eventual,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub shard: u16,
    /// `None` at the beginning of the shard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<BatchId>,
}

/// How far a walk is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// The first shard that is not begun.
    next: u16,
    /// What is begun and not done, in the order of shards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open: Vec<Place>,
}

impl Walk {
    /// One that reads shard after shard, and has come to `place`.
    pub fn at(place: Place) -> Self {
        match place.after {
            None => Self {
                next: place.shard,
                open: Vec::new(),
            },
            Some(_) => Self {
                next: place.shard.saturating_add(1),
                open: vec![place],
            },
        }
    }

    /// The pages to read next, of so many shards at most and of [`SIDE_BY_SIDE`], earliest shard first. Empty when all
    /// is read.
    pub fn ahead(&self, shards: u16, at_once: usize) -> Vec<Place> {
        let fresh = (self.next..shards).map(|shard| Place { shard, after: None });
        self.open.iter().cloned().chain(fresh).take(at_once.min(SIDE_BY_SIDE)).collect()
    }

    pub fn is_over(&self, shards: u16) -> bool {
        self.open.is_empty() && self.next >= shards
    }

    /// The next page of a shard was read up to `next`, or to the end of the shard. What is read of a shard that comes
    /// before it and is not begun stays to be read.
    pub fn went(&mut self, shard: u16, next: Option<BatchId>) {
        while self.next <= shard {
            self.open.push(Place {
                shard: self.next,
                after: None,
            });
            self.next = self.next.saturating_add(1);
        }
        let Some(at) = self.open.iter().position(|place| place.shard == shard) else {
            return;
        };
        match next {
            Some(_) => self.open[at].after = next,
            None => {
                self.open.remove(at);
            }
        }
    }

    /// What is begun and not done, and the first shard that is not begun: what a cursor is made of.
    pub fn places(&self) -> (u16, &[Place]) {
        (self.next, &self.open)
    }

    /// `None` for what [`Walk::places`] never says of a push with so many shards.
    pub fn of_places(next: u16, open: Vec<Place>, shards: u16) -> Option<Self> {
        let in_order = open.is_sorted_by(|a, b| a.shard < b.shard) && open.last().is_none_or(|last| last.shard < next);
        (next <= shards && open.len() <= SIDE_BY_SIDE && in_order).then_some(Self { next, open })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn batch(nth: usize) -> BatchId {
        format!("b{nth:03}").parse().unwrap()
    }

    fn place(shard: u16, after: Option<usize>) -> Place {
        Place {
            shard,
            after: after.map(batch),
        }
    }

    #[test]
    fn shards_are_begun_in_order_and_so_many_at_once() {
        let mut walk = Walk::default();
        assert_eq!(walk.ahead(3, 2), [place(0, None), place(1, None)]);
        walk.went(0, Some(batch(7)));
        walk.went(1, None);
        assert_eq!(walk.ahead(3, 2), [place(0, Some(7)), place(2, None)]);
        walk.went(0, None);
        walk.went(2, None);
        assert!(walk.is_over(3) && walk.ahead(3, 2).is_empty());
    }

    #[test]
    fn a_page_that_was_not_read_of_an_earlier_shard_stays_to_be_read() {
        let mut walk = Walk::default();
        walk.went(2, Some(batch(1)));
        assert_eq!(walk.ahead(3, 8), [place(0, None), place(1, None), place(2, Some(1))]);
        // Of a shard that is done there is nothing more.
        walk.went(0, None);
        walk.went(0, Some(batch(9)));
        assert_eq!(walk.ahead(3, 8), [place(1, None), place(2, Some(1))]);
    }

    #[test]
    fn what_a_walk_never_says_is_no_place() {
        let open = vec![place(0, Some(1)), place(2, None)];
        assert!(Walk::of_places(3, open.clone(), 3).is_some());
        assert_eq!(Walk::of_places(2, open.clone(), 3), None, "a shard is open that is not begun");
        assert_eq!(Walk::of_places(4, open.clone(), 3), None, "there is no such shard");
        assert_eq!(Walk::of_places(3, open.into_iter().rev().collect(), 3), None);
        let many = (0..9).map(|shard| place(shard, None)).collect();
        assert_eq!(Walk::of_places(9, many, 16), None);
    }

    proptest! {
        /// Whatever the shards hold and however many pages are read at once, every batch is met once.
        #[test]
        fn everything_is_met_once(shards in prop::collection::vec(0_usize..9, 1..12), page in 1_usize..4, at_once in 1_usize..12) {
            let count = u16::try_from(shards.len()).unwrap();
            let mut walk = Walk::default();
            let mut met = Vec::new();
            while !walk.is_over(count) {
                for place in walk.ahead(count, at_once) {
                    let from = place.after.as_ref().map_or(0, |after| after.as_str()[1..].parse::<usize>().unwrap() + 1);
                    let all = shards[usize::from(place.shard)];
                    let to = (from + page).min(all);
                    met.extend((from..to).map(|nth| (place.shard, nth)));
                    walk.went(place.shard, (to < all).then(|| batch(to - 1)));
                }
                let text = serde_json::to_string(&walk).unwrap();
                let back: Walk = serde_json::from_str(&text).unwrap();
                let (next, open) = back.places();
                prop_assert!(open.len() <= SIDE_BY_SIDE);
                let placed = Walk::of_places(next, open.to_vec(), count);
                prop_assert_eq!(placed, Some(walk));
                walk = back;
            }
            met.sort_unstable();
            let all: Vec<_> = shards.iter().zip(0_u16..).flat_map(|(all, shard)| (0..*all).map(move |nth| (shard, nth))).collect();
            prop_assert_eq!(met, all);
        }
    }
}
