//! What the function works with, made once per execution environment.

use revocation_aws::{
    ApiGatewayLinks, DynamoAccessKeys, DynamoDevices, DynamoPushStore, QueueUrls, SqsJobQueue, SystemClock, SystemDice, sdk_config,
};
use revocation_http::auth::KeyCache;
use revocation_lambda::config::{ConfigError, Settings};

use crate::frames::Frames;

/// What handing out tokens needs.
pub struct Tokens {
    pub devices: DynamoDevices,
    pub links: ApiGatewayLinks,
    pub keys: DynamoAccessKeys,
    pub key_cache: KeyCache,
    pub clock: SystemClock,
    pub secrets: SystemDice,
    /// Where devices connect.
    pub socket_url: String,
}

pub async fn connect_tokens(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Tokens, ConfigError> {
    let mut settings = Settings::new(lookup);
    let connections = settings.text("CONNECTIONS_TABLE");
    let access_keys = settings.text("ACCESS_KEYS_TABLE");
    let socket_url = settings.text("SOCKET_URL");
    let gateway = settings.text("SOCKET_API_URL");
    settings.finish()?;
    let aws = sdk_config().await;
    let dynamo = aws_sdk_dynamodb::Client::new(&aws);
    Ok(Tokens {
        devices: DynamoDevices::new(dynamo.clone(), connections),
        links: ApiGatewayLinks::new(&aws, gateway),
        keys: DynamoAccessKeys::new(dynamo, access_keys),
        key_cache: KeyCache::default(),
        clock: SystemClock,
        secrets: SystemDice,
        socket_url,
    })
}

pub async fn connect_frames(
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Frames<DynamoDevices, ApiGatewayLinks, DynamoPushStore, SqsJobQueue, SystemClock>, ConfigError> {
    let mut settings = Settings::new(lookup);
    let connections = settings.text("CONNECTIONS_TABLE");
    let pushes = settings.text("PUSHES_TABLE");
    let receipts = settings.text("RECEIPTS_QUEUE_URL");
    let gateway = settings.text("SOCKET_API_URL");
    settings.finish()?;
    let aws = sdk_config().await;
    let dynamo = aws_sdk_dynamodb::Client::new(&aws);
    let queues = QueueUrls {
        receipts,
        ..QueueUrls::default()
    };
    Ok(Frames {
        devices: DynamoDevices::new(dynamo.clone(), connections),
        links: ApiGatewayLinks::new(&aws, gateway),
        store: DynamoPushStore::new(dynamo, pushes),
        queue: SqsJobQueue::new(aws_sdk_sqs::Client::new(&aws), queues),
        clock: SystemClock,
    })
}
