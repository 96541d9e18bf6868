//! The vendors that have sessions: one entry each.

use revocation_rules::batch::Handle;
use revocation_rules::channel::{Channel, Strategy};
use serde_json::{Value, json};

pub enum Login {
    /// With credentials that the vendor refuses.
    With { wrong: Value },
    /// None: we sign the sessions ourselves.
    None,
}

pub struct Vendor {
    pub channel: Channel,
    pub strategy: Strategy,
    /// How the simulator is told of the app, and what it calls it.
    pub app: Value,
    pub app_name: &'static str,
    /// The tenant's document.
    pub credentials: Value,
    pub login: Login,
    pub handle: Handle,
}

pub fn vendors() -> Vec<Vendor> {
    let apple = rcgen::KeyPair::generate().unwrap();
    let google = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let account = |key_id: &str| {
        json!({
            "project_id": "demo", "client_email": "push@demo.iam.gserviceaccount.com", "private_key_id": key_id,
            "private_key": google.serialize_pem(),
        })
    };
    // As long as Huawei's own are.
    let harmony = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_4096).unwrap();
    vec![
        Vendor {
            channel: Channel::Huawei,
            strategy: Strategy::Overwrite,
            app: json!({"vendor": "huawei", "app_id": "104", "client_secret": "s"}),
            app_name: "104",
            credentials: json!({"app_id": "104", "client_secret": "s"}),
            login: Login::With {
                wrong: json!({"app_id": "104", "client_secret": "wrong"}),
            },
            handle: Handle::NotifyId(7),
        },
        Vendor {
            channel: Channel::Harmony,
            strategy: Strategy::Overwrite,
            app: json!({"vendor": "harmony", "project_id": "388421841222199046", "client_id": "6917569", "key_id": "k", "sub_account": "110088", "public_key_pem": harmony.public_key_pem()}),
            app_name: "6917569",
            credentials: json!({"project_id": "388421841222199046", "client_id": "6917569", "key_id": "k", "sub_account": "110088", "private_key": harmony.serialize_pem()}),
            login: Login::None,
            handle: Handle::NotifyId(7),
        },
        Vendor {
            channel: Channel::Oppo,
            strategy: Strategy::Overwrite,
            app: json!({"vendor": "oppo", "app_key": "k", "master_secret": "s"}),
            app_name: "k",
            credentials: json!({"app_key": "k", "master_secret": "s"}),
            login: Login::With {
                wrong: json!({"app_key": "k", "master_secret": "wrong"}),
            },
            handle: Handle::NotifyId(7),
        },
        Vendor {
            channel: Channel::Vivo,
            strategy: Strategy::Overwrite,
            app: json!({"vendor": "vivo", "app_id": 10004, "app_key": "k", "app_secret": "s"}),
            app_name: "10004",
            credentials: json!({"app_id": 10004, "app_key": "k", "app_secret": "s"}),
            login: Login::With {
                wrong: json!({"app_id": 10004, "app_key": "k", "app_secret": "wrong"}),
            },
            handle: Handle::NotifyId(7),
        },
        Vendor {
            channel: Channel::Honor,
            strategy: Strategy::Overwrite,
            app: json!({"vendor": "honor", "app_id": "104", "client_id": "c", "client_secret": "s"}),
            app_name: "104",
            credentials: json!({"app_id": "104", "client_id": "c", "client_secret": "s"}),
            login: Login::With {
                wrong: json!({"app_id": "104", "client_id": "c", "client_secret": "wrong"}),
            },
            handle: Handle::NotifyId(7),
        },
        Vendor {
            channel: Channel::Apns,
            strategy: Strategy::Overwrite,
            app: json!({"vendor": "apns", "team_id": "TEAM", "key_id": "KEY", "bundle_id": "com.example", "public_key_pem": apple.public_key_pem()}),
            app_name: "com.example",
            credentials: json!({"team_id": "TEAM", "key_id": "KEY", "bundle_id": "com.example", "private_key_pem": apple.serialize_pem()}),
            login: Login::None,
            handle: Handle::CollapseId("7".to_owned()),
        },
        Vendor {
            channel: Channel::Fcm,
            strategy: Strategy::Overwrite,
            app: json!({
                "vendor": "fcm", "project_id": "demo", "client_email": "push@demo.iam.gserviceaccount.com", "private_key_id": "K",
                "public_key_pem": google.public_key_pem(),
            }),
            app_name: "demo",
            credentials: account("K"),
            login: Login::With {
                wrong: account("withdrawn"),
            },
            handle: Handle::Tag("7".to_owned()),
        },
    ]
}
