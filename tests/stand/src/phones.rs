//! Phones of the self-built channel: each with a token of its own, connected to the deployed service.

use std::time::Duration;

use device_client::{Fleet, Settings, Timing};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;

use crate::api::in_path;
use crate::error::StandError;
use crate::tenant::Tenant;

/// Tokens asked for at once.
const AT_ONCE: usize = 8;

impl Tenant {
    /// Asks for a token for each phone and starts it, online where `online` says so.
    pub async fn phones(&self, names: &[String], online: impl Fn(&str) -> bool) -> Result<Fleet, StandError> {
        let settings: Vec<(String, Settings)> = stream::iter(names)
            .map(|name| async move { Ok::<_, StandError>((name.clone(), self.phone(name).await?)) })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(Fleet::start(settings, online))
    }

    async fn phone(&self, name: &str) -> Result<Settings, StandError> {
        let answer = self.sender.put(&format!("/v1/devices/{}/token", in_path(name)), &json!({})).await?;
        match (answer.body["socket_url"].as_str(), answer.body["device_token"].as_str()) {
            (Some(url), Some(token)) => Ok(Settings {
                url: url.to_owned(),
                token: token.to_owned(),
                timing: patient(),
            }),
            _ => Err(StandError::Unexpected(format!("a device token was answered {}", answer.status))),
        }
    }
}

/// Many devices share this machine with everything else.
fn patient() -> Timing {
    Timing {
        answer: Duration::from_secs(60),
        say_again: Duration::from_secs(15),
        hold: Duration::from_mins(5),
        first_wait: Duration::from_millis(500),
        longest_wait: Duration::from_secs(5),
        ..Timing::default()
    }
}
