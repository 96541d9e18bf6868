//! What it means that a vendor does not know devices: they are gone, or a setting of ours is wrong.

use revocation_rules::progress::BatchProgress;
use revocation_rules::retry::Answer;
use revocation_rules::suspicion::{self, Evidence};
use revocation_rules::terms::Terms;

use crate::facts;
use crate::ports::Counters;

/// Makes ends of what the vendor does not know. Where the batch has too few
/// answers to tell, the rest of the revocation on this channel is looked at: a
/// heuristic, since counters are for people.
pub(crate) async fn judge_unknown(
    store: &impl Counters,
    progress: &BatchProgress,
    revocation: &Terms,
    answers: Vec<(usize, Answer)>,
) -> Vec<(usize, Answer)> {
    let elsewhere = if suspicion::needs_more(&progress.slots, &answers) {
        match store.counters(&revocation.push, &revocation.id).await {
            Ok(counters) => counters.get(&progress.channel).map_or_else(Evidence::default, |counters| {
                // Less what the batch itself has told them.
                let own = progress.counted.get(&revocation.id).cloned().unwrap_or_default();
                let own_suspected = progress.suspected.get(&revocation.id).copied().unwrap_or(0);
                Evidence::of_counts(&counters.outcomes, counters.suspected).without(Evidence::of_counts(&own, own_suspected))
            }),
            // The vendor's answers are worth more than this one read: they must not be lost for it.
            Err(error) => {
                tracing::warn!(revocation.id = %revocation.id, channel = %progress.channel, %error, "the counters could not be read");
                Evidence::doubt()
            }
        }
    } else {
        Evidence::default()
    };
    let (answers, suspicion) = suspicion::judge(&progress.slots, answers, elsewhere);
    if suspicion.deliveries > 0 {
        facts::suspected(suspicion.deliveries);
        tracing::warn!(
            event = "suspected_setting", revocation.id = %revocation.id, channel = %progress.channel, code = suspicion.codes.join(","), deliveries = suspicion.deliveries,
            "{} does not know nearly any of its devices: a setting may be wrong", progress.channel
        );
    }
    answers
}
