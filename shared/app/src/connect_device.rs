//! A device connects, and disconnects.
//!
//! During the handshake nothing can be sent to the connection, so nobody is
//! told of it yet: that is what registering is for.

use crate::device_token::Claim;
use crate::ports::{Clock, DeviceConnections, DeviceTokens, StoreError};
use revocation_rules::device::ConnectionId;

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No token, not one of ours, replaced, or run out: answered alike.
    #[error("the device token is not valid")]
    Refused,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets a device in with its token.
///
/// # Errors
/// When the token is not good now, or when the store fails.
pub async fn connect_device(
    store: &(impl DeviceTokens + DeviceConnections),
    clock: &impl Clock,
    connection: &ConnectionId,
    token: &str,
) -> Result<(), ConnectError> {
    let now = clock.now();
    let claim = Claim::read(token).ok_or(ConnectError::Refused)?;
    let kept = store.token(&claim.device).await?.ok_or(ConnectError::Refused)?;
    if !claim.is(&kept) || now >= kept.ends_at {
        return Err(ConnectError::Refused);
    }
    store.begin(connection, &claim.device, now).await?;
    // Whoever withdraws a token removes it first and looks for connections second: one of the two sees the other.
    match store.token(&claim.device).await? {
        Some(kept) if claim.is(&kept) => Ok(()),
        Some(_) | None => {
            store.end(&claim.device, connection).await?;
            Err(ConnectError::Refused)
        }
    }
}

/// Forgets a connection that has ended. Whether we hear of the end is chance;
/// who is not told finds out when sending.
///
/// # Errors
/// When the store fails.
pub async fn disconnect_device(store: &impl DeviceConnections, connection: &ConnectionId) -> Result<(), StoreError> {
    match store.device_of(connection).await? {
        Some(device) => store.end(&device, connection).await,
        None => Ok(()),
    }
}
