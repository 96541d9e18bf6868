//! From named settings to adapters. One that is missing or wrong is complained about at the end, with all others:
//! until then its adapter has a placeholder in it, and nobody gets to use it.

use std::collections::HashMap;
use std::path::PathBuf;

use aws_sdk_dynamodb::Client;
use revocation_aws::{
    ApiGatewayLinks, DynamoAccessKeys, DynamoDevices, DynamoNonces, DynamoPushStore, DynamoVendorSessions, FunctionConfig, KmsSeal,
    QueueUrls, SecretsManagerCredentials, Service, SqsJobQueue,
};
use revocation_http::frame;
use revocation_lambda::config::{ConfigError, Settings, environment};
use revocation_rules::channel::{Channel, Channels};
use revocation_rules::web_push::{Loopback, PushHosts};

pub struct Wiring<'a> {
    pub settings: Settings<'a>,
    aws: FunctionConfig,
    dynamo: Option<Client>,
    has_queue: bool,
}

impl Wiring<'static> {
    /// What a function works with, of the process's environment. Of AWS nothing is asked but connections.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub async fn connect<D>(deps: impl FnOnce(&mut Self) -> D) -> Result<D, ConfigError> {
        let mut wiring = Self::start().await;
        let deps = deps(&mut wiring);
        wiring.open_connections().await;
        wiring.finish(deps)
    }

    /// The same by steps, for who has to wait in between.
    pub async fn start() -> Self {
        let settings = Settings::new(&environment);
        let ca_file = settings.optional("SSL_CERT_FILE").map(PathBuf::from);
        // On the heap: it holds all places where credentials may come from.
        let aws = Box::pin(FunctionConfig::load(ca_file.as_deref())).await;
        Self::new(settings, aws)
    }
}

impl<'a> Wiring<'a> {
    const fn new(settings: Settings<'a>, aws: FunctionConfig) -> Self {
        Self {
            settings,
            aws,
            dynamo: None,
            has_queue: false,
        }
    }

    /// Opens the connections that the adapters made so far will need. While a function starts it has more CPU than
    /// for its first event, and both are opened at once.
    pub async fn open_connections(&self) {
        let dynamo = self.dynamo.is_some().then_some(Service::DYNAMO);
        let queue = self.has_queue.then_some(Service::SQS);
        self.aws.open_connections(dynamo.into_iter().chain(queue)).await;
    }

    /// `deps`, if everything that it was made of was there.
    ///
    /// # Errors
    /// When any setting was missing or wrong; names all of them.
    pub fn finish<D>(self, deps: D) -> Result<D, ConfigError> {
        self.settings.finish().map(|()| deps)
    }

    pub fn store(&mut self) -> DynamoPushStore {
        DynamoPushStore::new(self.dynamo(), self.settings.text("PUSHES_TABLE"))
    }

    /// Keys, and who may record over the queue: which of them is read is said by the function's role.
    pub fn access_keys(&mut self) -> DynamoAccessKeys {
        DynamoAccessKeys::new(self.dynamo(), self.settings.text("ACCESS_KEYS_TABLE"))
    }

    pub fn nonces(&mut self) -> DynamoNonces {
        DynamoNonces::new(self.dynamo(), self.settings.text("RPC_NONCES_TABLE"))
    }

    pub fn seal(&mut self) -> KmsSeal {
        KmsSeal::new(aws_sdk_kms::Client::new(&self.aws.sdk), self.settings.text("RPC_SECRETS_KEY"))
    }

    pub fn devices(&mut self) -> DynamoDevices {
        DynamoDevices::new(self.dynamo(), self.settings.text("CONNECTIONS_TABLE"))
    }

    pub fn links(&mut self) -> ApiGatewayLinks {
        ApiGatewayLinks::new(&self.aws.sdk, self.settings.text("SOCKET_API_URL"), frame::encode)
    }

    pub fn vendor_sessions(&mut self) -> DynamoVendorSessions {
        DynamoVendorSessions::new(self.dynamo(), self.settings.text("VENDOR_SESSIONS_TABLE"))
    }

    pub fn credentials(&mut self) -> SecretsManagerCredentials {
        SecretsManagerCredentials::new(
            aws_sdk_secretsmanager::Client::new(&self.aws.sdk),
            self.settings.text("SECRET_PREFIX"),
        )
    }

    /// The channels with a dispatcher, and how each takes back.
    pub fn channels(&mut self) -> Channels {
        self.settings
            .read("CHANNELS", Channels::FORMAT, Channels::parse)
            .unwrap_or_default()
    }

    /// The push services that browsers may have, for who records.
    pub fn push_hosts(&mut self) -> PushHosts {
        // Most deployments add none.
        let more = self.settings.optional("WEB_PUSH_HOSTS").is_some();
        let more = more.then(|| self.settings.read("WEB_PUSH_HOSTS", PushHosts::FORMAT, PushHosts::parse));
        let loopback = match self.settings.optional("WEB_PUSH_LOOPBACK").as_deref() {
            Some("allow") => Loopback::Allow,
            Some(_) | None => Loopback::Refuse,
        };
        more.flatten().unwrap_or_default().with_loopback(loopback)
    }

    /// For fan-outs only.
    pub fn fanout_queue(&mut self) -> SqsJobQueue {
        let fanout = self.settings.text("FANOUT_QUEUE_URL");
        self.queue(QueueUrls {
            fanout,
            ..QueueUrls::default()
        })
    }

    /// For fan-outs, and for dispatches on every channel; and the channels that have a dispatcher.
    pub fn job_queues(&mut self) -> (SqsJobQueue, Channels) {
        let fanout = self.settings.text("FANOUT_QUEUE_URL");
        // A function may be brought up to date a moment before its environment; the other queue's function ends them, too.
        let unsupported = self.settings.optional("UNSUPPORTED_QUEUE_URL").unwrap_or_else(|| fanout.clone());
        let dispatch = self
            .settings
            .read("DISPATCH_QUEUE_URLS", QueueUrls::FORMAT, QueueUrls::parse_dispatch)
            .unwrap_or_default();
        let channels = Channels::new(dispatch.keys().copied());
        let queue = self.queue(QueueUrls {
            fanout,
            dispatch,
            unsupported,
            ..QueueUrls::default()
        });
        (queue, channels)
    }

    /// For dispatches on this channel only.
    pub fn dispatch_queue(&mut self, channel: Channel) -> SqsJobQueue {
        let own = self.settings.text("DISPATCH_QUEUE_URL");
        self.queue(QueueUrls {
            dispatch: HashMap::from([(channel, own)]),
            ..QueueUrls::default()
        })
    }

    /// For what devices confirmed only.
    pub fn receipts_queue(&mut self) -> SqsJobQueue {
        let receipts = self.settings.text("RECEIPTS_QUEUE_URL");
        self.queue(QueueUrls {
            receipts,
            ..QueueUrls::default()
        })
    }

    fn queue(&mut self, urls: QueueUrls) -> SqsJobQueue {
        self.has_queue = true;
        SqsJobQueue::new(aws_sdk_sqs::Client::new(&self.aws.sdk), urls)
    }

    fn dynamo(&mut self) -> Client {
        self.dynamo.get_or_insert_with(|| Client::new(&self.aws.sdk)).clone()
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, SdkConfig};

    use super::*;

    #[test]
    fn all_that_is_missing_is_complained_about_at_once() {
        let aws = SdkConfig::builder().behavior_version(BehaviorVersion::v2026_01_12()).build();
        let lookup = |name: &str| (name == "DISPATCH_QUEUE_URLS").then(|| "pigeon=q".to_owned());
        let mut wiring = Wiring::new(Settings::new(&lookup), aws.into());
        let deps = (wiring.store(), wiring.job_queues(), wiring.channels());
        let error = wiring.finish(deps).unwrap_err().to_string();
        let expected = [
            "`PUSHES_TABLE` is not set".to_owned(),
            "`FANOUT_QUEUE_URL` is not set".to_owned(),
            format!("`DISPATCH_QUEUE_URLS` is not {}", QueueUrls::FORMAT),
            "`CHANNELS` is not set".to_owned(),
        ];
        assert_eq!(error, format!("bad configuration: {}", expected.join("; ")));
    }
}
