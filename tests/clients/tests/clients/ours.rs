//! Our own clients, for those who judge them.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use revocation_app::ports::{ChannelClient, Clock, CredentialStore, Credentials, Order, StoreError};
use revocation_channels::{Settings, connect};
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::{DeviceToken, PushKind, PushRef, Tenant};
use revocation_rules::notice::Notice;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;
use revocation_rules::web_push::Subscription;
use revocation_testkit::MemorySessions;
use revocation_testkit::builders::a_batch;
use serde_json::Value;

struct Document(String);

impl CredentialStore for Document {
    fn credentials<'a>(&'a self, _: &'a Tenant, _: Channel) -> BoxFuture<'a, Result<Option<Credentials>, StoreError>> {
        async { Ok(Some(Credentials(self.0.clone()))) }.boxed()
    }
}

/// The judges look at their own watches.
struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the judges' clock is the real one")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The client of a tenant with these credentials, set so, and trusting this authority.
pub fn client(channel: Channel, credentials: &Value, set: BTreeMap<&'static str, String>, ca_pem: String) -> Box<dyn ChannelClient> {
    let there = Settings {
        set,
        extra_ca_pem: Some(ca_pem),
        ..Settings::default()
    };
    let credentials = Arc::new(Document(credentials.to_string()));
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
    let push = PushRef {
        tenant: Tenant {
            app: "app".parse().unwrap(),
            workspace: "default".parse().unwrap(),
        },
        kind: PushKind::Task,
        id: "task-1".parse().unwrap(),
    };
    let notice = Notice {
        title: "Message revoked".to_owned(),
        text: "Message revoked, in more words".to_owned(),
    };
    let call = ToCall {
        slot: 0,
        token,
        handle: Some(handle),
        vendor_task: None,
        notice: &notice,
        subscription,
    };
    let order = Order {
        push: &push,
        revocation: &"rvk_1".parse().unwrap(),
        batch: &a_batch().build().0,
        requested_at: Timestamp::UNIX_EPOCH,
        strategy,
        calls: &[call],
        call_until: Timestamp::MAX,
    };
    client.revoke(&order).await.remove(0).1
}
