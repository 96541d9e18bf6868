//! One event of the WebSocket API: a device connects, says something, or is gone.
//!
//! An answer to a device is a frame over its connection. The function's own
//! answer is not sent: the gateway drops it. The event's kind (connect, message,
//! disconnect) decides what is done; its route does not, since a device chooses that.

use std::collections::BTreeMap;
use std::error::Error;

use aws_lambda_events::event::apigw::ApiGatewayWebsocketProxyRequest;
use http::header::AUTHORIZATION;
use revocation_app::ports::{DeviceLinks, LinkError, Ports, Posted, causes};
use revocation_app::{
    AcknowledgeError, ConnectError, DeviceError, ReceiptTaker, acknowledge, connect_device, disconnect_device, register_device,
    report_from_device,
};
use revocation_http::frame;
use revocation_rules::device::ConnectionId;
use revocation_rules::frame::{FromDevice, ToDevice};
use serde::Serialize;

use crate::subprotocol::{Offered, SUBPROTOCOL};

/// What the function works with.
pub struct Frames<P: Ports> {
    pub devices: P::Devices,
    pub links: P::Links,
    pub store: P::Store,
    pub queue: P::Queue,
    pub clock: P::Clock,
}

/// The function's answer. For a device that connects it is the handshake's.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    pub status_code: u16,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<&'static str, String>,
}

impl Reply {
    const fn of(status_code: u16) -> Self {
        Self {
            status_code,
            headers: BTreeMap::new(),
        }
    }
}

const OK: Reply = Reply::of(200);

#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error("the event names no connection")]
    NoConnection,
    #[error("the event is of a kind that is not known")]
    UnknownKind,
    #[error(transparent)]
    Link(#[from] LinkError),
}

pub async fn handle<P: Ports>(with: &Frames<P>, event: &ApiGatewayWebsocketProxyRequest) -> Result<Reply, EventError> {
    let context = &event.request_context;
    let connection: ConnectionId = context
        .connection_id
        .as_deref()
        .and_then(|id| id.parse().ok())
        .ok_or(EventError::NoConnection)?;
    let kind = context.event_type.as_deref().unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "connect" => Ok(connect(with, event, &connection).await),
        "disconnect" => {
            if let Err(error) = disconnect_device(&with.devices, &connection).await {
                // Who sends to it next finds it gone.
                report(&error, "a connection that ended is not forgotten yet");
            }
            Ok(OK)
        }
        "message" => {
            let answer = answer(with, &connection, event.body.as_deref().unwrap_or_default()).await;
            if let Some(answer) = answer
                && with.links.post(&connection, &answer).await? == Posted::Gone
            {
                tracing::debug!("a device went before it was answered");
            }
            Ok(OK)
        }
        _ => Err(EventError::UnknownKind),
    }
}

async fn connect<P: Ports>(with: &Frames<P>, event: &ApiGatewayWebsocketProxyRequest, connection: &ConnectionId) -> Reply {
    let offered = Offered::of(event);
    let token = token(event, &offered).unwrap_or_default();
    match connect_device(&with.devices, &with.clock, connection, token).await {
        Ok(()) => {
            let echoed = offered.echo().map(|protocol| (SUBPROTOCOL, protocol.to_owned()));
            Reply {
                headers: echoed.into_iter().collect(),
                ..OK
            }
        }
        Err(ConnectError::Refused) => {
            tracing::info!("a device was refused: its token is not valid");
            Reply::of(401)
        }
        Err(ConnectError::Store(error)) => {
            report(&error, "a device could not be let in");
            Reply::of(503)
        }
    }
}

/// A header where the device can set one; else a subprotocol or the query, as in a browser.
fn token<'a>(event: &'a ApiGatewayWebsocketProxyRequest, offered: &Offered<'a>) -> Option<&'a str> {
    let header = event.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = header.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    bearer.or(offered.token()).or_else(|| event.query_string_parameters.first("token"))
}

/// What the device is answered; registering answers by itself.
async fn answer<P: Ports>(with: &Frames<P>, connection: &ConnectionId, text: &str) -> Option<ToDevice> {
    let receipts = ReceiptTaker {
        store: &with.store,
        queue: &with.queue,
        clock: &with.clock,
    };
    match frame::decode(text) {
        Err(error) => Some(ToDevice::Error { detail: error.0 }),
        Ok(FromDevice::Ping) => Some(ToDevice::Pong),
        Ok(FromDevice::Register) => match register_device(&with.devices, &with.links, &with.clock, connection).await {
            Ok(end) => {
                tracing::info!(?end, "a device registered");
                None
            }
            Err(DeviceError::UnknownConnection) => Some(UNKNOWN),
            Err(error @ (DeviceError::Store(_) | DeviceError::Link(_))) => {
                report(&error, "a device could not register");
                Some(NOT_DONE)
            }
        },
        Ok(FromDevice::Ack { instruction, event }) => {
            let done = acknowledge(&with.devices, &receipts, connection, &instruction, event).await;
            Some(done.map_or_else(|error| refusal(&error), |()| ToDevice::Acked { instruction }))
        }
        Ok(FromDevice::Receipt(receipt)) => {
            let done = report_from_device(&with.devices, &receipts, connection, &receipt).await;
            Some(done.map_or_else(|error| refusal(&error), |()| ToDevice::Noted { receipt }))
        }
    }
}

const UNKNOWN: ToDevice = ToDevice::Error {
    detail: "this connection is not known: connect again",
};
const NOT_DONE: ToDevice = ToDevice::Error {
    detail: "nothing is lost: send the same frame again",
};

fn refusal(error: &AcknowledgeError) -> ToDevice {
    match error {
        AcknowledgeError::UnknownConnection => UNKNOWN,
        AcknowledgeError::UnknownDelivery => ToDevice::Error {
            detail: "nothing was delivered to this device under this batch id",
        },
        AcknowledgeError::Store(_) | AcknowledgeError::Receipt(_) => {
            report(error, "what a device said is not kept");
            NOT_DONE
        }
    }
}

/// Logs an error with its causes; none of them holds a device, a token or a text.
fn report(error: &impl Error, what: &'static str) {
    tracing::error!(%error, causes = causes(error), "{what}");
}

#[cfg(test)]
#[path = "frames_tests.rs"]
mod tests;
