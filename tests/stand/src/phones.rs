//! Phones of the self-built channel: each with a token of its own, connected to the deployed service.

use std::time::Duration;

use device_client::{Fleet, Settings, Status, Timing, View};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::api::in_path;
use crate::error::StandError;
use crate::tenant::Tenant;

/// How many phones the local gateway can take to connect at the same time: it
/// starts a process for each invocation, and all share two cores.
pub const PHONES_AT_ONCE: usize = 8;
/// Acknowledgements that it can take in a second, with all else that goes on.
const ANSWERS_A_SECOND: u32 = 8;

impl Tenant {
    /// Asks for a token for each phone and starts it, online where `online` says so.
    pub async fn phones(&self, names: &[String], online: impl Fn(&str) -> bool) -> Result<Fleet, StandError> {
        let timing = patient(names.len());
        let settings: Vec<(String, Settings)> = stream::iter(names)
            .map(|name| async move { Ok::<_, StandError>((name.clone(), self.phone(name, timing).await?)) })
            .buffered(PHONES_AT_ONCE)
            .try_collect()
            .await?;
        let phones = Fleet::start(settings, |_| false);
        let off = |view: &View| view.status == Status::Offline;
        if !phones.until_all(Duration::from_secs(10), off).await.is_empty() {
            return Err(StandError::Unexpected("phones did not start".to_owned()));
        }
        phones.come_online(PHONES_AT_ONCE, online).await;
        Ok(phones)
    }

    /// Copies of one device, each online with its token: a phone and its backup, or somebody who has the token.
    pub async fn copies(&self, name: &str, copies: usize) -> Result<Fleet, StandError> {
        let settings = self.phone(name, patient(copies)).await?;
        let all = (0..copies).map(|nth| (format!("{name}-{nth}"), settings.clone()));
        Ok(Fleet::start(all, |_| true))
    }

    async fn phone(&self, name: &str, timing: Timing) -> Result<Settings, StandError> {
        let answer = self.sender.put(&format!("/v1/devices/{}/token", in_path(name)), &json!({})).await?;
        match (answer.body["socket_url"].as_str(), answer.body["device_token"].as_str()) {
            (Some(url), Some(token)) => Ok(Settings {
                url: url.to_owned(),
                token: token.to_owned(),
                timing,
            }),
            _ => Err(StandError::Unexpected(format!("a device token was answered {}", answer.status))),
        }
    }
}

/// Many devices share this machine with everything else.
fn patient(phones: usize) -> Timing {
    let at_once = u32::try_from(phones).unwrap_or(u32::MAX);
    Timing {
        answer: Duration::from_mins(1),
        // So many that are told at the same moment do not answer at the same moment.
        answer_within: Duration::from_secs(1) * at_once / ANSWERS_A_SECOND,
        say_again: Duration::from_secs(30),
        // The local gateway answers 403 to every handshake that fails, for whatever reason.
        refused_wait: Duration::from_secs(10),
        register_every: Duration::from_mins(8),
        hold: Duration::from_mins(5),
        first_wait: Duration::from_millis(500),
        longest_wait: Duration::from_secs(5),
    }
}
