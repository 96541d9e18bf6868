//! So many units a second, and no more of them kept than one second's.

use crate::sim::{Micros, SECOND};

#[derive(Debug, Clone)]
pub struct Bucket {
    left: f64,
    at: Micros,
    /// The second that is being counted, what was used in it, and the most that was used in one.
    second: u64,
    used: f64,
    pub most: f64,
    /// Since when it has refused without a break.
    refuses_since: Option<Micros>,
    last_refusal: Micros,
    pub longest_refusal: Micros,
}

impl Bucket {
    pub fn full(rate: f64) -> Self {
        Self {
            left: rate,
            at: 0,
            second: 0,
            used: 0.0,
            most: 0.0,
            refuses_since: None,
            last_refusal: 0,
            longest_refusal: 0,
        }
    }

    /// Each second brings what the rate says, as a whole; what was taken beyond it is taken from the next.
    fn fill(&mut self, rate: f64, now: Micros) {
        let (before, second) = (self.at / SECOND, now / SECOND);
        #[expect(clippy::cast_precision_loss, reason = "seconds of a run fit in 53 bits")]
        let passed = (second - before) as f64;
        self.left = (self.left + rate * passed).min(rate);
        self.at = now;
    }

    /// Whoever comes while something is left is let in, whatever it needs: what it needs is known afterwards.
    pub fn has_room(&mut self, rate: f64, now: Micros) -> bool {
        self.fill(rate, now);
        self.left > 0.0
    }

    pub fn take(&mut self, units: f64, now: Micros) {
        self.left -= units;
        let second = now / SECOND;
        if second != self.second {
            self.second = second;
            self.used = 0.0;
        }
        self.used += units;
        self.most = self.most.max(self.used);
    }

    /// Was anybody let in or refused since then?
    pub const fn is_used_since(&self, then: Micros) -> bool {
        self.at >= then
    }

    /// Nobody was let in. Two refusals within two seconds are one.
    pub fn refused(&mut self, now: Micros) {
        let goes_on = now.saturating_sub(self.last_refusal) <= 2 * SECOND;
        let since = self.refuses_since.filter(|_| goes_on).unwrap_or(now);
        self.refuses_since = Some(since);
        self.last_refusal = now;
        self.longest_refusal = self.longest_refusal.max(now - since);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_rate_is_let_in_and_what_was_taken_beyond_it_is_waited_for() {
        let mut bucket = Bucket::full(10.0);
        let mut let_in = 0.0;
        for tenth in 0..100 {
            let now = tenth * SECOND / 10;
            while bucket.has_room(10.0, now) {
                bucket.take(4.0, now);
                let_in += 4.0;
            }
            bucket.refused(now);
        }
        assert!((100.0..=104.0).contains(&let_in), "{let_in}");
        assert!(bucket.longest_refusal > 9 * SECOND);
        assert!(bucket.most <= 12.0, "{}", bucket.most);
    }
}
