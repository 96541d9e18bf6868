//! The real clients of the vendors, in front of fakes in a thread of their own.

use std::sync::Arc;
use std::sync::mpsc::channel;

use fast_fakes::{Serve, Served, serve};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use revocation_app::ports::{ChannelClient, Clock as _, CredentialStore, Credentials, StoreError};
use revocation_aws::{DynamoVendorSessions, SystemClock};
use revocation_channels::{Settings, connect};
use revocation_rules::channel::Channel;
use revocation_rules::ids::Tenant;
use revocation_testkit::ManualClock;
use serde_json::json;
use vendor_sim::Identity;

use crate::world::World;

pub struct Vendors {
    pub serve: Arc<Serve>,
    served: Served,
    ca_pem: String,
    apple_key_pem: String,
    google_key_pem: String,
    harmony_key_pem: String,
}

impl Vendors {
    pub fn start() -> Self {
        let authority = Identity::generate().unwrap();
        let ca_pem = authority.ca_pem.clone();
        let serve_what = Arc::new(Serve::default());
        let (sender, addresses) = channel();
        let what = Arc::clone(&serve_what);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                sender.send(serve(what, &authority).await.unwrap()).unwrap();
                std::future::pending::<()>().await;
            });
        });
        Self {
            serve: serve_what,
            served: addresses.recv().unwrap(),
            ca_pem,
            apple_key_pem: rcgen::KeyPair::generate().unwrap().serialize_pem(),
            google_key_pem: rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap().serialize_pem(),
            harmony_key_pem: rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)
                .unwrap()
                .serialize_pem(),
        }
    }

    /// The channel's client, as a dispatcher makes it. Its clock stands still: a client looks for others' pauses every
    /// half second, which a slow machine would count.
    pub fn client(&self, channel: Channel, world: &World) -> Box<dyn ChannelClient> {
        // Where one request is one device, they go over HTTP/2; logins never do.
        let speaks_http2 = |setting: &str| channel == Channel::Apns || setting == "FCM_URL";
        let address = |setting: &str| {
            if speaks_http2(setting) {
                self.served.apple
            } else {
                self.served.vendor
            }
        };
        let known = revocation_channels::settings(channel).iter();
        let addresses = known.filter(|setting| setting.default.starts_with("https://"));
        let settings = Settings {
            set: addresses
                .map(|setting| (setting.name, format!("https://{}", address(setting.name))))
                .collect(),
            extra_ca_pem: Some(self.ca_pem.clone()),
            ..Settings::default()
        };
        let sessions = DynamoVendorSessions::new(world.dynamodb.clone(), "vendor-sessions");
        let document = Document(self.document(channel));
        let clock = ManualClock::at(SystemClock.now());
        connect(channel, &settings, Arc::new(document), Arc::new(sessions), Arc::new(clock)).unwrap()
    }

    /// What a tenant would have in the channel's secret.
    fn document(&self, channel: Channel) -> String {
        let document = match channel {
            Channel::Huawei => json!({"app_id": "104", "client_secret": "s"}),
            Channel::Harmony => json!({
                "project_id": "388421841222199046", "client_id": "6917569", "key_id": "k", "sub_account": "110088",
                "private_key": self.harmony_key_pem, "category": "WORK",
            }),
            Channel::Xiaomi => json!({"package": "example.shop", "app_secret": "s"}),
            Channel::Oppo => json!({"app_key": "k", "master_secret": "s"}),
            Channel::Vivo => json!({"app_id": 104, "app_key": "k", "app_secret": "s"}),
            Channel::Honor => json!({"app_id": "104", "client_id": "c", "client_secret": "s"}),
            Channel::Meizu => json!({"app_id": "104", "app_secret": "s"}),
            Channel::Apns => json!({
                "team_id": "TEAM000001", "key_id": "K000000001", "bundle_id": "example.shop", "private_key_pem": self.apple_key_pem,
            }),
            Channel::Fcm => json!({
                "project_id": "demo-project", "private_key_id": "K000000001", "client_email": "push@demo-project.iam.gserviceaccount.com",
                "private_key": self.google_key_pem,
            }),
            Channel::WebPush => panic!("browsers say themselves where theirs is"),
            Channel::SelfBuilt | Channel::Sms => panic!("{channel} has no vendor"),
        };
        document.to_string()
    }
}

struct Document(String);

impl CredentialStore for Document {
    fn credentials<'a>(&'a self, _: &'a Tenant, _: Channel) -> BoxFuture<'a, Result<Option<Credentials>, StoreError>> {
        async { Ok(Some(Credentials(self.0.clone()))) }.boxed()
    }
}
