//! A simulator, and a client that runs beside it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use vendor_sim::{Options, Sim};

/// No client takes longer to start, or to be answered by the simulator, on however busy a machine.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct World {
    pub sim: Sim,
    /// The simulator's authority, as the file that clients want.
    pub ca_file: PathBuf,
    http: reqwest::Client,
}

impl World {
    pub fn start() -> Self {
        let sim = Sim::start(&Options::default()).unwrap();
        // The control port is this simulator's alone while it runs.
        let ca_file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ca-{}.pem", port(&sim.control)));
        std::fs::write(&ca_file, &sim.ca_pem).unwrap();
        Self {
            sim,
            ca_file,
            http: reqwest::Client::new(),
        }
    }

    /// One request to the control API, which must be granted.
    pub async fn order(&self, path: &str, body: Value) -> Value {
        let answer = self.http.post(format!("{}{path}", self.sim.control)).json(&body).send().await;
        let answer = answer.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        answer.json().await.unwrap()
    }

    pub async fn devices(&self, vendor: &str, app: &str, tokens: &[String]) {
        self.order("/devices", json!({ "vendor": vendor, "app": app, "tokens": tokens }))
            .await;
    }

    pub async fn device(&self, vendor: &str, token: &str) -> Device {
        let mut bars = self.order("/bars", json!({ "vendor": vendor, "tokens": [token] })).await;
        Device(bars[token].take())
    }

    /// What a browser tells the site of its subscription.
    pub async fn subscription(&self, endpoint: &str) -> Value {
        let mut told = self
            .order("/subscriptions", json!({ "vendor": "web_push", "tokens": [endpoint] }))
            .await;
        json!({ "endpoint": endpoint, "keys": told[endpoint].take() })
    }

    pub async fn stats(&self, vendor: &str) -> Value {
        let answer = self.http.get(format!("{}/stats", self.sim.control)).send().await.unwrap();
        let mut stats: Value = answer.json().await.unwrap();
        stats[vendor].take()
    }

    /// The client did nothing that the vendor's documentation forbids.
    pub async fn assert_no_violation(&self, vendor: &str) {
        let stats = self.stats(vendor).await;
        assert_eq!(stats["violation_count"], 0, "{}", stats["violations"]);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.ca_file);
    }
}

pub fn port(url: &str) -> u16 {
    url.rsplit_once(':').unwrap().1.parse().unwrap()
}

/// A simulated device, as the control API describes it.
#[derive(Debug)]
pub struct Device(Value);

impl Device {
    /// Exactly this is on the bar, and nothing else.
    #[track_caller]
    pub fn shows_only(&self, key: &str, title: &str, silent: bool) {
        let Value::Array(notifications) = &self.0["notifications"] else {
            panic!("not a device: {self:?}");
        };
        let [notification] = notifications.as_slice() else {
            panic!("not exactly one notification: {notifications:?}");
        };
        assert_eq!(notification["key"], key);
        assert_eq!(notification["title"], title);
        assert_eq!(notification["body"], format!("{title}, in more words"));
        assert_eq!(notification["silent"], silent);
    }

    /// The notice came in silence and took the message's place.
    #[track_caller]
    pub fn overwritten(&self, key: &str) {
        self.shows_only(key, "Message revoked", true);
        self.took(2);
    }

    #[track_caller]
    pub fn shows_nothing(&self) {
        assert_eq!(self.0["notifications"], json!([]));
    }

    /// How many pushes took effect, and that each replaced what it found.
    #[track_caller]
    pub fn took(&self, pushes: u32) {
        assert_eq!(self.0["pushes"], pushes);
        assert_eq!(self.0["shown_after_removed"], 0);
    }
}

/// A third-party client in a process of its own, until dropped.
pub struct Client {
    // Ended when dropped; it also ends by itself when its standard input does.
    _process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Client {
    pub async fn node(script: &str, world: &World, settings: Value) -> Self {
        let mut node = node(script);
        node.env("NODE_EXTRA_CA_CERTS", &world.ca_file);
        Self::start(node, settings).await
    }

    /// One that asks nobody, and is asked.
    pub async fn server(script: &str, settings: Value) -> Self {
        Self::start(node(script), settings).await
    }

    pub async fn python(script: &str, settings: Value) -> Self {
        let venv = installed("venv", "python/requirements.txt", "installed-pins.txt");
        let mut python = Command::new(venv.join("bin/python"));
        python.env_clear().arg(here().join("python").join(script));
        // Clients warn of what they deprecate, and nothing is written beside the scripts.
        python.env("PYTHONWARNINGS", "ignore").env("PYTHONDONTWRITEBYTECODE", "1");
        Self::start(python, settings).await
    }

    /// The environment is empty: no proxy and no trust of this machine's.
    async fn start(mut command: Command, settings: Value) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut client = Self {
            _process: process,
            input,
            output,
        };
        assert_eq!(client.ask(settings).await, json!({}));
        client
    }

    /// Gives one order and waits for what the client reports about it.
    pub async fn ask(&mut self, order: Value) -> Value {
        self.input.write_all(format!("{order}\n").as_bytes()).await.unwrap();
        let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await;
        let line = line.expect("the client answers in time").unwrap();
        serde_json::from_str(&line.expect("the client has not ended")).unwrap()
    }
}

fn node(script: &str) -> Command {
    let mut node = Command::new(installed("venv", "python/requirements.txt", "installed-pins.txt").join("bin/node"));
    let packages = installed("node", "node/package-lock.json", "installed-lock.json").join("node_modules");
    node.env_clear().env("NODE_PATH", packages);
    // Old clients use what Node.js has deprecated.
    node.env("NODE_NO_WARNINGS", "1");
    node.arg(here().join("node").join(script));
    node
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where `make` installed the clients. Never skipped: without them this test proves nothing.
fn installed(folder: &str, pins: &str, stamp: &str) -> PathBuf {
    let folder = here().join("../../.tools/clients").join(folder);
    let installed = std::fs::read(folder.join(stamp)).unwrap_or_default();
    assert!(
        installed == std::fs::read(here().join(pins)).unwrap(),
        "the third-party clients are not installed as tests/clients/{pins} says: run `make .tools/clients/node/installed-lock.json`"
    );
    folder
}
