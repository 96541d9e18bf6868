//! What all vendors share, where only some of them show it.

use revocation_rules::outcome::Outcome;

use crate::oppo::{LOGIN, oppo, revoke, taken, tokens};
use crate::support::{count, devices, ended, overwritten};

#[tokio::test]
async fn a_quota_that_ends_within_a_call_ends_the_order() {
    let server = oppo(|seen, _| {
        let told = taken(seen, |token| (token == "r999").then_some(33));
        let says_so = tokens(seen).iter().any(|token| token == "r999");
        if says_so { told } else { told.after_ms(300) }
    })
    .await;
    let answers = revoke(&server, &devices(6_000)).await;
    assert_eq!(server.seen().iter().filter(|seen| seen.path != LOGIN).count(), 4, "those in flight");
    assert_eq!(count(&answers, &ended(Outcome::Failed, "oppo:33")), 2_001);
    assert_eq!(count(&answers, &overwritten()), 3_999);
}
