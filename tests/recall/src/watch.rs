//! Watches a recall from outside: the gate, and the revocation's own progress.

use std::time::{Duration, Instant, UNIX_EPOCH};

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use stand::{StandError, Tenant};
use tokio::sync::oneshot;

use crate::prepare::ask;

/// Between two questions to the gate.
const GATE_EVERY: Duration = Duration::from_millis(5);
/// Between two looks at the progress: the local gateway takes few requests a second, and the functions need them.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a recall looked like to who asked for it. Times begin when the request to revoke was sent.
pub struct Revoked {
    /// Milliseconds since 1970.
    pub sent_at_ms: u64,
    /// The path of the revocation.
    pub path: String,
    pub accepted: Duration,
    /// Until the gate's first "revoked" had arrived.
    pub gate: Duration,
}

/// Asks to take the push back, while somebody else asks the gate without a pause, from before on.
pub async fn revoke(tenant: &Tenant, task: &str) -> Result<Revoked, StandError> {
    let gate = format!("{task}/gate");
    let (open, is_open) = oneshot::channel();
    let asking = async {
        let mut open = Some(open);
        loop {
            let (_, answer) = ask(&tenant.sender, Method::GET, &gate, None).await?;
            let at = Instant::now();
            match answer["gate"].as_str() {
                Some("revoked") => return Ok::<_, StandError>(at),
                Some("open") => {
                    if let Some(open) = open.take() {
                        // Nobody listens any more when revoking has failed.
                        let _ = open.send(());
                    }
                }
                _ => return Err(StandError::Unexpected(format!("the gate answered {answer}"))),
            }
            tokio::time::sleep(GATE_EVERY).await;
        }
    };
    let revoking = async {
        is_open
            .await
            .map_err(|_| StandError::Unexpected("the gate was never open".to_owned()))?;
        let (sent_at_ms, sent) = (now()?.as_millisecond(), Instant::now());
        let path = format!("{task}/revocations");
        let (status, answer) = ask(&tenant.operator, Method::POST, &path, Some(&json!({"reason": "wrong price"}))).await?;
        let accepted = sent.elapsed();
        match (status, answer["id"].as_str()) {
            (202, Some(id)) => Ok((sent_at_ms, sent, accepted, format!("{path}/{id}"))),
            _ => Err(StandError::Unexpected(format!("revoking was answered {status}: {answer}"))),
        }
    };
    let (closed_at, (sent_at_ms, sent, accepted, path)) = tokio::try_join!(asking, revoking)?;
    Ok(Revoked {
        sent_at_ms: u64::try_from(sent_at_ms).unwrap_or_default(),
        path,
        accepted,
        gate: closed_at.duration_since(sent),
    })
}

/// Looks until the revocation has settled with all `deliveries`. Returns its last state.
pub async fn settled(tenant: &Tenant, path: &str, deliveries: u64, patience: Duration, say: impl Fn(&str)) -> Result<Value, StandError> {
    let began = Instant::now();
    let mut said = u64::MAX;
    loop {
        let (_, now) = ask(&tenant.viewer, Method::GET, path, None).await?;
        let ended = now["progress"]["total"]["ended"].as_u64().unwrap_or_default();
        if now["state"] == "settled" && ended == deliveries {
            return Ok(now);
        }
        // Tenths, and not a line for each look.
        let tenth = ended * 10 / deliveries.max(1);
        if tenth != said {
            said = tenth;
            say(&format!("{:6.1} s: {ended} of {deliveries} ended", began.elapsed().as_secs_f64()));
        }
        if began.elapsed() > patience {
            return Err(StandError::Unexpected(format!("not settled after {} s: {now}", patience.as_secs())));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Seconds from when the request was sent until the service says that it had settled. NaN when it does not say so.
pub fn settled_s(settled: &Value, sent_at_ms: u64) -> f64 {
    let at = settled["settled_at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
    at.map_or(f64::NAN, |at| {
        let at_ms = u64::try_from(at.as_millisecond()).unwrap_or_default();
        Duration::from_millis(at_ms.saturating_sub(sent_at_ms)).as_secs_f64()
    })
}

/// The clock that the vendors' simulator has, too.
pub fn now() -> Result<Timestamp, StandError> {
    Timestamp::try_from(UNIX_EPOCH)
        .and_then(|epoch| epoch.checked_add(UNIX_EPOCH.elapsed().unwrap_or_default()))
        .map_err(|error| StandError::Unexpected(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_settled_when_the_service_says_so() {
        let settled = json!({"settled_at": "1970-01-01T00:00:12.5Z"});
        assert!((settled_s(&settled, 2_000) - 10.5).abs() < 1e-9);
        assert!(settled_s(&json!({}), 0).is_nan());
    }
}
