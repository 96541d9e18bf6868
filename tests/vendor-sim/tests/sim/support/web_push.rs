//! Messages to browsers, correct unless a test spoils them. Encrypted here, apart from the simulator and the product.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::World;

pub const TAG: &str = "123456";

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn hkdf(salt: &[u8], key: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    let key = Salt::new(HKDF_SHA256, salt).extract(key);
    key.expand(&[info], Length(length)).unwrap().fill(&mut out).unwrap();
    out
}

/// A site with a VAPID key.
pub struct Site(EcdsaKeyPair);

impl Site {
    pub fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    pub fn key(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0.public_key())
    }

    pub fn token(&self, claims: &Value) -> String {
        let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&json!({ "typ": "JWT", "alg": "ES256" })), encode(claims));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    pub fn authorization(&self, claims: &Value) -> String {
        format!("vapid t={}, k={}", self.token(claims), self.key())
    }
}

pub fn encrypt(text: &[u8], keys: &Value) -> Vec<u8> {
    let bytes = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(keys[name].as_str().unwrap()).unwrap();
    let (receiver, auth, salt) = (bytes("p256dh"), bytes("auth"), [7; 16]);
    let own = PrivateKey::generate(&ECDH_P256).unwrap();
    let sender = own.compute_public_key().unwrap();
    let info = [b"WebPush: info\0", &receiver[..], sender.as_ref()].concat();
    let secret = agree(&own, UnparsedPublicKey::new(&ECDH_P256, &receiver), (), |shared| {
        Ok(hkdf(&auth, shared, &info, 32))
    })
    .unwrap();
    let key = hkdf(&salt, &secret, b"Content-Encoding: aes128gcm\0", 16);
    let nonce = hkdf(&salt, &secret, b"Content-Encoding: nonce\0", 12);
    let mut record = [text, &[2]].concat();
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap())
        .seal_in_place_append_tag(Nonce::try_assume_unique_for_key(&nonce).unwrap(), Aad::empty(), &mut record)
        .unwrap();
    [&salt[..], &4096_u32.to_be_bytes(), &[65], sender.as_ref(), &record].concat()
}

/// What the product tells service workers.
pub fn notice() -> Value {
    json!({
        "revoke": { "tag": TAG },
        "notification": { "title": "Message revoked", "body": "Sorry", "tag": TAG, "silent": true }
    })
}

impl World {
    pub fn push_origin(&self) -> String {
        self.sim.url("web_push").replace("127.0.0.1", "localhost")
    }

    pub fn endpoint(&self, name: &str) -> String {
        format!("{}/push/{name}", self.push_origin())
    }

    pub async fn site(&self) -> Site {
        let site = Site::new();
        self.control("/apps", json!({ "vendor": "web_push", "public_key": site.key() }))
            .await;
        site
    }

    pub async fn subscription(&self, endpoint: &str) -> Value {
        let wanted = json!({ "vendor": "web_push", "tokens": [endpoint] });
        self.control("/subscriptions", wanted).await[endpoint].take()
    }

    /// Good claims but for these.
    pub fn claims(&self, changes: &Value) -> Value {
        #[expect(clippy::disallowed_methods, reason = "the simulator's clock is the real one")]
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let mut claims = json!({ "aud": self.push_origin(), "exp": now + 3600, "sub": "mailto:ops@example.com" });
        for (name, value) in changes.as_object().unwrap() {
            match value {
                // Seconds from now on.
                Value::Number(seconds) if name == "exp" => {
                    claims["exp"] = json!(now.checked_add_signed(seconds.as_i64().unwrap()).unwrap());
                }
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        claims
    }

    /// A push that is right in everything.
    pub async fn push(&self, site: &Site, endpoint: &str, text: &Value) -> RequestBuilder {
        let body = encrypt(text.to_string().as_bytes(), &self.subscription(endpoint).await);
        self.push_of(endpoint, body)
            .header("authorization", site.authorization(&self.claims(&json!({}))))
            .header("ttl", "604800")
            .header("topic", TAG)
    }

    /// Without the headers that tests spoil.
    pub fn push_of(&self, endpoint: &str, body: Vec<u8>) -> RequestBuilder {
        self.client
            .post(endpoint)
            .header("content-encoding", "aes128gcm")
            .header("content-type", "application/octet-stream")
            .header("urgency", "high")
            .body(body)
    }

    /// What lies on a browser's bar.
    pub async fn browser(&self, endpoint: &str) -> Value {
        let wanted = json!({ "vendor": "web_push", "tokens": [endpoint] });
        self.control("/bars", wanted).await[endpoint].take()
    }
}
