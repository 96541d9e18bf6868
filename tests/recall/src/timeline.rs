//! When which part of the deliveries had their vendor's answer.

/// How many deliveries were answered at which time, oldest first. As small as the milliseconds in which something was
/// answered, however many deliveries there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline(Vec<(u64, u64)>);

impl Timeline {
    /// From times and counts in any order, those of several channels behind each other.
    pub fn new(mut answers: Vec<(u64, u64)>) -> Self {
        answers.retain(|(_, count)| *count > 0);
        answers.sort_unstable_by_key(|(at, _)| *at);
        Self(answers)
    }

    /// All answers; more than there are deliveries when some were asked for again.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    pub fn first(&self) -> Option<u64> {
        self.0.first().map(|(at, _)| *at)
    }

    /// When `percent` of `deliveries` were answered: the smallest time by which at least so many were, in the unit of
    /// the times. `None` when they never were.
    pub fn when(&self, percent: u64, deliveries: u64) -> Option<u64> {
        let wanted = (deliveries * percent).div_ceil(100).max(1);
        let mut answered = 0;
        self.0.iter().find_map(|(at, count)| {
            answered += count;
            (answered >= wanted).then_some(*at)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_answered_when_its_last_delivery_is() {
        let timeline = Timeline::new(vec![(30, 49), (10, 50), (40, 1), (20, 0)]);
        assert_eq!(timeline.first(), Some(10));
        assert_eq!(timeline.when(50, 100), Some(10));
        assert_eq!(timeline.when(51, 100), Some(30));
        assert_eq!(timeline.when(99, 100), Some(30));
        assert_eq!(timeline.when(100, 100), Some(40));
    }

    #[test]
    fn what_was_not_answered_has_no_time() {
        let timeline = Timeline::new(vec![(10, 99)]);
        assert_eq!(timeline.when(99, 100), Some(10));
        assert_eq!(timeline.when(100, 100), None);
        assert_eq!(Timeline::default().when(50, 1), None);
        assert_eq!(Timeline::default().first(), None);
    }

    #[test]
    fn a_part_is_rounded_up() {
        let timeline = Timeline::new(vec![(1, 1), (2, 1), (3, 1)]);
        assert_eq!(timeline.when(50, 3), Some(2));
        assert_eq!(timeline.when(95, 3), Some(3));
        assert_eq!(timeline.total(), 3);
    }
}
