//! What all vendors share, where only some of them show it.

use revocation_rules::channel::{Channel, Peer};
use revocation_rules::outcome::Outcome;

use crate::oppo::{LOGIN, oppo, revoke, taken, tokens};
use crate::server::{Do, Server};
use crate::support::{Case, Documents, ManualClock, client_of, count, devices, ended, misconfigured, overwritten};

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

/// Browsers come without: their tests say what of.
#[tokio::test]
async fn without_good_credentials_a_person_must_look_and_nobody_is_asked() {
    let vendors = Channel::dispatched().filter(|channel| channel.facts().peer == Peer::Vendor);
    for channel in vendors.filter(|channel| *channel != Channel::WebPush) {
        let server = Server::http1_and_2(10, |_, _| Do::answer(200, "{}")).await;
        for (document, reason) in [(None, "no_credentials"), (Some("{}".to_owned()), "bad_credentials")] {
            let client = client_of(channel, &server, &Documents::new([document]), &ManualClock::new());
            let expected = misconfigured(&format!("{channel}:{reason}"));
            assert_eq!(Case::of(channel, 2).revoke(&*client).await, vec![expected; 2]);
        }
        assert_eq!(server.connections(), 0, "{channel}");
    }
}
