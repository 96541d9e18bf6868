//! `PyJWT` before what our own client signs, and what `PyJWT` signs before the simulated Push Kit.

use std::path::{Path, PathBuf};

use rcgen::{CertifiedKey, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use revocation_app::ports::ChannelClient;
use revocation_channels::settings;
use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use revocation_rules::retry::Answer;
use serde_json::{Value, json};

use crate::ours;
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

/// Our client, told that Push Kit is there.
fn our_client(key: &KeyPair, url: &str, ca_pem: String) -> Box<dyn ChannelClient> {
    let credentials = json!({
        "project_id": PROJECT, "client_id": APP, "key_id": KEY, "sub_account": ACCOUNT, "private_key": key.serialize_pem(),
    });
    let settings = settings(Channel::Harmony).iter();
    let there = settings.map(|setting| (setting.name, url.to_owned())).collect();
    ours::client(Channel::Harmony, &credentials, there, ca_pem)
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
        let answer = ours::revoke(&*client, strategy, &"device-0".parse().unwrap(), &Handle::NotifyId(123_456), None).await;
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
