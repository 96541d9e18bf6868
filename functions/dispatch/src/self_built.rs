//! The client of the self-built channel, which keeps instructions and sends frames.

use std::sync::Arc;

use aws_config::SdkConfig;
use revocation_app::ports::ChannelClient;
use revocation_aws::{ApiGatewayLinks, DynamoDevices, SystemClock};
use revocation_lambda::config::Settings;

/// Where instructions are kept and frames are sent.
pub struct Devices {
    connections: String,
    gateway: String,
}

impl Devices {
    pub fn read(settings: &mut Settings<'_>) -> Self {
        Self {
            connections: settings.text("CONNECTIONS_TABLE"),
            gateway: settings.text("SOCKET_API_URL"),
        }
    }

    pub fn client(self, aws: &SdkConfig) -> Box<dyn ChannelClient> {
        let devices = Arc::new(DynamoDevices::new(aws_sdk_dynamodb::Client::new(aws), self.connections));
        let outbox = Arc::clone(&devices);
        let links = Arc::new(ApiGatewayLinks::new(aws, self.gateway));
        revocation_channels::self_built(outbox, devices, links, Arc::new(SystemClock))
    }
}
