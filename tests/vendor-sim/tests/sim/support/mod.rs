//! A running simulator with one app per vendor, and short ways to ask things of it.

pub mod apns;
pub mod fcm;
pub mod harmony;
pub mod honor;
pub mod huawei;
pub mod meizu;
pub mod oppo;
pub mod raw_http2;
pub mod vivo;
pub mod web_push;
pub mod xiaomi;

use reqwest::{Certificate, Client, ClientBuilder};
use serde_json::{Value, json};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use vendor_sim::{Options, Sim};

pub struct World {
    pub sim: Sim,
    pub client: Client,
    pub signer: apns::Signer,
    plain: Client,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub async fn start_with(options: Options) -> Self {
        let sim = Sim::start(&options).unwrap();
        let world = Self {
            client: trusting(&sim).build().unwrap(),
            plain: bare().build().unwrap(),
            signer: apns::Signer::generate(),
            sim,
        };
        world.register_apps().await;
        world
    }

    /// One app per vendor.
    pub async fn register_apps(&self) {
        for app in [
            json!({ "vendor": "huawei", "app_id": huawei::APP, "client_secret": huawei::SECRET }),
            json!({ "vendor": "xiaomi", "package": xiaomi::PACKAGE, "app_secret": xiaomi::SECRET }),
            json!({ "vendor": "oppo", "app_key": oppo::APP, "master_secret": oppo::SECRET }),
            json!({ "vendor": "vivo", "app_id": vivo::APP, "app_key": vivo::KEY, "app_secret": vivo::SECRET }),
            json!({ "vendor": "honor", "app_id": honor::APP, "client_id": honor::CLIENT, "client_secret": honor::SECRET }),
            json!({ "vendor": "meizu", "app_id": meizu::APP, "app_secret": meizu::SECRET }),
            self.signer.registration(),
        ] {
            self.control("/apps", app).await;
        }
    }

    pub async fn devices(&self, vendor: &str, app: &str, tokens: &[&str], state: &str) {
        let wanted = json!({ "vendor": vendor, "app": app, "tokens": tokens, "state": state });
        self.control("/devices", wanted).await;
    }

    pub async fn order(&self, vendor: &str, mut fault: Value) {
        fault["vendor"] = json!(vendor);
        self.control("/faults", fault).await;
    }

    /// What lies on a device's bar.
    pub async fn titles(&self, vendor: &str, token: &str) -> Vec<String> {
        self.device(vendor, token).await["notifications"]
            .as_array()
            .unwrap()
            .iter()
            .map(|shown| shown["title"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The user's original message.
    pub async fn deliver(&self, vendor: &str, token: &str, more: Value) {
        let mut delivery = json!({ "vendor": vendor, "tokens": [token], "key": "123456", "title": "Half price", "body": "Only today" });
        delivery.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.control("/deliver", delivery).await;
    }

    /// Asks the control API, which must agree.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.control_raw(path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    pub async fn control_raw(&self, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}{path}", self.sim.control);
        let answer = self.plain.post(url).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn look(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.sim.control);
        self.plain.get(url).send().await.unwrap().json().await.unwrap()
    }

    pub async fn device(&self, vendor: &str, token: &str) -> Value {
        self.look(&format!("/devices/{vendor}/{token}")).await
    }

    pub async fn stats(&self, vendor: &str) -> Value {
        self.look("/stats").await[vendor].clone()
    }

    /// What was recorded as a breach of the contract.
    pub async fn violations(&self, vendor: &str) -> Vec<String> {
        self.stats(vendor).await["violations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|violation| violation["what"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// A client that trusts this simulator and nobody else.
pub fn trusting(sim: &Sim) -> ClientBuilder {
    let ca = Certificate::from_pem(sim.ca_pem.as_bytes()).unwrap();
    bare().tls_certs_only([ca])
}

pub fn bare() -> ClientBuilder {
    // Another test may have been first.
    let _ = aws_lc_rs::default_provider().install_default();
    // Without retries of its own: a test counts its requests.
    Client::builder().no_proxy().retry(reqwest::retry::never())
}

/// How a reqwest call ended without an answer.
pub fn is_cut(result: &Result<reqwest::Response, reqwest::Error>) -> bool {
    result.as_ref().is_err_and(|error| !error.is_timeout())
}

/// A form with some of its parameters replaced; an empty replacement removes one.
pub fn form_with(form: &[(&'static str, String)], changes: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut form = form.to_vec();
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, (*value).to_owned()));
        }
    }
    form
}

pub fn encoded(form: &[(&'static str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

/// Status and JSON of an answer, which may be nothing.
pub async fn asked(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}
