//! AWS and the vendors in a process of their own, and what they are told.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fast_fakes::{Counts, Serve, serve};
use revocation_rules::channel::Channel;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use vendor_sim::Identity;

use crate::error::BenchError;
use crate::events::{KEY, SECRET};

/// The vendors that are asked over HTTPS, and under which settings they are found.
pub const VENDORS: [&str; 5] = ["huawei", "xiaomi", "oppo", "vivo", "apns"];

/// `bench fakes`: runs them until whoever started this is gone.
pub async fn run() -> Result<(), BenchError> {
    let identity = Identity::generate()?;
    let served = serve(Arc::new(Serve::default()), &identity).await?;
    let told = json!({
        "aws": served.aws.to_string(), "vendor": served.vendor.to_string(), "apple": served.apple.to_string(),
        "control": served.control.to_string(), "ca_pem": identity.ca_pem,
    });
    println!("{told}");
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}

pub struct Fakes {
    /// Its standard input holds it up.
    _child: Child,
    pub aws: String,
    pub vendor: String,
    pub apple: String,
    control: SocketAddr,
    pub ca_pem: String,
    pub ca_file: PathBuf,
    pub apple_key_file: PathBuf,
}

impl Fakes {
    pub async fn start(out: &Path) -> Result<Self, BenchError> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("fakes")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or_else(|| BenchError::new("no output"))?;
        BufReader::new(output).read_line(&mut line).await?;
        let told: Value = serde_json::from_str(&line)?;
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let (ca_file, apple_key_file) = (out.join("ca.pem"), out.join("apple.pem"));
        std::fs::write(&ca_file, text("ca_pem"))?;
        std::fs::write(&apple_key_file, rcgen::KeyPair::generate()?.serialize_pem())?;
        let fakes = Self {
            _child: child,
            aws: text("aws"),
            vendor: text("vendor"),
            apple: text("apple"),
            control: text("control").parse()?,
            ca_pem: text("ca_pem"),
            ca_file: ca_file.canonicalize()?,
            apple_key_file,
        };
        fakes.put_secrets()?;
        fakes.put_key()?;
        Ok(fakes)
    }

    /// Has them do something, and gets what they were asked for.
    pub fn tell(&self, what: &Value) -> Result<Value, BenchError> {
        let body = what.to_string();
        let mut socket = TcpStream::connect(self.control)?;
        write!(
            socket,
            "POST / HTTP/1.1\r\nhost: fakes\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer)?;
        let (_, body) = answer
            .split_once("\r\n\r\n")
            .ok_or_else(|| BenchError::new("no answer of the fakes"))?;
        let told: Value = serde_json::from_str(body)?;
        match &told["unknown"] {
            Value::Null => Ok(told),
            unknown => Err(BenchError::new(format!("the fakes do not know {unknown}"))),
        }
    }

    pub fn freeze(&self, frozen: bool) -> Result<(), BenchError> {
        self.tell(&json!({"freeze": frozen})).map(drop)
    }

    /// Since this was last called.
    pub fn counts(&self) -> Result<Counts, BenchError> {
        Ok(Counts::from_json(&self.tell(&json!({"take_counts": true}))?["counts"]))
    }

    /// Devices that the vendors were asked for since this was last called.
    pub fn devices_asked(&self) -> Result<u64, BenchError> {
        let told = self.tell(&json!({"take_vendor_counts": true}))?;
        told["vendor"]["devices"]
            .as_u64()
            .ok_or_else(|| BenchError::new("the fakes do not say how many devices were asked for"))
    }

    /// Bodies of messages, each with the queue it went to, since this was last called.
    pub fn messages(&self) -> Result<Vec<(String, String)>, BenchError> {
        let told = self.tell(&json!({"take_messages": true}))?;
        let messages = told["messages"].as_array().into_iter().flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(messages
            .map(|message| (text(&message["queue_url"]), text(&message["body"])))
            .collect())
    }

    /// Asks the fake AWS itself, as an SDK would.
    pub fn aws(&self, target: &str, body: &Value) -> Result<Value, BenchError> {
        Ok(self.tell(&json!({"aws": {"target": target, "body": body}}))?["aws"].take())
    }

    fn put_secrets(&self) -> Result<(), BenchError> {
        let key = std::fs::read_to_string(&self.apple_key_file)?;
        let documents = [
            ("huawei", json!({"app_id": "104", "client_secret": "s"})),
            ("xiaomi", json!({"package": "example.shop", "app_secret": "s"})),
            ("oppo", json!({"app_key": "k", "master_secret": "s"})),
            ("vivo", json!({"app_id": 104, "app_key": "k", "app_secret": "s"})),
            (
                "apns",
                json!({"team_id": "TEAM000001", "key_id": "K000000001", "bundle_id": "example.shop", "private_key_pem": key}),
            ),
        ];
        for (channel, document) in documents {
            let name = format!("bench/shop/default/{channel}");
            self.tell(&json!({"secret": {"name": name, "text": document.to_string()}}))?;
        }
        Ok(())
    }

    /// As `shared/aws/src/items/access_key.rs` writes it; if it does no longer, the first request is refused.
    fn put_key(&self) -> Result<(), BenchError> {
        let digest = STANDARD.encode(Sha256::digest(SECRET.as_bytes()));
        let item = json!({
            "pk": {"S": KEY}, "v": {"N": "1"}, "app": {"S": "shop"}, "workspace": {"S": "default"}, "role": {"S": "admin"},
            "state": {"S": "active"}, "created_at": {"N": "0"}, "secret_form": {"S": "digest"}, "secret_digest": {"B": digest},
        });
        self.aws("DynamoDB_20120810.PutItem", &json!({"TableName": "access-keys", "Item": item}))
            .map(drop)
    }

    /// Every setting of every function; none minds those that it does not know.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let queue = |name: &str| format!("https://{}/123456789012/{name}", self.aws);
        let dispatch: Vec<String> = VENDORS
            .iter()
            .map(|channel| format!("{channel}={}", queue(&format!("dispatch-{channel}"))))
            .collect();
        let ca_file = self.ca_file.display().to_string();
        let mut settings: BTreeMap<String, String> = [
            ("AWS_ENDPOINT_URL", format!("https://{}", self.aws)),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_DEFAULT_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_SESSION_TOKEN", "session".to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", "bench".to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "bench".to_owned()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
            // The fakes' authority, for each of the SDKs.
            ("SSL_CERT_FILE", ca_file.clone()),
            ("NODE_EXTRA_CA_CERTS", ca_file.clone()),
            ("AWS_CA_BUNDLE", ca_file),
            ("EXTRA_CA_PEM", self.ca_pem.clone()),
            ("RUST_LOG", "info".to_owned()),
            ("PUSHES_TABLE", "pushes".to_owned()),
            ("ACCESS_KEYS_TABLE", "access-keys".to_owned()),
            ("VENDOR_SESSIONS_TABLE", "vendor-sessions".to_owned()),
            ("SECRET_PREFIX", "bench".to_owned()),
            ("FANOUT_QUEUE_URL", queue("fanout")),
            ("DISPATCH_QUEUE_URLS", dispatch.join(",")),
            ("CHANNELS", "huawei,xiaomi=overwrite,oppo,vivo=overwrite,apns".to_owned()),
            ("STRATEGY", "overwrite".to_owned()),
            ("WORKERS", "1".to_owned()),
            ("RATE_PER_SECOND", "0".to_owned()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        for name in ["HUAWEI_PUSH_URL", "HUAWEI_AUTH_URL", "XIAOMI_URL", "OPPO_URL", "VIVO_URL"] {
            settings.insert(name.to_owned(), format!("https://{}", self.vendor));
        }
        settings.insert("APNS_URL".to_owned(), format!("https://{}", self.apple));
        settings
    }

    /// What a dispatcher of this channel has beside.
    pub fn dispatcher(&self, channel: Channel) -> Vec<(&'static str, String)> {
        vec![
            ("CHANNEL", channel.to_string()),
            (
                "DISPATCH_QUEUE_URL",
                format!("https://{}/123456789012/dispatch-{channel}", self.aws),
            ),
        ]
    }
}
