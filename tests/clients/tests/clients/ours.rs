//! Our own clients, for those who judge them.

use std::collections::BTreeMap;
use std::sync::Arc;

use revocation_app::ports::ChannelClient;
use revocation_channels::{Settings, connect};
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::DeviceToken;
use revocation_rules::retry::Answer;
use revocation_rules::web_push::Subscription;
use revocation_testkit::{Case, Documents, MemorySessions, WallClock};
use serde_json::Value;

/// The client of a tenant with these credentials, set so, and trusting this authority. The judges look at their own watches.
pub fn client(channel: Channel, credentials: &Value, set: BTreeMap<&'static str, String>, ca_pem: String) -> Box<dyn ChannelClient> {
    let there = Settings {
        set,
        extra_ca_pem: Some(ca_pem),
        ..Settings::default()
    };
    let credentials = Documents::new([Some(credentials.to_string())]);
    let sessions = Arc::new(MemorySessions::default());
    connect(channel, &there, credentials, sessions, Arc::new(WallClock)).unwrap()
}

/// Takes one delivery back.
pub async fn revoke(
    client: &dyn ChannelClient,
    strategy: Strategy,
    token: &DeviceToken,
    handle: &Handle,
    subscription: Option<&Subscription>,
) -> Answer {
    let case = Case::new([(token.as_str().to_owned(), Some(handle.clone()))]);
    let case = case.by(strategy).saying("Message revoked, in more words");
    case.subscribed([subscription.cloned()]).revoke(client).await.remove(0)
}
