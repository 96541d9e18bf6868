//! Frames to devices, over the gateway's `@connections`.

use std::fmt;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::config::timeout::TimeoutConfig;
use aws_sdk_apigatewaymanagement::operation::delete_connection::DeleteConnectionError;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::PostToConnectionError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use revocation_app::ports::{DeviceLinks, LinkError, Posted};
use revocation_rules::device::ConnectionId;
use revocation_rules::frame::ToDevice;

use crate::failure::source;

/// For one frame, with all its tries.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub struct ApiGatewayLinks {
    client: Client,
    encode: EncodeFrame,
}

/// How a frame travels.
pub type EncodeFrame = fn(&ToDevice) -> String;

impl ApiGatewayLinks {
    /// `url` is the stage's: `https://<api>.execute-api.<region>.amazonaws.com/<stage>`.
    pub fn new(aws: &SdkConfig, url: impl Into<String>, encode: EncodeFrame) -> Self {
        // Others wait behind a frame that does not go.
        let timeouts = TimeoutConfig::builder().operation_timeout(PATIENCE).build();
        let config = aws_sdk_apigatewaymanagement::config::Builder::from(aws)
            .endpoint_url(url)
            .timeout_config(timeouts);
        Self {
            client: Client::from_conf(config.build()),
            encode,
        }
    }

    async fn send(&self, connection: &ConnectionId, frame: &ToDevice) -> Result<Posted, LinkError> {
        let request = self.client.post_to_connection().connection_id(connection.as_str());
        match request.data(Blob::new((self.encode)(frame))).send().await {
            Ok(_) => Ok(Posted::Yes),
            Err(error) => match error.as_service_error() {
                Some(PostToConnectionError::GoneException(_)) => Ok(Posted::Gone),
                _ => Err(LinkError(source("PostToConnection", &error))),
            },
        }
    }
}

impl DeviceLinks for ApiGatewayLinks {
    fn post<'a>(&'a self, connection: &'a ConnectionId, frame: &'a ToDevice) -> BoxFuture<'a, Result<Posted, LinkError>> {
        self.send(connection, frame).boxed()
    }

    fn close<'a>(&'a self, connection: &'a ConnectionId) -> BoxFuture<'a, Result<(), LinkError>> {
        async move {
            let request = self.client.delete_connection().connection_id(connection.as_str());
            match request.send().await {
                Ok(_) => Ok(()),
                Err(error) => match error.as_service_error() {
                    Some(DeleteConnectionError::GoneException(_)) => Ok(()),
                    _ => Err(LinkError(source("DeleteConnection", &error))),
                },
            }
        }
        .boxed()
    }
}

impl fmt::Debug for ApiGatewayLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiGatewayLinks")
    }
}
