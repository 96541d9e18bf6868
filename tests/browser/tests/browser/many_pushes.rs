//! A tenant with a long list.
//!
//! Written with the product's own `DynamoDB` adapter: through the local gateway it would take minutes.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Credentials;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use revocation_app::ports::PushStore as _;
use revocation_aws::DynamoPushStore;
use revocation_rules::ids::{PushKind, PushRef, Tenant as TenantId};
use revocation_rules::push::{Push, PushType, Registration};
use revocation_rules::shard::ShardCount;
use stand::{Stand, Tenant};

use crate::Failure;

/// The file of scenarios that looks at them.
pub const SCENARIOS: &str = "many-pushes";
pub const PUSHES: u32 = 5_000;
const AT_ONCE: usize = 16;

/// `Push 5000`, sent now, is the newest; each other one was sent a minute before the next.
pub async fn write(stand: &Stand, tenant: &Tenant) -> Result<(), Failure> {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(stand.aws.endpoint())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .load()
        .await;
    let store = DynamoPushStore::new(Client::new(&config), stand.stack.get("PushesTableName")?);
    let now = now();
    stream::iter(1..=PUSHES)
        .map(|nth| {
            let (store, push) = (&store, push(tenant, nth, now));
            async move { Ok::<_, Failure>(store.insert_push(&push?).await.map(|_| ())?) }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await
}

fn push(tenant: &Tenant, nth: u32, now: Timestamp) -> Result<Push, Failure> {
    let sent_at = now - SignedDuration::from_mins(i64::from(PUSHES - nth));
    let tenant = TenantId {
        app: tenant.app.parse()?,
        workspace: tenant.workspace.parse()?,
    };
    Ok(Push {
        shards: ShardCount::of(PushKind::Task),
        registration: Registration {
            push: PushRef {
                tenant,
                kind: PushKind::Task,
                id: format!("many-{nth:04}").parse()?,
            },
            push_type: PushType::Batch,
            title: format!("Push {nth}"),
            sent_at,
            send_until: None,
            notices: None,
        },
        registered_at: sent_at,
        closures: Vec::new(),
        version: 1,
    })
}

#[expect(clippy::disallowed_methods, reason = "tests live in real time")]
fn now() -> Timestamp {
    Timestamp::now()
}
