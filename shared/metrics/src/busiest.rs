//! Which tenant asks more than all others together? Answered with one name and one number, however many tenants there
//! are: each request of the busiest counts up, each of another counts down, and at nothing the next one takes its place.

use std::sync::{Mutex, PoisonError};

/// How far ahead a tenant can get: so many requests of others make it forgotten.
const FARTHEST: u32 = 100;

/// The vote of one process. A tenant with more than half of all requests has more than half of those of most processes.
#[derive(Debug, Default)]
pub struct Busiest(Mutex<Lead>);

#[derive(Debug, Default)]
struct Lead {
    tenant: String,
    ahead: u32,
}

impl Busiest {
    /// Counts a request of this tenant, and says whether it is the busiest.
    pub fn is(&self, tenant: &str) -> bool {
        // Right at every step: who panics while holding it leaves a vote like another.
        let mut lead = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lead.tenant == tenant {
            lead.ahead = (lead.ahead + 1).min(FARTHEST);
            return true;
        }
        if lead.ahead > 0 {
            lead.ahead -= 1;
            return false;
        }
        tenant.clone_into(&mut lead.tenant);
        lead.ahead = 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_more_than_all_others_together_is_nearly_always_named() {
        let busiest = Busiest::default();
        let of_flood = (0..3_000).filter(|nth| {
            let tenant = if nth % 3 == 0 {
                format!("t{}", nth % 70)
            } else {
                "flood".to_owned()
            };
            busiest.is(&tenant) && tenant == "flood"
        });
        // Of 2,000.
        assert!(of_flood.count() > 1_950);
    }

    #[test]
    fn among_many_alike_few_requests_are_of_the_busiest() {
        let busiest = Busiest::default();
        let named = (0..1_000).filter(|nth| busiest.is(&format!("t{}", nth % 10))).count();
        assert!(named <= 510, "{named}");
    }

    #[test]
    fn a_flood_that_is_over_is_forgotten() {
        let busiest = Busiest::default();
        for _ in 0..1_000_000 {
            busiest.is("flood");
        }
        for nth in 0..101 {
            busiest.is(&format!("t{nth}"));
        }
        assert!(busiest.0.lock().unwrap().tenant != "flood");
    }
}
