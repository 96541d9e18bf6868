//! The WebSocket subprotocols that a device offers.
//!
//! There is one way to speak here, and a device need not name it. But a client library that offers subprotocols and
//! is answered none closes the connection itself (RFC 6455, 4.1), so one of those offered is said back.

use aws_lambda_events::event::apigw::ApiGatewayWebsocketProxyRequest;

pub const SUBPROTOCOL: &str = "Sec-WebSocket-Protocol";
/// How this is called, for whoever wants to name it.
const OURS: &str = "message-revoke.v1";
/// Before a device token: a browser can set no other header.
const TOKEN: &str = "token.";

/// In the order in which the device prefers them.
pub struct Offered<'a>(Vec<&'a str>);

impl<'a> Offered<'a> {
    pub fn of(event: &'a ApiGatewayWebsocketProxyRequest) -> Self {
        let headers = event.headers.get_all(SUBPROTOCOL).iter();
        let lists = headers.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
        Self(lists.map(str::trim).filter(|name| !name.is_empty()).collect())
    }

    pub fn token(&self) -> Option<&'a str> {
        self.0.iter().find_map(|name| name.strip_prefix(TOKEN))
    }

    /// Ours if it is offered, else the first; never the token.
    pub fn echo(&self) -> Option<&'a str> {
        let names = || self.0.iter().copied().filter(|name| !name.starts_with(TOKEN));
        names().find(|name| *name == OURS).or_else(|| names().next())
    }
}
