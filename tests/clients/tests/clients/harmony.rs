//! `PyJWT` before what our own client signs, and what `PyJWT` signs before the simulated Push Kit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use rcgen::{CertifiedKey, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use revocation_app::ports::{ChannelClient, Clock, CredentialStore, Credentials, Order, StoreError};
use revocation_channels::{Settings, connect, settings};
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::ids::{DeviceToken, PushKind, PushRef, Tenant};
use revocation_rules::notice::Notice;
use revocation_rules::plan::ToCall;
use revocation_rules::retry::Answer;
use revocation_testkit::MemorySessions;
use revocation_testkit::builders::a_batch;
use serde_json::{Value, json};

use crate::support::{Client, World};

const PROJECT: &str = "388421841222199046";
const APP: &str = "6917569";
const ACCOUNT: &str = "110088";
const KEY: &str = "a-key-id";

/// As long as those that Huawei gives.
fn a_key() -> KeyPair {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096).unwrap()
}

/// A certificate and its key in one file, as Python's servers want them, until dropped.
struct ServerFile(PathBuf);

impl Drop for ServerFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

struct Document(String);

impl CredentialStore for Document {
    fn credentials<'a>(&'a self, _: &'a Tenant, _: Channel) -> BoxFuture<'a, Result<Option<Credentials>, StoreError>> {
        async { Ok(Some(Credentials(self.0.clone()))) }.boxed()
    }
}

/// `PyJWT` looks at its own watch.
struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the judge's clock is the real one")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Our client, told that Push Kit is there.
fn our_client(key: &KeyPair, url: &str, ca_pem: String) -> Box<dyn ChannelClient> {
    let document = json!({
        "project_id": PROJECT, "client_id": APP, "key_id": KEY, "sub_account": ACCOUNT, "private_key": key.serialize_pem(),
    });
    let there = Settings {
        set: settings(Channel::Harmony)
            .iter()
            .map(|setting| (setting.name, url.to_owned()))
            .collect(),
        extra_ca_pem: Some(ca_pem),
        ..Settings::default()
    };
    let document = Arc::new(Document(document.to_string()));
    let sessions = Arc::new(MemorySessions::default());
    connect(Channel::Harmony, &there, document, sessions, Arc::new(WallClock)).unwrap()
}

async fn revoke(client: &dyn ChannelClient, strategy: Strategy) -> Answer {
    let push = PushRef {
        tenant: Tenant {
            app: "app".parse().unwrap(),
            workspace: "default".parse().unwrap(),
        },
        kind: PushKind::Task,
        id: "task-1".parse().unwrap(),
    };
    let token: DeviceToken = "device-0".parse().unwrap();
    let notice = Notice {
        title: "Message revoked".to_owned(),
        text: "Message revoked, in more words".to_owned(),
    };
    let call = ToCall {
        slot: 0,
        token: &token,
        handle: Some(&Handle::NotifyId(123_456)),
        vendor_task: None,
        notice: &notice,
        subscription: None,
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

#[tokio::test]
async fn pyjwt_takes_the_token_that_our_client_signs() {
    let key = a_key();
    let settings = json!({ "public_key": key.public_key_pem(), "issuer": ACCOUNT });
    let mut judge = Client::python("harmony.py", settings).await;
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = ServerFile(folder.join(format!("harmony-{}.pem", std::process::id())));
    std::fs::write(&file.0, cert.pem() + &signing_key.serialize_pem()).unwrap();
    let served = judge.ask(json!({ "do": "serve", "certificate": file.0 })).await;
    let url = format!("https://127.0.0.1:{}", served["port"]);

    let client = our_client(&key, &url, cert.pem());
    for strategy in [Strategy::Recall, Strategy::Overwrite] {
        let answer = revoke(&*client, strategy).await;
        assert!(matches!(answer, Answer::Ended { .. }), "{answer:?}");
    }

    let seen = judge.ask(json!({ "do": "seen" })).await["seen"].take();
    let [recall, overwrite] = seen.as_array().unwrap().as_slice() else {
        panic!("not two calls: {seen:#}");
    };
    for call in [recall, overwrite] {
        assert_eq!(call["error"], Value::Null, "{call:#}");
        assert_eq!(call["header"], json!({ "alg": "PS256", "typ": "JWT", "kid": KEY }));
        let claims = call["claims"].as_object().unwrap();
        // With the four that it was told to require there is no other.
        assert_eq!(claims.len(), 4, "{claims:?}");
        assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3_600);
        assert_eq!(call["push_type"], "0");
    }
    assert_eq!(recall["path"], format!("/v1/{APP}/messages:revoke"));
    assert_eq!(recall["body"], json!({ "notifyId": 123_456, "token": ["device-0"] }));
    assert_eq!(overwrite["path"], format!("/v3/{PROJECT}/messages:send"));
}

#[tokio::test]
async fn the_simulator_takes_what_pyjwt_signs_by_ps256_and_nothing_else() {
    let key = a_key();
    let world = World::start();
    world
        .order(
            "/apps",
            json!({ "vendor": "harmony", "project_id": PROJECT, "client_id": APP, "key_id": KEY, "sub_account": ACCOUNT, "public_key_pem": key.public_key_pem() }),
        )
        .await;
    world.devices("harmony", APP, &["device-0".to_owned()]).await;
    let original = json!({
        "vendor": "harmony", "tokens": ["device-0"], "key": "123456", "title": "Half price today", "body": "Half price today, in more words",
    });
    world.order("/deliver", original).await;
    let mut signer = Client::python("harmony.py", json!({})).await;
    let order = |algorithm: &str| {
        json!({
            "do": "send", "algorithm": algorithm, "issuer": ACCOUNT, "key_id": KEY, "private_key": key.serialize_pem(),
            "url": format!("{}/v1/{APP}/messages:revoke", world.sim.url("harmony")), "ca": world.ca_file,
            "body": { "notifyId": 123_456, "token": ["device-0"] },
        })
    };

    let refused = signer.ask(order("RS256")).await;
    assert_eq!(refused, json!({ "status": 401, "code": "80200001" }));
    let stats = world.stats("harmony").await;
    assert_eq!(stats["violations"], json!([{ "what": "revoke: the token: alg is not PS256" }]));

    let taken = signer.ask(order("PS256")).await;
    assert_eq!(taken, json!({ "status": 200, "code": "80000000" }));
    let after = world.device("harmony", "device-0").await;
    after.shows_nothing();
    after.took(1);
    assert_eq!(world.stats("harmony").await["violation_count"], 1);
}
