//! A call that one bad token spoils, asked again in two halves.
//!
//! Some answers say that one of many tokens is bad, and not which. Its two
//! halves find it in twenty calls out of a thousand tokens; nobody else pays.

/// Which part of a call's deliveries. Deliveries of the same part share a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Part(u32);

impl Part {
    pub const WHOLE: Self = Self(1);

    /// The part that each of so many deliveries goes to.
    pub fn split(self, deliveries: usize) -> impl Iterator<Item = Self> {
        let half = deliveries.div_ceil(2);
        (0..deliveries).map(move |at| Self(self.0.wrapping_mul(2).wrapping_add(u32::from(at >= half))))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn both_halves_of_every_part_are_parts_of_their_own() {
        let mut seen = HashSet::from([Part::WHOLE]);
        let mut parts = vec![(Part::WHOLE, 1_000)];
        while let Some((part, size)) = parts.pop() {
            let split: Vec<_> = part.split(size).collect();
            assert_eq!(split.len(), size);
            let halves = [split[0], split[size - 1]];
            for half in halves {
                assert!(seen.insert(half), "{half:?} twice");
                let size = split.iter().filter(|part| **part == half).count();
                if size > 1 {
                    parts.push((half, size));
                }
            }
        }
        assert_eq!(seen.len(), 2 * 1_000 - 1);
    }
}
